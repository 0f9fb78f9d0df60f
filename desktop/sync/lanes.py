"""Lanes to the exchange: some for small objects, some for the others, so that a large file never stands before an event.

With one lane everything runs in the calling thread, one after the other: for tests that count calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Self, TypeVar

LANES = 8
_BULK = 3  # of them
_T = TypeVar("_T")


class Lanes:
    """A context: leaving it waits for what is under way and drops what has not begun. Nothing here touches a database."""

    def __init__(self, lanes: int = LANES) -> None:
        self.quick_room, self.bulk_room = (8 * lanes, 2 * _BULK) if lanes > 1 else (1, 1)
        self.room = self.quick_room + self.bulk_room
        self._quick = ThreadPoolExecutor(max(1, lanes - _BULK), thread_name_prefix="lane") if lanes > 1 else None
        self._bulk = ThreadPoolExecutor(_BULK, thread_name_prefix="bulk") if lanes > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for pool in (self._quick, self._bulk):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)

    def quick(self, work: Callable[[], _T]) -> Future[_T]:
        """Start it as soon as a lane for small objects is free."""
        return _start(self._quick, work)

    def bulk(self, work: Callable[[], _T]) -> Future[_T]:
        """Start it as soon as a lane for the others is free."""
        return _start(self._bulk, work)


def landed(under_way: Iterable[Future[_T]], *, seconds: float, gather: float = 0.0) -> set[Future[_T]]:
    """Those that are done, waiting so long for the first; then for the others so long as ``gather`` says."""
    flying = set(under_way)
    done = wait(flying, timeout=seconds, return_when=FIRST_COMPLETED).done
    if done and len(done) < len(flying) and gather > 0:
        done = wait(flying, timeout=gather).done
    return set(done)


def _start(pool: ThreadPoolExecutor | None, work: Callable[[], _T]) -> Future[_T]:
    if pool is not None:
        return pool.submit(work)
    future: Future[_T] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for, as from a pool
        future.set_exception(error)
    return future
