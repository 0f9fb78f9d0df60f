"""What was observed in a document, and where: remarks of the vía that hold on to places of the text. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .events import Json, SignedEvent

Place = tuple[tuple[int, str, int], tuple[int, str, int]]
"""Start and end in the structured text (docs/formats/body.md): block, leaf, code points before it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One remark at a place. ``quote`` are the words that it is about, ``before`` and ``after`` what stands around them.

    ``place`` is where they stand in the frozen text, where the observer's desk had that; ``page`` counts from 1, 0: not told.
    """

    text: str
    quote: str = ""
    before: str = ""
    after: str = ""
    page: int = 0
    place: Place | None = None

    def to_json(self) -> dict[str, Json]:
        """As the event carries it."""
        place = None if self.place is None else [list(end) for end in self.place]
        return {
            "text": self.text,
            "quote": self.quote,
            "before": self.before,
            "after": self.after,
            "page": self.page,
            "place": place,
        }


@dataclass(frozen=True, slots=True)
class Observation:
    """One return to the author. ``official`` is whose turn it used, ``actor`` who did it; ``text`` the digest of the text meant."""

    id: str
    official: str
    actor: str
    at: datetime
    remark: str
    digest: str = ""
    text: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Frozen:
    """The bytes of one freezing (SHA-256 hex), the text that they were set from ("" where not told), and when."""

    digest: str
    text: str
    at: datetime
    pages: int


def read_mark(item: Mapping[str, Json]) -> Mark:
    """A mark of a body, or of a view that was kept. Raises KeyError, TypeError or ValueError for what is none."""
    place = item.get("place")
    if place is not None:
        (a, part, b), (c, other, d) = place
        place = ((_whole(a), _text(part), _whole(b)), (_whole(c), _text(other), _whole(d)))
    quote, before, after = (_text(item.get(name, "")) for name in ("quote", "before", "after"))
    return Mark(_text(item["text"]), quote, before, after, _whole(item.get("page", 0)), place)


def read_observation(item: SignedEvent, official: str) -> Observation:
    """What an OBSERVED event says; ``official`` is whose turn it used. Raises as ``read_mark`` does."""
    event, body = item.event, item.event.body
    return Observation(
        event.id,
        official,
        event.actor.official,
        event.claimed_at,
        _text(body["remark"]),
        _text(body.get("digest", "")),
        _text(body.get("text", "")),
        tuple(read_mark(mark) for mark in body.get("marks", ())),
    )


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("text expected")
    return value


def _whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError("whole number expected")
    return value
