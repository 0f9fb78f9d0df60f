"""A new document: type, PARA, VÍA, REF., text. Kept as a draft; "Enviar a firma" numbers and fixes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.records.events import EventKind
from desktop.routing.trays import Tray
from desktop.ui.messages import Message
from desktop.ui.office import DocumentCard, DocumentKind, DraftOrder, Recipient
from desktop.ui.widgets.basics import ActionButton, fill, label, line, name_of_field, narrow, scrolling
from desktop.ui.widgets.flow import flowing
from desktop.ui.wording import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.bench import Bench


class WritingPane(QFrame):
    """``kept`` carries the id of what was kept and the tray where it lies now; ``closed`` means leave it."""

    kept = Signal(str, object)
    closed = Signal()
    told = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self._bench = bench
        self._kinds: tuple[DocumentKind, ...] = ()
        self._people: tuple[Recipient, ...] = ()
        self._answers: tuple[str, str] | None = None
        self._answer_to = ""
        self._build()

    def _build(self) -> None:
        look, px = self._bench.look, self._bench.look.px
        self.title = label(self.tr("Nuevo documento"), size="title")
        self.keep = ActionButton(look, self.tr("Guardar borrador"), key="Ctrl+S")
        self.send = ActionButton(look, self.tr("Enviar a firma"), kind="primary", key="Ctrl+Return")
        self.leave = ActionButton(look, self.tr("Volver"), key="Esc")
        self.keep.clicked.connect(lambda: self._save(freeze=False))
        self.send.clicked.connect(lambda: self._save(freeze=True))
        self.leave.clicked.connect(self.closed)
        head = QWidget()
        head.setObjectName("panel")
        row = QVBoxLayout(head)
        row.setContentsMargins(px(20), px(12), px(20), px(12))
        fill(row, self.title, flowing(self.send, self.keep, self.leave, gap=px(8)))
        self.kind, self.to, self.via = QComboBox(), QComboBox(), QComboBox()
        self.subject = QLineEdit()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(px(200))
        self.text.textChanged.connect(self._judge)
        self.subject.textChanged.connect(self._judge)
        self.to.currentIndexChanged.connect(self._judge)
        body = QWidget()
        body.setObjectName("ground")
        body.setMaximumWidth(px(720))
        box = QVBoxLayout(body)
        box.setContentsMargins(px(20), px(16), px(20), px(16))
        box.setSpacing(px(4))
        fields = (
            (self.tr("Tipo"), self.kind),
            (self.tr("PARA"), self.to),
            (self.tr("VÍA"), self.via),
            (self.tr("REF."), self.subject),
            (self.tr("Texto"), self.text),
        )
        for name, field in fields:
            words = name_of_field(name, field)
            field.setAccessibleName(name)
            if isinstance(field, QComboBox):
                narrow(field, 10)
            fill(box, words, field, px(4))
        self.state = label("", size="small", tone="dim")
        fill(box, self.state, -1)
        middle = QWidget()
        middle.setObjectName("ground")
        across = QHBoxLayout(middle)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(body, 100)
        across.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        fill(outer, head, line(), scrolling(middle, name=self.tr("Nuevo documento")))
        outer.setStretch(2, 1)

    def open_new(self, answers: DocumentCard | None = None) -> None:
        """A fresh form, or one that answers the document in view. What was being written is kept until it is saved."""
        self._answers = None
        self._answer_to = ""
        if answers is not None and answers.slip is not None and answers.hop is not None:
            self._answers = (answers.slip.id, answers.target(EventKind.ANSWERED))
            self.subject.setText(self.tr("Respuesta a {cite}").format(cite=answers.view.cite or answers.view.subject))
            self._answer_to = answers.sheet.answer_to or answers.view.author
        title = self.tr("Respuesta") if self._answers else self.tr("Nuevo documento")
        self.title.setText(title)
        office = self._bench.office
        job = self._bench.jobs.job(lambda: (tuple(office.kinds()), tuple(office.recipients())))
        job.owned_by(self).replacing("writing.people").success(self._fill).start()
        self._judge()

    def _fill(self, found: tuple[Sequence[DocumentKind], Sequence[Recipient]]) -> None:
        chosen = self.to.currentIndex()
        self._kinds = tuple(found[0])
        self._people = tuple(item for item in found[1] if item.official)
        self.kind.clear()
        for kind in self._kinds:
            self.kind.addItem(kind.name)
        for combo, none in ((self.to, self.tr("Elija a quién")), (self.via, self.tr("Sin vía"))):
            combo.clear()
            combo.addItem(none)
            for person in self._people:
                combo.addItem(f"{person.name} · {person.post}")
        known = [i for i, person in enumerate(self._people) if person.official == self._answer_to]
        self.to.setCurrentIndex(known[0] + 1 if known else max(chosen, 0))
        self.kind.setFocus(Qt.FocusReason.OtherFocusReason)
        self._judge()

    def order(self) -> DraftOrder | None:
        """What the form says; None while something needed is missing."""
        to, kind = self.to.currentIndex() - 1, self.kind.currentIndex()
        paragraphs = tuple(part.strip() for part in self.text.toPlainText().split("\n") if part.strip())
        if not 0 <= to < len(self._people) or not 0 <= kind < len(self._kinds):
            return None
        if not self.subject.text().strip() or not paragraphs:
            return None
        via = self.via.currentIndex() - 1
        chain = (self._people[via].official,) if 0 <= via < len(self._people) else ()
        person = self._people[to]
        return DraftOrder(
            self._kinds[kind].id, person.official, chain, self.subject.text().strip(), paragraphs, self._answers
        )

    @property
    def dirty(self) -> bool:
        """Whether something typed is not kept yet."""
        return bool(self.text.toPlainText().strip())

    def may_close(self) -> bool:
        """Ask whether what was typed and not kept may be lost."""
        box = QMessageBox(self.window())
        box.setWindowTitle(self.tr("Texto sin guardar"))
        box.setText(self.tr("El documento nuevo tiene texto que todavía no se guardó."))
        stay = box.addButton(self.tr("Seguir escribiendo"), QMessageBox.ButtonRole.RejectRole)
        leave = box.addButton(self.tr("Cerrar sin guardar"), QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.exec()
        return box.clickedButton() is leave

    def _judge(self) -> None:
        ready = self.order() is not None
        self.send.setEnabled(ready)
        self.keep.setEnabled(ready)
        words = len(self.text.toPlainText().split())
        many = count(words, self.tr("1 palabra"), self.tr("{n} palabras"))
        hint = self.tr("El CITE se asigna al enviar a firma.") if ready else self.tr("Complete PARA, REF. y el texto.")
        self.state.setText(f"{many} · {hint}")

    def _save(self, *, freeze: bool) -> None:
        order = self.order()
        if order is None:
            return
        office = self._bench.office

        def work() -> str:
            document = office.draft(order)
            if freeze:
                office.freeze(document)
            return document

        self.send.setEnabled(False)
        self.keep.setEnabled(False)
        job = self._bench.jobs.job(work).owned_by(self).always(self._judge)
        sent = Tray.SENT if order.via else Tray.TO_SIGN
        job.success(lambda document: self._saved(document, sent if freeze else Tray.DRAFTS)).start()

    def _saved(self, document: str, tray: Tray) -> None:
        self.subject.clear()
        self.text.clear()
        self._answers = None
        what = self.tr("Borrador guardado.") if tray is Tray.DRAFTS else self.tr("Enviado a firma, con su CITE.")
        self.told.emit(Message("good", what))
        self.kept.emit(document, tray)
