"""Pages of a PDF on a desk: own bytes through QtPdf, foreign ones as pictures from the killable child."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.ui.jobs import Jobs, Lane

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.ui.look import Look
    from desktop.ui.office import OfficeDesk

LETTER = QSizeF(612, 792)


class PageSource(Protocol):
    """Where pages come from. ``image`` may answer None and emit ``arrived`` later."""

    pages: int
    arrived: Signal

    def size_of(self, page: int) -> QSizeF:
        """Points."""

    def image(self, page: int, width: int) -> QImage | None:
        """The page ``width`` pixels wide."""

    def text_of(self, page: int) -> str:
        """Its text, for a screen reader; empty where unknown."""


class QtPdfPages(QObject):
    """A document that this desk made or that passed verification, rendered in the window's process."""

    arrived = Signal(int)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = QPdfDocument(self)
        error = self._document.load(str(path))
        self.readable = error == QPdfDocument.Error.None_
        self.pages = self._document.pageCount() if self.readable else 0
        self._cache: OrderedDict[tuple[int, int], QImage] = OrderedDict()

    def size_of(self, page: int) -> QSizeF:
        """Points, as the page says."""
        return self._document.pagePointSize(page)

    def image(self, page: int, width: int) -> QImage | None:
        """Rendered now; the last few are kept."""
        key = (page, width)
        if key not in self._cache:
            points = self.size_of(page)
            height = round(width * points.height() / max(points.width(), 1))
            picture = QImage(QSize(width, height), QImage.Format.Format_RGB32)
            picture.fill(Qt.GlobalColor.white)
            rendered = self._document.render(page, QSize(width, height))
            painter = QPainter(picture)
            painter.drawImage(0, 0, rendered)
            painter.end()
            self._cache[key] = picture
            while len(self._cache) > 8:
                self._cache.popitem(last=False)
        self._cache.move_to_end(key)
        return self._cache[key]

    def text_of(self, page: int) -> str:
        """The page's text."""
        return self._document.getAllText(page).text()


class ChildPages(QObject):
    """A document that did not pass: pictures made by the office's killable child."""

    arrived = Signal(int)

    def __init__(
        self,
        office: OfficeDesk,
        jobs: Jobs,
        path: Path,
        pages: int,
        *,
        password: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._office, self._jobs, self._path, self._password = office, jobs, path, password
        self.pages = pages
        self._images: dict[int, QImage] = {}
        self._asked: set[int] = set()
        self.failed = False

    def size_of(self, page: int) -> QSizeF:
        """The picture's own proportions once it is there; Letter until then."""
        image = self._images.get(page)
        return LETTER if image is None else QSizeF(LETTER.width(), LETTER.width() * image.height() / image.width())

    def image(self, page: int, width: int) -> QImage | None:
        """The picture, or None while the child works on it (asked once, at 1.5 times the width for zooming)."""
        if page not in self._images and page not in self._asked:
            self._asked.add(page)
            wanted = min(max(width, 900), 2000)
            job = self._jobs.job(lambda: self._office.render_page(self._path, page, wanted, self._password), Lane.POOL)
            job.owned_by(self).success(lambda data: self._keep(page, data)).failure(lambda _error: self._miss()).start()
        return self._images.get(page)

    def _keep(self, page: int, data: bytes) -> None:
        image = QImage.fromData(data, "PNG")  # type: ignore[arg-type]
        if image.isNull():
            self._miss()
            return
        self._images[page] = image
        self.arrived.emit(page)

    def _miss(self) -> None:
        self.failed = True
        self.arrived.emit(-1)

    def text_of(self, _page: int) -> str:
        """Unknown."""
        return ""


class PageView(QAbstractScrollArea):
    """The pages one under another. Keys: arrows, Page Up/Down, Space, Home, End, + and - for the size, 0 to fit the width."""

    page_changed = Signal(int)
    MARGIN = 20
    ZOOMS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.message = ""  # said in place of pages
        self._source: PageSource | None = None
        self.zoom: float | None = None  # None: fit the width
        self._tops: list[float] = []
        self._sizes: list[QSizeF] = []
        self._page = -1
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._lay_out)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Documento"))
        self.setMinimumHeight(look.px(24))  # at 200 % the head above it keeps its room
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())
        look.changed.connect(self.viewport().update)

    @property
    def pages(self) -> int:
        """How many pages are shown."""
        return self._source.pages if self._source else 0

    @property
    def page(self) -> int:
        """The page in view, from 0."""
        return max(self._page, 0)

    def show_source(self, source: QObject | None) -> None:
        """Show other pages; the old source is let go. ``source`` satisfies :class:`PageSource`."""
        old = self._source
        self._source = source  # type: ignore[assignment]
        if source is not None:
            source.setParent(self)
            self._source.arrived.connect(self._arrived)  # type: ignore[union-attr]
        if old is not None:
            cast("QObject", old).deleteLater()
        self._page = -1
        self.verticalScrollBar().setValue(0)
        if not self.pages:
            self.setAccessibleDescription(self.message)
        self._lay_out()

    def set_zoom(self, zoom: float | None) -> None:
        """1.0 is the paper's own size on the screen; None fits the width."""
        self.zoom = zoom
        self._lay_out()

    def step_zoom(self, step: int) -> None:
        """One size larger or smaller."""
        now = self._scale() / self._paper()
        if step > 0:
            self.set_zoom(next((z for z in self.ZOOMS if z > now + 0.01), self.ZOOMS[-1]))
        else:
            self.set_zoom(next((z for z in reversed(self.ZOOMS) if z < now - 0.01), self.ZOOMS[0]))

    @staticmethod
    def _paper() -> float:
        return 96 / 72

    def _scale(self) -> float:
        if self._source is None or not self._source.pages:
            return 1.0
        if self.zoom is not None:
            return self.zoom * self._paper()
        widest = max(self._source.size_of(i).width() for i in range(self._source.pages))
        room = self.viewport().width() - 2 * self.MARGIN
        return min(max(room / widest, 0.2), 1.35 * self._paper() * max(self._look.scale, 1.0))

    def _lay_out(self) -> None:
        self._tops, self._sizes = [], []
        y, widest = float(self.MARGIN), 0.0
        scale = self._scale()
        for page in range(self.pages):
            points = self._source.size_of(page)  # type: ignore[union-attr]
            size = QSizeF(points.width() * scale, points.height() * scale)
            self._tops.append(y)
            self._sizes.append(size)
            y += size.height() + self.MARGIN
            widest = max(widest, size.width())
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setRange(0, max(0, round(y - self.viewport().height())))
        vertical.setPageStep(max(self.viewport().height() - 40, 1))
        vertical.setSingleStep(40)
        horizontal.setRange(0, max(0, round(widest + 2 * self.MARGIN - self.viewport().width())))
        horizontal.setPageStep(self.viewport().width())
        self._scrolled()

    def _scrolled(self, _value: int = 0) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() / 3
        page = max((i for i, top in enumerate(self._tops) if top <= middle), default=0)
        if page != self._page and self.pages:
            self._page = page
            place = self.tr("Página {page} de {pages}").format(page=page + 1, pages=self.pages)
            text = self._source.text_of(page) if self._source else ""
            self.setAccessibleDescription(f"{place}. {text}" if text else place)
            self.page_changed.emit(page)
        self.viewport().update()

    def _arrived(self, _page: int) -> None:
        self._settle.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The pages in view, each a sheet with a hair of shade."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), self._look.colour("ground"))
        if not self.pages and self.message:
            painter.setPen(self._look.colour("dim"))
            room = self.viewport().rect().adjusted(self.MARGIN, self.MARGIN * 3, -self.MARGIN, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self.message)
        ratio = self.devicePixelRatioF()
        offset = QPointF(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())
        for page, (top, size) in enumerate(zip(self._tops, self._sizes, strict=True)):
            left = max(float(self.MARGIN), (self.viewport().width() - size.width()) / 2)
            sheet = QRectF(QPointF(left, top) + offset, size)
            if sheet.bottom() < 0 or sheet.top() > self.viewport().height():
                continue
            for spread, alpha in ((3, 10), (2, 16), (1, 26)):
                shade = QColor(0, 0, 0, alpha)
                painter.fillRect(sheet.adjusted(-spread, 1 - spread, spread, spread + 1), shade)
            painter.fillRect(sheet, self._look.colour("sheet"))
            image = self._source.image(page, round(size.width() * ratio))  # type: ignore[union-attr]
            if image is not None:
                painter.drawImage(sheet, image)
            else:
                painter.setPen(QColor("#5a6670"))
                painter.drawText(sheet, Qt.AlignmentFlag.AlignCenter, self._waiting())
        if self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _waiting(self) -> str:
        if getattr(self._source, "failed", False):
            return self.tr("Esta página no se puede mostrar.")
        return self.tr("Preparando la página…")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll and zoom by keyboard."""
        bar = self.verticalScrollBar()
        match event.key():
            case Qt.Key.Key_PageDown | Qt.Key.Key_Space:
                bar.setValue(bar.value() + bar.pageStep())
            case Qt.Key.Key_PageUp:
                bar.setValue(bar.value() - bar.pageStep())
            case Qt.Key.Key_Home:
                bar.setValue(0)
            case Qt.Key.Key_End:
                bar.setValue(bar.maximum())
            case Qt.Key.Key_Plus:
                self.step_zoom(1)
            case Qt.Key.Key_Minus:
                self.step_zoom(-1)
            case Qt.Key.Key_0:
                self.set_zoom(None)
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.step_zoom(1 if event.angleDelta().y() > 0 else -1)
        else:
            super().wheelEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No longer."""
        super().focusOutEvent(event)
        self.viewport().update()
