"""A file of records, added to at the end: one line each, with a check sum; for what is written at every keystroke.

A line cut off by a crash is dropped on opening; what follows a damaged line is laid aside and told. One program at a time
holds a log. A record that ``add`` returned from survives the end of the process; after ``sync`` also that of the machine.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Self

from desktop.records.errors import OfficeError

from .bytes_ import write_whole
from .failures import of_disk

Record = dict[str, Any]
_BINARY: int = getattr(os, "O_BINARY", 0)


class RecordLog:
    """One log, held. Made by ``open``. Not for several threads at once."""

    def __init__(self, path: Path, lock: IO[bytes]) -> None:
        self._path = path
        self._lock = lock
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
        self._end = 0
        self._waiting: list[bytes] = []
        self._unsynced = False
        self.records: list[Record] = []
        self.laid_aside: Path | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or make it. ``records`` are those on disk; ``laid_aside`` a copy of a damaged file, if it was one.

        Raises ``store.held_elsewhere``, ``store.disk_full``, ``store.unwritable``.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = path.with_name(f"{path.name}.lock").open("ab")
        except OSError as error:
            raise of_disk(error, path) from error
        try:
            if not try_lock(lock):
                raise OfficeError("store.held_elsewhere", path=str(path))
            log = cls(path, lock)
        except OSError as error:
            lock.close()
            raise of_disk(error, path) from error
        except BaseException:
            lock.close()
            raise
        try:
            log._read()
        except OSError as error:
            log.close()
            raise of_disk(error, path) from error
        return log

    def _read(self) -> None:
        data = self._path.read_bytes()
        for line in data.splitlines(keepends=True):
            record = _record(line)
            if record is None:
                break
            self.records.append(record)
            self._end += len(line)
        rest = data[self._end :]
        if b"\n" in rest[:-1]:  # not just a torn last line: somebody may want to look at it
            self.laid_aside = self._path.with_name(f"{self._path.name}.damaged-{zlib.crc32(data):08x}")
            write_whole(self.laid_aside, data)
        if rest:
            os.ftruncate(self._file, self._end)

    def add(self, *records: Record) -> None:
        """Write records behind the others, and those that a full disk refused before.

        Raises ``store.disk_full`` or ``store.unwritable``; what was there is as it was, and the records wait for the next call.
        """
        self._waiting += [_line(record) for record in records]
        data = b"".join(self._waiting)
        try:
            _write(self._file, self._end, data)
        except OSError as error:
            self._cut_back()
            raise of_disk(error, self._path) from error
        self._end += len(data)
        self._waiting.clear()
        self._unsynced = True

    def sync(self) -> None:
        """Have it on the medium. Raises ``store.disk_full`` or ``store.unwritable``."""
        try:
            if self._unsynced:
                os.fsync(self._file)
        except OSError as error:
            raise of_disk(error, self._path) from error
        self._unsynced = False

    def replace(self, records: Sequence[Record]) -> None:
        """Put these in place of all others (a snapshot), whole or not at all. Raises as ``add``; then the old ones stay."""
        data = b"".join(_line(record) for record in records)
        try:
            if os.name == "nt":  # an open file cannot be replaced there
                os.close(self._file)
                self._file = -1
            write_whole(self._path, data)
        except OSError as error:
            self._reopen()
            raise of_disk(error, self._path) from error
        self._reopen()
        self._end, self._unsynced = len(data), False
        self._waiting.clear()

    def close(self) -> None:
        """Sync and let it go. Safe to call twice."""
        if self._lock.closed:
            return
        try:
            self.sync()
        finally:
            os.close(self._file)
            self._lock.close()  # the system takes the lock back

    def _reopen(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)

    def _cut_back(self) -> None:
        try:
            os.ftruncate(self._file, self._end)
        except OSError:  # half a line at the end is dropped on opening
            return


def _write(file: int, at: int, data: bytes) -> None:
    os.lseek(file, at, os.SEEK_SET)
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _line(record: Record) -> bytes:
    body = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _record(line: bytes) -> Record | None:
    head, _, body = line.partition(b" ")
    try:
        if not line.endswith(b"\n") or int(head, 16) != zlib.crc32(body[:-1]):
            return None
        record = json.loads(body.decode("utf-8", "surrogatepass"))
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


if sys.platform == "win32":
    import msvcrt

    def try_lock(stream: IO[bytes]) -> bool:
        """Take the file for this process until it is closed; False where another has it."""
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(stream: IO[bytes]) -> bool:
        """Take the file for this process until it is closed; False where another has it."""
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
