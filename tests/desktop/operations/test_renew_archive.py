"""Renewing the archive by the practice services: what is near its end, once, stopped and taken up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.archive.raising import RaisedObject
from desktop.operations import accept, conclude, deposit, fixity, join, renew_archive, synchronise
from desktop.operations.desk import Desk
from desktop.operations.renew_archive import Ages
from desktop.practice.services import PkiServices
from desktop.records.errors import OfficeError
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
ALWAYS = timedelta(days=36_500)


@pytest.fixture
def taken(signed_stage: Stage, stages: Stages, practice_services: PkiServices) -> tuple[Desk, str]:
    """A custodian's desk and the dossier that it took in and raised."""
    assert practice_services.pid
    stage = stages(signed_stage)
    join.keep_archive(stage.office.desk_home(FINANCE), f"folder:{stage.office.home / 'archivo'}")
    here, custodian = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    with refused("accept.not_custodian"):
        renew_archive.renew_archive(here)
    conclude.conclude(here, stage.document)
    deposit.deposit(here, stage.document)
    synchronise.synchronise(here)
    (row,) = accept.accept_all(custodian)
    assert row.raised == "v2"
    return custodian, row.object


def _later(desk: Desk, days: int) -> None:
    clock = desk.clock
    desk.clock = lambda: clock() + timedelta(days=days)  # type: ignore[method-assign]


def test_what_is_near_its_end_is_renewed_once(taken: tuple[Desk, str]) -> None:
    desk, name = taken
    (row,) = renew_archive.renewal_calendar(desk).rows
    assert (row.object, row.version, row.why, row.level) == (name, "v2", Ages.CERTIFICATE, "B-LTA")
    assert row.end is not None
    assert row.stamped_at is not None
    fresh = renew_archive.renew_archive(desk, within=ALWAYS)  # however near: what the service gives now is what it has
    assert (fresh.versions, fresh.waiting, fresh.finished) == ((), 1, True)

    now = desk.clock
    _later(desk, 60)
    timestamps, desk.timestamps = desk.timestamps, None
    owed = renew_archive.renew_archive(desk, within=ALWAYS)
    assert (owed.versions, owed.finished) == ((), False)
    assert {one.code for one in owed.owed} == {"raise.no_timestamps"}
    desk.timestamps = timestamps
    assert renew_archive.renew_archive(desk, within=timedelta(days=1)).versions == ()  # its end is far
    assert not renew_archive.renew_archive(desk, within=ALWAYS, cancelled=lambda: True).finished
    done = renew_archive.renew_archive(desk, within=ALWAYS)
    assert (done.versions, done.owed, done.finished) == (((name, "v3"),), (), True)

    desk.clock = now  # type: ignore[method-assign]
    assert renew_archive.renew_archive(desk, within=ALWAYS).versions == ()
    assert fixity.check_archive(desk).intact


def test_a_dossier_that_somebody_else_renewed_meanwhile_is_left(
    taken: tuple[Desk, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the calendar and its turn: what is looked at again is no longer due."""
    desk, _ = taken
    _later(desk, 60)
    calendar = renew_archive.calendar_of

    def slow(*arguments: object, **more: object) -> object:
        found = calendar(*arguments, **more)  # type: ignore[arg-type]
        rows = tuple(replace(row, version="v1", stamped_at=None) for row in found.rows)
        return replace(found, rows=rows)

    monkeypatch.setattr(renew_archive, "calendar_of", slow)
    monkeypatch.setattr(renew_archive, "is_due", lambda row, *_, **__: row.stamped_at is None)
    assert renew_archive.renew_archive(desk, within=ALWAYS).versions == ()


def test_one_that_is_stopped_is_taken_up(taken: tuple[Desk, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Three are due; the second cannot be written, somebody else is at it; two are renewed, at most one at a time."""
    desk, _ = taken
    (row,) = renew_archive.renewal_calendar(desk).rows
    _later(desk, 60)
    rows = {key: replace(row, object=key) for key in ("a", "b", "c")}
    done: list[str] = []

    def raised(_root: object, key: str, *_: object, head: str, **__: object) -> RaisedObject:
        assert head == rows[key].version
        if key == "b" and done == ["a"]:
            done.append("-")
            raise OfficeError("archive.conflict", object=key)
        done.append(key)
        rows[key] = replace(rows[key], version="v3", stamped_at=desk.clock(), end=row.end)
        return RaisedObject(key, "v3", ())

    monkeypatch.setattr(renew_archive, "raise_object", raised)
    monkeypatch.setattr(renew_archive, "versions_written", lambda *_, **__: None)
    monkeypatch.setattr(renew_archive, "_looked_at", lambda _, one: rows[one.object])
    monkeypatch.setattr(renew_archive, "calendar_of", lambda *_, **__: renew_archive.Calendar(tuple(rows.values()), ()))
    monkeypatch.setattr(renew_archive, "best_end", lambda *_: None)
    for one in rows:  # their ends rise: each renewal shows that the next gains, too
        rows[one] = replace(rows[one], end=desk.clock() + timedelta(days="abc".index(one)))
    first = renew_archive.renew_archive(desk, within=ALWAYS, most=1)
    assert (first.versions, first.finished) == ((("a", "v3"),), False)
    second = renew_archive.renew_archive(desk, within=ALWAYS)
    assert (second.versions, second.conflicts, second.finished) == ((("c", "v3"),), ("b",), True)
    third = renew_archive.renew_archive(desk, within=ALWAYS)
    assert third.versions == (("b", "v3"),)
    assert renew_archive.renew_archive(desk, within=ALWAYS).versions == ()
    assert sorted(done) == ["-", "a", "b", "c"]
