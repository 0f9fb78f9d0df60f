"""What an existing document allows (ISO 32000-1 §12.8.2, ISO 32000-2 §12.7.5.5): read before anything is asked of the person.

The table behind ``require_allowed`` was measured with pyHanko's difference analysis (docs/decisions/0017).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import SigningError

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from .options import FieldLock, SignOptions

_PART = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*(\d)")
_CONFORMANCE = re.compile(rb"pdfaid:conformance(?:>|\s*=\s*[\"'])\s*([A-Za-z])")
_UA = re.compile(rb"pdfuaid:part(?:>|\s*=\s*[\"'])\s*(\d)")
_MAX_METADATA = 1 << 20  # bytes; a packet is some kilobytes
_SCRIPTS = ("/JavaScript", "/Launch")


@dataclass(frozen=True, slots=True)
class Lock:
    """A FieldMDP in force or to come: which fields it locks, by full name. ``action``: all, include, exclude."""

    action: str
    fields: tuple[str, ...] = ()

    def covers(self, name: str) -> bool:
        """Whether the field of that full name, or a parent of it, is locked."""
        if self.action == "all":
            return True
        named = any(name == one or name.startswith(one + ".") for one in self.fields)
        return named if self.action == "include" else not named


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """``certified``: the strictest DocMDP permission in force, 0 for none. ``locks``: those of signed fields. ``own_locks``: what an
    empty field will lock once it is signed, by its full name. ``empty`` and ``filled``: signature fields by name. ``archival`` and
    ``accessible``: what the metadata claim ("2A", "1"), believed by nobody. ``warnings``: codes of what a signer should know.
    """

    certified: int = 0
    locks: tuple[Lock, ...] = ()
    own_locks: tuple[tuple[str, Lock], ...] = ()
    empty: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    other_fields: tuple[str, ...] = ()
    timestamps: int = 0
    tagged: bool = False
    archival: str = ""
    accessible: str = ""
    dynamic_form: bool = False
    warnings: tuple[str, ...] = ()
    signers: tuple[bytes, ...] = ()

    @property
    def signatures(self) -> int:
        """Signatures that are there, document timestamps left out."""
        return len(self.filled) - self.timestamps

    def signed_by(self, certificate: bytes) -> bool:
        """Whether that certificate (DER) has signed already."""
        return certificate in self.signers


def read_rules(reader: PdfFileReader) -> DocumentRules:
    """Raises SigningError ``pdf.broken_signature`` where a signature cannot be read."""
    root = reader.root
    form = _dictionary(root, "/AcroForm")
    metadata = _metadata(reader)
    marks = _dictionary(root, "/MarkInfo")
    common: dict[str, Any] = {
        "tagged": "/StructTreeRoot" in root and bool(marks is not None and _get(marks, "/Marked", False)),
        "archival": _claim(metadata),
        "accessible": _first(_UA, metadata),
        "dynamic_form": form is not None and "/XFA" in form,
        "warnings": tuple(_warnings(root)),
    }
    if form is None:
        return DocumentRules(**common)
    return DocumentRules(**common, **_fields(reader))


def require_allowed(rules: DocumentRules, *, field: str, create: bool, visible: bool, options: SignOptions) -> None:
    """Refuse what the document forbids or what would break an earlier signature.

    ``create``: ``field`` would be made; ``visible``: on a page.

    Raises SigningError ``pdf.xfa``, ``sign.certified_no_changes``, ``sign.certified_no_new_field``, ``sign.field_locked``,
    ``sign.certify_not_first``, ``sign.certify_closes_fields``, ``sign.lock_too_late``, ``sign.lock_unknown_field``,
    ``sign.lock_closes_fields``.
    """
    if rules.dynamic_form:
        raise SigningError("pdf.xfa")
    if rules.certified == 1:
        raise SigningError("sign.certified_no_changes", field=field)
    if rules.certified and create and visible:
        raise SigningError("sign.certified_no_new_field", field=field)
    if any(lock.covers(field) for lock in rules.locks):
        raise SigningError("sign.field_locked", field=field)
    if options.certify is not None:
        _require_certifiable(rules, field, options.certify)
    if options.lock is not None:
        _require_lockable(rules, field, create, options.lock)


def _require_certifiable(rules: DocumentRules, field: str, permission: int) -> None:
    if rules.filled:
        raise SigningError("sign.certify_not_first", field=field)
    others = [name for name in rules.empty if name != field]
    if permission == 1 and others:
        raise SigningError("sign.certify_closes_fields", field=field, others=", ".join(others))


def _require_lockable(rules: DocumentRules, field: str, create: bool, wanted: FieldLock) -> None:
    lock = Lock(wanted.action, wanted.fields)
    if rules.filled and not create:
        raise SigningError("sign.lock_too_late", field=field)
    known = {*rules.empty, *rules.filled, *rules.other_fields, field}
    strange = [name for name in lock.fields if not any(one == name or one.startswith(name + ".") for one in known)]
    if strange:
        raise SigningError("sign.lock_unknown_field", field=field, unknown=", ".join(strange))
    closed = [name for name in rules.empty if name != field and lock.covers(name)]
    if closed:
        raise SigningError("sign.lock_closes_fields", field=field, others=", ".join(closed))


def _fields(reader: PdfFileReader) -> dict[str, Any]:
    """What the form's fields say; only its signatures are read."""
    from pyhanko.sign.fields import enumerate_sig_fields

    empty: list[str] = []
    filled: list[tuple[str, Any]] = []
    own: list[tuple[str, Lock]] = []
    for name, value, reference in enumerate_sig_fields(reader):
        if name is None:
            continue
        if value is None:
            empty.append(name)
            lock = _lock(_get(reference.get_object(), "/Lock"))
            own += [(name, lock)] if lock else []
        else:
            filled.append((name, value.get_object()))
    permissions = [number for _, value in filled for number in permissions_of(value)]
    return {
        "certified": min(permissions, default=0),
        "locks": tuple(lock for _, value in filled for lock in locks_of(value)),
        "own_locks": tuple(own),
        "empty": tuple(empty),
        "filled": tuple(name for name, _ in filled),
        "other_fields": tuple(_other_fields(reader, {*empty, *(name for name, _ in filled)})),
        "timestamps": sum(str(_get(value, "/Type", "")) == "/DocTimeStamp" for _, value in filled),
        "signers": _signers(reader) if filled else (),
    }


def _signers(reader: PdfFileReader) -> tuple[bytes, ...]:
    from .revisions import embedded

    found = [one for one in embedded(reader) if one.sig_object_type != "/DocTimeStamp"]
    return tuple(one.signer_cert.dump() for one in found)


def _references(value: Any) -> Iterator[tuple[str, Any]]:
    """The transform method and parameters of each signature reference (ISO 32000-1 table 253)."""
    references = _get(value, "/Reference", ())
    for index in range(len(references)):  # by index, which follows what is itself a reference
        reference = references[index]
        yield str(_get(reference, "/TransformMethod", "")), _get(reference, "/TransformParams", {})


def permissions_of(value: Any) -> Iterator[int]:
    """DocMDP of a certification (2 where it does not say), and what an approval signature's lock adds (ISO 32000-2 table 236)."""
    for method, parameters in _references(value):
        if method == "/DocMDP":
            yield int(_get(parameters, "/P", 2))
        elif method == "/FieldMDP" and "/P" in parameters:
            yield int(parameters["/P"])


def locks_of(value: Any) -> Iterator[Lock]:
    """FieldMDP of a signature dictionary: the fields that may not change after it (ISO 32000-1 §12.8.2.4)."""
    for method, parameters in _references(value):
        lock = _lock(parameters) if method == "/FieldMDP" else None
        if lock is not None:
            yield lock


def _lock(parameters: Any) -> Lock | None:
    if parameters is None or "/Action" not in parameters:
        return None
    action = str(parameters["/Action"]).removeprefix("/").lower()
    return Lock(action, tuple(str(name) for name in _get(parameters, "/Fields", ()))) if action else None


def _other_fields(reader: PdfFileReader, signature_fields: set[str]) -> Iterator[str]:
    """Full names of the fields that are no signature fields, as far as they have names of their own."""
    pending = [(item, "") for item in _get(reader.root["/AcroForm"], "/Fields", ())]
    for _ in range(5000):  # a damaged form may go round in circles
        if not pending:
            return
        item, above = pending.pop()
        field = item.get_object()
        name = ".".join(part for part in (above, str(_get(field, "/T", ""))) if part)
        if name and name != above and name not in signature_fields:
            yield name
        pending += [(kid, name) for kid in _get(field, "/Kids", ())]


def _warnings(root: Any) -> Iterator[str]:
    names = _dictionary(root, "/Names")
    action = _dictionary(root, "/OpenAction")
    scripted = action is not None and str(_get(action, "/S", "")) in _SCRIPTS
    if "/AA" in root or scripted or (names is not None and "/JavaScript" in names):
        yield "pdf.active_content"
    if "/Collection" in root:
        yield "pdf.portfolio"
    permissions = _dictionary(root, "/Perms")
    if permissions is not None and ("/UR3" in permissions or "/UR" in permissions):
        yield "pdf.usage_rights"


def _get(owner: Any, key: str, default: Any = None) -> Any:
    """The value behind ``key``, references followed: pyHanko's own ``get`` does not follow them."""
    return owner[key] if key in owner else default  # noqa: SIM401


def _dictionary(owner: Any, key: str) -> Any:
    from pyhanko.pdf_utils.generic import DictionaryObject

    value = _get(owner, key)
    return value if isinstance(value, DictionaryObject) else None


def _metadata(reader: PdfFileReader) -> bytes:
    """The XMP packet, as far as it can be read; past pyHanko's cache, whose copy of it breaks the difference analysis later."""
    import zlib

    try:
        reference = reader.root.raw_get("/Metadata").reference
        stream = reader.get_object(reference, revision=reader.total_revisions - 1)  # type: ignore[no-untyped-call]
        raw = bytes(stream.encoded_data)
        return raw if "/Filter" not in stream else zlib.decompressobj().decompress(raw, _MAX_METADATA)
    except Exception:  # noqa: BLE001 - absent or damaged: it claims nothing
        return b""


def _claim(metadata: bytes) -> str:
    return _first(_PART, metadata) + _first(_CONFORMANCE, metadata).upper()


def _first(pattern: re.Pattern[bytes], text: bytes) -> str:
    found = pattern.search(text)
    return found.group(1).decode("ascii") if found else ""
