"""A folder that is given away: written beside its place under a hidden name, made durable, then renamed; or nothing is left of it."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder

_TOKEN = re.compile("[0-9a-f]{8}")
_STALE = 86_400.0  # seconds


class LaidOut:
    """The folder in the making. ``written``: path → SHA-512 in hex and size in bytes, of each file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[str, tuple[str, int]] = {}

    def put(self, path: str, pieces: Iterable[bytes]) -> str:
        """Write a new file and make it durable; gives its SHA-512. ``path`` has slashes and has been checked. Raises OSError."""
        target = self.folder.joinpath(*path.split("/"))
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha512(), 0
        with target.open("xb") as stream:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        self.written[path] = (digest.hexdigest(), size)
        return digest.hexdigest()


@contextmanager
def laid_out(folder: Path) -> Iterator[LaidOut]:
    """A folder that appears under its name when the block ends well. Raises ``export.exists`` and OSError."""
    if folder.exists() or folder.is_symlink():
        raise OfficeError("export.exists", folder=folder.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _drop_left(folder)
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    making.mkdir()
    try:
        yield LaidOut(making)
        for below, _, _ in os.walk(making, topdown=False):
            sync_folder(Path(below))
        if folder.exists():  # made by somebody else meanwhile; rename(2) would take an empty one
            raise OfficeError("export.exists", folder=folder.name)
        making.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _drop_left(folder: Path) -> None:
    """What a process that was killed left of this very folder, a day ago or longer; what is younger may be in the making."""
    for left in folder.parent.glob(f".{glob.escape(folder.name)}.*.part"):
        with suppress(OSError):
            token = left.name.removeprefix(f".{folder.name}.").removesuffix(".part")
            if _TOKEN.fullmatch(token) and time.time() - left.lstat().st_mtime > _STALE:
                shutil.rmtree(left)
