"""Bytes that travel beside an event: age files (age-encryption.org/v1), each to an identity of its own.

That one-time identity is sealed with age to every addressee's device and lies inside the event, so that the ciphertext says
nothing of who may read it, and a desk can be told apart from a stranger only by the event.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import BlobRef

from .device import DeviceKey

if TYPE_CHECKING:
    from pyrage import x25519


@dataclass(frozen=True, slots=True)
class Sealed:
    """``cipher`` goes under ``blobs/<cipher_sha256>``; ``keys`` maps device ids to the sealed one-time identity (base64)."""

    cipher: bytes = field(repr=False)
    cipher_sha256: str
    sha256: str
    size: int
    keys: tuple[tuple[str, str], ...] = field(repr=False)

    def ref(self, name: str, media_type: str, role: str) -> BlobRef:
        """What the event says of it."""
        return BlobRef(self.sha256, self.size, name, media_type, role, self.cipher_sha256, self.keys)


def seal(data: bytes, recipients: Sequence[tuple[str, str]]) -> Sealed:
    """Encrypt to (device id, age recipient) pairs. Raises ``blob.no_recipients``, ``blob.bad_recipient``."""
    import pyrage

    if not recipients:
        raise OfficeError("blob.no_recipients")
    once = pyrage.x25519.Identity.generate()
    cipher = pyrage.encrypt(data, [once.to_public()])
    digest = hashlib.sha256(cipher).hexdigest()
    return Sealed(cipher, digest, hashlib.sha256(data).hexdigest(), len(data), _sealed_keys(once, recipients))


def _sealed_keys(once: x25519.Identity, recipients: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    import pyrage

    secret = str(once).encode("ascii")
    keys: dict[str, str] = {}
    for device, recipient in recipients:
        to = age_recipient(device, recipient)
        keys[device] = base64.b64encode(pyrage.encrypt(secret, [to])).decode("ascii")
    return tuple(sorted(keys.items()))


def age_recipient(device: str, recipient: str) -> x25519.Recipient:
    """What pyrage encrypts to; raises ``blob.bad_recipient`` naming the device."""
    from pyrage import RecipientError, x25519

    try:
        return x25519.Recipient.from_str(recipient)
    except RecipientError as error:
        raise OfficeError("blob.bad_recipient", device=device) from error


def open_file(source: Path, ref: BlobRef, key: DeviceKey, target: Path) -> None:
    """Decrypt a ciphertext file into ``target``, in bounded memory, checked against the event's digests as ``open_blob`` does.

    The caller has checked the ciphertext's own digest. Raises as ``open_blob``; then ``target`` is not there.
    """
    import pyrage

    try:
        once = _identity(ref, key)
        with source.open("rb") as reader, target.open("wb") as writer:
            pyrage.decrypt_io(reader, writer, [once])
        with target.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == ref.sha256
        if not right or target.stat().st_size != ref.size:
            raise OfficeError("blob.damaged", name=ref.name, reason="content")
    except pyrage.DecryptError as error:
        target.unlink(missing_ok=True)
        raise OfficeError("blob.damaged", name=ref.name, reason="key") from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _identity(ref: BlobRef, key: DeviceKey) -> x25519.Identity:
    """The one-time identity that was sealed to this device. Raises ``blob.not_for_us``, ``blob.damaged``."""
    import pyrage

    sealed = dict(ref.keys).get(key.id)
    if sealed is None:
        raise OfficeError("blob.not_for_us", name=ref.name)
    try:
        own = pyrage.x25519.Identity.from_str(key.age_identity)
        return pyrage.x25519.Identity.from_str(
            pyrage.decrypt(base64.b64decode(sealed, validate=True), [own]).decode("ascii")
        )
    except (pyrage.DecryptError, pyrage.IdentityError, binascii.Error, ValueError) as error:
        raise OfficeError("blob.damaged", name=ref.name, reason="key") from error


def open_blob(cipher: bytes, ref: BlobRef, key: DeviceKey) -> bytes:
    """The plain bytes, checked against the event's digests.

    Raises ``blob.not_for_us`` where no key was sealed to this device, ``blob.damaged`` for anything but the right bytes.
    """
    import pyrage

    if hashlib.sha256(cipher).hexdigest() != ref.cipher:
        raise OfficeError("blob.damaged", name=ref.name, reason="cipher")
    once = _identity(ref, key)
    try:
        data = bytes(pyrage.decrypt(cipher, [once]))
    except pyrage.DecryptError as error:
        raise OfficeError("blob.damaged", name=ref.name, reason="key") from error
    if hashlib.sha256(data).hexdigest() != ref.sha256 or len(data) != ref.size:
        raise OfficeError("blob.damaged", name=ref.name, reason="content")
    return data
