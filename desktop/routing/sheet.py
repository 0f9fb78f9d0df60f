"""The routing slip as its events tell it, and where its OFICIAL is: the walk over the hops that are in force."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from desktop.records.errors import OfficeError

from .hops import Hop, HopState

ORIGIN = ""  # the holding of the unit that opened the slip; every other holding is the id of an OFICIAL hop


@dataclass(frozen=True, slots=True)
class Heading:
    """What its opening says: the rest of the heading is said by the document itself. ``opened_by`` is in whose name."""

    cite: str = ""
    procedure: str = ""
    addressee: str = ""
    opened_by: str = ""
    post: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """Where the paper is: at ``unit``, ``where`` there, since when (claimed); ``hop`` is set while it is on its way with that hop."""

    what: str = ""
    where: str = ""
    unit: str = ""
    since: datetime | None = None
    hop: str = ""


class ConflictKind(StrEnum):
    """What contradicts what. The values travel in ``slip.settled``."""

    OFFICIAL = "oficial"
    CANCELLED = "cancelacion"


@dataclass(frozen=True, slots=True)
class Settlement:
    """Which hop its chief keeps, which he drops, why, and in whose name; ``at`` is claimed."""

    keep: str
    drop: tuple[str, ...]
    reason: str
    official: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Conflict:
    """Hops that contradict each other: two OFICIAL from one place, or one that was cancelled and received.

    ``unit`` is the one from which they left: its chief settles. ``settlement`` is None while nobody has.
    """

    about: ConflictKind
    hops: tuple[str, ...]
    unit: str
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class SlipView:
    """A slip as its events tell it.

    ``principal`` is the slip that this one is grouped under, ``members`` are those grouped under this one. ``deadline`` is that of
    the whole sheet. ``conflicts`` holds those that were settled, too.
    """

    id: str
    number: str = ""
    subject: str = ""
    document: str = ""
    origin_unit: str = ""
    opened_at: datetime | None = None
    hops: tuple[Hop, ...] = ()
    documents: tuple[str, ...] = ()
    concluded: bool = False
    refused: tuple[str, ...] = field(default=())  # digests of events that the rules forbid
    heading: Heading = Heading()
    principal: str | None = None
    members: tuple[str, ...] = ()
    folder: str = ""
    deadline: date | None = None
    paper: Paper = Paper()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def held(self) -> str:
        """The holding where the OFICIAL lies, or from which it is on its way; where two left from one place, that place."""
        at, onward = ORIGIN, self.passed_on()
        while True:
            on = onward.get(at, ())
            if len(on) != 1 or on[0].state is HopState.SENT:
                return at
            at = on[0].id

    @property
    def holder(self) -> str:
        """The unit that holds the OFICIAL: the last one that received it, else the origin; in a conflict its sender."""
        return self.unit_of(self.held)

    @property
    def in_transit(self) -> Hop | None:
        """The OFICIAL hop that was sent and not yet received; none where two left from one place."""
        on = self.onward(self.held)
        return on[0] if len(on) == 1 else None

    @property
    def contested(self) -> tuple[Hop, ...]:
        """The OFICIAL hops that left from one place and are both in force, nobody having settled it."""
        on = self.onward(self.held)
        return on if len(on) > 1 else ()

    @property
    def open_conflicts(self) -> tuple[Conflict, ...]:
        """Those that nobody has settled."""
        return tuple(item for item in self.conflicts if item.settlement is None)

    @property
    def conflict(self) -> tuple[str, str] | None:
        """The first two of the OFICIAL hops that are both in force."""
        on = self.contested
        return (on[0].id, on[1].id) if on else None

    def hop(self, hop_id: str) -> Hop:
        """The hop of that id; raises ``slip.unknown_hop``."""
        for hop in self.hops:
            if hop.id == hop_id:
                return hop
        raise OfficeError("slip.unknown_hop", hop=hop_id)

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit that has held it or was sent it, in order: the audience of later events."""
        seen = [self.origin_unit]
        for hop in self.hops:
            seen += [hop.from_unit, hop.to_unit]
        return tuple(dict.fromkeys(unit for unit in seen if unit))

    def unit_of(self, holding: str) -> str:
        """The unit of a holding."""
        return self.hop(holding).to_unit if holding else self.origin_unit

    def outgoing(self, holding: str) -> tuple[Hop, ...]:
        """The OFICIAL hops that left from that holding and did not come back, those that were dropped as well."""
        return tuple(h for h in self.hops if h.came_from == holding and h.official and h.out)

    def onward(self, holding: str) -> tuple[Hop, ...]:
        """Those of them that are in force; of a dropped holding all."""
        return tuple(self.passed_on().get(holding, ()))

    def passed_on(self) -> dict[str, list[Hop]]:
        """``onward`` of every holding."""
        void = {hop.id for hop in self.hops if hop.void}
        found: dict[str, list[Hop]] = {}
        for hop in self.hops:
            if hop.official and hop.out and hop.void == (hop.came_from in void):
                found.setdefault(hop.came_from, []).append(hop)
        return found

    def tips(self) -> tuple[str, ...]:
        """Every holding where an OFICIAL in force lies: one, but for conflicts; none while it is on its way."""
        found, waiting, onward = [], [ORIGIN], self.passed_on()
        while waiting:
            at = waiting.pop(0)
            on = onward.get(at, ())
            if not on:
                found.append(at)
            waiting += [hop.id for hop in on if hop.state is not HopState.SENT]
        return tuple(found)

    def closed(self, holding: str) -> bool:
        """Whether the slip was concluded in that holding."""
        if holding:
            return self.hop(holding).state is HopState.CONCLUDED
        return self.concluded and not self.onward(ORIGIN)


def put_hop(view: SlipView, hop: Hop) -> SlipView:
    """The view with that hop in the place of the one of its id, else added; what follows from it is brought up to date."""
    known = any(each.id == hop.id for each in view.hops)
    hops = tuple(hop if each.id == hop.id else each for each in view.hops) if known else (*view.hops, hop)
    view = replace(view, hops=hops)
    return _followed(view) if hop.official else view


def _followed(view: SlipView) -> SlipView:
    """Who passed it on has it again where everything came back; the slip is concluded where the only OFICIAL is."""
    onward = view.passed_on()
    changed = {}
    for hop in view.hops:
        if hop.official and hop.state in {HopState.RECEIVED, HopState.PASSED_ON}:
            state = HopState.PASSED_ON if onward.get(hop.id) else HopState.RECEIVED
            if state is not hop.state:
                changed[hop.id] = replace(hop, state=state)
    if changed:
        view = replace(view, hops=tuple(changed.get(hop.id, hop) for hop in view.hops))
    if not onward.get(ORIGIN):
        return view
    at = view.held
    concluded = bool(at) and not onward.get(at) and view.closed(at)
    return view if concluded == view.concluded else replace(view, concluded=concluded)
