"""Noticias tardías: an act made beside a dispatch that its desk did not know of is sent on to the unit that the slip went to.

What an act was delivered to is signed in it and cannot grow. So the desk that made it hands it on, once it learns who else there is, by an
event that concerns no document (``keys.shared``, reason ``late``) with the act in its history blob. Each desk does so for its own acts,
and for what its own dispatch followed without having it yet (an act whose parent was still on its way): then nobody does it twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from desktop.records.events import Ancestry, EventKind, SignedEvent
from desktop.store.handed import told_late
from desktop.store.past import last_place, places, slips_between
from desktop.sync.audience import audience_of

from .copies import CopyState, state
from .sharing import may_act, share, stops_nothing

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

    from .desk import Desk

LATE = "late"
LOOKED_THROUGH = 5000  # events that came since the last look
_PLACE = "late-place"


def send_late(desk: Desk) -> int:
    """Hand on what units of a slip were not told of by this desk's acts; returns how many acts. Asked again it does nothing.

    Raises what recording an act does (``desk.copy_must_sync`` …); then nothing was written and the next exchange tries again.
    """
    before, last = int(desk.store.setting(_PLACE) or 0), last_place(desk.store)
    if last <= before:
        return 0
    if not may_act(desk) or state(desk) is not CopyState.NONE:  # what a copy has to hand on waits
        return 0
    reached = min(last, before + LOOKED_THROUGH)
    owed = _owed(desk, slips_between(desk.store, before, reached))
    with desk.store.act() as act:
        for units, signed in owed.items():
            body = {
                "documents": sorted({one.event.document for one in signed}),
                "reason": LATE,
                "events": sorted(one.digest for one in signed),
            }
            share(desk, act, body, signed, units=units)
        act.set_setting(_PLACE, str(reached))
    return sum(map(len, owed.values()))


def tell_late(desk: Desk, _exchange: ObjectStore) -> Sequence[Problem]:
    """At each exchange, after what came, and before a stick is written. That it cannot be done stops nothing else."""
    return stops_nothing(desk, send_late)


def _owed(desk: Desk, slips: Sequence[str]) -> dict[tuple[str, ...], list[SignedEvent]]:
    """By the units that lack them: the acts on those slips that this desk has to hand on."""
    owed: dict[tuple[str, ...], list[SignedEvent]] = {}
    for slip in slips:
        if not (lacking := _lacking(desk, slip)):
            continue
        told = told_late(desk.store, [signed.digest for signed, _ in lacking], desk.key.id)
        for signed, units in lacking:
            left = {unit for unit in units if (signed.digest, unit) not in told}
            if left:
                owed.setdefault(tuple(sorted(left)), []).append(signed)
    return owed


def _lacking(desk: Desk, slip: str) -> list[tuple[SignedEvent, set[str]]]:
    """Acts of a slip with the units that were not told of them, as far as it is this desk's to tell."""
    events = desk.store.events_of_slip(slip)
    own = [one for one in events if one.event.device == desk.key.id]
    if not own:
        return []
    chains = [one for document in desk.store.slip(slip).documents for one in desk.store.events_of_document(document)]
    known = {one.digest: one for one in [*events, *chains]}
    ancestry = Ancestry(known.values())
    units = set(audience_of(desk.directory, actor_unit=desk.unit_id, slip_units=desk.store.slip_units(slip)))
    carried = _carried(desk, events, ancestry)
    lacking = {one.digest: {unit for unit in units if one.digest not in carried.get(unit, ())} for one in own}
    for digest, to in _came_after(desk, own, known, ancestry):
        lacking.setdefault(digest, set()).update(to)
    found = [(known[digest], to - _reached(desk, known[digest])) for digest, to in lacking.items()]
    return [(signed, to) for signed, to in found if to]


def _reached(desk: Desk, signed: SignedEvent) -> set[str]:
    """The units that the act itself was delivered to, or that took them over; the own one."""
    units = [unit for unit, _ in signed.event.deliveries]
    return set(audience_of(desk.directory, actor_unit=desk.unit_id, extra=units))


def _came_after(
    desk: Desk, own: Sequence[SignedEvent], known: Mapping[str, SignedEvent], ancestry: Ancestry
) -> Iterator[tuple[str, set[str]]]:
    """What a dispatch of this desk followed and could not carry: it came here only after it."""
    sent = [one for one in own if one.event.kind is EventKind.DISPATCHED]
    place = places(desk.store, known) if sent else {}
    for one in sent:
        to = {living for unit, _ in one.event.deliveries for living in desk.directory.successors_of(unit)}
        late = [digest for digest in ancestry.of(one.digest) if place.get(digest, 0) > place[one.digest]]
        yield from ((digest, to) for digest in late)


def _carried(desk: Desk, events: Sequence[SignedEvent], ancestry: Ancestry) -> dict[str, set[str]]:
    """By unit, the events that a dispatch brought to it as history, or that whoever dispatched brings after it."""
    carried: dict[str, set[str]] = {}
    for one in events:
        if one.event.kind is EventKind.DISPATCHED:
            known = {one.digest, *ancestry.of(one.digest)}
            for unit, _ in one.event.deliveries:
                for living in desk.directory.successors_of(unit):
                    carried.setdefault(living, set()).update(known)
    return carried
