"""What the store knows of the line: what waits to go out, how far each mailbox was read, what was not believed."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from desktop.records.events import EventKind

from . import outbox as outbox_
from .tables import events, mailboxes, quarantine, sequences
from .tables import outbox as outbox_table
from .times import read_time

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LACKING_BEHIND = text(
    "WITH RECURSIVE behind(digest) AS (SELECT value FROM json_each(:digests) "
    "UNION SELECT parent FROM event_parents JOIN behind ON child = behind.digest) "
    "SELECT EXISTS (SELECT 1 FROM behind WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.digest = behind.digest))"
)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An object of the exchange that was not believed: its key, the digest of its bytes and the code of the reason."""

    key: str
    digest: str
    code: str
    at: datetime


class LineReads(ABC):
    """The part of ``Reads`` that push, pull and the pouch ask."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """A connection on which everything that was added so far is folded."""

    def known_events(self, digests: Collection[str]) -> set[str]:
        """Those of the digests whose events are here."""
        wanted, found = list(digests), set[str]()
        with self.reading() as connection:
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                found |= set(connection.scalars(select(events.c.digest).where(events.c.digest.in_(part))))
        return found

    def whole_behind(self, digests: Collection[str]) -> bool:
        """Whether those events are here, and every event that they follow, up to the first ones."""
        with self.reading() as connection:
            return not connection.scalar(_LACKING_BEHIND, {"digests": json.dumps(list(digests))})

    def deposit_events(self) -> list[str]:
        """Digests of the acts by which dossiers were handed to the archive, the latest first; those of other units included."""
        statement = select(events.c.digest).where(events.c.kind == EventKind.DEPOSITED.value)
        with self.reading() as connection:
            return list(connection.scalars(statement.order_by(events.c.claimed_at.desc(), events.c.digest)))

    def deposits_queued(self) -> set[str]:
        """Ids of the deposits of which something still waits to go out."""
        with self.reading() as connection:
            keys = connection.scalars(select(outbox_table.c.key).where(outbox_table.c.source == "deposit"))
            return {key.split("/")[-2] for key in keys}

    def outbox(
        self, limit: int = 100, *, now: datetime | None = None, without: Collection[int] = ()
    ) -> list[outbox_.OutboxRow]:
        """What may be pushed now, in order, but for the rows ``without``. With ``now`` those whose retry time has not come stay out."""
        with self.reading() as connection:
            return outbox_.waiting(connection, limit, now=now, without=without)

    def unsent(self, documents: Collection[str]) -> set[str]:
        """Those of the documents of which something still waits to go out."""
        with self.reading() as connection:
            return outbox_.unsent(connection, documents)

    def outbox_counts(self) -> outbox_.OutboxCounts:
        """How much waits to go out."""
        with self.reading() as connection:
            return outbox_.counts(connection)

    def mailbox_seq(self, device: str, unit: str) -> int:
        """The highest sequence read of what that device put into that unit's mailbox; 0 for none."""
        statement = select(mailboxes.c.seq).where(mailboxes.c.device == device, mailboxes.c.unit == unit)
        with self.reading() as connection:
            return connection.scalar(statement) or 0

    def mailbox_cursors(self, unit: str) -> dict[str, tuple[int, str]]:
        """For every device that was read in that unit's mailbox: the sequence reached, and the tag of its hint at that time."""
        statement = select(mailboxes.c.device, mailboxes.c.seq, mailboxes.c.tag).where(mailboxes.c.unit == unit)
        with self.reading() as connection:
            return {row.device: (row.seq, row.tag) for row in connection.execute(statement)}

    def delivery_seq(self, device: str, unit: str) -> int:
        """The last number known of that device in that unit's mailbox: given here, or told by its events; 0 for none."""
        statement = select(sequences.c.last).where(
            sequences.c.kind == "delivery", sequences.c.name == f"{device}/{unit}"
        )
        with self.reading() as connection:
            return connection.scalar(statement) or 0

    def quarantined(self) -> list[Quarantined]:
        """Objects not believed, the latest first."""
        with self.reading() as connection:
            rows = connection.execute(select(quarantine).order_by(quarantine.c.at.desc(), quarantine.c.key))
            return [Quarantined(row.key, row.digest, row.code, read_time(row.at)) for row in rows]
