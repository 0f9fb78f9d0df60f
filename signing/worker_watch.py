"""A time limit for a blocking read: one thread per child waits beside it and ends the child when the limit passes.

The asking thread itself reads the answer from the pipe, so that no thread has to be woken for each signature.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Watchdog:
    """Calls ``expire`` when more than the given seconds pass between ``arm`` and ``disarm``. Its thread starts with the first limit."""

    def __init__(self, expire: Callable[[], None]) -> None:
        self._expire = expire
        self._changed = threading.Condition()
        self._deadline: float | None = None
        self._wakes: float | None = None  # when the thread looks next; None: when told
        self._expired = False
        self._closed = False
        self._thread: threading.Thread | None = None

    def arm(self, seconds: float) -> None:
        """Start a limit."""
        with self._changed:
            self._expired = False
            self._deadline = time.monotonic() + seconds
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._watch, name="token-worker", daemon=True)
                self._thread.start()
            elif self._wakes is None or self._wakes > self._deadline:  # else it looks early enough by itself
                self._changed.notify()

    def disarm(self) -> bool:
        """End the limit; True when it had passed."""
        with self._changed:
            self._deadline = None
            return self._expired

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                left = None if self._deadline is None else self._deadline - time.monotonic()
                if left is not None and left <= 0:
                    self._deadline, self._expired = None, True
                    self._expire()
                    continue
                self._wakes = self._deadline
                self._changed.wait(left)
