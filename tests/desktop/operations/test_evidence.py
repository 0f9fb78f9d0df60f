"""Evidence in the archive: one timestamp over many dossiers, renewed, a record for each, judged by a script that shares nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.archive.evidence_dossiers import UNSTAMPED, evidence_of, records_of
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.operations import evidence, fixity, join, renew_archive
from desktop.operations.desk import Desk
from desktop.practice.pki import PracticePki
from desktop.practice.services import PkiServices
from signing.trust import TrustStore
from tests.conformance.archive_root import NOW, USER
from tests.fixtures.filled_root import fill
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused
from tests.judges.verdicts import judge_ocfl_root

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
SCRIPT = Path(__file__).parents[3] / "docs/strangers/check_evidence.py"
ALWAYS = timedelta(days=36_500)
Archive = tuple[Desk, Path, list[str]]


@pytest.fixture
def archive(founded: TestOffice, stages: Stages, practice_services: PkiServices) -> Archive:
    """A custodian's desk with a timestamp service, the base of its archive, and what lies in it."""
    assert practice_services.pid
    office = stages(founded).office
    with refused("accept.not_custodian"):
        evidence.make_evidence(office.desk(PLANNING))
    base = office.home / "archivo"
    join.keep_archive(office.desk_home(FINANCE), f"folder:{base}")
    return office.desk(FINANCE), base, fill(base, 9)


def outside(given: evidence.Record, pki: PracticePki, folder: Path) -> subprocess.CompletedProcess[str]:
    """The stranger's script, in a Python that knows nothing of us."""
    for name, data in (("r.ers", given.record), ("i.json", given.inventory), ("ca.pem", pki.anchors_pem().encode())):
        (folder / name).write_bytes(data)
    names = [str(folder / name) for name in ("r.ers", "i.json", "ca.pem")]
    return subprocess.run([sys.executable, "-I", str(SCRIPT), *names], capture_output=True, text=True, check=False)


def later(desk: Desk, days: int) -> None:
    clock = desk.clock
    desk.clock = lambda: clock() + timedelta(days=days)  # type: ignore[method-assign]


def test_one_timestamp_for_all_and_a_record_for_each(
    archive: Archive, practice_pki: PracticePki, tmp_path: Path
) -> None:
    desk, base, names = archive
    done = evidence.make_evidence(desk)
    assert (done.covered, [kind for _, _, kind in done.written], done.owed) == (9, ["arbol", "sello"], "")
    for name in names:
        given = evidence.record_for(desk, name)
        assert (given.version, given.proven.timestamps, given.proven.algorithm) == ("v1", 1, "sha512")
        assert given.inventory == (base / "root" / object_folder(name) / "inventory.json").read_bytes()
    judged = outside(given, practice_pki, tmp_path)
    assert (judged.returncode, judged.stderr) == (0, ""), judged.stdout
    changed = evidence.Record(given.object, "v1", given.record, given.inventory + b" ", given.proven)
    assert outside(changed, practice_pki, tmp_path).returncode == 1
    assert evidence.make_evidence(desk).written == ()  # nothing twice
    assert fixity.check_archive(desk).intact
    assert renew_archive.renewal_calendar(desk).unreadable == ()
    assert judge_ocfl_root(base / "root").valid


def test_without_a_service_the_tree_stands_alone_and_is_stamped_later(archive: Archive) -> None:
    desk, _, names = archive
    timestamps, desk.timestamps = desk.timestamps, None
    done = evidence.make_evidence(desk)
    assert (done.covered, len(done.written), done.owed) == (9, 1, "raise.no_timestamps")
    (row,) = evidence.evidence_state(desk)
    assert (row.label, row.inventories, row.until) == (UNSTAMPED, 9, None)
    with refused("evidence.unstamped"):
        evidence.record_for(desk, names[0])
    desk.timestamps = timestamps
    done = evidence.make_evidence(desk)
    assert (done.covered, [kind for _, _, kind in done.written]) == (0, ["sello"])
    (row,) = evidence.evidence_state(desk)
    assert row.until is not None
    assert evidence.record_for(desk, names[0]).proven.timestamps == 1


def test_renewals_are_versions_and_keep_the_first_time(
    archive: Archive, practice_pki: PracticePki, tmp_path: Path
) -> None:
    """A timestamp over the timestamp, then a new tree by a stronger hash, then once more: four, judged from outside."""
    desk, base, names = archive
    evidence.make_evidence(desk, algorithm="sha256")
    first = evidence.record_for(desk, names[4]).proven.first
    assert evidence.make_evidence(desk, within=ALWAYS).waiting == 1  # the service gives nothing that holds longer
    later(desk, 60)
    assert [kind for _, _, kind in evidence.make_evidence(desk, within=ALWAYS).written] == ["renovacion-de-sello"]
    done = evidence.make_evidence(desk, renew_tree=True)
    ((name, version, kind),) = done.written
    assert (version, kind) == ("v4", "renovacion-de-arbol")
    evidence.make_evidence(desk, within=ALWAYS)
    given = evidence.record_for(desk, names[4])
    assert (given.proven.first, given.proven.timestamps, given.proven.algorithm) == (first, 4, "sha512")
    judged = outside(given, practice_pki, tmp_path)
    assert judged.returncode == 0, judged.stdout
    assert "4 timestamps" in judged.stdout
    inventory = FolderRoot(base).inventory(name)
    assert inventory is not None
    kept = evidence_of(FolderRoot(base), inventory)
    assert records_of(kept) == records_of(kept)  # always the same bytes
    assert given.record in records_of(kept).values()


def test_what_comes_later_and_newer_versions_have_evidence_of_their_own(archive: Archive) -> None:
    desk, base, names = archive
    evidence.make_evidence(desk)
    (more,) = fill(base, 1, first=50)
    FolderRoot(base).write_version(names[0], {"extra": b"1"}, base="v1", message="m", user=USER, now=NOW)
    assert evidence.make_evidence(desk).covered == 2
    assert evidence.record_for(desk, more).version == "v1"
    assert evidence.record_for(desk, names[0]).version == "v2"
    assert evidence.record_for(desk, names[0], "v1").version == "v1"
    (last,) = fill(base, 1, first=51)
    with refused("evidence.none_for"):
        evidence.record_for(desk, last)


def test_a_token_of_another_tree_proves_nothing(archive: Archive) -> None:
    """One list exchanged for another by somebody with a disk: the inventory says so; and written anew, the timestamp does."""
    desk, base, _ = archive
    done = evidence.make_evidence(desk)
    name = done.written[0][0]
    root = FolderRoot(base)
    inventory = root.inventory(name)
    assert inventory is not None
    kept = evidence_of(root, inventory)
    swapped = [kept.covered[4], *kept.covered[1:4], kept.covered[0], *kept.covered[5:]]  # leaves of other branches
    rows = zip(kept.digests["sha512"], swapped, strict=True)
    forged = "".join(f"{digest.hex()}  {one.object} {one.version}\n" for digest, one in rows).encode()
    root.write_version(name, {"digestos-sha512.txt": forged}, base="v2", message="m", user=USER, now=NOW)
    with refused("evidence.not_covered"):
        evidence.record_for(desk, kept.covered[0].object)
    lost = "".join(f"{'00' * 64}  {one.object} {one.version}\n" for one in kept.covered[:1]).encode()
    root.write_version(name, {"digestos-sha512.txt": lost}, base="v3", message="m", user=USER, now=NOW)
    with refused("evidence.not_covered"):
        evidence.record_for(desk, kept.covered[0].object)


def test_a_token_that_nobody_trusts_is_refused(archive: Archive) -> None:
    desk, _, names = archive
    evidence.make_evidence(desk)
    desk.trust = TrustStore.from_pem([])
    with refused("tsa.untrusted"):
        evidence.record_for(desk, names[0])
    (row,) = evidence.evidence_state(desk)
    assert (row.until, row.problem) == (None, "tsa.untrusted")


def test_a_damaged_dossier_keeps_no_other_from_its_evidence(archive: Archive) -> None:
    desk, base, names = archive
    folder = object_folder(names[2])
    for path in ("inventory.json", "v1/inventory.json"):
        (base / "root" / folder / path).write_bytes(b"{}")
    done = evidence.make_evidence(desk)
    assert (done.covered, done.owed, done.unreadable) == (8, "", (folder,))
    assert evidence.record_for(desk, names[3]).proven.timestamps == 1
