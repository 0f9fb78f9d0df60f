"""How a verified file is drawn in the list: name and verdict in a word, then what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop.ui.wording import Tinted

if TYPE_CHECKING:
    from desktop.ui.look import Look

Index = QModelIndex | QPersistentModelIndex


class VerdictDelegate(QStyledItemDelegate):
    """The item's user data is (name, state in a word, more)."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Three lines at 100 % are 76 pixels: name, verdict, contents."""
        return QSize(self._look.px(120), self._look.px(78))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one file."""
        data = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(data, tuple):
            return
        name, words, more = data
        look, px, rect = self._look, self._look.px, option.rect
        painter.save()
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, look.colour("accent_ground"))
            painter.fillRect(QRect(rect.left(), rect.top(), px(3), rect.height()), look.colour("accent"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.colour("line"))
        if chosen and option.widget is not None and option.widget.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))
        inner = rect.adjusted(px(14), px(8), -px(14), -px(8))
        height = inner.height() // 3
        texts = (Tinted(name, "text"), words, Tinted(more, "dim"))
        for number, text in enumerate(texts):
            font = look.font(14 if number == 0 else 12, bold=number < 2)
            painter.setFont(font)
            painter.setPen(look.colour(text.role))
            line = QRect(inner.left(), inner.top() + number * height, inner.width(), height)
            mode = Qt.TextElideMode.ElideMiddle if number == 0 else Qt.TextElideMode.ElideRight
            shown = QFontMetrics(font).elidedText(text.text, mode, inner.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()
