"""What is drawn over a page: the marker over words, frames with numbers around what changed. The paper is white in the dark as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARKED, FOUND = QColor("#b5d3ea"), QColor("#ffe39a")
_SHOWN, _CHANGED, _ON_CHANGED = QColor("#8a5200"), QColor("#a8231b"), QColor("#ffffff")


def paint_marker(painter: QPainter, boxes: Iterable[QRectF], colour: QColor) -> None:
    """As with a marker: the words stay readable below it."""
    painter.save()
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    for box in boxes:
        painter.fillRect(box, colour)
    painter.restore()


def paint_shown(painter: QPainter, boxes: Iterable[QRectF]) -> None:
    """The one of several that counts has a frame, too: no colour alone."""
    painter.setPen(QPen(_SHOWN, 2))
    for box in boxes:
        painter.drawRect(box.adjusted(-1, -1, 1, 1))


def paint_frames(painter: QPainter, boxes: Sequence[QRectF], first: int, shown: int) -> None:
    """Each with its number, from ``first``; the one that is shown in a whole line, the others broken."""
    for number, box in enumerate(boxes, first):
        here, seen = number == shown, box.adjusted(-3, -3, 3, 3)
        pen = QPen(_CHANGED, 3 if here else 2, Qt.PenStyle.SolidLine if here else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRect(seen)
        words = str(number + 1)
        metrics = painter.fontMetrics()
        badge = QRectF(
            seen.left(), seen.top() - metrics.height(), metrics.horizontalAdvance(words) + 10, metrics.height()
        )
        painter.fillRect(badge, _CHANGED)
        painter.setPen(_ON_CHANGED)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
