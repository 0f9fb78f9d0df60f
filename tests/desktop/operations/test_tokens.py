"""A module named by hand: judged, loaded once in a child, kept first; or refused and nothing kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.operations.settings import DeskSettings, load_settings, save_settings
from desktop.operations.tokens import remember_module
from desktop.practice.tokens import SoftTokens
from signing.errors import TokenError
from tests.fixtures import modules
from tests.fixtures.headers import elf
from tests.fixtures.office import refused


@pytest.fixture
def home(tmp_path: Path, practice_tokens: SoftTokens) -> Path:
    """A desk's home with one module remembered."""
    folder = tmp_path / "home"
    folder.mkdir()
    save_settings(folder, DeskSettings("e", "u", "d", "folder:x", "k", modules=("/usr/lib/old.so",),
                                       token_environment=practice_tokens.environment()))  # fmt: skip
    return folder


def test_a_module_named_by_hand_is_kept_first_and_once(home: Path, practice_tokens: SoftTokens) -> None:
    assert remember_module(home, practice_tokens.module) == "SoftHSM"
    assert load_settings(home).modules == (str(practice_tokens.module), "/usr/lib/old.so")
    other = Path(shutil.copy(practice_tokens.module.resolve(), home / "propio.so"))
    assert remember_module(home, other) == "propio.so"
    assert remember_module(home, practice_tokens.module) == "SoftHSM"
    assert load_settings(home).modules == (str(practice_tokens.module), str(other), "/usr/lib/old.so")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: path, "driver.not_found"),
        (lambda path: path.write_bytes(b"text"), "driver.not_a_library"),
        (lambda path: path.write_bytes(elf(3, wide=False)), "driver.wrong_bits"),
        (modules.no_module, "token.module_unloadable"),
        (modules.crashing, "token.module_crashed"),
    ],
)
def test_what_is_no_module_is_refused_and_nothing_is_kept(
    home: Path, make: Callable[[Path], object], code: str
) -> None:
    before = (home / "desk.json").read_bytes()
    make(home / "x.so")
    with pytest.raises(TokenError) as caught:
        remember_module(home, home / "x.so")
    assert caught.value.code == code
    assert (home / "desk.json").read_bytes() == before


def test_a_module_without_a_token_is_kept(home: Path, practice_tokens: SoftTokens, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'empty'}\n")
    save_settings(home, DeskSettings("e", "u", "d", "folder:x", "k", token_environment={"SOFTHSM2_CONF": str(conf)}))
    assert remember_module(home, practice_tokens.module) == "SoftHSM"


def test_without_a_desk_nothing_is_loaded(tmp_path: Path, practice_tokens: SoftTokens) -> None:
    with refused("desk.none_here"):
        remember_module(tmp_path / "nada", practice_tokens.module)
