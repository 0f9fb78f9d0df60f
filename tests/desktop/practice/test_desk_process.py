"""A desk as a process: errors come back as themselves, a dead one is told, and nothing outlives its parent's wish."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from desktop.practice import desk_process
from desktop.practice.desk_process import DeskProcess
from desktop.records.errors import OfficeError


def test_errors_for_people_come_back_as_themselves_and_bugs_as_bugs(tmp_path: Path) -> None:
    with DeskProcess("ensayo", tmp_path / "nada") as desk:
        with pytest.raises(OfficeError) as told:
            desk.do("tray_counts")
        assert told.value.code == "desk.none_here"
        assert dict(told.value.facts) == {"home": str(tmp_path / "nada")}
        with pytest.raises(RuntimeError, match="desk ensayo: Traceback"):
            desk.do("show_document", documento="x")
        with pytest.raises(OfficeError):
            desk.do("tray_counts")  # it goes on
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_is_its_parents_and_a_killed_one_is_told(tmp_path: Path) -> None:
    desk = DeskProcess("ensayo", tmp_path)
    with pytest.raises(OfficeError, match=r"practice\.desk_died"):
        desk.do("tray_counts")  # not started
    desk.start()
    try:
        assert desk.pid is not None
        os.kill(desk.pid, signal.SIGINT)
        with pytest.raises(OfficeError, match=r"desk\.none_here"):
            desk.do("tray_counts")
        os.kill(desk.pid, signal.SIGKILL)
        with pytest.raises(OfficeError, match=r"practice\.desk_died"):
            desk.do("tray_counts")
    finally:
        desk.stop()
        desk.stop()
    assert desk.pid is None


def test_one_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with DeskProcess("ensayo", tmp_path) as desk:
        assert desk.pid is not None
        os.kill(desk.pid, signal.SIGSTOP)
        try:
            with pytest.raises(OfficeError, match=r"practice\.desk_silent"):
                desk.do("tray_counts", seconds=0.1)
        finally:
            os.kill(desk.pid, signal.SIGCONT)


def test_one_that_does_not_start_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_process, "_START_SECONDS", 0.0)
    desk = DeskProcess("ensayo", tmp_path)
    start = time.monotonic()
    with pytest.raises(OfficeError, match=r"practice\.desk_silent"):
        desk.start()
    assert desk.pid is None
    assert time.monotonic() - start < 20.0
