"""Locking what is in the archive: after a quarantine, for a term that every run of fixity makes longer again."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.archive.audit import Act, News
from desktop.archive.roots import Root, open_root
from desktop.archive.s3_root import S3Root
from desktop.archive.sealing import Sealed
from desktop.records.errors import OfficeError

from .archive_log import FINISHED, LOCKED, OBJECTS, PROBLEMS, UNTIL, note_all
from .desk import Desk
from .join import s3_settings
from .settings import load_settings

__all__ = ["QUARANTINE", "RENEW_WITHIN", "TERM", "Sealed", "extend", "news_of", "seal_archive", "seal_here"]

QUARANTINE = timedelta(days=7)  # in which what came in wrongly may still be hidden for good
TERM = timedelta(days=365)
RENEW_WITHIN = timedelta(days=30)  # a lock is made longer when it has lost this much of its term


def seal_archive(
    home: Path, *, now: datetime | None = None, quarantine: timedelta = QUARANTINE, term: timedelta = TERM
) -> Sealed:
    """Lock the archive of the desk in ``home``. Raises ``archive.none_here``, ``archive.no_lock`` for a folder, storage's codes."""
    settings = load_settings(home)
    if not settings.archive:
        raise OfficeError("archive.none_here")
    with closing(open_root(settings.archive, s3=s3_settings(settings.s3), repair=True)) as root:
        sealed = extend(root, now or datetime.now(UTC), quarantine=quarantine, term=term)
    if sealed is None:
        raise OfficeError("archive.no_lock", url=settings.archive)
    return sealed


def extend(root: Root, now: datetime, *, quarantine: timedelta = QUARANTINE, term: timedelta = TERM) -> Sealed | None:
    """Lock what is old enough and make longer what has lost a month; None where the store knows no locks. For each run of fixity."""
    if not isinstance(root, S3Root):
        return None
    return root.seal(now, quarantine=quarantine, term=term, renew_within=min(RENEW_WITHIN, term / 2))


def seal_here(desk: Desk) -> Sealed | None:
    """``extend`` for this desk's archive, noted in the archive's log; None where the store knows no locks.

    Raises ``archive.none_here``, ``archive.busy`` and storage's codes: what was locked stays locked.
    """
    now = desk.clock()
    sealed = extend(desk.archive(), now)
    if sealed is not None:
        note_all(desk, [news_of(sealed, now + TERM)])
    return sealed


def news_of(sealed: Sealed, until: datetime) -> News:
    """What the archive's log tells of it: ``until`` is the end of the locks that were set or made longer now."""
    facts = {OBJECTS: sealed.objects, LOCKED: sealed.locked, PROBLEMS: len(sealed.refused), FINISHED: True}
    return News(Act.SEALED, facts={**facts, UNTIL: until.astimezone(UTC).isoformat(timespec="seconds")})
