"""Opening a foreign PDF for judgement: strict first, tolerant second, and every signature field by itself.

One broken field never hides the others, so pyHanko's ``reader.embedded_signatures`` (which raises for all) is not asked.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .objects import entry, items, plain
from .parsed import compare_quickly, share_certificates
from .quick_reading import read_quickly
from .xref_bounds import bound_tables

SUPPORTED_SUBFILTERS = frozenset({"/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/ETSI.RFC3161"})
_MAX_DEPTH = 32
_MAX_FIELDS = 100_000


class Unreadable(Exception):  # noqa: N818 - a verdict in the making, caught at once
    """The file cannot be judged at all; ``code`` becomes the reason of an UNREADABLE verdict."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class FieldFound:
    """A signature field. ``signature`` is None when it is unsigned or when ``problem`` says why it could not be read."""

    name: str
    filled: bool
    subfilter: str = ""
    signature: EmbeddedPdfSignature | None = None
    problem: str = ""


@dataclass(slots=True)
class OpenedFile:
    """A parsed file; ``tolerant`` when the strict parser refused it."""

    reader: PdfFileReader
    fields: list[FieldFound]
    tolerant: bool


def open_file(data: bytes, password: str = "") -> OpenedFile:
    """Parse ``data``; ``password`` opens it where it is encrypted. Raises Unreadable."""
    read_quickly()
    bound_tables()
    compare_quickly()
    if not data:
        raise Unreadable("file.empty")
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("file.not_pdf")
    for strict in (True, False):
        try:
            reader = PdfFileReader(io.BytesIO(data), strict=strict)
            _decrypt(reader, password)
            _ = reader.root
            if strict and reader.xrefs.hybrid_xrefs_present:
                continue
            return OpenedFile(reader, list(signature_fields(reader)), tolerant=not strict)
        except Unreadable:
            raise
        except RecursionError as error:
            raise Unreadable("file.damaged") from error
        except Exception as error:  # the parser raises many types on foreign files; strict refusal gets a second chance
            if not strict:
                raise Unreadable("file.damaged") from error
    raise Unreadable("file.damaged")


def _decrypt(reader: PdfFileReader, password: str) -> None:
    if not reader.encrypted:
        return
    for attempt in dict.fromkeys((password, "")):
        try:
            if reader.decrypt(attempt).status is not AuthStatus.FAILED:
                return
        except Exception as error:
            raise Unreadable("file.encrypted") from error
    raise Unreadable("file.wrong_password" if password else "file.encrypted")


def signature_fields(reader: PdfFileReader) -> Iterator[FieldFound]:
    """Every field of type /Sig, in the form's order, each read by itself (ISO 32000-1 §12.7.4.5).

    Raises Unreadable where there are more, or deeper ones, than a form has: what was not looked at might be a signature.
    """
    form = _dictionary(reader.root.get("/AcroForm"))
    if form is None:
        return
    seen: set[tuple[int, int]] = set()
    pending: list[tuple[object, str, str, int]] = [(kid, "", "", 0) for kid in reversed(items(form.get("/Fields")))]
    for _ in range(_MAX_FIELDS):
        if not pending:
            return
        raw, prefix, inherited, depth = pending.pop()
        field = _dictionary(raw)
        if field is None or _seen(raw, seen):
            continue
        if depth > _MAX_DEPTH:
            raise Unreadable("file.too_demanding")
        part = entry(field, "/T")
        name = ".".join(text for text in (prefix, str(part) if part is not None else "") if text)
        kind = str(field.get("/FT", inherited))
        if kind == "/Sig" and ("/T" in field or "/V" in field):
            yield _read_field(reader, raw, field, name)
        pending += [(kid, name, kind, depth + 1) for kid in reversed(items(field.get("/Kids")))]
    raise Unreadable("file.too_demanding")


def _read_field(reader: PdfFileReader, raw: object, field: generic.DictionaryObject, name: str) -> FieldFound:
    try:
        value = _dictionary(field.get("/V"))
    except Exception:  # noqa: BLE001 - the parser raises many types
        return FieldFound(name, filled=True, problem="signature.malformed")
    if value is None:
        return FieldFound(name, filled="/V" in field, problem="signature.malformed" if "/V" in field else "")
    subfilter = str(value.get("/SubFilter", ""))
    if subfilter not in SUPPORTED_SUBFILTERS:
        return FieldFound(name, filled=True, subfilter=subfilter, problem="signature.unsupported")
    try:
        signature = EmbeddedPdfSignature(reader, raw, name)  # type: ignore[arg-type]  # a reference is taken too
        share_certificates(signature.signed_data)
        _ = signature.signer_cert.subject
    except RecursionError:
        return FieldFound(name, filled=True, subfilter=subfilter, problem="signature.malformed")
    except Exception:  # noqa: BLE001 - one broken signature never hides the others
        return FieldFound(name, filled=True, subfilter=subfilter, problem="signature.malformed")
    return FieldFound(name, filled=True, subfilter=subfilter, signature=signature)


def _dictionary(raw: object) -> generic.DictionaryObject | None:
    value = plain(raw)
    return value if isinstance(value, generic.DictionaryObject) else None


def _seen(raw: object, seen: set[tuple[int, int]]) -> bool:
    if not isinstance(raw, generic.IndirectObject):
        return False
    key = (raw.idnum, raw.generation)
    if key in seen:
        return True
    seen.add(key)
    return False
