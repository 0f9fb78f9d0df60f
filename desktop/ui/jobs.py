"""The one door from threads to the screen.

``jobs.job(op).success(f).failure(g).start()`` runs ``op`` in a lane and calls exactly one handler on the screen's thread.
Lanes: one thread for the local database, one for the token, a few for the network and foreign files.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from threading import Event
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from desktop.records.errors import Cancelled, OfficeError
from signing.errors import SigningCancelled, SigningError

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.ui.office import Progress

T = TypeVar("T")
log = logging.getLogger("qillqa.ui.jobs")


class Lane(Enum):
    """Where a job runs."""

    LOCAL = "local"
    TOKEN = "token"  # noqa: S105 - the lane of the card reader
    POOL = "pool"


_THREADS = {Lane.LOCAL: 1, Lane.TOKEN: 1, Lane.POOL: 3}


class Job(Generic[T]):
    """One piece of work and what follows it. Built by :meth:`Jobs.job`; a handler not given falls back to the door's own."""

    def __init__(self, jobs: Jobs, op: Callable[[Progress], T], lane: Lane) -> None:
        self._jobs, self._op, self.lane = jobs, op, lane
        self._cancel = Event()
        self._success: Callable[[T], object] | None = None
        self._failure: Callable[[BaseException], object] | None = None
        self._cancelled: Callable[[], object] | None = None
        self._progress: Callable[[int, int, str], object] | None = None
        self._finally: Callable[[], object] | None = None
        self._owner: QObject | None = None
        self.key = ""
        self.value: T | None = None
        self.error: BaseException | None = None

    def success(self, handler: Callable[[T], object]) -> Job[T]:
        """Called with what the work returned."""
        self._success = handler
        return self

    def failure(self, handler: Callable[[BaseException], object]) -> Job[T]:
        """Called with an error; a cancellation is none. Without it the door's reporter tells the person."""
        self._failure = handler
        return self

    def cancelled(self, handler: Callable[[], object]) -> Job[T]:
        """Called when the person cancelled; by default nothing happens."""
        self._cancelled = handler
        return self

    def progress(self, handler: Callable[[int, int, str], object]) -> Job[T]:
        """Called as the work goes on: done, total, name."""
        self._progress = handler
        return self

    def always(self, handler: Callable[[], object]) -> Job[T]:
        """Called last, whatever happened."""
        self._finally = handler
        return self

    def owned_by(self, owner: QObject) -> Job[T]:
        """Drop the result when that widget is gone by then."""
        self._owner = owner
        return self

    def replacing(self, key: str) -> Job[T]:
        """Cancel an earlier job of that key: only the last answer matters."""
        self.key = key
        return self

    def start(self) -> Job[T]:
        """Queue it in its lane."""
        self._jobs.submit(self)
        return self

    def cancel(self) -> None:
        """Ask it to stop: a waiting job never runs, a running one meets ``Cancelled`` at its next progress note."""
        self._cancel.set()

    def run(self) -> None:
        """The lane's side. Every outcome is kept; none leaves the thread as an exception."""
        try:
            if self._cancel.is_set():
                raise Cancelled
            self.value = self._op(self._note)
        except BaseException as error:  # noqa: BLE001 - handed over to the screen, where bugs are reported
            self.error = error

    def _note(self, done: int, total: int, name: str) -> None:
        if self._cancel.is_set():
            raise Cancelled
        if self._progress is not None:
            self._jobs.noted.emit((self, done, total, name))

    def tell_progress(self, done: int, total: int, name: str) -> None:
        """The screen's side of a progress note."""
        if self._progress is not None and self._alive() and not self._cancel.is_set():
            self._progress(done, total, name)

    def tell(self) -> None:
        """The screen's side of the end: exactly one of success, failure, cancelled; then always."""
        if not self._alive():
            return
        if self._cancel.is_set() and self.key:
            self.error = Cancelled()  # a later job of the same key has taken its place, whatever came of this one
        try:
            if self.error is None:
                if self._success is not None:
                    self._success(self.value)  # type: ignore[arg-type]
            elif isinstance(self.error, Cancelled | SigningCancelled):
                if self._cancelled is not None:
                    self._cancelled()
            else:
                (self._failure or self._jobs.report)(self.error)
        finally:
            if self._finally is not None:
                self._finally()

    def _alive(self) -> bool:
        return self._owner is None or shiboken6.isValid(self._owner)


class Jobs(QObject):
    """The lanes. Made once; closed once, which waits for every thread."""

    ended = Signal(object)
    noted = Signal(object)
    busy_changed = Signal(int)  # how many jobs are waiting or running

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[Lane, ThreadPoolExecutor] = {}
        self._running: set[Job[Any]] = set()
        self._latest: dict[str, Job[Any]] = {}
        self._closed = False
        self.report: Callable[[BaseException], object] = self._log
        self.ended.connect(self._on_end, Qt.ConnectionType.QueuedConnection)
        self.noted.connect(self._on_note, Qt.ConnectionType.QueuedConnection)

    def job(self, op: Callable[[], T], lane: Lane = Lane.LOCAL) -> Job[T]:
        """Work that takes nothing."""
        return Job(self, lambda _progress: op(), lane)

    def tracked(self, op: Callable[[Progress], T], lane: Lane = Lane.LOCAL) -> Job[T]:
        """Work that tells its progress, and so can be cancelled while it runs."""
        return Job(self, op, lane)

    @property
    def busy(self) -> int:
        """How many jobs wait or run."""
        return len(self._running)

    def submit(self, job: Job[Any]) -> None:
        """Queue a job; silently nothing once closed. Only from the screen's thread."""
        if QThread.currentThread() is not self.thread():
            raise RuntimeError("jobs start on the screen's thread")
        if self._closed:
            return
        if job.key:
            if (earlier := self._latest.get(job.key)) is not None:
                earlier.cancel()
            self._latest[job.key] = job
        if job.lane not in self._lanes:
            self._lanes[job.lane] = ThreadPoolExecutor(_THREADS[job.lane], f"qillqa-{job.lane.value}")
        self._running.add(job)
        self.busy_changed.emit(self.busy)
        self._lanes[job.lane].submit(self._run, job)

    def _run(self, job: Job[Any]) -> None:
        job.run()
        self.ended.emit(job)

    @Slot(object)
    def _on_end(self, job: Job[Any]) -> None:
        self._running.discard(job)
        if self._latest.get(job.key) is job:
            del self._latest[job.key]
        self.busy_changed.emit(self.busy)
        if not self._closed:
            job.tell()

    @Slot(object)
    def _on_note(self, note: tuple[Job[Any], int, int, str]) -> None:
        job, done, total, name = note
        if not self._closed and job in self._running:
            job.tell_progress(done, total, name)

    def close(self) -> None:
        """Cancel what waits, ask what runs to stop, and join every thread. Handlers are not called any more."""
        self._closed = True
        for job in tuple(self._running):
            job.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)
        self._lanes.clear()
        self._running.clear()

    @staticmethod
    def _log(error: BaseException) -> None:
        known = isinstance(error, OfficeError | SigningError)
        log.error("a job failed: %s", error, exc_info=None if known else error)
