"""Trays: which hop lies where for a unit, what may be done there, and days in numbers (words belong to the window)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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


def trays_of_hop(hop: Hop, unit: str, slip: SlipView) -> tuple[Tray, ...]:
    """Where this hop lies for that unit; nowhere once it has been passed on, rejected or cancelled."""
    found = []
    if hop.to_unit == unit:
        if hop.state is HopState.SENT:
            found.append(Tray.INCOMING)
        elif hop.state is HopState.RECEIVED and not (slip.concluded and hop.mode is HopMode.OFFICIAL):
            found.append(Tray.PENDING)
        elif hop.state is HopState.CONCLUDED:
            found.append(Tray.ARCHIVE)
    if hop.from_unit == unit and hop.state in {HopState.SENT, HopState.RECEIVED, HopState.PASSED_ON, HopState.CONCLUDED}:
        found.append(Tray.SENT)
    return tuple(found)


def tray_of_document(document: DocumentView, unit: str) -> Tray | None:
    """Where a document without a hop lies in its own unit: drafts, waiting for a signature, or ready to derive."""
    if document.unit != unit or document.slip is not None:
        return None
    match document.state:
        case DocumentState.DRAFT | DocumentState.OBSERVED:
            return Tray.DRAFTS
        case DocumentState.FROZEN:
            return Tray.TO_SIGN
        case DocumentState.SIGNED:
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
