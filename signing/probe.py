"""One module asked for its tokens, by one thread, in a child that another thread can end while the module loads or hangs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from .errors import SigningError, TokenError
from .report import Token
from .worker import TokenWorker
from .worker_process import WorkerProcess

Look = tuple[tuple[Token, ...], tuple[SigningError, ...]]


class Probe(TokenWorker):
    """The worker of one module, without sessions. ``abort`` may be called from any thread, and again."""

    def __init__(
        self, module: Path, *, timeout: float, environment: Mapping[str, str] | None, clock: Callable[[], datetime]
    ) -> None:
        super().__init__([module], timeout=timeout, environment=environment, clock=clock)
        self._current: _Reachable | None = None
        self._abort = threading.Event()

    @property
    def aborted(self) -> bool:
        """Whether somebody ended it."""
        return self._abort.is_set()

    def look(self) -> Look:
        """The module's tokens, and what it could not tell; never raises for what a module does."""
        try:
            found = self.tokens()
        except SigningError:
            return (), self.faults
        return found, self.faults

    def abort(self) -> None:
        """Kill the child, and refuse to start another."""
        self._abort.set()
        if self._current is not None:
            self._current.end()

    def close(self) -> None:
        """End the child; the next look starts another."""
        current, self._current = self._current, None
        if current is not None:
            current.close()

    def _process(self, module: Path) -> WorkerProcess:
        current = self._current
        if current is None or not current.alive:
            self.close()
            if self._abort.is_set():
                raise TokenError("token.module_hung", module=module.name, seconds=0)
            current = self._current = _Reachable()
            current.start(module, timeout=self._timeout, environment=self._environment)
            if self._abort.is_set():
                current.end()
        return current


class _Reachable(WorkerProcess):
    """A child that can be killed before its constructor, which waits until the module is loaded, has returned."""

    def __init__(self) -> None:
        self._started = False

    def start(self, module: Path, *, timeout: float, environment: Mapping[str, str] | None) -> None:
        super().__init__(module, timeout=timeout, environment=environment)
        self._started = True

    @property
    def alive(self) -> bool:
        return self._started and super().alive

    def close(self) -> None:
        if hasattr(self, "_child"):
            super().close()

    def end(self) -> None:
        """Kill the child, if it was started; whoever waits for it notices and clears up."""
        if hasattr(self, "_child"):
            with contextlib.suppress(OSError):
                self._child.end()
