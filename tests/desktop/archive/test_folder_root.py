"""The root in a folder: the suite of all roots, real kills, a full disk, damage that repair must not spread."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder, sidecar
from desktop.archive.roots import Root, open_root
from desktop.records.errors import OfficeError
from tests.conformance.archive_root import NOW, ONE, USER, ArchiveRootConformance, Died, Place, write
from tests.judges.verdicts import judge_ocfl_objects, judge_ocfl_root


class FolderPlace:
    """A root under a temporary folder."""

    steps = ("staged", "renamed", "inventory copied")

    def __init__(self, base: Path) -> None:
        self.base = base

    def open(self, *, create: bool = False, die_at: str = "", later: timedelta = timedelta(0)) -> Root:
        """Dies by an exception that nobody catches; real kills are tested apart."""

        def fault(step: str) -> None:
            if step == die_at:
                raise Died

        return FolderRoot(self.base, create=create, fault=fault)


class TestFolderRoot(ArchiveRootConformance):
    """A folder."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return FolderPlace(tmp_path / "archivo")

    @pytest.fixture
    def tree(self, tmp_path: Path) -> Callable[[], Path]:
        return lambda: tmp_path / "archivo" / "root"

    @pytest.fixture
    def damage(self, tmp_path: Path) -> Callable[[str, bytes], None]:
        def put(path: str, data: bytes) -> None:
            (tmp_path / "archivo" / "root" / path).write_bytes(data)

        return put


_WRITER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import User

base, step, version = sys.argv[1:4]

def fault(name):
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)

root = FolderRoot(Path(base), fault=fault)
root.write_version("urn:x", {"a": b"killed", "b": b"new"}, base=version or None, message="m",
                   user=User("u", "urn:u"), now=datetime(2026, 3, 5, tzinfo=UTC))
"""


@pytest.mark.parametrize(
    ("step", "base"), [("staged", ""), ("renamed", ""), ("staged", "v1"), ("renamed", "v1"), ("inventory copied", "v1")]
)
def test_a_killed_writer(tmp_path: Path, step: str, base: str) -> None:
    root = FolderRoot(tmp_path, create=True)
    if base:
        root.write_version("urn:x", {"a": b"first"}, base=None, message="m", user=USER, now=NOW)
    done = subprocess.run([sys.executable, "-c", _WRITER, str(tmp_path), step, base], check=False, timeout=60)
    assert done.returncode == -9
    root = FolderRoot(tmp_path)
    root.repair()
    found = root.inventory("urn:x")
    assert (found.head if found else "") == (base if step == "staged" else ("v2" if base else "v1"))
    root.write_version("urn:x", {"c": b"after"}, base=found.head if found else None, message="m", user=USER, now=NOW)
    assert judge_ocfl_root(root.path).valid


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    root = FolderRoot(tmp_path, create=True)
    write(root)
    program = (
        "import resource, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from desktop.archive.folder_root import FolderRoot\n"
        "from desktop.archive.inventory import User\n"
        "from desktop.records.errors import OfficeError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try: FolderRoot(Path(sys.argv[1])).write_version(sys.argv[2], {'x': b'1' * 100000}, base='v1', message='m',\n"
        "    user=User('u', 'urn:u'), now=datetime.now(UTC))\n"
        "except OfficeError as error: print(error.code, error.on_disk)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), ONE], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["storage.disk_full", "unchanged"], done.stderr
    assert list((tmp_path / "work").iterdir()) == []
    assert judge_ocfl_root(root.path).valid


def test_repair_never_spreads_a_damaged_inventory(tmp_path: Path) -> None:
    root = FolderRoot(tmp_path, create=True)
    write(root)
    folder = root.path / object_folder(ONE)
    good = (folder / "inventory.json").read_bytes()
    (folder / "v1" / "inventory.json").write_bytes(good.replace(b"Ingreso", b"Egreso"))
    root.repair()
    assert (folder / "inventory.json").read_bytes() == good
    with pytest.raises(OfficeError) as caught:
        root.inventory(ONE)
    assert caught.value.code == "archive.bad_inventory"


def test_an_object_in_the_folder_of_another_is_refused(tmp_path: Path) -> None:
    """A whole valid object, moved: its id does not lead there."""
    root = FolderRoot(tmp_path, create=True)
    write(root)
    there = root.path / object_folder("urn:uuid:other")
    there.parent.mkdir(parents=True)
    (root.path / object_folder(ONE)).rename(there)
    with pytest.raises(OfficeError) as caught:
        root.inventory("urn:uuid:other")
    assert caught.value.code == "archive.bad_inventory"


def test_a_folder_that_holds_something_else_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "holiday.jpg").touch()
    with pytest.raises(OfficeError) as caught:
        FolderRoot(tmp_path, create=True)
    assert caught.value.code == "archive.not_empty"


def test_another_layout_is_refused(tmp_path: Path) -> None:
    root = FolderRoot(tmp_path, create=True)
    (root.path / "ocfl_layout.json").write_text('{"extension": "0004-hashed-n-tuple-storage-layout"}', encoding="utf-8")
    with pytest.raises(OfficeError) as caught:
        open_root(f"folder:{tmp_path}")
    assert caught.value.code == "archive.other_layout"


def test_empty_folders_and_old_staging_are_dropped(tmp_path: Path) -> None:
    import os
    import time

    root = FolderRoot(tmp_path, create=True)
    write(root)
    (root.path / "abc" / "def" / "012").mkdir(parents=True)
    (tmp_path / "work" / "stage-old" / "v1").mkdir(parents=True)
    (tmp_path / "work" / "stage-new").mkdir()
    old = time.time() - 200_000
    os.utime(tmp_path / "work" / "stage-old", (old, old))
    assert root.repair().leftovers == 4
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["stage-new"]
    assert judge_ocfl_root(root.path).valid


def test_strays_are_named(tmp_path: Path) -> None:
    root = FolderRoot(tmp_path, create=True)
    write(root)
    (root.path / "holiday.jpg").touch()
    (root.path / object_folder(ONE)).parent.joinpath("note.txt").touch()
    assert list(root.strays()) == sorted(["holiday.jpg", object_folder(ONE).rsplit("/", 1)[0] + "/note.txt"])


def test_the_judge_bites(tmp_path: Path) -> None:
    """A judge that says valid to everything would make this whole file worthless."""
    root = FolderRoot(tmp_path, create=True)
    write(root)
    folder = root.path / object_folder(ONE)
    assert judge_ocfl_objects([folder])[str(folder)].valid
    content = folder / "v1" / "content" / "METS.xml"
    content.write_bytes(b"<mats/>")
    assert not judge_ocfl_objects([folder])[str(folder)].valid
    assert not judge_ocfl_root(root.path).valid
    content.write_bytes(b"<mets/>")
    (folder / "inventory.json.sha512").write_bytes(sidecar(b""))
    assert not judge_ocfl_root(root.path).valid
