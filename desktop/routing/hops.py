"""One hop of a slip: what its dispatch says, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from desktop.records.events import SignedEvent

ACTIONS = (
    "elaborar_informe",
    "elaborar_respuesta",
    "para_su_consideracion",
    "para_su_conocimiento",
    "visto_bueno",
    "archivar",
    "otro",
)


class HopMode(StrEnum):
    """One OFICIAL derivation at a time; any number of copies."""

    OFFICIAL = "oficial"
    COPY = "copia"


class HopState(StrEnum):
    """What became of a hop."""

    SENT = "sent"
    RECEIVED = "received"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    PASSED_ON = "passed_on"
    CONCLUDED = "concluded"


RETURNED = frozenset({HopState.REJECTED, HopState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Justification:
    """Why it takes longer, in whose name it was said (``official``), and until when; ``at`` is claimed."""

    reason: str
    until: date | None
    official: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reassignment:
    """From whom to whom within the unit (empty: anybody's), why, and in whose name; ``at`` is claimed."""

    before: str
    after: str
    reason: str
    official: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Hop:
    """One derivation. ``id`` is the id of the dispatch event; times are claimed by the acting device.

    ``from_official`` is in whose name it went, ``sent_by`` who did it for him; ``received_by`` is who received, ``received_for``
    in whose name, where in another's. ``actions`` are all boxes ticked, ``action`` the first. ``unscanned`` are enclosures that are
    not scanned, ``paper`` the paper that goes with it and ``paper_received`` what of it arrived. An OFICIAL ``came_from`` the
    OFICIAL hop by which its sender held the slip (empty: the origin). ``void``: a settlement dropped it, or it descends from one that
    was dropped; it moves the OFICIAL no more. ``group`` is the principal slip with which it went.
    """

    id: str
    digest: str
    from_unit: str
    from_official: str
    to_unit: str
    to_official: str
    mode: HopMode
    action: str
    remark: str
    urgent: bool
    deadline: date | None
    sheets: int
    paper: str
    sent_at: datetime
    documents: tuple[str, ...]
    state: HopState = HopState.SENT
    received_at: datetime | None = None
    received_by: str = ""
    reason: str = ""
    answered_with: tuple[str, ...] = ()
    sent_by: str = ""
    received_for: str = ""
    actions: tuple[str, ...] = ()
    coordinate: str = ""
    unscanned: str = ""
    paper_received: str = ""
    justifications: tuple[Justification, ...] = ()
    reassignments: tuple[Reassignment, ...] = ()
    came_from: str = ""
    void: bool = False
    group: str = ""
    folder: str = ""

    @property
    def official(self) -> bool:
        """Whether it is an OFICIAL one."""
        return self.mode is HopMode.OFFICIAL

    @property
    def out(self) -> bool:
        """Whether it left and did not come back."""
        return self.state not in RETURNED

    @property
    def justified_until(self) -> date | None:
        """Until when the delay was justified last."""
        return self.justifications[-1].until if self.justifications else None


def read_hop(item: SignedEvent) -> Hop:
    """The hop that a dispatch event tells of. Raises KeyError or ValueError for a body that is not one."""
    event, body = item.event, item.event.body
    deadline = body.get("deadline")
    action = str(body["action"])
    actions = tuple(str(each) for each in body.get("actions", ()))
    return Hop(
        id=event.id,
        digest=item.digest,
        from_unit=event.actor.unit,
        from_official=event.on_behalf_of or event.actor.official,
        sent_by=event.actor.official if event.on_behalf_of else "",
        to_unit=str(body["to_unit"]),
        to_official=str(body.get("to_official", "")),
        mode=HopMode(str(body["mode"])),
        action=action,
        actions=tuple(dict.fromkeys((action, *actions))),
        remark=str(body.get("remark", "")),
        urgent=bool(body.get("urgent", False)),
        deadline=date.fromisoformat(str(deadline)) if deadline else None,
        sheets=int(body.get("sheets", 0)),
        paper=str(body.get("paper", "")),
        coordinate=str(body.get("coordinate", "")),
        unscanned=str(body.get("unscanned", "")),
        sent_at=event.claimed_at,
        documents=tuple(str(d) for d in body.get("documents", ())),
        group=str(body.get("principal", "")),
    )
