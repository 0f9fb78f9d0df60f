"""Many objects read by several processes: results as they come, in whatever order, memory flat however large the archive is.

Each process opens the root for itself and only reads. It ends when its pipe closes, whatever ended the program.
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from desktop.records.errors import OfficeError
from desktop.storage import S3Settings
from signing.sandbox_start import default_jobs

from .fixity import Asked, ObjectFixity, Pace, check_object
from .roots import Root, open_root

_BATCH = 8  # objects that go to a process at a time
_AHEAD = 2  # batches in each one's hands, so that none waits for the next
_FEW = 16  # objects that are read here: two processes would take longer to start
_TURN = 0.2  # seconds between two looks at whether it was cancelled


@dataclass(frozen=True, slots=True)
class Readers:
    """How it is read: ``jobs`` processes (0: as many as there are processors), all together at most ``bytes_per_second`` (0: no limit)."""

    url: str
    s3: S3Settings | None = None
    jobs: int = 0
    bytes_per_second: float = 0.0


def read_objects(
    readers: Readers, asked: Iterable[Asked], *, cancelled: Callable[[], bool] = lambda: False
) -> Iterator[ObjectFixity]:
    """The result for each of them, in any order; ``asked`` is read only a little ahead. Ends early when it is cancelled.

    Raises ``fixity.reader_ended`` when a process died, archive's and storage's codes when the store fails.
    """
    waiting = iter(asked)
    first = list(itertools.islice(waiting, _FEW))
    jobs = readers.jobs or default_jobs()
    if jobs == 1 or len(first) < _FEW:
        yield from _here(readers, itertools.chain(first, waiting), cancelled)
    else:
        with _processes(readers, jobs) as children:
            yield from _gathered(children, itertools.chain(first, waiting), cancelled)


def _here(readers: Readers, asked: Iterable[Asked], cancelled: Callable[[], bool]) -> Iterator[ObjectFixity]:
    root = open_root(readers.url, s3=readers.s3)
    try:
        pace = Pace(readers.bytes_per_second)
        for one in asked:
            if cancelled():
                return
            yield check_object(root, one, pace=pace)
    finally:
        root.close()


@dataclass
class _Child:
    process: BaseProcess
    pipe: Connection[Any, Any]
    hands: int = field(default=0)  # batches


@contextmanager
def _processes(readers: Readers, jobs: int) -> Iterator[list[_Child]]:
    context = multiprocessing.get_context("spawn")
    share = Readers(readers.url, readers.s3, 1, readers.bytes_per_second / jobs)
    children: list[_Child] = []
    try:
        for _ in range(jobs):
            here, there = context.Pipe()
            process = context.Process(target=_serve, args=(there, share), name="qillqa-fixity", daemon=True)
            process.start()
            there.close()
            children.append(_Child(process, here))
        yield children
    finally:
        for child in children:
            child.pipe.close()
            child.process.kill()  # it only reads
        for child in children:
            child.process.join()
            child.process.close()


def _gathered(children: list[_Child], asked: Iterator[Asked], cancelled: Callable[[], bool]) -> Iterator[ObjectFixity]:
    by_pipe = {child.pipe: child for child in children}
    for child in children * _AHEAD:
        _hand(child, asked)
    while any(child.hands for child in children) and not cancelled():
        for pipe in wait([child.pipe for child in children if child.hands], _TURN):
            child = by_pipe[pipe]  # type: ignore[index]
            answer = _received(child)
            child.hands -= 1
            _hand(child, asked)
            yield from answer


def _hand(child: _Child, asked: Iterator[Asked]) -> None:
    batch = list(itertools.islice(asked, _BATCH))
    if batch:
        try:
            child.pipe.send(batch)
        except OSError as error:
            raise OfficeError("fixity.reader_ended") from error
        child.hands += 1


def _received(child: _Child) -> list[ObjectFixity]:
    try:
        answer = child.pipe.recv()
    except (EOFError, OSError) as error:
        raise OfficeError("fixity.reader_ended") from error
    if isinstance(answer, tuple):
        code, facts = answer
        raise OfficeError(code, **facts)
    found: list[ObjectFixity] = answer
    return found


def _serve(pipe: Connection[Any, Any], readers: Readers) -> None:
    """In a child: batch by batch, until the pipe closes."""
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and closes the pipe
    try:
        _serve_all(pipe, readers)
    except (EOFError, OSError):
        return


def _serve_all(pipe: Connection[Any, Any], readers: Readers) -> None:
    root: Root | None = None
    pace = Pace(readers.bytes_per_second)
    while True:
        batch: list[Asked] = pipe.recv()
        try:
            root = root or open_root(readers.url, s3=readers.s3)
            answer: Any = [check_object(root, one, pace=pace) for one in batch]
        except OfficeError as error:
            answer = error.code, {name: value for name, value in error.facts.items() if name != "on_disk"}
        pipe.send(answer)
