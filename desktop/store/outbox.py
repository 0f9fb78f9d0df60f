"""The outbox: what the desk has decided to send, kept until the exchange has it. Pushing twice changes nothing there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from .tables import events, outbox
from .times import read_time, write_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVENT_PRIORITY = 0
BLOB_PRIORITY = 10
_MANIFEST = "/deposit.jws"
_SOURCES = {"units": "event", "blobs": "blob", "archive": "deposit", "directory": "directory", "blocks": "block"}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One object to put under ``key``. Its bytes are ``data``, or those of the store under ``sha256``.

    ``source`` is ``event``, ``blob``, ``deposit``, ``directory``, ``block`` or ``other``, told by the key's first part; ``event`` the
    digest of the event that it serves, where it serves one.
    """

    id: int
    key: str
    source: str
    data: bytes | None
    sha256: str | None
    priority: int
    attempts: int
    code: str = ""
    retry_at: datetime | None = None
    event: str = ""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """``waiting`` rows in all, ``events`` among them, and how many ``failed`` at least once."""

    waiting: int
    events: int
    failed: int


def keep(connection: Connection, key: str, data: bytes | str, *, priority: int | None, act: int) -> bool:
    """Add a row; False when that key waits already. ``data`` is bytes, or the SHA-256 of bytes that the store holds."""
    source = _SOURCES.get(key.split("/", 1)[0], "other")
    if priority is None:
        priority = BLOB_PRIORITY if source in {"blob", "deposit"} else EVENT_PRIORITY
    statement = insert(outbox).values(
        key=key,
        source=source,
        data=data if isinstance(data, bytes) else None,
        sha256=data if isinstance(data, str) else None,
        priority=priority,
        act=act,
    )
    return connection.execute(statement.on_conflict_do_nothing(index_elements=[outbox.c.key])).rowcount > 0


def waiting(
    connection: Connection, limit: int, *, now: datetime | None, without: Collection[int] = ()
) -> list[OutboxRow]:
    """What may go now. An event waits for the blobs of its own act, and for its delivery of lower priority: that to the own unit.
    Otherwise small events go before large blobs.

    The manifest of a deposit waits for its files: it is what makes the deposit exist. With ``now``, rows whose retry time has not
    come stay out; ``without`` are rows that are on their way already.
    """
    other = outbox.alias("other")
    is_event = outbox.c.source == "event"
    blobs = is_event & (other.c.source == "blob")
    own = is_event & (other.c.source == "event") & (other.c.event == outbox.c.event)
    own = own & (outbox.c.event != "") & (other.c.priority < outbox.c.priority)
    files = (outbox.c.source == "deposit") & outbox.c.key.endswith(_MANIFEST) & (other.c.source == "deposit")
    held = (
        select(other.c.id)
        .where(other.c.act == outbox.c.act, blobs | own | (files & (other.c.id != outbox.c.id)))
        .exists()
    )
    statement = select(outbox).where(~held).order_by(outbox.c.priority, outbox.c.id).limit(limit)
    if now is not None:
        statement = statement.where(outbox.c.retry_at <= write_time(now))
    if without:
        statement = statement.where(outbox.c.id.not_in(without))
    return [
        OutboxRow(
            id=row.id,
            key=row.key,
            source=row.source,
            data=row.data,
            sha256=row.sha256,
            priority=row.priority,
            attempts=row.attempts,
            code=row.code,
            retry_at=read_time(row.retry_at) if row.retry_at else None,
            event=row.event,
        )
        for row in connection.execute(statement)
    ]


def done(connection: Connection, row: int) -> None:
    """The exchange has it."""
    connection.execute(delete(outbox).where(outbox.c.id == row))


def failed(connection: Connection, row: int, code: str, retry_at: datetime) -> None:
    """Keep it for later, with the code of what happened."""
    values = {"attempts": outbox.c.attempts + 1, "code": code, "retry_at": write_time(retry_at)}
    connection.execute(update(outbox).where(outbox.c.id == row).values(values))


def serve(connection: Connection, act: int, event: str) -> None:
    """The rows of that act that serve no event yet serve this one: its blobs and its deliveries."""
    rows = (outbox.c.act == act, outbox.c.event == "", outbox.c.source.in_(("blob", "event")))
    connection.execute(update(outbox).where(*rows).values(event=event))


def unsent(connection: Connection, documents: Collection[str]) -> set[str]:
    """Those of the documents of which some event, or a blob of one, still waits here."""
    statement = select(events.c.document).join(outbox, outbox.c.event == events.c.digest)
    return set(connection.scalars(statement.where(events.c.document.in_(documents)).distinct()))


def counts(connection: Connection) -> OutboxCounts:
    """How much waits."""
    row = connection.execute(
        select(
            func.count(),
            func.count().filter(outbox.c.source == "event"),
            func.count().filter(outbox.c.attempts > 0),
        ).select_from(outbox)
    ).one()
    return OutboxCounts(*row)
