"""The panel of the line: progress, pause, how far each document has come; and the banner of a copied desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.records.errors import OfficeError
from desktop.ui.line.office import AsideRow, LineReading
from desktop.ui.line.pane import LinePane
from desktop.ui.messages import Sentences
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fakes import NOW, FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]


@pytest.fixture
def line(window: Window, rest: Rest) -> LinePane:
    window.open_place("line")
    rest()
    assert window.line is not None
    return window.line


def _states(pane: LinePane) -> list[str]:
    return [str(pane.table.sorted.index(row, 1).data()) for row in range(pane.table.sorted.rowCount())]


def test_each_document_has_its_state_in_a_word(line: LinePane) -> None:
    assert _states(line) == ["en cola", "en el sobre", "entregado", "recibido"]
    assert "3 envíos en cola, se entregarán solos." in line.state.text()


def test_an_exchange_shows_its_progress_and_is_paused(
    window: Window, line: LinePane, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    office.line_gate = Event()
    assert not line.pause.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: line.done.text() == "1 de 4 · GADOR-ATI/NI/00045/2026")
    assert line.progress.isVisible()
    assert not line.go.isEnabled()
    line.pause.click()
    assert ("pause",) in office.calls
    assert line.done.text() == "Terminando lo que está en camino…"
    office.line_gate.set()
    rest()
    assert line.done.text().startswith("En pausa.")
    assert not line.progress.isVisible()
    assert window.notice.message is not None
    assert window.notice.message.what == "En pausa. Se entregó 1 envío. Quedan 2 en cola."


def test_nothing_goes_on_by_itself_while_paused(window: Window, line: LinePane, office: FakeOffice, rest: Rest) -> None:
    office.line_gate = Event()
    window.exchange.run()
    office.line.paused.set()
    office.line_gate.set()
    while not window.exchange.paused:
        office.line.paused.set()
        rest()
        if not window.exchange.paused:
            window.exchange.run()
    office.calls.clear()
    window.catch_up()
    rest()
    assert ("synchronise",) not in office.calls
    office.line_gate = None
    line.go.click()
    rest()
    assert ("synchronise",) in office.calls
    assert not window.exchange.paused


def test_what_was_set_aside_is_told_by_its_sentence(line: LinePane, office: FakeOffice, rest: Rest) -> None:
    office.line.reading = replace(
        office.line.reading, aside=(AsideRow("check.turn", NOW), AsideRow("check.turn", NOW), AsideRow("otro.x", NOW))
    )
    line.read()
    rest()
    told = " | ".join(label.text() for label in line.aside.findChildren(QLabel))
    assert "3 envíos de otros se apartaron" in told
    assert "2 × Todavía no le toca firmar" in told


def test_with_nothing_sent_and_no_line_it_says_so(line: LinePane, office: FakeOffice, rest: Rest) -> None:
    office.line.reading = LineReading(0, 1, None, NOW)
    line.read()
    rest()
    assert line.empty.isVisible()
    assert not line.table.isVisible()
    said = line.state.text().replace("\u00a0", " ")
    assert said == "Sin conexión desde hoy 10:12. Todo está entregado. 1 envío falló y se intentará otra vez."


def test_a_copied_desk_is_told_until_it_is_dealt_with(
    window: Window, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    monkeypatch.setitem(
        WORDS, "desk.copy_must_sync", Sentences("Este escritorio es una copia.", "No actúa.", "Sincronice.")
    )
    monkeypatch.setitem(WORDS, "desk.cloned", Sentences("Dos equipos.", "No firma.", "Deje uno."))
    assert not window.banner.isVisible()
    office.state = replace(office.state, copy=OfficeError("desk.copy_must_sync"))
    window.read_status()
    rest()
    assert window.banner.isVisible()
    assert window.banner.what.text() == "Este escritorio es una copia."
    assert window.banner.rest.text() == "No actúa. Sincronice."
    office.calls.clear()
    window.banner.go.click()
    rest()
    assert ("synchronise",) in office.calls
    office.state = replace(office.state, copy=OfficeError("desk.cloned", count=2))
    window.read_status()
    rest()
    assert window.banner.what.text() == "Dos equipos."
    assert not window.banner.go.isVisible()  # no exchange helps there
    office.state = replace(office.state, copy=None)
    window.read_status()
    rest()
    assert not window.banner.isVisible()
