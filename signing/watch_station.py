"""One module under watch: when it is asked, by its own thread, and what it answered last."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path
from typing import Protocol

from .drivers import FoundModule
from .probe import Look, Probe

_LONGEST_PAUSE = 300.0  # seconds between two looks at a module that hangs or crashes each time
_PATIENCE = 2.0  # seconds that a session waits for a look under way
_LOST = frozenset({"token.module_hung", "token.module_crashed", "token.module_unloadable", "worker.not_started"})


class Watch(Protocol):
    """What a station asks of the watch it belongs to."""

    def may_look(self, module: Path) -> bool:
        """Whether nobody asked that this module be left alone."""
        ...

    def pause_after(self, module: FoundModule) -> tuple[float, bool]:
        """Seconds until that module's next look, and whether its child may end meanwhile."""
        ...

    def new_probe(self, module: Path) -> Probe:
        """A child for that module."""
        ...

    def tell(self) -> None:
        """Something may be different."""
        ...


class Station:
    """One module: its thread, its child, and what it answered last."""

    def __init__(self, watch: Watch, module: FoundModule) -> None:
        self.module = module
        self.seen: Look = ((), ())
        self.searching = True
        self._watch = watch
        self._probe = watch.new_probe(module.path)
        self._turn = threading.Lock()  # held while the module is asked
        self._due = threading.Condition()
        self._next, self._then = 0.0, math.inf  # moments of the next look, and of one that follows in any case
        self._failures = 0
        self._over = False
        self._thread = threading.Thread(target=self._run, name=f"token-watch {module.path.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_again(self, *, then: float = math.inf) -> None:
        """Soon, and once more ``then`` seconds later."""
        with self._due:
            self._failures = 0
            self._next = time.monotonic()
            self._then = self._next + then
            self._due.notify()

    def rest(self) -> None:
        """Wait until a look under way is over, or end it, and end the child."""
        if not self._turn.acquire(timeout=_PATIENCE):
            self._probe.abort()
            self._turn.acquire()
        try:
            self._probe.close()
            self._probe = self._watch.new_probe(self.module.path)
        finally:
            self._turn.release()

    def end(self) -> None:
        """Ask the thread to end; to be called until it has."""
        with self._due:
            self._over = True
            self._due.notify()
        self._probe.abort()

    @property
    def ended(self) -> bool:
        """Whether it did."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while self._wait():
                with self._turn:
                    looked = self._watch.may_look(self.module.path) and self._look()
                if looked:
                    self._watch.tell()
        finally:
            self._probe.close()

    def _wait(self) -> bool:
        with self._due:
            while not self._over:
                now = time.monotonic()
                if min(self._next, self._then) <= now:
                    self._next = math.inf  # while paused, until somebody asks again
                    self._then = self._then if self._then > now else math.inf
                    return True
                self._due.wait(
                    None if math.isinf(self._next) and math.isinf(self._then) else min(self._next, self._then) - now
                )
        return False

    def _look(self) -> bool:
        seen = self._probe.look()
        if self._probe.aborted:  # by us: nothing was learnt about the module
            return False
        self.seen, self.searching = seen, False
        lost = any(fault.code in _LOST for fault in seen[1])
        pause, may_end = self._watch.pause_after(self.module)
        if may_end or lost:
            self._probe.close()
        with self._due:
            self._failures = self._failures + 1 if lost else 0
            pause = min(pause * 2.0**self._failures, _LONGEST_PAUSE) if lost else pause
            self._next = min(self._next, time.monotonic() + pause)
        return True
