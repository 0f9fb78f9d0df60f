"""The mark beside the database: how many numbers this desk has issued. A database that knows of fewer is an old copy."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


class NumberMark:
    """A count in a small file. It may lag behind the database (a crash between the two), never run ahead of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> int:
        """The count; 0 where there is no readable mark."""
        try:
            return int(self._path.read_text("ascii"))
        except (OSError, ValueError):
            return 0

    def write(self, issued: int) -> None:
        """Keep the count. A failure is let go: the numbers are in the database already, and the mark only lags."""
        staged = self._path.with_suffix(".new")
        with suppress(OSError):
            with staged.open("w", encoding="ascii") as file:
                file.write(str(issued))
                file.flush()
                os.fsync(file.fileno())
            staged.replace(self._path)
