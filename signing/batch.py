"""A pile of documents with one login: signed by the token one after another, timestamped together, each written whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from .collector import calm_collector
from .errors import SigningCancelled, SigningError, TokenError
from .options import SignOptions
from .outputs import Staged
from .pades import DocumentSigning, Services, open_services
from .pen import Pen
from .preflight import SignItem, require_usable
from .report import Level, SignReceipt

if TYPE_CHECKING:
    from .session import TokenSession
    from .timestamps import Notice, Timestamps
    from .trust import TrustStore

_T = TypeVar("_T")
_IN_FLIGHT = 16  # documents under way at once: the token signs one while others are prepared and written
_IN_FLIGHT_TIMED = 24  # with timestamps: their latency is waited for together


class ItemState(StrEnum):
    """What became of one document. Whatever it is, its output is either absent or complete."""

    SIGNED = "signed"
    FAILED = "failed"  # its own error; the others went on
    NOT_DONE = "not_done"  # the pile was stopped before


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One document's result: its receipt, or the error that it met."""

    item: SignItem
    state: ItemState
    receipt: SignReceipt | None = None
    error: SigningError | None = None


@dataclass(frozen=True, slots=True)
class BatchReport:
    """All results in the pile's order. ``stopped`` is the token's error that ended it early; ``cancelled`` that the person did.
    ``notices``: what the timestamp services want told (clocks that differ, credentials that end).
    """

    results: tuple[ItemResult, ...]
    stopped: SigningError | None = None
    cancelled: bool = False
    notices: tuple[Notice, ...] = ()


def sign_batch(
    items: Sequence[SignItem],
    session: TokenSession,
    *,
    options: SignOptions,
    trust: TrustStore,
    timestamps: Timestamps | None,
    clock: Callable[[], datetime],
    progress: Callable[[int, int, str], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_result: Callable[[ItemResult], None] | None = None,
) -> BatchReport:
    """Sign every item through the open ``session``. Results come as they are ready to ``on_result`` and in order in the report.

    ``clock`` gives the aware claimed time of each signature. ``progress(done, total, name)``. ``cancelled()`` true: the token is asked
    nothing more, what it has signed is finished. An error of the token stops the pile at once (no second try, ever); an error of one
    document is its own row. A callback that raises stops the pile and the error passes; what was written stays. Not from inside a
    running event loop.

    Raises SigningError ``tsa.none``, ``certificate.unusable``, ``sign.bad_digest`` with nothing signed.
    """
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise AssertionError("a pile is signed from a thread of its own, never from inside an event loop")
    require_usable(session.certificate, clock())
    pen = Pen(session, options, trust)
    pile = _Pile(list(items), pen, clock, progress, cancelled, on_result)
    with calm_collector(), ThreadPoolExecutor(1, "token-lane") as token, ThreadPoolExecutor(2, "disk-lane") as disk:
        pile.token, pile.disk = token, disk
        try:
            asyncio.run(pile.run(trust, timestamps))
        except ExceptionGroup as group:  # a callback's error, or a bug of ours: the first one tells
            raise _first(group) from None
    notices = timestamps.notices(clock()) if timestamps is not None else ()
    return replace(pile.report(), notices=tuple(notices))


def warm() -> None:
    """Load what the first signature needs, so that it waits for no import. Worth a background thread once the window is painted."""
    from importlib import import_module

    for name in (
        "asn1crypto.x509", "cryptography.x509", "pikepdf", "pyhanko.sign.signers", "pyhanko.sign.validation",
        "pyhanko.sign.signers.cms_embedder", "pyhanko.stamp.noop", "typst", "segno", "signing.appended", "signing.checks",
        "signing.evidence", "signing.filling", "signing.permissions", "signing.seed_values",
    ):  # fmt: skip
        import_module(name)


def _first(group: BaseExceptionGroup[Exception]) -> Exception:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found


@dataclass(slots=True)
class _Pile:
    items: list[SignItem]
    pen: Pen
    clock: Callable[[], datetime]
    progress: Callable[[int, int, str], None] | None
    cancelled: Callable[[], bool] | None
    on_result: Callable[[ItemResult], None] | None
    token: Executor | None = None
    disk: Executor | None = None
    results: dict[int, ItemResult] = field(default_factory=dict)
    stopped: SigningError | None = None
    was_cancelled: bool = False

    async def run(self, trust: TrustStore, timestamps: Timestamps | None) -> None:
        room = asyncio.Semaphore(_IN_FLIGHT if self.pen.options.level is Level.B_B else _IN_FLIGHT_TIMED)
        async with open_services(self.pen, trust, timestamps) as services:
            async with asyncio.TaskGroup() as group:
                for number, item in enumerate(self.items):
                    await room.acquire()
                    if self._must_stop():
                        break
                    group.create_task(self._one(number, item, services, room))

    def report(self) -> BatchReport:
        rows = [
            self.results.get(number, ItemResult(item, ItemState.NOT_DONE)) for number, item in enumerate(self.items)
        ]
        return BatchReport(tuple(rows), self.stopped, self.was_cancelled)

    def _must_stop(self) -> bool:
        if self.cancelled is not None and self.cancelled():
            self.was_cancelled = True
        return self.was_cancelled or self.stopped is not None

    async def _one(self, number: int, item: SignItem, services: Services, room: asyncio.Semaphore) -> None:
        try:
            receipt = await self._sign(item, services)
            result = ItemResult(item, ItemState.SIGNED, receipt)
        except TokenError as error:
            self.stopped = self.stopped or error
            return
        except SigningCancelled:  # at the reader's own pad, for a key that asks each time
            self.was_cancelled = True
            return
        except SigningError as error:
            error.on_disk = error.on_disk or "nothing"
            result = ItemResult(item, ItemState.FAILED, error=error)
        finally:
            room.release()
        self.results[number] = result
        if self.on_result is not None:
            self.on_result(result)
        self._must_stop()
        if self.progress is not None:
            self.progress(len(self.results), len(self.items), item.source.name)

    async def _sign(self, item: SignItem, services: Services) -> SignReceipt:
        made = Staged(item.source, item.output)
        try:
            task = DocumentSigning(made, self._pen_of(item), item.field, item.stamp, self.clock(), item.placed)
            await task.run(services, self._by_token)
            return task.receipt(await _in(self.disk, made.commit))
        except OSError as error:
            raise SigningError("output.cannot_write", file=item.output.name, errno=error.errno) from error
        finally:
            made.discard()

    def _pen_of(self, item: SignItem) -> Pen:
        wishes = item.wishes(self.pen.options)
        return self.pen if wishes == self.pen.options else self.pen.with_options(wishes)

    async def _by_token(self, sign: Callable[[bytes], bytes], digest: bytes) -> bytes:
        def next_in_line() -> bytes:
            """In the token's own thread: what waited behind the call that failed is not tried."""
            if self.stopped is not None:
                raise self.stopped.again()
            if self.was_cancelled:
                raise SigningCancelled
            try:
                return sign(digest)
            except TokenError as error:
                self.stopped = error
                raise

        return await _in(self.token, next_in_line)


async def _in(executor: Executor | None, call: Callable[[], _T]) -> _T:
    """Run in a thread; a cancellation waits for it, so that nobody pulls the file away from under it."""
    future = asyncio.get_running_loop().run_in_executor(executor, call)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        with contextlib.suppress(Exception):
            await future
        raise
