"""Many files through several warm children at once: verdicts as they come, in the order of the files, memory flat."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from .report import FileVerdict
from .sandbox import MEMORY, SECONDS, TIRED_MEMORY, Question, Verifier
from .sandbox_start import default_jobs

_AHEAD = 64  # files in hand for each child: one slow file does not make the others wait, and no more verdicts than these are held
_TURN = 0.2  # seconds
_PAUSE = 0.04  # seconds: verdicts of small files are handed over some at a time, which disturbs the children less than one by one
_T = TypeVar("_T")


class VerifierPool:
    """``jobs`` children, each with a thread that asks it. A context manager; usable from several threads.

    ``timeout``, ``memory`` and ``tired`` are those of each ``Verifier``. A child is killed, or replaced, without the others noticing.
    """

    def __init__(
        self, *, jobs: int = 0, timeout: float = SECONDS, memory: int = MEMORY, tired: int = TIRED_MEMORY
    ) -> None:
        self.jobs = jobs if jobs > 0 else default_jobs()
        self._verifiers = [Verifier(timeout=timeout, memory=memory, tired=tired) for _ in range(self.jobs)]
        self._idle: queue.LifoQueue[Verifier] = queue.LifoQueue()
        for verifier in reversed(self._verifiers):
            self._idle.put(verifier)
        self._cancelled = threading.Event()
        self._askers: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def children(self) -> list[int]:
        """Process ids of the children there are."""
        return [child for verifier in self._verifiers if (child := verifier.child) is not None]

    def begin(self, files: int | None = None) -> None:
        """Start the children, at most one for each of ``files``, all at once, and wait for none."""
        for verifier in self._verifiers[:files]:
            verifier.begin()

    def start(self) -> None:
        """Start every child and wait until each is warm."""
        self.begin()
        for verifier in self._verifiers:
            verifier.start()

    def judge(self, path: Path, question: Question, password: str = "") -> FileVerdict:
        """One verdict, by whichever child is idle. Never raises for what a file contains."""
        verifier = self._idle.get()
        try:
            return verifier.judge(path, question, password)
        finally:
            self._idle.put(verifier)

    def map(self, judge: Callable[[_T], FileVerdict], items: Iterable[_T]) -> Iterator[tuple[_T, FileVerdict]]:
        """``judge`` of each item in the children's threads; pairs in the order of ``items``, which is read only a little ahead.

        Ends early after ``cancel``. Closing the iterator gives up what is in hand.
        """
        askers = self._threads()
        waiting: deque[tuple[_T, Future[FileVerdict]]] = deque()
        try:
            for item in items:
                if self._cancelled.is_set():
                    break
                waiting.append((item, askers.submit(judge, item)))
                while waiting and (waiting[0][1].done() or len(waiting) >= self.jobs * _AHEAD):
                    verdict = self._result(waiting[0][1], pause=len(waiting) > self.jobs)
                    if verdict is None:
                        return
                    yield waiting.popleft()[0], verdict
            while waiting and (verdict := self._result(waiting[0][1], pause=len(waiting) > 8 * self.jobs)) is not None:
                yield waiting.popleft()[0], verdict
        finally:
            for _, future in waiting:
                future.cancel()
            if any(not future.done() for _, future in waiting):
                self._interrupt()

    def cancel(self) -> None:
        """Give up: files in the children's hands are not waited for, and ``map`` ends. From any thread."""
        self._cancelled.set()
        self._interrupt()

    def close(self) -> None:
        """End the children; afterwards the pool is of no use."""
        self._cancelled.set()
        closing = [threading.Thread(target=verifier.close) for verifier in self._verifiers]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()
        if self._askers is not None:
            self._askers.shutdown(wait=True, cancel_futures=True)

    def _threads(self) -> ThreadPoolExecutor:
        if self._askers is None:
            self._askers = ThreadPoolExecutor(self.jobs, thread_name_prefix="verifier")
        return self._askers

    def _result(self, future: Future[FileVerdict], *, pause: bool) -> FileVerdict | None:
        """The verdict; None when it was given up. ``pause``: where it was waited for, let some more come.

        Waits in short turns: Windows tells of Ctrl-C only between them.
        """
        more = pause and not future.done()
        while not self._cancelled.is_set():
            with contextlib.suppress(FutureTimeout):
                verdict = future.result(timeout=_TURN)
                return None if self._cancelled.wait(_PAUSE if more else 0.0) else verdict
        return None

    def _interrupt(self) -> None:
        for verifier in self._verifiers:
            verifier.interrupt()
