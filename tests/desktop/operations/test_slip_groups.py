"""Agrupar: several slips go as one under a principal, each in its own chain and to its own audience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.operations import approve, conclude, dispatch, group, receive, show, synchronise, trays
from desktop.operations.desk import Desk
from desktop.operations.on_slip import Doer, note
from desktop.operations.open_slip import SlipHeading, open_slip
from desktop.operations.verify import verify_slip
from desktop.practice.people import ANSWERER, AUTHOR
from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.routing.trays import Tray
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _two_slips(stage: Stage, desk: Desk) -> tuple[str, str, str, str]:
    """Two documents with a slip each, held at the desk that made them."""
    other = stage.office.signed(desk, subject="Otro pedido")
    return (
        stage.document,
        other,
        open_slip(desk, stage.document, SlipHeading()),
        open_slip(desk, other, SlipHeading("Compra menor")),
    )


def test_a_group_goes_arrives_and_is_taken_apart_elsewhere(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    principal, other, head, member = _two_slips(stage, here)
    group.group(here, [head, member], head)
    assert here.store.slip(head).members == (member,)
    assert here.store.slip(member).principal == head
    assert {EventKind.UNGROUPED, EventKind.DISPATCHED} <= set(show.card(here, principal).acts)
    assert set(show.card(here, other).acts) & {EventKind.DISPATCHED, EventKind.CONCLUDED, EventKind.GROUPED} == set()
    with refused("slip.grouped"):
        dispatch.dispatch(here, other, office.to_finance())
    with refused("slip.grouped"):
        conclude.conclude(here, other)

    dispatch.dispatch(here, principal, office.to_finance())
    assert [len(here.store.slip(slip).hops) for slip in (head, member)] == [1, 1]
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    assert trays.counts(there)[Tray.INCOMING] == 2
    with refused("slip.grouped"):
        receive.receive(there, member, there.store.slip(member).hops[0].id)
    receive.receive(there, head, there.store.slip(head).hops[0].id)
    assert {there.store.slip(slip).holder for slip in (head, member)} == {office.units["finance"]}
    assert all(verify_slip(there, slip).whole for slip in (head, member))

    conclude.conclude(there, principal, "Atendidas.", folder="Compras 2026")
    views = [there.store.slip(slip) for slip in (head, member)]
    assert [(view.concluded, view.folder) for view in views] == [(True, "Compras 2026")] * 2
    assert {there.store.document(each).state for each in (principal, other)} == {DocumentState.CONCLUDED}
    with refused("slip.grouped"):
        conclude.reopen(there, other)
    conclude.reopen(there, principal)
    assert [there.store.slip(slip).concluded for slip in (head, member)] == [False, False]

    group.ungroup(there, member)
    assert (there.store.slip(head).members, there.store.slip(member).principal) == ((), None)
    dispatch.dispatch(there, other, dispatch.Order(office.units["planning"]))
    assert there.store.slip(head).in_transit is None
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    for slip in (head, member):
        assert here.store.slip(slip) == there.store.slip(slip)
        assert verify_slip(here, slip).whole


def test_what_comes_back_comes_back_together(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    principal, _, head, member = _two_slips(stage, here)
    group.group(here, [member], head)
    dispatch.dispatch(here, principal, stage.office.to_finance())
    receive.cancel(here, head, here.store.slip(head).hops[-1].id, "Error")
    assert {here.store.slip(slip).in_transit for slip in (head, member)} == {None}
    dispatch.dispatch(here, principal, stage.office.to_finance())
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    receive.reject(there, head, there.store.slip(head).hops[-1].id, "No corresponde")
    synchronise.synchronise(there)
    synchronise.synchronise(here)
    assert {here.store.slip(slip).holder for slip in (head, member)} == {stage.office.units["planning"]}
    assert here.store.slip(member).in_transit is None
    group.ungroup(here, member)


def test_what_cannot_be_grouped(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    principal, other, head, member = _two_slips(stage, desk)
    with refused("slip.nothing_to_group"):
        group.group(desk, [head], head)
    with refused("slip.unknown"):
        group.group(desk, ["no-slip"], head)
    with refused("slip.not_grouped"):
        group.ungroup(desk, member)
    group.group(desk, [member], head)
    third = open_slip(desk, stage.office.signed(desk, subject="Tercero"), SlipHeading())
    with refused("slip.grouped"):
        group.group(desk, [third], member)
    with refused("slip.group_of_groups"):
        group.group(desk, [head], third)
    dispatch.dispatch(desk, desk.store.slip(third).document, stage.office.to_finance())
    before = desk.store.slip(head)
    with refused("slip.in_transit"):
        group.group(desk, [third], head)
    assert desk.store.slip(head) == before  # all of them or none
    conclude.conclude(desk, principal)
    with refused("slip.concluded"):
        group.ungroup(desk, member)
    assert desk.store.document(other).state is DocumentState.CONCLUDED


def test_a_unit_that_saw_one_slip_never_sees_the_other(signed_stage: Stage, stages: Stages) -> None:
    """A copy of the member lies in another unit: what the principal does is told to the principal's units only."""
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    principal, _, head, member = _two_slips(stage, here)
    order = replace(office.to_finance(), copies=[])
    group.group(here, [member], head)
    dispatch.dispatch(here, principal, order)
    ids = {item.event.slip: dict(item.event.deliveries).keys() for item in here.store.events_of_slip(member)}
    assert set(ids) == {member}
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    assert there.store.slip(member).principal == head
    assert there.store.document(principal).digest
    assert there.directory.official(office.ids[ANSWERER])


def test_a_slip_that_left_its_group_elsewhere_stays_behind(signed_stage: Stage, stages: Stages) -> None:
    """The principal's chain does not know yet; the member's own says that it is alone."""
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    principal, _, head, member = _two_slips(stage, desk)
    group.group(desk, [member], head)
    doer = Doer(desk.acting(), desk.unit_id)
    with desk.store.act() as act:
        note(desk, act, EventKind.UNGROUPED, act.slip(member), doer, {"principal": head, "member": member})
    assert desk.store.slip(head).members == (member,)
    dispatch.dispatch(desk, principal, stage.office.to_finance())
    assert desk.store.slip(member).hops == ()


def test_a_slip_is_opened_by_the_unit_of_its_document(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    document = office.frozen(here, approvers=(ANSWERER,))
    for desk in (here, there):
        synchronise.synchronise(desk)
    approve.approve(there, document)
    for desk in (there, here):
        synchronise.synchronise(desk)
    assert office.sign(here, document, AUTHOR).error is None
    for desk in (here, there):
        synchronise.synchronise(desk)
    with refused("slip.not_own_document"):
        open_slip(there, document, SlipHeading())
    open_slip(here, document, SlipHeading())


def test_opening_alone_gives_number_and_heading(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    slip = open_slip(desk, stage.document, SlipHeading("Licitación", "Director", desk.now_local().date()))
    view = desk.store.slip(slip)
    assert (view.heading.procedure, view.heading.addressee, view.deadline) == (
        "Licitación", "Director", desk.now_local().date()
    )  # fmt: skip
    assert (view.heading.cite, view.holder) == (desk.store.document(stage.document).cite, desk.unit_id)
    assert trays.counts(desk)[Tray.PENDING] == 1
    with refused("slip.already_open"):
        open_slip(desk, stage.document, SlipHeading())
    with refused("document.act_forbidden"):
        open_slip(desk, stage.office.frozen(desk), SlipHeading())
    assert dispatch.dispatch(desk, stage.document, stage.office.to_finance()) == slip
