"""What every signed paper of the exchange shares: a compact JWS (RFC 7515) by an Ed25519 key (RFC 8037, alg of RFC 9864).

The payload of our own papers is canonical JSON (RFC 8785). The protected header is exactly ``{"alg":"Ed25519","kid":…,"typ":…}``,
canonical as well, so that one paper has one text and one digest; ``typ`` keeps a signature over one kind of paper from serving as another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import Json

if TYPE_CHECKING:
    from .device import DeviceKey

ALGORITHM = "Ed25519"
MAX_CHARACTERS = 16_000_000

EVENT = "qillqa-event+jws"
DIRECTORY = "qillqa-directory+jws"
BLOCK = "qillqa-block+jws"
RECEIPT = "qillqa-receipt+jws"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A JWS taken apart, its signature not yet checked. ``kid`` is the device id, or ``admin`` for the directory."""

    kid: str
    payload: bytes
    jws: str

    @property
    def digest(self) -> str:
        """SHA-256 hex of the compact JWS in ASCII."""
        return digest_of(self.jws)


def digest_of(jws: str) -> str:
    """SHA-256 hex of a compact JWS in ASCII."""
    return hashlib.sha256(jws.encode("ascii")).hexdigest()


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes. Raises ``envelope.malformed`` for what JSON cannot carry exactly."""
    import rfc8785

    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError, ValueError) as error:
        raise OfficeError("envelope.malformed", reason=type(error).__name__) from error


def seal_payload(payload: bytes, key: DeviceKey, typ: str, *, kid: str = "") -> str:
    """The compact JWS of that payload by that key."""
    from joserfc import jws as jose
    from joserfc.jwk import OKPKey

    secret: dict[str, str | list[str]] = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": key.public()[0],
        "d": base64.urlsafe_b64encode(key.signing_seed).rstrip(b"=").decode("ascii"),
    }
    header = {"alg": ALGORITHM, "kid": kid or key.id, "typ": typ}
    return jose.serialize_compact(header, payload, OKPKey.import_key(secret), algorithms=[ALGORITHM])


def take_apart(jws: str | bytes, typ: str) -> Envelope:
    """Read the text of a paper of that ``typ``; the signature is not checked here.

    Raises ``envelope.malformed`` for anything but the one canonical text, ``envelope.wrong_type`` for another paper.
    """
    try:
        text = jws.decode("ascii") if isinstance(jws, bytes) else jws
        text.encode("ascii")
        if len(text) > MAX_CHARACTERS:
            raise ValueError("size")
        head, body, signature = text.split(".")
        raw_header, payload, raw_signature = _decode(head), _decode(body), _decode(signature)
        header = json.loads(raw_header)
        kid, found = header["kid"], header["typ"]
        expected = canonical({"alg": ALGORITHM, "kid": kid, "typ": found})
        if raw_header != expected or not isinstance(kid, str) or len(raw_signature) != 64:
            raise ValueError("header")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OfficeError("envelope.malformed", reason=type(error).__name__) from error
    if found != typ:
        raise OfficeError("envelope.wrong_type", found=str(found), expected=typ)
    return Envelope(kid, payload, text)


def require_signature(envelope: Envelope, verify_key: str) -> None:
    """Check the signature by that raw Ed25519 key (base64url). Raises ``envelope.bad_signature``."""
    from joserfc import jws as jose
    from joserfc.errors import JoseError
    from joserfc.jwk import OKPKey

    try:
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": verify_key})
        registry = jose.JWSRegistry(algorithms=[ALGORITHM])
        registry.max_payload_length = MAX_CHARACTERS  # its own limit of 128 kB is less than a directory of an entity
        jose.deserialize_compact(envelope.jws, key, registry=registry)
    except (JoseError, ValueError, TypeError) as error:
        raise OfficeError("envelope.bad_signature", device=envelope.kid) from error


def payload_of(jws: str) -> bytes:
    """The payload of any compact JWS, unchecked: for showing what is asked. Raises ``envelope.malformed``."""
    try:
        _, body, _ = jws.split(".")
        return _decode(body)
    except ValueError as error:
        raise OfficeError("envelope.malformed", reason=type(error).__name__) from error


def read_canonical(payload: bytes) -> Json:
    """The JSON value of a canonical payload. Raises ``envelope.not_canonical``, ``envelope.malformed``."""
    value = read_json(payload)
    if canonical(value) != payload:
        raise OfficeError("envelope.not_canonical")
    return value


def read_json(payload: bytes) -> Json:
    """The JSON value of a payload, canonical or not. Raises ``envelope.malformed``."""
    try:
        return json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise OfficeError("envelope.malformed", reason=type(error).__name__) from error


def _decode(part: str) -> bytes:
    """Strict base64url: no padding, no stray bits, so that a text cannot be altered without altering what it says."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise ValueError("base64") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != part:
        raise ValueError("base64")
    return raw
