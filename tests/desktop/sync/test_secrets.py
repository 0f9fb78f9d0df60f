"""Passwords of outside services: they come back the same, long ones too, and lie where the desk's key lies."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked, PasswordDeleteError

from desktop.records.errors import OfficeError
from desktop.sync.device import DeviceKey, FileVault
from desktop.sync.secrets import FileSecrets, KeyringSecrets, SecretStore, choose_secrets

from .test_device import LockedKeyring, MemoryKeyring

LONG = "".join(chr(0x41 + number % 26) for number in range(3500))  # a JWT; Windows takes 1280 characters per entry


class Keyring(MemoryKeyring):
    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


@pytest.fixture(params=["file", "keyring"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    return FileSecrets(tmp_path) if request.param == "file" else KeyringSecrets(Keyring(), "device-a")


@pytest.mark.parametrize("secret", ["clave", "ñandú 9:1", "1000:x", LONG, LONG[:1000], LONG[:1001]])
def test_a_secret_comes_back_the_same(store: SecretStore, secret: str) -> None:
    store.put("tsa/a", LONG)
    store.put("tsa/b", "otra")
    store.put("tsa/a", secret)
    assert (store.get("tsa/a"), store.get("tsa/b"), store.get("tsa/c")) == (secret, "otra", "")
    store.forget("tsa/a")
    store.forget("tsa/a")
    assert (store.get("tsa/a"), store.get("tsa/b")) == ("", "otra")


def test_nothing_is_left_in_the_keyring(tmp_path: Path) -> None:
    backend = Keyring()
    store = KeyringSecrets(backend, "device-a")
    store.put("tsa/a", LONG)
    assert max(len(text) for text in backend.kept.values()) < 1280
    store.put("tsa/a", "corta")
    assert len(backend.kept) == 1
    store.put("tsa/a", LONG)
    store.forget("tsa/a")
    assert backend.kept == {}


def test_the_file_is_its_owners_alone_even_after_a_careless_restore(tmp_path: Path) -> None:
    store = FileSecrets(tmp_path)
    store.put("tsa/a", "clave")
    assert [path.name for path in store.path.parent.iterdir()] == ["secrets.json"]
    if os.name == "posix":  # elsewhere the profile's ACL does it
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
        store.path.chmod(0o644)
    assert store.get("tsa/a") == "clave"
    if os.name == "posix":
        assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "\x00\xff"])
def test_a_damaged_file_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    store = FileSecrets(tmp_path)
    store.path.parent.mkdir()
    store.path.write_text(text, "latin-1")
    for act in (lambda: store.get("a"), lambda: store.put("a", "clave"), lambda: store.forget("a")):
        with pytest.raises(OfficeError, match=r"secret\.failed") as caught:
            act()
        assert "clave" not in str(caught.value)
    assert store.path.read_text("latin-1") == text


def test_a_locked_keyring_is_told(tmp_path: Path) -> None:
    store = KeyringSecrets(LockedKeyring(), "device-a")
    for act in (lambda: store.get("a"), lambda: store.put("a", "clave"), lambda: store.forget("a")):
        with pytest.raises(OfficeError, match=r"secret\.failed") as caught:
            act()
        assert caught.value.facts == {"reason": KeyringLocked.__name__}


def test_secrets_lie_where_the_key_lies(tmp_path: Path) -> None:
    backend = Keyring()
    assert choose_secrets(tmp_path, "d", backend).name == "keyring"
    FileVault(tmp_path).save(DeviceKey.generate("d"))
    assert choose_secrets(tmp_path, "d", backend).name == "file"
    assert choose_secrets(tmp_path / "other", "d", LockedKeyring()).name == "file"
