"""The Derivar panel: to whom, for what, by when; one OFICIAL and any number of copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.messages import Message
from desktop.ui.office import DispatchOrder, DocumentCard, Recipient
from desktop.ui.widgets.basics import ActionButton, fill, label, name_of_field, narrow, press
from desktop.ui.widgets.days import OptionalDay
from desktop.ui.widgets.flow import flowing
from desktop.ui.wording import action_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.bench import Bench

DAYS = 3


class DispatchPane(QWidget):
    """Gathers a :class:`DispatchOrder` and gives it to the office. ``dispatched`` after it is written."""

    dispatched = Signal()
    closed = Signal()
    told = Signal(object)  # Message

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._document = ""
        self._recipients: tuple[Recipient, ...] = ()
        self._actions: tuple[str, ...] = ()
        self._copies: list[tuple[Recipient, QPushButton]] = []
        self._build()

    def _build(self) -> None:
        look, px = self._bench.look, self._bench.look.px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(6))
        self.to = self._combo(self.tr("Para"))
        self.action = self._combo(self.tr("Acción"))
        self.remark = QPlainTextEdit()
        self.remark.setAccessibleName(self.tr("Proveído"))
        self.remark.setPlaceholderText(self.tr("Opcional: lo que quien recibe debe saber"))
        self.remark.setTabChangesFocus(True)
        self.remark.setFixedHeight(px(72))
        self.deadline = OptionalDay(self.tr("Con plazo hasta"), self.tr("Fecha del plazo"), px(8))
        self.urgent = QCheckBox(self.tr("Urgente"))
        self.open_more = press(QPushButton(self.tr("Papel y otros datos")), "link")
        self.open_more.setCheckable(True)
        self.paper, self.coordinate, self.unscanned = QLineEdit(), QLineEdit(), QLineEdit()
        self.more = QWidget()
        inner = QVBoxLayout(self.more)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(px(4))
        for what, written in (
            (self.tr("Papel que va con ella"), self.paper),
            (self.tr("Coordinar con"), self.coordinate),
            (self.tr("Adjuntos que no se escanean"), self.unscanned),
        ):
            written.setAccessibleName(what)
            fill(inner, name_of_field(what, written), written)
        self.open_more.toggled.connect(self.more.setVisible)
        self.more.hide()
        self.copy = self._combo(self.tr("Copia a"))
        self.add_copy = press(QPushButton(self.tr("Añadir copia")), "link")
        self.add_copy.clicked.connect(self._add_copy)
        self.copies = flowing(gap=px(6))
        self.send = ActionButton(look, self.tr("Derivar"), kind="primary", key="Ctrl+Return", icon="send")
        self.send.clicked.connect(self._send)
        self.back = ActionButton(look, self.tr("Volver"), key="Esc")
        self.back.clicked.connect(self.closed)
        self.problem = label("", tone="bad", size="body-small")
        self.problem.hide()
        fill(box, label(self.tr("Derivar"), size="title"), px(4))
        for name, field in (
            (self.tr("Para"), self.to),
            (self.tr("Acción"), self.action),
            (self.tr("Proveído"), self.remark),
        ):
            fill(box, name_of_field(name, field), field, px(2))
        fill(box, self.deadline.row, self.urgent, px(4))
        more = QHBoxLayout()
        fill(more, self.open_more, -1)
        fill(box, more, self.more)
        row = QHBoxLayout()
        fill(row, self.add_copy, -1)
        fill(box, name_of_field(self.tr("Copia a"), self.copy), self.copy, row, self.copies, px(4))
        fill(box, self.problem, self.send, self.back, -1)

    def _combo(self, name: str) -> QComboBox:
        made = narrow(QComboBox())
        made.setAccessibleName(name)
        return made

    def open_for(self, card: DocumentCard) -> None:
        """A fresh form for that document."""
        self._document = card.view.id
        for _recipient, chip in self._copies:
            chip.deleteLater()
        self._copies.clear()
        self.remark.clear()
        for field in (self.paper, self.coordinate, self.unscanned):
            field.clear()
        self.open_more.setChecked(False)
        self.urgent.setChecked(False)
        self.problem.hide()
        self.deadline.start(self._bench.calendar.today(), DAYS)
        office = self._bench.office
        job = self._bench.jobs.job(lambda: (tuple(office.recipients()), tuple(office.actions())))
        job.owned_by(self).replacing("dispatch.people").success(self._keep).start()
        self.send.setEnabled(False)
        self.to.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, found: tuple[Sequence[Recipient], Sequence[str]]) -> None:
        self._recipients, self._actions = tuple(found[0]), tuple(found[1])
        for combo in (self.to, self.copy):
            combo.clear()
            combo.addItem(self.tr("Elija a quién") if combo is self.to else self.tr("Elija a quién (opcional)"))
            for recipient in self._recipients:
                combo.addItem(_recipient_words(recipient))
        self.action.clear()
        for action in self._actions:
            self.action.addItem(action_word(action))
        self.send.setEnabled(True)

    def _chosen(self, combo: QComboBox) -> Recipient | None:
        index = combo.currentIndex() - 1
        return self._recipients[index] if 0 <= index < len(self._recipients) else None

    def _add_copy(self) -> None:
        recipient = self._chosen(self.copy)
        if recipient is None or any(item is recipient for item, _chip in self._copies):
            return
        chip = press(QPushButton(f"{recipient.name or recipient.unit_name}  ×"), "chip")
        chip.setAccessibleName(self.tr("Quitar la copia a {name}").format(name=recipient.name or recipient.unit_name))
        chip.clicked.connect(lambda: self._drop_copy(recipient))
        self._copies.append((recipient, chip))
        layout = self.copies.layout()
        if layout is not None:
            layout.addWidget(chip)
        self.copy.setCurrentIndex(0)

    def _drop_copy(self, recipient: Recipient) -> None:
        for item in [item for item in self._copies if item[0] is recipient]:
            self._copies.remove(item)
            item[1].hide()
            item[1].setParent(None)
            item[1].deleteLater()

    def order(self) -> DispatchOrder | None:
        """What the form says; None while nobody is chosen."""
        recipient = self._chosen(self.to)
        if recipient is None or not self._actions:
            return None
        return DispatchOrder(
            document=self._document,
            to_unit=recipient.unit,
            to_official=recipient.official,
            action=self._actions[max(self.action.currentIndex(), 0)],
            remark=self.remark.toPlainText().strip(),
            deadline=self.deadline.day(),
            urgent=self.urgent.isChecked(),
            copies=tuple((item.unit, item.official) for item, _chip in self._copies),
            paper=self.paper.text().strip(),
            coordinate=self.coordinate.text().strip(),
            unscanned=self.unscanned.text().strip(),
        )

    def _send(self) -> None:
        order = self.order()
        self.problem.setVisible(order is None)
        if order is None:
            self.problem.setText(self.tr("Elija a quién se deriva."))
            self.to.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        recipient = self._chosen(self.to)
        name = (recipient.name or recipient.unit_name) if recipient else ""
        self.send.setEnabled(False)
        job = self._bench.jobs.job(lambda: self._bench.office.dispatch(order))
        job.owned_by(self).success(lambda _done: self._sent(name)).always(lambda: self.send.setEnabled(True)).start()

    def _sent(self, name: str) -> None:
        means = self.tr("Se entrega solo cuando haya conexión. Puede cancelarlo mientras no lo reciban.")
        self.told.emit(Message("good", self.tr("Derivado a {name}.").format(name=name), means))
        self.dispatched.emit()


def _recipient_words(recipient: Recipient) -> str:
    if not recipient.official:
        return recipient.unit_name
    return f"{recipient.name} · {recipient.post}, {recipient.unit_name}"
