"""Renovar el archivo: which dossiers age when, and a new timestamp for those that are near their end, object by object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from desktop.archive.raising import raise_object
from desktop.archive.renewal_calendar import Ageing, Ages, Calendar, ageing_of, best_end, calendar_of, due, is_due
from desktop.records.errors import OfficeError
from signing.algorithms import strength_of
from signing.evidence import is_service_trouble

from .archive_log import require_custodian
from .catalogue import note_left, versions_written
from .desk import Desk, Progress, no_progress
from .raise_archive import Owed, raising_of

if TYPE_CHECKING:
    from desktop.archive.roots import Root

__all__ = ["YEAR", "Ageing", "Ages", "Calendar", "Renewed", "due", "renew_archive", "renewal_calendar"]

YEAR = timedelta(days=365)
_NOBODY = frozenset({"raise.no_timestamps", "raise.quota_spent"})


@dataclass(frozen=True, slots=True)
class Renewed:
    """``versions`` are (object, version) that were written; ``owed`` could not be renewed, with the reason; ``conflicts`` were being
    written by somebody else. ``waiting``: near their end, but the service gives nothing that holds longer. Not ``finished``: stopped,
    or nobody gave timestamps: the next run goes on.
    """

    versions: tuple[tuple[str, str], ...] = ()
    owed: tuple[Owed, ...] = ()
    conflicts: tuple[str, ...] = ()
    waiting: int = 0
    finished: bool = True


def renewal_calendar(desk: Desk, *, cancelled: Callable[[], bool] = lambda: False) -> Calendar:
    """What ages when in this desk's archive. Raises ``archive.none_here`` and storage's codes."""
    return calendar_of(desk.archive(), trusted_until, cancelled=cancelled)


def renew_archive(
    desk: Desk,
    *,
    within: timedelta = YEAR,
    most: int = 0,
    objects: Collection[str] = (),
    official: str = "",
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> Renewed:
    """A new timestamp for every dossier whose protection ends within that time, each as its object's next version, at most ``most``;
    with ``objects`` of those alone.

    May be killed and run again: what was renewed is no longer due. A cancellation lets the object under way be finished.
    Raises ``accept.not_custodian``, ``archive.none_here``, storage's codes.
    """
    actor = desk.acting(official)
    require_custodian(desk)
    note_left(desk)
    root = desk.archive()
    rows = calendar_of(root, trusted_until, cancelled=cancelled).rows
    if cancelled():
        return Renewed(finished=False)
    now = desk.clock()
    newest = best_end(rows, now)
    near = [row for row in rows if row.end is None or row.end <= now + within]
    near = [row for row in near if not objects or row.object in objects]
    raising = raising_of(desk, actor)
    versions: list[tuple[str, str]] = []
    owed: list[Owed] = []
    conflicts: list[str] = []
    waiting, finished = 0, True
    for number, row in enumerate(near):
        progress(number, len(near))
        if cancelled() or (most and len(versions) >= most):
            finished = False
            break
        fresh = _looked_at(root, row)
        if fresh is None or not is_due(fresh, newest, now=now, within=within):
            waiting += fresh is not None and (fresh.end is None or fresh.end <= now + within)
            continue
        try:
            done = raise_object(root, row.object, raising, now=desk.clock(), again=True, head=fresh.version)
        except OfficeError as error:
            if error.code.startswith("storage."):
                raise
            if error.code in {"archive.conflict", "archive.busy"}:
                conflicts.append(row.object)
            else:  # one that is damaged keeps no other from being renewed
                owed.append(Owed(row.object, "", error.code))
            continue
        owed += [Owed(row.object, file.path, file.code or file.degraded) for file in done.owed]
        if done.version:
            versions.append((row.object, done.version))
            versions_written(desk, [row.object], official=official)
            after = _looked_at(root, row)
            newest = max((end for end in (newest, after.end if after else None) if end), default=None)
        elif any(is_service_trouble(file.code) or file.code in _NOBODY for file in done.owed):
            finished = False
            break  # nobody gives timestamps now: the others would be told the same
    progress(len(near), len(near))
    return Renewed(tuple(versions), tuple(owed), tuple(conflicts), waiting, finished)


def trusted_until(use: Mapping[str, Any]) -> datetime | None:
    """By the table of this program, whatever an older one said."""
    strength = strength_of(str(use.get("name", "")), int(use.get("bits") or 0))
    if not strength.known:
        return datetime.min.replace(tzinfo=UTC)  # never was
    return strength.end()


def _looked_at(root: Root, row: Ageing) -> Ageing | None:
    """The same object as it is now: another custodian may have renewed it since."""
    inventory = root.inventory(row.object)
    return ageing_of(root, inventory, trusted_until) if inventory is not None else None
