"""Two PCs of a unit, one that cancels and one that receives, somebody who left: told, and settled by who is in charge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.operations import conclude, dispatch, justify, reassign, receive, settle_slip, show, synchronise, trays
from desktop.operations.desk import Desk
from desktop.operations.verify import verify_slip
from desktop.practice.people import ANSWERER, ARCHIVIST, AUTHOR, CHIEF
from desktop.records.events import EventKind
from desktop.records.people import Delegation
from desktop.routing.hops import HopState
from desktop.routing.trays import Tray
from tests.fixtures.appointments import change_directory, second_pc, with_chiefs
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _exchange(*desks: Desk) -> None:
    for _ in range(2):
        for desk in desks:
            synchronise.synchronise(desk)


def _appoint(stage: Stage) -> None:
    office = stage.office
    chiefs = {office.units["planning"]: office.ids[CHIEF], office.units["finance"]: office.ids[ARCHIVIST]}
    change_directory(office, lambda directory: with_chiefs(directory, chiefs))


def _dispatched_twice(stage: Stage) -> tuple[Desk, Desk, Desk]:
    """Two PCs of Planning, each without the other's news, derived one slip; everybody has everything now."""
    office = stage.office
    _appoint(stage)
    one, there = office.desk(PLANNING), office.desk(FINANCE)
    two = second_pc(office, office.units["planning"], AUTHOR)
    synchronise.synchronise(one)
    slip = dispatch.dispatch(one, stage.document, office.to_finance())  # the bytes travel, sealed to both PCs
    receive.cancel(one, slip, one.store.slip(slip).hops[0].id)
    _exchange(one, two)
    dispatch.dispatch(one, stage.document, office.to_finance("La primera."))
    dispatch.dispatch(two, stage.document, office.to_finance("La segunda."))
    _exchange(one, two, there)
    return one, two, there


def test_two_official_of_one_place_are_told_and_settled_by_the_chief(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    one, two, there = _dispatched_twice(stage)
    slip = one.store.document(stage.document).slip or ""
    views = [desk.store.slip(slip) for desk in (one, two, there)]
    assert views[0] == views[1] == views[2]
    first, second = (hop.id for hop in views[0].contested)
    assert settle_slip.tell_conflicts(one) == [("slip.two_official", {"slip": views[0].number})]
    assert [code for code, _ in settle_slip.tell_conflicts(there)] == ["slip.in_conflict"]
    assert "slip.two_official" in {code for code, _ in synchronise.synchronise(one).problems}  # told at every exchange
    assert trays.counts(there)[Tray.INCOMING] == 2
    receive.receive(there, slip, second)
    with refused("slip.in_conflict"):
        dispatch.dispatch(there, stage.document, dispatch.Order(office.units["planning"]))
    with refused("slip.in_conflict"):
        conclude.conclude(there, stage.document)
    with refused("slip.nothing_to_settle"):
        settle_slip.settle(there, slip, second, "Yo decido")

    assert EventKind.SETTLED not in show.card(one, stage.document).acts
    with refused("slip.not_chief"):
        settle_slip.settle(one, slip, first, "Vale la primera")
    chief = office.desk(PLANNING, CHIEF)
    assert EventKind.SETTLED in show.card(chief, stage.document).acts
    with refused("slip.settle_no_reason"):
        settle_slip.settle(chief, slip, first, " ")
    with refused("slip.nothing_to_settle"):
        settle_slip.settle(chief, slip, one.store.slip(slip).hops[0].id, "Esa fue cancelada")
    settle_slip.settle(chief, slip, first, "Vale la primera")
    with refused("slip.nothing_to_settle"):
        settle_slip.settle(chief, slip, first, "Otra vez")
    _exchange(one, there, two)
    view = there.store.slip(slip)
    assert view == one.store.slip(slip) == two.store.slip(slip)
    assert (view.hop(second).void, view.hop(second).state, view.open_conflicts) == (True, HopState.RECEIVED, ())
    for act in (
        lambda: justify.justify(there, slip, second, "Tarda"),
        lambda: receive.reject(there, slip, second, "x"),
    ):
        with pytest.raises(Exception, match=r"slip\.superseded|slip\.act_forbidden"):
            act()
    with refused("slip.superseded"):
        justify.justify(there, slip, second, "Tarda")
    conclude.put_away(there, slip, second, "Queda la primera", folder="Duplicados")
    assert there.store.slip(slip).hop(second).folder == "Duplicados"
    receive.receive(there, slip, first)
    dispatch.dispatch(there, stage.document, dispatch.Order(office.units["planning"]))
    _exchange(there, one)
    assert verify_slip(one, slip).whole


def test_without_a_chief_nobody_settles(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    one, _, _ = _dispatched_twice(stage)
    slip = one.store.document(stage.document).slip or ""
    one.directory = with_chiefs(one.directory, dict.fromkeys(stage.office.units.values(), None))  # type: ignore[arg-type]
    with refused("slip.no_chief"):
        settle_slip.settle(one, slip, one.store.slip(slip).contested[0].id, "x")


def test_who_stands_for_the_chief_settles_in_his_name(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    one, _, there = _dispatched_twice(stage)
    today = one.now_local().date()
    given = Delegation(office.ids[CHIEF], office.ids[AUTHOR], "Memorándum 9/2026", today, today + timedelta(days=1))
    change_directory(office, lambda directory: replace(directory, delegations=(given,)))
    _exchange(one)
    slip = one.store.document(stage.document).slip or ""
    keep = one.store.slip(slip).contested[1].id
    settle_slip.settle(one, slip, keep, "Vale la segunda")
    _exchange(one, there)
    (conflict,) = (item for item in there.store.slip(slip).conflicts if item.settlement)
    assert conflict.settlement is not None
    assert (conflict.settlement.keep, conflict.settlement.official) == (keep, office.ids[CHIEF])


def test_who_cancelled_too_late_is_told_and_takes_note(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    _appoint(stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    hop = here.store.slip(stage.slip).hops[0].id
    receive.receive(there, stage.slip, hop)
    receive.cancel(here, stage.slip, hop, "Me equivoqué")
    assert here.store.slip(stage.slip).hops[0].state is HopState.CANCELLED
    _exchange(here, there)
    assert here.store.slip(stage.slip).holder == stage.office.units["finance"]
    assert settle_slip.tell_conflicts(here) == [
        ("slip.cancelled_too_late", {"slip": here.store.slip(stage.slip).number})
    ]
    assert settle_slip.tell_conflicts(there) == []
    chief = stage.office.desk(PLANNING, CHIEF)
    synchronise.synchronise(chief)
    settle_slip.settle(chief, stage.slip, hop, "Enterado: sigue en Finanzas.")
    assert settle_slip.tell_conflicts(chief) == []
    dispatch.dispatch(there, stage.document, dispatch.Order(stage.office.units["planning"]))
    _exchange(chief, there)
    assert chief.store.slip(stage.slip) == there.store.slip(stage.slip)


# --- an official who left


def test_what_was_addressed_to_one_who_left_is_anybodys_and_the_chief_hands_it_on(
    sent_stage: Stage, stages: Stages
) -> None:
    stage = stages(sent_stage)
    office = stage.office
    _appoint(stage)
    there = office.desk(FINANCE)
    synchronise.synchronise(there)
    hop = there.store.slip(stage.slip).hops[0].id
    receive.receive(there, stage.slip, hop)
    clerk = office.desk(FINANCE)
    clerk.official = office.ids[ARCHIVIST]  # asks only what lies here: he acts on another PC
    assert trays.counts(clerk)[Tray.PENDING] == 0
    yesterday = there.now_local().date() - timedelta(days=1)
    gone = office.ids[ANSWERER]
    people = tuple(replace(who, until=yesterday) if who.id == gone else who for who in clerk.directory.officials)
    moved = tuple(replace(who, unit=office.units["planning"]) if who.id == gone else who for who in people)
    for officials in (people, tuple(replace(who, until=None) for who in moved)):
        clerk.directory = replace(clerk.directory, officials=officials)
        assert trays.counts(clerk)[Tray.PENDING] == 1
        assert [row.hop.id for row in trays.rows(clerk, Tray.PENDING) if row.hop] == [hop]

    there.directory = with_chiefs(there.directory, {office.units["finance"]: office.ids[ANSWERER]})
    with refused("reassign.no_reason"):
        reassign.reassign(there, stage.slip, hop, office.ids[ARCHIVIST], "")
    with refused("reassign.not_here"):
        reassign.reassign(there, stage.slip, hop, office.ids[AUTHOR], "Vacaciones")
    whole = there.directory
    left = tuple(replace(who, until=yesterday) if who.id == office.ids[ARCHIVIST] else who for who in whole.officials)
    there.directory = replace(whole, officials=left)
    with refused("reassign.not_here"):
        reassign.reassign(there, stage.slip, hop, office.ids[ARCHIVIST], "Vacaciones")
    there.directory = whole
    reassign.reassign(there, stage.slip, hop, office.ids[ARCHIVIST], "Vacaciones")
    (moved_on,) = there.store.slip(stage.slip).hops[0].reassignments
    assert (moved_on.before, moved_on.after, moved_on.reason) == (gone, office.ids[ARCHIVIST], "Vacaciones")
    clerk.directory = there.directory
    assert trays.counts(clerk)[Tray.PENDING] == 1
    assert trays.counts(there)[Tray.PENDING] == 0


def test_nobody_sends_to_one_who_left(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    yesterday = desk.now_local().date() - timedelta(days=1)
    officials = tuple(replace(who, until=yesterday) for who in desk.directory.officials)
    desk.directory = replace(desk.directory, officials=officials)
    with refused("dispatch.left_office"):
        dispatch.dispatch(desk, stage.document, stage.office.to_finance())
    dispatch.dispatch(desk, stage.document, replace(stage.office.to_finance(), to_official=""))


def test_only_the_chief_of_the_receiving_unit_reassigns(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    _appoint(stage)
    here, there = stage.office.desk(PLANNING, CHIEF), stage.office.desk(FINANCE)
    for desk in (here, there):
        synchronise.synchronise(desk)
    hop = here.store.slip(stage.slip).hops[0].id
    with refused("slip.act_forbidden"):
        reassign.reassign(here, stage.slip, hop, stage.office.ids[AUTHOR], "Para mí")
    with refused("slip.not_chief"):
        reassign.reassign(there, stage.slip, hop, stage.office.ids[ARCHIVIST], "Para él")


# --- a unit that ended


def test_the_successor_takes_up_what_lay_with_an_ended_unit(received_stage: Stage, stages: Stages) -> None:
    """The directory says who took over; the acts name the unit that the slip knows."""
    stage = stages(received_stage)
    office = stage.office
    there = office.desk(FINANCE)
    old, new = there.unit_id, "01HZZZZZZZZZZZZZZZZZZZZZNEW"
    heir = replace(there.unit, id=new, name="Nueva Secretaría")
    ended = replace(there.unit, ended_on=there.now_local().date(), successors=(new,))
    units = (*(unit for unit in there.directory.units if unit.id != old), ended, heir)
    officials = tuple(replace(who, unit=new) if who.unit == old else who for who in there.directory.officials)
    there.directory = replace(there.directory, units=units, officials=officials)
    there.unit_id = new
    assert trays.counts(there)[Tray.PENDING] == 1
    hop = there.store.slip(stage.slip).hops[0].id
    first = replace(ended, successors=(office.units["planning"], new))  # another unit got the open slips
    there.directory = replace(there.directory, units=(*(u for u in units if u.id != old), first))
    assert trays.counts(there)[Tray.PENDING] == 0
    with refused("slip.act_forbidden"):
        justify.justify(there, stage.slip, hop, "Se fusionaron las Secretarías")
    there.directory = replace(there.directory, units=units)
    justify.justify(there, stage.slip, hop, "Se fusionaron las Secretarías")
    assert there.store.slip(stage.slip).refused == ()
    dispatch.dispatch(there, stage.document, dispatch.Order(office.units["planning"]))
    view = there.store.slip(stage.slip)
    assert (view.refused, view.in_transit is not None) == ((), True)
