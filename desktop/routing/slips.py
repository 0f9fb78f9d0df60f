"""The routing slip folded from its events: hops, who holds it, what each act needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent, in_causal_order

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


@dataclass(frozen=True, slots=True)
class Hop:
    """One derivation. ``id`` is the id of the dispatch event; times are claimed by the acting device."""

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


@dataclass(frozen=True, slots=True)
class SlipView:
    """A slip as its events tell it. ``conflict`` names two OFICIAL hops that leave from one place."""

    id: str
    number: str = ""
    subject: str = ""
    document: str = ""
    origin_unit: str = ""
    opened_at: datetime | None = None
    hops: tuple[Hop, ...] = ()
    documents: tuple[str, ...] = ()
    concluded: bool = False
    conflict: tuple[str, str] | None = None
    refused: tuple[str, ...] = field(default=())  # digests of events that the rules forbid

    @property
    def holder(self) -> str:
        """The unit that holds the OFICIAL: the last one that received it, else the origin."""
        for hop in reversed(self.hops):
            if hop.mode is HopMode.OFFICIAL and hop.state in {
                HopState.RECEIVED, HopState.PASSED_ON, HopState.CONCLUDED
            }:
                return hop.to_unit
        return self.origin_unit

    @property
    def in_transit(self) -> Hop | None:
        """The OFICIAL hop that was sent and not yet received."""
        return next((h for h in self.hops if h.mode is HopMode.OFFICIAL and h.state is HopState.SENT), None)

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


def fold_slip(slip: str, events: Iterable[SignedEvent]) -> SlipView:
    """The slip as those events tell it. Events of other slips are ignored; order does not matter.

    An event that the rules forbid changes nothing and is listed in ``refused``, so that a forged act has no effect.
    """
    view = SlipView(id=slip)
    for item in in_causal_order(i for i in events if i.event.slip == slip):
        try:
            view = _apply(view, item)
        except OfficeError:
            view = replace(view, refused=(*view.refused, item.digest))
    return view


def _apply(view: SlipView, item: SignedEvent) -> SlipView:
    event = item.event
    body, unit = event.body, event.actor.unit
    match event.kind:
        case EventKind.OPENED:
            if view.opened_at is not None:
                raise OfficeError("slip.already_open", slip=view.number)
            return replace(
                view,
                number=str(body["number"]),
                subject=str(body["subject"]),
                document=event.document,
                documents=(event.document,),
                origin_unit=unit,
                opened_at=event.claimed_at,
            )
        case EventKind.DISPATCHED:
            return _dispatch(view, item)
        case EventKind.RECEIVED:
            hop = require_act(view, str(body["hop"]), EventKind.RECEIVED, unit)
            return _with(view, replace(hop, state=HopState.RECEIVED, received_at=event.claimed_at,
                                       received_by=event.actor.official))
        case EventKind.REJECTED:
            hop = require_act(view, str(body["hop"]), EventKind.REJECTED, unit)
            return _with(view, replace(hop, state=HopState.REJECTED, reason=str(body["reason"])))
        case EventKind.CANCELLED:
            hop = require_act(view, str(body["hop"]), EventKind.CANCELLED, unit)
            return _with(view, replace(hop, state=HopState.CANCELLED, reason=str(body.get("reason", ""))))
        case EventKind.ANSWERED:
            hop = require_act(view, str(body["hop"]), EventKind.ANSWERED, unit)
            answer = str(body["answer"])
            view = _with(view, replace(hop, answered_with=(*hop.answered_with, answer)))
            return replace(view, documents=tuple(dict.fromkeys((*view.documents, answer))))
        case EventKind.CONCLUDED:
            require_conclude(view, unit)
            last = next((h for h in reversed(view.hops) if h.to_unit == unit and h.state is HopState.RECEIVED), None)
            view = _with(view, replace(last, state=HopState.CONCLUDED)) if last else view
            return replace(view, concluded=True)
        case EventKind.REOPENED:
            return replace(view, concluded=False)
    return view


def _dispatch(view: SlipView, item: SignedEvent) -> SlipView:
    event, body = item.event, item.event.body
    mode = HopMode(str(body["mode"]))
    from_unit = event.actor.unit
    if mode is HopMode.OFFICIAL and view.in_transit is not None and view.in_transit.from_unit == from_unit:
        return replace(view, conflict=(view.in_transit.id, event.id))
    require_dispatch(view, from_unit, mode)
    hop = read_hop(item)
    hops = tuple(
        replace(h, state=HopState.PASSED_ON)
        if mode is HopMode.OFFICIAL and h.to_unit == from_unit and h.state is HopState.RECEIVED
        and h.mode is HopMode.OFFICIAL
        else h
        for h in view.hops
    )
    return replace(view, hops=(*hops, hop), documents=tuple(dict.fromkeys((*view.documents, *hop.documents))))


def read_hop(item: SignedEvent) -> Hop:
    """The hop that a dispatch event tells of. Raises KeyError or ValueError for a body that is not one."""
    event, body = item.event, item.event.body
    deadline = body.get("deadline")
    return Hop(
        id=event.id,
        digest=item.digest,
        from_unit=event.actor.unit,
        from_official=event.actor.official,
        to_unit=str(body["to_unit"]),
        to_official=str(body.get("to_official", "")),
        mode=HopMode(str(body["mode"])),
        action=str(body["action"]),
        remark=str(body.get("remark", "")),
        urgent=bool(body.get("urgent", False)),
        deadline=date.fromisoformat(str(deadline)) if deadline else None,
        sheets=int(body.get("sheets", 0)),
        paper=str(body.get("paper", "")),
        sent_at=event.claimed_at,
        documents=tuple(str(d) for d in body.get("documents", ())),
    )


def _with(view: SlipView, hop: Hop) -> SlipView:
    return replace(view, hops=tuple(hop if h.id == hop.id else h for h in view.hops))


def require_dispatch(view: SlipView, unit: str, mode: HopMode) -> None:
    """Whether that unit may derive now: it holds the OFICIAL, nothing is in transit, and the slip is open."""
    if view.concluded:
        raise OfficeError("slip.concluded", slip=view.number)
    if mode is HopMode.OFFICIAL:
        if view.in_transit is not None:
            raise OfficeError("slip.in_transit", slip=view.number, to=view.in_transit.to_unit)
        if view.holder != unit:
            raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)
    elif unit not in view.units:
        raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)


def require_conclude(view: SlipView, unit: str) -> None:
    """Whether that unit may conclude: it holds the OFICIAL and nothing is in transit."""
    require_dispatch(view, unit, HopMode.OFFICIAL)


_WHO: Mapping[EventKind, tuple[str, frozenset[HopState]]] = {
    EventKind.RECEIVED: ("to_unit", frozenset({HopState.SENT})),
    EventKind.REJECTED: ("to_unit", frozenset({HopState.SENT})),
    EventKind.CANCELLED: ("from_unit", frozenset({HopState.SENT})),
    EventKind.ANSWERED: ("to_unit", frozenset({HopState.RECEIVED})),
}


def require_act(view: SlipView, hop_id: str, kind: EventKind, unit: str) -> Hop:
    """The hop, where that unit may do that act on it now; else ``slip.act_forbidden`` with the hop's state."""
    hop = view.hop(hop_id)
    side, states = _WHO[kind]
    if getattr(hop, side) != unit or hop.state not in states or view.concluded:
        raise OfficeError("slip.act_forbidden", act=kind.value, state=hop.state.value, slip=view.number)
    return hop
