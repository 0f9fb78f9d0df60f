"""A child process of the tests: renews an archive as its custodian and kills itself.

Usage: renewer.py HOME OFFICIAL renew|evidence POINT N.

POINT is where it dies at the N-th time: a step of the folder root (``staged``: before the commit, ``renamed``: in the midst of it) or
``committed``: a version is written, and the archive's log does not know yet.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.archive import renewal_calendar
from desktop.archive.evidence_dossiers import FIRST, Step
from desktop.archive.inventory import Inventory
from desktop.archive.renewal_calendar import Ageing
from desktop.archive.roots import Root
from desktop.assembly import open_desk
from desktop.operations import evidence, renew_archive
from desktop.operations.desk import Desk

ALWAYS = timedelta(days=36_500)
_REAL_AGEING, _REAL_TIMES = renewal_calendar.ageing_of, evidence._times


def _aged(root: Root, inventory: Inventory, trusted: Any) -> Ageing | None:
    """A first raise is two months old, by a service whose certificate ended sooner; all others are what they are."""
    found = _REAL_AGEING(root, inventory, trusted)
    if found is None or found.version != "v2" or found.end is None or found.stamped_at is None:
        return found
    return replace(found, end=found.end - timedelta(days=10), stamped_at=found.stamped_at - timedelta(days=60))


def _aged_times(desk: Desk, step: Step) -> tuple[datetime, datetime]:
    at, until = _REAL_TIMES(desk, step)
    return (at - timedelta(days=60), until) if step.kind == FIRST else (at, until)


def let_time_pass(patch: Any) -> None:
    """So that what was stamped a moment ago is due: by ``patch`` (``monkeypatch.setattr`` or ``setattr``)."""
    patch(renewal_calendar, "ageing_of", _aged)
    patch(renew_archive, "ageing_of", _aged)
    patch(evidence, "_times", _aged_times)


def renew(desk: Desk, what: str) -> Any:
    """What the child does, and whoever takes it up."""
    if what == "renew":
        return renew_archive.renew_archive(desk, within=ALWAYS)
    return evidence.make_evidence(desk, within=ALWAYS)


def main() -> None:
    """See above."""
    home, official, what, point, last = sys.argv[1:6]
    count = 0

    def die(at: str) -> None:
        nonlocal count
        count += at == point
        if count == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    let_time_pass(setattr)
    desk = open_desk(Path(home), official=official)
    vars(desk.archive())["_fault"] = die
    module: Any = renew_archive if what == "renew" else evidence
    noted = module.versions_written

    def versions_written(*arguments: Any, **more: Any) -> None:
        die("committed")
        noted(*arguments, **more)

    module.versions_written = versions_written
    renew(desk, what)


if __name__ == "__main__":
    main()
