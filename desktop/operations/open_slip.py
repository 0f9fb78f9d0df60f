"""Abrir la hoja de ruta: its number and its heading, from its origin on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from desktop.records.documents import DocumentView, require
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.records.numbering import OWN_SLIP

from .acting import standing_of
from .acts import record
from .desk import Desk
from .numbers import SLIP_SERIES, reserve_number, slip_number
from .on_slip import own_units

if TYPE_CHECKING:
    from desktop.records.people import Official
    from desktop.store.desk import Act


@dataclass(frozen=True, slots=True)
class SlipHeading:
    """What a heading says beside what the document says: the trámite, to whom it goes, and the deadline of the whole."""

    procedure: str = ""
    addressee: str = ""
    deadline: date | None = None


NO_HEADING = SlipHeading()


def open_slip(desk: Desk, document: str, heading: SlipHeading, *, official: str = "", behalf: str = "") -> str:
    """Open the slip of a signed document of this unit without deriving it yet; returns its id.

    Raises ``document.act_forbidden``, ``slip.already_open``, ``event.no_delegation``, ``event.secretary_only``.
    """
    actor = desk.acting(official)
    view = desk.store.document(document)
    require(view, EventKind.OPENED)
    if view.slip is not None:
        raise OfficeError("slip.already_open", slip=desk.store.slip(view.slip).number)
    if view.unit not in own_units(desk):
        raise OfficeError("slip.not_own_document", cite=view.cite)
    if behalf and behalf != actor.id:  # before a number is spent on it
        standing_of(desk, actor.id, behalf, EventKind.OPENED)
    body = opening(desk, view, heading)
    slip = desk.ids()
    with desk.store.act() as act:
        put_opening(desk, act, document, slip, body, actor, behalf)
    return slip


def opening(desk: Desk, view: DocumentView, heading: SlipHeading) -> dict[str, object]:
    """The heading of a new slip, with a fresh number. Series, year and sequence let a restored desk know which numbers are used."""
    year = desk.now_local().year
    sequence = reserve_number(desk, SLIP_SERIES, year, view.id)
    return {
        "number": slip_number(desk, OWN_SLIP, year, sequence),
        "subject": view.subject,
        "cite": view.cite,
        "series": SLIP_SERIES,
        "year": year,
        "sequence": sequence,
        **heading_body(heading),
    }


def heading_body(heading: SlipHeading) -> dict[str, object]:
    """The members of an opening that are there only where they say something."""
    given = {"procedure": heading.procedure.strip(), "addressee": heading.addressee.strip()}
    found: dict[str, object] = {name: text for name, text in given.items() if text}
    return {**found, "deadline": heading.deadline.isoformat()} if heading.deadline else found


def put_opening(
    desk: Desk, act: Act, document: str, slip: str, body: dict[str, object], actor: Official, behalf: str
) -> SignedEvent:
    """Record the opening inside the caller's transaction."""
    return record(desk, act, EventKind.OPENED, document=document, actor=actor, slip=slip, body=body, behalf=behalf)
