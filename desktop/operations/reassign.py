"""Reasignar: the chief hands what came to his unit to another of its officials."""

from __future__ import annotations

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_act

from .desk import Desk
from .on_slip import as_chief, note, unit_for


def reassign(desk: Desk, slip: str, hop: str, to: str, reason: str, *, official: str = "") -> None:
    """Give a hop to ``to``, who serves in this unit today. By the chief of the unit that has it, or who stands for him.

    Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped``, ``slip.not_chief``, ``slip.no_chief``,
    ``reassign.no_reason``, ``reassign.not_here``.
    """
    if not reason.strip():
        raise OfficeError("reassign.no_reason")
    view = desk.store.slip(slip)
    unit = unit_for(desk, view.hop(hop).to_unit)
    require_act(view, hop, EventKind.REASSIGNED, unit)
    doer = as_chief(desk, unit, EventKind.REASSIGNED, official)
    person = desk.directory.official(to)
    if person.unit != desk.unit_id or not desk.directory.serving(to, desk.now_local().date()):
        raise OfficeError("reassign.not_here", name=person.name, unit=desk.unit.name)
    with desk.store.act() as act:
        note(desk, act, EventKind.REASSIGNED, view, doer, {"hop": hop, "official": to, "reason": reason.strip()})
