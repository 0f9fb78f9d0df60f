"""Integridad: read every byte of the archive again and compare it with its inventories, the receipts, and what was read before.

What is due and what was found is remembered on this PC (``store.fixity_book``), batch by batch: a run that was killed goes on where it
was, in whatever process, and a reading spread over many nights takes first what nobody ever read, then the oldest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote

from desktop.archive.custody import ACCEPTED
from desktop.archive.doctor import require
from desktop.archive.fixity import NO_OBJECT, REPLACED, STRAY, Asked, ObjectFixity, described_at
from desktop.archive.fixity_readers import Readers, read_objects
from desktop.archive.index import INDEX, IndexRow, read_index, refresh
from desktop.archive.inventory import object_folder
from desktop.archive.roots import open_root
from desktop.records.errors import OfficeError
from desktop.storage.opening import S3Settings
from desktop.store.fixity_book import FixityBook, KeptProblem, ReadObject, SeriesState

from .archive_log import Act, note_all, run_of
from .desk import Desk, Progress, no_progress
from .fixity_receipts import receipts_since
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
_TOGETHER = 64  # results that are kept at a time
_SOONEST = 1.0  # seconds after which fewer are
_CHUNK = 400


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
    """

    begun_at: datetime
    resumed: bool
    finished: bool
    objects: int
    files: int
    bytes: int
    problems: tuple[KeptProblem, ...]
    noted: bool = False

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
    """Read as ``read_archive`` and note in the archive's log that it was done, if it was finished and the log can be written.

    Raises what ``read_archive`` raises.
    """
    report = read_archive(desk, reading, progress=progress, cancelled=cancelled)
    if not report.finished:
        return report
    try:
        note_all(desk, [run_of(Act.FIXITY, objects=report.objects, problems=len(report.problems), finished=True)])
    except OfficeError:
        return report  # what was found must be told, whoever may write
    return replace(report, noted=True)


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
        keeper = _Keeper(desk, root, book, run.id, run.before, progress)
        finished = keeper.read(how, stop)
        if finished:
            _keep_strays(desk, root, book)
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


@dataclass
class _Keeper:
    """One session of a run: what it asks for, and what becomes of the results."""

    desk: Desk
    root: Root
    book: FixityBook
    run: int
    before: datetime
    progress: Progress
    _pending: list[tuple[ReadObject, list[KeptProblem]]] = field(default_factory=list)
    _asked: dict[str, ReadObject] = field(default_factory=dict)  # in the readers' hands
    _kept_at: float = field(default_factory=time.monotonic)
    _done: int = 0
    _total: int = 0
    _found: int = 0  # objects that this PC did not know
    _exhausted: bool = False

    def read(self, readers: Readers, stop: Callable[[], bool]) -> bool:
        """Everything that is due; False when it was stopped. Who seems damaged is looked at once more: he may have been written to."""
        self._total = self.book.count_due(self.root.url, self.before) or _roughly(self.root)
        again: list[Asked] = []
        try:
            for result in read_objects(readers, self._due(), cancelled=stop):
                if result.problems:
                    again.append(self._once_more(result))
                else:
                    self._keep(result)
            if again and not stop():
                self._look_again(readers, again, stop)
        finally:
            self._flush()
        return self._exhausted and not self._asked

    def _look_again(self, readers: Readers, again: list[Asked], stop: Callable[[], bool]) -> None:
        """What a writer left behind who died is repaired first; what is wrong then, is wrong."""
        results = list(read_objects(readers, again, cancelled=stop))
        unfinished = {
            result.folder for result in results if any(_of_dead_writer(result, one.path) for one in result.problems)
        }
        for result in results:
            if result.folder not in unfinished:
                self._keep(result)
        if unfinished and not stop():
            self.desk.archive().repair()
            for result in read_objects(readers, (one for one in again if one.folder in unfinished), cancelled=stop):
                self._keep(result)

    def _due(self) -> Iterator[Asked]:
        """First what was never read and what is gone, by one pass over the root beside what is remembered; then the oldest."""
        merged = _merged(self.root.object_folders(), self.book.by_folder(self.root.url))
        fresh = (one for one, there in merged if one.read_at is None or not there)
        yield from self._ask(fresh)
        older = self.book.read_before(self.root.url, self.before)
        yield from self._ask(one for one in older if one.folder not in self._asked)
        self._exhausted = True

    def _ask(self, objects: Iterable[ReadObject]) -> Iterator[Asked]:
        waiting = iter(objects)
        while chunk := list(islice(waiting, _CHUNK)):
            receipts = self.book.receipts_of([one.object for one in chunk])
            for one in chunk:
                self._asked[one.folder] = one
                self._found += one.read_at is None and not one.title
                known = ((one.version, one.inventory),) if one.version else ()
                yield Asked(one.folder, one.object, (*known, *receipts.get(one.object, ())), describe=not one.title)

    def _once_more(self, result: ObjectFixity) -> Asked:
        one = self._asked[result.folder]
        known = ((one.version, one.inventory),) if one.version else ()
        receipts = self.book.receipts_of([one.object]).get(one.object, ())
        return Asked(one.folder, one.object, (*known, *receipts), describe=not one.title)

    def _keep(self, result: ObjectFixity) -> None:
        now = self.desk.clock()
        self._pending.append(_remembered(self._asked.pop(result.folder), result, now))
        self._done += 1
        self.progress(self._done, max(self._done, self._total, self._found))
        if len(self._pending) >= _TOGETHER or time.monotonic() - self._kept_at > _SOONEST:
            self._flush()

    def _flush(self) -> None:
        self.book.keep(self.root.url, self.run, self._pending)
        self._pending.clear()
        self._kept_at = time.monotonic()


def _remembered(before: ReadObject, result: ObjectFixity, now: datetime) -> tuple[ReadObject, list[KeptProblem]]:
    """An inventory that is not the one of before does not become the one that is expected from now on."""
    unknown = not result.version or any(one.code in (REPLACED, NO_OBJECT) for one in result.problems)
    told = result.described
    one = ReadObject(
        result.folder,
        result.object or before.object,
        before.version if unknown else result.version,
        before.inventory if unknown else result.inventory_sha512,
        told.series if told else before.series,
        told.series_title if told else before.series_title,
        told.cite if told else before.cite,
        told.title if told else before.title,
        now,
        result.files,
        result.bytes,
        len(result.problems),
    )
    problems = [
        KeptProblem(result.folder, item.code, item.path, one.object, item.logical, item.recoverable, now, now)
        for item in result.problems
    ]
    return one, problems


def _roughly(root: Root) -> int:
    """How many objects there are, by the index beside the root: for whoever waits. Counting them would take as long as many readings."""
    return max(0, (root.read_beside(INDEX) or b"").count(b"\n") - 1)


def _of_dead_writer(result: ObjectFixity, path: str) -> bool:
    """What a commit that was cut off leaves: an older copy of the inventory, or files of the version that never came."""
    following = f"v{int(result.version[1:] or 0) + 1}/" if result.version else "v1/"
    return path in ("inventory.json", "inventory.json.sha512") or path.startswith(following)


def _merged(folders: Iterable[str], remembered: Iterator[ReadObject]) -> Iterator[tuple[ReadObject, bool]]:
    """Both are sorted: each object once, with whether it is in the root."""
    known = next(remembered, None)
    for folder in folders:
        while known is not None and known.folder < folder:
            yield known, False
            known = next(remembered, None)
        if known is not None and known.folder == folder:
            yield known, True
            known = next(remembered, None)
        else:
            yield ReadObject(folder, unquote(folder.rpartition("/")[2])), True
    while known is not None:
        yield known, False
        known = next(remembered, None)


def _keep_strays(desk: Desk, root: Root, book: FixityBook) -> None:
    """What belongs to no object, and receipts of objects that this PC never saw."""
    now = desk.clock()
    found = [KeptProblem("", STRAY, path, "", "", recoverable=False, since=now, seen_at=now) for path in root.strays()]
    known = {one.object for one in book.by_folder(root.url)}
    for name in book.receipted():
        if name and name not in known:
            folder = object_folder(name)
            found.append(KeptProblem("", NO_OBJECT, folder, name, "", recoverable=False, since=now, seen_at=now))
    book.keep_strays(root.url, found)


def _survey(root: Root, book: FixityBook) -> None:
    """Remember what was never seen here, so that it counts as never read under its series."""
    new = (one for one, there in _merged(root.object_folders(), book.by_folder(root.url)) if there and not one.title)
    unread = (one for one in new if one.read_at is None)
    while chunk := list(islice(unread, _CHUNK)):
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
