"""Small secrets of a desk that are not its key: passwords and tokens of outside services. Kept where its key is kept.

Keyring or 0600 file, as ``device.choose_vault`` chose for this home. No secret appears in an error.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from desktop.records.errors import OfficeError

from .device import choose_vault, close_to_others, system_keyring, write_private

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "qillqa-secret"
_PIECE = 1000  # characters: Windows' Credential Locker takes 2560 bytes of UTF-16, a JWT may be longer


class SecretStore(Protocol):
    """Keeps texts by name. ``name`` is ``keyring`` or ``file``. Every method raises ``secret.failed``."""

    name: str

    def put(self, key: str, secret: str) -> None:
        """Keep it, durably, instead of what was there."""
        ...

    def get(self, key: str) -> str:
        """What is kept there; empty where nothing is."""
        ...

    def forget(self, key: str) -> None:
        """Keep nothing there."""
        ...


def choose_secrets(home: Path, device: str, backend: KeyringBackend | None = None) -> SecretStore:
    """The keyring where this desk's key lies in one, else the file beside the key."""
    if choose_vault(home, backend).name == "file":
        return FileSecrets(home)
    chosen = backend if backend is not None else system_keyring()
    return KeyringSecrets(chosen, device) if chosen is not None else FileSecrets(home)


class KeyringSecrets:
    """The system's keyring; long secrets lie in pieces, the first of which says how many there are."""

    name = "keyring"

    def __init__(self, backend: KeyringBackend, device: str) -> None:
        self._backend = backend
        self._device = device

    def put(self, key: str, secret: str) -> None:
        """Keep it; what is left of a longer one is removed."""
        pieces = [secret[at : at + _PIECE] for at in range(0, len(secret), _PIECE)] or [""]
        before = self._count(key)
        for number, piece in enumerate(pieces[1:], start=1):
            self._set(f"{key}.{number}", piece)
        self._set(key, f"{len(pieces)}:{pieces[0]}")
        for number in range(len(pieces), before):
            self._delete(f"{key}.{number}")

    def get(self, key: str) -> str:
        """All pieces in one; empty where one is missing."""
        count, _, first = self._get(key).partition(":")
        return first + "".join(self._get(f"{key}.{number}") for number in range(1, int(count or 1)))

    def forget(self, key: str) -> None:
        """Remove every piece."""
        for number in range(1, self._count(key)):
            self._delete(f"{key}.{number}")
        self._delete(key)

    def _count(self, key: str) -> int:
        count = self._get(key).partition(":")[0]
        return int(count) if count.isdigit() else 0

    def _get(self, key: str) -> str:
        from keyring.errors import KeyringError

        try:
            return self._backend.get_password(SERVICE, f"{self._device}/{key}") or ""
        except KeyringError as error:
            raise OfficeError("secret.failed", reason=type(error).__name__) from error

    def _set(self, key: str, text: str) -> None:
        from keyring.errors import KeyringError

        try:
            self._backend.set_password(SERVICE, f"{self._device}/{key}", text)
        except KeyringError as error:
            raise OfficeError("secret.failed", reason=type(error).__name__) from error

    def _delete(self, key: str) -> None:
        from keyring.errors import KeyringError, PasswordDeleteError

        try:
            self._backend.delete_password(SERVICE, f"{self._device}/{key}")
        except PasswordDeleteError:
            return
        except KeyringError as error:
            raise OfficeError("secret.failed", reason=type(error).__name__) from error


class FileSecrets:
    """``<home>/keys/secrets.json``, mode 0600 where the system has modes (on Windows: the profile's own ACL)."""

    name = "file"

    def __init__(self, home: Path) -> None:
        self.path = home / "keys" / "secrets.json"

    def put(self, key: str, secret: str) -> None:
        """Write the file anew, whole or not at all."""
        self._write({**self._read(), key: secret})

    def get(self, key: str) -> str:
        """Read; a file that others could read is closed to them first."""
        return self._read().get(key, "")

    def forget(self, key: str) -> None:
        """Write the file anew without it."""
        kept = self._read()
        if kept.pop(key, None) is not None:
            self._write(kept)

    def _read(self) -> dict[str, str]:
        try:
            close_to_others(self.path)
            kept = json.loads(self.path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise OfficeError("secret.failed", reason=type(error).__name__) from None
        if not isinstance(kept, dict) or not all(isinstance(text, str) for text in kept.values()):
            raise OfficeError("secret.failed", reason="damaged")
        return kept

    def _write(self, kept: dict[str, str]) -> None:
        try:
            write_private(self.path, json.dumps(kept, ensure_ascii=False))
        except OSError as error:
            raise OfficeError("secret.failed", reason=type(error).__name__) from error
