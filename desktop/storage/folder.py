"""A folder, or a share, as an object store.

``put_if_absent`` writes a complete, fsynced temporary file and hard-links it to its name: the link either is made or the name
was taken. Where links are missing (FAT, some shares, Windows) a rename under a claim file decides instead.
A folder enforces nothing against whoever may write in it: names carry digests so that readers notice.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop.records.errors import OfficeError

from .durable import sync_folder
from .ordered import in_order
from .protocol import Entry, check_key, check_prefix

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP})
_STALE_CLAIM = 30.0  # seconds after which the claim of a writer that died is taken over
_WAIT = _STALE_CLAIM + 10.0  # seconds to wait for another writer of the same key: one that died in it is outlasted


class FolderStore:
    """Objects as files below one folder; the key is the relative path."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Raises ``storage.unreachable`` or ``storage.denied`` when the folder is to be created and cannot be."""
        self._root = path
        self._place: tuple[int, int] | None = None  # device and file number of the folder when it was first written to
        if create:
            with self._told(""):
                path.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        """``folder:PATH``."""
        return f"folder:{self._root}"

    def room(self) -> int:
        """Free bytes where it lies. Raises ``storage.unreachable``."""
        with self._told(""):
            return shutil.disk_usage(self._root).free

    def get(self, key: str) -> bytes:
        """The bytes; raises ``storage.not_found``."""
        return self.get_tagged(key)[0]

    def get_tagged(self, key: str) -> tuple[bytes, str]:
        """The bytes and their SHA-256 hex digest, which is the tag."""
        path = self._path(key)
        with self._told(key):
            data = _read(path)
        return data, hashlib.sha256(data).hexdigest()

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write unless the key exists; of several writers exactly one gets True."""
        path = self._path(key)
        with self._told(key, writing=True):
            self._require_same_root()
            if os.path.lexists(path):
                return False
            self._make_parent(path)
            temporary = _write_temporary(path.parent, data)
            try:
                return self._link(temporary, path)
            finally:
                with suppress(FileNotFoundError):
                    temporary.unlink()
                sync_folder(path.parent)

    def put(self, key: str, data: bytes) -> None:
        """Write over whatever is there."""
        path = self._path(key)
        with self._told(key, writing=True):
            self._require_same_root()
            self._make_parent(path)
            with _claim(path, key):
                _replace(path, data)

    def put_if_match(self, key: str, data: bytes, tag: str) -> bool:
        """Write over exactly the content whose SHA-256 is ``tag``."""
        path = self._path(key)
        with self._told(key, writing=True):
            if not path.parent.is_dir():
                self._require_root()
                return False
            with _claim(path, key):
                try:
                    current = _read(path)
                except FileNotFoundError:
                    return False
                if hashlib.sha256(current).hexdigest() != tag:
                    return False
                _replace(path, data)
                return True

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        """Entries below the prefix, sorted by key. Names with a leading dot and links are nobody's."""
        check_prefix(prefix)
        with self._told(prefix):
            self._require_root()
        folder, _, _ = prefix.rpartition("/")
        return self._walk(folder, prefix, after)

    def head(self, key: str) -> Entry | None:
        """The entry with its tag (the file is read for it), or None."""
        try:
            data, tag = self.get_tagged(key)
        except OfficeError as error:
            if error.code == "storage.not_found":
                return None
            raise
        return Entry(key, len(data), tag)

    def close(self) -> None:
        """Nothing to give back."""

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*check_key(key).split("/"))

    def _is_there(self) -> bool:
        """A share that does not even answer is not there."""
        try:
            return self._root.is_dir()
        except OSError:
            return False

    def _require_root(self) -> None:
        with self._told(""):
            if self._root.is_dir():
                return
        raise OfficeError("storage.unreachable", url=self.url, reason="missing")

    def _require_same_root(self) -> None:
        """Writing goes where it went before: a share that was taken away may leave an empty folder of its name on the local disk.

        Raises ``storage.unreachable``; whoever asks again begins anew with what is there then.
        """
        found = self._root.stat()
        place = (found.st_dev, found.st_ino)
        before, self._place = self._place, place
        if before is not None and place != before and all(place):
            self._place = None
            raise OfficeError("storage.unreachable", on_disk="unchanged", url=self.url, reason="replaced")

    def _make_parent(self, path: Path) -> None:
        """Make the folders on the way, each entry durable in its parent. Never the root: it may be a mount that is gone."""
        missing: list[Path] = []
        folder = path.parent
        while folder != self._root and not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for folder in reversed(missing):
            folder.mkdir(exist_ok=True)
            sync_folder(folder.parent)

    def _link(self, temporary: Path, path: Path) -> bool:
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno in _FULL or error.errno == errno.ENOENT:
                raise
            return self._rename(temporary, path)
        return True

    def _rename(self, temporary: Path, path: Path) -> bool:
        """Where there are no hard links: one writer at a time by a claim file made exclusively, then a rename."""
        with _claim(path, path.name):
            if os.path.lexists(path):
                return False
            temporary.rename(path)  # on Windows this itself refuses an existing target
            return True

    def _walk(self, folder: str, prefix: str, after: str) -> Iterator[Entry]:
        start = f"{folder}/" if folder else ""
        for key, size in in_order(self._scan(folder, start, prefix, after)):
            if key.endswith("/"):
                yield from self._walk(key[:-1], prefix, after)
                continue
            if size < 0:
                try:
                    size = (self._root / key).lstat().st_size
                except FileNotFoundError:
                    self._require_root()
                    continue
                except OSError as error:
                    raise self._error(error, key, writing=False) from error
            yield Entry(key, size)

    def _scan(self, folder: str, start: str, prefix: str, after: str) -> Iterator[tuple[str, int]]:
        """What of one folder belongs into the listing, in no order: folders with a slash, files with their size if it costs nothing."""
        base = self._root.joinpath(*folder.split("/")) if folder else self._root
        try:
            with os.scandir(base) as found:
                for item in found:
                    key = start + item.name
                    if item.name.startswith("."):
                        continue
                    if item.is_dir(follow_symlinks=False):
                        key += "/"
                        if (key.startswith(prefix) or prefix.startswith(key)) and (
                            key > after or after.startswith(key)
                        ):
                            yield key, -1
                    elif key.startswith(prefix) and key > after and item.is_file(follow_symlinks=False):
                        yield key, item.stat(follow_symlinks=False).st_size if os.name == "nt" else -1
        except (FileNotFoundError, NotADirectoryError):
            self._require_root()  # a share that went meanwhile is no empty folder
        except OSError as error:
            raise self._error(error, folder, writing=False) from error

    @contextmanager
    def _told(self, key: str, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._error(error, key, writing=writing) from error

    def _error(self, error: OSError, key: str, *, writing: bool) -> OfficeError:
        on_disk = "unchanged" if writing else None
        if error.errno in _FULL:
            return OfficeError("storage.disk_full", on_disk="unchanged", url=self.url, key=key)
        if error.errno in _DENIED:
            return OfficeError("storage.denied", on_disk=on_disk, url=self.url, key=key)
        if error.errno in _ABSENT and not writing and self._is_there():
            return OfficeError("storage.not_found", url=self.url, key=key)
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return OfficeError("storage.unreachable", on_disk=on_disk, url=self.url, reason=reason)


def _read(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as stream:
        return stream.read()


def _write_temporary(folder: Path, data: bytes) -> Path:
    """A complete, fsynced file under a hidden name of its own; removed again when it cannot be completed."""
    path = folder / f".tmp-{secrets.token_hex(8)}"
    try:
        with path.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise
    return path


def _replace(path: Path, data: bytes) -> None:
    temporary = _write_temporary(path.parent, data)
    try:
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def _claim(path: Path, key: str) -> Iterator[None]:
    """Hold a key against other writers. Raises ``storage.busy`` when somebody else holds it too long."""
    claim = path.with_name(f".claim-{hashlib.sha256(path.name.encode()).hexdigest()[:32]}")
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            os.close(os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            break
        except (FileExistsError, PermissionError) as error:  # Windows: denied while the other deletes it
            if not claim.exists() and isinstance(error, PermissionError):
                raise
            _drop_if_stale(claim)
            if time.monotonic() > deadline:
                raise OfficeError("storage.busy", on_disk="unchanged", key=key) from None
            time.sleep(0.005 + secrets.randbelow(10) / 1000)
    try:
        yield
    finally:
        with suppress(FileNotFoundError):
            claim.unlink()


def _drop_if_stale(claim: Path) -> None:
    """Remove the claim of a writer that died. Renamed first, so that only one of several waiting writers removes it."""
    with suppress(OSError):
        if time.time() - claim.stat().st_mtime > _STALE_CLAIM:
            grave = claim.with_name(f".tmp-{secrets.token_hex(8)}")
            claim.rename(grave)
            grave.unlink()
