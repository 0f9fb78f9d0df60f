"""demo and window: what is refused before anything is touched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop.practice import ports, tokens
from desktop.practice.office import MARKER, make_room
from desktop.practice.steps import Step
from desktop.practice.walk import Walk

from .conftest import Qillqa


def _listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("place", ["folder", "file", "other marker", "aside"])
def test_a_foreign_home_is_refused_and_untouched(qillqa: Qillqa, tmp_path: Path, place: str) -> None:
    home = tmp_path / "casa"
    if place == "file":
        home.write_text("mío", "utf-8")
    else:
        home.mkdir()
        (home / "carta.txt").write_text("mío", "utf-8")
    if place == "other marker":
        (home / MARKER).write_text('{"practice": false}', "utf-8")
    if place == "aside":
        (home / MARKER).write_text('{"practice": true, "state": "ready"}', "utf-8")
        (tmp_path / "casa.anterior").mkdir()
        (tmp_path / "casa.anterior" / "foto.jpg").write_text("mía", "utf-8")
    before = _listing(tmp_path)
    answer = qillqa("demo", "--home", home)
    assert (answer.status, answer.out) == (65, "")
    assert "no es una oficina de práctica" in answer.err
    assert "sigue igual" in answer.err
    assert _listing(tmp_path) == before
    assert qillqa("demo", "--home", home, "--json").json["error"]["code"] == "practice.foreign_home"


def test_an_earlier_practice_office_is_set_aside_once(tmp_path: Path) -> None:
    home = tmp_path / "practica"
    for number in range(3):
        make_room(home)
        home.mkdir()
        (home / MARKER).write_text(json.dumps({"practice": True, "number": number}), "utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["practica", "practica.anterior"]
    assert json.loads((tmp_path / "practica.anterior" / MARKER).read_text("utf-8"))["number"] == 1
    empty = tmp_path / "vacía"
    empty.mkdir()
    make_room(empty)
    assert empty.is_dir()


def test_without_softhsm_the_demo_says_how_to_get_it(
    qillqa: Qillqa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens.find_library, "__defaults__", (("/no/hay/*.so",),))
    answer = qillqa("demo", "--home", tmp_path / "p")
    assert (answer.status, answer.out) == (65, "")
    assert "apt-get install softhsm2" in answer.err
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert qillqa("demo", "--home", tmp_path / "p", "--json").json["error"]["facts"] == {"missing": "softhsm2-util"}


def test_without_a_free_port_the_demo_says_so(qillqa: Qillqa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _port: False)
    answer = qillqa("demo", "--home", tmp_path / "p")
    assert answer.status == 65
    assert "puerto" in answer.err
    assert "Traceback" not in answer.err


class _Door:
    def __init__(self) -> None:
        self.opened: list[Any] = []

    def open(self, home: Path, official: str) -> int:
        self.opened.append((home, official))
        return 0

    def draw(self, home: Path, official: str, folder: Path) -> list[Path]:
        return [folder / "a.png"]


def test_the_window_needs_a_finished_practice_office(qillqa: Qillqa, tmp_path: Path) -> None:
    door = _Door()
    assert qillqa("window", "--home", tmp_path, window=door).status == 65
    (tmp_path / MARKER).write_text('{"practice": true, "state": "founded"}', "utf-8")
    answer = qillqa("window", "--home", tmp_path, window=door)
    assert answer.status == 65
    assert "a medias" in answer.err
    assert door.opened == []
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


@pytest.mark.parametrize(("held", "status"), [(True, 0), (False, 1)])
def test_one_check_that_does_not_hold_makes_the_answer_no(
    qillqa: Qillqa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: bool, status: int
) -> None:
    steps = [Step("1.1", "Etapa", "Bien.", 0.1, "", held=True), Step("1.2", "Etapa", "¿Bien?", 0.1, "x.pdf", held=held)]
    monkeypatch.setattr(Walk, "run", lambda _walk: steps)
    answer = qillqa("demo", "--home", tmp_path / "casa")
    assert answer.status == status
    assert ("Todo se sostuvo" in answer.err) is held
    said = qillqa("demo", "--home", tmp_path / "casa", "--json")
    assert (said.status, said.json["held"]) == (status, held)
    assert [step["held"] for step in said.json["steps"]] == [True, held]
