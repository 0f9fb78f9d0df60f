"""A file in the making: beside its place under a hidden name, synced, then renamed. Dying in between leaves nothing that looks done."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .errors import SigningError

IN_MEMORY = 4 * 1024 * 1024  # bytes; a larger file is appended to on disk, so that memory does not grow with it
LARGEST = 2 * 1024 * 1024 * 1024  # bytes; many readers of PDF count offsets in 31 bits
_BLOCK = 1 << 20
PART_STEM = ".qillqa-" + hashlib.sha256(socket.gethostname().encode("utf-8")).hexdigest()[:8]


def part_in(folder: Path) -> Path:
    """A new hidden name in ``folder``, which tells ``sweep`` whose it is."""
    return folder / f"{PART_STEM}-{os.getpid()}-{secrets.token_hex(6)}.part"


class Staged:
    """A copy of ``source`` that can be appended to: ``stream``. ``commit`` makes it ``output``; ``discard`` makes it nothing.

    ``before`` and ``size``: SHA-256 hex and bytes of the source, as copied. Not thread-safe; ``commit`` may run in another thread
    than the rest as long as nothing else runs meanwhile.
    """

    def __init__(self, source: Path, output: Path) -> None:
        """Raises SigningError ``output.is_input``, ``source.unreadable``, ``pdf.too_large``, ``output.cannot_write``."""
        self.source, self.output = source, output
        self._done = False
        self._part = part_in(output.parent)
        _require_apart(source, output)
        try:
            origin = source.open("rb")
        except OSError as error:
            raise SigningError("source.unreadable", file=source.name, errno=error.errno) from error
        with origin:
            self.size = os.fstat(origin.fileno()).st_size
            if self.size > LARGEST:
                raise SigningError("pdf.too_large", file=source.name, bytes=self.size)
            self.stream: IO[bytes] = self._load(origin)
        self.before = digest_of(self.stream)

    def commit(self) -> str:
        """Write, sync and rename; returns the SHA-256 hex of the output. Raises SigningError ``output.cannot_write``."""
        try:
            after = digest_of(self.stream)
            if isinstance(self.stream, io.BytesIO):
                self.output.parent.mkdir(parents=True, exist_ok=True)
                with self._part.open("xb") as file:
                    file.write(self.stream.getbuffer())
                    _sync(file)
            else:
                _sync(self.stream)
            self.stream.close()
            self._part.replace(self.output)
            self._done = True
            sync_folder(self.output.parent)
        except OSError as error:
            self.discard()
            raise _cannot_write(self.output, error) from error
        return after

    def discard(self) -> None:
        """Leave nothing behind. Safe to call again, also after ``commit``."""
        self.stream.close()
        if not self._done:
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)

    def _load(self, origin: IO[bytes]) -> IO[bytes]:
        if self.size <= IN_MEMORY:
            return io.BytesIO(origin.read())
        try:
            self.output.parent.mkdir(parents=True, exist_ok=True)
            stream = self._part.open("x+b")
        except OSError as error:
            raise _cannot_write(self.output, error) from error
        try:
            shutil.copyfileobj(origin, stream, _BLOCK)
        except OSError as error:
            stream.close()
            self._part.unlink(missing_ok=True)
            raise _cannot_write(self.output, error) from error
        return stream


@contextlib.contextmanager
def staged(source: Path, output: Path) -> Iterator[Staged]:
    """A ``Staged`` that vanishes unless it was committed; every SigningError that passes gets ``on_disk="nothing"``."""
    made: Staged | None = None
    try:
        made = Staged(source, output)
        yield made
    except SigningError as error:
        error.on_disk = error.on_disk or "nothing"
        raise
    except OSError as error:
        raise _cannot_write(output, error) from error
    finally:
        if made is not None:
            made.discard()


def sweep(folder: Path) -> int:
    """Remove what programs that died on this computer left half made in ``folder``; returns how many. Never raises for a file in use."""
    swept = 0
    for part in folder.glob(f"{PART_STEM}-*.part"):
        owner = part.name.removeprefix(PART_STEM + "-").split("-", 1)[0]
        if owner.isdigit() and not _alive(int(owner)):
            with contextlib.suppress(OSError):  # Windows: still open, so not dead after all
                part.unlink()
                swept += 1
    return swept


def digest_of(stream: IO[bytes], size: int | None = None) -> str:
    """SHA-256 hex of the first ``size`` bytes of a stream, or of all."""
    if isinstance(stream, io.BytesIO):
        with stream.getbuffer() as view:
            return hashlib.sha256(view if size is None else view[:size]).hexdigest()
    stream.seek(0)
    digest = hashlib.sha256()
    left = size
    while block := stream.read(_BLOCK if left is None else min(_BLOCK, left)):
        digest.update(block)
        left = None if left is None else left - len(block)
    return digest.hexdigest()


def size_of(stream: IO[bytes]) -> int:
    """Bytes in a seekable stream."""
    return stream.seek(0, os.SEEK_END)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` last. Windows has no such call and needs none; some shares refuse it. Raises OSError."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


def _require_apart(source: Path, output: Path) -> None:
    try:
        same = output.exists() and source.exists() and source.samefile(output)
    except OSError as error:
        raise SigningError("source.unreadable", file=source.name, errno=error.errno) from error
    if same:
        raise SigningError("output.is_input", file=output.name)


def _cannot_write(output: Path, error: OSError) -> SigningError:
    return SigningError("output.cannot_write", on_disk="nothing", file=output.name, errno=error.errno)


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _alive(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name == "nt":
        return False  # an open file cannot be removed there: unlink itself finds out
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's process
        return True
    return True
