"""Resolver: the chief says which of two derivations counts, or takes note that what was cancelled was received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_settling
from desktop.routing.sheet import ConflictKind

from .desk import Desk
from .on_slip import as_chief, note, own_units, unit_for

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

_TOLD = {ConflictKind.OFFICIAL: "slip.two_official", ConflictKind.CANCELLED: "slip.cancelled_too_late"}


def settle(desk: Desk, slip: str, keep: str, reason: str, *, official: str = "") -> None:
    """Keep that hop and drop the others of its conflict. By the chief of the unit that sent them, or who stands for him.

    Raises ``slip.nothing_to_settle``, ``slip.not_chief``, ``slip.no_chief``, ``slip.settle_no_reason``.
    """
    if not reason.strip():
        raise OfficeError("slip.settle_no_reason")
    view = desk.store.slip(slip)
    for conflict in view.open_conflicts:
        if keep in conflict.hops:
            break
    else:
        raise OfficeError("slip.nothing_to_settle", slip=view.number)
    unit = unit_for(desk, conflict.unit)
    drop = [hop for hop in conflict.hops if hop != keep]
    require_settling(view, unit, conflict.about.value, keep, drop)
    doer = as_chief(desk, unit, EventKind.SETTLED, official)
    body = {"about": conflict.about.value, "keep": keep, "drop": drop, "reason": reason.strip()}
    with desk.store.act() as act:
        note(desk, act, EventKind.SETTLED, view, doer, body)


def tell_conflicts(desk: Desk, _exchange: ObjectStore | None = None) -> Sequence[Problem]:
    """What waits for this unit's chief, and what this unit holds that was dropped: told at every exchange until it is settled."""
    mine = own_units(desk)
    found: list[Problem] = []
    for slip in desk.store.slips(conflict=True):
        for conflict in slip.open_conflicts:
            if conflict.unit in mine:
                found.append((_TOLD[conflict.about], {"slip": slip.number}))
            elif slip.contested and any(hop.to_unit in mine for hop in slip.contested):
                found.append(("slip.in_conflict", {"slip": slip.number, "unit": conflict.unit}))
    return found
