"""A PKCS#12 file (RFC 7292) in the token worker's child: the key is decrypted here and never leaves this process."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .worker_holder import Refused
from .worker_pipe import Message, Secret, pack

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    Key = RSAPrivateKey | EllipticCurvePrivateKey

_LARGEST = 4 * 1024 * 1024  # bytes; a key with a long chain has twenty thousand


@dataclass(frozen=True, slots=True)
class _Identity:
    """A key and one certificate of it."""

    key: Key
    certificate: bytes
    label: str


class SoftFile:
    """A PKCS#12 file as a Holder: one token without a PIN flag, whose certificates show only after the password."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._sessions: dict[int, tuple[list[_Identity], int]] = {}
        self._last = 0
        self._read()

    def tokens(self, *, refresh: bool) -> Message:
        """The file itself; its name is its label."""
        if refresh:
            self._read()
        return {"tokens": [self._describe() | {"certificates": []}]}

    def look(self, message: Message) -> Message:
        """Still there; what is inside cannot be known without the password."""
        self._read()
        return self._describe() | {"held": True, "certificate": message.get("certificate")}

    def login(self, message: Message, secret: Secret) -> Message:
        """Decrypt, once. Answers every certificate that has its key in the file, and the others as chain."""
        found, others = _open(self._read(), secret)
        if not found:
            raise Refused("p12.no_key", token=message.get("label"))
        self._last += 1
        self._sessions[self._last] = (found, 0)
        listed = [{"der": pack(one.certificate), "key_id": _key_id(one.key), "label": one.label} for one in found]
        return {
            "session": self._last,
            "at_the_pad": False,
            "identities": listed,
            "chain": [pack(der) for der in others],
        }

    def keeps(self, secret: Secret) -> bool:  # noqa: ARG002 - a Holder
        """The password is needed once."""
        return False

    def select(self, session: int, certificate: str) -> Message:
        """The identity with that SHA-256."""
        found, _ = self._opened(session)
        for index, one in enumerate(found):
            if hashlib.sha256(one.certificate).hexdigest() == certificate:
                self._sessions[session] = (found, index)
                return {}
        raise Refused("token.certificate_gone", token=self._path.stem)

    def sign(self, session: int, digest: bytes, algorithm: str, padding: str) -> bytes:
        """RSA by ``padding``, or ECDSA as DER."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, rsa
        from cryptography.hazmat.primitives.asymmetric import padding as paddings
        from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

        found, index = self._opened(session)
        chosen = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}.get(algorithm)
        if chosen is None or len(digest) != chosen.digest_size:
            raise Refused("token.no_mechanism", mechanism=algorithm)
        key, prehashed = found[index].key, Prehashed(chosen)
        if not isinstance(key, rsa.RSAPrivateKey):
            return key.sign(digest, ec.ECDSA(prehashed))
        if padding == "pss":
            return key.sign(digest, paddings.PSS(paddings.MGF1(chosen), chosen.digest_size), prehashed)
        return key.sign(digest, paddings.PKCS1v15(), prehashed)

    def idle(self) -> bool:
        """Whether no session is open."""
        return not self._sessions

    def logout(self, session: int) -> None:
        """Forget the keys."""
        self._sessions.pop(session, None)

    def close(self) -> None:
        """Forget all keys."""
        self._sessions.clear()

    def _opened(self, session: int) -> tuple[list[_Identity], int]:
        if session not in self._sessions:
            raise Refused("token.removed")
        return self._sessions[session]

    def _read(self) -> bytes:
        from asn1crypto import pkcs12

        try:
            with self._path.open("rb") as stream:
                data = stream.read(_LARGEST + 1)
        except OSError as error:
            raise Refused("p12.unreadable", file=self._path.name, reason=type(error).__name__) from None
        try:
            if len(data) > _LARGEST:
                raise ValueError("large")
            pkcs12.Pfx.load(data, strict=True).native  # noqa: B018 - asn1crypto parses when read
        except Exception:  # noqa: BLE001 - asn1crypto raises many types on damaged input
            raise Refused("p12.damaged", file=self._path.name) from None
        return data

    def _describe(self) -> Message:
        return {
            "slot": 0,
            "label": self._path.stem,
            "serial": "",
            "model": "PKCS#12",
            "manufacturer": "",
            "pin_state": "ok",
            "pin_pad": False,
            "min_pin": 0,
            "max_pin": 0,
            "soft": True,
            "mechanisms": ["RSA", "RSA-PSS", "ECDSA"],
        }


def _open(data: bytes, secret: Secret) -> tuple[list[_Identity], list[bytes]]:
    """Every identity, and the DER of the certificates that have no key here."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    if 0 in secret.buffer():  # no such password exists; cryptography panics over it
        raise Refused("p12.wrong_password")
    try:
        bundle = pkcs12.load_pkcs12(data, cast("bytes", secret.buffer()))  # any buffer will do: no copy
    except UnsupportedAlgorithm:
        raise Refused("p12.unsupported") from None
    except ValueError:
        raise Refused("p12.wrong_password" if len(secret) else "p12.password_needed") from None
    keys = _keys(data, secret)
    if not keys and isinstance(bundle.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        keys = [bundle.key]
    held = [*([bundle.cert] if bundle.cert is not None else []), *bundle.additional_certs]
    found, others = [], []
    for one in held:
        key = next((key for key in keys if _same(key, one.certificate)), None)
        der = one.certificate.public_bytes(Encoding.DER)
        if key is None:
            others.append(der)
        else:
            found.append(_Identity(key, der, (one.friendly_name or b"").decode("utf-8", "replace")))
    return found, others


def _keys(data: bytes, secret: Secret) -> list[Key]:
    """Every key whose bag lies open (as OpenSSL and Java write them): cryptography itself gives only the first of a file."""
    from asn1crypto import pkcs12
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    found: list[Any] = []
    for content in pkcs12.Pfx.load(data).authenticated_safe:
        if content["content_type"].native != "data":
            continue
        for bag in pkcs12.SafeContents.load(content["content"].native):
            kind = bag["bag_id"].native
            if kind in ("pkcs8_shrouded_key_bag", "key_bag"):
                der = bag["bag_value"].untag().dump()
                with contextlib.suppress(
                    ValueError, TypeError, UnsupportedAlgorithm
                ):  # a key of another kind or password
                    found.append(
                        load_der_private_key(der, None if kind == "key_bag" else cast("bytes", secret.buffer()))
                    )
    return [key for key in found if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)]


def _same(key: Key, certificate: x509.Certificate) -> bool:
    return bool(certificate.public_key() == key.public_key())


def _key_id(key: Key) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()
