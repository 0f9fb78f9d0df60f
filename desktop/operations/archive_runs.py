"""What was done to the whole archive and stands in its log: the store examined, the second copy brought up. For who sits at its desk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .archive_backup import back_up_archive
from .archive_doctor import Checkup, check_store
from .archive_log import FINISHED, OBJECTS, PROBLEMS, WHERE, Act, note_all, require_custodian, run_of
from .catalogue import opened
from .desk import Desk, Progress, no_progress


@dataclass(frozen=True, slots=True)
class BackupRun:
    """A second copy as it was brought up: where, of how many objects, how many of them could not be copied whole."""

    at: datetime
    where: str
    objects: int
    problems: int
    finished: bool
    doubts: tuple[str, ...] = ()


def examine(desk: Desk) -> Checkup:
    """Try the store of this desk's archive. Raises ``accept.not_custodian``, ``archive.none_here``, storage's codes."""
    require_custodian(desk)
    found = check_store(desk.home)
    failed = sum(probe.needed and not probe.good for probe in found.probes)
    note_all(desk, [run_of(Act.EXAMINED, objects=0, problems=failed, finished=True)])
    return found


def last_backup(desk: Desk) -> BackupRun | None:
    """The latest that the log tells of. Raises ``archive.none_here``, storage's codes."""
    with opened(desk) as here:
        told = list(here.catalogue.noted(act=Act.BACKED_UP.value))
    if not told:
        return None
    facts = json.loads(told[-1].facts)
    return BackupRun(
        datetime.fromisoformat(told[-1].time),
        str(facts.get(WHERE, "")),
        int(facts.get(OBJECTS, 0)),
        int(facts.get(PROBLEMS, 0)),
        facts.get(FINISHED) is True,
    )


def back_up(desk: Desk, folder: Path, *, progress: Progress = no_progress) -> BackupRun:
    """Into a folder; a new copy where it holds nothing yet. Raises ``accept.not_custodian`` and as ``back_up_archive`` does."""
    require_custodian(desk)
    new = not folder.exists() or not any(folder.iterdir())
    done = back_up_archive(desk.home, f"folder:{folder}", new=new, progress=progress)
    report = done.report
    run = run_of(
        Act.BACKED_UP,
        objects=report.objects,
        problems=len(report.problems),
        finished=report.finished,
        where=done.place,
    )
    note_all(desk, [run])
    return BackupRun(
        desk.clock(), done.place, report.objects, len(report.problems), finished=report.finished, doubts=done.doubts
    )
