"""A second root and mending from it: every kind of file flipped or taken away, damage that is never copied, runs that were cut off."""

from __future__ import annotations

import builtins
import errno
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop.archive.copies import COPY, DERIVED, OWN, copy_root, mend_root
from desktop.archive.fixity import Pace
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder, sidecar
from desktop.archive.reading import read_file
from desktop.archive.roots import Root, open_root, root_files
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings
from tests.conformance.archive_root import FIRST, ONE, TWO, write
from tests.fixtures.fixity_of import check
from tests.judges.verdicts import judge_ocfl_root

Overwrite = Callable[[str, bytes | None], None]

OF_OBJECT = (
    "0=ocfl_object_1.1", "inventory.json", "inventory.json.sha512", "v1/inventory.json", "v1/inventory.json.sha512",
    "v2/inventory.json", "v2/inventory.json.sha512", "v1/content/METS.xml", "v2/content/second.pdf",
)  # fmt: skip
DERIVABLE = frozenset(path for path in OF_OBJECT if "content" not in path)


@pytest.fixture
def second(tmp_path: Path) -> FolderRoot:
    """An empty second root, on a disk."""
    return FolderRoot(tmp_path / "segunda", create=True)


def _flip(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 0b100]) + data[at + 1 :]


def _two_versions(root: Root, object_id: str) -> str:
    write(root, object_id, {"METS.xml": b"<mets/>" + object_id.encode()})
    write(root, object_id, {"second.pdf": b"%PDF " + object_id.encode()}, base="v1")
    return object_folder(object_id)


def _bytes(root: Root) -> dict[str, bytes]:
    """Everything that the root holds, as a reader sees it."""
    return {
        f"{folder}/{file.path}": b"".join(root.chunks(folder, file.path))
        for folder in root.object_folders()
        for file in root.files_at(folder)
    }


def _mirror(root: Root, folder: Path) -> Path:
    """For the judge: a bucket as a folder."""
    if isinstance(root, FolderRoot):
        return root.path
    for path, data in {**_bytes(root), **root_files()}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.mark.parametrize("root", ["folder", pytest.param("s3", marks=pytest.mark.full)], indirect=True)
def test_every_kind_of_file_flipped_and_taken_away(
    root: Root, second: FolderRoot, overwrite: Overwrite, tmp_path: Path
) -> None:
    """One object for each kind of file and each kind of harm; after mending the root is byte for byte what it was."""
    harmed: dict[str, tuple[str, bool]] = {}
    for number, (path, gone) in enumerate(itertools.product(OF_OBJECT, (False, True))):
        harmed[_two_versions(root, f"urn:uuid:{number}")] = (path, gone)
    assert copy_root(root, second).complete
    before = _bytes(root)
    assert _bytes(second) == before
    for folder, (path, gone) in harmed.items():
        overwrite(f"{folder}/{path}", None if gone else _flip(before[f"{folder}/{path}"]))
    seen = {problem.object for problem in check(root).problems}
    assert not check(root).intact
    report = mend_root(root, second)
    assert report.left == ()
    assert _bytes(root) == before
    assert check(root).intact
    assert {(mended.path, mended.source == DERIVED) for mended in report.mended} >= {
        (path, path in DERIVABLE) for path in OF_OBJECT if path != "inventory.json"
    }
    assert len(seen) > len(OF_OBJECT)
    judged = judge_ocfl_root(_mirror(root, tmp_path / "mirror"))
    assert judged.valid, judged.messages
    assert mend_root(root, second).mended == ()


@pytest.mark.parametrize("gone", [False, True], ids=["flipped", "gone"])
@pytest.mark.parametrize("name", root_files())
def test_the_roots_own_files(
    root: Root, overwrite: Overwrite, s3_url: str, s3_settings: S3Settings, name: str, gone: bool
) -> None:
    write(root)
    overwrite(name, None if gone else _flip(root_files()[name]))
    again = open_root(root.url, s3=s3_settings, rescue=True)
    assert again.rescued == (name,)
    assert open_root(root.url, s3=s3_settings, rescue=True).rescued == ()
    assert read_file(again, ONE, "METS.xml") == FIRST["METS.xml"]


def test_what_is_no_root_is_not_made_one(tmp_path: Path) -> None:
    with pytest.raises(OfficeError) as caught:
        open_root(f"folder:{tmp_path}", rescue=True)
    assert caught.value.code == "archive.not_a_root"
    assert list(tmp_path.iterdir()) == []


def test_a_file_put_there_by_hand_is_set_aside_not_destroyed(root: Root, overwrite: Overwrite, tmp_path: Path) -> None:
    write(root)
    folder = object_folder(ONE)
    for path in (f"{folder}/v1/content/new/extra.txt", f"{folder}/extra.txt", "holiday.jpg"):
        overwrite(path, b"put here by hand")
    report = mend_root(root, None)
    assert sorted(path for path, _ in report.aside) == sorted(
        [f"{folder}/v1/content/new/extra.txt", f"{folder}/extra.txt", "holiday.jpg"]
    )
    assert check(root).intact
    judged = judge_ocfl_root(_mirror(root, tmp_path / "mirror"))
    assert judged.valid, judged.messages
    if isinstance(root, FolderRoot):
        assert [(tmp_path / "archivo" / place).read_bytes() for _, place in report.aside] == [b"put here by hand"] * 3


def test_a_whole_object_gone_comes_back(tmp_path: Path, second: FolderRoot) -> None:
    import shutil

    root = FolderRoot(tmp_path / "archivo", create=True)
    folder = _two_versions(root, ONE)
    write(root, TWO)
    copy_root(root, second)
    before = _bytes(root)
    shutil.rmtree(root.path / folder)
    report = mend_root(root, second)
    assert report.adopted == (ONE,)
    assert _bytes(root) == before
    assert judge_ocfl_root(root.path).valid


def test_a_newest_version_gone_comes_back(tmp_path: Path, second: FolderRoot) -> None:
    import shutil

    root = FolderRoot(tmp_path / "archivo", create=True)
    folder = _two_versions(root, ONE)
    copy_root(root, second)
    before = _bytes(root)
    shutil.rmtree(root.path / folder / "v2")
    report = mend_root(root, second)
    assert report.left == ()
    assert _bytes(root) == before
    assert judge_ocfl_root(root.path).valid


def test_a_bucket_mends_itself_from_its_own_versions(
    s3_url: str, s3_settings: S3Settings, s3_store: object, tmp_path: Path
) -> None:
    root = open_root(s3_url, s3=s3_settings, create=True)
    write(root)
    s3_store.put(f"root/{object_folder(ONE)}/v1/content/METS.xml", b"forged")  # type: ignore[attr-defined]
    report = mend_root(root, None)
    assert [(one.path, one.source) for one in report.mended] == [("v1/content/METS.xml", OWN)]
    assert check(root).intact
    root.close()


class TestNothingSpreads:
    """Neither damage of the root into the copy nor damage of the copy into the root."""

    def test_a_damaged_object_is_not_copied_and_stops_no_other(
        self, root: Root, second: FolderRoot, overwrite: Overwrite
    ) -> None:
        write(root, ONE)
        write(root, TWO)
        overwrite(f"{object_folder(ONE)}/v1/content/METS.xml", b"<mats/>")
        report = copy_root(root, second)
        assert [(one.code, one.path) for one in report.problems] == [("archive.damaged", "v1/content/METS.xml")]
        assert list(second.object_folders()) == [object_folder(TWO)]
        assert judge_ocfl_root(second.path).valid

    def test_a_damaged_copy_mends_nothing(self, tmp_path: Path, second: FolderRoot) -> None:
        root = FolderRoot(tmp_path / "archivo", create=True)
        write(root)
        copy_root(root, second)
        content = f"{object_folder(ONE)}/v1/content/METS.xml"
        (second.path / content).write_bytes(b"<muts/>")
        (root.path / content).write_bytes(b"<mats/>")
        report = mend_root(root, second)
        assert [(one.code, one.path) for one in report.left] == [("archive.damaged", "v1/content/METS.xml")]
        assert (root.path / content).read_bytes() == b"<mats/>"
        assert list((tmp_path / "archivo" / "work").iterdir()) == []

    @pytest.mark.parametrize("forged", ["root", "copy"])
    def test_two_that_contradict_are_left_alone(self, tmp_path: Path, second: FolderRoot, forged: str) -> None:
        """Somebody wrote an object anew together with its inventories: neither side may overwrite the other."""
        root = FolderRoot(tmp_path / "archivo", create=True)
        write(root)
        copy_root(root, second)
        victim = (root if forged == "root" else second).path / object_folder(ONE)
        data = (victim / "inventory.json").read_bytes().replace(b"Ingreso", b"Egreso!")
        for place in (victim, victim / "v1"):
            (place / "inventory.json").write_bytes(data)
            (place / "inventory.json.sha512").write_bytes(sidecar(data))
        before = (_bytes(root), _bytes(second))
        assert [one.code for one in copy_root(root, second).problems] == ["archive.diverged"]
        assert [one.code for one in mend_root(root, second).left] == ["archive.diverged"]
        assert (_bytes(root), _bytes(second)) == before

    def test_a_copy_that_knows_more_is_not_cut(self, tmp_path: Path, second: FolderRoot) -> None:
        """The root was restored from an old disk: the next backup says so, and repair brings the newer version back."""
        root = FolderRoot(tmp_path / "archivo", create=True)
        _two_versions(second, ONE)
        write(root, ONE, {"METS.xml": b"<mets/>" + ONE.encode()})
        report = copy_root(root, second)
        assert [(one.code, one.reason) for one in report.problems] == [("archive.diverged", "ahead")]
        assert mend_root(root, second).left == ()
        assert _bytes(root) == _bytes(second)

    def test_an_inventory_that_was_rewritten_by_hand_is_not_believed(self, tmp_path: Path) -> None:
        """It reads well, and no sidecar is its own: repair must not make it one."""
        root = FolderRoot(tmp_path / "archivo", create=True)
        write(root)
        folder = root.path / object_folder(ONE)
        for place in (folder, folder / "v1"):
            data = (place / "inventory.json").read_bytes()
            (place / "inventory.json").write_bytes(data.replace(b"Ingreso", b"Egreso!"))
        before = _bytes(root)
        assert [one.code for one in mend_root(root, None).left] == ["fixity.inventory"]
        assert _bytes(root) == before

    def test_an_inventory_that_nothing_witnesses_is_not_guessed(self, tmp_path: Path) -> None:
        root = FolderRoot(tmp_path / "archivo", create=True)
        folder = root.path / _two_versions(root, ONE)
        for place in (folder, folder / "v2"):
            (place / "inventory.json").write_bytes(_flip((place / "inventory.json").read_bytes()))
        before = _bytes(root)
        assert [one.code for one in mend_root(root, None).left] == ["fixity.inventory"]
        assert _bytes(root) == before


def test_a_sector_that_cannot_be_read_is_mended_from_the_copy(tmp_path: Path, second: FolderRoot) -> None:
    root = FolderRoot(tmp_path / "archivo", create=True)
    write(root)
    copy_root(root, second)
    content = root.path / object_folder(ONE) / "v1" / "content" / "METS.xml"
    opened, descriptor = open, os.open  # fixity reads by descriptors, repair by files

    def bad_sector(path: str | Path | int, mode: str = "r", *more: Any, **named: Any) -> object:
        if not isinstance(path, int) and Path(path) == content and mode == "rb":
            raise OSError(errno.EIO, "input/output error", str(path))
        return opened(path, mode, *more, **named)

    def bad_descriptor(path: str | Path, *more: int) -> int:
        if Path(path) == content:
            raise OSError(errno.EIO, "input/output error", str(path))
        return descriptor(path, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builtins, "open", bad_sector)
        patch.setattr(os, "open", bad_descriptor)
        assert [problem.code for problem in check(root).problems] == ["fixity.missing"]
        report = mend_root(root, second)
    assert [(one.path, one.source) for one in report.mended] == [("v1/content/METS.xml", COPY)]
    assert check(root).intact


_BACKUP = """
import os, signal, sys
from pathlib import Path
from desktop.archive.copies import copy_root
from desktop.archive.folder_root import FolderRoot

source, target, step, at = sys.argv[1:5]
seen = 0

def fault(name):
    global seen
    seen += name == step
    if name == step and seen == int(at):
        os.kill(os.getpid(), signal.SIGKILL)

copy_root(FolderRoot(Path(source)), FolderRoot(Path(target), fault=fault))
"""


@pytest.mark.parametrize("step", ["staged", "renamed", "inventory copied"])
def test_a_backup_that_was_killed_goes_on(tmp_path: Path, second: FolderRoot, step: str) -> None:
    """Objects that are new there, and one of which the first version was copied before."""
    root = FolderRoot(tmp_path / "archivo", create=True)
    write(root, ONE, {"METS.xml": b"<mets/>" + ONE.encode()})
    copy_root(root, second)
    write(root, ONE, {"second.pdf": b"x"}, base="v1")
    for number in range(4):
        _two_versions(root, f"urn:uuid:{number}")
    at = "1" if step == "inventory copied" else "3"
    done = subprocess.run(
        [sys.executable, "-c", _BACKUP, tmp_path / "archivo", tmp_path / "segunda", step, at], check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL
    second.repair()
    report = copy_root(root, second)
    assert report.complete
    assert 0 < report.copied < 5
    assert _bytes(second) == _bytes(root)
    assert judge_ocfl_root(second.path).valid


def test_a_cancelled_backup_goes_on_and_reads_nothing_twice(tmp_path: Path, second: FolderRoot) -> None:
    root = FolderRoot(tmp_path / "archivo", create=True)
    for number in range(4):
        write(root, f"urn:uuid:{number}", {"a": b"x" * 1000})
    asked = iter([False, False, True])
    first = copy_root(root, second, cancelled=lambda: next(asked))
    assert (first.copied, first.bytes, first.finished) == (2, 2000, False)
    rest = copy_root(root, second)
    assert (rest.copied, rest.bytes, rest.complete) == (2, 2000, True)
    assert copy_root(root, second).bytes == 0


def test_a_throttled_backup_waits(tmp_path: Path, second: FolderRoot) -> None:
    root = FolderRoot(tmp_path / "archivo", create=True)
    write(root, ONE, {"a": b"x" * 5000})
    slept: list[float] = []
    copy_root(root, second, pace=Pace(1000, clock=lambda: 0.0, sleep=slept.append))
    assert sum(slept) == pytest.approx(5.0)


def test_the_log_goes_along_and_only_grows(root: Root, second: FolderRoot, tmp_path: Path) -> None:
    """What was changed or cut in it is told, and the copy keeps what it had."""
    name = "bitacora/2026-03.jsonl"
    root.write_beside(name, b"1\n")
    assert copy_root(root, second).complete
    root.write_beside(name, b"1\n2\n")
    assert copy_root(root, second).complete
    kept = tmp_path / "segunda" / "original" / name
    assert kept.read_bytes() == b"1\n2\n"
    for changed in (b"1\n3\n4\n", b"1\n"):
        root.write_beside(name, changed)
        assert [(one.code, one.path) for one in copy_root(root, second).problems] == [("archive.log_diverged", name)]
        assert kept.read_bytes() == b"1\n2\n"
    assert second.read_beside(name) is None


def test_to_a_bucket_and_back(tmp_path: Path, s3_url: str, s3_settings: S3Settings) -> None:
    """Folder → bucket → another folder: the same bytes, new objects and later versions."""
    root = FolderRoot(tmp_path / "archivo", create=True)
    write(root, ONE)
    bucket = open_root(s3_url, s3=s3_settings, create=True)
    assert copy_root(root, bucket).copied == 1
    write(root, ONE, {"second.pdf": b"x"}, base="v1")
    _two_versions(root, TWO)
    assert copy_root(root, bucket).copied == 2
    back = FolderRoot(tmp_path / "back", create=True)
    assert copy_root(bucket, back).complete
    assert _bytes(back) == _bytes(root) == _bytes(bucket)
    assert judge_ocfl_root(back.path).valid
    bucket.close()
