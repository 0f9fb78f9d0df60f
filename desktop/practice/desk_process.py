"""A desk as a process of its own: it knows its home and nothing else; orders and answers are plain data over a pipe."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from desktop.records.errors import OfficeError
from signing.errors import SigningError

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0


class DeskProcess:
    """Starts a spawned process that opens the desk in ``home`` and runs errands there, one at a time.

    Errors that a person can be told come back as the same errors; anything else as RuntimeError with the child's traceback.
    """

    def __init__(self, name: str, home: Path, *, official: str = "") -> None:
        self.name = name
        self.home = home
        self._official = official
        self._process: Any = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start it; returns when it listens."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(self.home, self._official, theirs), name=f"qillqa-desk-{self.name}", daemon=False
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        try:
            self._answer(_START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def do(self, errand: str, /, *, seconds: float = 120.0, **arguments: Any) -> Any:
        """Run one errand of ``desktop.practice.errands`` at that desk; raises ``practice.desk_died`` when the process is gone."""
        if self._pipe is None:
            raise OfficeError("practice.desk_died", desk=self.name)
        try:
            self._pipe.send((errand, arguments))
        except OSError as error:
            raise OfficeError("practice.desk_died", desk=self.name) from error
        return self._answer(seconds)

    def stop(self) -> None:
        """Ask it to end, and end it. Safe to call twice."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            with contextlib.suppress(OSError):  # gone already: join below
                pipe.send(None)
        if process is not None:
            process.join(_STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        if pipe is not None:
            pipe.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _answer(self, seconds: float) -> Any:
        assert self._pipe is not None
        try:
            if not self._pipe.poll(seconds):
                raise OfficeError("practice.desk_silent", desk=self.name, seconds=seconds)
            status, value = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise OfficeError("practice.desk_died", desk=self.name) from error
        if status == "ok":
            return value
        if status == "told":
            kind, code, on_disk, facts = value
            raise (OfficeError if kind == "office" else SigningError)(code, on_disk=on_disk, **facts)
        raise RuntimeError(f"desk {self.name}: {value}")


def _serve(home: Path, official: str, pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it ends us by the pipe
    from . import errands

    desk = errands.Sitting(home, official)
    pipe.send(("ok", None))
    try:
        while (order := _next(pipe)) is not None:
            name, arguments = order
            pipe.send(_run(errands.ERRANDS[name], desk, arguments))
    finally:
        desk.close()
        pipe.close()


def _next(pipe: Connection) -> tuple[str, dict[str, Any]] | None:
    try:
        order: tuple[str, dict[str, Any]] | None = pipe.recv()
    except EOFError:
        return None
    return order


def _run(errand: Callable[..., Any], desk: object, arguments: dict[str, Any]) -> tuple[str, Any]:
    try:
        return "ok", errand(desk, **arguments)
    except OfficeError as error:
        return "told", ("office", error.code, error.on_disk, dict(error.facts))
    except SigningError as error:
        return "told", ("signing", error.code, error.on_disk, dict(error.facts))
    except Exception:  # noqa: BLE001 - a bug of ours, shown by the parent with its traceback
        return "bug", traceback.format_exc()
