"""The PIN dialog: whose PIN, of which token, how it stands. It never shows what is typed and keeps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import ActionButton, card, fill, label
from desktop.ui.wording import pin_state
from signing.report import PinState, Token

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

    from desktop.ui.look import Look
    from desktop.ui.prompts import PinQuestion, PromptRequest

_DEAD = {PinState.LOCKED, PinState.UNINITIALISED}


class PinDialog(QDialog):
    """Answers one request: the PIN, or declined. Enter signs, Esc cancels. There is no way to see the PIN."""

    def __init__(self, look: Look, request: PromptRequest[PinQuestion, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._request = request
        self._look = look
        question = request.question
        token = question.token
        self.setWindowTitle(self.tr("PIN de su token"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(look.px(400))
        box = QVBoxLayout(self)
        px = look.px
        box.setContentsMargins(px(24), px(20), px(24), px(20))
        box.setSpacing(px(8))
        person = question.certificate.person if question.certificate else None
        fill(box, label(self.tr("Escriba el PIN de su token"), size="title"))
        if person is not None:
            post = f" · {person.post}" if person.post else ""
            fill(box, label(f"{person.name}{post}", bold=True))
        fill(
            box,
            label(
                self.tr("Token «{label}», serie {serial}").format(label=token.label, serial=token.serial),
                tone="dim",
                size="body-small",
            ),
        )
        if question.purpose:
            fill(box, label(question.purpose, size="body-small"))
        state = pin_state(token.pin_state)
        self.state = label(state.text, tone=state.role, bold=token.pin_state is not PinState.OK, size="body-small")
        fill(box, card(state.role, self.state))
        self._build_field(token, state.text)
        name = label(self.tr("PIN"), bold=True)
        name.setBuddy(self.field)
        fill(box, name, self.field, self.lengths, px(4))
        self._build_buttons(box)
        self._low = token.min_pin
        self._dead = token.pin_state in _DEAD
        for part in (name, self.field, self.lengths, self.sign):
            part.setVisible(not self._dead)
        self.field.textChanged.connect(lambda _text: self._judge())
        self.field.returnPressed.connect(self._submit)
        self._judge()
        if self._dead:
            self.cancel.setText(self.tr("Cerrar"))
            self.cancel.setFocus()
        else:
            self.field.setFocus()
        self.setFixedHeight(box.totalHeightForWidth(self.width()))

    def _build_field(self, token: Token, state: str) -> None:
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMaxLength(token.max_pin or 64)
        self.field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.field.setDragEnabled(False)
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.field.setAccessibleName(self.tr("PIN"))
        lengths = self.tr("De {low} a {high} caracteres. No se guarda en ninguna parte.")
        self.lengths = label(lengths.format(low=token.min_pin, high=token.max_pin), size="small", tone="dim")
        self.field.setAccessibleDescription(f"{state}. {self.lengths.text()}")

    def _build_buttons(self, box: QVBoxLayout) -> None:
        self.sign = ActionButton(self._look, self.tr("Firmar"), kind="primary", key="Return")
        self.cancel = ActionButton(self._look, self.tr("Cancelar"), key="Esc")
        self.sign.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        fill(row, -1, self.cancel, self.sign)
        fill(box, row)

    def _judge(self) -> None:
        self.sign.setEnabled(not self._dead and len(self.field.text()) >= max(self._low, 1))

    def _submit(self) -> None:
        if not self.sign.isEnabled():
            return
        pin = self.field.text()
        self._forget()
        self._request.reply(pin)
        self.accept()

    def _forget(self) -> None:
        self.field.setText("")  # setText drops Qt's undo history too

    def reject(self) -> None:
        """Cancelled: the worker is told, nothing was tried on the token."""
        self._forget()
        self._request.decline()
        super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing is cancelling, unless it was answered."""
        self._forget()
        self._request.decline()
        super().closeEvent(event)
