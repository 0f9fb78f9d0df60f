"""The routing slip folded from its events, whatever order they came in: hops, who holds it, what had no effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from desktop.records.documents import concludes_copy
from desktop.records.errors import OfficeError
from desktop.records.events import Ancestry, EventKind, SignedEvent, in_causal_order

from .acts import (
    allowed,
    require_act,
    require_addressee,
    require_alone,
    require_conclude,
    require_dispatch,
    require_grouping,
    require_holding,
    require_paper,
    require_put_away,
    require_reopen,
    require_ungrouping,
)
from .conflicts import Known, conflicts_of, late_cancellations, overtaken, settle
from .hops import ACTIONS, Hop, HopMode, HopState, Justification, Reassignment, read_hop
from .sheet import ORIGIN, Conflict, Heading, Paper, SlipView, put_hop

__all__ = [
    "ACTIONS", "Conflict", "Heading", "Hop", "HopMode", "HopState", "Justification", "Paper", "Reassignment", "SlipView",
    "allowed", "fold_slip", "read_hop", "require_act", "require_addressee", "require_conclude", "require_dispatch",
]  # fmt: skip


def fold_slip(slip: str, events: Iterable[SignedEvent]) -> SlipView:
    """The slip as those events tell it. Events of other slips only help to order; their order does not matter.

    An event that the rules forbid, or whose body cannot be read, changes nothing and is listed in ``refused``, so that a
    forged act has no effect. What is not left to clocks: a reception or a rejection beats a cancellation that it did not know of;
    OFICIAL dispatches from one place that did not know of each other are all in force, until the chief of that place settles it or
    they come back; of one unit's acts that did not know of each other a dispatch beats a conclusion or a grouping, a reopening a
    conclusion, a conclusion a grouping, and a reception a rejection.
    """
    return _fold(slip, list(events), {})


def _fold(slip: str, at_hand: Sequence[SignedEvent], decided: dict[str, bool]) -> SlipView:
    ancestry = Ancestry(at_hand)
    mine = [item for item in in_causal_order(at_hand) if item.event.slip == slip]
    known = Known(ancestry, late_cancellations(mine, ancestry))
    known.overtaken = overtaken(mine, known)
    settle(known, mine, at_hand, lambda part: _fold(slip, part, decided), decided)
    view = SlipView(id=slip)
    for item in mine:
        try:
            view = _apply(view, item, known)
        except (OfficeError, KeyError, ValueError, TypeError, AttributeError):
            view = replace(view, refused=(*view.refused, item.digest))
    return replace(view, conflicts=conflicts_of(view, known))


def _apply(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    if item.digest in known.late and known.late[item.digest].returned:
        return _cancel_beside_rejection(view, item)
    if item.digest in known.late or item.digest in known.overtaken:
        raise OfficeError("slip.act_forbidden", act=item.event.kind.value, state="", slip=view.number)
    match item.event.kind:
        case EventKind.OPENED:
            return _open(view, item)
        case EventKind.DISPATCHED:
            return _dispatch(view, item, known)
        case EventKind.RECEIVED | EventKind.REJECTED | EventKind.CANCELLED:
            return _take(view, item, known)
        case EventKind.ANSWERED | EventKind.JUSTIFIED | EventKind.REASSIGNED:
            return _note(view, item, known)
        case EventKind.CONCLUDED:
            return _conclude(view, item, known)
        case EventKind.REOPENED:
            return _reopen(view, item)
        case EventKind.GROUPED | EventKind.UNGROUPED:
            return _group(view, item, known)
        case EventKind.PAPER_MOVED:
            return _move_paper(view, item)
        case EventKind.SETTLED if item.digest not in known.settlements:
            raise OfficeError("slip.nothing_to_settle", slip=view.number)
    return view


def _open(view: SlipView, item: SignedEvent) -> SlipView:
    event, body = item.event, item.event.body
    if view.opened_at is not None:
        raise OfficeError("slip.already_open", slip=view.number)
    return replace(
        view,
        number=str(body["number"]),
        subject=str(body["subject"]),
        document=event.document,
        documents=(event.document,),
        origin_unit=event.actor.unit,
        opened_at=event.claimed_at,
        heading=Heading(
            str(body.get("cite", "")),
            str(body.get("procedure", "")),
            str(body.get("addressee", "")),
            event.on_behalf_of or event.actor.official,
            event.actor.post,
        ),
        deadline=_day(body.get("deadline")),
        paper=Paper(unit=event.actor.unit, since=event.claimed_at),
    )


def _dispatch(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    hop = read_hop(item)
    if any(
        each.id == hop.id for each in view.hops
    ):  # ids are chosen by who sends: none takes the place of a hop that is there
        raise OfficeError("slip.act_forbidden", act=item.event.kind.value, state="", slip=view.number)
    if hop.official:
        holding = _left_from(view, hop, known)
        require_alone(_as_known(view, item, known), hop.group)
        void = hop.id in known.dropped or (bool(holding) and view.hop(holding).void)
        hop = replace(hop, came_from=holding, void=void)
        if hop.paper and not void:
            on_its_way = replace(view.paper, what=hop.paper, hop=hop.id, since=hop.sent_at)
            view = replace(view, paper=on_its_way)
    else:
        require_dispatch(_as_known(view, item, known), hop.from_unit, HopMode.COPY, group=hop.group)
    documents = tuple(dict.fromkeys((*view.documents, *hop.documents)))
    return put_hop(replace(view, documents=documents), hop)


def _left_from(view: SlipView, hop: Hop, known: Known) -> str:
    """By which holding its sender had the OFICIAL that he sends: the last one from which, as far as he knew, none had left.

    Raises ``slip.in_conflict``, ``slip.concluded``, ``slip.superseded`` and as ``require_dispatch``.
    """
    contested = view.contested
    if contested and all(known.knew(hop.digest, each.digest) for each in contested):
        raise OfficeError("slip.in_conflict", slip=view.number, unit=view.holder)
    held = [each for each in view.hops if _could_hold(each, hop) and known.knew(hop.digest, each.digest)]
    places = [each.id for each in held if not each.void]
    if view.origin_unit == hop.from_unit:
        places.insert(0, ORIGIN)
    for place in [*reversed(places), *(each.id for each in reversed(held) if each.void)]:
        if any(_in_the_way(view, each, hop, known) for each in view.outgoing(place)):
            continue
        if view.closed(place):
            raise OfficeError("slip.concluded", slip=view.number)
        if place and view.hop(place).void and known.knew_dropped(hop.digest, view, view.hop(place)):
            raise OfficeError("slip.superseded", slip=view.number)
        return place
    require_holding(view, hop.from_unit)
    raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)


def _could_hold(held: Hop, hop: Hop) -> bool:
    states = {HopState.RECEIVED, HopState.PASSED_ON, HopState.CONCLUDED}
    return held.official and held.to_unit == hop.from_unit and held.state in states


def _in_the_way(view: SlipView, left: Hop, hop: Hop, known: Known) -> bool:
    """Whether the sender of ``hop`` knew that ``left`` had left, and had no reason to think that it was back."""
    if not known.complete(hop.digest):
        return not left.void
    if not known.knew(hop.digest, left.digest):
        return False
    return not known.thought_back(hop.digest, left) and not known.knew_dropped(hop.digest, view, left)


def _as_seen(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    """Without those hops of a conflict of which the event did not know."""
    strange = {hop.id for hop in view.contested if not known.knew(item.digest, hop.digest)}
    return replace(view, hops=tuple(hop for hop in view.hops if hop.id not in strange)) if strange else view


def _as_known(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    """The slip open and by itself, for an act that did not know that it had been concluded or grouped elsewhere."""
    if view.concluded and not known.knew(item.digest, known.conclusion):
        view = replace(view, concluded=False)
    if view.principal is not None and not known.knew(item.digest, known.grouping):
        view = replace(view, principal=None)
    return view


def _take(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    """Received, rejected, cancelled: what its addressee or its sender does with a hop that is under way."""
    event, body = item.event, item.event.body
    hop_id = str(body["hop"])
    unaware = not known.knew_dropped(item.digest, view, view.hop(hop_id))
    group = str(body.get("principal", ""))
    crossed = event.kind is EventKind.REJECTED and known.rejection_crossed(hop_id)
    seen = _as_known(view, item, known)
    hop = require_act(seen, hop_id, event.kind, event.actor.unit, unaware=unaware, crossed=crossed, group=group)
    if event.kind is EventKind.CANCELLED:
        return _back(view, replace(hop, state=HopState.CANCELLED, reason=str(body.get("reason", ""))))
    require_addressee(view, hop, event.on_behalf_of or "")
    if event.kind is EventKind.REJECTED:
        return _back(view, replace(hop, state=HopState.REJECTED, reason=str(body["reason"])))
    hop = replace(
        hop,
        state=HopState.RECEIVED,
        received_at=event.claimed_at,
        received_by=event.actor.official,
        received_for=event.on_behalf_of or "",
        paper_received=str(body.get("paper", "")),
    )
    if hop.official and hop.paper_received:
        view = replace(view, paper=Paper(hop.paper_received, "", event.actor.unit, event.claimed_at))
    return put_hop(view, hop)


def _cancel_beside_rejection(view: SlipView, item: SignedEvent) -> SlipView:
    """It has no effect of its own, the rejection stands; but what its sender did next, having it back, was right."""
    hop = require_act(view, str(item.event.body["hop"]), EventKind.CANCELLED, item.event.actor.unit)
    view = _back(view, replace(hop, state=HopState.CANCELLED))
    return replace(view, refused=(*view.refused, item.digest))


def _back(view: SlipView, hop: Hop) -> SlipView:
    """The hop came back, and its paper with it: what its sender had passed on lies with him again."""
    if view.paper.hop == hop.id:
        view = replace(view, paper=replace(view.paper, hop=""))
    return put_hop(view, hop)


def _note(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    """Answered, justified, handed to another official: what its receiver writes on a hop."""
    event, body = item.event, item.event.body
    hop_id = str(body["hop"])
    unaware = not known.knew_dropped(item.digest, view, view.hop(hop_id))
    hop = require_act(_as_known(view, item, known), hop_id, event.kind, event.actor.unit, unaware=unaware)
    who = event.on_behalf_of or event.actor.official
    if event.kind is EventKind.JUSTIFIED:
        noted = Justification(str(body["reason"]), _day(body.get("until")), who, event.claimed_at)
        return put_hop(view, replace(hop, justifications=(*hop.justifications, noted)))
    if event.kind is EventKind.REASSIGNED:
        official = str(body["official"])
        moved = Reassignment(hop.to_official, official, str(body["reason"]), who, event.claimed_at)
        return put_hop(view, replace(hop, to_official=official, reassignments=(*hop.reassignments, moved)))
    answer = str(body["answer"])
    view = replace(view, documents=tuple(dict.fromkeys((*view.documents, answer))))
    return put_hop(view, replace(hop, answered_with=(*hop.answered_with, answer)))


def _conclude(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    event, unit = item.event, item.event.actor.unit
    folder = str(event.body.get("folder", ""))
    if concludes_copy(event):
        hop = require_put_away(view, str(event.body["hop"]), unit)
        return put_hop(view, replace(hop, state=HopState.CONCLUDED, folder=folder))
    if _is_beside(view, event.document):  # concluded beside the principal: the slip itself stays as it is
        _require_here(view, unit)
        return view
    seen = _as_seen(view, item, known)
    require_conclude(seen, unit, group=str(event.body.get("principal", "")))
    holding = seen.held
    known.conclusion = item.digest
    view = replace(view, folder=folder)
    if not holding:
        return replace(view, concluded=True)
    return put_hop(view, replace(view.hop(holding), state=HopState.CONCLUDED, folder=folder))


def _is_beside(view: SlipView, document: str) -> bool:
    """Whether that is another document of the slip than its principal. Raises ``slip.not_its_document``."""
    if document not in view.documents:
        raise OfficeError("slip.not_its_document", slip=view.number, document=document)
    return document != view.document


def _require_here(view: SlipView, unit: str) -> None:
    if view.holder != unit and unit not in {view.unit_of(at) for at in view.tips()}:
        raise OfficeError("slip.not_holder", slip=view.number, holder=view.holder)


def _reopen(view: SlipView, item: SignedEvent) -> SlipView:
    event, unit = item.event, item.event.actor.unit
    if _is_beside(view, event.document):
        _require_here(view, unit)
        return view
    holding = require_reopen(view, unit, group=str(event.body.get("principal", "")))
    view = replace(view, concluded=False, folder="")
    return put_hop(view, replace(view.hop(holding), state=HopState.RECEIVED, folder="")) if holding else view


def _group(view: SlipView, item: SignedEvent, known: Known) -> SlipView:
    event, body = item.event, item.event.body
    principal, member, unit = str(body["principal"]), str(body["member"]), event.actor.unit
    seen = _as_seen(view, item, known)
    if event.kind is EventKind.UNGROUPED:
        require_ungrouping(seen, unit, principal=principal, member=member)
        members = tuple(each for each in view.members if each != member)
        return replace(view, principal=None) if view.id == member else replace(view, members=members)
    require_grouping(seen, unit, principal=principal, member=member)
    if view.id == principal:
        return replace(view, members=(*view.members, member))
    known.grouping = item.digest
    return replace(view, principal=principal)


def _move_paper(view: SlipView, item: SignedEvent) -> SlipView:
    event, body = item.event, item.event.body
    hop = require_paper(view, str(body["hop"]), event.actor.unit)
    if hop is not None and (not hop.official or hop.void):  # a copy's paper is not the slip's
        return put_hop(view, replace(hop, paper_received=str(body["where"]) or hop.paper_received))
    paper = Paper(str(body["paper"]) or view.paper.what, str(body["where"]), event.actor.unit, event.claimed_at)
    return replace(view, paper=paper)


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None
