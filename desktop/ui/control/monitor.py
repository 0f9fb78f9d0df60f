"""The chief's monitor: what lies with whom in his unit, since when, how pressing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from desktop.ui.control.frame import ControlFrame
from desktop.ui.widgets.basics import narrow
from desktop.ui.widgets.tables import KEY, Bar, Cell, Row
from desktop.ui.wording import URGENCY_ROLE, count, held_words, left_words, no_calendar, translate

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.operations.monitor import MonitorRow
    from desktop.ui.bench import Bench

_NO_DEADLINE = 10_000  # sorts after every deadline, the longest held first


class MonitorPane(ControlFrame):
    """``opened`` asks for a document: (document, hop)."""

    opened = Signal(str, object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("MonitorPane", "Monitor de la unidad"), parent)
        self.table.setAccessibleName(self.tr("Hojas de ruta de la unidad"))
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self._rows: tuple[MonitorRow, ...] = ()

    def _tools(self) -> tuple[QWidget, ...]:
        self.holder = narrow(QComboBox(), 22)
        self.holder.setAccessibleName(self.tr("Quién la tiene"))
        self.holder.currentIndexChanged.connect(lambda _index: self._show())
        return (self.holder,)

    def read(self) -> None:
        """What lies now."""
        self.say(self.tr("Leyendo…"))
        job = self._bench.jobs.job(lambda: tuple(self._bench.office.control.monitor())).owned_by(self)
        job.replacing("control.monitor").success(self._keep).failure(self.failed).start()

    def _keep(self, rows: tuple[MonitorRow, ...]) -> None:
        self._rows = rows
        chosen = self.holder.currentData()
        self.holder.blockSignals(True)
        self.holder.clear()
        self.holder.addItem(self.tr("Todas las personas"), "")
        for name in sorted({self._who(row) for row in rows}, key=str.casefold):
            self.holder.addItem(name, name)
        self.holder.setCurrentIndex(max(self.holder.findData(chosen), 0))
        self.holder.blockSignals(False)
        self._show()

    def _who(self, row: MonitorRow) -> str:
        return row.holder or self.tr("Cualquiera de {unit}").format(unit=row.unit)

    @property
    def shown(self) -> tuple[MonitorRow, ...]:
        """The rows of the person chosen."""
        who = self.holder.currentData()
        return tuple(row for row in self._rows if not who or self._who(row) == who)

    def _show(self) -> None:
        rows = self.shown
        if not rows:
            self.sentence.setText("")
            self.say(self.word("monitor.none"), self.tr("Lo que llegue a la unidad aparecerá aquí."))
            return
        late = sum(1 for row in rows if _late(row))
        told = count(len(rows), self.tr("1 hoja de ruta"), self.tr("{n} hojas de ruta"))
        told += " · " + count(late, self.tr("1 vencida"), self.tr("{n} vencidas"))
        self.sentence.setText(told)
        blind = any(not row.days.calendar for row in rows)
        self.notes.setText(no_calendar() if blind else "")
        self.notes.setVisible(blind)
        names = ("number", "days", "holder", "subject", "unit", "sender", "received", "deadline", "state", "remark")
        self.table.show_rows([self.word(f"report_column.{name}") for name in names], [self._row(row) for row in rows])
        self._show_bars(rows)
        self.show_table()

    def _row(self, row: MonitorRow) -> Row:
        calendar = self._bench.calendar
        days = row.days
        words = held_words(days.held) if days.left is None else left_words(days.left)
        pressing = _NO_DEADLINE - days.held if days.left is None else days.left
        since = row.received_at or row.sent_at
        cells = (
            Cell(row.number),
            Cell(words, f"{100_000 + pressing:06d}", URGENCY_ROLE[days.urgency]),
            Cell(self._who(row)),
            Cell(f"{self.tr('Urgente')}: {row.subject}" if row.urgent else row.subject),
            Cell(row.unit),
            Cell(", ".join(part for part in (row.sender, row.sender_unit) if part)),
            Cell(calendar.moment(since) if since else "", since.isoformat() if since else ""),
            Cell(calendar.day(row.deadline) if row.deadline else "", row.deadline.isoformat() if row.deadline else ""),
            Cell(self.word(f"monitor_state.{row.state.value}")),
            Cell(row.remark),
        )
        return Row(cells, (row.document, row.hop))

    def _show_bars(self, rows: Sequence[MonitorRow]) -> None:
        late = Counter(self._who(row) for row in rows if _late(row))
        fine = Counter(self._who(row) for row in rows if not _late(row))
        over, others = self.tr("vencidas"), self.tr("en plazo")
        self.chart_title.setText(self.tr("Quién las tiene"))
        self.legend.setText(self.tr("Primero las vencidas, después las que están en plazo o no lo tienen."))
        names = dict.fromkeys(self._who(row) for row in rows)
        bars = [Bar(name, ((late[name], "bad", over), (fine[name], "accent", others))) for name in names]
        self.bars.show_bars(self.chart_title.text(), bars)

    def write(self) -> tuple[str, Callable[[Path, str], object]] | None:
        """The rows that are shown."""
        rows, control = self.shown, self._bench.office.control
        if not rows:
            return None
        name = self.tr("monitor") + f"-{self._bench.calendar.today().isoformat()}.csv"
        return name, lambda path, language: control.save_monitor(path, rows, language)

    def _open(self, index: QModelIndex) -> None:
        document, hop = index.data(KEY)
        if document:
            self.opened.emit(document, hop)


def _late(row: MonitorRow) -> bool:
    return row.days.left is not None and row.days.left < 0
