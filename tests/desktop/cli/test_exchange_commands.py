"""`exchange policy`: asks for what it needs and writes what it says."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from desktop.cli import desks
from desktop.cli.exchange_commands import check, policy
from desktop.operations import exchange_check
from desktop.operations.exchange_check import Probe
from desktop.operations.join import found_entity, open_exchange
from desktop.storage import open_storage
from tests.desktop.sync.office import NOW, make_office


def test_the_policies_of_an_entity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = make_office().directory
    found_entity(tmp_path / "entity", directory, now=NOW)
    open_exchange(tmp_path / "entity", open_storage(f"folder:{tmp_path / 'exchange'}", create=True))
    out = tmp_path / "out"
    assert policy(tmp_path / "entity", "balde", out, as_json=True) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert sorted(files) == sorted(str(path) for path in out.iterdir())
    assert len(files) == 1 + len(directory.units)


def test_a_folder_that_is_no_entity_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert policy(tmp_path, "balde", tmp_path / "out") != 0
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def _sit(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """A desk of unit A whose exchange is a folder; nothing else of it is asked."""
    office = make_office()
    exchange = open_storage(f"folder:{folder}", create=True)
    desk = SimpleNamespace(
        directory=office.directory, unit_id="unit-a", key=office.key_a, exchange=lambda: exchange, close=lambda: None
    )
    monkeypatch.setattr(desks, "open_desk", lambda _: desk)


def test_a_folder_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _sit(monkeypatch, tmp_path / "exchange")
    assert check(tmp_path) == 66
    assert "no guarda versiones" in capsys.readouterr().err
    assert [path for path in (tmp_path / "exchange").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("good", [True, False])
def test_what_the_check_found_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], good: bool
) -> None:
    _sit(monkeypatch, tmp_path / "exchange")
    found = (Probe("exchange.keeps_versions", good=True), Probe("exchange.others_shut", good=good))
    monkeypatch.setattr(exchange_check, "check_exchange", lambda *_: found)
    assert check(tmp_path) == (0 if good else 1)
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("sí")
    assert said.out.splitlines()[1].startswith("sí" if good else "NO")
    assert ("exchange policy" in said.err) is not good
    check(tmp_path, as_json=True)
    assert json.loads(capsys.readouterr().out)["good"] is good
