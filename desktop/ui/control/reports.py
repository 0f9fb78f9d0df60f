"""Reports: what came, went, waits, is late, and how long it stays; a table, its bars, its file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from desktop.operations.reports import ReportKind
from desktop.ui.control.frame import ControlFrame
from desktop.ui.widgets.basics import fill, name_of_field
from desktop.ui.widgets.days import DayField
from desktop.ui.widgets.tables import Bar, Cell, Row
from desktop.ui.wording import translate

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.operations.reports import Cell as Value
    from desktop.operations.reports import Table
    from desktop.ui.bench import Bench


class ReportsPane(ControlFrame):
    """A kind, two days, and what they give."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("ReportsPane", "Reportes"), parent)
        self.found: Table | None = None
        today = bench.calendar.today()
        self.since.set_day(date(today.year, 1, 1))
        self.until.set_day(today)
        self.kind.currentIndexChanged.connect(lambda _index: self.read())
        self.since.dateChanged.connect(lambda _day: self.read())
        self.until.dateChanged.connect(lambda _day: self.read())

    def _tools(self) -> tuple[QWidget, ...]:
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Qué se cuenta"))
        for kind in ReportKind:
            self.kind.addItem(self.word(f"report_title.{kind.value}"), kind)
        self.since, self.until = DayField(self.tr("Desde")), DayField(self.tr("Hasta"))
        tools: list[QWidget] = [self.kind]
        for field in (self.since, self.until):
            words = name_of_field(field.accessibleName(), field, wrap=False)
            pair = QWidget()
            row = QHBoxLayout(pair)
            row.setContentsMargins(0, 0, 0, 0)
            fill(row, words, field)
            tools.append(pair)
        return tuple(tools)

    def read(self) -> None:
        """The report of what is chosen."""
        kind = ReportKind(self.kind.currentData())
        since, until = self.since.day(), self.until.day()
        control = self._bench.office.control
        job = self._bench.jobs.job(lambda: control.report(kind, since, until)).owned_by(self)
        job.replacing("control.report").success(self._keep).failure(self._lost).start()

    def _lost(self, error: BaseException) -> None:
        self.found = None
        self.failed(error)

    def _keep(self, table: Table) -> None:
        self.found = table
        title = self.word(f"report_title.{table.kind.value}")
        self.sentence.setText(title)
        self.table.setAccessibleName(title)
        notes = " ".join(self.word(note) for note in table.notes)
        self.notes.setText(notes)
        self.notes.setVisible(bool(notes))
        if not table.rows:
            self.say(self.word("report.none"), self.tr("Pruebe con otras fechas."))
            return
        headings = [self.word(code) for code in table.columns]
        rows = [Row(tuple(self._cell(value) for value in row)) for row in table.rows]
        last = (self.word("report_column.total"), *table.totals[1:])
        rows.append(Row(tuple(self._cell(value) for value in last)))
        self.table.show_rows(headings, rows)
        self.chart_title.setText(title)
        self.legend.setText(self.tr("Los mismos números están en la tabla."))
        self.bars.show_bars(title, [Bar(name, ((number, "accent", ""),)) for name, number in table.bars])
        self.side.setVisible(bool(table.bars))
        self.show_table()

    def _cell(self, value: Value) -> Cell:
        if value is None:
            return Cell("")
        if isinstance(value, date) and not isinstance(value, datetime):
            return Cell(self._bench.calendar.day(value), value.isoformat())
        return Cell(f"{value:g}" if isinstance(value, float) else str(value), value)

    def write(self) -> tuple[str, Callable[[Path, str], object]] | None:
        """The report that is shown."""
        table, control = self.found, self._bench.office.control
        if table is None or not table.rows:
            return None
        name = f"{table.kind.value}-{table.until.isoformat()}.csv"
        return name, lambda path, language: control.save_table(path, table, language)
