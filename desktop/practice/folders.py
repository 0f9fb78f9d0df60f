"""Files of a practice folder: written whole or not at all, secrets readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path

from desktop.storage.durable import sync_folder


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace ``path`` by ``data`` at once: a reader sees the old bytes or the new ones, also after a power cut."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600 if private else 0o644
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
