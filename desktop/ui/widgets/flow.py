"""A row that breaks into further rows where it does not fit: nothing is cut at 200 %."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from desktop.ui.widgets.basics import tall


class Flow(QLayout):
    """Left to right, top to bottom."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = 8, sunk: bool = False) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._sunk = sunk
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """At the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item there."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take it out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Rows depend on the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Of all rows."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one row."""
        visible = [item for item in self._items if not item.isEmpty()]
        width = sum(item.sizeHint().width() for item in visible) + self._gap * max(len(visible) - 1, 0)
        return QSize(width, max((item.sizeHint().height() for item in visible), default=0))

    def minimumSize(self) -> QSize:
        """The widest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _rows(self, width: int) -> Iterator[list[tuple[QLayoutItem, QSize]]]:
        """What stands beside each other in that width."""
        row: list[tuple[QLayoutItem, QSize]] = []
        x = 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            size = QSize(min(hint.width(), max(width, 1)), hint.height())
            if row and x + size.width() > width:
                yield row
                row, x = [], 0
            row.append((item, size))
            x += size.width() + self._gap
        if row:
            yield row

    def _place(self, rect: QRect, *, move: bool) -> int:
        """The height of all rows; each item stands in the middle of its row's height, or at its foot."""
        y = 0
        for number, row in enumerate(self._rows(rect.width())):
            tallest = max(size.height() for _item, size in row)
            x, y = 0, y + (self._gap if number else 0)
            for item, size in row:
                if move:
                    lower = (tallest - size.height()) // (1 if self._sunk else 2)
                    item.setGeometry(QRect(rect.topLeft() + QPoint(x, y + lower), size))
                x += size.width() + self._gap
            y += tallest
        return y


def flowing(*widgets: QWidget, gap: int = 8, sunk: bool = False) -> QWidget:
    """The widgets in a flow, as one widget that asks for the height it needs. ``sunk``: at the foot of their row."""
    made = QWidget()
    flow = Flow(made, gap=gap, sunk=sunk)
    for widget in widgets:
        flow.addWidget(widget)
    tall(made)
    return made
