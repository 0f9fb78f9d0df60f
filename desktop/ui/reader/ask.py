"""Asked before an act that has weight: what will happen, a reason where one is due, one button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import ActionButton, fill, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.ui.bench import Bench
    from desktop.ui.reader.acts import Act


class AskPane(QWidget):
    """Confirms one act; calls back with the reason (empty where none is asked)."""

    closed = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look, px = bench.look, bench.look.px
        self._then: Callable[[str], object] | None = None
        self._needs_reason = False
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(8))
        self.title = label("", size="title")
        self.question = label("")
        self.name = label("", size="small", tone="dim")
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(px(96))
        self.name.setBuddy(self.reason)
        self.go = ActionButton(look, self.tr("Confirmar"), kind="primary", key="Ctrl+Return")
        self.back = ActionButton(look, self.tr("Volver"), key="Esc")
        self.go.clicked.connect(self._go)
        self.back.clicked.connect(self.closed)
        self.reason.textChanged.connect(self._judge)
        fill(box, self.title, self.question, self.name, self.reason, px(4), self.go, self.back, -1)

    def open_for(self, act: Act, *, reason: str, then: Callable[[str], object]) -> None:
        """Ask; ``reason`` names the field that must be filled, empty for none."""
        self._then, self._needs_reason = then, bool(reason)
        self.title.setText(act.name)
        self.question.setText(act.question)
        self.name.setText(reason)
        self.reason.setAccessibleName(reason)
        self.reason.clear()
        self.name.setVisible(bool(reason))
        self.reason.setVisible(bool(reason))
        self.go.setText(act.name)
        self._judge()
        (self.reason if reason else self.go).setFocus(Qt.FocusReason.OtherFocusReason)

    def _judge(self) -> None:
        self.go.setEnabled(not self._needs_reason or bool(self.reason.toPlainText().strip()))

    def _go(self) -> None:
        if self._then is not None:
            self.go.setEnabled(False)
            self._then(self.reason.toPlainText().strip())
