"""Integridad: read every byte of the archive again and compare it with its inventories, the receipts, and what was read before.

What is due and what was found is remembered on this PC (``store.fixity_book``), batch by batch: a run that was killed goes on where it
was, in whatever process, and a reading spread over many nights takes first what nobody ever read, then the oldest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from desktop.archive.custody import ACCEPTED
from desktop.archive.doctor import require
from desktop.archive.fixity import described_at
from desktop.archive.fixity_readers import Readers
from desktop.archive.index import IndexRow, read_index, refresh
from desktop.archive.roots import open_root
from desktop.records.errors import OfficeError
from desktop.storage.opening import S3Settings
from desktop.store.fixity_book import FixityBook, KeptProblem, ReadObject, SeriesState

from .archive_log import Act, note_all, run_of
from .archive_seal import Sealed, seal_here
from .catalogue import note_left
from .desk import Desk, Progress, no_progress
from .fixity_receipts import receipts_since
from .fixity_run import CHUNK, Session, keep_strays, merged
from .settings import load_settings

if TYPE_CHECKING:
    from desktop.archive.roots import Root

__all__ = [
    "FixityState",
    "Reading",
    "ReadingReport",
    "check_archive",
    "fixity_state",
    "init_archive",
    "list_archive",
    "read_archive",
]

YEARLY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read and how. ``older_than``: only what was never read or not for that long; None: everything.

    ``anew``: also what an unfinished run read already. ``seconds``: stop after so many, 0 for never. For the others see ``Readers``.
    """

    older_than: timedelta | None = None
    anew: bool = False
    jobs: int = 0
    bytes_per_second: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """What one run found: its counts also of earlier sessions when it was ``resumed``; all that is not as it was, whoever found it.

    ``finished`` is False when it was stopped: the next one goes on. ``noted``: it stands in the archive's log.
    ``sealed``: what a custodian's finished run locked where the store knows locks; ``not_sealed``: the code of why it could not.
    """

    begun_at: datetime
    resumed: bool
    finished: bool
    objects: int
    files: int
    bytes: int
    problems: tuple[KeptProblem, ...]
    noted: bool = False
    sealed: Sealed | None = None
    not_sealed: str = ""

    @property
    def intact(self) -> bool:
        """Whether everything that it was about was read, and nothing is known to be wrong."""
        return self.finished and not self.problems


@dataclass(frozen=True, slots=True)
class FixityState:
    """How the archive stands by what this PC read. ``running`` tells since when a run is unfinished."""

    root: str
    at: datetime
    due_before: datetime
    series: tuple[SeriesState, ...]
    problems: tuple[KeptProblem, ...]
    running: datetime | None


def init_archive(url: str, s3: S3Settings | None = None) -> None:
    """Make an empty archive (OCFL 1.1 root) at ``folder:PATH`` or ``s3://BUCKET/PREFIX``, where the store does what it says.

    Raises ``archive.pretender``, ``archive.not_empty``.
    """
    require(url, s3)
    open_root(url, s3=s3, create=True).close()


def check_archive(
    desk: Desk,
    reading: Reading | None = None,
    *,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> ReadingReport:
    """Read as ``read_archive``. A finished reading is noted in the archive's log if that can be written; then a custodian's locks what is
    old enough and makes the locks longer, where the store knows any. What was found is told, whatever becomes of that.

    Raises what ``read_archive`` raises.
    """
    report = read_archive(desk, reading, progress=progress, cancelled=cancelled)
    if not report.finished:
        return report
    try:
        note_left(desk)
        note_all(desk, [run_of(Act.FIXITY, objects=report.objects, problems=len(report.problems), finished=True)])
    except OfficeError:  # what was found must be told, whoever may write
        noted = False
    else:
        noted = True
    report = replace(report, noted=noted)
    if not desk.unit.custodian:
        return report
    try:
        return replace(report, sealed=seal_here(desk))
    except OfficeError as error:
        return replace(report, not_sealed=error.code)


def read_archive(
    desk: Desk,
    reading: Reading | None = None,
    *,
    progress: Progress = no_progress,
    cancelled: Callable[[], bool] = lambda: False,
) -> ReadingReport:
    """Read this desk's archive, or go on with the run that was stopped; receipts count where the exchange can be reached.

    Raises ``archive.none_here``, ``fixity.busy``, ``fixity.reader_ended``, storage's and the store's codes: what was read is kept.
    """
    reading = reading or Reading()
    with _alone(desk), _opened(desk) as (root, readers, book):
        _learn_receipts(desk, book)
        now = desk.clock()
        unfinished = None if reading.anew or reading.older_than else book.last_run(root.url, whole=True)
        resumed = unfinished is not None and unfinished.ended_at is None
        before = now - reading.older_than if reading.older_than else now
        run = unfinished if unfinished is not None and resumed else book.begin_run(root.url, now, before)
        stop = _stop(reading, cancelled)
        how = Readers(readers.url, readers.s3, reading.jobs, reading.bytes_per_second)
        keeper = Session(desk, root, book, run.id, run.before, progress)
        finished = keeper.read(how, stop)
        if finished:
            keep_strays(desk, root, book)
            book.end_run(run.id, desk.clock())
        told = book.last_run(root.url)
        counts = told if told is not None and told.id == run.id else run
        problems = tuple(book.problems(root.url))
        return ReadingReport(run.begun_at, resumed, finished, counts.objects, counts.files, counts.bytes, problems)


def fixity_state(desk: Desk, *, older_than: timedelta = YEARLY) -> FixityState:
    """How each series stands: never read, last, oldest. Reads no document; of dossiers never seen here, what they are.

    Raises ``archive.none_here``, storage's and the store's codes.
    """
    with _opened(desk) as (root, _, book):
        _survey(root, book)
        now = desk.clock()
        run = book.last_run(root.url, whole=True)
        running = run.begun_at if run is not None and run.ended_at is None else None
        series = tuple(book.by_series(root.url, now - older_than))
        return FixityState(root.url, now, now - older_than, series, tuple(book.problems(root.url)), running)


def objects_read(desk: Desk) -> Iterator[ReadObject]:
    """What is remembered of every dossier, by series and cite: for reports. Raises ``archive.none_here``, the store's codes."""
    with _opened(desk) as (root, _, book):
        yield from book.all_objects(root.url)


def list_archive(desk: Desk) -> list[IndexRow]:
    """The dossiers of the archive, from its own index, brought up to date first."""
    refresh(desk.archive())
    return read_index(desk.archive())


def _survey(root: Root, book: FixityBook) -> None:
    """Remember what was never seen here, so that it counts as never read under its series."""
    new = (one for one, there in merged(root.object_folders(), book.by_folder(root.url)) if there and not one.title)
    unread = (one for one in new if one.read_at is None)
    while chunk := list(islice(unread, CHUNK)):
        rows = []
        for one in chunk:
            told = described_at(root, one.folder)
            rows.append(
                ReadObject(one.folder, one.object, "", "", told.series, told.series_title, told.cite, told.title)
            )
        book.keep_known(root.url, rows)


@contextmanager
def _opened(desk: Desk) -> Iterator[tuple[Root, Readers, FixityBook]]:
    """The root without repairing it: who reads must not write."""
    from .join import s3_settings

    settings = load_settings(desk.home)
    if not settings.archive:
        raise OfficeError("archive.none_here")
    readers = Readers(settings.archive, s3_settings(settings.s3))
    root = open_root(readers.url, s3=readers.s3)
    try:
        book = FixityBook.open(desk.home, now=desk.clock())
        try:
            yield root, readers, book
        finally:
            book.close()
    finally:
        root.close()


@contextmanager
def _alone(desk: Desk) -> Iterator[None]:
    """One run of a desk at a time; the lock dies with its process. Raises ``fixity.busy``."""
    from desktop.store.record_log import try_lock

    with (desk.home / "fixity.lock").open("a+b") as stream:
        if not try_lock(stream):
            raise OfficeError("fixity.busy")
        yield


def _stop(reading: Reading, cancelled: Callable[[], bool]) -> Callable[[], bool]:
    if not reading.seconds:
        return cancelled
    end = time.monotonic() + reading.seconds
    return lambda: cancelled() or time.monotonic() > end


def _learn_receipts(desk: Desk, book: FixityBook) -> None:
    """The custodian's receipts of this entity that were not read yet; without a line those of before must do."""
    found: list[tuple[str, str, str, str]] = []
    for key, answer in receipts_since(desk, book.receipt_keys()):
        taken = answer.state == ACCEPTED
        facts = (answer.object, answer.version, answer.inventory_sha512) if taken else ("", "", "")
        found.append((key, *facts))
    book.keep_receipts(found)
