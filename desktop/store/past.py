"""Events in the order in which they came here, read backwards: what a desk looks through to hand on keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Integer, func, literal_column, select

from .projections import signed_event
from .tables import events, slips

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desktop.records.events import SignedEvent

    from .reads import Reads

# The table has no column for it: SQLite's own, in the order of arrival.
_ROW: ColumnElement[int] = literal_column("events.rowid", Integer)
_COLUMNS = (_ROW.label("place"), events.c.digest, events.c.packed)


@dataclass(frozen=True, slots=True)
class Came:
    """An event and its place among those that came; later ones have higher places."""

    place: int
    signed: SignedEvent


def last_place(store: Reads) -> int:
    """The place of the newest; 0 where there is none."""
    with store.reading() as connection:
        return connection.scalar(select(func.max(_ROW)).select_from(events)) or 0


def came_between(store: Reads, floor: int, top: int, *, limit: int) -> list[Came]:
    """Those with places in (``floor``, ``top``], newest first."""
    statement = select(*_COLUMNS).where(floor < _ROW, top >= _ROW).order_by(_ROW.desc()).limit(limit)
    with store.reading() as connection:
        return [Came(row.place, signed_event(row)) for row in connection.execute(statement)]


def slips_between(store: Reads, floor: int, top: int) -> list[str]:
    """The slips that events with places in (``floor``, ``top``] concern, by id."""
    statement = select(events.c.slip).where(floor < _ROW, top >= _ROW).distinct()
    with store.reading() as connection:
        return sorted(slip for slip in connection.scalars(statement) if slip)


def places(store: Reads, digests: Iterable[str]) -> dict[str, int]:
    """The place of each of those events (of a slip and its documents, no more) that is here."""
    statement = select(events.c.digest, _ROW.label("place")).where(events.c.digest.in_(sorted(digests)))
    with store.reading() as connection:
        return {row.digest: row.place for row in connection.execute(statement)}


def of_open_slips(store: Reads, *, limit: int) -> list[Came]:
    """The newest events of slips that are not concluded."""
    still = select(slips.c.id).where(slips.c.concluded.is_(False))
    statement = select(*_COLUMNS).where(events.c.slip.in_(still)).order_by(_ROW.desc()).limit(limit)
    with store.reading() as connection:
        return [Came(row.place, signed_event(row)) for row in connection.execute(statement)]
