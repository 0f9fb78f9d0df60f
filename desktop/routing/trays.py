"""Trays: which hop lies where for a unit, what may be done there, and days in numbers (words belong to the window)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from desktop.records.documents import DocumentState, DocumentView
from desktop.records.events import EventKind

from .slips import Hop, HopMode, HopState, SlipView


class Tray(StrEnum):
    """The trays of a desk, in the order of the rail."""

    INCOMING = "entrante"
    PENDING = "pendientes"
    TO_SIGN = "por_firmar"
    SENT = "enviados"
    ARCHIVE = "archivo"
    DRAFTS = "borradores"


ALLOWED: dict[Tray, tuple[EventKind, ...]] = {
    Tray.INCOMING: (EventKind.RECEIVED, EventKind.REJECTED),
    Tray.PENDING: (EventKind.DISPATCHED, EventKind.ANSWERED, EventKind.CONCLUDED),
    Tray.TO_SIGN: (EventKind.SIGNED, EventKind.APPROVED, EventKind.OBSERVED),
    Tray.SENT: (EventKind.CANCELLED,),
    Tray.ARCHIVE: (EventKind.REOPENED, EventKind.DEPOSITED),
    Tray.DRAFTS: (EventKind.FROZEN,),
}


class Urgency(StrEnum):
    """How a row is coloured; the window always adds the words."""

    NONE = "none"
    GOOD = "good"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Days:
    """``held`` days since reception; ``left`` days until the deadline (negative when overdue), None without one."""

    held: int
    left: int | None
    urgency: Urgency


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


def trays_of_hop(hop: Hop, unit: str, slip: SlipView) -> tuple[Tray, ...]:
    """Where this hop lies for that unit; nowhere once it has been rejected or cancelled, or passed on by its receiver."""
    found = []
    if hop.to_unit == unit:
        if hop.state is HopState.SENT:
            found.append(Tray.INCOMING)
        elif hop.state is HopState.RECEIVED and not (slip.concluded and hop.mode is HopMode.OFFICIAL):
            found.append(Tray.PENDING)
        elif hop.state is HopState.CONCLUDED:
            found.append(Tray.ARCHIVE)
    if hop.from_unit == unit and hop.state not in {HopState.REJECTED, HopState.CANCELLED}:
        found.append(Tray.SENT)
    return tuple(found)


def places_of_slip(slip: SlipView) -> tuple[Place, ...]:
    """Every place of the slip in every unit: one per hop and tray, and the origin's own while it holds the OFICIAL."""
    places = []
    for hop in slip.hops:
        for unit in dict.fromkeys((hop.to_unit, hop.from_unit)):
            for tray in trays_of_hop(hop, unit, slip):
                sent = tray is Tray.SENT
                anybody = tray in {Tray.INCOMING, Tray.ARCHIVE}
                owner = hop.from_official if sent else "" if anybody else hop.to_official
                places.append(Place(tray, unit, owner, hop.id, hop.sent_at if sent else hop.received_at or hop.sent_at))
    if slip.opened_at is not None and not _left_origin(slip):
        tray = Tray.ARCHIVE if slip.concluded else Tray.PENDING
        places.append(Place(tray, slip.origin_unit, "", None, slip.opened_at))
    return tuple(places)


def _left_origin(slip: SlipView) -> bool:
    """Whether the OFICIAL is on its way or with somebody; it is not before the first hop, nor once that came back."""
    return any(
        hop.mode is HopMode.OFFICIAL and hop.state not in {HopState.REJECTED, HopState.CANCELLED} for hop in slip.hops
    )


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


def count_days(since: date, deadline: date | None, today: date, *, care: int = 3, bad: int = 5) -> Days:
    """Days held and left. Without a deadline care begins after ``care`` days held and bad after ``bad``."""
    held = max((today - since).days, 0)
    if deadline is None:
        urgency = Urgency.BAD if held >= bad else Urgency.CARE if held >= care else Urgency.GOOD
        return Days(held, None, urgency)
    left = (deadline - today).days
    urgency = Urgency.BAD if left < 0 else Urgency.CARE if left <= 3 else Urgency.GOOD
    return Days(held, left, urgency)
