"""A copy of a desk asks before it acts: one that was put back, or a second one that works with the same key (decision 0042).

Which of two copies is the first is decided by what lies in the exchange, never by a clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.store import own_line, pouches
from desktop.sync.acks import read_ack_paper
from desktop.sync.keys import acks_prefix
from desktop.sync.pouch_read import Opened
from desktop.sync.tracks import bring_own

from .desk import Desk

if TYPE_CHECKING:
    from desktop.records.events import SignedEvent
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import Act, DeskStore
    from desktop.sync.push import Problem


class CopyState(StrEnum):
    """``RESTORED``: an older copy, until the exchange has shown what this device did last. ``CLONED``: another copy acts with its key."""

    NONE = ""
    RESTORED = own_line.RESTORED
    CLONED = own_line.CLONED


REFUSAL: Mapping[CopyState, str] = {CopyState.RESTORED: "desk.copy_must_sync", CopyState.CLONED: "desk.cloned"}


@dataclass(frozen=True, slots=True)
class HeldBack:
    """An act of a copy that was not the first: it never went, and its document has to be worked on again under a new admission."""

    document: str
    kind: str
    subject: str


def state(desk: Desk) -> CopyState:
    """What this desk is known to be."""
    return CopyState(desk.store.setting(own_line.COPY) or "")


def notice(desk: Desk) -> OfficeError | None:
    """What to tell whoever sits here, where this desk may not act; ``status``, ``doctor`` and the window show it."""
    refusal = _refusal(desk.store)
    if refusal is None and not is_admitted(desk):
        return OfficeError("desk.waits_admission", on_disk="unchanged")
    return refusal


def is_admitted(desk: Desk) -> bool:
    """Whether the directory that this desk knows names it; before that nobody would believe what it signs."""
    return any(device.id == desk.key.id for device in desk.directory.devices)


def require_may_act(desk: Desk, act: Act | None = None) -> None:
    """Nothing is signed on a copy, for it would follow what this device did yesterday. Asked inside the act that signs.

    Raises ``desk.copy_must_sync`` and ``desk.cloned``.
    """
    if refusal := _refusal(act or desk.store):
        raise refusal


def _refusal(store: DeskStore | Act) -> OfficeError | None:
    found = CopyState(store.setting(own_line.COPY) or "")
    if found is CopyState.NONE:
        return None
    return OfficeError(REFUSAL[found], on_disk="unchanged", count=len(own_line.held_back(store)))


def held_back(desk: Desk) -> list[HeldBack]:
    """The acts that never went because another copy of this desk was the first."""
    return [told(desk.store, item) for item in own_line.held_back(desk.store)]


def told(store: DeskStore, item: SignedEvent) -> HeldBack:
    """An act as it is told to whoever has to do it again."""
    try:
        subject = store.document(item.event.document).subject
    except (OfficeError, KeyError):
        subject = ""
    return HeldBack(item.event.document, item.event.kind.value, subject)


def require_newest(desk: Desk, exchange: ObjectStore, *, will_act: bool = False) -> int:
    """Own acts that lie in the exchange come in before anything of this desk goes out; returns how many were unknown here.

    Where something waits to go or is about to be signed (``will_act``), or the desk is a copy: one listing, and another one of what a
    carrier laid there (by a copy, and where a unit has no line). Nothing otherwise. Raises ``desk.cloned`` where another copy was the
    first, ``desk.copy_newer`` where its last acts are by a newer program, ``desk.copy_elsewhere`` where somebody has acts of it that do
    not lie there, and what stops a pull.
    """
    if state(desk) is CopyState.CLONED:
        require_may_act(desk)
    if state(desk) is CopyState.NONE and not will_act and not desk.store.outbox_counts().events:
        return 0
    brought = 0
    for unit in desk.directory.mailboxes_of(desk.unit_id):
        careful = state(desk) is CopyState.RESTORED
        for source in _places(desk, exchange, unit, careful):
            found = bring_own(
                desk.store, source, desk.key, desk.directory, unit, now=desk.clock(), careful=careful
            )  # what is brought makes the desk a copy, in the same transaction
            brought += found.brought
            if found.unreadable:
                raise OfficeError("desk.copy_newer", on_disk="unchanged", code=found.unreadable)
    if state(desk) is CopyState.RESTORED:
        _require_nothing_elsewhere(desk, exchange)
        _settle(desk, exchange)
    desk.newest = True
    return brought


def _places(desk: Desk, exchange: ObjectStore, unit: str, careful: bool) -> Iterator[ObjectStore]:
    """Where this device's acts for that mailbox lie: what went by the line, and what a carrier laid there unopened."""
    yield exchange
    if careful or desk.directory.without_line():
        device = desk.key.id
        cursor = {unit: {device: desk.store.mailbox_seq(device, unit)}}
        yield Opened(exchange, desk.key, desk.directory.entity.id, [unit], cursor, device=device)


def _require_nothing_elsewhere(desk: Desk, exchange: ObjectStore) -> None:
    """A stick that was read by hand and never relayed: only the acknowledgements tell of it. One listing per unit, by a copy alone."""
    entity, device = desk.directory.entity.id, desk.key.id
    if not desk.directory.without_line():
        return
    for unit in desk.directory.units:
        known = desk.store.delivery_seq(device, unit.id)
        for entry in exchange.list(acks_prefix(entity, unit.id)):
            if _acknowledged(desk, exchange.get(entry.key), unit.id) > known:
                raise OfficeError("desk.copy_elsewhere", on_disk="unchanged", unit=unit.name)


def _acknowledged(desk: Desk, jws: bytes, unit: str) -> int:
    """Up to which number of this device somebody who reads there has everything; 0 for what is no true acknowledgement."""
    try:
        acked = read_ack_paper(jws, desk.directory)
    except OfficeError:
        return 0
    return acked.seen.get(desk.key.id, 0) if acked.unit == unit else 0


def before_push(desk: Desk, exchange: ObjectStore) -> Sequence[Problem]:
    """At each exchange, before all else. Raises what ``require_newest`` raises: then nothing goes."""
    was = state(desk)
    brought = require_newest(desk, exchange)
    return [("desk.copy_caught_up", {"count": brought})] if brought or was is CopyState.RESTORED else []


def after_pull(desk: Desk, exchange: ObjectStore) -> Sequence[Problem]:
    """Own acts that the pull met are another copy's, or this desk was rebuilt; either is settled at once."""
    if state(desk) is CopyState.NONE:
        return []
    require_newest(desk, exchange)
    return [("desk.copy_caught_up", {"count": 0})]


def _settle(desk: Desk, exchange: ObjectStore) -> None:
    """All own acts of the exchange are here: either they are one line with ours, or somebody else was the first."""
    fork = own_line.first_fork(desk.store, desk.key.id)
    ours = None if fork is None else fork.ours
    if fork is not None and ours is not None:
        waiting = own_line.waiting_since(desk.store, fork.seq)
        there = ours.digest not in waiting or _lies_there(desk, exchange, ours.digest, waiting[ours.digest])
        if not there or ours.digest > min(fork.others):  # both went at one moment: the same digest wins at every copy
            with desk.store.act() as act:
                act.set_setting(own_line.COPY, own_line.CLONED)
                own_line.hold_back(act, list(waiting))
            require_may_act(desk)
    desk.store.set_setting(own_line.COPY, "")


def _lies_there(desk: Desk, exchange: ObjectStore, digest: str, key: str) -> bool:
    """Whether an event that still waits here is in the exchange all the same: by the line, or by stick."""
    letters = [one.key for one in pouches.open_letters(desk.store) if one.event == digest]
    return any(exchange.head(name) is not None for name in (key, *letters))
