"""Elevar el archivo: the custodian appends what the archived documents still lack, as new versions of their objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.archive.inventory import User
from desktop.archive.raising import Raise, RaisedObject, Raising, raise_object
from desktop.archive.reading import is_dossier
from desktop.records.errors import OfficeError
from signing.errors import SigningError
from signing.evidence import is_service_trouble
from signing.report import Level
from signing.verdict import verdict_json

from .catalogue import note_left, versions_written
from .desk import Desk, Progress, no_progress

if TYPE_CHECKING:
    from desktop.archive.roots import Root
    from desktop.records.people import Official


@dataclass(frozen=True, slots=True)
class Owed:
    """A document that is below the level wanted, and why."""

    object: str
    path: str
    code: str


@dataclass(frozen=True, slots=True)
class ArchiveRaised:
    """``versions`` are (object, version) that were written; ``conflicts`` are objects that another custodian was writing."""

    versions: tuple[tuple[str, str], ...] = ()
    owed: tuple[Owed, ...] = ()
    conflicts: tuple[str, ...] = ()
    looked_at: int = 0
    finished: bool = True


def raise_archive(
    desk: Desk,
    *,
    official: str = "",
    objects: Iterable[str] | None = None,
    again: bool = False,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> ArchiveRaised:
    """Raise what is below B-LTA in the objects given, in all without; may be run again at any time and takes up what is left.

    ``again`` appends a new timestamp also where there is one (renewal). A cancellation lets the object under way be finished.
    Raises ``accept.not_custodian``, ``archive.none_here``, storage's codes and ``archive.damaged`` of the object that is.
    """
    actor = desk.acting(official)
    if not desk.unit.custodian:
        raise OfficeError("accept.not_custodian", unit=desk.unit.name)
    note_left(desk)
    root = desk.archive()
    if objects is None:
        root.repair()  # one look at everything; opening for writing has done it already
    wanted = list(objects) if objects is not None else _every(root)
    raising = raising_of(desk, actor)
    done: list[RaisedObject] = []
    conflicts: list[str] = []
    for number, object_id in enumerate(wanted):
        progress(number, len(wanted))
        if cancelled():
            break
        try:
            done.append(raise_object(root, object_id, raising, now=desk.clock(), again=again))
        except OfficeError as error:
            if error.code not in {"archive.conflict", "archive.busy"}:
                raise
            conflicts.append(object_id)
    looked_at = len(done) + len(conflicts)
    progress(looked_at, len(wanted))
    owed = tuple(Owed(one.object, file.path, file.code or file.degraded) for one in done for file in one.owed)
    versions = tuple((one.object, one.version) for one in done if one.version)
    versions_written(desk, [name for name, _ in versions], official=official)
    return ArchiveRaised(versions, owed, tuple(conflicts), looked_at, finished=looked_at == len(wanted))


def raising_of(desk: Desk, actor: Official) -> Raising:
    """This desk's services and trust, as the archive's room wants them."""

    def judge(path: Path) -> Mapping[str, Any]:
        return verdict_json(desk.verifier.verify(path, trust=desk.trust), lambda code: (code, ""))

    return Raising(
        raiser=_raiser(desk),
        judge=judge,
        user=User(actor.name, f"urn:qillqa:official:{actor.id}"),
        software_version=version("qillqa"),
    )


def _raiser(desk: Desk) -> Callable[[Path, Path], Raise]:
    """Raise by this desk's services. Where one of them did not answer, the files that follow are not tried: they would wait as long."""
    waits = "raise.no_timestamps" if desk.timestamps is None else ""

    def raiser(source: Path, output: Path) -> Raise:
        from signing.renewal import raise_file

        nonlocal waits
        if not waits and desk.timestamps is not None and desk.timestamps.remaining(desk.clock()) == 0:
            waits = "raise.quota_spent"
        if waits or desk.timestamps is None:
            raise OfficeError(waits)
        try:
            receipt = raise_file(
                source,
                output,
                trust=desk.trust,
                timestamps=desk.timestamps,
                level=Level.B_LTA,
                allow_degraded=True,
            )
        except SigningError as error:
            waits = error.code if is_service_trouble(error.code) else ""
            raise OfficeError(error.code) from error
        return Raise(receipt.level.value, receipt.degraded, receipt.timestamp)

    return raiser


def _every(root: Root) -> list[str]:
    """Every dossier; what else is kept in a root has no signatures of its own."""
    return [found.id for folder in root.object_folders() if is_dossier(found := root.inventory_at(folder))]
