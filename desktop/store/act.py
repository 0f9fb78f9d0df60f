"""The act: everything that one step of the office writes, in one transaction with its outbox rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from desktop.records.cite import NumberBlock
from desktop.records.errors import OfficeError
from desktop.records.events import SignedEvent

from . import cite_book, handed, outbox, own_line, projections
from .drafts import Draft, forget_draft, keep_draft, mark_discarded
from .mark import Number
from .packing import pack
from .raising import RaisingTry, drop_try, put_try
from .reads import Reads, device_end
from .tables import (
    documents,
    event_parents,
    events,
    mailboxes,
    quarantine,
    receipts,
    search_words,
    sequences,
    settings,
)
from .times import write_time
from .views import read_document_view

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .bytes_ import ByteStore


WordKind = Literal["given", "body", "people"]
# Built once: building a statement costs more than running it.
_ADD_EVENT = upsert(events).on_conflict_do_nothing()
_ADD_PARENTS = insert(event_parents)
_RAISE = upsert(sequences)
_RAISE = _RAISE.on_conflict_do_update(
    index_elements=[sequences.c.kind, sequences.c.name],
    set_={"last": _RAISE.excluded.last},
    where=sequences.c.last < _RAISE.excluded.last,
)


class Act(Reads):
    """One open transaction. Its reads see what it has written; projections are folded before they are read and at the end."""

    def __init__(self, connection: Connection, stored: ByteStore) -> None:
        self._connection = connection
        self._stored = stored
        self._touched: set[str] = set()
        self._number: int | None = None
        self._composing: tuple[str, int, str] | None = None
        self.issued: list[Number] = []
        self.counted = False  # whether the mark beside the database has to be written anew

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.fold()
        yield self._connection

    def fold(self) -> None:
        """Bring the projections up to date with the events added so far. The store does it before it commits."""
        touched, self._touched = self._touched, set()
        projections.project(self._connection, touched)

    def add_event(self, signed: SignedEvent, received_at: datetime) -> bool:
        """Keep an event; False when it is known already. What it changes is folded from all events, whatever their order.

        The caller has checked the signature. Raises ``store.event_digest`` when the digest is not that of the JWS.
        """
        if hashlib.sha256(signed.jws.encode("ascii", "replace")).hexdigest() != signed.digest:
            raise OfficeError("store.event_digest", event=signed.event.id, on_disk="unchanged")
        event = signed.event
        row = {
            "digest": signed.digest,
            "id": event.id,
            "kind": event.kind.value,
            "document": event.document,
            "slip": event.slip,
            "device": event.device,
            "device_seq": event.device_seq,
            "claimed_at": write_time(event.claimed_at),
            "received_at": write_time(received_at),
            "unit": event.actor.unit,
            "packed": pack(event.to_payload(), signed.jws),
        }
        added = self._connection.execute(_ADD_EVENT, row)
        if added.rowcount == 0:
            return False
        parents = [{"child": signed.digest, "parent": parent} for parent in dict.fromkeys(event.parents)]
        if parents:
            self._connection.execute(_ADD_PARENTS, parents)
        for unit, seq in event.deliveries:  # so that a rebuilt desk goes on where it was
            self._set("delivery", f"{event.device}/{unit}", seq)
        cite_book.note_number(self._connection, event, signed.digest)
        handed.note_handed(self._connection, signed)
        if self._composing == (
            event.device,
            event.device_seq,
            event.prev,
        ):  # made here, and not by another copy of this desk
            self.set_setting(own_line.TIP, signed.digest)
            self._composing = None
        self._touched.add(event.document)
        return True

    def put_bytes(self, data: bytes) -> str:
        """Keep bytes at once, whole and synced; where the act fails they stay, unused and harmless. Returns the SHA-256."""
        return self._stored.put(data)

    def enqueue(self, key: str, data: bytes | str, *, priority: int | None = None) -> bool:
        """Put an object into the outbox; False when that key waits already.

        ``data`` is the bytes, or the SHA-256 of bytes that the store holds. Lower priorities go first (by default events 0,
        blobs 10); an event never goes before the blobs of its own act.
        """
        if self._number is None:
            self._number = self._next("act", "")
        return outbox.keep(self._connection, key, data, priority=priority, act=self._number)

    def outbox_serves(self, event: str) -> None:
        """What was put into the outbox since the last event is this one's: its blobs and its deliveries."""
        if self._number is not None:
            outbox.serve(self._connection, self._number, event)

    def outbox_done(self, row: int) -> None:
        """The exchange has that row."""
        outbox.done(self._connection, row)

    def outbox_failed(self, row: int, code: str, retry_at: datetime) -> None:
        """That row could not go; try again from ``retry_at`` on."""
        outbox.failed(self._connection, row, code, retry_at)

    def next_in_device(self, device: str) -> tuple[int, str]:
        """The number of a device's next event and the digest of the one that it follows, this act's own included.

        (1, "") for the first. The event itself takes the number: asked twice without adding it, the answer is the same.
        """
        seq, digest = device_end(self._connection, device)
        self._composing = (device, seq + 1, digest)
        return seq + 1, digest

    def next_delivery_seq(self, device: str, unit: str) -> int:
        """The next sequence number of a device in a unit's mailbox, above all that its events tell of; 1 is the first."""
        return self._next("delivery", f"{device}/{unit}")

    def _next(self, kind: str, name: str) -> int:
        statement = select(sequences.c.last).where(sequences.c.kind == kind, sequences.c.name == name)
        value = (self._connection.scalar(statement) or 0) + 1
        self._set(kind, name, value)
        return value

    def _set(self, kind: str, name: str, value: int) -> None:
        self._connection.execute(_RAISE, {"kind": kind, "name": name, "last": value})

    def add_block(self, block: NumberBlock) -> bool:
        """Keep a block of numbers that this device took; False when it is kept already. Raises ``cite.block_overlap``."""
        return cite_book.add_block(self._connection, block)

    def drop_blocks(self, now: datetime) -> int:
        """Give up every remaining number: a restored store does it before it numbers again. Returns how many blocks."""
        return cite_book.drop_blocks(self._connection, now)

    def give_up_numbers(self, now: datetime) -> int:
        """Drop what is left, and remember when: this store has been found to be an old copy. Returns how many blocks.

        Whoever acts asks for ``own_line.COPY`` first: until the exchange has shown what this device did last, nothing is to be signed.
        """
        self.set_setting("restored_at", now.isoformat())
        if self.setting(own_line.COPY) != own_line.CLONED:
            self.set_setting(own_line.COPY, own_line.RESTORED)
        cite_book.begin_line(self._connection)
        self.counted = True
        return self.drop_blocks(now)

    def issue_number(self, series: str, year: int, document: str, now: datetime) -> int:
        """The document's number in that series and year; asked again it is the same.

        Raises ``cite.no_numbers`` and ``cite.clock_behind``.
        """
        number, new = cite_book.issue(self._connection, series, year, document, now)
        self.counted |= new
        if new:
            self.issued.append((series, year, number))
        return number

    def set_mailbox_seq(self, device: str, unit: str, seq: int, tag: str = "") -> None:
        """Remember the highest sequence read of that device in that unit's mailbox; it never goes back.

        ``tag`` is that of the hint when all it tells of had been read, else empty.
        """
        statement = upsert(mailboxes).values(device=device, unit=unit, seq=seq, tag=tag)
        higher = statement.on_conflict_do_update(
            index_elements=[mailboxes.c.device, mailboxes.c.unit],
            set_={"seq": seq, "tag": tag},
            where=mailboxes.c.seq <= seq,
        )
        self._connection.execute(higher)

    def quarantine(self, key: str, digest: str, code: str, now: datetime) -> None:
        """Remember an object of the exchange that was not believed, and why."""
        statement = upsert(quarantine).values(key=key, digest=digest, code=code, at=write_time(now))
        again = statement.on_conflict_do_update(
            index_elements=[quarantine.c.key, quarantine.c.digest], set_={"code": code}
        )
        self._connection.execute(again)

    def release(self, key: str) -> None:
        """Forget that the object was not believed: it has been read since."""
        self._connection.execute(delete(quarantine).where(quarantine.c.key == key))

    def put_receipt(
        self, deposit: str, *, document: str, state: str, jws: str, now: datetime, facts: str = "{}"
    ) -> None:
        """Keep the archive's answer to a deposit; the last answer stands."""
        row = {
            "deposit": deposit,
            "document": document,
            "state": state,
            "jws": jws,
            "facts": facts,
            "at": write_time(now),
        }
        statement = upsert(receipts).values(row)
        self._connection.execute(statement.on_conflict_do_update(index_elements=[receipts.c.deposit], set_=row))

    def save_draft(self, draft: Draft) -> None:
        """Keep a draft."""
        keep_draft(self._connection, draft)

    def mark_discarded(self, draft: str, at: datetime | None) -> None:
        """Put a draft into the wastebasket, or take it out (None)."""
        mark_discarded(self._connection, draft, at)

    def drop_draft(self, draft: str) -> None:
        """Forget a draft; nothing happens where there is none."""
        forget_draft(self._connection, draft)

    def set_setting(self, name: str, value: str) -> None:
        """Keep text under a name."""
        statement = upsert(settings).values(name=name, value=value)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=[settings.c.name], set_={"value": value})
        )

    def put_try(self, made: RaisingTry) -> None:
        """Keep what came of trying to raise a document."""
        put_try(self._connection, made)

    def drop_try(self, document: str) -> None:
        """Forget what came of trying to raise it."""
        drop_try(self._connection, document)

    def put_directory(self, number: int, jws: str) -> None:
        """Keep a directory. Raises ``store.directory_older`` for a number below the one that is kept."""
        kept = self.directory()
        if kept is not None and number < kept[0]:
            raise OfficeError("store.directory_older", number=number, kept=kept[0])
        self.set_setting("directory-number", str(number))
        self.set_setting("directory-jws", jws)

    def index_text(self, document: str, words: str, kind: WordKind = "given") -> None:
        """Words by which a document is found beside its own; they replace those of that kind."""
        statement = upsert(search_words).values(document=document, kind=kind, words=words)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[search_words.c.document, search_words.c.kind], set_={"words": words}
            )
        )
        self.fold()
        row = self._connection.execute(
            select(documents.c.rowid, documents.c.view).where(documents.c.id == document)
        ).first()
        if row is not None:
            projections.index_document(self._connection, row.rowid, read_document_view(row.view))

    def rebuild_projections(self) -> None:
        """Fold everything again from the events."""
        self._touched.clear()
        projections.rebuild(self._connection)
        handed.rebuild(self._connection)
