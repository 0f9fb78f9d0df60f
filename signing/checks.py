"""Reading back what was just written, before anybody is told that it is signed."""

from __future__ import annotations

from typing import IO, Any

from .errors import SigningError
from .revisions import digest_of, embedded, open_reader


def check_appended(
    stream: IO[bytes], *, before_size: int, before_digest: str, field: str, certificate: bytes | None
) -> None:
    """The old file is a prefix of the new one, every signature is intact, nobody's earlier one was spoilt, and ours is ours.

    ``certificate``: DER that must have signed ``field``; None for a document timestamp. Raises SigningError ``output.check_failed``.
    """
    if digest_of(stream, before_size) != before_digest:
        raise SigningError("output.check_failed", check="prefix")
    found = embedded(open_reader(stream))
    for signature in found:
        _check_one(signature, "output.check_failed")
    mine = next((one for one in found if one.field_name == field), None) if field else None
    if field and mine is None:
        raise SigningError("output.check_failed", check="field")
    if mine is not None and certificate is not None and mine.signer_cert.dump() != certificate:
        raise SigningError("output.check_failed", check="certificate")


def check_earlier(stream: IO[bytes]) -> None:
    """Refuse to append to a file whose signatures are broken or were followed by suspicious changes: ``sign.earlier_signature_bad``."""
    for signature in embedded(open_reader(stream)):
        _check_one(signature, "sign.earlier_signature_bad")


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
    from hashlib import new

    from pyhanko.sign.general import SigningError as PyhankoError
    from pyhanko.sign.general import extract_certificate_info
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        content = signed_data["encap_content_info"]["content"]
        if content.parsed["message_imprint"]["hashed_message"].native != digest:
            return False
        signer = signed_data["signer_infos"][0]
        hashed = new(signer["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
        certificate = extract_certificate_info(signed_data).signer_cert
        same, valid = validate_sig_integrity(signer, certificate, "tst_info", hashed)
    except (PyhankoError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        return False
    return bool(same and valid)


def _timestamp_intact(signature: Any) -> bool:
    info = signature.signed_data["encap_content_info"]["content"].parsed
    algorithm = info["message_imprint"]["hash_algorithm"]["algorithm"].native
    return token_intact(signature.signed_data, signature.compute_digest(algorithm))


def _check_one(signature: Any, code: str) -> None:
    from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel

    field = str(signature.field_name)
    if not intact(signature):
        raise SigningError(code, check="integrity", field=field)
    signature.compute_integrity_info()
    result = signature.diff_result
    harmless = isinstance(result, DiffResult) and result.modification_level <= ModificationLevel.FORM_FILLING
    if result is not None and not harmless:
        raise SigningError(code, check="changed_later", field=field)
