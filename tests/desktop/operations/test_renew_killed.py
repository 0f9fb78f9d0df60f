"""Renewals by a real timestamp service, killed (SIGKILL) in the middle: taken up, each dossier is renewed exactly once and noted."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from desktop.archive.evidence_dossiers import evidence_of, look_through
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.archive.reading import read_file
from desktop.operations import archive_log, catalogue, renew_archive
from desktop.operations.archive_unnoted import unnoted
from desktop.practice.people import ANSWERER
from desktop.practice.services import PkiServices
from tests.conformance.archive_root import USER
from tests.desktop.operations import renewer
from tests.fixtures.filled_root import fill
from tests.fixtures.office import FINANCE, Stage, TestOffice, own_archive
from tests.judges.verdicts import judge_ocfl_root

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _killed(office: TestOffice, what: str, point: str, nth: int) -> None:
    home, who = str(office.desk_home(FINANCE)), office.ids[ANSWERER]
    command = [sys.executable, "-m", "tests.desktop.operations.renewer", home, who, what, point]
    done = subprocess.run([*command, str(nth)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr


def _another(root: FolderRoot, name: str, number: int) -> str:
    """The same dossier under another id, with both its versions: three that are due cost one signing."""
    inventory = root.inventory(name)
    assert inventory is not None
    other = f"urn:uuid:00000000-0000-4000-8000-{number:012d}"
    for at, block in enumerate(inventory.versions, 1):
        files = {path: read_file(root, name, path, f"v{at}") for path in block.state}
        base = None if at == 1 else "v1"
        root.write_version(other, files, base=base, message=block.message, user=USER, now=block.created)
    return other


@pytest.fixture
def renewing(
    archived_stage: Stage, stages: Stages, practice_services: PkiServices, monkeypatch: pytest.MonkeyPatch
) -> tuple[TestOffice, FolderRoot, list[str]]:
    """An office, its root and three raised dossiers that are due."""
    assert practice_services.pid
    office = stages(archived_stage).office
    base = own_archive(office)
    root = FolderRoot(base)
    (folder,) = root.object_folders()
    name = root.inventory_at(folder).id
    names = [name, *(_another(root, name, number) for number in (1, 2))]
    renewer.let_time_pass(monkeypatch.setattr)
    catalogue.rebuild(office.desk(FINANCE))
    return office, root, names


@pytest.mark.full
def test_killed_renewals_are_taken_up_and_none_is_made_twice(
    renewing: tuple[TestOffice, FolderRoot, list[str]],
) -> None:
    """Before the first commit; in the midst of it; with the second committed and not noted."""
    office, root, names = renewing
    _killed(office, "renew", "staged", 1)
    _killed(office, "renew", "renamed", 1)
    _killed(office, "renew", "committed", 1)
    desk = office.desk(FINANCE)  # opened anew, as whoever takes it up does
    done = renew_archive.renew_archive(desk, within=renewer.ALWAYS)
    assert (len(done.versions), done.owed, done.conflicts, done.finished) == (1, (), (), True)
    heads = {}
    for name in names:
        inventory = root.inventory(name)
        assert inventory is not None
        heads[name] = [block.message for block in inventory.versions[2:]]
    assert [len(made) for made in heads.values()] == [1, 1, 1], heads
    assert renew_archive.renew_archive(desk, within=renewer.ALWAYS).versions == ()
    report = archive_log.check_log(desk)
    assert (report.problems, report.versions) == ((), 9)
    judged = judge_ocfl_root(root.path)
    assert judged.valid, judged.messages


@pytest.mark.full
def test_killed_evidence_is_taken_up_and_made_once(renewing: tuple[TestOffice, FolderRoot, list[str]]) -> None:
    """The tree is written and not noted; the first timestamp is; its renewal is: each stands once."""
    office, root, _ = renewing
    fill(root.path.parent, 5)
    catalogue.rebuild(office.desk(FINANCE))
    for point, nth in (("staged", 1), ("committed", 1), ("staged", 1), ("committed", 1), ("renamed", 1)):
        _killed(office, "evidence", point, nth)
    desk = office.desk(FINANCE)
    done = renewer.renew(desk, "evidence")
    assert (done.covered, done.written, done.waiting, done.owed) == (0, (), 1, "")
    (evidence,) = look_through(root).evidence
    assert len(evidence.covered) == 8
    inventory = root.inventory(evidence.id)
    assert inventory is not None
    kinds = [step.kind for step in evidence_of(root, inventory).steps]
    assert kinds == ["sello", "renovacion-de-sello"]
    assert len(inventory.versions) == 3
    assert archive_log.check_log(desk).problems == ()
    judged = judge_ocfl_root(root.path)
    assert judged.valid, judged.messages


def test_what_was_committed_and_not_noted_is_noted_by_the_next_act(
    founded: TestOffice, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of an object that the next act is not about; what was never committed is noted by none."""
    office = stages(founded).office
    base = own_archive(office)
    desk = office.desk(FINANCE)
    dead, alive, damaged = fill(base, 3)
    catalogue.rebuild(desk)
    root = desk.archive()
    assert isinstance(root, FolderRoot)

    class Dead(Exception):
        pass

    def fault(step: str) -> None:
        if step == "renamed":
            raise Dead

    monkeypatch.setattr(root, "_fault", fault)
    for name in dead, damaged:
        with pytest.raises(Dead):
            root.write_version(name, {"more": b"1"}, base="v1", message="m", user=USER, now=desk.clock())
    monkeypatch.undo()
    root.repair()
    monkeypatch.setattr(root, "_commit", _raising(Dead))
    with pytest.raises(Dead):
        root.write_version("urn:uuid:x", {"a": b"1"}, base=None, message="m", user=USER, now=desk.clock())
    monkeypatch.undo()
    assert unnoted(desk.store, root.url) == sorted([dead, damaged, "urn:uuid:x"])
    assert {one.code for one in archive_log.check_log(desk).problems} == {"audit.unnoted"}
    inventories = list((root.path / object_folder(damaged)).rglob("inventory.json"))
    kept = {path: path.read_bytes() for path in inventories}
    for path in inventories:
        path.write_bytes(b"{}")
    root.write_version(alive, {"more": b"1"}, base="v1", message="m", user=USER, now=desk.clock())
    catalogue.versions_written(desk, [alive])
    assert unnoted(desk.store, root.url) == [damaged]
    for path, data in kept.items():
        path.write_bytes(data)
    catalogue.note_left(desk)
    assert unnoted(desk.store, root.url) == []
    assert archive_log.check_log(desk).problems == ()
    noted = {one.object: one for one in catalogue.show_dossier(desk, dead).log}
    assert (noted[dead].act, noted[dead].version) == ("hallazgo", "v2")


def _raising(error: type[Exception]) -> Callable[..., None]:
    def raising(*_: object, **__: object) -> None:
        raise error

    return raising
