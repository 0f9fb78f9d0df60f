"""A worker asks the person through one request object that blocks only the worker (Dangerzone's PromptRequest)."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from signing.errors import SigningCancelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from signing.report import Certificate, Token

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class PinQuestion:
    """What the PIN dialog needs to say whose PIN, of which token, and how it stands."""

    token: Token
    certificate: Certificate | None
    purpose: str = ""


class PromptRequest(Generic[Q, A]):
    """One question and its answer. :meth:`ask` is the worker's side, :meth:`reply` and :meth:`decline` the screen's."""

    def __init__(self, question: Q) -> None:
        self.question = question
        self._answer: A | None = None
        self._answered = False
        self._done = Event()

    def ask(self, put: Callable[[PromptRequest[Any, Any]], object]) -> A:
        """Hand the request to the screen and wait. Raises ``SigningCancelled`` when the person declined."""
        put(self)
        self._done.wait()
        answer, self._answer = self._answer, None  # the answer is kept nowhere after it was handed over
        if not self._answered or answer is None:
            raise SigningCancelled
        return answer

    def reply(self, answer: A) -> None:
        """Answer; a second answer changes nothing."""
        if not self._done.is_set():
            self._answer, self._answered = answer, True
            self._done.set()

    def decline(self) -> None:
        """The person pressed cancel, or the window is closing."""
        self._done.set()

    @property
    def open(self) -> bool:
        """Whether nobody has answered yet."""
        return not self._done.is_set()


class Prompts(QObject):
    """Carries requests from workers to the screen. ``show_pin`` is set by the window: it opens a dialog and replies."""

    asked = Signal(object)
    pin_pad = Signal(object)  # a token with its own keypad: told, not asked

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.show_pin: Callable[[PromptRequest[PinQuestion, str]], object] | None = None
        self._open: list[PromptRequest[PinQuestion, str]] = []
        self._closed = False
        self._lock = Lock()
        self.asked.connect(self._on_asked, Qt.ConnectionType.QueuedConnection)

    def ask_pin(self, token: Token, certificate: Certificate | None, purpose: str = "") -> str:
        """The PIN, as signing's ``PinProvider``: called in a worker. Empty for a reader with its own keypad.

        Raises ``SigningCancelled``, also when the window is closing.
        """
        question = PinQuestion(token, certificate, purpose)
        if token.pin_pad:
            self.pin_pad.emit(question)
            return ""
        if QThread.currentThread() is self.thread():
            raise RuntimeError("a PIN is asked from a worker, never on the screen's thread")
        return PromptRequest[PinQuestion, str](question).ask(self._put)

    def _put(self, request: PromptRequest[PinQuestion, str]) -> None:
        with self._lock:
            if self._closed:
                request.decline()
                return
            self._open = [item for item in self._open if item.open]
            self._open.append(request)
        self.asked.emit(request)

    @Slot(object)
    def _on_asked(self, request: PromptRequest[PinQuestion, str]) -> None:
        if not request.open:
            return
        if self.show_pin is None:
            request.decline()
        else:
            self.show_pin(request)

    def close(self) -> None:
        """Decline everything that is open or still to come, so that no worker waits for a window that is gone."""
        with self._lock:
            self._closed = True
            for request in self._open:
                request.decline()
            self._open.clear()
