"""Desks while units end and officials move and leave: what may still be done, by whom, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from desktop.operations import answer, dispatch, entity, receive, synchronise, trays, void
from desktop.operations.desk import Desk
from desktop.operations.directory import tell_ended
from desktop.operations.entity import EntityDesk
from desktop.practice.people import ANSWERER, ARCHIVIST
from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.records.people import Unit
from desktop.routing.trays import Tray
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
HEIR = "01HZZZZZZZZZZZZZZZZZZZZHEIR"


def today(desk: Desk) -> date:
    return desk.now_local().date()


def end(desk: Desk, unit: str, *, move: bool = True) -> None:
    """``unit`` became a new one; with ``move`` its officials went there."""
    directory = desk.directory
    old = directory.unit(unit)
    heir = replace(old, id=HEIR, name="Secretaría Nueva")
    units = tuple(replace(u, ended_on=today(desk), successors=(HEIR,)) if u.id == unit else u for u in directory.units)
    people = tuple(replace(o, unit=HEIR) if move and o.unit == unit else o for o in directory.officials)
    desk.directory = replace(directory, units=(*units, heir), officials=people)
    desk.unit_id = desk.directory.unit_at(desk.key.id, desk.unit_id)


def change(desk: Desk, who: str, **changes: Any) -> None:
    people = tuple(replace(o, **changes) if o.id == who else o for o in desk.directory.officials)
    desk.directory = replace(desk.directory, officials=people)


def test_nothing_is_dispatched_to_a_unit_that_ended(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    end(desk, stage.office.units["finance"])
    with refused("dispatch.unit_ended"):
        dispatch.dispatch(desk, stage.document, stage.office.to_finance())
    with refused("dispatch.unit_ended"):
        dispatch.dispatch(desk, stage.document, dispatch.Order(HEIR, copies=((stage.office.units["finance"], ""),)))
    assert desk.store.document(stage.document).slip is None


def test_what_had_been_sent_to_an_ended_unit_is_received_by_its_successor_and_told_to_it(
    sent_stage: Stage, stages: Stages
) -> None:
    stage = stages(sent_stage)
    there = stage.office.desk(FINANCE)
    old = there.unit_id
    end(there, old)
    assert there.unit_id == HEIR
    receive.receive(there, stage.slip, there.store.slip(stage.slip).hops[0].id)
    (received,) = [item for item in there.store.events_of_slip(stage.slip) if item.event.kind is EventKind.RECEIVED]
    assert {unit for unit, _ in received.event.deliveries} == {old, HEIR, stage.office.units["planning"]}


def test_a_desk_of_an_ended_unit_may_finish_and_is_told(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    assert tell_ended(desk, None) == ()  # type: ignore[arg-type]
    end(desk, desk.unit_id, move=False)
    ((code, facts),) = tell_ended(desk, None)  # type: ignore[arg-type]
    assert (code, facts["heirs"]) == ("unit.ended", "Secretaría Nueva")
    dispatch.dispatch(desk, stage.document, dispatch.Order(stage.office.units["planning"]))
    events = [item.event for item in desk.store.events_of_slip(stage.slip)]
    (sent,) = [one for one in events if one.kind is EventKind.DISPATCHED and one.device == desk.key.id]
    assert HEIR in dict(sent.deliveries)  # its successor knows what left


def test_who_left_or_moved_does_nothing_more_here(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    who = stage.office.ids[ANSWERER]
    order = dispatch.Order(stage.office.units["planning"])
    change(desk, who, until=today(desk) - timedelta(days=1))
    with refused("act.official_left"):
        dispatch.dispatch(desk, stage.document, order)
    change(desk, who, until=today(desk))
    moved = desk.directory
    change(desk, who, unit=stage.office.units["planning"])
    with refused("act.other_unit"):
        dispatch.dispatch(desk, stage.document, order)
    desk.directory = moved
    dispatch.dispatch(desk, stage.document, order)  # his last day


def administrator(stage: Stage, desk: Desk) -> EntityDesk:
    folder = stage.office.home / "entidad"
    return EntityDesk(folder, desk.directory.entity.id, desk.exchange(), datetime.now(UTC))


def test_a_whole_merge_through_the_exchange(sent_stage: Stage, stages: Stages) -> None:
    """While a slip is on its way its destination becomes part of a new unit: nothing is lost and nobody is asked twice."""
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    old = there.unit_id
    at = administrator(stage, here)
    entity.add_unit(at, Unit(HEIR, "Secretaría Nueva", "PRÁCTICA-SN"))
    entity.end_units(at, [old], [HEIR])
    synchronise.synchronise(there)
    assert (there.unit_id, there.unit.name) == (HEIR, "Secretaría Nueva")
    assert trays.counts(there)[Tray.INCOMING] == 1
    receive.receive(there, stage.slip, there.store.slip(stage.slip).hops[0].id)
    synchronise.synchronise(there)
    outcome = synchronise.synchronise(here)
    assert not [problem for problem in outcome.problems if problem[0].startswith(("event.", "mail."))]
    assert here.store.slip(stage.slip).holder == there.store.slip(stage.slip).holder == old
    dispatch.dispatch(there, stage.document, dispatch.Order(here.unit_id, remark="De vuelta"))
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    back = here.store.slip(stage.slip).in_transit
    assert back is not None
    receive.receive(here, stage.slip, back.id)
    dispatch.dispatch(here, stage.document, dispatch.Order(HEIR, stage.office.ids[ANSWERER]))
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    again = there.store.slip(stage.slip).in_transit
    assert again is not None
    receive.receive(there, stage.slip, again.id)
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    assert here.store.slip(stage.slip).holder == HEIR
    assert here.store.slip(stage.slip) == there.store.slip(stage.slip)
    assert not here.store.quarantined()
    assert not there.store.quarantined()


def test_a_reopened_desk_works_for_the_unit_that_its_own_became(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    there = stage.office.desk(FINANCE)
    at = administrator(stage, there)
    entity.add_unit(at, Unit(HEIR, "Secretaría Nueva", "PRÁCTICA-SN"))
    entity.end_units(at, [there.unit_id], [HEIR])
    synchronise.synchronise(there)
    stage.office.close()
    assert stage.office.desk(FINANCE).unit_id == HEIR


def test_what_one_did_before_he_left_is_still_believed_by_who_comes_later(sent_stage: Stage, stages: Stages) -> None:
    """A desk that reads an event only after its author's PC was revoked believes it, since its number is not above the last one."""
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    receive.receive(there, stage.slip, there.store.slip(stage.slip).hops[0].id)
    synchronise.synchronise(there)
    at = administrator(stage, here)
    for label in (ANSWERER, ARCHIVIST):
        entity.official_leaves(at, stage.office.ids[label], today(here))
    assert at.newest().device(there.key.id).revoked_at is not None
    synchronise.synchronise(here)
    assert here.store.slip(stage.slip).holder == there.unit_id
    assert not here.store.quarantined()
    assert not at.newest().devices_of(there.unit_id)


def test_papers_of_an_ended_unit_go_on_in_the_one_that_took_over(received_stage: Stage, stages: Stages) -> None:
    """What was signed before is dispatched, voided or concluded by the heir; what it writes itself answers what the ended one received."""
    stage = stages(received_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    old = there.unit_id
    before = stage.office.signed(there, ANSWERER, template="informe")
    spoilt = stage.office.signed(there, ANSWERER, template="informe")
    at = administrator(stage, here)
    entity.add_unit(at, Unit(HEIR, "Secretaría Nueva", "PRÁCTICA-SN"))
    entity.end_units(at, [old], [HEIR])
    synchronise.synchronise(there)
    slip = dispatch.dispatch(there, before, dispatch.Order(here.unit_id))
    assert there.store.document(before).slip == slip
    void.void(there, spoilt, "Salió mal")
    reply = stage.office.signed(there, ANSWERER, template="informe")
    assert there.store.document(reply).unit == HEIR
    answer.answer(there, stage.slip, there.store.slip(stage.slip).hops[0].id, reply)
    assert there.store.document(reply).slip == stage.slip
    dispatch.dispatch(there, stage.document, dispatch.Order(here.unit_id))
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    assert not here.store.quarantined()
    for store in (here.store, there.store):
        assert (store.slip(slip).origin_unit, store.slip(slip).refused, store.slip(stage.slip).refused) == (old, (), ())
        assert store.document(reply).slip == stage.slip
    assert there.store.document(spoilt).state is DocumentState.VOID


def test_what_one_who_does_not_know_yet_sends_to_an_ended_unit_arrives(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    old, at = here.unit_id, administrator(stage, here)
    entity.add_unit(at, Unit(HEIR, "Secretaría Nueva", "PRÁCTICA-SN"))
    entity.end_units(at, [old], [HEIR])
    dispatch.dispatch(
        there, stage.document, dispatch.Order(old, remark="Va como siempre")
    )  # by the directory of before
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    assert here.unit_id == HEIR
    back = here.store.slip(stage.slip).in_transit
    assert back is not None
    assert back.remark == "Va como siempre"
    receive.receive(here, stage.slip, back.id)
    assert here.store.slip(stage.slip).holder == old


def test_a_directory_that_comes_while_a_number_is_fetched_is_asked_once_more(
    signed_stage: Stage, stages: Stages
) -> None:
    """The number of the slip is asked of the exchange, and with it the directory: the unit may have ended meanwhile."""
    stage = stages(signed_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    at = administrator(stage, there)
    entity.add_unit(at, Unit(HEIR, "Secretaría Nueva", "PRÁCTICA-SN"))
    entity.end_units(at, [there.unit_id], [HEIR])
    with refused("dispatch.unit_ended"):
        dispatch.dispatch(here, stage.document, stage.office.to_finance())
    assert here.store.document(stage.document).slip is None
