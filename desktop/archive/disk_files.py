"""Files and folders of a root on disk: walked without following links, written durably, compared by digest."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder

from .inventory import version_number
from .roots import CHUNK, Source

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_BUFFER = 1 << 18  # bytes: what stays in a processor's cache
_own = threading.local()


def names(folder: Path | str, *, folders: bool) -> list[str]:
    """Sorted names of the folders, or of everything else, in a folder; none where it is missing."""
    try:
        with os.scandir(folder) as found:
            return sorted(item.name for item in found if item.is_dir(follow_symlinks=False) is folders)
    except (FileNotFoundError, NotADirectoryError):
        return []


def walk(folder: Path | str, start: str) -> Iterator[tuple[str, int]]:
    """Files below, sorted by path; links are not followed."""
    try:
        with os.scandir(folder) as found:
            items = sorted(
                (item.name + ("/" if item.is_dir(follow_symlinks=False) else ""), item.path, item) for item in found
            )
    except (FileNotFoundError, NotADirectoryError):
        return
    for name, path, item in items:
        if name.endswith("/"):
            yield from walk(path, start + name)
        else:
            regular = item.is_file(follow_symlinks=False)
            yield start + name, item.stat(follow_symlinks=False).st_size if regular else -1


def highest(folder: Path | str) -> int | None:
    """The number of the highest ``vN/``, or None."""
    return max((number for name in names(folder, folders=True) if (number := version_number(name))), default=None)


def read(path: Path) -> bytes | None:
    """The bytes, or None where there is no file."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def bytes_at(path: str) -> bytes:
    """The bytes, without a ``Path``: a catalogue of a hundred thousand dossiers reads four such files of each. Raises OSError."""
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123
        return stream.read()


def is_file(path: str) -> bool:
    """Whether a regular file lies there, no link to one."""
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def pieces_of(source: Source) -> Iterator[bytes]:
    """The bytes of a file or the bytes themselves, a piece at a time."""
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as stream:
        while piece := stream.read(CHUNK):
            yield piece


def digest_of(source: Source) -> str:
    """SHA-512 in hex."""
    digest = hashlib.sha512()
    for piece in pieces_of(source):
        digest.update(piece)
    return digest.hexdigest()


def digest_at(path: str, told: Callable[[int], None]) -> str:
    """SHA-512 in hex of a file that is no link; ``told`` gets the size of every piece. Raises OSError.

    Through one buffer for all files of a thread, without a ``Path``: ten thousand dossiers have ten times as many small files.
    """
    digest, buffer = hashlib.sha512(), _buffer()
    with open(os.open(path, _READ_FLAGS), "rb", buffering=0) as stream:  # noqa: PTH123 - a descriptor
        while size := stream.readinto(buffer):
            digest.update(buffer[:size])
            told(size)
    return digest.hexdigest()


def _buffer() -> memoryview:
    """This thread's own."""
    found: memoryview | None = getattr(_own, "buffer", None)
    if found is None:
        found = _own.buffer = memoryview(bytearray(_BUFFER))
    return found


def write(path: Path, pieces: Iterable[bytes]) -> str:
    """Write a new file and fsync it; gives the SHA-512 of what was written."""
    digest = hashlib.sha512()
    with path.open("xb") as stream:
        for piece in pieces:
            digest.update(piece)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def sync_below(folder: Path) -> None:
    """Make the entries of all folders below durable, the innermost first."""
    for inner, _, _ in os.walk(folder, topdown=False, onerror=_raise):
        sync_folder(Path(inner))


def _raise(error: OSError) -> None:
    raise error


@contextmanager
def troubles_told(url: str, on_disk: str | None) -> Iterator[None]:
    """What the system says of the disk, as one of storage's codes."""
    try:
        yield
    except OSError as error:
        code = "storage.disk_full" if error.errno in _FULL else "storage.unreachable"
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            code = "storage.denied"
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        name = Path(str(error.filename or "")).name
        raise OfficeError(code, on_disk=on_disk, url=url, reason=reason, key=name) from error
