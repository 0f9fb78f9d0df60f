"""Sincronizar: refresh the directory, push what waits, pull what came, collect receipts. May be run again at any time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.records.errors import Fact, OfficeError
from desktop.sync.pull import pull
from desktop.sync.push import push

from .desk import Desk, Progress, no_progress
from .directory import refresh_directory
from .discard import forget_old
from .numbers import keep_in_stock
from .receipts import collect_receipts
from .register import observed
from .settling import settle

UNREACHABLE = frozenset({"storage.unreachable", "storage.denied"})


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What one exchange brought. ``problems`` are (code, facts) that have words; ``receipts`` counts new archive receipts."""

    sent: int
    received: int
    waiting: int
    receipts: int
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()


def synchronise(desk: Desk, progress: Progress = no_progress) -> SyncOutcome:
    """One exchange with the line. Raises ``storage.unreachable`` with nothing lost: what waits stays in the outbox."""
    try:
        exchange = desk.exchange()
        refresh_directory(desk, exchange)
        sent = push(desk.store, exchange, now=desk.clock(), progress=progress)
        pulled = pull(
            desk.store,
            exchange,
            desk.key,
            desk.directory,
            (desk.unit_id,),
            now=desk.clock(),
            progress=progress,
            refresh=lambda: refresh_directory(desk, exchange),
        )
        receipts = collect_receipts(desk, exchange)
        problems = [*sent.problems, *pulled.problems, *_stock(desk), *_doubled(desk)]
    except OfficeError as error:
        if error.code in UNREACHABLE and desk.offline_since is None:
            desk.offline_since = desk.clock()
        raise
    settle(desk)  # others may have signed what was written here
    forget_old(desk)
    desk.last_contact, desk.offline_since = desk.clock(), None
    return SyncOutcome(sent.events, pulled.events, desk.store.outbox_counts().waiting, receipts, tuple(problems))


def _doubled(desk: Desk) -> list[tuple[str, Mapping[str, Fact]]]:
    """Numbers of this unit that several documents bear: told at every exchange, until the chief has settled them."""
    return [("cite.doubled", {"cite": one.cite, "count": len(one.documents)}) for one in observed(desk)]


def _stock(desk: Desk) -> list[tuple[str, Mapping[str, Fact]]]:
    """Numbers for the days without a line; that none could be had stops nothing else."""
    try:
        keep_in_stock(desk)
    except OfficeError as error:
        if error.code in UNREACHABLE:
            raise
        return [(error.code, error.facts)]
    return []
