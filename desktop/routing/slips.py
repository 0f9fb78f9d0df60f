"""The routing slip folded from its events: hops, who holds it, what each act needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from desktop.records.documents import concludes_copy
from desktop.records.errors import OfficeError
from desktop.records.events import Ancestry, EventKind, SignedEvent, in_causal_order

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
    """One derivation. ``id`` is the id of the dispatch event; times are claimed by the acting device.

    ``from_official`` is in whose name it went, ``sent_by`` who did it for him; ``received_by`` is who received, ``received_for``
    in whose name, where in another's.
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
                HopState.RECEIVED,
                HopState.PASSED_ON,
                HopState.CONCLUDED,
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
    """The slip as those events tell it. Events of other slips only help to order; their order does not matter.

    An event that the rules forbid, or whose body cannot be read, changes nothing and is listed in ``refused``, so that a
    forged act has no effect. Two rules are not left to clocks: a reception or a rejection beats a cancellation that it
    did not know of, and two OFICIAL dispatches that did not know of each other are a ``conflict``.
    """
    at_hand = list(events)
    ancestry = Ancestry(at_hand)
    mine = [item for item in in_causal_order(at_hand) if item.event.slip == slip]
    late = _late_cancellations(mine, ancestry)
    view = SlipView(id=slip)
    for item in mine:
        try:
            if item.digest in late:
                raise OfficeError("slip.act_forbidden", act=item.event.kind.value, state="", slip=view.number)
            view = _apply(view, item, ancestry)
        except (OfficeError, KeyError, ValueError, TypeError, AttributeError):
            view = replace(view, refused=(*view.refused, item.digest))
    return view


def _late_cancellations(events: list[SignedEvent], ancestry: Ancestry) -> frozenset[str]:
    """Digests of cancellations of hops that the addressee had received or rejected without knowing of them."""
    sent_to = {i.event.id: i.event.body.get("to_unit") for i in events if i.event.kind is EventKind.DISPATCHED}
    taken = [
        item
        for item in events
        if item.event.kind in {EventKind.RECEIVED, EventKind.REJECTED}
        and item.event.actor.unit == sent_to.get(str(item.event.body.get("hop")))
    ]
    return frozenset(
        item.digest
        for item in events
        if item.event.kind is EventKind.CANCELLED
        and any(
            other.event.body.get("hop") == item.event.body.get("hop") and not ancestry.knew(other.digest, item.digest)
            for other in taken
        )
    )


def _apply(view: SlipView, item: SignedEvent, ancestry: Ancestry) -> SlipView:
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
            return _dispatch(view, item, ancestry)
        case EventKind.RECEIVED:
            hop = require_act(view, str(body["hop"]), EventKind.RECEIVED, unit)
            require_addressee(view, hop, event.on_behalf_of or "")
            received = replace(
                hop,
                state=HopState.RECEIVED,
                received_at=event.claimed_at,
                received_by=event.actor.official,
                received_for=event.on_behalf_of or "",
            )
            return _with(view, received)
        case EventKind.REJECTED:
            hop = require_act(view, str(body["hop"]), EventKind.REJECTED, unit)
            require_addressee(view, hop, event.on_behalf_of or "")
            return _give_back(view, replace(hop, state=HopState.REJECTED, reason=str(body["reason"])))
        case EventKind.CANCELLED:
            hop = require_act(view, str(body["hop"]), EventKind.CANCELLED, unit)
            return _give_back(view, replace(hop, state=HopState.CANCELLED, reason=str(body.get("reason", ""))))
        case EventKind.ANSWERED:
            hop = require_act(view, str(body["hop"]), EventKind.ANSWERED, unit)
            answer = str(body["answer"])
            view = _with(view, replace(hop, answered_with=(*hop.answered_with, answer)))
            return replace(view, documents=tuple(dict.fromkeys((*view.documents, answer))))
        case EventKind.CONCLUDED:
            return _conclude(view, item)
        case EventKind.REOPENED:
            return _reopen(view, item)
    return view


def _give_back(view: SlipView, hop: Hop) -> SlipView:
    """The hop came back: what its sender had passed on lies with him again."""
    view = _with(view, hop)
    if hop.mode is not HopMode.OFFICIAL:
        return view
    passed = _last(view, hop.from_unit, HopState.PASSED_ON)
    return _with(view, replace(passed, state=HopState.RECEIVED)) if passed else view


def _last(view: SlipView, unit: str, state: HopState) -> Hop | None:
    """The last OFICIAL hop to that unit in that state."""
    return next(
        (h for h in reversed(view.hops) if h.to_unit == unit and h.state is state and h.mode is HopMode.OFFICIAL), None
    )


def _conclude(view: SlipView, item: SignedEvent) -> SlipView:
    event, unit = item.event, item.event.actor.unit
    if concludes_copy(event):
        hop = view.hop(str(event.body["hop"]))
        if hop.mode is not HopMode.COPY or hop.to_unit != unit or hop.state is not HopState.RECEIVED:
            raise OfficeError("slip.act_forbidden", act=event.kind.value, state=hop.state.value, slip=view.number)
        return _with(view, replace(hop, state=HopState.CONCLUDED))
    if _is_beside(view, event.document):  # concluded beside the principal: the slip itself stays as it is
        if view.holder != unit:
            raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)
        return view
    require_conclude(view, unit)
    last = _last(view, unit, HopState.RECEIVED)
    view = _with(view, replace(last, state=HopState.CONCLUDED)) if last else view
    return replace(view, concluded=True)


def _is_beside(view: SlipView, document: str) -> bool:
    """Whether that is another document of the slip than its principal. Raises ``slip.not_its_document``."""
    if document not in view.documents:
        raise OfficeError("slip.not_its_document", slip=view.number, document=document)
    return document != view.document


def _reopen(view: SlipView, item: SignedEvent) -> SlipView:
    event, unit = item.event, item.event.actor.unit
    if view.holder != unit:
        raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)
    if _is_beside(view, event.document):
        return view
    if not view.concluded:
        raise OfficeError("slip.act_forbidden", act=event.kind.value, state="open", slip=view.number)
    last = _last(view, unit, HopState.CONCLUDED)
    view = _with(view, replace(last, state=HopState.RECEIVED)) if last else view
    return replace(view, concluded=False)


def _dispatch(view: SlipView, item: SignedEvent, ancestry: Ancestry) -> SlipView:
    event = item.event
    hop = read_hop(item)
    if hop.mode is HopMode.OFFICIAL:
        rival = _rival(view, hop, ancestry)
        if rival is not None:
            return replace(view, conflict=(rival.id, event.id))
    require_dispatch(view, hop.from_unit, hop.mode)
    held = _last(view, hop.from_unit, HopState.RECEIVED) if hop.mode is HopMode.OFFICIAL else None
    if held is not None:
        view = _with(view, replace(held, state=HopState.PASSED_ON))
    return replace(view, hops=(*view.hops, hop), documents=tuple(dict.fromkeys((*view.documents, *hop.documents))))


def _rival(view: SlipView, hop: Hop, ancestry: Ancestry) -> Hop | None:
    """An OFICIAL hop that left the same unit and of which this one did not know; hops that came back are no rivals."""
    if not ancestry.complete(hop.digest):
        return None
    return next(
        (
            other
            for other in view.hops
            if other.mode is HopMode.OFFICIAL
            and other.from_unit == hop.from_unit
            and other.state not in {HopState.REJECTED, HopState.CANCELLED}
            and not ancestry.knew(hop.digest, other.digest)
        ),
        None,
    )


def read_hop(item: SignedEvent) -> Hop:
    """The hop that a dispatch event tells of. Raises KeyError or ValueError for a body that is not one."""
    event, body = item.event, item.event.body
    deadline = body.get("deadline")
    return Hop(
        id=event.id,
        digest=item.digest,
        from_unit=event.actor.unit,
        from_official=event.on_behalf_of or event.actor.official,
        sent_by=event.actor.official if event.on_behalf_of else "",
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
    closed = view.concluded and kind is EventKind.ANSWERED  # a copy may still arrive and be received
    if getattr(hop, side) != unit or hop.state not in states or closed:
        raise OfficeError("slip.act_forbidden", act=kind.value, state=hop.state.value, slip=view.number)
    return hop


def require_addressee(view: SlipView, hop: Hop, behalf: str) -> None:
    """In somebody's name only what is addressed to him, or to nobody in person: ``slip.not_addressee``."""
    if behalf and hop.to_official not in {"", behalf}:
        raise OfficeError("slip.not_addressee", slip=view.number)
