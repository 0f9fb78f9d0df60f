"""The mathematics of one detached CMS signature of ours (RFC 5652 §5.4–5.6, RFC 5035), read by other code than what encoded it.

Only what PAdES allows is understood: one signer, signed attributes, signing-certificate-v2. Everything else does not hold.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
_DATA = bytes.fromhex("2a864886f70d010701")
_PSS = bytes.fromhex("2a864886f70d01010a")
_DIGESTS = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}


def cms_holds(der: bytes, digest_of_content: Callable[[str], bytes], certificate: bytes) -> bool:
    """Whether ``der`` (zeroes may follow) is ``certificate``'s signature over content with that digest; nothing about trust.

    ``digest_of_content`` is handed the digest's name ("sha256"). The signer's certificate is bound by signing-certificate-v2.
    """
    try:
        return _holds(der, digest_of_content, certificate)
    except Exception:  # noqa: BLE001 - whatever cannot be parsed or verified does not hold
        return False


def _holds(der: bytes, digest_of_content: Callable[[str], bytes], certificate: bytes) -> bool:
    kind, content = _children(_value(der, 0x30))
    if kind != (0x06, _SIGNED_DATA):
        return False
    parts = list(_children(_value(content[1], 0x30)))
    if parts[-1][0] != 0x31:
        return False
    (signer,) = _children(parts[-1][1])
    _version, _sid, algorithm, attributes, mechanism, signature, *_unsigned = _children(signer[1])
    if attributes[0] != 0xA0 or signature[0] != 0x04:
        return False
    digest = _DIGESTS[next(_children(algorithm[1]))[1]]
    found = dict(_attributes(attributes[1]))
    if found[_CONTENT_TYPE] != (0x06, _DATA) or found[_MESSAGE_DIGEST] != (0x04, digest_of_content(digest)):
        return False
    if not _bound(found[_SIGNING_CERTIFICATE_V2][1], certificate):
        return False
    covered = b"\x31" + _length(len(attributes[1])) + attributes[1]  # RFC 5652 §5.4: as a SET OF, not as [0]
    _verify(certificate, next(_children(mechanism[1]))[1] == _PSS, digest, signature[1], covered)
    return True


def _attributes(body: bytes) -> Iterator[tuple[bytes, tuple[int, bytes]]]:
    """Type and first value of each attribute; a type that comes twice does not hold (RFC 5652 §11)."""
    seen: set[bytes] = set()
    for _, attribute in _children(body):
        name, values = _children(attribute)
        if name[1] in seen:
            raise ValueError("twice")
        seen.add(name[1])
        (value,) = _children(values[1])
        yield name[1], value


def _bound(signing_certificate: bytes, certificate: bytes) -> bool:
    """Signing-certificate-v2 (RFC 5035 §3) names this certificate first; its hash algorithm is SHA-256 where none is named."""
    certificates = next(_children(signing_certificate))
    first = list(_children(next(_children(certificates[1]))[1]))
    name = "sha256"
    if first[0][0] == 0x30:
        name = _DIGESTS[next(_children(first[0][1]))[1]]
        first = first[1:]
    return first[0] == (0x04, hashlib.new(name, certificate).digest())


def _verify(certificate: bytes, pss: bool, digest: str, signature: bytes, covered: bytes) -> None:
    """Raises InvalidSignature, or whatever does not fit."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

    key = _public_key(certificate)
    algorithms: dict[str, hashes.HashAlgorithm] = {
        "sha256": hashes.SHA256(),
        "sha384": hashes.SHA384(),
        "sha512": hashes.SHA512(),
    }
    hashed = algorithms[digest]
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, covered, ec.ECDSA(hashed))
    elif isinstance(key, rsa.RSAPublicKey):
        way = padding.PSS(padding.MGF1(hashed), hashed.digest_size) if pss else padding.PKCS1v15()
        key.verify(signature, covered, way, hashed)
    else:
        raise TypeError(type(key).__name__)


@lru_cache(maxsize=16)
def _public_key(certificate: bytes) -> Any:
    from cryptography import x509

    return x509.load_der_x509_certificate(certificate).public_key()


def _children(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and value of each DER element in ``body`` (X.690 §8.1, single-byte tags); raises ValueError where it is not whole."""
    place = 0
    while place < len(body):
        tag, length = body[place], body[place + 1]
        place += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(body[place : place + count], "big")
            place += count
        if place + length > len(body):
            raise ValueError("cut short")
        yield tag, body[place : place + length]
        place += length


def _value(der: bytes, tag: int) -> bytes:
    """The value of the first element, whatever follows it."""
    found, value = next(_children(der))
    if found != tag:
        raise ValueError("tag")
    return value


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    encoded = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(encoded)]) + encoded
