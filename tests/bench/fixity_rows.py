"""Fixity against ``sha512sum`` over the same files with the same number of processes, in turns; the system's cache is warm for both.

10 000 dossiers of one PDF of 965 kB and 13 small files each: 10 GB. ``QILLQA_BENCH_DOSSIERS`` measures fewer of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fixtures.filled_root import fill

_DOSSIERS = int(os.environ.get("QILLQA_BENCH_DOSSIERS", "10000"))
_JOBS = 2
_ROUNDS = 3


@dataclass(frozen=True)
class _Measured:
    ratio: float  # per cent of sha512sum's speed
    growth: float  # MB by which the process that asks grew
    reader: float  # MB of the largest process that reads
    again: float  # the same ratio where everything was read before


class _Shared:
    """Measured once for all rows; ``close`` forgets it."""

    def __init__(self) -> None:
        self._found: _Measured | None = None

    def get(self) -> _Measured:
        if self._found is None:
            with tempfile.TemporaryDirectory(prefix="qillqa-fixity-") as folder:
                self._found = _measure(Path(folder))
        return self._found

    def close(self) -> None:
        self._found = None


def _measure(folder: Path) -> _Measured:
    base = folder / "archivo"
    fill(base, _DOSSIERS, size=965_000, small=6)
    _sha512sum(base)  # everything has been read once
    theirs, first, again = [], [], []
    for number in range(_ROUNDS):
        theirs.append(_sha512sum(base))
        home = folder / f"home-{number}"
        home.mkdir()
        first.append(_ours(base, home))
        again.append(_ours(base, home))
    base_seconds = statistics.median(theirs)
    return _Measured(
        100 * base_seconds / statistics.median(one["seconds"] for one in first),
        max(one["growth"] for one in first + again),
        max(one["reader"] for one in first + again),
        100 * base_seconds / statistics.median(one["seconds"] for one in again),
    )


def _sha512sum(base: Path) -> float:
    """Seconds. Its list of files is made beforehand and not counted."""
    listed = subprocess.run(["find", base / "root", "-type", "f", "-print0"], capture_output=True, check=True).stdout
    begun = time.perf_counter()
    subprocess.run(
        ["xargs", "-0", "-P", str(_JOBS), "-n", "256", "sha512sum"], input=listed, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - begun


def _ours(base: Path, home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.fixity_run", str(base), str(home), str(_JOBS)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    if found["objects"] != _DOSSIERS:
        raise OSError(f"{found['objects']} objects read")
    return found


_SHARED = _Shared()
close = _SHARED.close
ROWS: dict[str, Callable[[], float]] = {
    "fixity_10gb": lambda: _SHARED.get().ratio,
    "fixity_10gb_again": lambda: _SHARED.get().again,
    "fixity_growth": lambda: _SHARED.get().growth,
    "fixity_reader_memory": lambda: _SHARED.get().reader,
}
