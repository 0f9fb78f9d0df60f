"""Every operation on a slip is possible exactly where the table of acts allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from desktop.operations import (
    answer,
    conclude,
    dispatch,
    group,
    justify,
    paper,
    reassign,
    receive,
    settle_slip,
    synchronise,
)
from desktop.operations.desk import Desk
from desktop.operations.open_slip import SlipHeading, open_slip
from desktop.practice.people import ANSWERER, AUTHOR
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import SLIP_ACTS, allowed
from tests.fixtures.appointments import change_directory, with_chiefs
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


class _Reached(Exception):
    """The operation had nothing against it and was about to write."""


@contextmanager
def _nothing_is_written(desk: Desk) -> Iterator[None]:
    def reached() -> None:
        raise _Reached

    kept = desk.store.act
    desk.store.act = reached  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        desk.store.act = kept  # type: ignore[method-assign]


def _possible(desk: Desk, act: Callable[[], object]) -> bool:
    with _nothing_is_written(desk):
        try:
            act()
        except _Reached:
            return True
        except OfficeError:
            return False
    raise AssertionError("it neither wrote nor refused")


def _on_hop(desk: Desk, slip: str, hop: str, signed: str) -> dict[EventKind, Callable[[], object]]:
    return {
        EventKind.RECEIVED: lambda: receive.receive(desk, slip, hop),
        EventKind.REJECTED: lambda: receive.reject(desk, slip, hop, "x"),
        EventKind.CANCELLED: lambda: receive.cancel(desk, slip, hop, "x"),
        EventKind.ANSWERED: lambda: answer.answer(desk, slip, hop, signed),
        EventKind.JUSTIFIED: lambda: justify.justify(desk, slip, hop, "x"),
        EventKind.REASSIGNED: lambda: reassign.reassign(desk, slip, hop, desk.official, "x"),
        EventKind.PAPER_MOVED: lambda: paper.move_paper(desk, slip, "x", hop=hop),
    }


def _on_slip(desk: Desk, slip: str, to: str, spare: str) -> dict[EventKind, Callable[[], object]]:
    view = desk.store.slip(slip)
    conflict = view.open_conflicts[0].hops[0] if view.open_conflicts else "none"
    return {
        EventKind.OPENED: lambda: open_slip(desk, view.document, SlipHeading()),
        EventKind.DISPATCHED: lambda: dispatch.dispatch(desk, view.document, dispatch.Order(to)),
        EventKind.CONCLUDED: lambda: conclude.conclude(desk, view.document),
        EventKind.REOPENED: lambda: conclude.reopen(desk, view.document),
        EventKind.GROUPED: lambda: group.group(desk, [spare], slip),
        EventKind.UNGROUPED: lambda: group.ungroup(desk, view.members[0] if view.members else slip),
        EventKind.PAPER_MOVED: lambda: paper.move_paper(desk, slip, "x"),
        EventKind.SETTLED: lambda: settle_slip.settle(desk, slip, conflict, "x"),
    }


def _compare(desk: Desk, slip: str, to: str, spare: str, signed: str) -> set[EventKind]:
    """What was possible; fails where an operation and the table differ."""
    view = desk.store.slip(slip)
    found: set[EventKind] = set()
    for kind, act in _on_slip(desk, slip, to, spare).items():
        expected = kind in allowed(view, desk.unit_id)
        assert _possible(desk, act) == expected, (kind, view)
        found |= {kind} if expected else set()
    for hop in view.hops:
        for kind, act in _on_hop(desk, slip, hop.id, signed).items():
            expected = kind in allowed(view, desk.unit_id, hop=hop.id)
            assert _possible(desk, act) == expected, (kind, hop, view)
            found |= {kind} if expected else set()
    return found


def test_operations_and_table_agree_all_along_a_slips_way(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    planning, finance = office.units["planning"], office.units["finance"]
    chiefs = {planning: office.ids[AUTHOR], finance: office.ids[ANSWERER]}
    change_directory(office, lambda directory: with_chiefs(directory, chiefs))
    answers = {
        planning: office.signed(here, subject="Respuesta"),
        finance: office.signed(there, ANSWERER, template="informe"),
    }
    other = open_slip(there, office.signed(there, ANSWERER, template="informe"), SlipHeading())
    spares = {
        planning: open_slip(here, office.signed(here), SlipHeading()),
        finance: open_slip(there, office.signed(there, ANSWERER, template="informe"), SlipHeading()),
    }
    slip = open_slip(here, stage.document, SlipHeading())
    seen: set[EventKind] = set()

    def compare() -> None:
        for desk, other in ((here, there), (there, here)):
            synchronise.synchronise(desk)
            to = finance if desk is here else planning
            if slip in {each.id for each in desk.store.slips()}:
                seen.update(_compare(desk, slip, to, spares[desk.unit_id], answers[desk.unit_id]))
            synchronise.synchronise(other)

    compare()
    dispatch.dispatch(here, stage.document, replace(office.to_finance(), copies=[(finance, "")]))
    compare()
    first, copy = (hop.id for hop in sorted(here.store.slip(slip).hops, key=lambda hop: not hop.official))
    receive.receive(there, slip, first)
    compare()
    receive.receive(there, slip, copy)
    compare()
    conclude.put_away(there, slip, copy)
    group.group(there, [other], slip)
    compare()
    assert _compare(there, other, planning, slip, answers[finance]) <= {
        EventKind.UNGROUPED,
        EventKind.PAPER_MOVED,
    }
    group.ungroup(there, other)
    dispatch.dispatch(there, stage.document, dispatch.Order(planning))
    compare()
    receive.reject(here, slip, here.store.slip(slip).hops[-1].id, "No corresponde")
    compare()
    conclude.conclude(there, stage.document)
    compare()
    conclude.reopen(there, stage.document)
    compare()
    assert seen == SLIP_ACTS - {EventKind.OPENED, EventKind.SETTLED}


def test_operations_and_table_agree_in_a_conflict(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    receive.receive(there, stage.slip, there.store.slip(stage.slip).hops[0].id)
    receive.cancel(here, stage.slip, here.store.slip(stage.slip).hops[0].id)
    dispatch.dispatch(here, stage.document, office.to_finance("Otra vez"))
    chiefs = {office.units["planning"]: office.ids[AUTHOR], office.units["finance"]: office.ids[ANSWERER]}
    change_directory(office, lambda directory: with_chiefs(directory, chiefs))
    signed = {
        here.unit_id: office.signed(here),
        there.unit_id: office.signed(there, ANSWERER, template="informe"),
    }

    def compare() -> set[EventKind]:
        found = set()
        for desk, to in ((here, "finance"), (there, "planning")):
            for each in (here, there, here):
                synchronise.synchronise(each)
            found |= _compare(desk, stage.slip, office.units[to], "no-slip", signed[desk.unit_id])
        return found

    assert EventKind.SETTLED in compare()
    again = here.store.slip(stage.slip).contested[1].id
    settle_slip.settle(here, stage.slip, again, "Vale la segunda")
    assert EventKind.SETTLED not in compare()
    dropped = next(hop for hop in there.store.slip(stage.slip).hops if hop.void)
    assert _possible(there, lambda: conclude.put_away(there, stage.slip, dropped.id))
    assert not _possible(there, lambda: conclude.put_away(there, stage.slip, again))
