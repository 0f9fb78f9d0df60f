"""What a root in a folder is rid of when it is opened for writing: empty folders, and staging of writers that died."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .disk_files import names

_STALE = 86_400.0  # seconds after which staging of a writer that died is thrown away


def tree(folder: Path, levels: int, start: str = "") -> Iterator[str]:
    """Paths of folders so many levels down whose names are three digits of a digest, and so are those above them."""
    for name in names(folder, folders=True):
        if len(name) == 3:
            path = f"{start}{name}"
            if levels == 1:
                yield path
            else:
                yield from tree(folder / name, levels - 1, f"{path}/")


def drop_empty(root: Path) -> int:
    """Folders of a commit that died before its rename. OCFL forbids empty ones."""
    dropped = 0
    for levels in (3, 2, 1):
        for folder in tree(root, levels):
            with suppress(OSError):
                (root / folder).rmdir()  # refuses when something lies in it
                dropped += 1
    return dropped


def drop_staging(work: Path) -> int:
    """Staging of long ago; what is younger may be another writer's."""
    dropped = 0
    for name in names(work, folders=True) + names(work, folders=False):
        path = work / name
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                dropped += 1
    return dropped
