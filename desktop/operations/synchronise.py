"""Sincronizar: refresh the directory, push what waits, pull what came, collect receipts. May be run again at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop.records.errors import OfficeError
from desktop.storage.protocol import ObjectStore
from desktop.sync.pieces import NEVER, Pause
from desktop.sync.pull import pull
from desktop.sync.push import Problem, push

from . import backup, copies, pouch_relay
from .desk import Desk, Progress, no_progress
from .directory import refresh_directory, tell_ended
from .discard import forget_old
from .index_text import index_new
from .late_news import tell_late
from .numbers import keep_in_stock
from .receipts import collect_receipts
from .register import observed
from .settle_slip import tell_conflicts
from .settling import settle
from .sharing import hand_on

Hook = Callable[[Desk, ObjectStore], Sequence[Problem]]
# What a part of the office does with the line at each exchange; it raises as push and pull do, and gives back what to tell.
BEFORE_PUSH: tuple[Hook, ...] = (copies.before_push, hand_on, pouch_relay.before_push, pouch_relay.read_waiting)
AFTER_PUSH: tuple[Hook, ...] = (pouch_relay.lay_ready,)  # also where a pause ended the push
AFTER_PULL: tuple[Hook, ...] = (copies.after_pull, tell_late, tell_conflicts, tell_ended, index_new, backup.daily)
UNREACHABLE = frozenset({"storage.unreachable", "storage.denied", "storage.emptied"})


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What one exchange brought. ``problems`` are (code, facts) that have words; ``receipts`` counts new archive receipts."""

    sent: int
    received: int
    waiting: int
    receipts: int
    problems: tuple[Problem, ...] = ()
    paused: bool = False


def synchronise(desk: Desk, progress: Progress = no_progress, *, pause: Pause = NEVER) -> SyncOutcome:
    """One exchange with the line. Raises ``storage.unreachable`` with nothing lost: what waits stays in the outbox.

    The mailboxes read are the unit's own and those of every ended unit that it took over. A pause ends it after what is under
    way; the next exchange goes on from there, and what comes after push and pull waits for it.
    """
    try:
        exchange = desk.exchange()
        refresh_directory(desk, exchange)
        problems = [problem for hook in BEFORE_PUSH for problem in hook(desk, exchange)]
        sent = push(desk.store, exchange, now=desk.clock(), progress=progress, pause=pause)
        problems += [problem for hook in AFTER_PUSH for problem in hook(desk, exchange)]
        pulled = pull(
            desk.store,
            exchange,
            desk.key,
            desk.directory,
            desk.directory.mailboxes_of(desk.unit_id),
            now=desk.clock(),
            progress=progress,
            refresh=lambda: refresh_directory(desk, exchange),
            pause=pause,
        )
        problems += [*sent.problems, *pulled.problems]
        if sent.paused or pulled.paused:
            return SyncOutcome(
                sent.events, pulled.events, desk.store.outbox_counts().waiting, 0, tuple(problems), paused=True
            )
        problems += [problem for hook in AFTER_PULL for problem in hook(desk, exchange)]
        receipts = collect_receipts(desk, exchange)
        problems += [*_stock(desk), *_doubled(desk)]
    except OfficeError as error:
        if error.code in UNREACHABLE and desk.offline_since is None:
            desk.offline_since = desk.clock()
        raise
    settle(desk)  # others may have signed what was written here
    forget_old(desk)
    desk.last_contact, desk.offline_since = desk.clock(), None
    return SyncOutcome(sent.events, pulled.events, desk.store.outbox_counts().waiting, receipts, tuple(problems))


def _doubled(desk: Desk) -> list[Problem]:
    """Numbers of this unit that several documents bear: told at every exchange, until the chief has settled them."""
    return [("cite.doubled", {"cite": one.cite, "count": len(one.documents)}) for one in observed(desk)]


def _stock(desk: Desk) -> list[Problem]:
    """Numbers for the days without a line; that none could be had stops nothing else."""
    try:
        keep_in_stock(desk)
    except OfficeError as error:
        if error.code in UNREACHABLE:
            raise
        return [(error.code, error.facts)]
    return []
