"""One reading of an archive, as ``qillqa archive fixity`` does it, in a process of its own: its seconds and memory as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from desktop.operations.fixity import Reading, read_archive
from desktop.operations.settings import DeskSettings, save_settings
from desktop.records.errors import OfficeError


def main(base: str, home: str, jobs: str) -> None:
    """Read ``base`` and remember it in ``home``."""
    settings = DeskSettings(entity="", unit="", device="", exchange="", admin_key="", archive=f"folder:{base}")
    save_settings(Path(home), settings)
    begun, before = time.perf_counter(), _own_peak()
    report = read_archive(_desk(Path(home)), Reading(jobs=int(jobs)))
    seconds = time.perf_counter() - begun
    if not report.intact:
        raise SystemExit(f"not intact: {report.problems[:3]}")
    facts = {
        "seconds": seconds,
        "objects": report.objects,
        "growth": _own_peak() - before,
        "reader": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000,
    }
    print(json.dumps(facts))


def _own_peak() -> float:
    """MB. Not ``ru_maxrss``, which a process inherits from who started it."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1000


def _desk(home: Path) -> Any:
    """As much of a desk as reading takes: without a line."""

    def no_line() -> None:
        raise OfficeError("storage.unreachable", url="", reason="")

    return SimpleNamespace(home=home, clock=lambda: datetime.now(UTC), exchange=no_line)


if __name__ == "__main__":
    main(*sys.argv[1:])
