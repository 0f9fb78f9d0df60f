"""The mark beside the database: how many numbers this desk has issued. A database that knows of fewer is an old copy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from desktop.storage.durable import sync_folder

Number = tuple[str, int, int]
"""Series, year, number."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The count in a line of counting (a new one begins whenever numbers were given up), and the numbers of the act that was about
    to commit when this was written.
    """

    issued: int
    line: str = ""
    last: tuple[Number, ...] = ()


class NumberMark:
    """A small file. It is written before the database commits: it may run ahead of it, never lag behind."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Marked | None:
        """What it says; None where there is no readable mark."""
        try:
            head, *rows = self._path.read_text("utf-8").splitlines()
            count, _, line = head.partition(" ")
            told = [row.split(" ", 2) for row in rows]
            return Marked(int(count), line, tuple((series, int(year), int(number)) for year, number, series in told))
        except (OSError, ValueError):
            return None

    def write(self, mark: Marked) -> None:
        """Keep it; it is on the disk when this returns. Raises OSError: then no number may be given."""
        staged = self._path.with_suffix(".new")
        rows = [f"{year} {number} {series}" for series, year, number in mark.last]
        with staged.open("w", encoding="utf-8", newline="\n") as file:
            file.write("\n".join([f"{mark.issued} {mark.line}".rstrip(), *rows]))
            file.flush()
            os.fsync(file.fileno())
        staged.replace(self._path)
        sync_folder(self._path.parent)
