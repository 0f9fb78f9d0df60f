"""The register: what every number was given for, and numbers that more than one document bears (docs/formats/cite.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, literal_column, select

from desktop.records.cite import NumberBlock
from desktop.records.events import EventKind

from .packing import unpack
from .tables import documents, events, issued_numbers, number_blocks, seen_numbers, slips
from .times import read_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The value stands in the statement, so that SQLite sees that the index of these alone serves.
_SETTLEMENTS = select(events.c.packed).where(events.c.kind == literal_column(f"'{EventKind.NUMBER_SETTLED.value}'"))


@dataclass(frozen=True, slots=True)
class BookRow:
    """A number and the document that bears it. ``text`` is how it is printed; empty while it is only reserved.

    ``at`` is the claimed time of the event that tells of it, or when it was reserved; ``official`` and ``unit`` are who did it.
    """

    series: str
    year: int
    number: int
    document: str
    text: str
    at: datetime
    kind: EventKind | None = None
    official: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class NumberConflict:
    """One number, as printed, that several documents bear. Shown to the unit's chief; nothing is renumbered silently.

    ``series`` is empty and ``year`` and ``number`` are 0 where only the printed text is the same.
    """

    text: str
    series: str
    year: int
    number: int
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a chief decided of a number that several documents bore: which keep it, and why."""

    text: str
    documents: frozenset[str]
    keep: tuple[str, ...]
    reason: str


def book_rows(connection: Connection) -> list[BookRow]:
    """Every number that events tell of, and those of this desk's book that no event tells of yet."""
    seen, given = seen_numbers.c, issued_numbers.c
    told = select(seen.series, seen.year, seen.number, seen.document, events.c.packed, events.c.claimed_at).join(
        events, events.c.digest == seen.event
    )
    rows = []
    for row in connection.execute(told):
        payload, _ = unpack(row.packed)
        actor, body = payload["actor"], payload["body"]
        kind = EventKind(payload["type"])
        text = body["cite"] if kind is EventKind.NUMBERED else body["number"]
        rows.append(
            BookRow(
                row.series, row.year, row.number, row.document, text, read_time(row.claimed_at), kind,
                actor["official"], actor["unit"],
            )
        )  # fmt: skip
    known = {(row.series, row.year, row.number, row.document) for row in rows}
    reserved = connection.execute(select(given.series, given.year, given.number, given.document, given.issued_at)).all()
    rows += [
        BookRow(one.series, one.year, one.number, one.document, "", read_time(one.issued_at))
        for one in reserved
        if (one.series, one.year, one.number, one.document) not in known
    ]
    return sorted(rows, key=lambda row: (row.series, row.year, row.number, row.document))


def book_blocks(connection: Connection) -> tuple[list[NumberBlock], list[NumberBlock]]:
    """This desk's blocks: those that it may still use, and those that it has given up."""
    kept: list[NumberBlock] = []
    dropped: list[NumberBlock] = []
    for row in connection.execute(select(number_blocks).order_by(number_blocks.c.first)):
        block = NumberBlock(row.series, row.year, row.ordinal, row.first, row.last, row.device)
        (dropped if row.dropped_at else kept).append(block)
    return kept, dropped


def reserved_for(connection: Connection, document: str) -> tuple[str, int, int] | None:
    """Series, year and number that this desk's book gave that document last; None for none."""
    given = issued_numbers.c
    row = connection.execute(
        select(given.series, given.year, given.number)
        .where(given.document == document)
        .order_by(given.issued_at.desc())
    ).first()
    return (row.series, row.year, row.number) if row else None


def conflicts(connection: Connection) -> list[NumberConflict]:
    """Numbers, or printed CITEs, that more than one document bears, and that no chief has settled."""
    settled = settlements(connection)
    found = _same_numbers(connection)
    known = {frozenset(one.documents) for one in found}
    found += [one for one in _same_texts(connection) if frozenset(one.documents) not in known]
    return [
        one
        for one in found
        if not any(each.text == one.text and each.documents >= set(one.documents) for each in settled)
    ]


def settlements(connection: Connection) -> list[Settled]:
    """What chiefs decided; only what was said by the unit of one of the documents counts."""
    found = []
    for packed in connection.scalars(_SETTLEMENTS):
        event, _ = unpack(packed)
        body, unit = event["body"], event["actor"]["unit"]
        bearers = select(documents.c.id).where(documents.c.id.in_(body["documents"]), documents.c.unit == unit)
        if connection.execute(bearers).first() is not None:
            found.append(Settled(body["cite"], frozenset(body["documents"]), tuple(body["keep"]), body["reason"]))
    return found


def _same_numbers(connection: Connection) -> list[NumberConflict]:
    seen = seen_numbers.c
    doubled = (
        select(seen.series, seen.year, seen.number)
        .group_by(seen.series, seen.year, seen.number)
        .having(func.count(seen.document.distinct()) > 1)
        .order_by(seen.series, seen.year, seen.number)
    )
    found = []
    for row in connection.execute(doubled).all():
        here = (seen.series == row.series) & (seen.year == row.year) & (seen.number == row.number)
        bearers = tuple(connection.scalars(select(seen.document).where(here).distinct().order_by(seen.document)))
        text = _printed(connection, bearers[0], row.series)
        found.append(NumberConflict(text or f"{row.number}/{row.year}", row.series, row.year, row.number, bearers))
    return found


def _printed(connection: Connection, document: str, series: str) -> str:
    """How a number of that document is printed: its CITE, or the number of the hoja de ruta that it opened."""
    if series.startswith("slip-"):
        return connection.scalar(select(slips.c.number).where(slips.c.document == document)) or ""
    return connection.scalar(select(documents.c.cite).where(documents.c.id == document)) or ""


def _same_texts(connection: Connection) -> list[NumberConflict]:
    doubled = select(documents.c.cite).where(documents.c.cite != "").group_by(documents.c.cite).having(func.count() > 1)
    found = []
    for text in connection.scalars(doubled.order_by(documents.c.cite)).all():
        bearers = connection.scalars(select(documents.c.id).where(documents.c.cite == text).order_by(documents.c.id))
        found.append(NumberConflict(text, "", 0, 0, tuple(bearers)))
    return found
