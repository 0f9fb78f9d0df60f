"""The chief's monitor and the reports: rows in words, bars that say what the table says, files, and their calm failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from desktop.operations.reports import ReportKind
from desktop.records.errors import OfficeError
from desktop.routing.trays import Days, Urgency
from desktop.ui.control.monitor import MonitorPane
from desktop.ui.control.reports import ReportsPane
from desktop.ui.widgets.tables import BARS, VALUE, Bar, Bars, Cell, Row, WordsTable
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.bench import Bench
    from desktop.ui.window import Window

Rest = Callable[[], None]


def _words(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def monitor(window: Window, office: FakeOffice, rest: Rest) -> MonitorPane:
    office.state = replace(office.state, oversees=True)
    window.read_status()
    rest()
    window.rail.places["monitor"].click()
    rest()
    pane = window.places["monitor"]
    assert isinstance(pane, MonitorPane)
    return pane


@pytest.fixture
def reports(window: Window, rest: Rest) -> ReportsPane:
    window.rail.places["reports"].click()
    rest()
    pane = window.places["reports"]
    assert isinstance(pane, ReportsPane)
    return pane


def _column(pane: MonitorPane | ReportsPane, column: int) -> list[str]:
    model = pane.table.sorted
    return [str(model.index(row, column).data()) for row in range(model.rowCount())]


def test_the_monitor_is_offered_to_who_oversees_the_unit_only(window: Window, office: FakeOffice, rest: Rest) -> None:
    assert not window.rail.places["monitor"].isVisible()
    assert window.places == {}  # nothing is built before it is wanted
    office.state = replace(office.state, oversees=True)
    window.read_status()
    rest()
    assert window.rail.places["monitor"].isVisible()


def test_the_monitor_tells_who_has_what_in_words(monitor: MonitorPane) -> None:
    assert monitor.sentence.text() == "4 hojas de ruta · 1 vencida"
    assert _column(monitor, 1) == [
        "venció hace 2 días hábiles", "quedan 2 días hábiles", "hace 4 días hábiles", "recién recibido",
    ]  # fmt: skip
    assert _column(monitor, 2)[3] == "Cualquiera de Secretaría de Planificación"
    assert _column(monitor, 3)[0].startswith("Urgente: ")
    assert "Pedro Choque Flores: vencidas 1, en plazo 1" in monitor.bars.accessibleDescription()


def test_a_press_on_days_sorts_by_how_pressing_it_is(monitor: MonitorPane) -> None:
    monitor.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    words = _column(monitor, 1)
    assert words[0] == "recién recibido"
    assert words[-1] == "venció hace 2 días hábiles"
    assert monitor.table.sorted.index(3, 0).data(VALUE) == "I-2026-00546"


def test_one_person_is_looked_at_and_saved(
    monitor: MonitorPane, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rest: Rest
) -> None:
    monitor.holder.setCurrentIndex(monitor.holder.findText("Pedro Choque Flores"))
    assert monitor.sentence.text() == "2 hojas de ruta · 1 vencida"
    target = tmp_path / "monitor.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(target), ""))
    monitor.export.click()
    rest()
    assert ("save_monitor", target, 2, "es") in office.calls


def test_a_row_opens_the_document(
    window: Window, monitor: MonitorPane, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    monitor.table.setFocus()
    qtbot.keyClick(monitor.table, Qt.Key.Key_Return)
    rest()
    assert ("card", "d546", "hop-546") in office.calls
    assert window.stack.currentWidget() is window.desk
    assert window.desk.reader.card is not None
    assert window.desk.reader.card.view.id == "d546"


def test_days_without_a_calendar_are_told(monitor: MonitorPane, office: FakeOffice, rest: Rest) -> None:
    assert not monitor.notes.isVisible()
    office.control.rows = (replace(office.control.rows[0], days=Days(3, None, Urgency.CARE, calendar=False)),)
    monitor.read()
    rest()
    assert "Sin calendario de feriados" in monitor.notes.text()


def test_an_empty_monitor_and_a_refused_one_are_sentences(
    monitor: MonitorPane, office: FakeOffice, rest: Rest, window: Window
) -> None:
    office.control.rows = ()
    monitor.read()
    rest()
    assert "Lo que llegue a la unidad aparecerá aquí." in _words(monitor.blank)
    assert not monitor.export.isEnabled()
    office.broken["monitor"] = OfficeError("store.full")
    monitor.read()
    rest()
    assert "El disco está lleno." in _words(monitor.blank)
    assert window.notice.message is not None


def test_a_report_is_a_table_with_its_total_and_its_bars(reports: ReportsPane, office: FakeOffice) -> None:
    assert ("report", ReportKind.RECEIVED, date(2026, 1, 1), date(2026, 11, 20)) in office.calls
    assert _column(reports, 4) == ["15", "4", "3", "22"]
    assert reports.bars.bars[0].said == "Servicio Departamental de Salud: 15"
    assert reports.notes.isVisible()


def test_another_kind_and_other_days_are_asked_for(reports: ReportsPane, office: FakeOffice, rest: Rest) -> None:
    reports.since.setDate(QDate(2026, 3, 1))
    reports.kind.setCurrentIndex(reports.kind.findData(ReportKind.OVERDUE))
    rest()
    assert ("report", ReportKind.OVERDUE, date(2026, 3, 1), date(2026, 11, 20)) in office.calls
    assert "Pruebe con otras fechas." in _words(reports.blank)
    assert not reports.export.isEnabled()


def test_a_report_is_saved_and_a_full_disk_is_told(
    window: Window,
    reports: ReportsPane,
    office: FakeOffice,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    rest: Rest,
) -> None:
    target = tmp_path / "recibidas.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(target), ""))
    reports.export.click()
    rest()
    assert ("save_table", target, ReportKind.RECEIVED, "es") in office.calls
    assert window.notice.message is not None
    assert window.notice.message.what == "Guardado para planillas."
    office.broken["save_table"] = OSError(28, "No space left on device")
    reports.export.click()
    rest()
    assert window.notice.message.what == "No se pudo guardar el archivo."


def test_numbers_sort_as_numbers(bench: Bench, qtbot: QtBot) -> None:
    table = WordsTable(bench.look, "x")
    qtbot.addWidget(table)
    table.show_rows(["n"], [Row((Cell(str(n), n),)) for n in (9, 10, 2)])
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [table.sorted.index(row, 0).data() for row in range(3)] == ["2", "9", "10"]


def test_long_words_are_cut_at_a_letter_and_not_at_a_word(bench: Bench, qtbot: QtBot) -> None:
    table = WordsTable(bench.look, "x")
    qtbot.addWidget(table)
    assert not table.wordWrap()


def test_a_table_is_sorted_by_keyboard(monitor: MonitorPane, qtbot: QtBot) -> None:
    monitor.table.setFocus()
    qtbot.keyClick(monitor.table, Qt.Key.Key_O)
    assert _column(monitor, 0) == sorted(_column(monitor, 0))
    qtbot.keyClick(monitor.table, Qt.Key.Key_O)
    assert _column(monitor, 0) == sorted(_column(monitor, 0), reverse=True)


def test_many_bars_show_the_longest(bench: Bench, qtbot: QtBot) -> None:
    bars = Bars(bench.look)
    qtbot.addWidget(bars)
    bars.show_bars("x", [Bar(f"U{n}", ((float(n), "accent", ""),)) for n in range(BARS + 5)])
    assert [bar.label for bar in bars.bars][:2] == [f"U{BARS + 4}", f"U{BARS + 3}"]
    assert bars.left_out == 5
    bars.resize(300, bars.height())
    assert not bars.grab().isNull()
