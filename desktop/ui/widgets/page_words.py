"""What can be read on the pages in view: fetched from the killable child, found without accents, told line by line."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from desktop.ui.jobs import Jobs, Lane
from signing.report import PageWords

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from desktop.ui.office import OfficeDesk
    from desktop.ui.widgets.page_sources import PageSource

_SMALL = 3.0  # points by which signs of one line differ in height, as a point and a capital do
_GAP = 0.5  # of a line's height: what lies farther apart is another line


class Stretch(NamedTuple):
    """Signs of one page, from ``start`` up to but not including ``end``."""

    page: int
    start: int
    end: int


class DocumentWords(QObject):
    """The words of each page of one document, asked for once. ``arrived`` tells the page, -1 where it cannot be read."""

    arrived = Signal(int)

    def __init__(self, office: OfficeDesk, jobs: Jobs, source: PageSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._office, self._jobs = office, jobs
        self._path, self._password, self.pages = source.path, source.password, source.pages
        self._words: dict[int, PageWords] = {}
        self._asked: set[int] = set()
        self.unreadable: set[int] = set()

    def of(self, page: int) -> PageWords | None:
        """The words of a page from 0; None until they are there (asked for now)."""
        if page not in self._asked:
            self._asked.add(page)
            job = self._jobs.job(lambda: self._office.page_words(self._path, page, self._password), Lane.POOL)
            job.owned_by(self).success(lambda words: self._keep(page, words)).failure(lambda _error: self._miss(page))
            job.start()
        return self._words.get(page)

    @property
    def whole(self) -> bool:
        """Whether every page has answered."""
        return len(self._words) + len(self.unreadable) >= self.pages

    def find(self, wanted: str) -> list[Stretch]:
        """Where ``wanted`` stands, on the pages that are there; accents, capitals and line ends make no difference."""
        if not wanted.strip():
            return []
        return [
            Stretch(page, start, end)
            for page in sorted(self._words)
            for start, end in occurrences(self._words[page].text, wanted)
        ]

    def text(self, stretch: Stretch) -> str:
        """Those signs as the page tells them, line ends too; empty where the page is not there."""
        words = self._words.get(stretch.page)
        return words.text[stretch.start : stretch.end] if words else ""

    def _keep(self, page: int, words: PageWords) -> None:
        self._words[page] = words
        self.arrived.emit(page)

    def _miss(self, page: int) -> None:
        self.unreadable.add(page)
        self.arrived.emit(-1)


def occurrences(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """From where to where ``wanted`` stands in ``text``, one after another."""
    tight, places = _tight(text)
    needle = _tight(wanted)[0].strip()
    at = tight.find(needle) if needle else -1
    while at >= 0:
        yield places[at], places[at + len(needle) - 1] + 1
        at = tight.find(needle, at + len(needle))


@lru_cache(maxsize=64)
def _tight(text: str) -> tuple[str, list[int]]:
    """Small letters without accents, one space for any blank, and the place in ``text`` of each sign that is left."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if sign.isspace():
            if signs and signs[-1] == " ":
                continue
            signs.append(" ")
        else:
            signs.append(unicodedata.normalize("NFD", sign)[0].casefold()[:1])
        places.append(place)
    return "".join(signs), places


def lines_of(words: PageWords, start: int, end: int) -> list[QRectF]:
    """The rectangles of those signs in points, one for each line."""
    lines: list[QRectF] = []
    for place in range(max(start, 0), min(end, len(words.text))):
        left, top, right, bottom = words.box(place)
        if right <= left or bottom <= top:
            continue
        box = QRectF(left, top, right - left, bottom - top)
        if lines and _on_line(lines[-1], box):
            lines[-1] = lines[-1].united(box)
        else:
            lines.append(box)
    return lines


def _on_line(line: QRectF, box: QRectF) -> bool:
    """Also where the page's text runs upwards, whose signs follow each other along the other side."""
    level = abs(line.center().y() - box.center().y()) <= _GAP * max(line.height(), box.height())
    upright = abs(line.center().x() - box.center().x()) <= _GAP * max(min(line.width(), line.height()), box.width())
    near = box.adjusted(-box.height() * 2, -box.height() * 2, box.height() * 2, box.height() * 2).intersects(line)
    return near and (level or upright)


def nearest(words: PageWords, point: QPointF) -> int | None:
    """The sign nearest to a point of the page; None on a page without any."""
    best, where = (float("inf"), float("inf")), None
    for place in range(len(words.text)):
        left, top, right, bottom = words.box(place)
        if right <= left:
            continue
        across = max(left - point.x(), 0.0, point.x() - right)
        down = max(top - point.y(), 0.0, point.y() - bottom)
        far = (max(down - _SMALL, 0.0), across)  # the line first, then the place in it
        if far < best:
            best, where = far, place
    return where


def word_at(words: PageWords, place: int) -> tuple[int, int]:
    """From where to where the word at that sign goes."""
    start = end = place
    while start > 0 and _in_word(words.text[start - 1]):
        start -= 1
    while end < len(words.text) and _in_word(words.text[end]):
        end += 1
    return start, max(end, place + 1)


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign in "-_/."


def spoken(stretches: Sequence[Stretch], words: DocumentWords) -> str:
    """The text of several stretches, each page's on a line of its own."""
    return "\n".join(words.text(one).strip() for one in stretches)
