"""Foreign PDFs from a safe distance: a warm child process parses and renders them, and is killed when it takes too long.

This module imports neither pyHanko nor pypdfium2: whoever holds a Verifier stays light and cannot be crashed by a file.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import threading
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .errors import SigningError
from .placement import PageLayout
from .report import FileVerdict, Outcome
from .sandbox_child import serve
from .trust import TrustStore
from .wire import layout_from_json, trust_to_json, verdict_from_json

_START = 60.0  # seconds for a first start: imports on a slow disk
_MEMORY = 2 * 1024**3  # bytes of address space
_MAX_ANSWER = 64 * 1024 * 1024  # bytes
_GRACE = 2.0  # seconds between asking the child to stop and killing it

_PNG = b"\x89PNG\r\n\x1a\n"


class _Lost(Exception):  # noqa: N818 - caught at once
    """The child did not answer; ``code`` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Verifier:
    """Verify and render through one warm child. A context manager; usable from several threads, one question at a time.

    ``timeout``: wall-clock seconds for one file; then the child is killed and the next question starts another.
    """

    def __init__(self, *, timeout: float = 30.0, memory: int = _MEMORY) -> None:
        self._timeout = timeout
        self._memory = memory
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection[bytes, bytes] | None = None
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
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Warm the child up before the first question."""
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
    ) -> FileVerdict:
        """The verdict of ``signing.verify.verify_file``, made in the child. Never raises for what a file contains."""
        question = {
            "do": "verify",
            "path": str(path.absolute()),
            "trust": trust_to_json(trust),
            "at": None if at is None else at.isoformat(),
            "online": online,
            "compare_pages": compare_pages,
        }
        with self._lock:
            try:
                answer = self._ask(question)
                if "verdict" in answer:
                    return _named(verdict_from_json(answer["verdict"]), path)
                return _unreadable(path, str(answer["failed"]))
            except _Lost as lost:
                return _unreadable(path, lost.code)
            except (KeyError, TypeError, ValueError):
                self._kill()
                return _unreadable(path, "file.crashed")

    def render(self, path: Path, page: int, *, width: int) -> bytes:
        """PNG of a page (from 1), ``width`` pixels wide; raises SigningError with a ``file.…`` code."""
        question = {"do": "render", "path": str(path.absolute()), "page": page, "width": width}
        with self._lock:
            try:
                answer = self._ask(question)
                if "png" not in answer:
                    raise SigningError(str(answer.get("failed", "file.damaged")), file=path.name, page=page)
                body = self._receive(self._timeout)
            except _Lost as lost:
                raise SigningError(lost.code, file=path.name, page=page) from lost
            if not body.startswith(_PNG):
                self._kill()
                raise SigningError("file.crashed", file=path.name, page=page)
            return body

    def layout(self, path: Path, page: int) -> tuple[PageLayout, int]:
        """What lies on a page (from 0; negative from the end), and how many pages there are; raises SigningError with a ``file.…`` code."""
        with self._lock:
            try:
                answer = self._ask({"do": "layout", "path": str(path.absolute()), "page": page})
                if "layout" not in answer:
                    raise SigningError(str(answer.get("failed", "file.damaged")), file=path.name, page=page)
                return layout_from_json(answer["layout"]), int(answer["pages"])
            except _Lost as lost:
                raise SigningError(lost.code, file=path.name, page=page) from lost
            except (KeyError, TypeError, ValueError) as error:
                self._kill()
                raise SigningError("file.crashed", file=path.name, page=page) from error

    def close(self) -> None:
        """End the child, even in the middle of a question (which then answers ``file.crashed``); afterwards the verifier is of no use."""
        self._closed = True
        busy = self._process
        if not self._lock.acquire(timeout=_GRACE / 4):
            with contextlib.suppress(ValueError, AttributeError):  # it ended by itself meanwhile
                busy.kill()  # type: ignore[union-attr]
            self._lock.acquire()
        try:
            if self._connection is not None and self._process is not None:
                with contextlib.suppress(OSError):
                    self._connection.send_bytes(b'{"do": "stop"}')
                self._process.join(_GRACE)
            self._kill()
        finally:
            self._lock.release()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._ensure()
        assert self._connection is not None
        try:
            self._connection.send_bytes(json.dumps(question).encode("utf-8"))
        except OSError as error:
            self._kill()
            raise _Lost("file.crashed") from error
        answer = json.loads(self._receive(self._timeout))
        if not isinstance(answer, dict):
            raise TypeError(answer)
        return answer

    def _receive(self, timeout: float) -> bytes:
        assert self._connection is not None
        try:
            if not self._connection.poll(timeout):
                self._kill()
                raise _Lost("file.too_slow")
            return self._connection.recv_bytes(_MAX_ANSWER)
        except (EOFError, OSError) as error:
            self._kill()
            raise _Lost("file.crashed") from error

    def _ensure(self) -> None:
        if self._closed:
            raise RuntimeError("closed")
        if self._process is not None and self._process.is_alive():
            return
        self._kill()
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        cpu = max(int(self._timeout) * 2, 1)
        process = context.Process(target=serve, args=(there, self._memory, cpu), name="qillqa-verifier", daemon=True)
        process.start()
        there.close()
        self._process, self._connection = process, here
        self._receive(_START)

    def _kill(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            if process.is_alive():
                process.kill()
            process.join()
            process.close()


def _unreadable(path: Path, code: str) -> FileVerdict:
    return FileVerdict(str(path), "", Outcome.UNREADABLE, code)


def _named(verdict: FileVerdict, path: Path) -> FileVerdict:
    return FileVerdict(**{name: getattr(verdict, name) for name in verdict.__slots__} | {"file": str(path)})
