"""Push: what waits in the outbox goes into the exchange. Running it twice, or dying in the middle, changes nothing there.

Many objects are under way at a time (``lanes``), large ones in pieces and never in the lanes of small ones. Only the calling
thread touches the database. The order that counts: blobs, their event, the hint, and only then the row is forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.store.outbox import EVENT_PRIORITY

from .keys import Delivery, head_key, read_blob_key, read_delivery
from .lanes import LANES, Lanes, landed
from .mailbox import read_head
from .pieces import LARGE, NEVER, Halt, Pause, Paused, put_pieces, put_right

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore, OutboxRow

Progress = Callable[[int, int], None]
Problem = tuple[str, Mapping[str, Fact]]

STOPPING = frozenset({"storage.unreachable", "storage.disk_full"})
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
_FEW = 16  # objects under way below which more are sent off
_MANY = 200  # arrived objects that are forgotten in one act, or those of a second
_SETTLE = timedelta(seconds=1)
_SOON = timedelta(seconds=0.25)  # where the deliveries to other units wait for what arrived in the own one
_SMALL = 16 * 1024  # bytes; events are small whatever their size
_POLL = 0.25  # seconds after which it is looked for what became free meanwhile
_GATHER = 0.05  # seconds in which what arrives is forgotten in one act


@dataclass(frozen=True, slots=True)
class PushReport:
    """``events`` counts acts, however many mailboxes each went to; ``problems`` are (code, facts) of rows that stay for later.

    ``paused``: it ended because somebody asked for it, and more waits.
    """

    events: int = 0
    deliveries: int = 0
    blobs: int = 0
    others: int = 0
    problems: tuple[Problem, ...] = ()
    paused: bool = False


@dataclass(slots=True)
class _Run:
    """One push: what it works with, what is under way, and what it counts."""

    store: DeskStore
    exchange: ObjectStore
    lanes: Lanes
    now: datetime
    pause: Pause
    total: int
    flying: dict[Future[object], _Flight] = field(default_factory=dict)
    arrived: list[OutboxRow] = field(default_factory=list)  # not forgotten yet: their hints have not been raised
    settled_at: float = field(default_factory=time.monotonic)
    heads: dict[str, int] = field(default_factory=dict)  # what the hints are known to say
    digests: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: {"event": 0, "blob": 0})
    others: int = 0
    problems: list[Problem] = field(default_factory=list)
    paused: bool = False

    @property
    def done(self) -> int:
        return sum(self.counts.values()) + self.others + len(self.problems)


@dataclass(frozen=True, slots=True)
class _Flight:
    row: OutboxRow
    lane: str  # quick, bulk or large


def push(
    store: DeskStore,
    exchange: ObjectStore,
    *,
    now: datetime,
    progress: Progress | None = None,
    pause: Pause = NEVER,
    lanes: int = LANES,
) -> PushReport:
    """Put everything that may go now. An event follows the blobs of its act; otherwise small objects go before large ones.

    A row that fails stays with a later retry time and its code, and the rest goes on. A pause ends the work after what is under
    way, a file in pieces after the piece. Raises ``storage.unreachable`` and ``storage.disk_full`` with every row that has not
    gone still waiting.
    """
    halt = Halt(pause)
    with Lanes(lanes) as pool:
        run = _Run(store, exchange, pool, now, halt, store.outbox_counts().waiting)
        try:
            while _fill(run) or run.flying:
                _land(run)
                if progress is not None:
                    progress(min(run.done, run.total), run.total)
        except BaseException:
            halt.now()  # a file in pieces ends with the piece under way, and not with the file
            raise
    return PushReport(
        len(run.digests), run.counts["event"], run.counts["blob"], run.others, tuple(run.problems), run.paused
    )


def _fill(run: _Run) -> bool:
    """Send off what is free and for which there is room; whether anything was."""
    if run.pause.requested():
        run.paused = True
        return False
    if len(run.flying) > _FEW:
        return False
    busy = [flight.row.id for flight in run.flying.values()] + [row.id for row in run.arrived]
    sent_off = False
    for row in run.store.outbox(run.lanes.room, now=run.now, without=busy):
        lane = _lane(run, row)
        if _room(run, lane):
            start = run.lanes.quick if lane == "quick" else run.lanes.bulk
            run.flying[start(_sender(run, row, lane))] = _Flight(row, lane)
            sent_off = True
            if run.lanes.quick_room == 1:
                break
    return sent_off


def _lane(run: _Run, row: OutboxRow) -> str:
    if row.data is not None:
        return "quick" if row.source == "event" or len(row.data) <= _SMALL else "bulk"
    try:
        size = run.store.path_of(row.sha256 or "").stat().st_size
    except (OSError, ValueError):
        size = 0  # told when it is to be read
    if size > LARGE and read_blob_key(row.key) == row.sha256:
        return "large"
    return "quick" if size <= _SMALL else "bulk"


def _room(run: _Run, lane: str) -> bool:
    """At most one file in pieces, and not so many others that they would fill the memory."""
    under_way = [flight.lane for flight in run.flying.values()]
    if run.lanes.quick_room == 1:
        return not under_way
    if lane == "large":
        return lane not in under_way
    return under_way.count(lane) < (run.lanes.quick_room if lane == "quick" else run.lanes.bulk_room)


def _sender(run: _Run, row: OutboxRow, lane: str) -> Callable[[], object]:
    """What a lane has to do for that row."""
    if lane == "large":
        cipher = row.sha256 or ""
        path = run.store.path_of(cipher)
        return lambda: put_pieces(run.exchange, cipher, path, pause=run.pause)
    return lambda: put_right(run.exchange, row.key, run.store.outbox_bytes(row))


def _land(run: _Run) -> None:
    """Wait for some of what is under way. What went is forgotten in one act, after the hints have been raised."""
    stopping: list[OfficeError] = []
    for future in landed(run.flying, seconds=_POLL, gather=_GATHER):
        row = run.flying.pop(future).row
        try:
            future.result()
        except Paused:
            run.paused = True
        except OfficeError as error:
            if error.code in STOPPING:
                stopping.append(error)
            else:
                _postpone(run, row, error)
        else:
            run.arrived.append(row)
    waited = timedelta(seconds=time.monotonic() - run.settled_at)
    if stopping or not run.flying or len(run.arrived) >= _MANY or waited > _patience(run):
        _forget(run)
    if stopping:
        raise stopping[0]


def _patience(run: _Run) -> timedelta:
    return _SOON if any(row.priority < EVENT_PRIORITY for row in run.arrived) else _SETTLE


def _postpone(run: _Run, row: OutboxRow, error: OfficeError) -> None:
    delay = min(FIRST_DELAY * 2 ** min(row.attempts, 20), LONGEST_DELAY)
    run.store.outbox_failed(row.id, error.code, run.now + delay)
    run.problems.append((error.code, {"key": row.key, **error.facts}))


def _forget(run: _Run) -> None:
    """The rows that arrived, but for those with an earlier delivery to the same mailbox still under way: a hint leaves nothing out."""
    earliest: dict[str, int] = {}
    for flight in run.flying.values():
        if (mail := read_delivery(flight.row.key)) is not None:
            head = _head(mail)
            earliest[head] = min(earliest.get(head, mail.seq), mail.seq)
    free: list[tuple[OutboxRow, Delivery | None]] = []
    held: list[OutboxRow] = []
    for row in run.arrived:
        mail = read_delivery(row.key)
        if mail is not None and mail.seq > earliest.get(_head(mail), mail.seq):
            held.append(row)
        else:
            free.append((row, mail))
    run.arrived, run.settled_at = held, time.monotonic()
    _raise_heads(run, [mail for _, mail in free if mail is not None])
    if free:
        with run.store.act() as act:
            for row, _ in free:
                act.outbox_done(row.id)
    for row, _ in free:
        _count(run, row)


def _head(mail: Delivery) -> str:
    return head_key(mail.entity, mail.unit, mail.device)


def _raise_heads(run: _Run, mails: Sequence[Delivery]) -> None:
    """Update the hints before the rows count as gone, so that a crash in between repeats them."""
    highest: dict[str, int] = {}
    for mail in mails:
        highest[_head(mail)] = max(highest.get(_head(mail), 0), mail.seq)
    for raised in [run.lanes.quick(_raiser(run, key, seq)) for key, seq in highest.items()]:
        raised.result()


def _raiser(run: _Run, key: str, seq: int) -> Callable[[], object]:
    """Raise one hint; each key is one lane's at a time."""

    def work() -> None:
        if key not in run.heads:
            run.heads[key] = read_head(run.exchange, key)
        if run.heads[key] < seq:
            run.exchange.put(key, str(seq).encode("ascii"))
            run.heads[key] = seq

    return work


def _count(run: _Run, row: OutboxRow) -> None:
    if row.source == "event":
        run.digests.add(row.event or row.key)
    if row.source in run.counts:
        run.counts[row.source] += 1
    else:
        run.others += 1
