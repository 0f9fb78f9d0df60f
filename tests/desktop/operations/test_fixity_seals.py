"""A finished reading of an archive in a bucket makes its locks longer, and says so in its answer, its report and the archive's log."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.archive.audit_places import log_of
from desktop.archive.inventory import object_folder
from desktop.archive.roots import open_root
from desktop.cli.application import run
from desktop.operations import fixity, join
from desktop.operations.archive_seal import TERM
from desktop.operations.desk import Desk
from desktop.operations.fixity import Reading, check_archive
from desktop.operations.settings import S3Access, load_settings, save_settings
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, S3Settings
from tests.conformance.archive_root import ONE, TWO, write
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
INVENTORY = f"root/{object_folder(ONE)}/inventory.json"


def _keeping(home: Path, url: str, seaweed: SeaweedServer) -> None:
    access = S3Access(seaweed.endpoint, seaweed.access_key, seaweed.secret_key)
    save_settings(home, replace(load_settings(home), archive=url, s3=access))


@pytest.fixture
def office(
    founded: TestOffice, stages: Stages, s3_url: str, s3_settings: S3Settings, seaweed: SeaweedServer
) -> TestOffice:
    """Its archive, in a bucket, has two objects that came long ago; one desk keeps it, one reads it."""
    made = stages(founded).office
    root = open_root(s3_url, s3=s3_settings, create=True)
    for name in ONE, TWO:
        write(root, name)
    root.close()
    for desk in PLANNING, FINANCE:
        _keeping(made.desk_home(desk), s3_url, seaweed)
    return made


@pytest.fixture
def desk(office: TestOffice) -> Desk:
    """The custodian's."""
    return office.desk(FINANCE)


def _acts(desk: Desk) -> list[tuple[str, dict[str, object]]]:
    return [(one.act, json.loads(one.facts)) for one in log_of(desk.archive()).entries()]


def test_a_finished_run_locks_and_rolls_the_term(desk: Desk, s3_store: LockingStore) -> None:
    assert s3_store.retained_until(INVENTORY) is None
    report = check_archive(desk, Reading(jobs=1))
    assert (report.intact, report.not_sealed) == (True, "")
    assert report.sealed is not None
    assert (report.sealed.objects, report.sealed.refused) == (2, ())
    assert report.sealed.locked == report.files
    until = s3_store.retained_until(INVENTORY)
    assert until is not None
    assert abs(until - (desk.clock() + TERM)) < timedelta(hours=1)
    (read, _), (act, facts) = _acts(desk)
    assert (read, act) == ("integridad", "bloqueo")
    assert (facts["expedientes"], facts["bloqueados"], facts["problemas"]) == (2, report.files, 0)
    assert str(facts["hasta"])[:10] == until.date().isoformat()
    again = check_archive(desk, Reading(jobs=1)).sealed
    assert again is not None
    assert again.locked == 0
    begun = desk.clock
    desk.clock = lambda: begun() + timedelta(days=31)
    rolled = check_archive(desk, Reading(jobs=1)).sealed
    assert rolled is not None
    assert rolled.locked == report.files


def test_a_run_that_was_stopped_locks_nothing(desk: Desk, s3_store: LockingStore) -> None:
    report = check_archive(desk, Reading(jobs=1), cancelled=lambda: True)
    assert (report.finished, report.sealed, report.not_sealed) == (False, None, "")
    assert s3_store.retained_until(INVENTORY) is None


def test_who_only_reads_locks_nothing(office: TestOffice, s3_store: LockingStore) -> None:
    report = check_archive(office.desk(PLANNING), Reading(jobs=1))
    assert (report.finished, report.sealed, report.not_sealed) == (True, None, "")
    assert s3_store.retained_until(INVENTORY) is None


def test_what_was_found_is_told_where_the_store_refuses_the_lock(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise OfficeError("storage.denied", url="s3://x", key="y")

    monkeypatch.setattr(fixity, "seal_here", denied)
    report = check_archive(desk, Reading(jobs=1))
    assert (report.finished, report.noted, report.sealed, report.not_sealed) == (True, True, None, "storage.denied")


def test_the_command_and_its_report_tell_of_the_locks(
    office: TestOffice, s3_store: LockingStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was written over is named, and that is no success."""
    s3_store.put(f"root/{object_folder(ONE)}/v1/content/empty", b"forged")
    page = tmp_path / "integridad.html"
    assert (
        run(["archive", "fixity", "--home", str(office.desk_home(FINANCE)), "--jobs", "1", "--report", str(page)]) == 1
    )
    told = capsys.readouterr()
    assert "2 expedientes con bloqueo" in told.out
    assert "No se bloqueó" in told.err
    said = page.read_text("utf-8")
    assert "Bloqueo contra borrado" in said
    assert "2 expedientes con bloqueo" in said
    assert f"{object_folder(ONE)}/v1/content/empty" in said


def test_a_folder_is_not_locked(founded: TestOffice, stages: Stages, tmp_path: Path) -> None:
    office = stages(founded).office
    join.keep_archive(office.desk_home(FINANCE), f"folder:{tmp_path / 'archivo'}")
    report = check_archive(office.desk(FINANCE))
    assert (report.finished, report.noted, report.sealed, report.not_sealed) == (True, True, None, "")
