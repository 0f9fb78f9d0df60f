"""Conflicts: told whatever the clocks say, settled only by the unit they left from and only by who knew both sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.records.events import EventKind, SignedEvent
from desktop.routing.hops import HopState
from desktop.routing.sheet import ConflictKind, SlipView
from desktop.routing.slips import fold_slip
from tests.fixtures.acts import START, Acts, unsigned


def _fold(acts: Acts) -> SlipView:
    return fold_slip("slip-1", acts.made)


def _two(*, first_to: str = "unit-b") -> tuple[Acts, SignedEvent, SignedEvent]:
    """Two PCs of unit-a derived the slip without knowing of each other."""
    acts = Acts()
    acts.born()
    opened = acts.opened()
    one = acts.sent(first_to, parents=[opened])
    two = acts.sent("unit-c", parents=[opened], device="dev-2")
    return acts, one, two


def test_a_journey_of_all_that_is_rare_is_accepted() -> None:
    acts = Acts()
    made = acts.disputed()
    view = _fold(acts)
    (late,) = [item for item in made if item.event.kind is EventKind.CANCELLED]
    assert view.refused == (late.digest,)
    assert (view.concluded, view.holder, view.folder, view.conflict, view.open_conflicts) == (
        True, "unit-c", "Compras", None, ()
    )  # fmt: skip
    assert [(item.about.value, len(item.hops)) for item in view.conflicts] == [("oficial", 2), ("cancelacion", 1)]
    assert (view.heading.procedure, str(view.deadline)) == ("Compra menor", "2026-04-01")
    assert (view.paper.what, view.paper.where, view.paper.unit) == ("Original", "Estante 3", "unit-b")
    first = view.hops[0]
    assert (first.actions, first.paper_received) == (("para_su_consideracion", "archivar"), "Original, 2 hojas")
    assert [(each.reason, str(each.until)) for each in first.justifications] == [("Falta el informe", "2026-03-30")]
    assert [(each.before, each.after) for each in first.reassignments] == [("", "luis")]
    assert (first.to_official, str(first.justified_until)) == ("luis", "2026-03-30")


@pytest.mark.parametrize("minutes", [-600, 600])
def test_neither_of_two_moves_on_until_it_is_settled_whatever_the_clocks_say(minutes: int) -> None:
    acts, one, two = _two()
    took = acts.took(two, "unit-c", parents=[two], at=START + timedelta(minutes=minutes))
    knowing = acts.sent("unit-d", unit="unit-c", parents=[took, one])
    view = _fold(acts)
    assert view.refused == (knowing.digest,)
    (conflict,) = view.conflicts
    assert (conflict.about, set(conflict.hops), conflict.unit) == (
        ConflictKind.OFFICIAL, {one.event.id, two.event.id}, "unit-a"
    )  # fmt: skip
    assert (view.holder, view.in_transit) == ("unit-a", None)


@pytest.mark.parametrize("keep_first", [True, False])
def test_the_sender_settles_and_the_kept_one_goes_on(keep_first: bool) -> None:
    acts, one, two = _two()
    keep, drop = (one, two) if keep_first else (two, one)
    acts.settled(keep, drop, parents=[one, two])
    to = keep.event.body["to_unit"]
    acts.took(keep, str(to))
    acts.sent("unit-e", unit=str(to))
    view = _fold(acts)
    assert (view.refused, view.open_conflicts, view.conflict) == ((), (), None)
    assert (view.holder, view.hop(drop.event.id).void) == (to, True)
    (conflict,) = view.conflicts
    assert conflict.settlement is not None
    assert (conflict.settlement.keep, conflict.settlement.official) == (keep.event.id, "jefe")


def test_what_crossed_the_settlement_happened_and_moves_nothing() -> None:
    """Who had the dropped one received it, sent it on and concluded it without knowing: his acts are told, the OFICIAL is elsewhere."""
    acts, one, two = _two()
    took = acts.took(two, "unit-c", parents=[two])
    on = acts.sent("unit-d", unit="unit-c", parents=[took])
    there = acts.took(on, "unit-d", parents=[on])
    ended = acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-d", parents=[there])
    acts.settled(one, two, parents=[one, two])
    acts.took(one, "unit-b")
    view = _fold(acts)
    assert (view.holder, view.concluded, view.contested) == ("unit-b", False, ())
    assert [(h.to_unit, h.state, h.void) for h in view.hops] == [
        ("unit-b", HopState.RECEIVED, False),
        ("unit-c", HopState.PASSED_ON, True),
        ("unit-d", HopState.RECEIVED, True),
    ]
    assert view.refused == (ended.digest,)


def test_who_knew_of_the_settlement_does_nothing_with_the_dropped_one() -> None:
    acts, one, two = _two()
    took = acts.took(two, "unit-c", parents=[two])
    settled = acts.settled(one, two, parents=[one, took])
    refused = [
        acts.sent("unit-d", unit="unit-c", parents=[settled]),
        acts.took(two, "unit-c", EventKind.ANSWERED, answer="doc-2", parents=[settled]),
        acts.took(two, "unit-c", EventKind.JUSTIFIED, reason="x", parents=[settled]),
    ]
    assert set(_fold(acts).refused) == {item.digest for item in refused}
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-c", mode="copia", hop=two.event.id, parents=[settled])
    assert _fold(acts).hop(two.event.id).state is HopState.CONCLUDED


def test_a_dropped_hop_cannot_be_received_by_who_knew() -> None:
    acts, one, two = _two()
    acts.settled(one, two, parents=[one, two])
    refused = acts.took(two, "unit-c")
    assert _fold(acts).refused == (refused.digest,)


def test_a_settlement_that_did_not_know_both_has_no_effect() -> None:
    acts, one, two = _two()
    settled = acts.settled(one, two, parents=[one])
    assert _fold(acts).refused == (settled.digest,)
    assert len(_fold(acts).open_conflicts) == 1


def test_a_settlement_whose_past_is_not_at_hand_has_no_effect_yet() -> None:
    acts, one, two = _two()
    took = acts.took(one, "unit-b", parents=[one])
    settled = acts.settled(one, two, parents=[took, two])
    partial = fold_slip("slip-1", [item for item in acts.made if item is not took])
    assert settled.digest in partial.refused
    assert settled.digest not in _fold(acts).refused


def test_nor_has_one_that_knew_of_something_that_is_not_here() -> None:
    """Both hops are at hand, but who settled had seen one of them come back: nothing was left to settle."""
    acts, one, two = _two()
    back = acts.took(two, "unit-c", EventKind.REJECTED, reason="x", parents=[two])
    settled = acts.settled(one, two, parents=[one, two, back])
    partial = fold_slip("slip-1", [item for item in acts.made if item is not back])
    assert (settled.digest in partial.refused, len(partial.contested)) == (True, 2)
    assert settled.digest in _fold(acts).refused


@pytest.mark.parametrize("unit", ["unit-b", "unit-c", "unit-x"])
def test_only_the_unit_that_sent_both_settles(unit: str) -> None:
    acts, one, two = _two()
    settled = acts.settled(one, two, unit=unit, parents=[one, two])
    assert _fold(acts).refused == (settled.digest,)
    assert len(_fold(acts).open_conflicts) == 1


def test_where_there_is_no_conflict_nothing_is_dropped() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    one = acts.sent("unit-b")
    copy = acts.sent("unit-c", mode="copia")
    settled = [acts.settled(copy, one), acts.settled(one, copy), acts.settled(one, one), acts.settled(one)]
    view = _fold(acts)
    assert view.refused == tuple(item.digest for item in settled)
    assert not any(hop.void for hop in view.hops)


def test_two_settlements_that_contradict_each_other_leave_it_open_until_one_knows_both() -> None:
    acts, one, two = _two()
    first = acts.settled(one, two, parents=[one, two])
    second = acts.settled(two, one, parents=[one, two])
    view = _fold(acts)
    assert (len(view.open_conflicts), len(view.contested), set(view.refused)) == (1, 2, {first.digest, second.digest})
    acts.settled(two, one, parents=[first, second])
    view = _fold(acts)
    assert (view.open_conflicts, view.hop(one.event.id).void, view.hop(two.event.id).void) == ((), True, False)


def test_two_settlements_of_one_mind_are_one() -> None:
    acts, one, two = _two()
    acts.settled(one, two, parents=[one, two])
    acts.settled(one, two, parents=[one, two])
    view = _fold(acts)
    assert (view.open_conflicts, view.hop(two.event.id).void, view.refused) == ((), True, ())


def test_a_third_that_comes_later_is_another_conflict() -> None:
    acts, one, two = _two()
    settled = acts.settled(one, two, parents=[one, two])
    opened = next(item for item in acts.made if item.event.kind is EventKind.OPENED)
    three = acts.sent("unit-e", parents=[opened], device="dev-3")
    view = _fold(acts)
    assert [set(item.hops) for item in view.open_conflicts] == [{one.event.id, three.event.id}]
    acts.settled(three, one, parents=[settled, three])
    view = _fold(acts)
    assert (view.open_conflicts, [hop.void for hop in view.hops]) == ((), [True, True, False])


def test_a_conflict_ends_by_itself_where_one_comes_back() -> None:
    acts, one, two = _two()
    acts.took(two, "unit-c", EventKind.REJECTED, reason="Duplicado")
    view = _fold(acts)
    assert (view.conflicts, view.in_transit and view.in_transit.id) == ((), one.event.id)
    acts.took(one, "unit-b", EventKind.REJECTED, reason="Duplicado")
    assert (_fold(acts).holder, _fold(acts).in_transit) == ("unit-a", None)


def test_a_long_row_of_settlements_is_folded_in_time() -> None:
    """Each is judged once: forged in a row they would otherwise double the work each time."""
    acts, one, two = _two()
    last = [one, two]
    for place in range(40):
        keep, drop = (one, two) if place % 2 else (two, one)
        last = [acts.settled(keep, drop, parents=last)]
    view = _fold(acts)
    assert (view.open_conflicts, len(view.refused)) == ((), 39)


# --- cancelled and received


def test_who_cancelled_what_was_received_is_told() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b")
    late = acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    took = acts.took(hop, "unit-b", parents=[hop])
    view = _fold(acts)
    assert [(item.about, item.hops, item.unit) for item in view.open_conflicts] == [
        (ConflictKind.CANCELLED, (hop.event.id,), "unit-a")
    ]
    assert (view.holder, view.refused, view.conflict) == ("unit-b", (late.digest,), None)
    acts.settled(hop, about="cancelacion", parents=[late, took])
    assert (_fold(acts).open_conflicts, _fold(acts).holder) == ((), "unit-b")


def test_a_rejection_that_crossed_the_cancellation_is_no_conflict() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b")
    acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    acts.took(hop, "unit-b", EventKind.REJECTED, reason="x", parents=[hop])
    assert (_fold(acts).conflicts, _fold(acts).holder) == ((), "unit-a")


@pytest.mark.parametrize("minutes", [-60, 60])
def test_a_sender_who_cancelled_has_it_back_though_a_rejection_crossed(minutes: int) -> None:
    """Both wanted it back: what he did next counts, whenever the rejection says that it was made."""
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b")
    cancelled = acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    acts(EventKind.CONCLUDED, slip="slip-1", parents=[cancelled])
    acts.took(hop, "unit-b", EventKind.REJECTED, reason="x", parents=[hop], at=acts.now + timedelta(minutes=minutes))
    view = _fold(acts)
    assert (view.concluded, view.hops[0].state, view.refused) == (True, HopState.REJECTED, (cancelled.digest,))


@pytest.mark.parametrize("keep_first", [True, False])
def test_a_conclusion_in_one_branch_counts_where_that_branch_does(keep_first: bool) -> None:
    acts, one, two = _two()
    took = acts.took(two, "unit-c", parents=[two])
    ended = acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-c", parents=[took])
    view = _fold(acts)
    assert (view.concluded, len(view.contested), view.hop(two.event.id).state) == (False, 2, HopState.CONCLUDED)
    keep, drop = (one, two) if keep_first else (two, one)
    acts.settled(keep, drop, parents=[one, ended])
    assert _fold(acts).concluded == (not keep_first)
    assert _fold(acts).refused == ((ended.digest,) if keep_first else ())


@pytest.mark.parametrize("keep_first", [True, False])
def test_what_was_sent_again_after_a_cancellation_that_came_too_late(keep_first: bool) -> None:
    """The sender had every reason to send it again: it is no forged act but a conflict."""
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b")
    late = acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    again = acts.sent("unit-c", parents=[late])
    took = acts.took(hop, "unit-b", parents=[hop])
    view = _fold(acts)
    (conflict,) = view.open_conflicts
    assert (conflict.about, set(conflict.hops)) == (ConflictKind.CANCELLED, {hop.event.id, again.event.id})
    keep, drop = (hop, again) if keep_first else (again, hop)
    acts.settled(keep, drop, about="cancelacion", parents=[again, took])
    view = _fold(acts)
    assert (view.open_conflicts, view.hop(drop.event.id).void, view.hop(keep.event.id).void) == ((), True, False)
    assert view.holder == ("unit-b" if keep_first else "unit-a")


def test_who_knew_that_it_had_been_received_does_not_send_it_again() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b")
    late = acts.took(hop, "unit-a", EventKind.CANCELLED, parents=[hop])
    took = acts.took(hop, "unit-b", parents=[hop])
    again = acts.sent("unit-c", parents=[late, took])
    assert (set(_fold(acts).refused), _fold(acts).contested) == ({late.digest, again.digest}, ())


# --- two PCs of one unit


@pytest.mark.parametrize("minutes", [-60, 60])
def test_what_went_out_counts_and_not_the_conclusion_that_crossed_it(minutes: int) -> None:
    acts = Acts()
    acts.born()
    opened = acts.opened()
    ended = acts(EventKind.CONCLUDED, slip="slip-1", parents=[opened])
    hop = acts.sent("unit-b", parents=[opened], at=acts.now + timedelta(minutes=minutes))
    view = _fold(acts)
    assert (view.concluded, view.refused, view.in_transit and view.in_transit.id) == (
        False,
        (ended.digest,),
        hop.event.id,
    )
    acts.took(hop, "unit-b", parents=[ended, hop])
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-b")
    assert (_fold(acts).concluded, _fold(acts).refused) == (True, (ended.digest,))


def test_another_units_dispatch_undoes_no_conclusion() -> None:
    acts = Acts()
    acts.born()
    opened = acts.opened()
    acts(EventKind.CONCLUDED, slip="slip-1", parents=[opened])
    stranger = acts.sent("unit-b", unit="unit-x", parents=[opened])
    assert (_fold(acts).concluded, _fold(acts).refused) == (True, (stranger.digest,))


@pytest.mark.parametrize("minutes", [-60, 60])
def test_what_one_pc_received_and_another_rejected_was_received(minutes: int) -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b")
    away = acts.took(hop, "unit-b", EventKind.REJECTED, reason="x", parents=[hop])
    acts.took(hop, "unit-b", parents=[hop], at=acts.now + timedelta(minutes=minutes))
    view = _fold(acts)
    assert (view.holder, view.refused, view.conflicts) == ("unit-b", (away.digest,), ())
    again = acts.sent("unit-c", parents=[away])  # its sender had been told that it came back
    (conflict,) = _fold(acts).open_conflicts
    assert (conflict.about, set(conflict.hops)) == (ConflictKind.OFFICIAL, {hop.event.id, again.event.id})


# --- groups


def _held(slip: str, document: str) -> Acts:
    acts = Acts(device=f"dev-{slip}")
    acts.born(document)
    acts.opened(slip, document)
    return acts


def test_each_slip_learns_of_the_group_from_its_own_event() -> None:
    one, other = _held("slip-1", "doc-1"), _held("slip-2", "doc-2")
    one.grouped("slip-1", "slip-2", on="slip-1", document="doc-1")
    other.grouped("slip-1", "slip-2", on="slip-2", document="doc-2")
    assert fold_slip("slip-1", one.made).members == ("slip-2",)
    assert fold_slip("slip-2", other.made).principal == "slip-1"
    one.grouped("slip-1", "slip-2", EventKind.UNGROUPED, on="slip-1", document="doc-1")
    other.grouped("slip-1", "slip-2", EventKind.UNGROUPED, on="slip-2", document="doc-2")
    assert fold_slip("slip-1", one.made).members == ()
    assert fold_slip("slip-2", other.made).principal is None


def test_a_grouped_slip_moves_with_its_principal_only() -> None:
    acts = _held("slip-2", "doc-2")
    acts.grouped("slip-1", "slip-2", on="slip-2", document="doc-2")
    alone = [
        acts.sent("unit-b", "slip-2", "doc-2"),
        acts.sent("unit-b", "slip-2", "doc-2", principal="slip-3"),
        acts(EventKind.CONCLUDED, "doc-2", slip="slip-2"),
    ]
    hop = acts.sent("unit-b", "slip-2", "doc-2", principal="slip-1")
    alone += [acts.took(hop, "unit-b"), acts.took(hop, "unit-b", EventKind.REJECTED, reason="x")]
    acts.took(hop, "unit-b", principal="slip-1")
    alone += [acts(EventKind.REOPENED, "doc-2", slip="slip-2", unit="unit-b")]
    acts(EventKind.CONCLUDED, "doc-2", slip="slip-2", unit="unit-b", principal="slip-1")
    acts(EventKind.REOPENED, "doc-2", slip="slip-2", unit="unit-b", principal="slip-1")
    view = fold_slip("slip-2", acts.made)
    assert set(view.refused) == {item.digest for item in alone}
    assert (view.holder, view.principal, view.concluded) == ("unit-b", "slip-1", False)


def test_groups_have_one_level_and_are_made_by_the_holder() -> None:
    acts = _held("slip-1", "doc-1")
    acts.grouped("slip-1", "slip-2", on="slip-1", document="doc-1")
    wrong = [
        acts.grouped("slip-3", "slip-1", on="slip-1", document="doc-1"),  # a principal under another
        acts.grouped("slip-1", "slip-2", on="slip-1", document="doc-1"),  # twice
        acts.grouped("slip-1", "slip-1", on="slip-1", document="doc-1"),
        acts.grouped("slip-4", "slip-5", on="slip-1", document="doc-1"),  # of others
        acts.grouped("slip-1", "slip-6", on="slip-1", document="doc-1", unit="unit-x"),
        acts.grouped("slip-1", "slip-6", EventKind.UNGROUPED, on="slip-1", document="doc-1"),
    ]
    view = fold_slip("slip-1", acts.made)
    assert (view.members, view.principal) == (("slip-2",), None)
    assert set(view.refused) == {item.digest for item in wrong}


@pytest.mark.parametrize("minutes", [-60, 60])
def test_what_went_out_without_knowing_of_the_grouping_went_out(minutes: int) -> None:
    acts = _held("slip-2", "doc-2")
    opened = acts.made[-1]
    acts.grouped("slip-1", "slip-2", on="slip-2", document="doc-2", parents=[opened])
    acts.sent("unit-b", "slip-2", "doc-2", parents=[opened], at=acts.now + timedelta(minutes=minutes))
    view = fold_slip("slip-2", acts.made)
    assert (view.principal, view.in_transit is not None) == (None, True)


# --- paper


def test_the_paper_is_where_it_was_said_to_be() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b", paper="Fólder amarillo")
    paper = _fold(acts).paper
    assert (paper.what, paper.unit, paper.hop) == ("Fólder amarillo", "unit-a", hop.event.id)
    acts.took(hop, "unit-b")
    assert _fold(acts).paper.unit == "unit-a"  # the papers come later
    acts(EventKind.PAPER_MOVED, slip="slip-1", unit="unit-b", hop=hop.event.id, paper="", where="Mesa de María")
    paper = _fold(acts).paper
    assert (paper.what, paper.where, paper.unit, paper.hop) == ("Fólder amarillo", "Mesa de María", "unit-b", "")
    stranger = acts(EventKind.PAPER_MOVED, slip="slip-1", unit="unit-x", hop="", paper="", where="Aquí")
    assert _fold(acts).refused == (stranger.digest,)


def test_what_comes_back_brings_its_paper_back() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b", paper="Fólder amarillo")
    acts.took(hop, "unit-b", EventKind.REJECTED, reason="x")
    assert (_fold(acts).paper.unit, _fold(acts).paper.hop) == ("unit-a", "")


def test_where_a_copys_paper_is_says_nothing_of_the_slips() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    copy = acts.sent("unit-c", mode="copia")
    acts.took(copy, "unit-c", paper="Fotocopia")
    acts(EventKind.PAPER_MOVED, slip="slip-1", unit="unit-c", hop=copy.event.id, paper="", where="Archivador 2")
    view = _fold(acts)
    assert (view.paper.unit, view.paper.where, view.hops[0].paper_received) == ("unit-a", "", "Archivador 2")
    assert view.refused == ()


@pytest.mark.parametrize("mode", ["oficial", "copia"])
def test_a_dispatch_takes_no_hop_s_place_by_its_id(mode: str) -> None:
    """Whoever has had the slip chooses the id of what he sends: he cannot write over the OFICIAL of another by it."""
    acts = Acts()
    acts.born()
    acts.opened()
    sent = acts.sent("unit-b")
    acts.took(sent, "unit-b")
    whole = _fold(acts)
    forged = acts.sent("unit-c", unit="unit-b", mode=mode)
    forged = unsigned(replace(forged.event, id=sent.event.id))
    acts.made[-1] = forged
    view = _fold(acts)
    assert view.refused == (forged.digest,)
    assert (view.hops, view.holder) == (whole.hops, "unit-b")
