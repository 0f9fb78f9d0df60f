"""The desk's key: where it is kept, that it never shows, that it comes back the same."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from desktop.records.errors import OfficeError
from desktop.sync.device import DeviceKey, FileVault, KeyringVault, choose_vault, load_key


class MemoryKeyring(KeyringBackend):
    """A keyring back end as a real one behaves, in memory."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password


class LockedKeyring(MemoryKeyring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")


@pytest.mark.parametrize("kind", ["file", "keyring"])
def test_a_kept_key_comes_back_the_same(tmp_path: Path, kind: str) -> None:
    vault = FileVault(tmp_path) if kind == "file" else KeyringVault(MemoryKeyring())
    key = DeviceKey.generate("device-a")
    vault.save(key)
    assert load_key(vault, "device-a") == key
    assert load_key(vault, "device-a").public() == key.public()


def test_a_key_shows_nothing_of_itself() -> None:
    key = DeviceKey.generate("device-a")
    assert key.age_identity not in repr(key)
    assert repr(key.signing_seed) not in repr(key)
    assert repr(key) == "DeviceKey(id='device-a')"


def test_the_file_is_its_owners_alone_even_after_a_careless_restore(tmp_path: Path) -> None:
    vault = FileVault(tmp_path)
    vault.save(DeviceKey.generate("device-a"))
    path = vault.path_of("device-a")
    if os.name == "posix":  # elsewhere the profile's ACL does it
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        vault.load("device-a")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert vault.load("device-a").id == "device-a"


def test_a_missing_or_damaged_key_is_told_without_its_content(tmp_path: Path) -> None:
    vault = FileVault(tmp_path)
    with pytest.raises(OfficeError, match=r"device\.key_missing"):
        vault.load("device-a")
    vault.save(DeviceKey.generate("device-a"))
    vault.path_of("device-a").write_text("AGE-SECRET-KEY-1NONSENSE", encoding="ascii")
    with pytest.raises(OfficeError) as caught:
        vault.load("device-a")
    assert caught.value.code == "device.key_damaged"
    assert "NONSENSE" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_key_under_another_devices_name_is_refused(tmp_path: Path) -> None:
    vault = FileVault(tmp_path)
    vault.save(DeviceKey.generate("device-a"))
    vault.path_of("device-a").rename(vault.path_of("device-b"))
    with pytest.raises(OfficeError, match=r"device\.key_damaged"):
        vault.load("device-b")


def test_the_keyring_is_chosen_where_it_works(tmp_path: Path) -> None:
    assert choose_vault(tmp_path, MemoryKeyring()).name == "keyring"
    assert choose_vault(tmp_path, LockedKeyring()).name == "file"


def test_a_home_that_has_its_key_in_a_file_keeps_it_there(tmp_path: Path) -> None:
    FileVault(tmp_path).save(DeviceKey.generate("device-a"))
    assert choose_vault(tmp_path, MemoryKeyring()).name == "file"
