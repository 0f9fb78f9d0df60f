"""What SQLite and the disk say, as codes of the office. Anything that is not the environment stays what it is: a bug."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from desktop.records.errors import OfficeError

_FULL_DISK = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
# A write that the system refuses without ENOSPC is a quota or a file size limit: the same to whoever must act.
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_TRUNCATE")
_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_DATA")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


@contextmanager
def told_as_office_errors(path: Path, *, files: bool = False) -> Iterator[None]:
    """Raise OfficeError for what SQLite says of the environment; every failed act was rolled back: ``on_disk`` is ``unchanged``.

    With ``files`` also for what the system says; not where a caller's own code runs inside, whose OSErrors are its own.
    """
    try:
        yield
    except DBAPIError as error:
        told = _of_sqlite(error.orig, path)
        if told is None:
            raise
        raise told from error
    except sqlite3.Error as error:
        told = _of_sqlite(error, path)
        if told is None:
            raise
        raise told from error
    except OSError as error:
        if not files:
            raise
        raise of_disk(error, path) from error


def _of_sqlite(error: BaseException | None, path: Path) -> OfficeError | None:
    name = str(getattr(error, "sqlite_errorname", "") or "")
    if name.startswith(_FULL):
        return OfficeError("store.disk_full", on_disk="unchanged", path=str(path))
    if name.startswith(_DAMAGED):
        return OfficeError("store.damaged", on_disk="unchanged", path=str(path), reason=str(error))
    if name.startswith(_BUSY):
        return OfficeError("store.busy", on_disk="unchanged", path=str(path))
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return OfficeError("store.unwritable", on_disk="unchanged", path=str(path), reason=f"{name}: {error}")
    return None


def of_disk(error: OSError, path: Path) -> OfficeError:
    """A failed file operation, told: a full disk apart from everything else."""
    if error.errno in _FULL_DISK:
        return OfficeError("store.disk_full", on_disk="unchanged", path=str(path))
    return OfficeError("store.unwritable", on_disk="unchanged", path=str(path), reason=str(error))
