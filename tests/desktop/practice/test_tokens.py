"""Soft tokens: real SoftHSM, read back through PKCS#11 in another process."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.practice import tokens as tokens_module
from desktop.practice.pki import PracticePki
from desktop.practice.tokens import SoftTokens, find_library
from desktop.records.errors import OfficeError

_READ = """
import json, sys, pkcs11
module, label, pin = sys.argv[1:]
token = pkcs11.lib(module).get_token(token_label=label)
with token.open(user_pin=pin) as session:
    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=b"\\x01")
    found = [
        (one[pkcs11.Attribute.LABEL], one[pkcs11.Attribute.ID].hex(), one[pkcs11.Attribute.VALUE].hex())
        for one in session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE})
    ]
    signature = key.sign(b"texto", mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS).hex()
    extractable = key[pkcs11.Attribute.EXTRACTABLE]
print(json.dumps({"certificates": found, "signature": signature, "extractable": extractable}))
"""


def _read(tokens: SoftTokens, label: str, pin: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _READ, str(tokens.module), label, pin]
    environment = {**os.environ, **tokens.environment()}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=30)


def test_each_official_has_a_token_that_signs(practice_pki: PracticePki, practice_tokens: SoftTokens) -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    assert practice_tokens.labels == tuple(person.label for person in practice_pki.people)
    told = json.loads(_read(practice_tokens, "saturnino", practice_tokens.pin("saturnino")).stdout)
    certificates = {label: bytes.fromhex(der) for label, _, der in told["certificates"]}
    assert certificates["saturnino"] == practice_pki.certificate_of("saturnino")
    assert (certificates["CA 1"], certificates["CA 2"]) == practice_pki.chain_of("saturnino")
    assert not told["extractable"]
    key = practice_pki.key_of("saturnino").public_key()
    key.verify(bytes.fromhex(told["signature"]), b"texto", padding.PKCS1v15(), hashes.SHA256())


def test_pins_differ_and_lie_in_a_private_file(practice_tokens: SoftTokens) -> None:
    pins = [practice_tokens.pin(label) for label in practice_tokens.labels]
    assert len(set(pins)) == len(pins)
    assert all(len(pin) == 8 and pin.isdecimal() for pin in pins)
    if os.name == "posix":
        for name in ("pins.json", "softhsm2.conf"):
            assert stat.S_IMODE((practice_tokens.folder / name).stat().st_mode) == 0o600
        assert stat.S_IMODE((practice_tokens.folder / "store").stat().st_mode) == 0o700


def test_a_moved_folder_opens(practice_tokens: SoftTokens, tmp_path: Path) -> None:
    moved = tmp_path / "oficina móvil"
    shutil.copytree(practice_tokens.folder, moved)
    tokens = SoftTokens.load(moved)
    assert str(moved) in tokens.environment()["SOFTHSM2_CONF"]
    assert _read(tokens, "juana", tokens.pin("juana")).returncode == 0
    assert str(moved) in (moved / "softhsm2.conf").read_text()


def test_a_wrong_pin_does_not_open(practice_tokens: SoftTokens) -> None:
    assert "PinIncorrect" in _read(practice_tokens, "pedro", "0").stderr


def test_a_second_creation_and_a_missing_folder_are_told(
    practice_pki: PracticePki, practice_tokens: SoftTokens, tmp_path: Path
) -> None:
    with pytest.raises(OfficeError, match=r"practice\.exists"):
        SoftTokens.create(practice_tokens.folder, practice_pki)
    with pytest.raises(OfficeError, match=r"practice\.no_tokens"):
        SoftTokens.load(tmp_path)
    with pytest.raises(OfficeError, match=r"practice\.unknown_label"):
        practice_tokens.pin("nadie")


def test_an_unfinished_attempt_is_begun_anew(practice_pki: PracticePki, tmp_path: Path) -> None:
    (tmp_path / "store" / "half").mkdir(parents=True)
    tokens = SoftTokens.create(tmp_path, practice_pki, ["juana"])
    assert tokens.labels == ("juana",)
    assert not (tmp_path / "store" / "half").exists()


def test_no_softhsm_is_told_and_nothing_is_written(
    practice_pki: PracticePki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OfficeError, match=r"practice\.no_softhsm"):
        find_library([str(tmp_path / "*.so")])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OfficeError, match=r"practice\.no_softhsm"):
        SoftTokens.create(tmp_path / "tokens", practice_pki)
    assert not (tmp_path / "tokens").exists()


def test_a_failing_softhsm_is_told(practice_pki: PracticePki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "find_program", lambda: Path(shutil.which("false") or "false"))
    with pytest.raises(OfficeError, match=r"practice\.token_failed"):
        SoftTokens.create(tmp_path, practice_pki)
    assert not (tmp_path / "pins.json").exists()


def test_a_library_that_does_not_load_is_told(
    practice_pki: PracticePki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "libsofthsm2.so").write_bytes(b"no library")
    monkeypatch.setattr(tokens_module, "find_library", lambda: tmp_path / "libsofthsm2.so")
    with pytest.raises(OfficeError, match=r"practice\.token_failed"):
        SoftTokens.create(tmp_path / "tokens", practice_pki, ["juana"])
