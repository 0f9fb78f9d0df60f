"""Reports: what came, went, waits, is late and how long it stayed, counted against what really happened."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from desktop.operations import dispatch, receive, reports, synchronise
from desktop.operations.desk import Desk
from desktop.operations.reports import ReportKind, Table
from desktop.verdicts.control_csv import to_csv
from desktop.words import LANGUAGES, table_of
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _today(desk: Desk) -> date:
    return desk.now_local().date()


def test_received_and_sent_count_hops_by_unit_and_mode(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    finance, planning = there.unit.name, here.unit.name
    slip = dispatch.dispatch(here, stage.document, office.to_finance())
    sent = reports.report(here, ReportKind.SENT)
    assert sent.rows == ((planning, finance, 1, 0, 1),)
    assert sent.totals == ("", "", 1, 0, 1)
    assert sent.bars == ((finance, 1.0),)
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    assert not reports.report(there, ReportKind.RECEIVED).rows  # not received yet
    receive.receive(there, slip, there.store.slip(slip).hops[0].id)
    today = _today(there)
    got = reports.report(there, ReportKind.RECEIVED, today, today)
    assert got.rows == ((finance, planning, 1, 0, 1),)
    for since, until in ((None, today - timedelta(days=1)), (today + timedelta(days=1), today + timedelta(days=1))):
        assert not reports.report(there, ReportKind.RECEIVED, since, until).rows
    with refused("report.no_period"):
        reports.report(there, ReportKind.RECEIVED, today, today - timedelta(days=1))


def test_what_came_back_was_not_sent(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    slip = dispatch.dispatch(desk, stage.document, stage.office.to_finance())
    receive.cancel(desk, slip, desk.store.slip(slip).hops[0].id, "Falta una hoja")
    assert not reports.report(desk, ReportKind.SENT).rows


def test_the_days_of_a_period_are_those_of_the_entity(received_stage: Stage, stages: Stages) -> None:
    """Twenty past eight in the evening in Bolivia is the next day in UTC."""
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    with desk.store.act() as act:
        at = datetime(2026, 3, 5, 20, 20, tzinfo=desk.zone)
        act._connection.exec_driver_sql("UPDATE hops SET received_at = '2026-03-06T00:20:00.000000+00:00'")
    for day, count in ((date(2026, 3, 4), 0), (at.date(), 1), (date(2026, 3, 6), 0)):
        assert len(reports.report(desk, ReportKind.RECEIVED, day, day).rows) == count, day


def test_what_waits_and_what_is_late(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    (row,) = reports.report(desk, ReportKind.PENDING).rows
    assert row == (desk.unit.name, 0, 1, 1, 0, 0)
    assert not reports.report(desk, ReportKind.OVERDUE).rows
    long_ago = _today(desk) - timedelta(days=20)
    with desk.store.act() as act:
        act._connection.exec_driver_sql("UPDATE hops SET deadline = ?", (long_ago.isoformat(),))
    late = reports.report(desk, ReportKind.OVERDUE)
    ((number, _subject, unit, holder, deadline, days),) = late.rows
    slip = desk.store.slip(stage.slip)
    holder_id = slip.hops[0].to_official
    expected = desk.directory.official(holder_id).name if holder_id else ""
    assert (number, unit, holder, deadline) == (slip.number, desk.unit.name, expected, long_ago)
    assert isinstance(days, int)
    assert days >= 12
    assert late.bars == ((desk.unit.name, 1.0),)
    assert reports.report(desk, ReportKind.PENDING).rows[0][4] == 1
    assert "report_note.no_calendar" in late.notes


def test_the_time_per_unit_runs_from_reception_until_the_slip_left(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    (row,) = reports.report(desk, ReportKind.TIME_PER_UNIT).rows
    assert row == (desk.unit.name, 0, None, 0, 1)
    dispatch.dispatch(desk, stage.document, dispatch.Order(stage.office.units["planning"]))
    (row,) = reports.report(desk, ReportKind.TIME_PER_UNIT).rows
    assert row == (desk.unit.name, 1, 0.0, 0, 0)
    with desk.store.act() as act:  # received a week earlier: five working days
        before = desk.store.slip(stage.slip).hops[0].received_at
        assert before is not None
        act._connection.exec_driver_sql(
            "UPDATE hops SET received_at = ?, state = 'passed_on' WHERE place = 0",
            ((before - timedelta(days=7)).isoformat(timespec="microseconds"),),
        )
    table = reports.report(desk, ReportKind.TIME_PER_UNIT)
    assert table.rows == ((desk.unit.name, 1, 5.0, 5, 0),)
    assert table.totals == ("", 1, 5.0, 5, 0)


def test_a_slip_that_was_put_away_was_there_until_then(received_stage: Stage, stages: Stages) -> None:
    from desktop.operations import conclude

    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    conclude.conclude(desk, stage.document)
    assert reports.report(desk, ReportKind.TIME_PER_UNIT).rows == ((desk.unit.name, 1, 0.0, 0, 0),)


def test_csv_is_for_spreadsheets_and_runs_nothing() -> None:
    rows = (("=HYPERLINK(1)", "+1", "a;b", "@x", date(2026, 3, 5), 2),)
    columns = ("number", "subject", "unit", "holder", "deadline", "days_late")
    table = Table(
        ReportKind.OVERDUE,
        None,
        date(2026, 3, 5),
        tuple(f"report_column.{c}" for c in columns),
        rows,
        ("", "", "", "", None, 2),
    )
    data = to_csv(table)
    assert data.startswith(b"\xef\xbb\xbf")
    heading, row, total = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
    assert heading[0] == "Hoja de ruta"
    assert row == ["'=HYPERLINK(1)", "'+1", "a;b", "'@x", "2026-03-05", "2"]
    assert total == ["Total", "", "", "", "", "2"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_report_has_words(received_stage: Stage, stages: Stages, language: str) -> None:
    desk = stages(received_stage).office.desk(FINANCE)
    known = table_of(language)
    for kind in ReportKind:
        table = reports.report(desk, kind)
        assert {f"report_title.{kind.value}", *table.columns, *table.notes} <= set(known)
        assert len(table.columns) == len(table.totals)
        assert all(len(row) == len(table.columns) for row in table.rows)
