"""A new admission for a copied desk: why, what comes of it, and the two ways to ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.operations.readmission import Standing
from desktop.ui.widgets.basics import ActionButton, fill, label, restyle
from desktop.ui.widgets.flow import flowing

if TYPE_CHECKING:
    from desktop.ui.look import Look


class AnewCard(QFrame):
    """Seen where the desk is a copy, and until its new admission has come."""

    stick_chosen = Signal()
    line_chosen = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.standing = Standing.NONE
        self.title = label("", tone="care", bold=True)
        self.words = label("", size="body-small")
        self.by_stick = ActionButton(look, self.tr("Pedir por la memoria"), key="Ctrl+M")
        self.by_line = ActionButton(look, self.tr("Pedir por la conexión"), key="Ctrl+Shift+M")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 10)
        box.setSpacing(6)
        fill(box, self.title, self.words, flowing(self.by_stick, self.by_line, gap=look.px(8)))
        restyle(self, card="care")
        self.by_stick.clicked.connect(self.stick_chosen)
        self.by_line.clicked.connect(self.line_chosen)
        self.hide()

    def show_standing(self, standing: str) -> None:
        """What can be done now."""
        self.standing = Standing(standing)
        self.setVisible(self.standing is not Standing.NONE)
        self.by_line.setVisible(self.standing is Standing.COPY)
        self.by_stick.setVisible(self.standing is not Standing.BY_LINE)
        match self.standing:
            case Standing.COPY:
                self.title.setText(self.tr("Pedir una admisión nueva para este equipo"))
                self.words.setText(
                    self.tr(
                        "Cada funcionario de este equipo firma con su token una llave nueva: tenga a mano los tokens y sus PIN. "
                        "Los borradores se quedan. Lo que nunca salió se guarda aparte y se muestra, para hacerlo otra vez.\n"
                        "La solicitud va en la memoria o por la conexión. Hasta que la entidad la acepte, aquí se lee y se redacta."
                    )
                )
                self.by_stick.setText(self.tr("Pedir por la memoria"))
            case Standing.ON_STICK:
                self.title.setText(self.tr("La admisión nueva está pedida"))
                self.words.setText(
                    self.tr(
                        "La solicitud va en la memoria. Cuando vuelva con la respuesta, elija «Leer memoria». Si la memoria se "
                        "perdió, deje la misma solicitud en otra; no se pide ningún token."
                    )
                )
                self.by_stick.setText(self.tr("Dejarla en otra memoria"))
            case Standing.BY_LINE:
                self.title.setText(self.tr("La admisión nueva está pedida"))
                self.words.setText(
                    self.tr("La solicitud está en el intercambio. Cuando la entidad la haya aceptado, sincronice.")
                )
            case Standing.NONE:
                pass

    def take_focus(self, *, else_to: QWidget) -> None:
        """The first button that can be pressed; without a stick, where one is chosen."""
        can = self.by_stick if self.by_stick.isVisibleTo(self) and self.by_stick.isEnabled() else else_to
        can.setFocus(Qt.FocusReason.OtherFocusReason)

    def judge(self, *, busy: bool, stick: bool) -> None:
        """What can be pressed."""
        self.by_stick.setEnabled(stick and not busy)
        self.by_line.setEnabled(not busy)
