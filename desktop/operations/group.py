"""Agrupar y desagrupar: several slips that one unit holds go as one, under a principal; each says so in its own chain."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_grouping, require_ungrouping

from .desk import Desk
from .on_slip import Doer, note, unit_for


def group(desk: Desk, slips: Sequence[str], principal: str, *, official: str = "", behalf: str = "") -> None:
    """Put those slips under ``principal``, all of them or none. One level only; this unit holds every one.

    Raises ``slip.not_holder``, ``slip.in_transit``, ``slip.concluded``, ``slip.in_conflict``, ``slip.grouped``,
    ``slip.group_of_groups``, ``slip.nothing_to_group``.
    """
    head = desk.store.slip(principal)
    members = [desk.store.slip(slip) for slip in dict.fromkeys(slips) if slip != principal]
    if not members:
        raise OfficeError("slip.nothing_to_group")
    unit = unit_for(desk, head.holder)
    for member in members:
        require_grouping(head, unit, principal=principal, member=member.id)
        require_grouping(member, unit, principal=principal, member=member.id)
    doer = Doer(desk.acting(official), unit, behalf)
    with desk.store.act() as act:
        for member in members:
            for view in (head, member):  # neither unit need ever see the other slip
                note(desk, act, EventKind.GROUPED, view, doer, {"principal": principal, "member": member.id})


def ungroup(desk: Desk, member: str, *, official: str = "", behalf: str = "") -> None:
    """Take a slip out of its group. Raises ``slip.not_grouped``, and as ``group`` where this unit does not hold it."""
    view = desk.store.slip(member)
    unit = unit_for(desk, view.holder)
    principal = view.principal or ""
    require_ungrouping(view, unit, principal=principal, member=member)
    doer = Doer(desk.acting(official), unit, behalf)
    body = {"principal": principal, "member": member}
    with desk.store.act() as act:
        note(desk, act, EventKind.UNGROUPED, view, doer, body)
        try:
            head = act.slip(principal)
            require_ungrouping(head, unit, principal=principal, member=member)
        except OfficeError:  # it went elsewhere without this one, or was never here: it knows of no such member
            return
        note(desk, act, EventKind.UNGROUPED, head, doer, body)
