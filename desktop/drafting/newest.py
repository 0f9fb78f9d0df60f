"""A thread of its own for what is asked again and again: only the newest question counts, and nobody waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Question = TypeVar("Question")


class Newest(Generic[Question]):
    """Calls ``answer`` with a ticket and a question, in its thread; a question that still waits when another comes is dropped."""

    def __init__(self, answer: Callable[[int, Question], None], *, name: str) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._waiting: tuple[int, Question] | None = None
        self._tickets = 0
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def ask(self, question: Question) -> int:
        """Returns at once with the question's ticket."""
        with self._changed:
            self._tickets += 1
            self._waiting = (self._tickets, question)
            self._changed.notify()
            return self._tickets

    def close(self) -> None:
        """End the thread after what it is doing. Safe to call twice."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting is not None)
                if self._closed or self._waiting is None:
                    return
                ticket, question = self._waiting
                self._waiting = None
            self._answer(ticket, question)
