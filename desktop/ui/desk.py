"""The desk: the list and the reader side by side, or one at a time where there is no room for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.routing.trays import Tray
from desktop.ui.reader.pane import ReaderPane
from desktop.ui.trays.pane import FOLDERS, TrayPane
from desktop.ui.widgets.basics import line
from desktop.ui.wording import empty_tray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from desktop.ui.bench import Bench
    from desktop.ui.office import DeskStatus, DocumentCard
    from desktop.ui.trays.office import TrayRow

LIST = 384
WIDE = 1080  # design pixels from which the folders of the Archivo stand beside its list
BOTH = 720  # design pixels below which list and reader take turns


class DeskPane(QWidget):
    """Reads rows and cards through jobs. ``changed``: an act happened, counts must be read again."""

    changed = Signal()
    told = Signal(object)
    answer_chosen = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._reading = False
        self._wanted: str | None = None
        self._fresh = False
        self.tray = Tray.PENDING
        self.rows = TrayPane(bench.look)
        self.reader = ReaderPane(bench)
        self.edge = line(upright=True)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for part, stretch in ((self.rows, 0), (self.edge, 0), (self.reader, 1)):
            box.addWidget(part, stretch)
        self.rows.row_chosen.connect(self._choose)
        self.rows.row_opened.connect(self._open)
        self.rows.words_changed.connect(lambda _words: self.reload())
        self.reader.changed.connect(self._acted)
        self.reader.told.connect(self.told)
        self.reader.answer_chosen.connect(self.answer_chosen)
        self.reader.back_chosen.connect(self._back)

    def show_status(self, status: DeskStatus) -> None:
        """The reader's signing panel tells the line."""
        self.reader.status = status

    def open_tray(self, tray: Tray, document: str | None = None) -> None:
        """Another tray; ``document`` is chosen there when it is found."""
        self.tray = tray
        self._wanted = document
        self._reading = False
        self.rows.open_tray(tray)
        self.reader.show_nothing()
        self.reload()
        self._arrange()
        self._fresh = True

    def reload(self) -> None:
        """Read the rows again."""
        tray, words = self.tray, self.rows.words
        job = self._bench.jobs.job(lambda: self._bench.office.tray_rows(tray, words))
        job.owned_by(self).replacing("desk.rows").success(self._keep_rows).failure(self._fail).start()

    def _fail(self, error: BaseException) -> None:
        self.rows.say(
            self.tr("No se pudo abrir la bandeja"), self.tr("Sus documentos siguen guardados. Pruebe otra vez.")
        )
        self._bench.jobs.report(error)

    def _keep_rows(self, rows: Sequence[TrayRow]) -> None:
        number = self.rows.number
        self.rows.show_rows(rows)
        self._arrange()
        if self._wanted is not None:
            self.rows.choose_document(self._wanted)
            self._wanted = None
        if self.rows.chosen is None and self.rows.model.rows:
            if self.both:
                self.rows.choose_number(min(max(number, 0), len(self.rows.model.rows) - 1))
            else:
                self._back()
        if self._fresh and self.rows.model.rows and not self.rows.search.hasFocus():
            self.rows.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fresh = False
        if not self.rows.model.rows:
            title, more = empty_tray(self.tray)
            self.reader.show_nothing(title if not rows else "", more if not rows else "")
            self._back()

    def _choose(self, row: TrayRow) -> None:
        document, hop = row.document, row.hop
        job = self._bench.jobs.job(lambda: self._bench.office.card(document, hop))
        job.owned_by(self).replacing("desk.card").success(self._keep_card).start()

    def open_document(self, document: str, hop: str | None = None) -> None:
        """A document by itself, whatever tray is listed."""
        self.rows.list.clearSelection()
        self._reading = True
        self._arrange()
        job = self._bench.jobs.job(lambda: self._bench.office.card(document, hop))
        job.owned_by(self).replacing("desk.card").success(self._keep_card).start()

    def _keep_card(self, card: DocumentCard) -> None:
        same = self.reader.card is not None and self.reader.card.view.id == card.view.id
        self.reader.show_card(card, keep_tab=same)

    def _open(self, _row: TrayRow) -> None:
        self._reading = True
        self._arrange()
        self.reader.pages.view.setFocus()

    def _back(self) -> None:
        self._reading = False
        self._arrange()
        if not self.both:
            self.rows.list.setFocus()

    def _acted(self) -> None:
        self._fresh = self.both
        self.reload()
        self.changed.emit()

    @property
    def both(self) -> bool:
        """Whether list and reader fit side by side."""
        return self.width() >= self._bench.look.px(BOTH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side or in turns."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        both = self.both
        self.rows.setVisible(both or not self._reading)
        self.reader.setVisible(both or self._reading)
        self.reader.back.setVisible(not both)
        self.edge.setVisible(both)
        if both:
            filed = FOLDERS if not self.rows.folders.isHidden() and self.width() >= self._bench.look.px(WIDE) else 0
            width = min(self._bench.look.px(LIST + filed), self.width() * 2 // 5 + self._bench.look.px(filed))
            self.rows.setFixedWidth(width)
        else:
            self.rows.setMinimumWidth(0)
            self.rows.setMaximumWidth(16777215)
