"""What acts knew of each other: cancellations that came too late, settlements that count, and the conflicts that are left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from desktop.records.documents import concludes_copy
from desktop.records.errors import OfficeError
from desktop.records.events import Ancestry, EventKind, SignedEvent

from .acts import require_settling
from .hops import Hop, HopMode
from .sheet import Conflict, ConflictKind, Settlement, SlipView

_GIVES_WAY = frozenset({EventKind.CONCLUDED, EventKind.REJECTED, EventKind.GROUPED, EventKind.UNGROUPED})
Fold = Callable[[Sequence[SignedEvent]], SlipView]


@dataclass(frozen=True, slots=True)
class Crossed:
    """An act that has no effect since others did not know of it (their digests): on which hop, empty where on none.

    ``returned``: a cancellation that rejections alone crossed. Both wanted it back, so it is back from the earlier of them on.
    """

    hop: str
    by: frozenset[str]
    returned: bool = False


@dataclass(slots=True)
class Known:
    """Who knew of what, and what that decides. ``late`` are cancellations that came too late, by digest.

    ``overtaken`` are conclusions, groupings and rejections that give way to what they did not know of.
    ``settlements`` are those in force, ``dropped`` maps a hop to the digests of those that dropped it. ``conclusion`` and
    ``grouping`` are the digests of the events by which the slip was concluded, and grouped under another, last.
    """

    ancestry: Ancestry
    late: Mapping[str, Crossed]
    overtaken: Mapping[str, Crossed] = field(default_factory=dict)
    settlements: Mapping[str, SignedEvent] = field(default_factory=dict)
    dropped: Mapping[str, Collection[str]] = field(default_factory=dict)
    conclusion: str = ""
    grouping: str = ""
    _seen: dict[str, tuple[frozenset[str], bool]] = field(default_factory=dict)

    def complete(self, digest: str) -> bool:
        """Whether it can be said what that event did not know."""
        return self._look(digest)[1]

    def knew(self, later: str, earlier: str) -> bool:
        """Whether it knew of the other; where ancestors are missing it is taken to have known."""
        seen, complete = self._look(later)
        return not complete or earlier in seen

    def knew_dropped(self, later: str, view: SlipView, hop: Hop) -> bool:
        """Whether it knew the settlement by which that hop, or one that it descends from, was dropped."""
        at: Hop | None = hop
        while at is not None:
            if any(self.knew(later, each) for each in self.dropped.get(at.id, ())):
                return True
            at = view.hop(at.came_from) if at.came_from else None
        return False

    def thought_back(self, later: str, hop: Hop) -> bool:
        """Whether it knew of a cancellation or rejection of that hop that has no effect, and of nothing that says so."""
        return any(
            crossed.hop == hop.id
            and self.knew(later, digest)
            and not any(self.knew(later, each) for each in crossed.by)
            for digest, crossed in (*self.late.items(), *self.overtaken.items())
        )

    def rejection_crossed(self, hop: str) -> bool:
        """Whether that hop was rejected by somebody, and by nobody received, who did not know that it was cancelled."""
        return any(crossed.hop == hop and crossed.returned for crossed in self.late.values())

    def _look(self, digest: str) -> tuple[frozenset[str], bool]:
        if digest not in self._seen:
            self._seen[digest] = self.ancestry.of(digest), self.ancestry.complete(digest)
        return self._seen[digest]


def late_cancellations(events: Sequence[SignedEvent], ancestry: Ancestry) -> dict[str, Crossed]:
    """Cancellations of hops that the addressee had received or rejected without knowing of them, by digest."""
    cancelled = [item for item in events if item.event.kind is EventKind.CANCELLED]
    if not cancelled:
        return {}
    sent_to = {i.event.id: i.event.body.get("to_unit") for i in events if i.event.kind is EventKind.DISPATCHED}
    taken = [
        item
        for item in events
        if item.event.kind in {EventKind.RECEIVED, EventKind.REJECTED}
        and item.event.actor.unit == sent_to.get(str(item.event.body.get("hop")))
    ]
    found = {}
    for item in cancelled:
        hop = item.event.body.get("hop")
        by = [
            each for each in taken if each.event.body.get("hop") == hop and not ancestry.knew(each.digest, item.digest)
        ]
        if by:
            returned = all(each.event.kind is EventKind.REJECTED for each in by)
            found[item.digest] = Crossed(str(hop), frozenset(each.digest for each in by), returned)
    return found


def overtaken(events: Sequence[SignedEvent], known: Known) -> dict[str, Crossed]:
    """What has no effect beside what another PC of the same unit did without knowing of it, whatever the clocks say, by digest.

    A conclusion, where the unit sent the OFICIAL or reopened: what went out counts. A grouping, or its
    end, where it sent or concluded; a grouping, too, where it was ended or done otherwise. A rejection, where it received: it is there.
    """
    found = {}
    for item in (each for each in events if each.event.kind in _GIVES_WAY):
        by = frozenset(each.digest for each in events if _goes_before(each, item) and _apart(known, item, each))
        if by:
            hop = item.event.body.get("hop") if item.event.kind is EventKind.REJECTED else ""
            found[item.digest] = Crossed(str(hop), by)
    return found


def _goes_before(one: SignedEvent, other: SignedEvent) -> bool:
    """Whether the second gives way to the first where neither knew of the other."""
    match other.event.kind:
        case EventKind.CONCLUDED if not concludes_copy(other.event):
            return _sends(one) or one.event.kind is EventKind.REOPENED
        case EventKind.REJECTED:
            return _receives(one, other.event.body.get("hop"))
        case EventKind.GROUPED if one.event.kind in {EventKind.DISPATCHED, EventKind.UNGROUPED}:
            return True
        case EventKind.GROUPED | EventKind.UNGROUPED:
            concludes = one.event.kind is EventKind.CONCLUDED and not concludes_copy(one.event)
            return concludes or _sends(one) or _grouped_otherwise(one, other)
    return False


def _grouped_otherwise(one: SignedEvent, other: SignedEvent) -> bool:
    """Whether both group this slip, at least one of them as a member, and not in the same way."""
    if one.event.kind is not EventKind.GROUPED or other.event.kind is not EventKind.GROUPED:
        return False
    pairs = [(item.event.body.get("principal"), item.event.body.get("member")) for item in (one, other)]
    return pairs[0] != pairs[1] and other.event.slip in (pairs[0][1], pairs[1][1])


def _sends(item: SignedEvent) -> bool:
    return item.event.kind is EventKind.DISPATCHED and item.event.body.get("mode") == HopMode.OFFICIAL.value


def _receives(item: SignedEvent, hop: object) -> bool:
    return item.event.kind is EventKind.RECEIVED and item.event.body.get("hop") == hop


def _apart(known: Known, one: SignedEvent, other: SignedEvent) -> bool:
    """Whether both are of one unit and neither knew of the other; where ancestors are missing nobody can say."""
    return one.event.actor.unit == other.event.actor.unit and not (
        known.knew(one.digest, other.digest) or known.knew(other.digest, one.digest)
    )


def settle(
    known: Known,
    mine: Sequence[SignedEvent],
    at_hand: Sequence[SignedEvent],
    fold: Fold,
    decided: dict[str, bool],
) -> None:
    """Fill in which settlements are in force: those that were possible when they were made and that no other contradicts.

    Possible: in the slip as it follows from exactly what the settlement knew, so one that did not know both hops has no effect. Two
    that keep different hops and did not know of each other cancel each other out: the chief settles again, knowing both. ``decided``
    keeps which were possible, so that a row of settlements is not folded over and over.
    """
    made = [item for item in mine if item.event.kind is EventKind.SETTLED and known.complete(item.digest)]
    for item in made:
        if item.digest not in decided:
            decided[item.digest] = _possible(known, item, at_hand, fold)
    possible = [item for item in made if decided[item.digest]]
    in_force = [one for one in possible if not any(_contradict(known, one, other) for other in possible)]
    known.settlements = {item.digest: item for item in in_force}
    dropped: dict[str, list[str]] = {}
    for item in in_force:
        for hop in item.event.body["drop"]:
            dropped.setdefault(str(hop), []).append(item.digest)
    known.dropped = dropped


def _possible(known: Known, item: SignedEvent, at_hand: Sequence[SignedEvent], fold: Fold) -> bool:
    seen, body = known.ancestry.of(item.digest), item.event.body
    try:
        view = fold([each for each in at_hand if each.digest in seen])
        require_settling(view, item.event.actor.unit, str(body["about"]), str(body["keep"]), list(body["drop"]))
    except (OfficeError, KeyError, TypeError):
        return False
    return True


def _contradict(known: Known, one: SignedEvent, other: SignedEvent) -> bool:
    if one.event.body["keep"] == other.event.body["keep"] or not _hops(one) & _hops(other):
        return False
    return not known.knew(one.digest, other.digest) and not known.knew(other.digest, one.digest)


def _hops(item: SignedEvent) -> set[str]:
    return {str(item.event.body["keep"]), *(str(hop) for hop in item.event.body["drop"])}


def conflicts_of(view: SlipView, known: Known) -> tuple[Conflict, ...]:
    """What was settled, and what is open: OFICIAL hops from one place, and receptions of what was cancelled.

    A rejection that crossed the cancellation is none: both wanted it back.
    """
    found = [
        Conflict(
            ConflictKind(str(item.event.body["about"])),
            (str(item.event.body["keep"]), *(str(hop) for hop in item.event.body["drop"])),
            item.event.actor.unit,
            _settlement(item),
        )
        for item in known.settlements.values()
    ]
    cancelled = {crossed.hop for crossed in known.late.values()}
    contested = view.contested
    if contested:
        about = ConflictKind.CANCELLED if cancelled & {hop.id for hop in contested} else ConflictKind.OFFICIAL
        found.append(Conflict(about, tuple(hop.id for hop in contested), contested[0].from_unit))
    told = {hop.id for hop in contested} | {item.hops[0] for item in found if item.about is ConflictKind.CANCELLED}
    found += [
        Conflict(ConflictKind.CANCELLED, (hop.id,), hop.from_unit)
        for hop in view.hops
        if hop.id in cancelled - told and hop.out and not hop.void
    ]
    return tuple(found)


def _settlement(item: SignedEvent) -> Settlement:
    event, body = item.event, item.event.body
    return Settlement(
        str(body["keep"]),
        tuple(str(hop) for hop in body["drop"]),
        str(body["reason"]),
        event.on_behalf_of or event.actor.official,
        event.claimed_at,
    )
