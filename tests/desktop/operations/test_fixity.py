"""Reading the whole archive, night after night: what is due, in which order, by several processes, killed in the middle, told by series."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.archive.audit_places import log_of
from desktop.archive.fixity import Asked, ObjectFixity
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.operations import fixity, fixity_run, join
from desktop.operations.desk import Desk
from desktop.operations.fixity import Reading, check_archive, fixity_state, objects_read
from desktop.records.errors import OfficeError
from desktop.store.fixity_book import FixityBook
from tests.conformance.archive_root import NOW, USER
from tests.fixtures.filled_root import PDF, fill
from tests.fixtures.office import FINANCE, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
MANY = 48  # more than one process takes


@pytest.fixture
def archive(founded: TestOffice, stages: Stages) -> tuple[Desk, Path, list[str]]:
    """A custodian's desk, the base of its archive, and what lies in it."""
    office = stages(founded).office
    base = office.home / "archivo"
    join.keep_archive(office.desk_home(FINANCE), f"folder:{base}")
    return office.desk(FINANCE), base, fill(base, MANY)


def _flip(base: Path, name: str) -> Path:
    path = base / "root" / object_folder(name) / "v1/content" / PDF
    data = bytearray(path.read_bytes())
    data[7] ^= 1
    path.write_bytes(data)
    return path


def test_two_processes_find_what_one_finds(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, names = archive
    for name in names[3], names[40]:
        _flip(base, name)
    (base / "root" / object_folder(names[8]) / "v1/content" / PDF).unlink()
    (base / "root" / "recuerdo.jpg").write_bytes(b"x")
    seen: list[tuple[int, int]] = []
    reports = [
        check_archive(desk, Reading(jobs=jobs, anew=True), progress=lambda done, total: seen.append((done, total)))
        for jobs in (1, 2)
    ]
    for report in reports:
        assert (report.objects, report.finished, report.intact) == (MANY, True, False)
        assert {(one.code, one.object, one.path) for one in report.problems} == {
            ("fixity.changed", names[3], f"v1/content/{PDF}"),
            ("fixity.changed", names[40], f"v1/content/{PDF}"),
            ("fixity.missing", names[8], f"v1/content/{PDF}"),
            ("fixity.stray", "", "recuerdo.jpg"),
        }
    assert reports[0].bytes == reports[1].bytes
    assert (1, MANY) in seen
    assert (MANY, MANY) in seen
    assert [one.since for one in reports[0].problems] == [one.since for one in reports[1].problems]  # known since then


def test_what_is_healed_is_no_longer_told(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, names = archive
    path = _flip(base, names[0])
    assert not check_archive(desk).intact
    _flip(base, names[0])
    assert path.is_file()
    assert check_archive(desk).intact


def test_a_dossier_taken_away_or_written_anew_is_found_without_any_receipt(
    archive: tuple[Desk, Path, list[str]], tmp_path: Path
) -> None:
    """By what this PC read before. Not by a PC that never read it."""
    desk, base, names = archive
    assert check_archive(desk).intact
    shutil.rmtree(base / "root" / object_folder(names[0]).split("/")[0])
    forged = tmp_path / "forged"
    fill(forged, MANY)  # the same ids, other bytes; all their inventories agree
    place = base / "root" / object_folder(names[1])
    shutil.rmtree(place)
    shutil.copytree(forged / "root" / object_folder(names[1]), place)
    for report in (check_archive(desk), check_archive(desk)):
        found = sorted((one.code, one.object) for one in report.problems)
        assert found == [("fixity.no_object", names[0]), ("fixity.replaced", names[1])]
    (desk.home / "fixity.sqlite3").unlink()
    assert check_archive(desk).intact


def test_the_next_version_is_no_alarm(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, names = archive
    assert check_archive(desk).intact
    FolderRoot(base).write_version(names[0], {"extra": b"1"}, base="v1", message="m", user=USER, now=NOW)
    assert check_archive(desk).intact
    shutil.rmtree(base / "root" / object_folder(names[0]) / "v2")  # and back: a version that is lost
    (problem,) = {one.code for one in check_archive(desk).problems}
    assert problem == "fixity.replaced"


def test_what_a_dead_writer_left_is_repaired_and_not_told(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, names = archive

    class Dead(Exception):
        pass

    def fault(step: str) -> None:
        if step == "renamed":
            raise Dead

    with pytest.raises(Dead):
        FolderRoot(base, fault=fault).write_version(
            names[2], {"extra": b"1"}, base="v1", message="m", user=USER, now=NOW
        )
    assert check_archive(desk).intact


def test_never_read_first_then_the_oldest(
    archive: tuple[Desk, Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, base, _ = archive
    begun = desk.clock()
    days = iter(range(1000))
    desk.clock = lambda: begun + timedelta(days=next(days))
    assert check_archive(desk, Reading(jobs=1)).intact  # a day passes with every look at the clock
    read = {one.object: one.read_at for one in objects_read(desk)}
    assert len(set(read.values())) == MANY
    more = fill(base, 2, first=MANY)
    order: list[str] = []
    real = fixity_run.read_objects

    def spy(readers: object, asked: Iterator[Asked], **more: object) -> Iterator[ObjectFixity]:
        def noted() -> Iterator[Asked]:
            for one in asked:
                order.append(one.object)
                yield one

        yield from real(readers, noted(), **more)  # type: ignore[arg-type]

    monkeypatch.setattr(fixity_run, "read_objects", spy)
    now = begun + timedelta(days=200)
    desk.clock = lambda: now
    report = check_archive(desk, Reading(jobs=1, older_than=timedelta(days=180)))
    due = sorted(
        (name for name, at in read.items() if at and at < now - timedelta(days=180)), key=lambda name: str(read[name])
    )
    assert 5 < len(due) < MANY
    assert order == [*sorted(more, key=object_folder), *due]
    assert (report.objects, report.finished) == (len(due) + 2, True)
    assert check_archive(desk, Reading(older_than=timedelta(days=180))).objects == 0


def test_each_series_tells_never_last_and_oldest(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, names = archive
    before = {one.series: one for one in fixity_state(desk).series}
    assert {series: (one.title, one.objects, one.never, one.due) for series, one in before.items()} == {
        "": ("", 16, 16, 16),
        "AC": ("Actas", 16, 16, 16),
        "CO": ("Correspondencia", 16, 16, 16),
    }
    assert {one.last for one in before.values()} == {None}
    first = desk.clock()
    _flip(base, names[1])
    check_archive(desk)
    fill(base, 2, first=MANY)
    now = desk.clock
    desk.clock = lambda: now() + timedelta(days=400)
    state = fixity_state(desk)
    told = {one.series: one for one in state.series}
    assert [
        (told[name].objects, told[name].never, told[name].due, told[name].damaged) for name in ("AC", "CO", "")
    ] == [
        (17, 1, 17, 0),
        (17, 1, 17, 1),
        (16, 0, 16, 0),
    ]
    oldest = told["AC"].oldest
    assert oldest is not None
    assert first - timedelta(minutes=5) < oldest <= now()
    assert [one.object for one in state.problems] == [names[1]]


def test_stopped_and_gone_on_with(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, _, _ = archive
    done: list[int] = []
    first = check_archive(desk, progress=lambda n, _: done.append(n), cancelled=lambda: len(done) >= 10)
    assert (first.finished, first.resumed, first.intact) == (False, False, False)
    assert 10 <= first.objects < MANY
    assert fixity_state(desk).running == first.begun_at
    second = check_archive(desk)
    assert (second.finished, second.resumed, second.begun_at) == (True, True, first.begun_at)
    assert second.objects == MANY  # none twice
    third = check_archive(desk)
    assert (third.resumed, third.objects) == (False, MANY)
    assert fixity_state(desk).running is None


def test_a_night_has_an_end(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, _, _ = archive
    report = check_archive(desk, Reading(jobs=2, bytes_per_second=60_000, seconds=1.5))
    assert (report.finished, report.objects < MANY) == (False, True)


def _command(desk: Desk, *more: str) -> list[str]:
    return [sys.executable, "-m", "desktop", "archive", "fixity", "--home", str(desk.home), "--json", *more]


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(text) for text in found.stdout.split()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_finished_reading_is_noted_and_what_was_found_is_told_where_it_cannot_be(
    archive: tuple[Desk, Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, base, names = archive
    _flip(base, names[0])
    assert check_archive(desk, Reading(jobs=1)).noted
    (entry,) = log_of(desk.archive()).entries()
    facts = json.loads(entry.facts)
    assert (entry.act, facts["expedientes"], facts["problemas"]) == ("integridad", MANY, 1)
    assert not check_archive(desk, Reading(jobs=1), cancelled=lambda: True).noted

    def refused_write(*_: object, **__: object) -> None:
        raise OfficeError("storage.denied", url="x", key="bitacora")

    monkeypatch.setattr(fixity, "note_all", refused_write)
    report = check_archive(desk, Reading(jobs=1))
    assert (report.finished, report.noted, len(report.problems)) == (True, False, 1)


def test_killed_it_goes_on_in_another_process(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, names = archive
    size = sum(path.stat().st_size for path in base.rglob("*") if path.is_file())
    command = _command(desk, "--jobs", "2", "--rate", str(size / 12 / 1e6))
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kept, limit = 0, time.monotonic() + 60
    while kept < 16 and time.monotonic() < limit:
        time.sleep(0.2)
        if (desk.home / "fixity.sqlite3").exists():
            book = FixityBook.open(desk.home, now=desk.clock())
            kept = sum(one.read_at is not None for one in book.all_objects(f"folder:{base}"))
            book.close()
    with refused("fixity.busy"):
        check_archive(desk)
    children = _children(running.pid)
    assert len(children) >= 2
    running.send_signal(signal.SIGKILL)
    running.wait()
    limit = time.monotonic() + 30
    while any(map(_alive, children)) and time.monotonic() < limit:
        time.sleep(0.1)
    assert not any(map(_alive, children))
    assert 16 <= kept < MANY
    _flip(base, names[5])
    report = check_archive(desk, Reading(jobs=2))
    assert (report.resumed, report.finished, report.objects) == (True, True, MANY)


def test_a_reader_that_is_killed_is_told_and_the_rest_is_kept(archive: tuple[Desk, Path, list[str]]) -> None:
    desk, base, _ = archive
    size = sum(path.stat().st_size for path in base.rglob("*") if path.is_file())
    killed: list[int] = []

    def progress(done: int, total: int) -> None:
        if done == 20 and not killed:
            killed.extend(one.pid or 0 for one in multiprocessing.active_children() if one.name == "qillqa-fixity")
            os.kill(killed[-1], signal.SIGKILL)

    with refused("fixity.reader_ended"):
        check_archive(desk, Reading(jobs=2, bytes_per_second=size / 4), progress=progress)
    report = check_archive(desk)
    assert (report.resumed, report.finished, report.objects) == (True, True, MANY)
