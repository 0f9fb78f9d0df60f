"""The desk's own key pair, and where it is kept: the system's keyring, or a file that only its owner reads."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from keyring.backend import KeyringBackend

SERVICE = "qillqa-device"


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """Ed25519 signs events (RFC 8032); the age identity opens blobs. Neither appears in ``repr``."""

    id: str
    signing_seed: bytes = field(repr=False)  # 32 bytes
    age_identity: str = field(repr=False)  # AGE-SECRET-KEY-1…

    @classmethod
    def generate(cls, device_id: str) -> DeviceKey:
        """A fresh key pair for that device id (a ULID)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from pyrage import x25519

        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        return cls(device_id, seed, str(x25519.Identity.generate()))

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The signing key as ``cryptography`` knows it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.signing_seed)

    def public(self) -> tuple[str, str]:
        """(raw Ed25519 public key in base64url without padding, age recipient): what the directory publishes."""
        from pyrage import x25519

        verify = base64.urlsafe_b64encode(self.private_key.public_key().public_bytes_raw()).rstrip(b"=").decode("ascii")
        return verify, str(x25519.Identity.from_str(self.age_identity).to_public())

    def to_secret(self) -> str:
        """The text that a vault keeps. Never log it."""
        seed = base64.urlsafe_b64encode(self.signing_seed).decode("ascii")
        return json.dumps({"v": 1, "id": self.id, "ed25519": seed, "age": self.age_identity})

    @classmethod
    def from_secret(cls, text: str) -> DeviceKey:
        """Read a kept key. Raises ``device.key_damaged``, saying nothing of what it read."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from pyrage import IdentityError, x25519

        try:
            kept = json.loads(text)
            seed = base64.urlsafe_b64decode(kept["ed25519"])
            Ed25519PrivateKey.from_private_bytes(seed)
            x25519.Identity.from_str(kept["age"])
            return cls(str(kept["id"]), seed, str(kept["age"]))
        except (ValueError, KeyError, TypeError, IdentityError):
            raise OfficeError("device.key_damaged") from None


class KeyVault(Protocol):
    """Keeps device keys. ``name`` is ``keyring`` or ``file``; ``doctor`` tells which one a desk has."""

    name: str

    def save(self, key: DeviceKey) -> None:
        """Keep the key, durably. Raises ``device.vault_failed``."""
        ...

    def load(self, device_id: str) -> DeviceKey:
        """Raises ``device.key_missing``, ``device.key_damaged``, ``device.vault_failed``."""
        ...


class KeyringVault:
    """The system's keyring: Secret Service, KWallet, Windows Credential Locker, macOS Keychain."""

    name = "keyring"

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def save(self, key: DeviceKey) -> None:
        """Keep the key in the keyring."""
        from keyring.errors import KeyringError

        try:
            self._backend.set_password(SERVICE, key.id, key.to_secret())
        except KeyringError as error:
            raise OfficeError("device.vault_failed", reason=type(error).__name__) from error

    def load(self, device_id: str) -> DeviceKey:
        """Read the key back."""
        from keyring.errors import KeyringError

        try:
            secret = self._backend.get_password(SERVICE, device_id)
        except KeyringError as error:
            raise OfficeError("device.vault_failed", reason=type(error).__name__) from error
        if secret is None:
            raise OfficeError("device.key_missing", device=device_id)
        return _same(DeviceKey.from_secret(secret), device_id)


class FileVault:
    """A file per device in ``<home>/keys``, mode 0600 where the system has modes (on Windows: the profile's own ACL)."""

    name = "file"

    def __init__(self, home: Path) -> None:
        self.folder = home / "keys"

    def path_of(self, device_id: str) -> Path:
        """Where the key of that device lies."""
        return self.folder / f"{device_id}.key"

    def save(self, key: DeviceKey) -> None:
        """Write the key, whole or not at all."""
        try:
            write_private(self.path_of(key.id), key.to_secret())
        except OSError as error:
            raise OfficeError("device.vault_failed", reason=type(error).__name__) from error

    def load(self, device_id: str) -> DeviceKey:
        """Read the key back; a file that others could read is closed to them first."""
        path = self.path_of(device_id)
        try:
            close_to_others(path)
            secret = path.read_text(encoding="ascii")
        except FileNotFoundError as error:
            raise OfficeError("device.key_missing", device=device_id) from error
        except (OSError, ValueError) as error:
            raise OfficeError("device.vault_failed", reason=type(error).__name__) from error
        return _same(DeviceKey.from_secret(secret), device_id)


def choose_vault(home: Path, backend: KeyringBackend | None = None) -> KeyVault:
    """The keyring where a real one is there, else the file. A home that already has its key in a file keeps it there."""
    file_vault = FileVault(home)
    if any(file_vault.folder.glob("*.key")):
        return file_vault
    chosen = backend if backend is not None else system_keyring()
    return KeyringVault(chosen) if chosen is not None and _works(chosen) else file_vault


def load_key(vault: KeyVault, device_id: str) -> DeviceKey:
    """The key of that device. Raises ``device.key_missing``, ``device.key_damaged``, ``device.vault_failed``."""
    return vault.load(device_id)


def _same(key: DeviceKey, device_id: str) -> DeviceKey:
    if key.id != device_id:
        raise OfficeError("device.key_damaged")
    return key


def system_keyring() -> KeyringBackend | None:
    """The keyring of this session, if it is a real one."""
    import keyring
    from keyring.errors import KeyringError

    try:
        found = keyring.get_keyring()
        usable = float(found.priority) > 0
    except (KeyringError, RuntimeError, ImportError, TypeError, ValueError):
        return None
    return found if usable else None


def _works(backend: KeyringBackend) -> bool:
    """A keyring may be listed and yet be locked or unreachable: ask it once for something that is not there."""
    try:
        backend.get_password(SERVICE, "probe")
    except Exception:  # noqa: BLE001 - back ends raise whatever their bus raises; then the file is used
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Whole and synced or not at all, for its owner alone, in a folder for its owner alone. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.stem}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def close_to_others(path: Path) -> None:
    """What others could read is closed to them. Raises OSError."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
