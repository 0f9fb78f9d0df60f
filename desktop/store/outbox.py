"""The outbox: what the desk has decided to send, kept until the exchange has it. Pushing twice changes nothing there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from .tables import outbox
from .times import read_time, write_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

EVENT_PRIORITY = 0
BLOB_PRIORITY = 10
_SOURCES = {"units": "event", "blobs": "blob", "archive": "deposit", "directory": "directory", "blocks": "block"}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One object to put under ``key``. Its bytes are ``data``, or those of the store under ``sha256``.

    ``source`` is ``event``, ``blob``, ``deposit``, ``directory``, ``block`` or ``other``, told by the key's first part.
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


def waiting(connection: Connection, limit: int, *, now: datetime | None) -> list[OutboxRow]:
    """What may go now. An event waits for the blobs of its own act; otherwise small events go before large blobs.

    With ``now``, rows whose retry time has not come stay out.
    """
    blob = outbox.alias("blob")
    held = (
        select(blob.c.id)
        .where(blob.c.act == outbox.c.act, blob.c.source == "blob", outbox.c.source == "event")
        .exists()
    )
    statement = select(outbox).where(~held).order_by(outbox.c.priority, outbox.c.id).limit(limit)
    if now is not None:
        statement = statement.where(outbox.c.retry_at <= write_time(now))
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
