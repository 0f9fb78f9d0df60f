"""Statements signed by a token outside PDF: compact JWS (RFC 7515) with x5c, e.g. the enrolment of a device."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .errors import SigningError
from .report import Certificate

if TYPE_CHECKING:
    from .session import TokenSession
    from .trust import TrustStore

_MAX_STATEMENT = 1_000_000  # characters
_MAX_CHAIN = 8
_ALGORITHMS = {"RS256": "sha256", "ES256": "sha256", "ES384": "sha384"}
_HALF = {"ES256": 32, "ES384": 48}  # bytes of r and of s (RFC 7518 §3.4)
_MIN_RSA = 2048


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose signature and chain hold. ``certificate`` is the signer's: identify him by CI and issuer."""

    payload: bytes
    certificate: Certificate


def sign_statement(payload: bytes, session: TokenSession) -> str:
    """A compact JWS by the session's key: RS256, ES256 or ES384 by its type. Raises TokenError, SigningError ``statement.key``."""
    algorithm = _algorithm(session.certificate.algorithm)
    chain = [session.certificate.der, *(der for der in session.chain if der != session.certificate.der)][:_MAX_CHAIN]
    header = {"alg": algorithm, "x5c": [base64.b64encode(der).decode("ascii") for der in chain]}
    signed = f"{_encode(json.dumps(header, separators=(',', ':')).encode())}.{_encode(payload)}"
    signature = session.sign_raw(signed.encode("ascii"), digest=_ALGORITHMS[algorithm])
    if algorithm in _HALF:
        signature = _concatenated(signature, _HALF[algorithm])
    return f"{signed}.{_encode(signature)}"


def read_statement(jws: str, *, trust: TrustStore, at: datetime, online: bool = False) -> Statement:
    """Check a statement's signature and its certificate's chain to an anchor at ``at`` (aware).

    A certificate that is known to be revoked at ``at`` is refused: by the cache of ``trust`` and, ``online``, by asking now (which waits
    for the network, and fills the cache). Where nobody answers, nothing is known and nothing is refused. Not from a running event loop.

    Raises SigningError ``statement.malformed``, ``statement.bad_signature``, ``statement.untrusted`` (facts: ``reason``, a code of chains),
    ``statement.revoked``.
    """
    header, chain = _header(jws)
    certificate = _certificate(chain[0])
    if header["alg"] != _algorithm(certificate.algorithm):
        raise SigningError("statement.malformed", reason="algorithm")
    payload = _verified(jws, str(header["alg"]), certificate)
    _require_signer(certificate)
    _require_trusted(certificate, chain, trust, at, online)
    return Statement(payload, certificate)


def _header(jws: str) -> tuple[dict[str, Any], list[bytes]]:
    try:
        if len(jws) > _MAX_STATEMENT or jws.count(".") != 2:
            raise ValueError("shape")
        header = json.loads(_decode(jws.split(".", 1)[0]))
        chain = [base64.b64decode(item, validate=True) for item in header["x5c"]]
        if set(header) - {"alg", "x5c", "typ"} or header["alg"] not in _ALGORITHMS or not 0 < len(chain) <= _MAX_CHAIN:
            raise ValueError("header")
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise SigningError("statement.malformed", reason=type(error).__name__) from error
    return header, chain


def _certificate(der: bytes) -> Certificate:
    from .subject import describe_certificate

    try:
        return describe_certificate(der)
    except SigningError as error:
        raise SigningError("statement.malformed", reason="certificate") from error


def _verified(jws: str, algorithm: str, certificate: Certificate) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from joserfc import jws as jose
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    try:
        public = x509.load_der_x509_certificate(certificate.der).public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        key = RSAKey.import_key(pem) if algorithm == "RS256" else ECKey.import_key(pem)
        if algorithm == "RS256" and getattr(public, "key_size", 0) < _MIN_RSA:
            raise SigningError("statement.bad_signature", reason="short_key")
        verified = jose.deserialize_compact(jws, key, registry=_registry(algorithm))
    except (JoseError, ValueError, TypeError) as error:
        raise SigningError("statement.bad_signature", reason=type(error).__name__) from error
    return bytes(verified.payload)


def _registry(algorithm: str) -> Any:
    from joserfc import jws as jose

    registry = jose.JWSRegistry(algorithms=[algorithm])
    registry.max_header_length = registry.max_payload_length = (
        _MAX_STATEMENT  # its own limit of 512 holds no certificate
    )
    return registry


def _require_signer(certificate: Certificate) -> None:
    if certificate.unusable:
        raise SigningError("statement.untrusted", reason=certificate.unusable, name=certificate.person.name)


def _require_trusted(
    certificate: Certificate, chain: list[bytes], trust: TrustStore, at: datetime, online: bool
) -> None:
    from .chains import load_certificates, require_chain, require_not_revoked

    try:
        signer, *others = load_certificates(chain)
        path = asyncio.run(require_chain(signer, others, trust, purpose="signing", at=at))
        asyncio.run(require_not_revoked(path, trust, at=at, online=online))
    except SigningError as error:
        if error.code == "certificate.revoked":
            raise SigningError("statement.revoked", name=certificate.person.name, date=error.facts["date"]) from error
        raise SigningError("statement.untrusted", reason=error.code, name=certificate.person.name) from error
    except ValueError as error:
        raise SigningError("statement.malformed", reason="chain") from error


def _algorithm(key: str) -> str:
    if key.startswith("RSA"):
        return "RS256"
    try:
        return {"EC secp256r1": "ES256", "EC secp384r1": "ES384"}[key]
    except KeyError:
        raise SigningError("statement.key", algorithm=key) from None


def _concatenated(der: bytes, half: int) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(der)
    return r.to_bytes(half, "big") + s.to_bytes(half, "big")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
