"""Bytes by their own digest: ``bytes/ab/<sha256>``. Written once, whole or not at all; checked at every reading."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder

from .failures import of_disk

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ByteStore:
    """Content-addressed files below ``folder``. Safe from any thread: a name is only ever given to whole, synced bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: set[Path] = set()  # folders whose own names this program has made durable

    def path_of(self, sha256: str) -> Path:
        """Where those bytes lie or would lie. Raises ValueError for what is not a SHA-256 in lower-case hex."""
        if not _DIGEST.fullmatch(sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether a file of that name is there (its content is checked when read)."""
        return self.path_of(sha256).is_file()

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their SHA-256 in hex. A damaged copy is replaced. Raises ``store.disk_full``."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path_of(sha256)
        try:
            if path.is_file() and path.read_bytes() == data:
                return sha256
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, data)
            self._keep_folder(path.parent)
        except OSError as error:
            raise of_disk(error, path) from error
        return sha256

    def adopt(self, path: Path) -> str:
        """Keep a file's bytes without reading them whole; the file moves when it lies on the same disk. Returns their SHA-256.

        Raises ``store.disk_full``; the file is then still where it was.
        """
        try:
            with path.open("rb+") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
            target = self.path_of(sha256)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(target)
            sync_folder(target.parent)
            self._keep_folder(target.parent)
        except OSError as error:
            raise of_disk(error, path) from error
        return sha256

    def _keep_folder(self, folder: Path) -> None:
        """Once for each folder, also where an earlier program made it: it may have died before its name was durable."""
        if folder not in self._made:
            sync_folder(folder.parent)
            self._made.add(folder)

    def get(self, sha256: str) -> bytes:
        """The bytes. Raises ``store.bytes_missing`` and ``store.bytes_damaged``."""
        path = self.path_of(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise OfficeError("store.bytes_missing", sha256=sha256) from error
        except OSError as error:
            raise of_disk(error, path) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise OfficeError("store.bytes_damaged", sha256=sha256, path=str(path))
        return data


def write_whole(path: Path, data: bytes) -> None:
    """Write beside, sync, rename: readers see the old file or the new one. Raises OSError."""
    staged = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with staged.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
