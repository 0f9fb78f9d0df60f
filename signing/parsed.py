"""Certificates and revocation answers parsed once in a process, however many files carry them.

The same few certificates stand in every file of an office, and asn1crypto remembers in an object what it once decoded (names made
comparable by RFC 4518, extensions, keys). What is shared here is only read; whether it is trusted is judged anew each time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from asn1crypto import cms, crl, ocsp, x509

_before: dict[str, Any] = {}  # asn1crypto's own function, once it was replaced
_LONGEST = 300_000  # bytes; a long revocation list would fill the memory, and is rarely met twice


def certificate(der: bytes) -> x509.Certificate:
    """One certificate, decoded wholly; raises ValueError and what else asn1crypto raises on damage."""
    return _certificate(der)


def answer(der: bytes) -> ocsp.OCSPResponse:
    """One OCSP response (RFC 6960), decoded wholly; raises as above."""
    return _answer(der) if len(der) <= _LONGEST else _whole(ocsp.OCSPResponse, der)


def revocation_list(der: bytes) -> crl.CertificateList:
    """One CRL (RFC 5280 §5), decoded wholly; raises as above."""
    return _list(der) if len(der) <= _LONGEST else _whole(crl.CertificateList, der)


def revoked_in(listed: crl.CertificateList) -> dict[int, crl.RevokedCertificate]:
    """The entries of a CRL by serial number, gathered once for each list."""
    found: dict[int, crl.RevokedCertificate] | None = getattr(listed, "entries_by_serial", None)
    if found is None:
        found = {
            entry["user_certificate"].native: entry for entry in listed["tbs_cert_list"]["revoked_certificates"] or ()
        }
        listed.entries_by_serial = found
    return found


def compare_quickly() -> None:
    """Have asn1crypto compare and hash names by what it prepared of them once (RFC 5280 §7.1, RFC 4518), in all of this process."""
    if _before:
        return
    _before["equal"] = x509.Name.__eq__
    x509.Name.__eq__ = _equal
    x509.Name.__ne__ = lambda name, other: not _equal(name, other)
    x509.Name.hashable = property(
        lambda name: _hashable(name.chosen.dump())
    )  # without the tag that a GeneralName puts around it


def _equal(name: x509.Name, other: object) -> bool:
    if not isinstance(other, x509.Name):
        return False
    first, second = name.chosen.dump(), other.chosen.dump()
    return first == second or (_hashable(first) == _hashable(second) and bool(_before["equal"](name, other)))


@lru_cache(maxsize=512)
def _hashable(der: bytes) -> str:
    return str(x509.RDNSequence.load(der).hashable)


def share_certificates(signed: cms.SignedData) -> None:
    """Have a CMS hold the shared objects in place of its own; what cannot be decoded is left as it is, for whoever reads it."""
    for item in signed["certificates"] or ():
        if item.name != "certificate":
            continue
        try:
            item._parsed = _certificate(item.chosen.dump())  # noqa: SLF001 - asn1crypto has no other way
        except Exception:  # noqa: BLE001, S112 - it raises many types on foreign certificates
            continue


@lru_cache(maxsize=512)
def _certificate(der: bytes) -> x509.Certificate:
    found = x509.Certificate.load(der, strict=True)
    body = found["tbs_certificate"]
    _keep(found, body, body["issuer"].chosen, body["subject"].chosen, body["subject_public_key_info"])
    found.untag = lambda: found  # pyHanko untags before each use, which copies and forgets
    return found


@lru_cache(maxsize=256)
def _answer(der: bytes) -> ocsp.OCSPResponse:
    return _whole(ocsp.OCSPResponse, der)


@lru_cache(maxsize=32)
def _list(der: bytes) -> crl.CertificateList:
    return _whole(crl.CertificateList, der)


def _whole(kind: Any, der: bytes) -> Any:
    found = kind.load(der, strict=True)
    if kind is crl.CertificateList:
        _keep(found, found["tbs_cert_list"], found["tbs_cert_list"]["issuer"].chosen)
    elif found["response_status"].native == "successful":
        _keep(found, found["response_bytes"]["response"].parsed["tbs_response_data"])
    else:
        _keep(found)
    return found


def _keep(found: Any, *parts: Any) -> None:
    """Decode an object wholly, for damage shows only then; it and these parts of it hold on to their bytes, which asn1crypto else puts
    together anew whenever they are asked for, once it has decoded what is inside.
    """
    kept = [(part, part.dump()) for part in (found, *parts)]
    _ = found.native
    for part, der in kept:
        part.dump = lambda force=False, der=der: der  # noqa: ARG005 - asn1crypto's own signature
