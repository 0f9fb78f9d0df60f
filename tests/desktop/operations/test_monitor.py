"""Monitor: who has what in the chief's unit, since when; and nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from desktop.operations import monitor, receive, synchronise
from desktop.operations.desk import Desk
from desktop.operations.monitor import MonitorState
from desktop.operations.open_slip import SlipHeading, open_slip
from desktop.practice.people import ANSWERER, ARCHIVIST, AUTHOR, CHIEF
from desktop.records.people import Delegation, Directory, Secretary
from desktop.routing.deadlines import Urgency
from tests.fixtures.appointments import change_directory, with_chiefs
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _chief_of_finance(stage: Stage, change: Callable[[Directory], Directory] = lambda it: it) -> Desk:
    """The desk of finance, whose chief is the archivist; the answerer sits there."""
    office = stage.office
    chiefs = {office.units["finance"]: office.ids[ARCHIVIST]}
    change_directory(office, lambda it: change(with_chiefs(it, chiefs)))
    desk = office.desk(FINANCE)
    synchronise.synchronise(desk)
    return desk


def _answerer_is_chief(stage: Stage) -> Desk:
    office = stage.office
    change_directory(office, lambda it: with_chiefs(it, {office.units["finance"]: office.ids[ANSWERER]}))
    desk = office.desk(FINANCE)
    synchronise.synchronise(desk)
    return desk


def test_a_slip_is_told_from_its_arrival_on(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = _answerer_is_chief(stage)
    (row,) = monitor.monitor(desk)
    view = desk.store.slip(stage.slip)
    hop = view.hops[0]
    assert (row.slip, row.number, row.hop, row.subject) == (stage.slip, view.number, hop.id, view.subject)
    assert (row.sender, row.sent_at, row.remark) == (
        desk.directory.official(hop.from_official).name, hop.sent_at, "Para su informe.",
    )  # fmt: skip
    assert (row.state, row.received_at, row.copy) == (MonitorState.ARRIVING, None, False)
    assert row.unit == desk.unit.name
    receive.receive(desk, stage.slip, hop.id)
    (row,) = monitor.monitor(desk)
    assert row.state is MonitorState.PENDING
    assert row.received_at == desk.store.slip(stage.slip).hops[0].received_at
    assert (row.days.held, row.days.urgency) == (0, Urgency.GOOD)


def test_days_are_counted_to_the_deadline_of_the_hop_or_of_the_slip(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    change_directory(office, lambda it: with_chiefs(it, {office.units["planning"]: office.ids[AUTHOR]}))
    desk = office.desk(PLANNING)
    synchronise.synchronise(desk)
    today = desk.now_local().date()
    slip = open_slip(desk, stage.document, SlipHeading(deadline=today - timedelta(days=10)))
    (row,) = monitor.monitor(desk)
    assert (row.slip, row.hop, row.sender, row.deadline) == (slip, None, "", today - timedelta(days=10))
    assert (row.days.left or 0) < 0
    assert row.days.urgency is Urgency.BAD
    assert row.received_at == desk.store.slip(slip).opened_at
    assert not row.days.calendar


def test_only_the_chief_who_stands_for_him_and_his_secretary_see_it(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    ids = stage.office.ids
    desk = _chief_of_finance(stage)
    with refused("monitor.not_chief"):
        monitor.monitor(desk)
    assert monitor.may_oversee(desk, desk.unit_id, ids[ARCHIVIST])
    today = desk.now_local().date()
    old = Delegation(ids[ARCHIVIST], ids[ANSWERER], "M-1", today - timedelta(days=9), today - timedelta(days=1))
    plain = desk.directory
    desk.directory = replace(plain, delegations=(old,))
    with refused("monitor.not_chief"):
        monitor.monitor(desk)
    desk.directory = replace(plain, delegations=(replace(old, last_day=today),))
    assert len(monitor.monitor(desk)) == 1
    clerk = Secretary(ids[ARCHIVIST], ids[ANSWERER], ("slip.received",), "M-2", today, today)
    desk.directory = replace(plain, secretaries=(clerk,))
    assert len(monitor.monitor(desk)) == 1
    late = replace(clerk, first_day=date(2020, 1, 1), last_day=date(2020, 1, 2))
    desk.directory = replace(plain, secretaries=(late,))
    with refused("monitor.not_chief"):
        monitor.monitor(desk)


def test_the_chief_of_the_unit_above_sees_it_and_the_one_below_not_the_one_above(
    received_stage: Stage, stages: Stages
) -> None:
    stage = stages(received_stage)
    office = stage.office
    planning, finance = office.units["planning"], office.units["finance"]
    desk = office.desk(FINANCE)

    def under(unit: str, parent: str, chief: str) -> Directory:
        units = tuple(replace(each, parent=parent if each.id == unit else None) for each in desk.directory.units)
        return with_chiefs(replace(desk.directory, units=units), {parent: office.ids[chief]})

    desk.directory = under(finance, planning, ANSWERER)
    assert monitor.units_under(desk, planning) == (planning, finance)
    assert [row.unit_id for row in monitor.monitor(desk, unit=planning)] == [finance]
    assert len(monitor.monitor(desk, unit=finance)) == 1
    desk.directory = under(planning, finance, CHIEF)
    with refused("monitor.not_chief"):
        monitor.monitor(desk)
    with refused("directory.unknown_unit"):
        monitor.monitor(desk, unit="01HZZZZZZZZZZZZZZZZZZZZZZZ")


def test_what_an_ended_unit_had_lies_with_its_heir(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    office = stage.office
    planning, finance = office.units["planning"], office.units["finance"]
    desk = office.desk(FINANCE)
    units = tuple(
        replace(each, ended_on=date(2026, 1, 1), successors=(planning,)) if each.id == finance else each
        for each in desk.directory.units
    )
    desk.directory = with_chiefs(replace(desk.directory, units=units), {planning: office.ids[ANSWERER]})
    assert [row.unit_id for row in monitor.monitor(desk)] == [finance]
