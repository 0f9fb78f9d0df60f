"""What every archive root must do, judged by ocfl-py. A subclass gives the fixtures ``place`` and ``tree``."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from desktop.archive.inventory import User, object_folder
from desktop.archive.reading import read_file
from desktop.archive.roots import Root
from desktop.records.errors import OfficeError
from tests.judges.verdicts import judge_ocfl_root

USER = User("Archivo departamental", "urn:qillqa:custodian")
NOW = datetime(2026, 3, 5, 14, 0, 7, tzinfo=UTC)
ONE, TWO = "urn:uuid:3f0c1f0e-0000-4000-8000-000000000001", "urn:uuid:3f0c1f0e-0000-4000-8000-000000000002"
FIRST: dict[str, bytes | Path] = {
    "METS.xml": b"<mets/>",
    "representations/rep1/data/NOTA ñ.pdf": b"%PDF-1.7 " * 300,
    "representations/rep1/data/copia.pdf": b"%PDF-1.7 " * 300,
    "representations/rep1/data/con.txt": b"a name that Windows refuses",
    "empty": b"",
}


class Place(Protocol):
    """Where a root lies: ``open`` gives a client of its own, that dies at the given step when there is one."""

    def open(self, *, create: bool = False, die_at: str = "", later: timedelta = timedelta(0)) -> Root:
        """A client; ``later`` moves its clock."""
        ...

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps at which a writer may die."""
        ...


class Died(BaseException):
    """A writer is gone."""


def write(
    root: Root, object_id: str = ONE, files: dict[str, bytes | Path] | None = None, base: str | None = None
) -> str:
    """One version."""
    return root.write_version(object_id, files or FIRST, base=base, message="Ingreso", user=USER, now=NOW)


class ArchiveRootConformance:
    """One suite for all."""

    def test_what_is_written_comes_back(self, place: Place, tree: Callable[[], Path]) -> None:
        root = place.open(create=True)
        assert root.inventory(ONE) is None
        assert write(root) == "v1"
        again = place.open()
        inventory = again.inventory(ONE)
        assert inventory is not None
        assert set(inventory.state) == set(FIRST)
        for path, data in FIRST.items():
            assert read_file(again, ONE, path) == data
        assert list(again.object_folders()) == [object_folder(ONE)]
        assert list(again.strays()) == []
        assert {file.path for file in again.files_at(object_folder(ONE))} == inventory.named_paths()
        judged = judge_ocfl_root(tree())
        assert judged.valid
        assert judged.messages == ()

    def test_versions_add_and_keep(self, place: Place, tree: Callable[[], Path], tmp_path: Path) -> None:
        root = place.open(create=True)
        write(root)
        on_disk = tmp_path / "evidence"
        on_disk.write_bytes(b"a new timestamp" * 100_000)
        assert write(root, files={"METS.xml": b"<mets>2</mets>", "evidence/1": on_disk}, base="v1") == "v2"
        assert write(root, TWO) == "v1"
        assert read_file(root, ONE, "METS.xml") == b"<mets>2</mets>"
        assert read_file(root, ONE, "METS.xml", "v1") == b"<mets/>"
        assert read_file(root, ONE, "evidence/1") == on_disk.read_bytes()
        assert read_file(root, ONE, "empty") == b""
        with pytest.raises(OfficeError) as caught:
            read_file(root, ONE, "evidence/1", "v1")
        assert caught.value.code == "archive.no_file"
        assert sorted(root.object_folders()) == sorted([object_folder(ONE), object_folder(TWO)])
        judged = judge_ocfl_root(tree())
        assert judged.valid
        assert judged.messages == ()

    def test_a_stale_base_changes_nothing(self, place: Place) -> None:
        root = place.open(create=True)
        write(root)
        write(root, files={"x": b"2"}, base="v1")
        before = list(root.files_at(object_folder(ONE)))
        for base in (None, "v1", "v3"):
            with pytest.raises(OfficeError) as caught:
                write(root, files={"x": b"3"}, base=base)
            assert (caught.value.code, caught.value.on_disk) == ("archive.conflict", "unchanged")
        with pytest.raises(OfficeError):
            write(root, TWO, base="v1")
        assert list(root.files_at(object_folder(ONE))) == before
        assert root.inventory(TWO) is None

    def test_a_path_that_leads_out_writes_nothing(self, place: Place) -> None:
        root = place.open(create=True)
        with pytest.raises(OfficeError) as caught:
            write(root, files={"../../../x": b"1"})
        assert caught.value.code == "archive.bad_path"
        assert list(root.object_folders()) == []

    def test_four_writers_lose_nothing(self, place: Place, tree: Callable[[], Path]) -> None:
        place.open(create=True)
        barrier = threading.Barrier(4)

        def write_three(who: int) -> None:
            root = place.open()
            barrier.wait(timeout=30)
            for number in range(3):
                for _attempt in range(2000):
                    now = root.inventory(ONE)
                    try:
                        write(
                            root, files={f"{who}-{number}": f"{who} {number}".encode()}, base=now.head if now else None
                        )
                        break
                    except OfficeError as error:
                        if error.code not in ("archive.conflict", "archive.busy"):
                            raise
                else:
                    raise AssertionError("never won")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write_three, range(4)))
        root = place.open()
        root.repair()
        inventory = root.inventory(ONE)
        assert inventory is not None
        assert inventory.head == "v12"
        assert set(inventory.state) == {f"{who}-{number}" for who in range(4) for number in range(3)}
        judged = judge_ocfl_root(tree())
        assert judged.valid, judged.messages

    def test_dying_at_any_step_is_healed(self, place: Place, tree: Callable[[], Path]) -> None:
        """Each step, for a new object and for a new version: after repair the root is valid and the next commit works."""
        place.open(create=True)
        died = set[str]()
        for number, step in enumerate(place.steps):
            for update in (False, True):
                object_id = f"urn:uuid:{number}-{update}"
                base = write(place.open(), object_id) if update else None
                try:
                    write(place.open(die_at=step), object_id, {"METS.xml": b"died", "new": b"x"}, base)
                except Died:
                    died.add(step)
                later = place.open(later=timedelta(hours=1))
                later.repair()
                found = later.inventory(object_id)
                committed = found is not None and (not update or found.head == "v2")
                assert later.repair().objects == ()
                if found is not None:
                    assert read_file(later, object_id, "METS.xml") == (b"died" if committed else b"<mets/>")
                    named = {file.path for file in later.files_at(object_folder(object_id))}
                    assert named == found.named_paths()
                write(later, object_id, {"after": step.encode()}, found.head if found else None)
        assert died == set(place.steps)
        judged = judge_ocfl_root(tree())
        assert judged.valid, judged.messages
        assert judged.messages == ()

    def test_what_is_no_root_is_refused(self, place: Place) -> None:
        with pytest.raises(OfficeError) as caught:
            place.open()
        assert caught.value.code in ("archive.not_a_root", "storage.unreachable")

    def test_reading_notices_damage(self, place: Place, damage: Callable[[str, bytes], None]) -> None:
        root = place.open(create=True)
        write(root)
        damage(f"{object_folder(ONE)}/v1/content/METS.xml", b"<mats/>")
        with pytest.raises(OfficeError) as caught:
            read_file(root, ONE, "METS.xml")
        assert caught.value.code == "archive.damaged"
        assert hashlib.sha512(b"<mats/>").hexdigest() not in str(caught.value)
