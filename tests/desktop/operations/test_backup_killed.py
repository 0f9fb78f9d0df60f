"""A backup and a restoring that are killed at any of their writes, as real processes: whole or not there, and done again afterwards."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pyrage import x25519

from desktop.operations import backup
from desktop.operations.restore import restore
from desktop.storage import open_storage
from desktop.store.desk import DeskStore
from desktop.sync.backup_place import list_backups
from desktop.sync.directory import publish
from tests.desktop.operations.copied_house import House, close
from tests.desktop.operations.saver import DIED
from tests.desktop.operations.test_backup import furnish
from tests.desktop.sync.office import NOW

ROOT = Path(__file__).parents[3]
FEW = 6  # of all the writes, evenly; `full` takes each


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed desk in ``home``, a finished backup of it in ``second``, the recovery key beside them."""
    folder = tmp_path_factory.mktemp("killed")
    house = House(folder)
    identity = x25519.Identity.generate()
    (folder / "recovery").write_text(str(identity), "ascii")
    house.directory = replace(house.directory, number=2, recovery=(str(identity.to_public()),))
    publish(house.exchange, house.directory, house.admin)
    desk = furnish(house)
    (folder / "second").mkdir()
    backup.backup(desk, open_storage(f"folder:{folder / 'second'}"))
    desk.store.put_bytes(b"new since the backup")
    close(*house.opened)
    return folder


def _run(what: str, folder: Path, last: int) -> int:
    """The number of writes where it came to its end; 0 where it died."""
    command = [sys.executable, "-W", "error", "-m", "tests.desktop.operations.saver", what, str(folder), str(last)]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    if ended.returncode == DIED:
        return 0
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.split()[1])


def _fresh(furnished: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(furnished, folder)
    return folder


def _places(furnished: Path, folder: Path, what: str, *, every: bool) -> list[int]:
    count = _run(what, _fresh(furnished, folder), 0)
    assert count > FEW
    return list(range(1, count + 1)) if every else [1 + n * (count - 1) // (FEW - 1) for n in range(FEW)]


def _kill_backup(furnished: Path, folder: Path, last: int) -> bool:
    here = _fresh(furnished, folder)
    died = _run("backup", here, last) == 0  # a copy of a home is another file: a folder more or less is made
    place = open_storage(f"folder:{here / 'second'}")
    identity = (here / "recovery").read_text("ascii")
    made = len(list(list_backups(place)))
    assert made in {1, 2}  # not yet listed, or listed
    restore(here / "new", place, identity=lambda: identity)  # whatever is listed is whole
    assert _run("backup", here, 0) > 0
    assert len(list(list_backups(place))) == 2  # of one day, the last two are kept
    assert list((here / "home" / "work").iterdir()) == []
    restore(here / "newer", place, identity=lambda: identity)
    with DeskStore.open(here / "newer", now=NOW) as store:
        assert store.check() == ()
        assert [view.id for view in store.documents()] == ["doc-1"]
    return died


def _kill_restore(furnished: Path, folder: Path, last: int) -> bool:
    here = _fresh(furnished, folder)
    died = _run("restore", here, last) == 0
    if (here / "new").exists():  # it died after the last step
        with DeskStore.open(here / "new", now=NOW) as store:
            assert store.check() == ()
            assert [view.id for view in store.documents()] == ["doc-1"]
        return died
    assert _run("restore", here, 0) > 0
    assert [path.name for path in here.iterdir() if path.name.startswith(".")] == []
    with DeskStore.open(here / "new", now=NOW) as store:
        assert [view.id for view in store.documents()] == ["doc-1"]
    return died


def _killed(furnished: Path, folder: Path, what: str, *, every: bool) -> list[bool]:
    """Whether it died at each of those writes."""
    kill = {"backup": _kill_backup, "restore": _kill_restore}[what]
    return [kill(furnished, folder, last) for last in _places(furnished, folder, what, every=every)]


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_at_a_write(furnished: Path, tmp_path: Path, what: str) -> None:
    assert all(_killed(furnished, tmp_path / "work", what, every=False)[:-1])


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_at_every_write(furnished: Path, tmp_path: Path, what: str) -> None:
    assert all(_killed(furnished, tmp_path / "work", what, every=True)[:-2])
