"""Pages of a PDF one under another: scrolled, enlarged, read and marked. Where they come from is ``page_sources``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from desktop.ui.widgets.page_marks import FOUND, MARKED, paint_frames, paint_marker, paint_shown
from desktop.ui.widgets.page_words import DocumentWords, Stretch, lines_of, nearest, spoken, word_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from desktop.ui.look import Look
    from desktop.ui.widgets.page_sources import PageSource


class PageView(QAbstractScrollArea):
    """The pages one under another. Keys: arrows, Page Up/Down, Space, Home, End, + and - for the size, 0 to fit the width; text is
    marked with the mouse (a word by two presses), Ctrl+A marks the page, Ctrl+C copies what is marked, or else the page.
    """

    page_changed = Signal(int)
    copied = Signal(str)  # what was copied
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
        self.words: DocumentWords | None = None
        self.hits: Sequence[Stretch] = ()
        self.hit = -1  # which of them is shown
        self.marked: list[Stretch] = []
        self.frames: Mapping[
            int, Sequence[QRectF]
        ] = {}  # page → rectangles in points that a frame with a number is drawn around
        self.frame = -1  # which of them is in view
        self._from: tuple[int, int] | None = None  # page and sign at which the mouse began to mark
        self._copying = False  # once the words are there
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
        self.words, self.hits, self.hit, self.marked, self._copying = None, (), -1, [], False
        self.frames, self.frame = {}, -1
        self._page = -1
        self.verticalScrollBar().setValue(0)
        if not self.pages:
            self.setAccessibleDescription(self.message)
        self._lay_out()

    def read_with(self, words: DocumentWords) -> None:
        """Where the text of the pages comes from; let go with the pages."""
        self.words = words
        words.setParent(cast("QObject", self._source))
        words.arrived.connect(self._told)
        self._describe()

    def show_hits(self, hits: Sequence[Stretch], hit: int) -> None:
        """Mark what was found; the one that counts is brought into view and told to a screen reader."""
        moved = 0 <= hit < len(hits) and (self.hit < 0 or not self.hits or hits[hit] != self.hits[self.hit])
        self.hits, self.hit = hits, hit
        if moved:
            self._bring(hits[hit])
        self.viewport().update()

    def go_to(self, page: int) -> None:
        """That page from 0 at the top."""
        if 0 <= page < len(self._tops):
            self.verticalScrollBar().setValue(round(self._tops[page] - self.MARGIN / 2))

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
            self._describe()
            self.page_changed.emit(page)
        self.viewport().update()

    def _describe(self) -> None:
        """What a screen reader says of the page in view: its place and its text."""
        place = self.tr("Página {page} de {pages}").format(page=self.page + 1, pages=self.pages)
        text = self._source.text_of(self.page) if self._source else ""
        if not text and self.words is not None and (words := self.words.of(self.page)) is not None:
            text = " ".join(words.text.split())
        self.setAccessibleDescription(f"{place}. {text}" if text else place)

    def _told(self, page: int) -> None:
        if page == self.page:
            self._describe()
        if self._copying and page in (self.page, -1):
            self._copying = False
            self.copy()
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
        for page, size in enumerate(self._sizes):
            sheet = self._sheet(page)
            if sheet.bottom() < 0 or sheet.top() > self.viewport().height():
                continue
            for spread, alpha in ((3, 10), (2, 16), (1, 26)):
                shade = QColor(0, 0, 0, alpha)
                painter.fillRect(sheet.adjusted(-spread, 1 - spread, spread, spread + 1), shade)
            painter.fillRect(sheet, self._look.colour("sheet"))
            image = self._source.image(page, round(size.width() * ratio))  # type: ignore[union-attr]
            if image is not None:
                painter.drawImage(sheet, image)
                self._paint_marks(painter, page, sheet)
            else:
                painter.setPen(QColor("#5a6670"))
                painter.drawText(sheet, Qt.AlignmentFlag.AlignCenter, self._waiting())
        if self.hasFocus():
            painter.setPen(QPen(self._look.colour("accent"), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _sheet(self, page: int) -> QRectF:
        """Where that page lies in the viewport."""
        size = self._sizes[page]
        left = max(float(self.MARGIN), (self.viewport().width() - size.width()) / 2)
        moved = QPointF(left - self.horizontalScrollBar().value(), self._tops[page] - self.verticalScrollBar().value())
        return QRectF(moved, size)

    def _rects(self, page: int, stretch: Stretch, sheet: QRectF) -> list[QRectF]:
        """Where those signs are seen in the viewport, line by line."""
        words = self.words.of(page) if self.words else None
        if words is None or self._source is None:
            return []
        boxes = lines_of(words, stretch.start, stretch.end)
        return [self._scaled(page, box, sheet).adjusted(-1, -1, 1, 1) for box in boxes]

    def _paint_marks(self, painter: QPainter, page: int, sheet: QRectF) -> None:
        """What is marked, what was found, what changed."""
        for stretches, colour in ((self.marked, MARKED), (self.hits, FOUND)):
            for stretch in stretches:
                if stretch.page == page:
                    paint_marker(painter, self._rects(page, stretch, sheet), colour)
        if 0 <= self.hit < len(self.hits) and self.hits[self.hit].page == page:
            paint_shown(painter, self._rects(page, self.hits[self.hit], sheet))
        if boxes := [self._scaled(page, box, sheet) for box in self.frames.get(page, ())]:
            first = sum(len(each) for before, each in self.frames.items() if before < page)
            paint_frames(painter, boxes, first, self.frame)

    def _scaled(self, page: int, box: QRectF, sheet: QRectF) -> QRectF:
        """A rectangle of the page, in points, where it is seen."""
        scale = sheet.width() / max(self._source.size_of(page).width(), 1) if self._source else 1.0
        return QRectF(sheet.topLeft() + box.topLeft() * scale, box.size() * scale)

    def show_frames(self, frames: Mapping[int, Sequence[QRectF]], frame: int = -1) -> None:
        """Frame those rectangles; the one of that number (over all pages in order, from 0) is brought into view."""
        moved = frame >= 0 and frame != self.frame
        self.frames, self.frame = frames, frame
        if moved:
            flat = [(page, box) for page in sorted(frames) for box in frames[page]]
            if frame < len(flat) and flat[frame][0] < len(self._tops):
                page, box = flat[frame]
                seen = self._scaled(page, box, self._sheet(page))
                bar = self.verticalScrollBar()
                bar.setValue(round(bar.value() + seen.top() - self.viewport().height() / 4))
        self.viewport().update()

    def _bring(self, stretch: Stretch) -> None:
        """Scroll so that it is seen, with some of what surrounds it."""
        if not stretch.page < len(self._tops):
            return
        boxes = self._rects(stretch.page, stretch, self._sheet(stretch.page))
        if not boxes:
            self.go_to(stretch.page)
            return
        up, room = self.verticalScrollBar(), self.viewport().height()
        if boxes[0].top() < 0 or boxes[0].bottom() > room:
            up.setValue(round(up.value() + boxes[0].center().y() - room / 3))
        across, width = self.horizontalScrollBar(), self.viewport().width()
        if boxes[0].left() < 0 or boxes[0].right() > width:
            across.setValue(round(across.value() + boxes[0].center().x() - width / 2))

    # -- marking and copying --

    def _sign_at(self, point: QPointF) -> tuple[int, int] | None:
        """Page and sign under the mouse, or the nearest to it on that page."""
        for page in range(len(self._sizes)):
            sheet = self._sheet(page)
            if sheet.adjusted(-self.MARGIN, 0, self.MARGIN, self.MARGIN).contains(point):
                words = self.words.of(page) if self.words else None
                if words is None or self._source is None:
                    return None
                scale = max(sheet.width(), 1.0) / max(self._source.size_of(page).width(), 1)
                place = nearest(words, (point - sheet.topLeft()) / scale)
                return None if place is None else (page, place)
        return None

    def enterEvent(self, event: QEnterEvent) -> None:
        """Whoever comes with the mouse may mark: the words are asked for."""
        if self.words is not None and self.pages:
            self.words.of(self.page)
        super().enterEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Marking begins."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._from, self.marked = self._sign_at(event.position()), []
            self.viewport().update()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Marking goes on, over pages too."""
        if self._from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            to = self._sign_at(event.position())
            if to is not None:
                self._mark(*sorted((self._from, to)))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Marking ends."""
        self._from = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The word is marked."""
        at = self._sign_at(event.position())
        words = self.words.of(at[0]) if at is not None and self.words else None
        if at is not None and words is not None:
            self.marked = [Stretch(at[0], *word_at(words, at[1]))]
            self.viewport().update()

    def _mark(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.marked = []
        for page in range(start[0], end[0] + 1):
            words = self.words.of(page) if self.words else None
            if words is not None:
                first = start[1] if page == start[0] else 0
                last = end[1] + 1 if page == end[0] else len(words.text)
                self.marked.append(Stretch(page, first, last))
        self.viewport().update()

    def mark_page(self) -> None:
        """Mark all that can be read on the page in view."""
        words = self.words.of(self.page) if self.words else None
        self.marked = [Stretch(self.page, 0, len(words.text))] if words is not None and words.text.strip() else []
        self.viewport().update()

    def copy(self) -> None:
        """What is marked, or the text of the page in view, goes into the clipboard; nothing where nothing can be read."""
        if self.words is None:
            return
        if not self.marked:
            self._copying = self.words.of(self.page) is None and self.page not in self.words.unreadable
            self.mark_page()
        text = spoken(self.marked, self.words)
        if text:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(text)

    def _waiting(self) -> str:
        if getattr(self._source, "failed", False):
            return self.tr("Esta página no se puede mostrar.")
        return self.tr("Preparando la página…")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll and zoom by keyboard."""
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.mark_page()
            return
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
