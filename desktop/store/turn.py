"""One program at a time does a piece of work at a desk. The lock is SQLite's own: a dead process never keeps it, on any system."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def turn(path: Path) -> Iterator[bool]:
    """Whether it is this program's turn; it ends with the block or with the process. ``path`` is a file that holds nothing else."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
            return
        yield True
