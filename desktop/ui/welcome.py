"""The first thing seen on a PC that belongs to no office yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import ActionButton, IconMark, card, fill, label

if TYPE_CHECKING:
    from desktop.ui.look import Look


class WelcomePane(QFrame):
    """What Qillqa is, how a PC joins an office, and what works already."""

    verify_chosen = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        px = look.px
        body = QWidget()
        body.setMaximumWidth(px(600))
        box = QVBoxLayout(body)
        box.setSpacing(px(12))
        box.setContentsMargins(px(24), px(24), px(24), px(24))
        self.verify = ActionButton(look, self.tr("Verificar un documento"), kind="primary", icon="shield-check")
        self.verify.clicked.connect(self.verify_chosen)
        fill(box, -1)
        box.addWidget(IconMark(look, "file-text", "accent", 44), 0, Qt.AlignmentFlag.AlignLeft)
        fill(box, label(self.tr("Le damos la bienvenida a Qillqa"), size="headline"))
        fill(box, label(self.tr("Escriba, firme, envíe y conserve documentos sin papel, con conexión o sin ella.")))
        fill(
            box,
            card(
                "outline",
                label(self.tr("Este equipo todavía no pertenece a una oficina"), bold=True),
                label(
                    self.tr(
                        "Pida a su encargado de sistemas el archivo de invitación. Con él y con su token, queda inscrito a su nombre."
                    )
                ),
            ),
            card(
                "outline",
                label(self.tr("Para aprender sin riesgo"), bold=True),
                label(
                    self.tr(
                        "La oficina de práctica trae personas, tokens y documentos de ejemplo, sin valor legal: «qillqa demo»."
                    )
                ),
            ),
        )
        row = QHBoxLayout()
        fill(row, self.verify, -1)
        fill(box, px(4), row, -1, -1)
        across = QHBoxLayout(self)
        across.addStretch(1)
        across.addWidget(body, 6)
        across.addStretch(1)
