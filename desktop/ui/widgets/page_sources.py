"""Where the pages of a PDF come from: own bytes through QtPdf, foreign ones as pictures from the killable child."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPdf import QPdfDocument

from desktop.ui.jobs import Jobs, Lane

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.ui.office import OfficeDesk

LETTER = QSizeF(612, 792)


class PageSource(Protocol):
    """Where pages come from. ``image`` may answer None and emit ``arrived`` later."""

    path: Path
    password: str
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
        self.path, self.password = path, ""
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
        end: int | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._office, self._jobs, self.path, self.password = office, jobs, path, password
        self._end = end  # of the revision that is shown; None: the whole file
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
            job = self._jobs.job(
                lambda: self._office.render_page(self.path, page, wanted, self.password, self._end), Lane.POOL
            )
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
