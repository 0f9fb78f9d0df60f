"""How far a long command has come: one line that is written over, at a terminal only."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.operations.desk import Progress

_EVERY = 0.2  # seconds


def counting(*, quiet: bool = False) -> Progress:
    """``12 de 340`` on stderr; nothing where nobody reads it or ``quiet`` (with ``--json``). The line is taken back at the end."""
    shown, last = not quiet and sys.stderr.isatty(), 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if not shown or (done < total and now - last < _EVERY):
            return
        last = now
        sys.stderr.write(f"\r\033[K{done} de {total}" + ("\r\033[K" if done >= total else ""))
        sys.stderr.flush()

    return progress
