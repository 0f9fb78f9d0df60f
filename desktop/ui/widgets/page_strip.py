"""Every page small beside the pages: where one is, and a way to any other. Drawn when it comes into view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

if TYPE_CHECKING:
    from desktop.ui.look import Look
    from desktop.ui.widgets.page_sources import PageSource

WIDTH = 84  # design pixels of a small page
_EDGE = 9  # design pixels around it
_TALLEST = 1.6  # of its width: what is longer is shown smaller
Index = QModelIndex | QPersistentModelIndex


class _Pages(QAbstractListModel):
    """One row a page: its picture, once drawn, and its number."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._source: PageSource | None = None
        self._small: dict[int, QPixmap] = {}

    def show_source(self, source: PageSource | None) -> None:
        """Other pages."""
        self.beginResetModel()
        self._source, self._small = source, {}
        self.endResetModel()
        if source is not None:
            source.arrived.connect(self._arrived)  # type: ignore[attr-defined]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """The pages."""
        return self._source.pages if self._source is not None and not parent.isValid() else 0

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Number, picture, and what a screen reader says."""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return str(index.row() + 1)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.tr("Página {page}").format(page=index.row() + 1)
            case Qt.ItemDataRole.DecorationRole:
                return self._picture(index.row())
        return None

    def _picture(self, page: int) -> QPixmap:
        width = self._look.px(WIDTH)
        if page not in self._small:
            image = self._source.image(page, width * 2) if self._source is not None else None
            if image is None:
                blank = QPixmap(width, round(width * 1.29))
                blank.fill(self._look.colour("sheet"))
                return blank
            size = QSize(width, round(width * _TALLEST))
            smooth = Qt.TransformationMode.SmoothTransformation
            self._small[page] = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth))
        return self._small[page]

    def _arrived(self, page: int) -> None:
        if page >= 0:
            self.dataChanged.emit(self.index(page), self.index(page))


class _Sheet(QStyledItemDelegate):
    """A small sheet with its number below; the page in view has a frame and its number in bold, not a colour alone."""

    def __init__(self, look: Look, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The picture and a line of text."""
        picture: QPixmap = index.data(Qt.ItemDataRole.DecorationRole)
        edge = self._look.px(_EDGE)
        return QSize(self._look.px(WIDTH) + 2 * edge, picture.height() + 2 * edge + option.fontMetrics.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Frame, sheet, number."""
        picture: QPixmap = index.data(Qt.ItemDataRole.DecorationRole)
        px, here = self._look.px, bool(option.state & QStyle.StateFlag.State_Selected)
        sheet = QRect(0, 0, picture.width(), picture.height())
        sheet.moveCenter(option.rect.center())
        sheet.moveTop(option.rect.top() + px(_EDGE))
        painter.save()
        painter.drawPixmap(sheet.topLeft(), picture)
        painter.setPen(QPen(self._look.colour("accent" if here else "edge"), 2 if here else 1))
        painter.drawRect(sheet.adjusted(-2, -2, 1, 1) if here else sheet.adjusted(-1, -1, 0, 0))
        if here and option.state & QStyle.StateFlag.State_HasFocus:
            painter.drawRect(sheet.adjusted(-5, -5, 4, 4))
        font = option.font
        font.setBold(here)
        painter.setFont(font)
        painter.setPen(self._look.colour("accent" if here else "dim"))
        below = QRect(option.rect.left(), sheet.bottom() + px(3), option.rect.width(), option.fontMetrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, index.data())
        painter.restore()


class PageStrip(QListView):
    """``chosen`` tells a page from 0: pressed, or reached with the arrows."""

    chosen = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._following = False
        self._pages = _Pages(look, self)
        self.setModel(self._pages)
        self.setItemDelegate(_Sheet(look, self))
        self.setObjectName("strip")
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setSpacing(look.px(2))
        self.setFixedWidth(look.px(WIDTH + 4 * _EDGE))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Páginas"))
        self.selectionModel().currentChanged.connect(self._moved)

    def show_source(self, source: PageSource | None) -> None:
        """Other pages."""
        self._pages.show_source(source)

    def follow(self, page: int) -> None:
        """The page in view has changed."""
        index = self._pages.index(page)
        if index.isValid() and index != self.currentIndex():
            self._following = True
            try:
                self.setCurrentIndex(index)
            finally:
                self._following = False

    def _moved(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and not self._following:
            self.chosen.emit(index.row())
