"""A desk's settings and its opening: none, damaged, newer, not admitted, without its key."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop.assembly import open_desk
from desktop.operations.join import move_endpoint
from desktop.operations.settings import DeskSettings, S3Access, load_settings, save_settings
from tests.fixtures.office import PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
SETTINGS = DeskSettings("e", "u", "d", "folder:x", "k", modules=("a.so",), s3=S3Access("http://127.0.0.1:1", "a", "b"))


def test_what_is_saved_is_read_again_and_nobody_else_reads_it(tmp_path: Path) -> None:
    save_settings(tmp_path, SETTINGS)
    assert load_settings(tmp_path) == SETTINGS
    assert stat.S_IMODE((tmp_path / "desk.json").stat().st_mode) == 0o600
    move_endpoint(tmp_path, S3Access("http://127.0.0.1:2", "a", "b"))
    assert load_settings(tmp_path) == replace(SETTINGS, s3=S3Access("http://127.0.0.1:2", "a", "b"))
    assert [path.name for path in tmp_path.iterdir()] == ["desk.json"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "desk.damaged_settings"),
        ("{", "desk.damaged_settings"),
        ("[]", "desk.damaged_settings"),
        ("\x00\xff", "desk.damaged_settings"),
        ('{"format": 1}', "desk.damaged_settings"),
        ('{"format": "uno"}', "desk.damaged_settings"),
        ('{"format": 1, "modules": 3}', "desk.damaged_settings"),
        ('{"format": 1, "s3": "x"}', "desk.damaged_settings"),
        ('{"format": 1, "entity": "e", "unit": "u", "device": "d", "exchange": "x", "admin_key": "k", "otra": 1}', "desk.damaged_settings"),
        ('{"format": 3}', "desk.newer_settings"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_told(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "desk.json").write_text(text, "latin-1")
    with refused(code):
        load_settings(tmp_path)


def test_a_home_without_desk_is_told_and_left_alone(tmp_path: Path) -> None:
    with refused("desk.none_here"):
        open_desk(tmp_path / "nada")
    assert list(tmp_path.iterdir()) == []


def test_a_desk_without_its_key_does_not_open(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    home = office.desk_home(PLANNING)
    kept = json.loads((home / "desk.json").read_text("utf-8"))
    (home / "desk.json").write_text(json.dumps({**kept, "device": "01HZZZZZZZZZZZZZZZZZZZZZZZ"}), "utf-8")
    with refused("device.key_missing"):
        open_desk(home)
    (home / "desk.json").write_text(json.dumps(kept), "utf-8")
    office.desk(PLANNING)
