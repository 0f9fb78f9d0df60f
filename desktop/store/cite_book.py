"""The cite book: numbers are issued inside the act that uses them, once, and never again (docs/formats/cite.md)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.records.cite import NumberBlock, next_number
from desktop.records.errors import OfficeError
from desktop.records.events import Event, EventKind

from .mark import Number
from .tables import events, issued_numbers, number_blocks, seen_numbers, settings
from .times import read_time, write_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

# PCs of one office differ by minutes. Our own clock may only be put right a little, or have been read while we waited.
OTHERS_LEAVE = timedelta(minutes=10)
OWN_LEAVE = timedelta(minutes=1)
_COUNT = "numbers.issued"
_LINE = "numbers.line"
BURNT = "burnt:"  # stands for the document of a number that no document is known to bear


def add_block(connection: Connection, block: NumberBlock) -> bool:
    """Keep a block that this device took; False when it is kept already. Raises ``cite.block_overlap``."""
    same = select(number_blocks).where(number_blocks.c.series == block.series, number_blocks.c.year == block.year)
    for row in connection.execute(same):
        if row.ordinal == block.ordinal and (row.first, row.last, row.device) == (
            block.first,
            block.last,
            block.device,
        ):
            return False
        if row.ordinal == block.ordinal or (row.first <= block.last and block.first <= row.last):
            raise OfficeError("cite.block_overlap", series=block.series, first=block.first, last=block.last)
    connection.execute(
        insert(number_blocks).values(
            series=block.series,
            year=block.year,
            ordinal=block.ordinal,
            first=block.first,
            last=block.last,
            device=block.device,
        )
    )
    return True


def read_blocks(connection: Connection, series: str, year: int) -> tuple[NumberBlock, ...]:
    """Blocks that may still be used, in order; dropped ones are not told."""
    statement = (
        select(number_blocks)
        .where(number_blocks.c.series == series, number_blocks.c.year == year, number_blocks.c.dropped_at == "")
        .order_by(number_blocks.c.first)
    )
    return tuple(
        NumberBlock(row.series, row.year, row.ordinal, row.first, row.last, row.device)
        for row in connection.execute(statement)
    )


def drop_blocks(connection: Connection, now: datetime) -> int:
    """Give up every remaining number: what a restored store does before it numbers again. Returns how many blocks."""
    statement = update(number_blocks).where(number_blocks.c.dropped_at == "").values(dropped_at=write_time(now))
    return int(connection.execute(statement).rowcount)


def highest(connection: Connection, series: str, year: int, device: str) -> int:
    """The highest number that this desk knows to be taken: of its blocks (dropped ones too), its book, this device's events."""
    blocks, book, seen = number_blocks.c, issued_numbers.c, seen_numbers.c
    statements = (
        select(func.max(blocks.last)).where(blocks.series == series, blocks.year == year),
        select(func.max(book.number)).where(book.series == series, book.year == year),
        select(func.max(seen.number)).where(seen.series == series, seen.year == year, seen.device == device),
    )
    return max(connection.scalar(statement) or 0 for statement in statements)


def left(connection: Connection, series: str, year: int) -> int:
    """How many numbers of that series and year this desk can still give without a line."""
    blocks = read_blocks(connection, series, year)
    used = max(_own(connection, series, year, blocks), default=0)
    return sum(max(0, block.last - max(block.first - 1, used)) for block in blocks)


def series_held(connection: Connection) -> list[tuple[str, int]]:
    """Series and years of which this desk has ever taken a block."""
    columns = (number_blocks.c.series, number_blocks.c.year)
    return [(row.series, row.year) for row in connection.execute(select(*columns).distinct().order_by(*columns))]


def _own(connection: Connection, series: str, year: int, blocks: tuple[NumberBlock, ...]) -> frozenset[int]:
    """Numbers of those blocks that are given, by the book or by the events of their devices."""
    book, seen = issued_numbers.c, seen_numbers.c
    devices = sorted({block.device for block in blocks})
    used = set(connection.scalars(select(book.number).where(book.series == series, book.year == year)))
    told = select(seen.number).where(seen.series == series, seen.year == year, seen.device.in_(devices))
    used |= set(connection.scalars(told))
    return frozenset(number for number in used if any(block.first <= number <= block.last for block in blocks))


def issue(connection: Connection, series: str, year: int, document: str, now: datetime) -> tuple[int, bool]:
    """The number that belongs to the document in that series and year, and whether it is new: asked again it is the same one.

    Raises ``cite.clock_behind`` when the clock lies before the last known event, ``cite.no_numbers`` when the blocks are
    used up.
    """
    book, seen = issued_numbers.c, seen_numbers.c
    mine = (book.series == series) & (book.year == year)
    told = (seen.series == series) & (seen.year == year)
    kept = connection.scalar(select(book.number).where(mine, book.document == document))
    if kept is None:  # a rebuilt desk knows it from the event only
        kept = connection.scalar(select(func.min(seen.number)).where(told, seen.document == document))
    if kept is not None:
        return int(kept), False
    blocks = read_blocks(connection, series, year)
    _check_clock(connection, now, {block.device for block in blocks})
    if not blocks:
        raise OfficeError("cite.no_numbers", series=series, year=year)
    own = _own(connection, series, year, blocks)
    number = next_number(blocks, own)
    set_issued_count(connection, issued_count(connection) + 1)
    connection.execute(
        insert(issued_numbers).values(
            series=series, year=year, number=number, document=document, issued_at=write_time(now)
        )
    )
    return number, True


def burn(connection: Connection, numbers: Iterable[Number], now: datetime) -> None:
    """Numbers that a document may bear of which this database knows nothing: they are never given, and the book says so."""
    for series, year, number in numbers:
        row = upsert(issued_numbers).values(
            series=series, year=year, number=number, document=f"{BURNT}{number}", issued_at=write_time(now)
        )
        connection.execute(row.on_conflict_do_nothing())


def issued_count(connection: Connection) -> int:
    """How many numbers this desk has issued, counted up and never down: what the mark beside the database is compared with."""
    kept = connection.scalar(select(settings.c.value).where(settings.c.name == _COUNT))
    if kept is not None:
        return int(kept)
    return connection.scalar(select(func.count()).select_from(issued_numbers)) or 0


def set_issued_count(connection: Connection, count: int) -> None:
    """Keep the count."""
    _keep(connection, _COUNT, str(count))


def count_line(connection: Connection) -> str:
    """The line of counting: two copies count in one line only while none of them has given up its numbers."""
    return connection.scalar(select(settings.c.value).where(settings.c.name == _LINE)) or ""


def begin_line(connection: Connection) -> None:
    """Count in a new line: no copy of before passes for the newest, however far it has counted."""
    _keep(connection, _LINE, secrets.token_hex(8))


def _keep(connection: Connection, name: str, value: str) -> None:
    row = upsert(settings).values(name=name, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=[settings.c.name], set_={"value": value}))


def _check_clock(connection: Connection, now: datetime, devices: set[str]) -> None:
    """The year and the date of a cite come from this clock: it must not lie before what has happened already."""
    latest = connection.scalar(select(func.max(events.c.claimed_at)))
    own = events.c.device.in_(sorted(devices))
    behind = latest is not None and now < read_time(latest)
    for condition, leave in ((own, OWN_LEAVE), (~own, OTHERS_LEAVE)) if behind else ():
        row = connection.execute(
            select(events.c.claimed_at, events.c.device).where(condition).order_by(events.c.claimed_at.desc()).limit(1)
        ).first()
        if row is not None and now < read_time(row.claimed_at) - leave:
            raise OfficeError(
                "cite.clock_behind", now=now.isoformat(timespec="seconds"), last=row.claimed_at[:19], device=row.device
            )
    last = connection.scalar(select(func.max(issued_numbers.c.issued_at)))
    if last is not None and now < read_time(last) - OWN_LEAVE:
        raise OfficeError("cite.clock_behind", now=now.isoformat(timespec="seconds"), last=last[:19], device="")


def note_number(connection: Connection, event: Event, digest: str) -> None:
    """Remember the number that an event tells of (NUMBERED, or OPENED with series, year and sequence)."""
    if event.kind not in {EventKind.NUMBERED, EventKind.OPENED}:
        return
    body = event.body
    series, year = body.get("series"), body.get("year")
    number = body.get("number") if event.kind is EventKind.NUMBERED else body.get("sequence")
    if not isinstance(series, str) or not _is_whole(year) or not _is_whole(number):
        return
    statement = upsert(seen_numbers).values(
        series=series, year=year, number=number, event=digest, document=event.document, device=event.device
    )
    connection.execute(statement.on_conflict_do_nothing())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**53
