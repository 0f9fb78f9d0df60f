"""Points on an upright line: the stops of a slip, the evidence of a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import clear, fill, label, tall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.ui.look import Look
    from desktop.ui.wording import Tinted


@dataclass(frozen=True, slots=True)
class Point:
    """A title and lines under it. ``hollow`` points have not happened yet."""

    title: str
    lines: tuple[Tinted, ...] = ()
    quote: str = ""
    role: str = "accent"
    hollow: bool = False


class _Stop(QFrame):
    def __init__(self, look: Look, point: Point, *, first: bool, last: bool) -> None:
        super().__init__()
        self._look, self._point, self._first, self._last = look, point, first, last
        box = QVBoxLayout(self)
        box.setContentsMargins(look.px(20), 0, 0, 0 if last else look.px(12))
        box.setSpacing(1)
        fill(box, label(point.title, size="body-small", selectable=False))
        for words in point.lines:
            fill(box, label(words.text, size="body-small", tone=words.role))
        if point.quote:
            fill(box, label(f"«{point.quote}»", size="body-small"))
        tall(self)
        spoken = [point.title, *(words.text for words in point.lines), point.quote]
        self.setAccessibleName(". ".join(part for part in spoken if part))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line and the point."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px = self._look.px
        x, y = px(6) + 0.5, px(9)
        painter.setPen(QPen(self._look.colour("line"), 2))
        if not (self._first and self._last):
            painter.drawLine(QPointF(x, y if self._first else 0), QPointF(x, y if self._last else self.height()))
        painter.setPen(QPen(self._look.colour(self._point.role), 2))
        painter.setBrush(self._look.colour("panel" if self._point.hollow else self._point.role))
        painter.drawEllipse(QPointF(x, y), px(4), px(4))


class Points(QWidget):
    """A list of points."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        tall(self)
        self.points: tuple[Point, ...] = ()

    def show_points(self, points: Iterable[Point]) -> None:
        """Other points."""
        self.points = tuple(points)
        clear(self._box)
        last = len(self.points) - 1
        for number, point in enumerate(self.points):
            stop = _Stop(self._look, point, first=number == 0, last=number == last)
            self._box.addWidget(stop, 0, Qt.AlignmentFlag.AlignTop)
