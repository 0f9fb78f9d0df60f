"""A table of words that sorts by its values, and the bars beside it: what the bars show the table says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QVBoxLayout, QWidget

from desktop.ui.wording import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

    from desktop.ui.look import Look

Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
VALUE = Qt.ItemDataRole.UserRole
KEY = Qt.ItemDataRole.UserRole + 1
LEAST = 90  # design pixels of a column
MOST = 260
BARS = 12  # the others are in the table


@dataclass(frozen=True, slots=True)
class Cell:
    """What is written, what it sorts by, and the role that tints it (words come first)."""

    text: str
    value: Any = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and what the row stands for."""

    cells: tuple[Cell, ...]
    key: Any = None


class WordsModel(QAbstractTableModel):
    """Headings and rows."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.headings: tuple[str, ...] = ()
        self.rows: tuple[Row, ...] = ()

    def show(self, headings: Sequence[str], rows: Sequence[Row]) -> None:
        """Other rows."""
        self.beginResetModel()
        self.headings, self.rows = tuple(headings), tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _TOP) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The headings."""
        if orientation is Qt.Orientation.Horizontal and section < len(self.headings):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.headings[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                if self.rows and isinstance(self.rows[0].cells[section].value, int | float):
                    return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words; a screen reader hears the heading with each."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        cell = row.cells[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return cell.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{self.headings[index.column()]}: {cell.text}"
            case Qt.ItemDataRole.ForegroundRole if cell.role:
                return self._look.colour(cell.role)
            case Qt.ItemDataRole.TextAlignmentRole if isinstance(cell.value, int | float):
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == VALUE:
            return cell.text if cell.value is None else cell.value
        return row.key if role == KEY else None


class WordsTable(QTableView):
    """Sorted by a press on a heading; Tab leaves it, arrows walk in it, Enter opens the row (``activated``)."""

    def __init__(self, look: Look, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._wanted: list[int] = []
        self.words = WordsModel(look, self)
        self.sorted = QSortFilterProxyModel(self)
        self.sorted.setSourceModel(self.words)
        self.sorted.setSortRole(VALUE)
        self.sorted.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self.sorted)
        self.setAccessibleName(name)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)  # rows are one line: else whole words go where one letter finds no room
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(look.px(34))
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setAccessibleName(name)
        self.setAccessibleDescription(translate("WordsTable", "Enter abre la fila; O ordena por la columna"))
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setMinimumSectionSize(look.px(40))

    def show_rows(self, headings: Sequence[str], rows: Sequence[Row]) -> None:
        """Other rows, in the order given until a heading is pressed."""
        self.words.show(headings, rows)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        head: QHeaderView = self.horizontalHeader()
        head.setStretchLastSection(False)
        self.resizeColumnsToContents()
        least, pad = self._look.px(LEAST), self._look.px(6)
        self._wanted = [max(head.sectionSize(column) + pad, least) for column in range(len(headings))]
        self._fit()
        if rows:
            self.setCurrentIndex(self.sorted.index(0, 0))

    def _fit(self) -> None:
        """Each column as wide as its words where all find room, else none wider than ``MOST``; the last takes what is left."""
        head = self.horizontalHeader()
        most = self._look.px(MOST) if sum(self._wanted) > self.viewport().width() else max(self._wanted, default=0)
        head.setStretchLastSection(False)
        for column, width in enumerate(self._wanted):
            head.resizeSection(column, min(width, most))
        head.setStretchLastSection(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: fit again."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row; O sorts by the column of the cell, as a press on its heading does."""
        if event.key() == Qt.Key.Key_O and self.currentIndex().isValid():
            head, column = self.horizontalHeader(), self.currentIndex().column()
            up = head.sortIndicatorSection() == column and head.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
            self.sortByColumn(column, Qt.SortOrder.DescendingOrder if up else Qt.SortOrder.AscendingOrder)
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


def table_lead(look: Look) -> int:
    """How far the words of the first column stand from the table's left edge: padding of the style sheet, and Qt's own."""
    return look.px(8) + 3


def under_title(look: Look, table: WordsTable) -> QVBoxLayout:
    """The table, its words level with those of the pane's title."""
    made = QVBoxLayout()
    made.setContentsMargins(look.px(20) - table_lead(look), 0, 0, 0)
    made.addWidget(table)
    return made


@dataclass(frozen=True, slots=True)
class Bar:
    """A label and its parts: (number, role, what it is)."""

    label: str
    parts: tuple[tuple[float, str, str], ...]

    @property
    def total(self) -> float:
        """All its parts."""
        return sum(number for number, _role, _what in self.parts)

    @property
    def said(self) -> str:
        """In words."""
        return f"{self.label}: {self.numbers}"

    @property
    def numbers(self) -> str:
        """Its parts in words."""
        return ", ".join(f"{what} {number:g}".strip() for number, _role, what in self.parts if number) or "0"


class Bars(QWidget):
    """Horizontal bars with their words; the whole is said as one sentence, and told row by row in the table beside."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.bars: tuple[Bar, ...] = ()
        self.left_out = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, name: str, bars: Sequence[Bar]) -> None:
        """Other bars, the longest first."""
        most = sorted(bars, key=lambda bar: -bar.total)
        self.bars, self.left_out = tuple(most[:BARS]), max(len(most) - BARS, 0)
        self.setAccessibleName(name)
        self.setAccessibleDescription(". ".join(bar.said for bar in self.bars))
        self.setFixedHeight(self._look.px(46) * max(len(self.bars), 1))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Label and number above, the bar under them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px, look = self._look.px, self._look
        longest = max((bar.total for bar in self.bars), default=0) or 1
        font = look.font(13)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        for number, bar in enumerate(self.bars):
            top = number * px(46)
            said = bar.numbers
            room = self.width() - metrics.horizontalAdvance(said) - px(10)
            painter.setPen(look.colour("text"))
            line = QRectF(0, top, self.width(), px(22))
            shown = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, max(room, px(40)))
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
            painter.setPen(look.colour("dim"))
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, said)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("line"))
            painter.drawRoundedRect(QRectF(0, top + px(24), self.width(), px(10)), 3, 3)
            x = 0.0
            for part, role, _what in bar.parts:
                width = self.width() * part / longest
                painter.setBrush(look.colour(role))
                painter.drawRoundedRect(QRectF(x, top + px(24), max(width - 1, 0), px(10)), 3, 3)
                x += width
