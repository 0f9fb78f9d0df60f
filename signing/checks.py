"""Reading back what was just written, before anybody is told that it is signed."""

from __future__ import annotations

import hashlib
import io
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from .cms_check import cms_holds
from .errors import SigningError
from .outputs import digest_of
from .revisions import embedded, open_again, open_reader

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

    from .later.history import History

_BLOCK = 1 << 20


def check_signed(
    stream: IO[bytes],
    *,
    before_size: int,
    before_digest: str,
    revisions: int,
    field: str,
    certificate: bytes,
    strict: bool = True,
) -> None:
    """A file that was signed and perhaps raised: the old file is a prefix of it, only what a signature adds was added, and it is ours.

    The field is read by another parser (qpdf) than the one that wrote it, and the CMS verified by other code. ``revisions``: how many the
    source had; ``strict``: how it was opened. Raises SigningError ``output.check_failed`` with the ``check`` that failed.
    """
    _check_prefix(stream, before_size, before_digest)
    _check_added(open_again(stream, strict=strict), revisions)
    _check_field(stream, before_size, field, certificate)


def check_raised(stream: IO[bytes], *, before_size: int, before_digest: str, revisions: int) -> None:
    """A file to which only evidence was appended: prefix, allowed additions, and every timestamp covers what it should."""
    _check_prefix(stream, before_size, before_digest)
    reader = open_reader(stream)
    _check_added(reader, revisions)
    for signature in embedded(reader):
        if not intact(signature):
            raise SigningError("output.check_failed", check="integrity", field=str(signature.field_name))


def check_earlier(reader: PdfFileReader, code: str = "sign.earlier_signature_bad") -> None:
    """Refuse a file with a broken signature, or one followed by suspicious changes: SigningError ``code``.

    Also the check that what was appended spoils none of them, with ``output.check_failed``.
    """
    from .later.history import History

    signatures = embedded(reader)
    if not signatures:
        return
    data = _all_of(reader.stream)
    history = History(data, reader)
    for signature in signatures:
        _check_one(signature, code, data, history)


def intact(signature: Any) -> bool:
    """Whether the digest and the signature's mathematics hold; nothing about trust or later changes."""
    from pyhanko.sign.general import SigningError as PyhankoError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    if signature.sig_object_type == "/DocTimeStamp":
        return _timestamp_intact(signature)
    try:
        digest = signature.compute_digest()
        same, valid = validate_sig_integrity(signature.signer_info, signature.signer_cert, "data", digest)
    except (PyhankoError, ValueError):
        return False
    return bool(same and valid)


def token_intact(signed_data: Any, digest: bytes) -> bool:
    """Whether a timestamp token (RFC 3161) covers ``digest`` and bears its signer's signature; nothing about trust."""
    from pyhanko.sign.general import SigningError as PyhankoError
    from pyhanko.sign.general import extract_certificate_info
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        content = signed_data["encap_content_info"]["content"]
        if content.parsed["message_imprint"]["hashed_message"].native != digest:
            return False
        signer = signed_data["signer_infos"][0]
        hashed = hashlib.new(signer["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
        certificate = extract_certificate_info(signed_data).signer_cert
        same, valid = validate_sig_integrity(signer, certificate, "tst_info", hashed)
    except (PyhankoError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False
    return bool(same and valid)


def _check_prefix(stream: IO[bytes], size: int, digest: str) -> None:
    if digest_of(stream, size) != digest:
        raise SigningError("output.check_failed", check="prefix")


def _check_added(reader: PdfFileReader, revisions: int) -> None:
    from .appended import foreign_changes

    try:
        foreign = foreign_changes(reader, revisions)
    except Exception as error:  # pyHanko raises many types on damaged files; one such file must not end the pile
        raise SigningError("output.check_failed", check="added", objects=type(error).__name__) from error
    if foreign:
        raise SigningError("output.check_failed", check="added", objects="; ".join(foreign[:5]))


def _check_field(stream: IO[bytes], before_size: int, field: str, certificate: bytes) -> None:
    found = _read_field(stream, field)
    if found is None:
        raise SigningError("output.check_failed", check="field", field=field)
    contents, ranges = found
    if not _covers(stream, ranges, contents, before_size):
        raise SigningError("output.check_failed", check="coverage", field=field)
    if not cms_holds(contents, lambda name: _digest(stream, ranges, name), certificate):
        raise SigningError("output.check_failed", check="integrity", field=field)


def _read_field(stream: IO[bytes], name: str) -> tuple[bytes, list[int]] | None:
    """/Contents and /ByteRange of the field with that full name (ISO 32000-1 §12.7.3.2)."""
    import pikepdf

    stream.seek(0)
    try:
        with pikepdf.open(cast("BinaryIO", stream)) as pdf:
            pending = [(item, "") for item in pdf.Root.AcroForm.Fields]
            while pending:
                item, above = pending.pop()
                full = ".".join(part for part in (above, str(item.get("/T", ""))) if part)
                if full == name and "/V" in item:
                    value = item.V
                    return bytes(value.Contents), [int(number) for number in value.ByteRange]
                pending += [(kid, full) for kid in item.get("/Kids", [])]
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError):
        return None
    return None


def _covers(stream: IO[bytes], ranges: list[int], contents: bytes, before_size: int) -> bool:
    """One gap, holding nothing but /Contents, behind the old file; the end may lie before later revisions (ISO 32000-1 §12.8.1)."""
    if len(ranges) != 4:
        return False
    start, first, second, rest = ranges
    if start != 0 or not before_size < first < second or rest <= 0:
        return False
    gap = _slice(stream, first, second)
    if gap[:1] + gap[-1:] != b"<>" or len(gap) != second - first:
        return False
    try:
        written = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return False
    end = _slice(stream, second + rest - 8, second + rest)
    return written.rstrip(b"\0") == contents.rstrip(b"\0") and end.rstrip().endswith(b"%%EOF")


def _digest(stream: IO[bytes], ranges: list[int], name: str) -> bytes:
    digest = hashlib.new(name)
    for start, length in ((ranges[0], ranges[1]), (ranges[2], ranges[3])):
        if isinstance(stream, io.BytesIO):
            with stream.getbuffer() as view:
                digest.update(view[start : start + length])
            continue
        stream.seek(start)
        left = length
        while left and (block := stream.read(min(_BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.digest()


def _slice(stream: IO[bytes], start: int, end: int) -> bytes:
    stream.seek(start)
    return stream.read(end - start)


def _timestamp_intact(signature: Any) -> bool:
    info = signature.signed_data["encap_content_info"]["content"].parsed
    algorithm = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    return token_intact(signature.signed_data, signature.compute_digest(algorithm))


def _check_one(signature: Any, code: str, data: bytes, history: History) -> None:
    from .changes import read_coverage, read_later_changes
    from .report import LaterChanges

    field = str(signature.field_name)
    if not intact(signature):
        raise SigningError(code, check="integrity", field=field)
    later = read_later_changes(data, signature, read_coverage(data, signature), history)
    if later.changes is LaterChanges.SUSPICIOUS:
        raise SigningError(code, check=later.reason.partition(".")[2], field=field)


def _all_of(stream: IO[bytes]) -> bytes:
    if isinstance(stream, io.BytesIO):
        return stream.getvalue()
    stream.seek(0)
    return stream.read()
