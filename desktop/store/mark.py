"""The mark beside the database: how many numbers this desk has issued. A database that knows of fewer is an old copy."""

from __future__ import annotations

import os
from pathlib import Path

from .bytes_ import sync_folder


class NumberMark:
    """A count in a small file. It is written before the database commits: it may run ahead of it, never lag behind."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> int | None:
        """The count; None where there is no readable mark."""
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return None

    def write(self, issued: int) -> None:
        """Keep the count; it is on the disk when this returns. Raises OSError: then no number may be given."""
        staged = self._path.with_suffix(".new")
        with staged.open("w", encoding="ascii") as file:
            file.write(str(issued))
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self._path)
        sync_folder(self._path.parent)
