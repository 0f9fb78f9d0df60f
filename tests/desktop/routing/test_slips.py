"""The routing slip folded from its events: one OFICIAL, any number of copies, and acts that must have no effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.slips import (
    HopMode,
    HopState,
    SlipView,
    fold_slip,
    require_act,
    require_conclude,
    require_dispatch,
)
from tests.fixtures.acts import START, Acts


def _fold(acts: Acts, slip: str = "slip-1") -> SlipView:
    return fold_slip(slip, acts.made)


def _opened() -> Acts:
    acts = Acts()
    acts.born()
    acts.opened()
    return acts


def test_a_hop_is_sent_received_and_passed_on() -> None:
    acts = _opened()
    view = _fold(acts)
    assert (view.number, view.holder, view.in_transit, view.documents) == ("I-2026-00001", "unit-a", None, ("doc-1",))
    hop = acts.sent("unit-b", deadline="2026-03-20", urgent=True, sheets=3, remark="Para hoy", to_official="maria")
    view = _fold(acts)
    assert view.in_transit is not None
    assert (view.holder, view.in_transit.to_unit) == ("unit-a", "unit-b")
    assert view.hops[0].deadline == date(2026, 3, 20)
    assert (view.hops[0].urgent, view.hops[0].sheets, view.hops[0].to_official) == (True, 3, "maria")
    acts.took(hop, "unit-b", who="maria")
    view = _fold(acts)
    assert (view.holder, view.in_transit, view.hops[0].received_by) == ("unit-b", None, "maria")
    acts.sent("unit-c", unit="unit-b")
    view = _fold(acts)
    assert [h.state for h in view.hops] == [HopState.PASSED_ON, HopState.SENT]
    assert (view.holder, view.units, view.refused) == ("unit-b", ("unit-a", "unit-b", "unit-c"), ())


@pytest.mark.parametrize("kind", [EventKind.REJECTED, EventKind.CANCELLED])
def test_a_hop_that_comes_back_lies_with_its_sender_again(kind: EventKind) -> None:
    acts = _opened()
    first = acts.sent("unit-b")
    acts.took(first, "unit-b")
    second = acts.sent("unit-c", unit="unit-b")
    acts.took(second, "unit-c" if kind is EventKind.REJECTED else "unit-b", kind, reason="No corresponde.")
    view = _fold(acts)
    assert [h.state for h in view.hops] == [
        HopState.RECEIVED, HopState.REJECTED if kind is EventKind.REJECTED else HopState.CANCELLED
    ]  # fmt: skip
    assert (view.holder, view.in_transit, view.hops[1].reason) == ("unit-b", None, "No corresponde.")
    acts.sent("unit-d", unit="unit-b")
    assert _fold(acts).in_transit is not None
    assert _fold(acts).conflict is None


def test_answer_conclude_reopen() -> None:
    acts = _opened()
    hop = acts.sent("unit-b")
    acts.took(hop, "unit-b")
    acts(EventKind.ANSWERED, "doc-2", slip="slip-1", unit="unit-b", hop=hop.event.id, answer="doc-2")
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-b")
    view = _fold(acts)
    assert (view.concluded, view.documents, view.hops[0].answered_with) == (True, ("doc-1", "doc-2"), ("doc-2",))
    assert view.hops[0].state is HopState.CONCLUDED
    acts(EventKind.CONCLUDED, "doc-2", slip="slip-1", unit="unit-b")
    assert _fold(acts) == view
    acts(EventKind.REOPENED, slip="slip-1", unit="unit-b")
    assert (_fold(acts).concluded, _fold(acts).hops[0].state) == (False, HopState.RECEIVED)


def test_a_copy_is_put_away_without_concluding_the_slip() -> None:
    acts = _opened()
    copy = acts.sent("unit-c", mode="copia")
    acts.took(copy, "unit-c")
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-c", mode="copia", hop=copy.event.id)
    view = _fold(acts)
    assert (view.concluded, view.hops[0].state, view.refused) == (False, HopState.CONCLUDED, ())
    assert view.holder == "unit-a"


def test_a_holder_of_a_copy_may_pass_copies_on_but_not_the_official() -> None:
    acts = _opened()
    acts.took(acts.sent("unit-c", mode="copia"), "unit-c")
    acts.sent("unit-d", mode="copia", unit="unit-c")
    acts.sent("unit-d", unit="unit-c")
    view = _fold(acts)
    assert [h.mode for h in view.hops] == [HopMode.COPY, HopMode.COPY]
    assert view.refused == (acts.made[-1].digest,)


def _opening_twice(acts: Acts) -> None:
    acts.opened(number="I-2026-00002")


def _sending_what_is_on_its_way(acts: Acts) -> None:
    acts.sent("unit-x")


def _sending_by_who_does_not_hold_it(acts: Acts) -> None:
    acts.sent("unit-x", unit="unit-x")


def _copying_by_a_stranger(acts: Acts) -> None:
    acts.sent("unit-x", mode="copia", unit="unit-x")


def _receiving_by_another_unit(acts: Acts) -> None:
    acts.took(acts.made[-1], "unit-x")


def _receiving_by_the_sender(acts: Acts) -> None:
    acts.took(acts.made[-1], "unit-a")


def _rejecting_by_another_unit(acts: Acts) -> None:
    acts.took(acts.made[-1], "unit-x", EventKind.REJECTED, reason="x")


def _cancelling_by_another_unit(acts: Acts) -> None:
    acts.took(acts.made[-1], "unit-b", EventKind.CANCELLED)


def _answering_before_receiving(acts: Acts) -> None:
    acts.took(acts.made[-1], "unit-b", EventKind.ANSWERED, answer="doc-9")


def _concluding_what_is_on_its_way(acts: Acts) -> None:
    acts(EventKind.CONCLUDED, slip="slip-1")


def _concluding_by_who_does_not_hold_it(acts: Acts) -> None:
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-x")


def _concluding_anothers_document(acts: Acts) -> None:
    acts(EventKind.CONCLUDED, "doc-of-another", slip="slip-1")


def _reopening_what_is_open(acts: Acts) -> None:
    acts(EventKind.REOPENED, slip="slip-1")


def _an_unknown_hop(acts: Acts) -> None:
    acts(EventKind.RECEIVED, slip="slip-1", unit="unit-b", hop="nothing")


def _a_hop_that_says_nothing(acts: Acts) -> None:
    acts(EventKind.DISPATCHED, slip="slip-1")


def _an_impossible_date(acts: Acts) -> None:
    acts.sent("unit-c", mode="copia", deadline="2026-02-30")


def _no_hop_named(acts: Acts) -> None:
    acts(EventKind.RECEIVED, slip="slip-1", unit="unit-b")


FORBIDDEN: list[Callable[[Acts], None]] = [
    _opening_twice, _sending_what_is_on_its_way, _sending_by_who_does_not_hold_it, _copying_by_a_stranger,
    _receiving_by_another_unit, _receiving_by_the_sender, _rejecting_by_another_unit, _cancelling_by_another_unit,
    _answering_before_receiving, _concluding_what_is_on_its_way, _concluding_by_who_does_not_hold_it,
    _concluding_anothers_document, _reopening_what_is_open, _an_unknown_hop, _a_hop_that_says_nothing,
    _an_impossible_date, _no_hop_named,
]  # fmt: skip


@pytest.mark.parametrize("forbidden", FORBIDDEN, ids=lambda f: f.__name__)
def test_forbidden_acts_have_no_effect(forbidden: Callable[[Acts], None]) -> None:
    acts = _opened()
    acts.sent("unit-b")
    before = _fold(acts)
    forbidden(acts)
    after = _fold(acts)
    assert after.refused == (acts.made[-1].digest,)
    assert replace(after, refused=()) == before


def test_nothing_moves_on_a_concluded_slip() -> None:
    acts = _opened()
    hop = acts.sent("unit-b")
    acts.took(hop, "unit-b")
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-b")
    before = _fold(acts)
    acts.sent("unit-c", unit="unit-b")
    acts.took(hop, "unit-b", EventKind.ANSWERED, answer="doc-2")
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-b")
    acts(EventKind.REOPENED, slip="slip-1", unit="unit-a")
    assert replace(_fold(acts), refused=()) == before
    assert len(_fold(acts).refused) == 4


def test_a_copy_may_still_be_received_after_the_conclusion_but_not_answered() -> None:
    acts = _opened()
    copy = acts.sent("unit-c", mode="copia")
    acts(EventKind.CONCLUDED, slip="slip-1")
    acts.took(copy, "unit-c")
    assert _fold(acts).hops[0].state is HopState.RECEIVED
    answer = acts.took(copy, "unit-c", EventKind.ANSWERED, answer="doc-2")
    assert _fold(acts).refused == (answer.digest,)


def test_where_events_are_missing_no_conflict_is_claimed() -> None:
    """What a hop did not know of can only be said when all that it follows is here."""
    acts = _opened()
    first = acts.sent("unit-b")
    acts.took(first, "unit-b")
    back = acts.sent("unit-a", unit="unit-b")
    hidden = acts.took(back, "unit-a")
    acts.sent("unit-c")
    view = fold_slip("slip-1", [item for item in acts.made if item is not hidden])
    assert view.conflict is None
    assert _fold(acts).conflict is None
    assert len(_fold(acts).hops) == 3


@pytest.mark.parametrize("kind", [EventKind.RECEIVED, EventKind.REJECTED])
@pytest.mark.parametrize("minutes", [-60, 60])
def test_a_reception_beats_a_cancellation_that_it_did_not_know_of(kind: EventKind, minutes: int) -> None:
    """Whatever the clocks say: the paper is there."""
    acts = _opened()
    hop = acts.sent("unit-b")
    cancelled = acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    acts.took(
        hop, "unit-b", kind, parents=[hop], reason="x", at=cancelled.event.claimed_at + timedelta(minutes=minutes)
    )
    view = _fold(acts)
    assert view.hops[0].state is (HopState.RECEIVED if kind is EventKind.RECEIVED else HopState.REJECTED)
    assert view.refused == (cancelled.digest,)


def test_a_cancellation_that_was_known_stands() -> None:
    acts = _opened()
    hop = acts.sent("unit-b")
    acts.took(hop, "unit-a", EventKind.CANCELLED)
    acts.took(hop, "unit-b")
    assert _fold(acts).hops[0].state is HopState.CANCELLED


def test_a_strangers_reception_does_not_beat_a_cancellation() -> None:
    acts = _opened()
    hop = acts.sent("unit-b")
    acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    acts.took(hop, "unit-x", parents=[hop], at=START)
    assert _fold(acts).hops[0].state is HopState.CANCELLED


@pytest.mark.parametrize("received", [False, True])
def test_two_official_dispatches_of_one_holding_are_a_conflict(received: bool) -> None:
    acts = _opened()
    opened = acts.made[-1]
    one = acts.sent("unit-b", parents=[opened])
    if received:
        acts.took(one, "unit-b")
    two = acts.sent("unit-c", parents=[opened], device="dev-2")
    view = _fold(acts)
    assert view.conflict == (one.event.id, two.event.id)
    assert [h.to_unit for h in view.hops] == ["unit-b", "unit-c"]
    assert (view.holder, view.in_transit, view.refused) == ("unit-a", None, ())


def test_a_clock_that_lies_does_not_change_the_order_of_cause() -> None:
    """The receiver's clock is a day behind, and an event of the document alone lies between."""
    acts = _opened()
    hop = acts.sent("unit-b")
    acts(EventKind.RAISED, old="x", new="y", level="B-T")
    acts.took(hop, "unit-b", at=START - timedelta(days=1))
    view = _fold(acts)
    assert (view.hops[0].state, view.refused) == (HopState.RECEIVED, ())


@given(st.data())
def test_any_order_gives_the_same_view(data: st.DataObject) -> None:
    acts = Acts()
    acts.journey()
    hop = next(i for i in acts.made if i.event.kind is EventKind.DISPATCHED)
    acts.sent("unit-d", parents=[acts.made[5]])
    acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    acts.disputed()
    some = data.draw(st.lists(st.sampled_from(acts.made), unique_by=lambda i: i.digest))
    mixed: list[SignedEvent] = data.draw(st.permutations(some))
    assert fold_slip("slip-1", mixed) == fold_slip("slip-1", some)


STEPS = st.tuples(
    st.sampled_from(["sent", "copy", "received", "rejected", "cancelled", "concluded", "reopened", "answered"]),
    st.sampled_from(["unit-a", "unit-b", "unit-c"]),
    st.sampled_from(["unit-a", "unit-b", "unit-c"]),
    st.integers(0, 5),
    st.integers(-90, 90),
)


@given(st.lists(STEPS, max_size=12))
def test_one_official_at_a_time_whatever_is_tried(steps: list[tuple[str, str, str, int, int]]) -> None:
    acts = Acts()
    acts.opened(parents=())
    sent: list[SignedEvent] = []
    for step, unit, to, which, minutes in steps:
        at = START + timedelta(minutes=minutes)
        if step in {"sent", "copy"}:
            sent.append(acts.sent(to, unit=unit, mode="oficial" if step == "sent" else "copia", at=at))
        elif step in {"concluded", "reopened"}:
            acts(EventKind("slip." + step), slip="slip-1", unit=unit, at=at)
        elif sent:
            acts.took(sent[which % len(sent)], unit, EventKind("slip." + step), reason="x", answer="doc-2", at=at)
    view = _fold(acts)
    official = [h for h in view.hops if h.mode is HopMode.OFFICIAL]
    with_somebody = [h for h in official if h.state in {HopState.RECEIVED, HopState.CONCLUDED}]
    assert len([h for h in official if h.state is HopState.SENT]) <= 1
    assert len(with_somebody) <= 1
    assert view.conflict is None  # one chain: nobody acted without knowing
    if with_somebody:
        assert view.holder == with_somebody[0].to_unit
    # Every refused act is refused by the same rule that the operations ask beforehand.
    for item in acts.made:
        if item.digest in view.refused:
            assert all(h.id != item.event.id for h in view.hops)


def test_the_rules_tell_why() -> None:
    acts = _opened()
    hop = acts.sent("unit-b")
    view = _fold(acts)
    with pytest.raises(OfficeError, match=r"slip\.in_transit"):
        require_dispatch(view, "unit-a", HopMode.OFFICIAL)
    with pytest.raises(OfficeError, match=r"slip\.not_holder"):
        require_dispatch(view, "unit-x", HopMode.COPY)
    with pytest.raises(OfficeError, match=r"slip\.unknown_hop"):
        require_act(view, "nothing", EventKind.RECEIVED, "unit-b")
    with pytest.raises(OfficeError, match=r"slip\.act_forbidden"):
        require_act(view, hop.event.id, EventKind.RECEIVED, "unit-x")
    acts.took(hop, "unit-b")
    with pytest.raises(OfficeError, match=r"slip\.not_holder"):
        require_conclude(_fold(acts), "unit-a")
    require_conclude(_fold(acts), "unit-b")
    with pytest.raises(OfficeError, match=r"slip\.concluded"):
        require_dispatch(replace(_fold(acts), concluded=True), "unit-b", HopMode.OFFICIAL)


@pytest.mark.parametrize("kind", [EventKind.RECEIVED, EventKind.REJECTED])
@given(
    to=st.sampled_from(["", "ana", "luis"]),
    actor=st.sampled_from(["ana", "zoe"]),
    behalf=st.sampled_from([None, "ana", "luis"]),
)
def test_in_anothers_name_only_what_is_addressed_to_him_or_to_his_unit(
    kind: EventKind, to: str, actor: str, behalf: str | None
) -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b", to_official=to, who="secretaria", behalf="juana")
    took = acts.took(hop, "unit-b", kind, who=actor, behalf=behalf, reason="x")
    view = fold_slip("slip-1", acts.made)
    allowed = behalf is None or to in {"", behalf}
    assert view.refused == (() if allowed else (took.digest,))
    assert (view.hops[0].state is HopState.SENT) != allowed
    assert (view.hops[0].from_official, view.hops[0].sent_by) == ("juana", "secretaria")
    if kind is EventKind.RECEIVED and allowed:
        assert (view.hops[0].received_by, view.hops[0].received_for) == (actor, behalf or "")
