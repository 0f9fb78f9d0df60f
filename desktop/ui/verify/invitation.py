"""Verificar before any file: what it does, and that nothing leaves this computer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import IconMark, fill, label, scrolling
from desktop.ui.wording import translate

if TYPE_CHECKING:
    from desktop.ui.look import Look


class Invitation(QWidget):
    """``drop`` is the frame that lights up while something is held over it."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        px = look.px
        self.drop = QFrame()
        self.drop.setObjectName("drop")
        inner = QVBoxLayout(self.drop)
        inner.setContentsMargins(px(24), px(36), px(24), px(36))
        inner.setSpacing(px(8))
        inner.addWidget(IconMark(look, "shield-check", "accent", 44), 0, Qt.AlignmentFlag.AlignHCenter)
        texts = (
            (translate("Verify", "Suelte aquí un PDF, o una carpeta"), "title", ""),
            (translate("Verify", "Le dirá quién lo firmó, cuándo, y si cambió después."), "body", ""),
            (
                translate("Verify", "El documento no sale de este equipo. Sirve también sin conexión."),
                "body-small",
                "dim",
            ),
        )
        for text, size, tone in texts:
            words = label(text, size=size, tone=tone)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            inner.addWidget(words)
        page = QWidget()
        page.setObjectName("ground")
        box = QVBoxLayout(page)
        box.setContentsMargins(px(40), px(40), px(40), px(40))
        row = QHBoxLayout()
        self.drop.setMaximumWidth(px(560))
        fill(row, -1)
        row.addWidget(self.drop, 4)
        fill(row, -1)
        fill(box, -1, row, -1, -1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(page, name=translate("Verify", "Verificar")))
