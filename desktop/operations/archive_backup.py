"""A second copy of the archive, and repairing the archive from it (or a copy from the archive: it is the same act)."""

from __future__ import annotations

from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.archive.audit_places import log_of
from desktop.archive.copies import CopyReport, MendReport, copy_root, mend_root
from desktop.archive.doctor import require
from desktop.archive.fixity import Pace
from desktop.archive.index import refresh
from desktop.archive.roots import Root, open_root
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings

from .desk import Progress, no_progress
from .join import s3_settings
from .second_place import folder_of
from .settings import S3Access, load_settings
from .strangers import carry_beside

__all__ = ["Backup", "back_up_archive", "repair_archive"]


@dataclass(frozen=True, slots=True)
class Backup:
    """``doubts``: codes of what is allowed and yet not far enough away."""

    place: str
    report: CopyReport
    doubts: tuple[str, ...]


def back_up_archive(
    home: Path,
    to: str,
    s3: S3Access | None = None,
    *,
    new: bool = False,
    limit: float = 0.0,
    progress: Progress = no_progress,
) -> Backup:
    """Bring the copy at ``to`` up to the archive of the desk in ``home``; ``limit`` in bytes read per second, 0 for none.

    ``new`` makes the copy where there is none yet. Raises ``archive.none_here``, ``archive.copy_same_place``,
    ``archive.no_copy_there``, ``archive.pretender`` and storage's codes;
    ``audit.copy_differs`` and ``audit.copy_ahead`` when all else is done.
    """
    url, settings = _archive_of(home)
    theirs = s3_settings(s3) or settings
    _require_apart(url, to)
    if new:
        require(to, theirs)
    with ExitStack() as opened:
        root = opened.enter_context(closing(open_root(url, s3=settings, repair=True)))
        copy = opened.enter_context(closing(_open_copy(to, theirs, new=new)))
        report = copy_root(root, copy, pace=Pace(limit), progress=progress)
        refresh(copy)
        carry_beside(root, copy)
        log_of(root).copy_to(log_of(copy))
    return Backup(to, report, tuple(_doubts(url, to)))


def repair_archive(
    home: Path, copy: str = "", s3: S3Access | None = None, *, limit: float = 0.0, progress: Progress = no_progress
) -> tuple[MendReport, tuple[str, ...]]:
    """Put right what is damaged or missing in the archive of the desk in ``home``; gives the root's own files written anew, too.

    Without ``copy`` only what the archive itself still knows. Raises ``archive.none_here``, ``archive.not_a_root``,
    ``archive.copy_same_place``, storage's codes; ``audit.copy_differs`` when all else is done.
    """
    url, settings = _archive_of(home)
    if copy:
        _require_apart(url, copy)
    with ExitStack() as opened:
        root = opened.enter_context(closing(open_root(url, s3=settings, rescue=True)))
        other: Root | None = None
        if copy:
            other = opened.enter_context(closing(open_root(copy, s3=s3_settings(s3) or settings)))
        root.repair()
        report = mend_root(root, other, pace=Pace(limit), progress=progress)
        refresh(root)
        if other is not None:
            _take_log(root, other)
    return report, root.rescued


def _take_log(root: Root, copy: Root) -> None:
    """What the copy's log tells beyond the archive's; usually the archive's is the longer one."""
    try:
        log_of(copy).copy_to(log_of(root))
    except OfficeError as error:
        if error.code != "audit.copy_ahead":
            raise


def _archive_of(home: Path) -> tuple[str, S3Settings | None]:
    settings = load_settings(home)
    if not settings.archive:
        raise OfficeError("archive.none_here")
    return settings.archive, s3_settings(settings.s3)


def _open_copy(url: str, s3: S3Settings | None, *, new: bool) -> Root:
    try:
        return open_root(url, s3=s3, create=new, repair=True)
    except OfficeError as error:
        missing = error.code == "storage.unreachable" and error.facts.get("reason") == "missing"
        if error.code != "archive.not_a_root" and not missing:
            raise
        raise OfficeError("archive.no_copy_there", on_disk="unchanged", url=url) from error


def _require_apart(url: str, to: str) -> None:
    one, other = folder_of(url), folder_of(to)
    same = url.rstrip("/") == to.rstrip("/")
    if one is not None and other is not None:
        same = one == other or one in other.parents or other in one.parents
    if same:
        raise OfficeError("archive.copy_same_place", on_disk="unchanged", place=to)


def _doubts(url: str, to: str) -> list[str]:
    one, other = folder_of(url), folder_of(to)
    with suppress(OSError):
        if one is not None and other is not None and one.stat().st_dev == other.stat().st_dev:
            return ["archive.copy_same_disk"]
    return []
