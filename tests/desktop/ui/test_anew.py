"""A copied desk asks for a new admission in the window: from the banner, by keys alone, by stick or by the line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.operations.readmission import Standing
from desktop.records.errors import OfficeError
from desktop.ui.messages import Sentences
from desktop.ui.pouch.drives import Drive
from desktop.ui.pouch.pane import PouchPane
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fakes import PIN, FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]
_SHIFTED = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def pane(
    window: Window, office: FakeOffice, stick: Path, qtbot: QtBot, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> PouchPane:
    """The second of two PCs, told by the banner and opened by the banner's key."""
    monkeypatch.setitem(WORDS, "desk.cloned", Sentences("Dos equipos.", "No firma.", "Deje uno."))
    office.state = replace(office.state, copy=OfficeError("desk.cloned", count=2))
    office.pouch.reading = replace(office.pouch.reading, anew=Standing.COPY)
    made = window._make_place("pouch")
    assert isinstance(made, PouchPane)
    made.look_for_drives = lambda: (Drive(stick, "KINGSTON", 3_800_000_000),)
    made.read()
    window.read_status()
    rest()
    assert window.banner.anew.isVisible()
    assert not window.banner.go.isVisible()  # no exchange helps there
    qtbot.keyClick(window, Qt.Key.Key_U, _SHIFTED)
    rest()
    assert window.stack.currentWidget() is made
    return made


def give_pins(window: Window, qtbot: QtBot, *, people: int = 2) -> list[str]:
    """What each question said; answered by keys."""
    said: list[str] = []
    for _ in range(people):
        qtbot.waitUntil(lambda: window.dialog is not None)
        assert window.dialog is not None
        said.append(" ".join(one.text() for one in window.dialog.findChildren(QLabel)))
        qtbot.keyClicks(window.dialog.field, PIN)
        qtbot.keyClick(window.dialog.field, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.dialog is None)
    return said


def told(pane: PouchPane) -> list[str]:
    return [label.text() for label in pane.result.findChildren(QLabel) if label.isVisible()]


def test_asked_for_by_stick_with_keys_alone(
    window: Window, pane: PouchPane, office: FakeOffice, stick: Path, qtbot: QtBot, rest: Rest
) -> None:
    assert window.focusWidget() is pane.anew.by_stick
    qtbot.keyClick(pane.anew.by_stick, Qt.Key.Key_Return)
    first, second = give_pins(window, qtbot)
    rest()
    assert "Juana Mamani Quispe" in first
    assert "Pedro Choque Flores" in second
    assert ("pouch.anew", stick) in office.calls
    assert [call for call in office.calls if call[0] == "pouch.pin"] == [
        ("pouch.pin", "Juana Mamani Quispe", True),
        ("pouch.pin", "Pedro Choque Flores", True),
    ]
    lines = told(pane)
    assert lines[0] == "La solicitud de admisión está en la memoria."
    assert "1 acto firmado con la llave anterior todavía espera salir. No lo repita." in lines
    assert lines[-3:-1] == ["· Pedido de vehículos", "· Informe de riego"]
    assert lines[-1].startswith("Ya puede retirar la memoria")
    assert pane.anew.title.text() == "La admisión nueva está pedida"
    assert pane.anew.by_stick.text() == "Dejarla en otra memoria"
    assert not pane.anew.by_line.isVisible()


def test_asked_for_by_the_line(window: Window, pane: PouchPane, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    qtbot.keyClick(window, Qt.Key.Key_M, _SHIFTED)
    give_pins(window, qtbot)
    rest()
    assert ("pouch.anew", None) in office.calls
    lines = told(pane)
    assert lines[0] == "La solicitud de admisión está en el intercambio."
    assert not any(line.startswith("Ya puede retirar") for line in lines)
    assert not pane.anew.by_stick.isVisible()
    assert "sincronice" in pane.anew.words.text()


def test_whoever_declines_a_pin_asked_for_nothing(
    window: Window, pane: PouchPane, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert not pane.anew.by_stick.isEnabled()
    assert not pane.write.isEnabled()
    assert window.dialog is not None
    qtbot.keyClick(window.dialog, Qt.Key.Key_Escape)
    rest()
    assert "pouch.anew" not in {call[0] for call in office.calls}
    assert told(pane)[0] == "Se detuvo."
    assert pane.anew.by_stick.isEnabled()
    assert pane.anew.by_line.isVisible()


def test_without_a_stick_the_way_is_to_choose_one(window: Window, pane: PouchPane, qtbot: QtBot, rest: Rest) -> None:
    pane.look_for_drives = lambda: ()
    pane.find_drives()
    rest()
    assert not pane.anew.by_stick.isEnabled()
    assert pane.anew.by_line.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_U, _SHIFTED)
    rest()
    assert window.focusWidget() is pane.browse


def test_a_desk_of_its_own_is_offered_nothing(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    qtbot.keyClick(window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    rest()
    made = window.places["pouch"]
    assert isinstance(made, PouchPane)
    assert not made.anew.isVisible()
    assert not window.banner.anew.isVisible()
