"""The panel of the line, monitor and reports against real desks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.operations import open_slip
from desktop.operations.delivery import DeliveryState
from desktop.operations.reports import ReportKind
from desktop.practice.people import AUTHOR, CHIEF
from desktop.records.errors import OfficeError
from desktop.routing.trays import Tray
from desktop.store import own_line
from desktop.ui.binding import BoundDesk
from desktop.ui.office import DispatchOrder
from tests.fixtures.appointments import with_chiefs
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _nothing(_done: int, _total: int, _name: str) -> None:
    """No progress is looked at."""


def test_a_document_goes_from_the_queue_to_its_receiver_and_a_pause_keeps_it(
    signed_stage: Stage, stages: Stages
) -> None:
    stage = stages(signed_stage)
    here, there = BoundDesk(stage.office.desk(PLANNING)), BoundDesk(stage.office.desk(FINANCE))
    here.dispatch(DispatchOrder(stage.document, stage.office.units["finance"], "", "otro"))

    def state() -> DeliveryState | None:
        (row,) = [row for row in here.line.read().rows if row.document == stage.document]
        (in_tray,) = [one for one in here.tray_rows(Tray.SENT) if one.document == stage.document]
        assert in_tray.delivery is row.state
        return row.state

    assert state() is DeliveryState.QUEUED
    waiting = here.line.read().waiting
    assert waiting

    def ask(_done: int, _total: int, _name: str) -> None:
        here.line.pause()

    outcome = here.synchronise(ask)
    assert outcome.paused
    assert outcome.waiting
    assert state() is DeliveryState.QUEUED
    assert not here.synchronise(_nothing).paused  # asked for once, it is over with the next one
    assert state() is DeliveryState.DELIVERED
    assert here.line.read().last_contact is not None
    there.synchronise(_nothing)
    (came,) = there.tray_rows(Tray.INCOMING)
    there.receive(came.slip or "", came.hop or "")
    there.synchronise(_nothing)
    here.synchronise(_nothing)
    assert state() is DeliveryState.RECEIVED


def test_the_monitor_is_the_chiefs_and_its_file_is_for_spreadsheets(
    signed_stage: Stage, stages: Stages, tmp_path: Path
) -> None:
    stage = stages(signed_stage)
    office = stage.office
    desk = office.desk(PLANNING)
    bound = BoundDesk(desk)
    desk.directory = with_chiefs(desk.directory, {office.units["planning"]: office.ids[CHIEF]})
    assert not bound.status().oversees
    with pytest.raises(OfficeError) as caught:
        bound.control.monitor()
    assert caught.value.code == "monitor.not_chief"
    open_slip.open_slip(desk, stage.document, open_slip.SlipHeading())  # takes numbers, and reads the directory anew
    desk.directory = with_chiefs(desk.directory, {office.units["planning"]: office.ids[AUTHOR]})
    assert bound.status().oversees
    (row,) = bound.control.monitor()
    assert row.document == stage.document
    target = tmp_path / "monitor.csv"
    bound.control.save_monitor(target, [row], "es")
    written = list(csv.reader(io.StringIO(target.read_text("utf-8-sig")), delimiter=";"))
    assert written[0][0] == "Hoja de ruta"
    assert written[1][0] == row.number
    bound.dispatch(DispatchOrder(stage.document, office.units["finance"], "", "otro"))
    today = desk.now_local().date()
    table = bound.control.report(ReportKind.SENT, today.replace(month=1, day=1), today)
    assert [line[-1] for line in table.rows] == [1]
    bound.control.save_table(target, table, "es")
    assert list(csv.reader(io.StringIO(target.read_text("utf-8-sig")), delimiter=";"))[-1][0] == "Total"


def test_a_copied_desk_is_told_to_the_window(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    bound = BoundDesk(desk)
    assert bound.status().copy is None
    desk.store.set_setting(own_line.COPY, own_line.RESTORED)
    told = bound.status().copy
    assert told is not None
    assert told.code == "desk.copy_must_sync"
    bound.synchronise(_nothing)
    assert bound.status().copy is None
