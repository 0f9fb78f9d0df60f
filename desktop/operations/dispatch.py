"""Derivar: open the hoja de ruta where there is none, and send the OFICIAL and its copies, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from desktop.records.documents import require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.acts import require_dispatch
from desktop.routing.hops import ACTIONS, HopMode
from desktop.store.desk import Act

from .acting import standing_of
from .acts import record, travelling
from .desk import Desk
from .on_slip import Doer, members_of, require_bytes, unit_for
from .open_slip import SlipHeading, opening, put_opening
from .weigh import require_room, weigh


@dataclass(frozen=True, slots=True)
class Order:
    """Where to, and what is asked. ``copies`` are (unit id, official id or empty).

    ``actions`` are further boxes to tick beside ``action``; ``coordinate`` says with whom; ``unscanned`` which enclosures are not
    scanned, ``paper`` which paper goes with it, ``sheets`` how many hojas, where not the document's. ``procedure`` and
    ``slip_deadline`` go into the heading of a slip that this opens.
    """

    to_unit: str
    to_official: str = ""
    action: str = "para_su_consideracion"
    remark: str = ""
    deadline: date | None = None
    urgent: bool = False
    paper: str = ""
    copies: Sequence[tuple[str, str]] = ()
    actions: Sequence[str] = ()
    coordinate: str = ""
    unscanned: str = ""
    sheets: int | None = None
    procedure: str = ""
    slip_deadline: date | None = None


def dispatch(desk: Desk, document: str, order: Order, *, official: str = "", behalf: str = "") -> str:
    """Derive the document, or the slip it is on with its whole group; returns the slip's id.

    ``behalf``: in whose name, where not in one's own. Raises ``event.no_delegation``, ``event.secretary_only``, ``slip.not_holder``,
    ``slip.in_transit``, ``slip.in_conflict``, ``slip.grouped``, ``slip.concluded``, ``document.bytes_missing``, ``dispatch.no_room``
    and what ``require_order`` refuses.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.DISPATCHED)
    require_order(desk, order)
    if behalf and behalf != actor.id:  # before a number is spent on it
        for kind in (EventKind.DISPATCHED, *(() if view.slip else (EventKind.OPENED,))):
            standing_of(desk, actor.id, behalf, kind)
    slip = desk.store.slip(view.slip) if view.slip is not None else None
    doer = Doer(actor, unit_for(desk, slip.holder if slip else view.unit), behalf)
    members = members_of(desk, slip) if slip else []
    if slip is not None:
        require_dispatch(slip, doer.unit, HopMode.OFFICIAL)
    for member in members:
        require_dispatch(member, doer.unit, HopMode.OFFICIAL, group=slip.id if slip else "")
    going = [slip, *members] if slip is not None else []
    require_bytes(desk, (each for one in going for each in one.documents) if going else (document,))
    load = weigh(desk, document, addressees=1 + len(order.copies))
    require_room(replace(load, upload=load.upload + sum(weigh(desk, each.document).upload for each in members)))
    opened = opening(desk, view, _heading(desk, order)) if slip is None else None
    require_order(desk, order)  # the number may have brought a newer directory with it
    slip_id = slip.id if slip else desk.ids()
    trip = _Trip(order, doer, slip_id, slip.document if slip else document, slip.documents if slip else (document,))
    trip = replace(trip, sheets=view.sheets if order.sheets is None else order.sheets)
    with desk.store.act() as act:
        if opened is not None:
            event = put_opening(desk, act, document, slip_id, opened, actor, behalf)
            trip = replace(trip, parents=(event.digest,))
        for mode, unit, person in _targets(order):
            _hop(desk, act, trip, mode=mode, to=(unit, person))
        for member in members:
            sheets = act.document(member.document).sheets
            goes = _Trip(order, doer, member.id, member.document, member.documents, sheets=sheets, group=slip_id)
            _hop(desk, act, goes, mode=HopMode.OFFICIAL, to=(order.to_unit, order.to_official))
    return slip_id


def require_order(desk: Desk, order: Order) -> None:
    """Refuse what nobody could receive or understand: a unit of its own, somebody of another unit, an unknown action."""
    if order.to_unit == desk.unit_id:
        raise OfficeError("dispatch.to_itself", unit=desk.unit.name)
    for action in (order.action, *order.actions):
        if action not in (desk.directory.actions or ACTIONS):
            raise OfficeError("dispatch.unknown_action", action=action)
    if order.sheets is not None and order.sheets < 0:
        raise OfficeError("dispatch.sheets", sheets=order.sheets)
    for _, unit_id, person in _targets(order):
        unit = desk.directory.unit(unit_id)
        if unit.ended_on is not None:
            heirs = ", ".join(desk.directory.unit(heir).name for heir in desk.directory.successors_of(unit_id))
            raise OfficeError("dispatch.unit_ended", unit=unit.name, heirs=heirs or "—")
        if person and desk.directory.official(person).unit != unit_id:
            raise OfficeError("dispatch.not_in_unit", name=desk.directory.official(person).name, unit=unit.name)
        if person and not desk.directory.serving(person, desk.now_local().date()):
            raise OfficeError("dispatch.left_office", name=desk.directory.official(person).name, unit=unit.name)


def _targets(order: Order) -> list[tuple[HopMode, str, str]]:
    copies = [(HopMode.COPY, unit, person) for unit, person in order.copies]
    return [(HopMode.OFFICIAL, order.to_unit, order.to_official), *copies]


def _heading(desk: Desk, order: Order) -> SlipHeading:
    if not order.to_official:
        return SlipHeading(order.procedure, desk.directory.unit(order.to_unit).name, order.slip_deadline)
    person = desk.directory.official(order.to_official)
    return SlipHeading(order.procedure, f"{person.name} | {person.post}", order.slip_deadline)


@dataclass(frozen=True, slots=True)
class _Trip:
    """What goes: which slip with which documents, by whom; ``group`` is the principal slip with which it goes."""

    order: Order
    doer: Doer
    slip: str
    principal: str
    documents: Sequence[str]
    parents: tuple[str, ...] | None = None
    sheets: int = 0
    group: str = ""


def _hop(desk: Desk, act: Act, trip: _Trip, *, mode: HopMode, to: tuple[str, str]) -> SignedEvent:
    order, doer = trip.order, trip.doer
    more = {
        "coordinate": order.coordinate,
        "unscanned": order.unscanned,
        "actions": list(dict.fromkeys((order.action, *order.actions))) if order.actions else [],
        "principal": trip.group,
    }
    return record(
        desk,
        act,
        EventKind.DISPATCHED,
        document=trip.principal,
        actor=replace(doer.official, unit=doer.unit),
        slip=trip.slip,
        parents=trip.parents,
        units=(to[0],),
        behalf=doer.behalf,
        body={
            "to_unit": to[0],
            "to_official": to[1],
            "mode": mode.value,
            "action": order.action,
            "remark": order.remark,
            "urgent": order.urgent,
            "deadline": order.deadline.isoformat() if order.deadline else None,
            "sheets": trip.sheets,
            "paper": order.paper,
            "documents": list(trip.documents),
            **{name: value for name, value in more.items() if value},
        },
        blobs=travelling(desk, act, trip.documents, trip.slip),
    )
