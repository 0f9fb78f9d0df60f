"""Where a visible stamp goes on a page that has no field for it: pure geometry, in what the person sees.

Coordinates are points from the lower left corner of the visible page, as it is turned for reading (ISO 32000-1 §14.11.2, §7.7.3.3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .errors import Fact, SigningError

MM = 72 / 25.4  # points
_GAP = 2 * MM  # between a stamp and what lies beside it
_AIR = 4 * MM  # between the last line of text and a stamp
_STEP = 4 * MM  # grain of the search
_SCAN = 0.6  # an image that covers this much of the page is the page itself


class Anchor(StrEnum):
    """Where a stamp is wished when no rectangle is given."""

    UNDER_TEXT = "under_text"
    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left, bottom, right, top."""

    x0: float
    y0: float
    x1: float
    y1: float

    def meets(self, other: Box, gap: float = 0.0) -> bool:
        """Whether they overlap, or come nearer than ``gap``."""
        return (
            self.x0 < other.x1 + gap and other.x0 < self.x1 + gap and self.y0 < other.y1 + gap and other.y0 < self.y1 + gap
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page as seen: its size, what lies on it, and how it is turned.

    ``x`` and ``y``: the lower left corner of its crop box in user space. ``text``, ``images`` and ``widgets`` (fields and annotations,
    other stamps among them) in visible coordinates.
    """

    width: float
    height: float
    rotation: int = 0
    x: float = 0.0
    y: float = 0.0
    text: tuple[Box, ...] = ()
    images: tuple[Box, ...] = ()
    widgets: tuple[Box, ...] = ()

    @property
    def scanned(self) -> bool:
        """Whether an image is the page itself."""
        return any((one.x1 - one.x0) * (one.y1 - one.y0) > _SCAN * self.width * self.height for one in self.images)

    def taken(self) -> tuple[Box, ...]:
        """What a stamp may not cover; on a scanned page only other stamps and fields can be told from the paper."""
        return self.widgets if self.scanned else (*self.text, *self.images, *self.widgets)

    def to_user_space(self, box: Box) -> tuple[float, float, float, float]:
        """The /Rect of a widget that is seen at ``box``."""
        if self.rotation == 90:
            found = (self.height - box.y1, box.x0, self.height - box.y0, box.x1)
        elif self.rotation == 180:
            found = (self.width - box.x1, self.height - box.y1, self.width - box.x0, self.height - box.y0)
        elif self.rotation == 270:
            found = (box.y0, self.width - box.x1, box.y1, self.width - box.x0)
        else:
            found = (box.x0, box.y0, box.x1, box.y1)
        return (self.x + found[0], self.y + found[1], self.x + found[2], self.y + found[3])

    def from_user_space(self, rect: tuple[float, float, float, float]) -> Box:
        """Where something with that /Rect is seen."""
        x0, y0, x1, y1 = rect[0] - self.x, rect[1] - self.y, rect[2] - self.x, rect[3] - self.y
        if self.rotation == 90:
            return Box(y0, self.height - x1, y1, self.height - x0)
        if self.rotation == 180:
            return Box(self.width - x1, self.height - y1, self.width - x0, self.height - y0)
        if self.rotation == 270:
            return Box(self.width - y1, x0, self.width - y0, x1)
        return Box(x0, y0, x1, y1)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wants. ``page`` counts from 1, or from the end with -1; sizes in mm.

    ``at``: left and bottom in mm; it goes before ``anchor``.
    """

    page: int = -1
    anchor: Anchor = Anchor.UNDER_TEXT
    width: float = 78.0
    height: float = 24.0
    margin: float = 25.0
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A stamp's place: ``page`` from 0, ``box`` as seen, ``rect`` in user space for its widget, ``rotation`` of the page."""

    page: int
    box: Box
    rect: tuple[float, float, float, float]
    rotation: int


def place(wish: Wish, pages: int, layout_of: Callable[[int], PageLayout]) -> Placed:
    """A free place as near the wish as there is. ``layout_of`` is asked for pages from 0.

    Raises SigningError ``stamp.no_such_page``, ``stamp.outside`` (a given rectangle leaves the page), ``stamp.covers`` (it covers
    something), ``stamp.no_room``.
    """
    page = wish.page - 1 if wish.page > 0 else pages + wish.page
    if wish.page == 0 or not 0 <= page < pages:
        raise SigningError("stamp.no_such_page", page=wish.page, pages=pages)
    layout = layout_of(page)
    box = _given(wish, layout) if wish.at is not None else _found(wish, layout)
    return Placed(page, box, layout.to_user_space(box), layout.rotation)


def _given(wish: Wish, layout: PageLayout) -> Box:
    assert wish.at is not None
    left, bottom = wish.at[0] * MM, wish.at[1] * MM
    box = Box(left, bottom, left + wish.width * MM, bottom + wish.height * MM)
    if not inside(box, layout):
        raise SigningError("stamp.outside", left=wish.at[0], bottom=wish.at[1])
    if covered(box, layout):
        raise SigningError("stamp.covers", left=wish.at[0], bottom=wish.at[1])
    return box


def _found(wish: Wish, layout: PageLayout) -> Box:
    for box in _candidates(wish, layout):
        if inside(box, layout) and not covered(box, layout):
            return box
    raise SigningError("stamp.no_room", width=wish.width, height=wish.height)


def inside(box: Box, layout: PageLayout) -> bool:
    """Whether the whole box is on the visible page."""
    return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= layout.width and box.y1 <= layout.height


def covered(box: Box, layout: PageLayout) -> bool:
    """Whether the box covers something, or comes too near."""
    return any(box.meets(one, _GAP) for one in layout.taken())


def _candidates(wish: Wish, layout: PageLayout) -> Iterator[Box]:
    """First where it is wished, then row by row through the rest of the page within the margins, then in the margins themselves."""
    width, height = wish.width * MM, wish.height * MM
    margin = min(wish.margin * MM, max(0.0, (layout.width - width) / 2), max(0.0, (layout.height - height) / 2))
    for edge in (margin, min(margin, 8 * MM)):
        columns = _steps(edge, layout.width - edge - width)
        rows = _steps(edge, layout.height - edge - height)
        if wish.anchor in (Anchor.BOTTOM_RIGHT, Anchor.TOP_RIGHT):
            columns.reverse()
        if wish.anchor in (Anchor.TOP_LEFT, Anchor.TOP_RIGHT):
            rows.reverse()
        if wish.anchor is Anchor.UNDER_TEXT:
            below = _below_text(layout, edge) - _AIR - height
            rows = [below, *[row for row in reversed(rows) if row < below], *[row for row in rows if row > below]]
        for row in rows:
            for column in columns:
                yield Box(column, row, column + width, row + height)


def _steps(start: float, end: float) -> list[float]:
    if end < start:
        return []
    count = int((end - start) / _STEP)
    found = [start + _STEP * number for number in range(count + 1)]
    return found if end - found[-1] < 0.01 else [*found, end]


def _below_text(layout: PageLayout, margin: float) -> float:
    """The bottom of the last line of the body; what stands in the margin (page numbers) is no body."""
    lines = [one.y0 for one in layout.text if one.y0 >= margin - 0.5]
    return min(lines, default=layout.height - margin)


def moved(box: Box, layout: PageLayout, right: float, up: float) -> Box:
    """The box moved by so many mm, as far as the page allows: for the arrow keys."""
    dx = min(max(right * MM, -box.x0), layout.width - box.x1)
    dy = min(max(up * MM, -box.y0), layout.height - box.y1)
    return Box(box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy)


def position_facts(box: Box, layout: PageLayout, page: int) -> dict[str, Fact]:
    """Facts of ``stamp.position``, to be spoken: page from 1, ``reason`` the ninth of the page, distances in whole mm."""
    across = ("left", "middle", "right")[min(2, int(3 * (box.x0 + box.x1) / 2 / layout.width))]
    along = ("bottom", "centre", "top")[min(2, int(3 * (box.y0 + box.y1) / 2 / layout.height))]
    return {"reason": f"{along}_{across}", "page": page + 1, "left": round(box.x0 / MM), "bottom": round(box.y0 / MM)}


def with_widgets(layout: PageLayout, boxes: Sequence[Box]) -> PageLayout:
    """The layout with more stamps on it."""
    return PageLayout(
        layout.width, layout.height, layout.rotation, layout.x, layout.y, layout.text, layout.images,
        (*layout.widgets, *boxes),
    )  # fmt: skip
