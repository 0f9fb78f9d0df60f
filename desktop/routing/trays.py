"""Trays: which hop lies where for a unit, and what may be done there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desktop.records.documents import DocumentState, DocumentView
from desktop.records.events import EventKind

from .acts import allowed
from .deadlines import Days, Urgency, count_days
from .hops import Hop, HopState
from .sheet import ORIGIN, SlipView

__all__ = [
    "ALLOWED", "Days", "Place", "Tray", "Urgency", "acts_in", "count_days", "places_of_document", "places_of_slip",
    "tray_of_document", "trays_of_hop",
]  # fmt: skip


class Tray(StrEnum):
    """The trays of a desk, in the order of the rail."""

    INCOMING = "entrante"
    PENDING = "pendientes"
    TO_SIGN = "por_firmar"
    SENT = "enviados"
    ARCHIVE = "archivo"
    DRAFTS = "borradores"


ALLOWED: dict[Tray, frozenset[EventKind]] = {
    Tray.INCOMING: frozenset({EventKind.RECEIVED, EventKind.REJECTED, EventKind.REASSIGNED}),
    Tray.PENDING: frozenset(
        {
            EventKind.DISPATCHED, EventKind.ANSWERED, EventKind.CONCLUDED, EventKind.GROUPED, EventKind.UNGROUPED,
            EventKind.JUSTIFIED, EventKind.REASSIGNED, EventKind.PAPER_MOVED,
            EventKind.OBSERVED,  # a signed document that has not left yet
        }
    ),
    Tray.TO_SIGN: frozenset({EventKind.SIGNED, EventKind.APPROVED, EventKind.OBSERVED}),
    Tray.SENT: frozenset({EventKind.CANCELLED, EventKind.PAPER_MOVED, EventKind.SETTLED}),
    Tray.ARCHIVE: frozenset({EventKind.REOPENED, EventKind.DEPOSITED, EventKind.PAPER_MOVED}),
    Tray.DRAFTS: frozenset({EventKind.FROZEN}),
}  # fmt: skip
"""What each tray offers. Which of it is possible the rules say: whatever they permit for a hop lies in a tray that offers it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something lies. ``official`` is whose it is within the unit; empty means anybody's there.

    ``hop`` is the id of the hop that put it there, None where there is none; ``since`` orders the tray.
    """

    tray: Tray
    unit: str
    official: str
    hop: str | None
    since: datetime | None


def trays_of_hop(hop: Hop, unit: str) -> tuple[Tray, ...]:
    """Where this hop lies for that unit; nowhere once it has been rejected or cancelled, or passed on by its receiver.

    One that a settlement dropped lies nowhere while nobody has received it; then in Pendientes, to be put away.
    """
    found = []
    if hop.to_unit == unit:
        if hop.state is HopState.SENT and not hop.void:
            found.append(Tray.INCOMING)
        elif hop.state is HopState.RECEIVED:
            found.append(Tray.PENDING)
        elif hop.state is HopState.CONCLUDED:
            found.append(Tray.ARCHIVE)
    if hop.from_unit == unit and hop.out and not hop.void:
        found.append(Tray.SENT)
    return tuple(found)


def acts_in(tray: Tray, slip: SlipView, unit: str, official: str = "", hop: str | None = None) -> frozenset[EventKind]:
    """What that unit may do now with a row of that tray: what the tray offers and the rules permit."""
    return ALLOWED[tray] & allowed(slip, unit, official, hop)


def places_of_slip(slip: SlipView) -> tuple[Place, ...]:
    """Every place of the slip in every unit: one per hop and tray, and the origin's own while it holds the OFICIAL."""
    places = []
    for hop in slip.hops:
        for unit in dict.fromkeys((hop.to_unit, hop.from_unit)):
            for tray in trays_of_hop(hop, unit):
                sent = tray is Tray.SENT
                anybody = tray in {Tray.INCOMING, Tray.ARCHIVE}
                owner = hop.from_official if sent else "" if anybody else hop.to_official
                places.append(Place(tray, unit, owner, hop.id, hop.sent_at if sent else hop.received_at or hop.sent_at))
    if slip.opened_at is not None and not slip.onward(ORIGIN):
        tray = Tray.ARCHIVE if slip.concluded else Tray.PENDING
        places.append(Place(tray, slip.origin_unit, "", None, slip.opened_at))
    return tuple(places)


def places_of_document(document: DocumentView) -> tuple[Place, ...]:
    """Where a document without a slip lies: its unit's tray, and its author's Enviados while another must approve or sign."""
    tray = tray_of_document(document, document.unit)
    if tray is None:
        return ()
    turn = document.next_official or ""
    owner = {Tray.TO_SIGN: turn, Tray.DRAFTS: document.author, Tray.PENDING: document.author}.get(tray, "")
    places = [Place(tray, document.unit, owner, None, document.changed_at)]
    if turn and turn != document.author:
        places.append(Place(Tray.SENT, document.unit, document.author, None, document.changed_at))
    return tuple(places)


def tray_of_document(document: DocumentView, unit: str) -> Tray | None:
    """Where a document without a hop lies in its own unit: drafts, waiting for a signature, or ready to derive."""
    if not document.unit or document.unit != unit or document.slip is not None:
        return None
    match document.state:
        case DocumentState.DRAFT | DocumentState.OBSERVED:
            return Tray.DRAFTS
        case DocumentState.FROZEN:
            return Tray.TO_SIGN
        case DocumentState.SIGNED | DocumentState.REGISTERED:
            return Tray.PENDING
        case DocumentState.CONCLUDED | DocumentState.DEPOSITED | DocumentState.VOID:
            return Tray.ARCHIVE
