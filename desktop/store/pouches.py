"""What this desk wrote for whom by pouch, and what an acknowledgement takes out of the outbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from .tables import events, outbox, pouches
from .times import write_time

if TYPE_CHECKING:
    from .act import Act
    from .reads import Reads


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """An event's row of the outbox, whatever it waits for. ``data`` are the bytes that go under ``key``; ``event`` its digest or ""."""

    id: int
    key: str
    data: bytes
    event: str


@dataclass(frozen=True, slots=True)
class PouchLetter:
    """A letter that was sealed for ``unit``: its key in a pouch, and the digest of the event inside.

    ``number`` is that of the last pouch it was put into; 0: sealed only; -1: laid ready in the exchange.
    """

    number: int
    unit: str
    key: str
    event: str


def waiting_mail(store: Reads) -> list[WaitingMail]:
    """Every delivery that the outbox holds, also those that wait for their blobs: on a stick they go together."""
    statement = select(outbox.c.id, outbox.c.key, outbox.c.data, outbox.c.event).where(outbox.c.source == "event")
    with store.reading() as connection:
        rows = connection.execute(statement.order_by(outbox.c.id))
        return [WaitingMail(row.id, row.key, row.data, row.event) for row in rows if row.data is not None]


def waiting_blobs(store: Reads) -> set[str]:
    """The keys of the ciphertexts that the outbox has not sent yet."""
    with store.reading() as connection:
        return set(connection.scalars(select(outbox.c.key).where(outbox.c.source == "blob")))


def open_letters(store: Reads) -> list[PouchLetter]:
    """The letters that nobody has acknowledged yet, by key."""
    statement = select(pouches).where(pouches.c.acked_at == "").order_by(pouches.c.key)
    with store.reading() as connection:
        return [PouchLetter(row.number, row.unit, row.key, row.digest) for row in connection.execute(statement)]


def aloft(store: Reads, documents: Collection[str]) -> set[str]:
    """Those of the documents of which something is on a stick, and nothing waits here that is not."""
    on_stick = select(pouches.c.digest).where(pouches.c.acked_at == "", pouches.c.number > 0)
    named = events.c.document.in_(documents)
    carried = select(events.c.document).where(named, events.c.digest.in_(on_stick)).distinct()
    queued = select(events.c.document).join(outbox, outbox.c.event == events.c.digest).where(named)
    with store.reading() as connection:
        waiting = set(connection.scalars(queued.where(outbox.c.event.not_in(on_stick)).distinct()))
        return set(connection.scalars(carried)) - waiting


def keep_letter(act: Act, letter: PouchLetter, now: datetime) -> None:
    """Remember a letter that was sealed; known ones stay as they are."""
    row = {"number": letter.number, "unit": letter.unit, "key": letter.key, "digest": letter.event}
    with act.reading() as connection:
        connection.execute(insert(pouches).values(**row, written_at=write_time(now)).on_conflict_do_nothing())


def drop_letters(act: Act, keys: Collection[str]) -> None:
    """Forget letters that have to be sealed anew, since others read there now."""
    with act.reading() as connection:
        for key in keys:
            connection.execute(delete(pouches).where(pouches.c.key == key))


def mark_written(act: Act, keys: Collection[str], number: int, now: datetime) -> None:
    """Those letters are on the stick of that number now."""
    with act.reading() as connection:
        for key in keys:
            values = {"number": number, "written_at": write_time(now)}
            connection.execute(update(pouches).where(pouches.c.key == key).values(values))


def mark_posted(act: Act, keys: Collection[str]) -> None:
    """Those letters lie ready in the exchange, for whoever carries a stick."""
    with act.reading() as connection:
        for key in keys:
            statement = update(pouches).where(pouches.c.key == key, pouches.c.number == 0)
            connection.execute(statement.values(number=-1))


def mark_acked(act: Act, keys: Collection[str], now: datetime) -> None:
    """Those letters have arrived."""
    with act.reading() as connection:
        for key in keys:
            connection.execute(update(pouches).where(pouches.c.key == key).values(acked_at=write_time(now)))


def forget_delivered(act: Act, rows: Collection[int]) -> None:
    """Drop deliveries that arrived, and the blobs that no event waits with any more."""
    with act.reading() as connection:
        for row in rows:
            connection.execute(delete(outbox).where(outbox.c.id == row))
        others = select(outbox.c.event).where(outbox.c.source == "event")
        blobs = (outbox.c.source == "blob", outbox.c.event != "", outbox.c.event.not_in(others))
        connection.execute(delete(outbox).where(*blobs))
