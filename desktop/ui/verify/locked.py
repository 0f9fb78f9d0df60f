"""A locked file asks for its password once; what is typed is kept only while the window is open, and tried on other locked files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.ui.widgets.basics import ActionButton, fill, label

if TYPE_CHECKING:
    from desktop.ui.look import Look

LOCKED = frozenset({"file.encrypted", "file.wrong_password"})


class PasswordLine(QWidget):
    """Below the sentence of a locked file. There is no way to see what is typed."""

    given = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.field.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhSensitiveData)
        self.field.setAccessibleName(self.tr("Contraseña del archivo"))
        self.field.setMaximumWidth(look.px(260))
        name = label(self.tr("Contraseña"), wrap=False)
        name.setBuddy(self.field)
        self.open = ActionButton(look, self.tr("Abrir"), key="")
        self.open.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, look.px(6), 0, 0)
        row.setSpacing(look.px(8))
        fill(row, name, self.field, self.open, -1)
        self.field.textChanged.connect(lambda text: self.open.setEnabled(bool(text)))
        self.field.returnPressed.connect(self._give)
        self.open.clicked.connect(self._give)

    def _give(self) -> None:
        text = self.field.text()
        self.field.setText("")
        if text:
            self.given.emit(text)
