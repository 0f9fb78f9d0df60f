"""The banner over everything: a state of this desk that holds until it is dealt with. It cannot be closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import ActionButton, IconMark, announce, fill, label

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.ui.look import Look
    from desktop.ui.messages import Sentences

ROOM = 640  # design pixels below which the button goes under the words


class Banner(QFrame):
    """Qué pasó, qué significa, qué hacer; and "Sincronizar ahora" or "Admisión nueva…" where that helps."""

    act_chosen = Signal()
    anew_chosen = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.words: Sentences | None = None
        px = look.px
        self.what = label("", tone="care", bold=True)
        self.rest = label("", size="body-small")
        self.go = ActionButton(look, self.tr("Sincronizar ahora"))
        self.go.clicked.connect(self.act_chosen)
        self.anew = ActionButton(look, self.tr("Admisión nueva…"), key="Ctrl+Shift+U")
        self.anew.clicked.connect(self.anew_chosen)
        told = QVBoxLayout()
        told.setSpacing(px(2))
        fill(told, self.what, self.rest)
        said = QHBoxLayout()
        said.setSpacing(px(10))
        said.addWidget(IconMark(look, "circle-alert", "care", 18), 0, Qt.AlignmentFlag.AlignTop)
        said.addLayout(told, 1)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(px(16), px(10), px(16), px(10))
        self._box.setSpacing(px(8))
        self._box.addLayout(said, 1)
        for button in (self.go, self.anew):
            self._box.addWidget(button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._room = px(ROOM)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button beside the words, or under them."""
        super().resizeEvent(event)
        wide = self.width() >= self._room
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    def show_words(self, words: Sentences | None, *, help_by_line: bool = True, anew: bool = False) -> None:
        """Those words, until others come; None hides it. ``help_by_line``: an exchange with the line is the way out; ``anew``: a new
        admission is, which the pane of the stick asks for.
        """
        self.go.setVisible(help_by_line)
        self.anew.setVisible(anew)
        if words == self.words:
            return
        self.words = words
        self.setVisible(words is not None)
        if words is not None:
            self.what.setText(words.what)
            self.rest.setText(" ".join(part for part in (words.means, words.do) if part))
            announce(self, f"{words.what} {self.rest.text()}")
