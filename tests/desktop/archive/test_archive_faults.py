"""A disk in trouble at each system call of a commit, a mending and a reading; and names that are hard to keep."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.archive.copies import copy_root, mend_root
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.archive.reading import read_file
from desktop.archive.roots import Root
from desktop.records.errors import OfficeError
from tests.conformance.archive_root import ONE, TWO, write
from tests.fixtures.failing_disk import FailingDisk, failing
from tests.judges.verdicts import judge_ocfl_root

ERRORS = {
    errno.ENOSPC: {"storage.disk_full"},
    errno.EACCES: {"storage.denied"},
    errno.EIO: {"storage.unreachable", "archive.missing_file"},
    errno.ESTALE: {"storage.unreachable"},
}
Act = Callable[[FolderRoot], object]


def _update(root: FolderRoot) -> object:
    return write(root, ONE, {"second": b"2" * 100, "METS.xml": b"<mets>2</mets>"}, base="v1")


def _told(act: Callable[[], object]) -> OfficeError | None:
    try:
        act()
    except OfficeError as error:
        return error
    return None


ACTS: dict[str, Act] = {
    "new": lambda root: write(root, TWO, {"a": b"1" * 100, "b/c": b"2"}),
    "update": _update,
    "read": lambda root: read_file(root, ONE, "METS.xml"),
    "list": lambda root: [list(root.files_at(folder)) for folder in root.object_folders()],
}


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="it reads where a file lies from /proc")
@pytest.mark.parametrize("number", ERRORS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("act", ACTS)
def test_each_call_that_fails(tmp_path: Path, act: str, number: int) -> None:
    """Told in words or overcome; what was accepted stays whole, and the same act succeeds when the disk is well again."""
    failures = 0
    for at in range(400):
        base = tmp_path / f"archivo-{at}"
        root = FolderRoot(base, create=True)
        write(root, ONE, {"METS.xml": b"<mets/>", "first": b"1"})
        with failing(FailingDisk(base, number, at)) as disk:
            told = _told(lambda: ACTS[act](root))  # noqa: B023 - called at once
        if not disk.failed:
            break
        failures += 1
        if told is not None:
            assert told.code in ERRORS[number], (disk.calls[-1], told)
        again = FolderRoot(base)
        again.repair()
        assert read_file(again, ONE, "first") == b"1"
        found = again.inventory(TWO if act == "new" else ONE)
        if told is not None and told.on_disk == "unchanged":
            assert (found is None) if act == "new" else (found is not None and found.head == "v1")
        if act in ("new", "update") and (found is None or (act == "update" and found.head == "v1")):
            ACTS[act](again)
        if at % 12 == 0:
            assert judge_ocfl_root(again.path).valid
    assert failures > 3


def test_a_disk_full_in_the_middle_of_a_repair(tmp_path: Path) -> None:
    """The damaged file stays as it is until good bytes lie there whole."""
    root, copy = FolderRoot(tmp_path / "archivo", create=True), FolderRoot(tmp_path / "copia", create=True)
    write(root)
    copy_root(root, copy)
    content = root.path / object_folder(ONE) / "v1" / "content" / "METS.xml"
    content.write_bytes(b"<mats/>")
    for at in range(100):
        with failing(FailingDisk(tmp_path / "archivo" / "work", errno.ENOSPC, at)) as disk:
            told = _told(lambda: mend_root(root, copy))
        assert told is None or (told.code, told.on_disk) == ("storage.disk_full", "unchanged")
        assert content.read_bytes() in (b"<mats/>", b"<mets/>")
        if not disk.failed:
            break
    assert content.read_bytes() == b"<mets/>"
    assert not list((tmp_path / "archivo" / "work").iterdir())


LONG = "Informe técnico sobre la construcción del puente «Ñuñumayani» – " + "x" * 132 + ".pdf"
NAMES: dict[str, bytes | Path] = {
    "acta de entrega ñandú á é í ó ú ü.pdf": b"accents",
    LONG: b"200 characters",
    "representations/rep1/data/a/nota.pdf": b"one",
    "representations/rep1/data/b/nota.pdf": b"other",
    "representations/rep1/data/c/Nota.pdf": b"differs in case alone",
    "vacío.txt": b"",
    "vacío también/vacío.txt": b"",
    "100% + #1 & 2 = ¿3?.csv": b"signs",
    " empieza con espacio": b"space",
    "日本語.txt": b"far away",
}


def test_names(root: Root, tmp_path: Path) -> None:
    """Accents, 200 characters, empty files, one name in several folders: as they were given, also in a second copy."""
    assert len(LONG) == 200
    write(root, ONE, NAMES)
    copy = FolderRoot(tmp_path / "copia", create=True)
    assert copy_root(root, copy).complete
    for kept in (root, copy):
        inventory = kept.inventory(ONE)
        assert inventory is not None
        assert set(inventory.state) == set(NAMES)
        for name, data in NAMES.items():
            assert read_file(kept, ONE, name) == data, name
    judged = judge_ocfl_root(copy.path)
    assert judged.valid, judged.messages
