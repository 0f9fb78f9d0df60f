"""A small file that several processes share: changed under a lock that dies with its owner, and written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .outputs import sync_folder

_SECONDS = 10.0
_PAUSE = 0.01


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone with ``path`` among those that ask the same way; its folder is made. Raises TimeoutError after ten seconds, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("a+b") as stream:
        _lock(stream)
        try:
            yield
        finally:
            _unlock(stream)


def write_locked(path: Path, data: bytes) -> None:
    """Replace ``path``: a reader sees the old bytes or the new ones, also after a power cut. Under the lock, so one draft is enough."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def _lock(stream: IO[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not _try_lock(stream):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(_PAUSE)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: IO[bytes]) -> bool:
        stream.seek(0)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(stream: IO[bytes]) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(stream: IO[bytes]) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
