"""The notice: one message over the panes, until it is closed or the next one comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import IconMark, PromptButton, announce, clear, fill, label, press, restyle

if TYPE_CHECKING:
    from desktop.ui.look import Look
    from desktop.ui.messages import Message

_ICON = {"good": "circle-check", "care": "info", "bad": "circle-alert"}


class Notice(QFrame):
    """Qué pasó, qué significa, qué hacer."""

    closed = Signal()
    undo_chosen = Signal(object)  # the Message

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setObjectName("notice")
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(14, 10, 10, 10)
        self._box.setSpacing(10)
        self.message: Message | None = None
        self.hide()

    def show_message(self, message: Message) -> None:
        """Show it, and have it read aloud."""
        self.message = message
        clear(self._box)
        restyle(self, card=message.tone)
        tone = "good" if message.tone == "good" else message.tone
        words = QVBoxLayout()
        words.setSpacing(2)
        close = press(QPushButton(self._look.icon("x", "text", 16), ""), "tool")
        line = QFontMetrics(self._look.font(bold=True)).height()
        lead = max((close.sizeHint().height() - line) // 2, 0)  # the first line stands level with the button
        words.setContentsMargins(0, lead, 0, 0)
        fill(words, label(message.what, tone=tone, bold=True))
        rest = " ".join(part for part in (message.means, message.do) if part)
        if rest:
            fill(words, label(rest, size="body-small"))
        mark = IconMark(self._look, _ICON[message.tone], tone, 18)
        beside = QVBoxLayout()  # and so does the icon
        beside.setContentsMargins(0, max(lead + (line - mark.height()) // 2, 0), 0, 0)
        fill(beside, mark, -1)
        self._box.addLayout(beside)
        fill(words, -1)
        self._box.addLayout(words, 1)
        if message.undo is not None:
            undo = press(PromptButton(self.tr("Deshacer · Ctrl+Z")), "link")
            undo.setAccessibleName(self.tr("Deshacer"))
            undo.setShortcut("Ctrl+Z")
            undo.clicked.connect(lambda: self.undo_chosen.emit(message))
            self._box.addWidget(undo, 0, Qt.AlignmentFlag.AlignTop)
        if message.bug:
            copy = press(QPushButton(self.tr("Copiar detalle")), "link")
            copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(message.detail))
            self._box.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        close.setAccessibleName(self.tr("Cerrar el aviso"))
        close.setToolTip(self.tr("Cerrar el aviso"))
        close.clicked.connect(self.dismiss)
        self._box.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.show()
        announce(self, ". ".join(part.rstrip(".") for part in (message.what, message.means, message.do) if part))

    def dismiss(self) -> None:
        """Close it."""
        self.message = None
        self.hide()
        self.closed.emit()
