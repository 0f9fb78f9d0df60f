"""The rows of a tray as a Qt model, and how one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop.routing.paper import PaperState
from desktop.routing.trays import Tray
from desktop.ui.trays.office import TrayRow
from desktop.ui.wording import Tinted, no_calendar, row_pill, sheets, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.look import Look

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
ROW = Qt.ItemDataRole.UserRole


class TrayModel(QAbstractListModel):
    """Rows of one tray. What is spoken for a row is its whole sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tray = Tray.PENDING
        self.rows: tuple[TrayRow, ...] = ()

    def show(self, tray: Tray, rows: Sequence[TrayRow]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.tray, self.rows = tray, tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row, its sentence, its tool tip."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return spoken(self.tray, row)
            case Qt.ItemDataRole.ToolTipRole:
                more = no_calendar() if row.days is not None and not row.days.calendar else ""
                return "\n".join(part for part in (row.subject, row.cite, more) if part)
        return None


def spoken(tray: Tray, row: TrayRow) -> str:
    """A row as one would read it aloud."""
    parts = [row.subject, row.number or row.cite, row.kind, row_pill(tray, row).text, *_from(row)]
    if row.urgent:
        parts.insert(0, translate("Trays", "urgente"))
    if row.sheets:
        parts.append(sheets(row.sheets))
    parts += [*marks(row), *(words.text.lower() for words in paper_words(row))]
    if row.days is not None and not row.days.calendar:
        parts.append(no_calendar())
    return ", ".join(part for part in parts if part)


def marks(row: TrayRow) -> list[str]:
    """What is not to be overlooked beside its type."""
    found = []
    if row.copy:
        found.append(translate("Trays", "copia"))
    if row.grouped:
        found.append(translate("Trays", "agrupada"))
    return found


def paper_words(row: TrayRow) -> list[Tinted]:
    """What lacks of the paper, or that some comes with it."""
    match row.paper:
        case PaperState.MISSING:
            return [Tinted(translate("Trays", "Papel no llegó"), "care")]
        case PaperState.PART:
            return [Tinted(translate("Trays", "Falta parte del papel"), "care")]
        case PaperState.UNDER_WAY:
            return [Tinted(translate("Trays", "Con papel"), "accent")]
        case _:
            return []


def _from(row: TrayRow) -> tuple[str, ...]:
    return tuple(part for part in (row.person, row.unit) if part)


class TrayDelegate(QStyledItemDelegate):
    """Three lines: number · type and the pill; the subject in bold; person · unit and sheets."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """87 pixels at 100 %."""
        return QSize(self._look.px(200), self._look.px(87))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row = index.data(ROW)
        model = index.model()
        if not isinstance(row, TrayRow) or not isinstance(model, TrayModel):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        self._paint_ground(painter, rect, option, chosen=chosen, hover=bool(state & QStyle.StateFlag.State_MouseOver))
        px = self._look.px
        inner = rect.adjusted(px(16), px(11), -px(16), -px(11))
        third = inner.height() / 3
        lines = [QRect(inner.left(), round(inner.top() + i * third), inner.width(), round(third)) for i in range(3)]
        self._paint_head(painter, lines[0], row, row_pill(model.tray, row))
        self._text(painter, lines[1], row.subject, "text", 14, bold=True)
        right = sheets(row.sheets) if row.sheets else ""
        width = self._text(painter, lines[2], right, "dim", 13, right=True) if right else 0
        who = lines[2].adjusted(0, 0, -(width + px(12)) if width else 0, 0)
        urgent = [Tinted(translate("Trays", "Urgente"), "bad")] if row.urgent else []
        for words in (*urgent, *paper_words(row)):
            who.setLeft(who.left() + self._text(painter, who, words.text, words.role, 13, bold=True) + px(8))
        self._text(painter, who, " · ".join(_from(row)), "dim", 13)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, rect: QRect, option: QStyleOptionViewItem, *, chosen: bool, hover: bool
    ) -> None:
        look = self._look
        if chosen:
            painter.fillRect(rect, look.colour("accent_ground"))
            painter.fillRect(QRect(rect.left(), rect.top(), look.px(3), rect.height()), look.colour("accent"))
        elif hover:
            painter.fillRect(rect, look.colour("hover"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look.colour("line"))
        view: QWidget | None = option.widget
        if chosen and view is not None and view.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -2))

    def _paint_head(self, painter: QPainter, rect: QRect, row: TrayRow, pill: Tinted) -> None:
        px = self._look.px
        width = self._pill(painter, rect, pill)
        parts = [row.number or row.cite, *marks(row), row.kind]
        rest = rect.adjusted(0, 0, -width - px(8), 0)
        self._text(painter, rest, " · ".join(p for p in parts if p), "dim", 12)

    def _pill(self, painter: QPainter, rect: QRect, words: Tinted) -> int:
        px = self._look.px
        font = self._look.font(12, bold=True)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(words.text) + px(18)
        height = px(20)
        x = rect.right() - width + 1
        box = QRectF(x, rect.center().y() - height / 2 + 1, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._look.colour("hover" if words.role == "dim" else f"{words.role}_ground"))
        painter.drawRoundedRect(box, height / 2, height / 2)
        if words.role == "accent":
            painter.setPen(QPen(self._look.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(self._look.colour(words.role))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words.text)
        return width

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        role: str,
        size: float,
        *,
        bold: bool = False,
        right: bool = False,
    ) -> int:
        font = self._look.font(size, bold=bold)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(self._look.colour(role))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0))
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)
