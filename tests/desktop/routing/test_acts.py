"""The table of acts: in every state that can be reached, what it allows is exactly what the fold accepts, and lies in a tray."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.records.events import Ancestry, EventKind, SignedEvent
from desktop.routing.acts import SLIP_ACTS, allowed
from desktop.routing.conflicts import Known, overtaken
from desktop.routing.hops import HopMode
from desktop.routing.sheet import SlipView
from desktop.routing.slips import fold_slip
from desktop.routing.trays import ALLOWED, Tray, acts_in, places_of_slip
from tests.fixtures.acts import Acts, unsigned

UNITS = ("unit-a", "unit-b", "unit-c")
ON_A_HOP = (
    EventKind.RECEIVED, EventKind.REJECTED, EventKind.CANCELLED, EventKind.ANSWERED, EventKind.JUSTIFIED,
    EventKind.REASSIGNED, EventKind.PAPER_MOVED,
)  # fmt: skip
STEP = st.tuples(st.integers(0, 99), st.integers(0, 3), st.booleans(), st.booleans())
Steps = list[tuple[int, int, bool, bool]]


def _body(view: SlipView, kind: EventKind, unit: str, hop: str | None, *, copy: bool = False) -> dict[str, Any]:
    """What an honest desk would write into that act."""
    if kind in ON_A_HOP:
        body: dict[str, Any] = {"hop": hop or "", "reason": "x", "answer": "doc-2", "official": "luis"}
        return {**body, "paper": "x", "where": "x"} if kind is EventKind.PAPER_MOVED else body
    match kind:
        case EventKind.OPENED:
            return {"number": "I-2026-00001", "subject": "x"}
        case EventKind.DISPATCHED:
            to = next(each for each in UNITS if each != unit)
            mode = "copia" if copy else "oficial"
            return {"to_unit": to, "mode": mode, "action": "otro", "documents": ["doc-1"]}
        case EventKind.CONCLUDED if hop is not None:
            aside = any(each.id == hop and (each.mode is HopMode.COPY or each.void) for each in view.hops)
            return {"mode": "copia", "hop": hop} if aside else {}
        case EventKind.GROUPED if view.members or copy:
            return {
                "principal": view.id,
                "member": next(each for n in range(99) if (each := f"m{n}") not in view.members),
            }
        case EventKind.GROUPED:
            return {"principal": "slip-9", "member": view.id}
        case EventKind.UNGROUPED if view.principal is not None:
            return {"principal": view.principal, "member": view.id}
        case EventKind.UNGROUPED:
            return {"principal": view.id, "member": view.members[0] if view.members else "m0"}
        case EventKind.SETTLED:
            mine = [item for item in view.open_conflicts if item.unit == unit and (hop is None or hop in item.hops)]
            first = mine[0] if mine else None
            keep, *drop = first.hops if first else ("nothing", "else")
            return {"about": first.about.value if first else "oficial", "keep": keep, "drop": drop, "reason": "x"}
    return {}


def _walk(steps: Steps) -> Acts:
    """Acts that their desks took to be possible, some of which did not know of the last ones; now and then one that is not."""
    acts = Acts()
    acts.opened(parents=())
    for which, unaware, copy, wrong in steps:
        known = acts.made[: -unaware or None] or acts.made[:1]
        view = fold_slip("slip-1", known)
        hops = [None, *(each.id for each in view.hops)]
        possible = [
            (kind, unit, hop)
            for unit in UNITS
            for hop in hops
            for kind in sorted(SLIP_ACTS if wrong and which % 3 == 0 else allowed(view, unit, hop=hop))
            if hop is not None or kind not in ON_A_HOP or kind is EventKind.PAPER_MOVED
        ]
        kinds = sorted({each for each, _, _ in possible} - ({EventKind.PAPER_MOVED} if which % 7 else set())) or [
            EventKind.OPENED
        ]
        wanted = [each for each in possible if each[0] is kinds[which % len(kinds)]] or possible
        kind, unit, hop = wanted[which * 7 % len(wanted)]
        body = _body(view, kind, unit, hop, copy=copy and (kind is EventKind.GROUPED or which % 2 == 0))
        acts(kind, slip="slip-1", unit=unit, parents=_ends(known), **body)
    return acts


def _accepted(acts: Acts, kind: EventKind, unit: str, hop: str | None) -> bool:
    """Whether the fold lets that act count, done by somebody who knows of everything."""
    view = fold_slip("slip-1", acts.made)
    more = Acts(device="dev-9")
    more.made, more.now = list(acts.made), acts.now
    ends = _ends(acts.made)
    event = more(kind, slip="slip-1", unit=unit, parents=ends, **_body(view, kind, unit, hop))
    return event.digest not in fold_slip("slip-1", more.made).refused


def _ends(made: list[SignedEvent]) -> list[SignedEvent]:
    followed = {digest for item in made for digest in item.event.parents}
    return [item for item in made if item.digest not in followed]


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=10))
def test_what_is_allowed_is_what_the_fold_accepts(steps: Steps) -> None:
    acts = _walk(steps)
    view = fold_slip("slip-1", acts.made)
    for unit in UNITS:
        on_slip = allowed(view, unit)
        for kind in SLIP_ACTS - set(ON_A_HOP):
            assert (kind in on_slip) == _accepted(acts, kind, unit, None), (kind, unit, view)
        assert (EventKind.PAPER_MOVED in on_slip) == _accepted(acts, EventKind.PAPER_MOVED, unit, None)
        for hop in view.hops:
            on_hop = allowed(view, unit, hop=hop.id)
            for kind in ON_A_HOP:
                assert (kind in on_hop) == _accepted(acts, kind, unit, hop.id), (kind, unit, hop, view)
            assert on_hop - set(ON_A_HOP) - {EventKind.CONCLUDED} <= on_slip
            if hop.mode is HopMode.COPY or hop.void:
                concluded = _accepted(acts, EventKind.CONCLUDED, unit, hop.id)
                assert (EventKind.CONCLUDED in on_hop) == concluded, (unit, hop, view)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_what_a_tray_forbids_the_rules_forbid(steps: Steps) -> None:
    """For a unit and a hop nothing is possible but what the trays offer in which that hop lies for it."""
    view = fold_slip("slip-1", _walk(steps).made)
    places = places_of_slip(view)
    for unit in UNITS:
        for hop in view.hops:
            offered = {
                act for place in places if (place.unit, place.hop) == (unit, hop.id) for act in ALLOWED[place.tray]
            }
            assert allowed(view, unit, hop=hop.id) <= offered, (unit, hop, places)
        offered = {act for place in places if place.unit == unit for act in ALLOWED[place.tray]}
        assert allowed(view, unit) <= offered, (unit, places)
    for place in places:
        assert acts_in(place.tray, view, place.unit, hop=place.hop) <= allowed(view, place.unit, hop=place.hop)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_the_official_is_in_one_place_or_its_conflict_is_told(steps: Steps) -> None:
    view = fold_slip("slip-1", _walk(steps).made)
    lying = {
        (place.unit, place.hop)
        for place in places_of_slip(view)
        if place.tray in {Tray.INCOMING, Tray.PENDING, Tray.ARCHIVE}
        and (place.hop is None or (view.hop(place.hop).official and not view.hop(place.hop).void))
    }
    assert len(lying) == 1 or view.contested
    assert len(lying) >= 1
    assert bool(view.contested) == any(len(item.hops) > 1 for item in view.open_conflicts)
    if not view.contested:
        assert len(view.tips()) == (0 if view.in_transit else 1)


@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, max_size=8), st.data())
def test_kinds_that_are_no_acts_on_a_slip_change_nothing(steps: Steps, data: st.DataObject) -> None:
    acts = _walk(steps)
    before = fold_slip("slip-1", acts.made)
    acts(data.draw(st.sampled_from(sorted(set(EventKind) - SLIP_ACTS))), slip="slip-1", digest="x")
    assert fold_slip("slip-1", acts.made) == before


@settings(max_examples=100, deadline=None)
@given(st.lists(STEP, max_size=12))
def test_what_had_no_effect_had_none(steps: Steps) -> None:
    """Left out, the refused acts that nothing knew of leave the same slip; but for those that another had to give way to."""
    acts = _walk(steps)
    view = fold_slip("slip-1", acts.made)
    ancestry = Ancestry(acts.made)
    crossed = overtaken(acts.made, Known(ancestry, {}))
    gave_way_to = {digest for each in crossed.values() for digest in each.by}
    ends = ({item.digest for item in _ends(acts.made)} & set(view.refused)) - gave_way_to
    kept = [item for item in acts.made if item.digest not in ends or item.event.kind is EventKind.SETTLED]
    left = set(view.refused) & {item.digest for item in kept}
    without = fold_slip("slip-1", kept)
    assert replace(without, refused=()) == replace(view, refused=(), conflicts=without.conflicts)
    assert left == set(without.refused)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=7), st.lists(st.integers(-500, 500), min_size=8, max_size=8))
def test_no_clock_decides_where_the_official_is(steps: Steps, minutes: list[int]) -> None:
    """The same acts that knew the same of each other, with other clocks: nobody gets or loses the slip by them."""
    made = _walk([(which, unaware, copy, False) for which, unaware, copy, _ in steps]).made
    digests: dict[str, str] = {}
    other = []
    for item, late in zip(made, minutes, strict=False):
        parents = tuple(digests[parent] for parent in item.event.parents)
        at = item.event.claimed_at + timedelta(minutes=late)
        moved = unsigned(replace(item.event, parents=parents, claimed_at=at))
        digests[item.digest] = moved.digest
        other.append(moved)
    assert _decided(fold_slip("slip-1", made)) == _decided(fold_slip("slip-1", other))


def _decided(view: SlipView) -> object:
    hops = {hop.id: (hop.state, hop.void, hop.came_from) for hop in view.hops}
    conflicts = {(item.about, frozenset(item.hops), item.settlement is None) for item in view.conflicts}
    contested = {hop.id for hop in view.contested}
    return view.holder, hops, view.concluded, contested, conflicts, view.principal, set(view.members)
