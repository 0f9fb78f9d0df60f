"""Pages of templates that this program did not ship, and pictures: made in a child process with limits of time and memory.

A template is a program of its author's: one loop too many must not take the desk with it. typst itself stops the plain ones
(an endless ``while``, a function that calls itself) and names the line; what is left ends here.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from signing.sandbox_guard import limit_cpu, limit_memory

SECONDS = 20.0  # for one page job; a forty-page document takes less than one
MEMORY = 2 * 1024**3  # bytes of address space
_START = 60.0
_MAX_ANSWER = 256 * 1024 * 1024  # bytes


class RanAway(Exception):  # noqa: N818 - the engine turns it into words
    """The page took too much time or memory and was stopped."""


class LimitedSetter:
    """One warm child that sets pages. A context manager; one page at a time; after a page that ran away the next starts another."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self._memory = memory
        self._process: BaseProcess | None = None
        self._pipe: Connection[bytes, bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """What ``answer`` of the module for that question gives, in the child (``serve``). Raises RanAway."""
        try:
            pipe = self._warm()
            pipe.send_bytes(json.dumps(question, ensure_ascii=False).encode("utf-8"))
            answer = json.loads(self._receive(pipe, self.seconds))
            return answer, self._receive(pipe, self.seconds)
        except (EOFError, OSError) as error:
            self.close()
            raise RanAway from error

    def close(self) -> None:
        """End the child."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()

    def _warm(self) -> Connection[bytes, bytes]:
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            return self._pipe
        self.close()
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        arguments = (there, self._memory, int(self.seconds) * 2)
        self._process = context.Process(target=serve, args=arguments, name="qillqa-pages", daemon=True)
        self._pipe = here
        self._process.start()
        there.close()
        self._receive(here, _START)
        return here

    @staticmethod
    def _receive(pipe: Connection[bytes, bytes], seconds: float) -> bytes:
        if not pipe.poll(seconds):
            raise EOFError
        return pipe.recv_bytes(_MAX_ANSWER)


def question(folder: Path, fonts: Path, data: str, created: datetime, standards: Sequence[str]) -> dict[str, Any]:
    """A page job as JSON values; ``data`` is the JSON text for the kit."""
    return {
        "do": "page",
        "folder": str(folder),
        "fonts": str(fonts),
        "data": data,
        "created": created.isoformat(),
        "standards": list(standards),
    }


def serve(pipe: Connection[bytes, bytes], memory: int, cpu_seconds: int) -> None:
    """The child: answer until the parent closes the pipe."""
    from . import engine, pdf_text, photographs, scans

    answers = {
        "page": engine.answer,
        "picture": photographs.answer,
        "scan": scans.answer,
        "pdf_text": pdf_text.answer,
    }
    limit_memory(memory)
    pipe.send_bytes(b"ready")
    while True:
        try:
            asked = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        limit_cpu(cpu_seconds)
        told, made = answers[asked["do"]](asked)
        try:
            pipe.send_bytes(json.dumps(told).encode("utf-8"))
            pipe.send_bytes(made)
        except OSError:
            return
