"""Each token is judged on arrival (RFC 3161 §2.2, §2.4.2): nonce, imprint, policy, the TSA's signature, its certificate and its chain.

A Judge belongs to one operation and one trust store. What depends on the TSA's certificate alone (purpose, chain) costs once; the
rest costs a hash and one signature check per token.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .der import octets, tlv
from .errors import SigningError
from .tsa_der import OID, SET, Malformed, Node, Parts, read_response, read_token
from .tsa_fault import Fault

if TYPE_CHECKING:
    from .trust import TrustStore

_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")  # RFC 2634 §5.4
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")  # RFC 5035 §3, RFC 5816
_TST_INFO_TYPE = bytes.fromhex("060b2a864886f70d0109100104")
_RSA = bytes.fromhex("2a864886f70d010101")
_RSA_PSS = bytes.fromhex("2a864886f70d01010a")
_ED25519 = bytes.fromhex("2b6570")
_SIGNATURES = {  # OID → digest (RFC 4055 §5, RFC 5758 §3.2)
    bytes.fromhex("2a864886f70d01010b"): "sha256",
    bytes.fromhex("2a864886f70d01010c"): "sha384",
    bytes.fromhex("2a864886f70d01010d"): "sha512",
    bytes.fromhex("2a8648ce3d040302"): "sha256",
    bytes.fromhex("2a8648ce3d040303"): "sha384",
    bytes.fromhex("2a8648ce3d040304"): "sha512",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the TSA; ``policy`` is DER, empty when any will do."""

    digest: bytes
    algorithm: str
    nonce: int
    policy: bytes = b""


@dataclass(slots=True)
class _Signer:
    """A TSA's certificate whose purpose holds, and from when to when its chain does."""

    certificate: Any
    others: list[Any]
    key: Any
    identity: bytes = b""  # the signing-certificate attribute that was found to name this certificate
    since: datetime | None = None
    until: datetime | None = None


class Judge:
    """Judges the tokens of one TSA against ``trust``, within one event loop."""

    def __init__(self, trust: TrustStore) -> None:
        self._trust = trust
        self._signers: dict[bytes, _Signer] = {}
        self._chains = asyncio.Lock()

    async def token(self, response: bytes, asked: Asked) -> tuple[bytes, datetime]:
        """The token's DER and its time. Raises Fault ``tsa.refused``, ``tsa.bad_answer``, ``tsa.untrusted``."""
        try:
            granted = read_response(response)
            if granted.status not in ("granted", "granted_with_mods"):
                raise _refusal(granted.status, granted.failures)
            if not granted.token:
                raise Malformed("no_token")
            parts = read_token(granted.token)
            _require_what_was_asked(parts, asked)
            await self._require_signed(parts)
        except Malformed as error:
            raise Fault("tsa.bad_answer", error.reason) from error
        return granted.token, parts.info.time

    async def kept(self, token: bytes, digest: bytes, algorithm: str) -> tuple[datetime, datetime]:
        """A token that was kept: its time, and until when the certificates below the anchor are valid. Raises as ``token``."""
        try:
            parts = read_token(token)
            if (parts.info.algorithm, parts.info.digest) != (algorithm, digest):
                raise Malformed("imprint")
            signer = await self._require_signed(parts)
        except Malformed as error:
            raise Fault("tsa.bad_answer", error.reason) from error
        return parts.info.time, signer.until or parts.info.time

    async def _require_signed(self, parts: Parts) -> _Signer:
        name = hashlib.sha256(parts.signer.der + parts.certificates).digest()
        signer = self._signers.get(name) or _find_signer(parts)
        attributes = _attributes(parts)
        _require_attributes(parts, attributes, signer)
        _require_signature(parts, signer.key)
        async with self._chains:
            await self._require_chain(signer, parts.info.time)
        self._signers[name] = signer
        return signer

    async def _require_chain(self, signer: _Signer, at: datetime) -> None:
        """At the token's own time: the PC's clock may be years off, and is told apart from a certificate that has expired."""
        from .chains import require_chain

        if signer.since is not None and signer.until is not None and signer.since <= at <= signer.until:
            return
        try:
            path = await require_chain(signer.certificate, signer.others, self._trust, purpose="timestamping", at=at)
        except SigningError as error:
            raise Fault("tsa.untrusted", error.code) from error
        except Exception as error:  # a stranger's certificates: asn1crypto raises many types
            raise Malformed("certificate") from error
        # The anchor's own dates do not count where anything lies below it (RFC 5280 §6.1.1 d).
        below = path[:-1] or path
        signer.since = max(one.not_valid_before for one in below)
        signer.until = min(one.not_valid_after for one in below)


def _refusal(status: str, failures: tuple[str, ...]) -> Fault:
    return Fault("tsa.refused", failures[0] if failures else "not_granted", status=status)


def _require_what_was_asked(parts: Parts, asked: Asked) -> None:
    info = parts.info
    if info.nonce is None:
        raise Malformed("nonce_missing")
    if info.nonce != asked.nonce:
        raise Malformed("nonce")
    if info.algorithm != asked.algorithm:
        raise Malformed("algorithm")
    if info.digest != asked.digest:
        raise Malformed("imprint")
    if asked.policy and info.policy != asked.policy:
        raise Malformed("policy")


def _find_signer(parts: Parts) -> _Signer:
    """The certificate that the SignerInfo names, among those sent along (RFC 3161 §2.4.1: certReq was set)."""
    from asn1crypto import cms, x509

    try:
        sid = cms.SignerIdentifier.load(parts.signer.der)
        certificates = [x509.Certificate.load(der) for der in parts.certificate_list()]
        mine = next((one for one in certificates if _is_named(one, sid)), None)
    except (ValueError, TypeError, KeyError) as error:
        raise Malformed("certificate") from error
    if mine is None:
        raise Malformed("certificate")
    return _Signer(mine, [one for one in certificates if one is not mine], _purposeful_key(mine.dump()))


def _is_named(certificate: Any, sid: Any) -> bool:
    if sid.name == "issuer_and_serial_number":
        named = sid.chosen
        return bool(
            certificate.serial_number == named["serial_number"].native and certificate.issuer == named["issuer"]
        )
    return bool(certificate.key_identifier is not None and certificate.key_identifier == sid.chosen.native)


def _purposeful_key(der: bytes) -> Any:
    """The certificate's key, if its extended key usage is critical and timeStamping alone (RFC 3161 §2.3)."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        certificate = x509.load_der_x509_certificate(der)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
        key = certificate.public_key()
    except x509.ExtensionNotFound as error:
        raise Fault("tsa.untrusted", "purpose") from error
    except Exception as error:  # a stranger's certificate: cryptography raises many types
        raise Malformed("certificate") from error
    if not usage.critical or list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise Fault("tsa.untrusted", "purpose")
    return key


def _attributes(parts: Parts) -> dict[bytes, bytes]:
    """Signed attributes: OID → the one value's DER; one that is there twice is damage (RFC 5652 §11)."""
    found: dict[bytes, bytes] = {}
    for attribute in parts.attributes.children():
        pair = attribute.children()
        if len(pair) != 2:
            raise Malformed("attributes")
        kind, values = pair
        if kind.tag != OID or values.tag != SET or kind.content in found:
            raise Malformed("attributes")
        found[kind.content] = values.content
    return found


def _require_attributes(parts: Parts, attributes: dict[bytes, bytes], signer: _Signer) -> None:
    """content-type, message-digest (RFC 5652 §11.1, §11.2) and the signing certificate's identity (RFC 5816 §2.2.1)."""
    if attributes.get(_CONTENT_TYPE) != _TST_INFO_TYPE:
        raise Malformed("attributes")
    if not parts.digest_algorithm:
        raise Malformed("weak_digest")
    digest = hashlib.new(parts.digest_algorithm, parts.content).digest()
    if attributes.get(_MESSAGE_DIGEST) != octets(digest):
        raise Malformed("signature")
    newer = attributes.get(_SIGNING_CERTIFICATE_V2)
    identity = newer or attributes.get(_SIGNING_CERTIFICATE)
    if identity is None:
        raise Malformed("signing_certificate")
    if identity != signer.identity:
        _require_named(identity, newer is not None, signer.certificate.dump())
        signer.identity = identity


def _require_named(identity: bytes, newer: bool, certificate: bytes) -> None:
    """The first ESSCertID (RFC 5035 §3, RFC 2634 §5.4) is the digest of the certificate that signed."""
    from asn1crypto import tsp

    try:
        form = tsp.SigningCertificateV2 if newer else tsp.SigningCertificate
        first = form.load(identity)["certs"][0]
        algorithm = first["hash_algorithm"]["algorithm"].native if newer else "sha1"
        same = first["cert_hash"].native == hashlib.new(algorithm, certificate).digest()
    except (ValueError, TypeError, KeyError, IndexError) as error:
        raise Malformed("signing_certificate") from error
    if not same:
        raise Malformed("signing_certificate")


def _require_signature(parts: Parts, key: Any) -> None:
    """Over the DER of SET OF signedAttrs (RFC 5652 §5.4)."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    message = tlv(SET, parts.attributes.content)
    kind, parameters = _algorithm(parts.signature_algorithm)
    name = _SIGNATURES.get(kind, parts.digest_algorithm)
    digest = _hash(name)
    try:
        if isinstance(key, rsa.RSAPublicKey) and kind == _RSA_PSS:
            key.verify(parts.signature, message, *_pss(parameters))
        elif isinstance(key, rsa.RSAPublicKey) and (kind == _RSA or kind in _SIGNATURES):
            key.verify(parts.signature, message, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and kind in _SIGNATURES:
            key.verify(parts.signature, message, ec.ECDSA(digest))
        elif isinstance(key, ed25519.Ed25519PublicKey) and kind == _ED25519:
            key.verify(parts.signature, message)
        else:
            raise Malformed("signature_algorithm")
    except InvalidSignature as error:
        raise Malformed("signature") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Malformed("signature_algorithm") from error


def _hash(name: str) -> Any:
    """Cryptography's object for a digest. Raises KeyError for one that is not accepted."""
    from cryptography.hazmat.primitives import hashes

    known: dict[str, Any] = {"sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512}
    return known[name]()


def _algorithm(node: Node) -> tuple[bytes, bytes]:
    """An AlgorithmIdentifier's OID and the DER of its parameters."""
    parts = node.children()
    if not parts or parts[0].tag != OID or len(parts) > 2:
        raise Malformed("signature_algorithm")
    return parts[0].content, parts[1].der if len(parts) == 2 else b""


def _pss(parameters: bytes) -> tuple[Any, Any]:
    """RSASSA-PSS-params (RFC 4055 §3.1) for cryptography; SHA-1, their default, is refused."""
    from asn1crypto import algos
    from cryptography.hazmat.primitives.asymmetric import padding

    try:
        read = algos.RSASSAPSSParams.load(parameters)
        digest = _hash(read["hash_algorithm"]["algorithm"].native)
        mask = _hash(read["mask_gen_algorithm"]["parameters"]["algorithm"].native)
        return padding.PSS(padding.MGF1(mask), int(read["salt_length"].native)), digest
    except (ValueError, TypeError, KeyError) as error:
        raise Malformed("signature_algorithm") from error
