"""Fixity: one changed byte is named, whoever changed it, in a folder and in a bucket."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable

import pytest

from desktop.archive.custody import Answer, accept, object_id_of
from desktop.archive.eark import DATA
from desktop.archive.fixity import Pace
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import Inventory, object_folder, sidecar
from desktop.archive.roots import Root
from desktop.archive.s3_root import S3Root
from tests.conformance.archive_root import NOW, USER
from tests.desktop.archive.conftest import Archive
from tests.desktop.archive.dossiers import RECEIVED_AT, make_deposit
from tests.fixtures.fixity_of import check

OBJECT = object_id_of(make_deposit().dossier)
FOLDER = object_folder(OBJECT)
PDF = f"{DATA}01-GADOR-SDPD-NI-00045-2026/nota.pdf"

Overwrite = Callable[[str, bytes | None], None]


@pytest.fixture
def receipt(archive: Archive, root: Root) -> Answer:
    return accept(archive.custodian(root), archive.send(), now=RECEIVED_AT)


def _receipts(receipt: Answer) -> dict[str, tuple[str, str]]:
    return {receipt.object: (receipt.version, receipt.inventory_sha512)}


def test_an_intact_archive(root: Root, receipt: Answer) -> None:
    report = check(root, receipts=_receipts(receipt))
    assert report.problems == ()
    assert report.intact
    assert report.objects == 1
    assert report.files == len(list(root.files_at(FOLDER)))
    assert report.bytes == sum(file.size for file in root.files_at(FOLDER))


def test_one_flipped_bit_is_named(root: Root, receipt: Answer, overwrite: Overwrite) -> None:
    data = bytearray(b"".join(root.chunks(FOLDER, f"v1/content/{PDF}")))
    data[100] ^= 1
    overwrite(f"{FOLDER}/v1/content/{PDF}", bytes(data))
    (problem,) = check(root).problems
    assert (problem.code, problem.object, problem.logical) == ("fixity.changed", OBJECT, PDF)
    assert problem.path == f"v1/content/{PDF}"
    assert problem.recoverable is isinstance(root, S3Root)


@pytest.mark.parametrize("path", [f"v1/content/{PDF}", "v1/inventory.json.sha512"])
def test_a_missing_file_is_named(root: Root, receipt: Answer, overwrite: Overwrite, path: str) -> None:
    overwrite(f"{FOLDER}/{path}", None)
    report = check(root)
    if isinstance(root, FolderRoot) and path.endswith("sha512"):
        assert [problem.code for problem in report.problems] == ["fixity.inventory"]
    else:
        assert [(problem.code, problem.path) for problem in report.problems] == [("fixity.missing", path)]
        assert report.problems[0].recoverable is isinstance(root, S3Root)


def test_extra_files_are_named(root: Root, receipt: Answer, overwrite: Overwrite) -> None:
    paths = ["note.txt", "v1/content/extra.pdf", "v1/notes/x"]
    for path in paths:
        overwrite(f"{FOLDER}/{path}", b"put here by hand")
    assert [(problem.code, problem.path) for problem in check(root).problems] == [
        ("fixity.extra", path) for path in paths
    ]


def test_strays_are_named(root: Root, receipt: Answer, overwrite: Overwrite) -> None:
    paths = ["abc/def/note.txt", "extensions/x.json", "holiday.jpg"]
    for path in paths:
        overwrite(path, b"x")
    assert sorted(problem.path for problem in check(root).problems) == paths
    assert {problem.code for problem in check(root).problems} == {"fixity.stray"}


def test_a_damaged_inventory_is_named(root: Root, receipt: Answer, overwrite: Overwrite) -> None:
    for path in ("inventory.json", "v1/inventory.json"):
        overwrite(f"{FOLDER}/{path}", b"{}")
    assert "fixity.inventory" in [problem.code for problem in check(root).problems]


def test_a_dossier_written_anew_is_found_by_its_receipt(root: Root, receipt: Answer, overwrite: Overwrite) -> None:
    """Content, inventories and sidecars all agree with each other; only the receipt knows better."""
    inventory = root.inventory(OBJECT)
    assert inventory is not None
    forged = b"%PDF-1.7 forged"
    path = f"v1/content/{PDF}"
    digest = hashlib.sha512(forged).hexdigest()
    block = inventory.versions[0]
    state = {**block.state, PDF: digest}
    anew = Inventory(
        OBJECT, {**inventory.manifest, path: digest}, (type(block)(block.created, block.message, block.user, state),)
    )
    overwrite(f"{FOLDER}/{path}", forged)
    for start in ("", "v1/"):
        overwrite(f"{FOLDER}/{start}inventory.json", anew.to_bytes())
        overwrite(f"{FOLDER}/{start}inventory.json.sha512", sidecar(anew.to_bytes()))
    assert check(root).intact
    report = check(root, receipts=_receipts(receipt))
    assert [(problem.code, problem.object) for problem in report.problems] == [("fixity.replaced", OBJECT)]


def test_a_dossier_taken_away_is_found_by_its_receipt(root: Root, receipt: Answer, overwrite: Overwrite) -> None:
    for file in list(root.files_at(FOLDER)):
        overwrite(f"{FOLDER}/{file.path}", None)
    report = check(root, receipts=_receipts(receipt))
    assert [problem.object for problem in report.problems] == [OBJECT]
    assert report.problems[0].code == ("fixity.no_object" if isinstance(root, S3Root) else "fixity.inventory")
    if isinstance(root, FolderRoot):
        root.repair()  # which drops empty folders
        shutil.rmtree(root.path / FOLDER.split("/")[0])
        (problem,) = check(root, receipts=_receipts(receipt)).problems
        assert (problem.code, problem.object) == ("fixity.no_object", OBJECT)


def test_every_version_is_checked(folder_root: FolderRoot) -> None:
    for base, data in ((None, b"1"), ("v1", b"2"), ("v2", b"3")):
        folder_root.write_version("urn:x", {"a": data}, base=base, message="m", user=USER, now=NOW)
    assert check(folder_root).intact
    (folder_root.path / object_folder("urn:x") / "v1" / "inventory.json").write_bytes(b"{}")
    assert [problem.path for problem in check(folder_root).problems] == ["v1/inventory.json"]


def test_the_pace_is_kept() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(bytes_per_second=100, clock=lambda: now[0], sleep=sleep)
    for _ in range(10):
        pace.wait(50)
    assert sum(slept) == pytest.approx(5.0)
    Pace(clock=lambda: now[0], sleep=sleep).wait(10**9)
    assert sum(slept) == pytest.approx(5.0)


def test_a_link_in_place_of_a_file_is_named(folder_root: FolderRoot) -> None:
    folder_root.write_version("urn:x", {"a": b"1"}, base=None, message="m", user=USER, now=NOW)
    path = folder_root.path / object_folder("urn:x") / "v1" / "content" / "a"
    path.rename(path.with_name("b"))
    path.symlink_to("b")
    codes = sorted(problem.code for problem in check(folder_root).problems)
    assert codes == ["fixity.extra", "fixity.missing"]
