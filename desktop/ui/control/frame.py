"""What monitor and reports share: a head with its acts, a table, the bars beside or under it, a sentence where there is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFileDialog, QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.records.errors import OfficeError
from desktop.ui.messages import Message
from desktop.ui.widgets.basics import ActionButton, IconMark, clear, fill, label, line, scrolling
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.tables import Bars, WordsTable, table_lead

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

    from desktop.ui.bench import Bench

SIDE = 320
ROOM = 820  # design pixels below which the bars go under the table


class ControlFrame(QFrame):
    """``told`` carries messages. A pane fills ``tools``, reads in ``read`` and writes its file in ``write``."""

    told = Signal(object)

    def __init__(self, bench: Bench, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        look, px = bench.look, bench.look.px
        self.title = label(title, size="title")
        self.sentence = label("", tone="dim", size="body-small")
        self.again = ActionButton(look, self.tr("Actualizar"), key="Ctrl+R")
        self.export = ActionButton(look, self.tr("Guardar CSV"), kind="primary", key="Ctrl+S")
        self.again.clicked.connect(self.read)
        self.export.clicked.connect(self._export)
        self.table = WordsTable(look, title)
        self.chart_title = label("", bold=True, size="body-small")
        self.legend = label("", size="small", tone="dim")
        self.bars = Bars(look)
        self._chart = QWidget()
        inner = QVBoxLayout(self._chart)
        inner.setContentsMargins(px(16), px(14), px(16), px(14))
        inner.setSpacing(px(8))
        fill(inner, self.chart_title, self.legend, self.bars, -1)
        self.side = scrolling(self._chart, name=self.tr("Gráfico"))
        self.notes = label("", size="small", tone="dim")
        self.blank = QWidget()
        QVBoxLayout(self.blank)
        self._blank = scrolling(self.blank, name=title)
        self.filled = QWidget()
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.filled)
        self._across.setContentsMargins(px(20) - table_lead(look), 0, 0, 0)
        self._across.setSpacing(0)
        self.edge = line(upright=True)
        fill(self._across, self.table, self.edge, self.side)
        self._across.setStretch(0, 3)
        self.body = QStackedWidget()
        self.body.setMinimumHeight(px(48))  # where little room is left it scrolls, and the buttons above stay whole
        self._whole = scrolling(self.filled, name=title)
        self.body.addWidget(self._whole)
        self.body.addWidget(self._blank)
        self.tools = self._tools()
        head = QVBoxLayout()
        head.setContentsMargins(px(20), px(14), px(20), px(12))
        head.setSpacing(px(6))
        fill(head, self.title, self.sentence, flowing(*self.tools, self.export, self.again, gap=px(8)), self.notes)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        fill(box, head, line(), self.body)
        box.setStretch(2, 1)
        self.notes.hide()

    def _tools(self) -> tuple[QWidget, ...]:
        return ()

    def word(self, code: str) -> str:
        """The shared word of a code."""
        words = self._bench.say(code, {})
        return words.what if words is not None else code.rpartition(".")[2]

    def read(self) -> None:
        """Ask the office; a pane says what."""

    def write(self) -> tuple[str, Callable[[Path, str], object]] | None:
        """A name for the file, and who writes it in a language; None while there is nothing."""
        return None

    def say(self, title: str, more: str = "") -> None:
        """A sentence in place of the table."""
        box = self.blank.layout()
        if not isinstance(box, QVBoxLayout):
            return
        clear(box)
        box.addStretch(2)
        box.addWidget(IconMark(self._bench.look, "file-text", "dim", 36), 0, Qt.AlignmentFlag.AlignHCenter)
        for text, bold in ((title, True), (more, False)):
            words = label(text, bold=bold, tone="" if bold else "dim")
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(words)
        box.addStretch(3)
        self.body.setCurrentWidget(self._blank)
        self.export.setEnabled(False)

    def failed(self, error: BaseException) -> None:
        """An error that has words is told in place of the table; every one in the notice."""
        words = self._bench.say(error.code, error.facts) if isinstance(error, OfficeError) else None
        self.say(words.what if words else self.tr("No se pudo leer"), words.do if words else "")
        self.notes.hide()  # they told of what was shown before
        self._bench.jobs.report(error)

    def show_table(self) -> None:
        """The table, with what can be saved."""
        self.body.setCurrentWidget(self._whole)
        self._arrange()
        self.export.setEnabled(True)

    def _export(self) -> None:
        found = self.write()
        if found is None:
            return
        name, save = found
        chosen, _kind = QFileDialog.getSaveFileName(self, self.tr("Guardar CSV"), name, "CSV (*.csv)")
        if not chosen:
            return
        path, language = Path(chosen), QLocale().name()[:2]
        done = Message("good", self.tr("Guardado para planillas."), path.name)
        job = self._bench.jobs.job(lambda: save(path, "en" if language == "en" else "es")).owned_by(self)
        job.success(lambda _done: self.told.emit(done)).failure(self._not_saved).start()

    def _not_saved(self, error: BaseException) -> None:
        if isinstance(error, OSError):
            what = self.tr("No se pudo guardar el archivo.")
            do = self.tr("Elija otra carpeta o libere espacio, y pruebe otra vez.")
            self.told.emit(Message("bad", what, error.strerror or "", do))
        else:
            self._bench.jobs.report(error)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The bars beside the table, or under it."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        px = self._bench.look.px
        wide = self.width() >= px(ROOM)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._across.setDirection(way)
        self.edge.setVisible(wide)
        self.side.setMinimumWidth(px(SIDE) if wide else 0)
        self.side.setMaximumWidth(px(SIDE) if wide else 16777215)
        # under the table all of it is scrolled
        self.side.setMinimumHeight(0 if wide else self._chart.sizeHint().height())
        self.table.setMinimumHeight(px(190))
