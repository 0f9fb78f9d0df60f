"""Push: what waits in the outbox goes into the exchange. Running it twice, or dying in the middle, changes nothing there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError

from .keys import Mail, head_key, read_mail

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore, OutboxRow

Progress = Callable[[int, int], None]
Problem = tuple[str, Mapping[str, Fact]]

STOPPING = frozenset({"storage.unreachable", "storage.disk_full"})
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
_BATCH = 100
_ALL = 100_000
_COMPARE_BYTES = 4_000_000  # larger objects that are there already are compared by size


@dataclass(frozen=True, slots=True)
class PushReport:
    """``events`` counts acts, however many mailboxes each went to; ``problems`` are (code, facts) of rows that stay for later."""

    events: int = 0
    deliveries: int = 0
    blobs: int = 0
    others: int = 0
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Tally:
    total: int
    digests: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: {"event": 0, "blob": 0})
    others: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(self.counts.values()) + self.others + len(self.problems)


def push(store: DeskStore, exchange: ObjectStore, *, now: datetime, progress: Progress | None = None) -> PushReport:
    """Put everything that may go now. An event follows the blobs of its act; otherwise small events go before large blobs.

    A row that fails stays with a later retry time and its code, and the rest goes on. Raises ``storage.unreachable`` and
    ``storage.disk_full`` with every row that has not gone still waiting.
    """
    tally = _Tally(store.outbox_counts().waiting)
    while rows := _next_rows(store, now):
        sent = [row for row in rows if _send(store, exchange, row, now, tally)]
        _raise_heads(exchange, [mail for row in sent if (mail := read_mail(row.key)) is not None])
        with store.act() as act:
            for row in sent:
                act.outbox_done(row.id)
        for row in sent:
            _count(tally, row)
        if progress is not None:
            progress(min(tally.done, tally.total), tally.total)
    return PushReport(
        len(tally.digests), tally.counts["event"], tally.counts["blob"], tally.others, tuple(tally.problems)
    )


def _next_rows(store: DeskStore, now: datetime) -> list[OutboxRow]:
    """The events that are free to go, all together; else the one next object, after which other events may be free."""
    rows = store.outbox(_BATCH, now=now)
    return list(takewhile(lambda row: row.source == "event", rows)) or rows[:1]


def _send(store: DeskStore, exchange: ObjectStore, row: OutboxRow, now: datetime, tally: _Tally) -> bool:
    try:
        if row.source == "deposit" and _follows_others(store, row):
            raise OfficeError("push.waits", key=row.key)
        put_whole(exchange, row.key, store.outbox_bytes(row))
    except OfficeError as error:
        if error.code in STOPPING:
            raise
        delay = min(FIRST_DELAY * 2 ** min(row.attempts, 20), LONGEST_DELAY)
        store.outbox_failed(row.id, error.code, now + delay)
        tally.problems.append((error.code, {"key": row.key, **error.facts}))
        return False
    return True


def _follows_others(store: DeskStore, row: OutboxRow) -> bool:
    """Whether something of the same deposit has not gone yet: its manifest, the last of its rows, makes the deposit exist."""
    folder = row.key.rpartition("/")[0]
    return any(
        other.key.startswith("/".join(folder.split("/")[:5])) and (other.priority, other.id) < (row.priority, row.id)
        for other in store.outbox(_ALL)
        if other.source == "deposit"
    )


def put_whole(exchange: ObjectStore, key: str, data: bytes) -> None:
    """Put content under its key, once. What is there already is compared; other bytes there are put right.

    All our keys name the digest of their content or of the event, so that only one content can be the right one. Raises
    ``push.key_taken`` where other bytes stay there.
    """
    if exchange.put_if_absent(key, data):
        return
    entry = exchange.head(key)
    if entry is not None and entry.size == len(data) > _COMPARE_BYTES:
        return
    found, tag = exchange.get_tagged(key)
    if hashlib.sha256(found).digest() == hashlib.sha256(data).digest():
        return
    if not exchange.put_if_match(key, data, tag):
        raise OfficeError("push.key_taken", key=key)


def _raise_heads(exchange: ObjectStore, mails: Sequence[Mail]) -> None:
    """Update the hints before the rows count as gone, so that a crash in between repeats them."""
    highest: dict[str, int] = {}
    for mail in mails:
        key = head_key(mail.entity, mail.unit, mail.device)
        highest[key] = max(highest.get(key, 0), mail.seq)
    for key, seq in highest.items():
        if read_head(exchange, key) < seq:
            exchange.put(key, str(seq).encode("ascii"))


def read_head(exchange: ObjectStore, key: str) -> int:
    """The hint's number; 0 where there is none or it is not one."""
    try:
        text = exchange.get(key)
    except OfficeError as error:
        if error.code != "storage.not_found":
            raise
        return 0
    return int(text) if text.isdigit() and len(text) <= 10 else 0


def _count(tally: _Tally, row: OutboxRow) -> None:
    mail = read_mail(row.key)
    if mail is not None:
        tally.digests.add(mail.digest)
    if row.source in tally.counts:
        tally.counts[row.source] += 1
    else:
        tally.others += 1
