"""Recibir what comes with paper: whether it came, what is missing, where it is now. Asked only where paper was announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from desktop.records.events import EventKind
from desktop.routing.paper import PaperState, without
from desktop.routing.slips import HopMode
from desktop.ui.messages import Message
from desktop.ui.widgets.basics import ActionButton, card, fill, label, name_of_field

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.office import DocumentCard
    from desktop.ui.reader.acts import Act
    from desktop.ui.slip.office import HopLine


def asks_of_paper(card: DocumentCard) -> HopLine | None:
    """The hop that would be received, where paper was announced with it; else None, and nothing has to be asked."""
    hop = card.target(EventKind.RECEIVED)
    found = next((each for each in card.hops if each.hop == hop), None)
    return found if found is not None and found.paper_state is PaperState.UNDER_WAY else None


class ReceptionPane(QWidget):
    """Asks and receives. ``done`` after it is written; ``told`` carries what was done; ``failed``: what lies where must be read again."""

    closed = Signal()
    done = Signal()
    failed = Signal()
    told = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._card: DocumentCard | None = None
        self._hop: HopLine | None = None
        self._done = ""
        look, px = bench.look, bench.look.px
        self.announced = label("", bold=True)
        self.question = label(self.tr("¿Llegó?"))
        self.whole = QRadioButton(self.tr("Llegó todo"))
        self.part = QRadioButton(self.tr("Llegó una parte"))
        self.none = QRadioButton(self.tr("No llegó"))
        self._choice = QButtonGroup(self)
        self.lacking, self.where = QLineEdit(), QLineEdit()
        self._names = {
            self.lacking: name_of_field(self.tr("Qué falta"), self.lacking),
            self.where: name_of_field(self.tr("Dónde queda ahora (opcional)"), self.where),
        }
        for field, name in self._names.items():
            field.setAccessibleName(name.text())
            field.textChanged.connect(self._judge)
        self.note = label("", size="body-small", tone="care")
        self.go = ActionButton(look, self.tr("Recibir"), kind="primary", key="Ctrl+Return")
        self.back = ActionButton(look, self.tr("Volver"), key="Esc")
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(6))
        with_it = label(self.tr("Con esta derivación viene papel:"), size="body-small", tone="dim")
        fill(box, label(self.tr("Recibir"), size="title"), card("plain", with_it, self.announced), px(4), self.question)
        for choice in (self.whole, self.part, self.none):
            self._choice.addButton(choice)
            choice.toggled.connect(self._judge)
            fill(box, choice)
        for field, name in self._names.items():
            fill(box, name, field)
        fill(box, px(4), self.note, self.go, self.back, -1)
        self.go.clicked.connect(self._go)
        self.back.clicked.connect(self.closed)

    def open_for(self, act: Act, card: DocumentCard, hop: HopLine) -> None:
        """A fresh question on that hop. Nothing is chosen beforehand: what is signed is what the person saw."""
        self._card, self._hop, self._done = card, hop, act.done
        self.announced.setText(hop.paper)
        self._choice.setExclusive(False)
        for choice in (self.whole, self.part, self.none):
            choice.setChecked(False)
        self._choice.setExclusive(True)
        for field in self._names:
            field.clear()
        self._judge()
        self.whole.setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self, *_changed: object) -> None:
        came = self.whole.isChecked() or self.part.isChecked()
        official = self._hop is not None and self._hop.mode is HopMode.OFFICIAL  # a copy's paper is not the slip's
        shown = {self.lacking: self.part.isChecked(), self.where: came and official}
        for field, name in self._names.items():
            field.setVisible(shown[field])
            name.setVisible(shown[field])
        self.note.setText(self._note())
        self.note.setVisible(bool(self.note.text()))
        ready = came or self.none.isChecked()
        self.go.setEnabled(ready and not (self.part.isChecked() and not self.lacking.text().strip()))

    def _note(self) -> str:
        if self.none.isChecked():
            return self.tr("Se recibe igual. Quedará marcado «papel no llegó» hasta que se anote dónde está.")
        if self.part.isChecked():
            if not self.lacking.text().strip():
                return self.tr("Escriba qué falta.")
            return self.tr("Quedará marcado «falta parte del papel» hasta que se anote que llegó.")
        return "" if self.whole.isChecked() else self.tr("Diga si el papel llegó.")

    def paper(self) -> str:
        """What the reception would say of the paper; "" where none came."""
        announced = self._hop.paper if self._hop is not None else ""
        if self.part.isChecked():
            return without(announced, self.lacking.text())
        return announced if self.whole.isChecked() else ""

    def _go(self) -> None:
        card, hop = self._card, self._hop
        if card is None or card.slip is None or hop is None:
            return
        slip, paper = card.slip.id, self.paper()
        where = self.where.text().strip() if not self.where.isHidden() else ""
        self.go.setEnabled(False)
        office = self._bench.office
        job = self._bench.jobs.job(lambda: office.receive(slip, hop.hop, paper, where)).owned_by(self)
        job.success(lambda _done: self._did()).failure(self._failed).start()

    def _did(self) -> None:
        lacks = self.tr("Falta anotar el papel cuando llegue.") if not self.whole.isChecked() else ""
        self.told.emit(Message("good", self._done, lacks))
        self.done.emit()

    def _failed(self, error: BaseException) -> None:
        self._bench.jobs.report(error)
        self._judge()
        self.failed.emit()  # it may be received, and only where its paper is not written
