"""Files that leave the desk: written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.storage.durable import sync_folder


def write_whole(target: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write beside, flush to disk, then rename: a reader sees the old file, the new one, or none. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
