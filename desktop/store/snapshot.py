"""A whole copy of a desk's home at one moment, taken while the desk works: what a backup puts away and a restored home begins with.

The database is copied by SQLite's own backup, never as a file. Journals and texts are read before it, so that no row is older than
what it says; bytes after it, so that none that it names is missing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError

from .failures import told_as_office_errors
from .migrations import HEAD
from .opening import APPLICATION

if TYPE_CHECKING:
    from .desk import DeskStore

DATABASE = "desk.sqlite3"
BYTES = "bytes"
# Made anew by whoever opens the home, of this PC alone, or kept apart (keys).
_NOT_COPIED = frozenset({"backups", "keys", "work", "incoming", "locks", "catalogue"})
_NO_ENDING = (".lock", "-wal", "-shm", ".new", ".part")


@dataclass(frozen=True, slots=True)
class HomeFile:
    """A file of the home: its name there, with slashes, and where to read it."""

    name: str
    path: Path


def take(store: DeskStore, home: Path, into: Path) -> Iterator[HomeFile]:
    """Every file of the home, in the order in which it has to be read; the database is copied to ``into`` when its turn comes.

    A file that is gone by then was of no lasting kind: whoever reads passes over it. Raises ``store.disk_full``, ``store.damaged``.
    """
    yield from _texts(home)
    copy = into / DATABASE
    copy_database(store.path, copy)
    yield HomeFile(DATABASE, copy)
    yield from _below(home / BYTES, BYTES)


def copy_database(path: Path, to: Path) -> None:
    """A synced, whole copy in one file. Raises ``store.disk_full``, ``store.damaged``."""
    with told_as_office_errors(path, files=True):
        with closing(sqlite3.connect(path, timeout=10.0)) as source, closing(sqlite3.connect(to)) as copy:
            source.execute("PRAGMA query_only = ON")
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        with to.open("r+b") as file:
            os.fsync(file.fileno())


def require_sound(path: Path) -> None:
    """A database that this program may open. Raises ``store.damaged`` and ``store.newer``."""
    with told_as_office_errors(path, files=True), closing(sqlite3.connect(path)) as database:
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
        application = int(database.execute("PRAGMA application_id").fetchone()[0])
        if application != APPLICATION:
            raise OfficeError("store.damaged", on_disk="unchanged", path=str(path), reason="application_id")
        if version > HEAD:
            raise OfficeError("store.newer", on_disk="unchanged", path=str(path), found=version, known=HEAD)
        found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise OfficeError("store.damaged", on_disk="unchanged", path=str(path), reason=str(found))


def set_in(path: Path, settings: dict[str, str]) -> None:
    """Write settings into a database that nobody has open. Raises ``store.disk_full``."""
    with told_as_office_errors(path, files=True), closing(sqlite3.connect(path)) as database:
        for name, value in settings.items():
            database.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))
        database.commit()


def setting_in(path: Path, name: str) -> str:
    """A setting, read without opening a desk; empty for none."""
    with told_as_office_errors(path, files=True), closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA query_only = ON")
        row = database.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else ""


def is_file_of_a_home(name: str) -> bool:
    """Whether that is a name that ``take`` gives: relative, with slashes, staying inside, portable."""
    parts = PurePosixPath(name).parts
    plain = name == "/".join(parts) and bool(parts) and not name.startswith("/")
    return (
        plain and not any(part.startswith(".") or set(part) & set('\\:<>"|?*\0') for part in parts) and _wanted(parts)
    )


def _wanted(parts: tuple[str, ...]) -> bool:
    return parts[0] not in _NOT_COPIED and not parts[-1].endswith(_NO_ENDING) and parts[-1] != "numbers.mark"


def _texts(home: Path) -> Iterator[HomeFile]:
    for path in sorted(home.iterdir()):
        if path.is_symlink() or path.name in {BYTES, DATABASE}:
            continue
        if path.is_dir():
            yield from _below(path, path.name)
        elif path.is_file() and is_file_of_a_home(path.name):
            yield HomeFile(path.name, path)


def _below(folder: Path, name: str) -> Iterator[HomeFile]:
    if not folder.is_dir() or not is_file_of_a_home(name):
        return
    for path in sorted(folder.rglob("*")):
        inside = f"{name}/{path.relative_to(folder).as_posix()}"
        if path.is_file() and not path.is_symlink() and is_file_of_a_home(inside):
            yield HomeFile(inside, path)
