"""Derivar: open the hoja de ruta where there is none, and send the OFICIAL and its copies, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from desktop.records.documents import DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.records.numbering import OWN_SLIP
from desktop.records.people import Official
from desktop.routing.slips import ACTIONS, HopMode, require_dispatch
from desktop.store.desk import Act

from .acting import standing_of
from .acts import record, travelling
from .desk import Desk
from .numbers import SLIP_SERIES, reserve_number, slip_number
from .weigh import require_room, weigh


@dataclass(frozen=True, slots=True)
class Order:
    """Where to, and what is asked. ``copies`` are (unit id, official id or empty); ``documents`` travel with the hop."""

    to_unit: str
    to_official: str = ""
    action: str = "para_su_consideracion"
    remark: str = ""
    deadline: date | None = None
    urgent: bool = False
    paper: str = ""
    copies: Sequence[tuple[str, str]] = ()


def dispatch(desk: Desk, document: str, order: Order, *, official: str = "", behalf: str = "") -> str:
    """Derive the document, or the slip it is on; returns the slip's id. ``behalf``: in whose name, where not in one's own.

    Raises ``event.no_delegation``, ``event.secretary_only``, ``slip.not_holder``, ``slip.in_transit``, ``slip.concluded``,
    ``dispatch.no_room`` and what ``require_order`` refuses.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.DISPATCHED)
    require_order(desk, order)
    if behalf and behalf != actor.id:  # before a number is spent on it
        for kind in (EventKind.DISPATCHED, *(() if view.slip else (EventKind.OPENED,))):
            standing_of(desk, actor.id, behalf, kind)
    require_room(weigh(desk, document, addressees=1 + len(order.copies)))
    opening = _opening(desk, view) if view.slip is None else None
    slip_id = view.slip or desk.ids()
    if view.slip is not None:
        slip = desk.store.slip(view.slip)
        require_dispatch(slip, desk.unit_id, HopMode.OFFICIAL)
        principal, parents = slip.document, None
        documents = slip.documents
    else:
        principal, parents, documents = document, None, (document,)
    with desk.store.act() as act:
        if opening is not None:
            opened = record(
                desk,
                act,
                EventKind.OPENED,
                document=principal,
                actor=actor,
                slip=slip_id,
                body=opening,
                behalf=behalf,
            )
            parents = (opened.digest,)
        for mode, unit, person in _targets(order):
            _hop(
                desk,
                act,
                order,
                mode=mode,
                to=(unit, person),
                slip=slip_id,
                principal=principal,
                documents=documents,
                actor=actor,
                parents=parents,
                sheets=view.sheets,
                behalf=behalf,
            )
    return slip_id


def require_order(desk: Desk, order: Order) -> None:
    """Refuse what nobody could receive or understand: a unit of its own, somebody of another unit, an unknown action."""
    if order.to_unit == desk.unit_id:
        raise OfficeError("dispatch.to_itself", unit=desk.unit.name)
    if order.action not in (desk.directory.actions or ACTIONS):
        raise OfficeError("dispatch.unknown_action", action=order.action)
    for _, unit_id, person in _targets(order):
        unit = desk.directory.unit(unit_id)
        if person and desk.directory.official(person).unit != unit_id:
            raise OfficeError("dispatch.not_in_unit", name=desk.directory.official(person).name, unit=unit.name)


def _targets(order: Order) -> list[tuple[HopMode, str, str]]:
    copies = [(HopMode.COPY, unit, person) for unit, person in order.copies]
    return [(HopMode.OFFICIAL, order.to_unit, order.to_official), *copies]


def _opening(desk: Desk, view: DocumentView) -> dict[str, str | int]:
    """The heading of a new slip. Series, year and sequence let a restored desk know which numbers are used."""
    year = desk.now_local().year
    sequence = reserve_number(desk, SLIP_SERIES, year, view.id)
    return {
        "number": slip_number(desk, OWN_SLIP, year, sequence),
        "subject": view.subject,
        "cite": view.cite,
        "series": SLIP_SERIES,
        "year": year,
        "sequence": sequence,
    }


def _hop(
    desk: Desk,
    act: Act,
    order: Order,
    *,
    mode: HopMode,
    to: tuple[str, str],
    slip: str,
    principal: str,
    documents: Sequence[str],
    actor: Official,
    parents: tuple[str, ...] | None,
    sheets: int,
    behalf: str,
) -> SignedEvent:
    return record(
        desk,
        act,
        EventKind.DISPATCHED,
        document=principal,
        actor=actor,
        slip=slip,
        parents=parents,
        units=(to[0],),
        behalf=behalf,
        body={
            "to_unit": to[0],
            "to_official": to[1],
            "mode": mode.value,
            "action": order.action,
            "remark": order.remark,
            "urgent": order.urgent,
            "deadline": order.deadline.isoformat() if order.deadline else None,
            "sheets": sheets,
            "paper": order.paper,
            "documents": list(documents),
        },
        blobs=travelling(desk, act, documents, slip),
    )
