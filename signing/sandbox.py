"""Foreign PDFs from a safe distance: a warm child process parses and renders them, and is killed when it takes too long.

This module imports neither pyHanko nor pypdfium2: whoever holds a Verifier stays light and cannot be crashed by a file.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .errors import SigningError
from .piped_child import ChildEnded, PipedChild
from .report import FileVerdict, Outcome, PageDifferences, PageWords
from .sandbox_start import take_child
from .worker_pipe import Frame, Secret

if TYPE_CHECKING:
    from .placement import PageLayout
    from .trust import TrustStore

SECONDS = 9.0  # of wall clock for one file: killed and told within ten
MEMORY = 1024**3  # bytes of address space, and so of resident memory
TIRED_MEMORY = 220 * 1024**2  # bytes resident after a file, at which a child is replaced
TIRED_FILES = 20_000  # files after which a child is replaced, where its memory cannot be read
_START = 60.0  # seconds for a first start: imports on a slow disk
_GRACE = 2.0  # seconds between asking the child to stop and killing it
_PNG = b"\x89PNG\r\n\x1a\n"
_SIGXCPU = getattr(signal, "SIGXCPU", None)  # POSIX only


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one child. ``seconds``: wall clock for one file, then it is killed. ``memory``: bytes of address space (POSIX) or committed
    memory (Windows), above which it is refused more. ``tired``: bytes resident after a file, at which it is replaced.
    """

    seconds: float = SECONDS
    memory: int = MEMORY
    tired: int = TIRED_MEMORY


@dataclass(frozen=True, slots=True)
class Question:
    """How files are to be judged. ``at`` is the aware moment of judgement, None: now."""

    trust: TrustStore
    at: datetime | None = None
    online: bool = False
    compare_pages: bool = True


class _Lost(Exception):  # noqa: N818 - caught at once
    """The child did not answer; ``code`` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Verifier:
    """Verify and render through one warm child. A context manager; usable from several threads, one question at a time.

    ``timeout``: wall-clock seconds for one file; then the child is killed and the next question starts another. ``memory``: bytes that
    the child may have.
    """

    def __init__(self, *, timeout: float = SECONDS, memory: int = MEMORY, tired: int = TIRED_MEMORY) -> None:
        self._limits = Limits(timeout, memory, tired)
        self._lock = threading.Lock()
        self._child: PipedChild | None = None
        self._greeted = False
        self._known: TrustStore | None = None  # the store that the child holds
        self._asked = 0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def child(self) -> int | None:
        """Process id of the child, None while there is none."""
        return None if self._child is None else self._child.pid

    def begin(self) -> None:
        """Start the child and do not wait for it: it loads what it needs while the caller does something else."""
        with self._lock:
            self._spawn()

    def start(self) -> None:
        """Warm the child up before the first question. This, and every question, raises SigningError ``verifier.not_started`` where
        no child can be started at all: that is this computer's fault, and no file's.
        """
        with self._lock:
            self._ensure()

    def verify(
        self,
        path: Path,
        *,
        trust: TrustStore,
        at: datetime | None = None,
        online: bool = False,
        compare_pages: bool = True,
        password: str = "",
    ) -> FileVerdict:
        """The verdict of ``signing.verify.verify_file``, made in the child. Never raises for what a file contains.

        ``password``: for a file that is encrypted; it crosses a pipe and stays in the child's memory only while it judges the file.
        """
        return self.judge(path, Question(trust, at, online, compare_pages), password)

    def judge(self, path: Path, question: Question, password: str = "") -> FileVerdict:
        """The same, by a question that stands for many files."""
        with self._lock:
            try:
                answer = self._ask(self._verify_message(path, question), Secret(password) if password else None)
                if "verdict" not in answer.message:
                    return unread(path, str(answer.message["failed"]))
                from .wire import verdict_from_bytes, verdict_from_json

                told = answer.message["verdict"]
                verdict = verdict_from_bytes(answer.data) if told is None else verdict_from_json(told)
                return replace(verdict, file=str(path))
            except _Lost as lost:
                return unread(path, lost.code)
            except (KeyError, TypeError, ValueError):
                self._kill()
                return unread(path, "file.crashed")

    def render(self, path: Path, page: int, *, width: int, password: str = "", end: int | None = None) -> bytes:
        """PNG of a page (from 1), ``width`` pixels wide; raises SigningError with a ``file.…`` code. ``password``: as in ``verify``.

        ``end``: of the revision that ends at that byte (a signature's ``signed_revision``), None: of the whole file.
        """
        with self._lock:
            secret = Secret(password) if password else None
            answer = self._ask_about(path, page, {"do": "render", "width": width, "end": end}, secret)
            body = bytes(answer.data)
            if not body.startswith(_PNG):
                self._kill()
                raise SigningError("file.crashed", file=path.name, page=page)
            return body

    def words(self, path: Path, page: int, *, password: str = "") -> PageWords:
        """What can be read on a page (from 1), and where; raises SigningError with a ``file.…`` code. ``password``: as in ``verify``."""
        from .wire import words_from_frame

        with self._lock:
            answer = self._ask_about(path, page, {"do": "words"}, Secret(password) if password else None)
            try:
                return words_from_frame(answer.message, answer.data)
            except ValueError as error:
                self._kill()
                raise SigningError("file.crashed", file=path.name, page=page) from error

    def differences(self, path: Path, end: int, page: int, *, password: str = "") -> PageDifferences:
        """Where a page (from 1) looks otherwise than in the revision that ends at ``end``; raises SigningError with a ``file.…`` code."""
        from .wire import from_plain

        with self._lock:
            secret = Secret(password) if password else None
            answer = self._ask_about(path, page, {"do": "regions", "end": end}, secret)
            try:
                return from_plain(answer.message.get("differences"), PageDifferences)
            except ValueError as error:
                self._kill()
                raise SigningError("file.crashed", file=path.name, page=page) from error

    def layout(self, path: Path, page: int) -> tuple[PageLayout, int]:
        """What lies on a page (from 0; negative from the end), and how many pages there are; raises SigningError with a ``file.…`` code."""
        from .wire import layout_from_json

        with self._lock:
            answer = self._ask_about(path, page, {"do": "layout"})
            try:
                return layout_from_json(answer.message["layout"]), int(answer.message["pages"])
            except (KeyError, TypeError, ValueError) as error:
                self._kill()
                raise SigningError("file.crashed", file=path.name, page=page) from error

    def interrupt(self) -> None:
        """Give up what is being judged: it is answered ``file.crashed``, and the next question starts another child. From any thread."""
        busy = self._child
        if busy is not None:
            busy.end()

    def close(self) -> None:
        """End the child, even in the middle of a question (which then answers ``file.crashed``); afterwards the verifier is of no use."""
        self._closed = True
        if not self._lock.acquire(timeout=_GRACE / 4):
            self.interrupt()
            self._lock.acquire()
        try:
            if self._child is not None and self._greeted:  # one that still loads has nothing to end in peace
                self._child.close(_GRACE)
            self._kill()
        finally:
            self._lock.release()

    def _verify_message(self, path: Path, question: Question) -> dict[str, Any]:
        self._ensure()
        message: dict[str, Any] = {
            "do": "verify",
            "path": _as_text(path),
            "at": None if question.at is None else question.at.isoformat(),
            "online": question.online,
            "compare_pages": question.compare_pages,
        }
        if self._known is not question.trust:  # a store of anchors is sent once, not with each of ten thousand files
            from .wire import trust_to_json

            message["trust"] = trust_to_json(question.trust)
        self._known = question.trust
        return message

    def _ask_about(self, path: Path, page: int, message: Mapping[str, Any], secret: Secret | None = None) -> Frame:
        """A question about one page, whose refusal is raised."""
        try:
            answer = self._ask({**message, "path": _as_text(path), "page": page}, secret)
        except _Lost as lost:
            raise SigningError(lost.code, file=path.name, page=page) from lost
        if "failed" in answer.message:
            raise SigningError(str(answer.message["failed"]), file=path.name, page=page)
        return answer

    def _ask(self, message: Mapping[str, Any], secret: Secret | None = None) -> Frame:
        child = self._ensure()
        try:
            answer = child.ask(message, secret=secret, limit=self._limits.seconds)
        except ChildEnded as ended:
            self._forget()
            raise _Lost(self._code_of(ended)) from None
        except BaseException:  # Ctrl-C: the child was killed
            self._forget()
            raise
        self._asked += 1
        starved = (
            answer.message.get("failed") == "file.too_demanding"
        )  # where memory ended in the middle of something, who knows of what
        if starved or int(answer.message.get("resident") or 0) > self._limits.tired or self._asked >= TIRED_FILES:
            self._retire()
        return answer

    def _code_of(self, ended: ChildEnded) -> str:
        if ended.hung or ended.signal == _SIGXCPU:  # both say the same: it did not come to an end
            return "file.too_slow"
        # pdfium aborts on purpose where it is refused memory
        return "file.too_demanding" if ended.signal == signal.SIGABRT else "file.crashed"

    def _ensure(self) -> PipedChild:
        """A child that is there and has said so."""
        if self._child is not None and not self._child.alive:
            self._kill()
        for _ in range(2):  # one that was killed while it started is replaced once
            child = self._spawn()
            if self._greeted:
                return child
            if child.greeting(_START) is not None:
                self._greeted = True
                return child
            self._kill()
        raise SigningError("verifier.not_started")

    def _spawn(self) -> PipedChild:
        if self._closed:
            raise RuntimeError("closed")
        if self._child is None:
            self._child = take_child()
            seconds = self._limits.seconds
            self._child.send(
                {"memory": self._limits.memory, "cpu_seconds": max(int(seconds) * 2, 1), "page_seconds": seconds / 2}
            )
        return self._child

    def _retire(self) -> None:
        """Replace a child that has grown: the next one loads while the caller looks at the answer."""
        if self._child is not None:
            self._child.close(_GRACE)
        self._kill()
        if not self._closed:
            self._spawn()

    def _kill(self) -> None:
        child = self._child
        self._forget()
        if child is not None:
            child.end()
            child.reap()

    def _forget(self) -> None:
        self._child, self._greeted, self._known, self._asked = None, False, None, 0


def unread(path: Path, code: str) -> FileVerdict:
    """The verdict of a file of which nothing is known but why."""
    return FileVerdict(str(path), "", Outcome.UNREADABLE, code)


def _as_text(path: Path) -> str:
    """Absolute, as JSON carries it: bytes of a name that are no text stay surrogate escapes, which ASCII JSON keeps."""
    return str(path.absolute())
