"""The child process in which foreign PDFs are parsed and rendered: limited in memory, time, files and network (``sandbox_guard``).

Started as ``python -m signing.sandbox_child``, or frozen as ``program --verifier``. Nothing of the desk is open in it. One question at a
time, one answer, as worker_pipe frames; a page's picture and a file's password lie beside the message.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .piped_child import serve_on_pipes
from .protection import die_quietly, protect_process
from .sandbox_guard import Guard, limit_cpu, limit_memory, resident_memory
from .worker_pipe import Frame, Message, Raw, read_frame, write_frame

if TYPE_CHECKING:
    from .trust import TrustStore

_SWEEP = 128 * 1024**2  # bytes resident, above which memory is swept after a file


class _Judge:
    """What the child keeps between questions: the store of anchors, which comes once."""

    def __init__(self, guard: Guard, page_seconds: float) -> None:
        self._guard = guard
        self._page_seconds = page_seconds  # the most that comparing pages may take of the time for a file
        self._trust: TrustStore | None = None
        self._runner = asyncio.Runner()

    def answer(self, frame: Frame) -> tuple[Message, bytes]:
        """One answer, whatever the file provokes."""
        question = frame.message
        try:
            match question["do"]:
                case "render":
                    return {"png": True}, _render(question, frame.data)
                case "words":
                    return _words(question, frame.data)
                case "regions":
                    return _regions(question, frame.data)
                case "layout":
                    return _layout(Path(question["path"]), question["page"]), b""
            return self._verify(question, frame.data)
        except MemoryError:
            return {"failed": "file.too_demanding"}, b""
        except OSError:
            return {"failed": "file.not_found"}, b""
        except IndexError:
            return {"failed": "file.no_such_page"}, b""
        except RecursionError:
            return {"failed": "file.damaged"}, b""
        except Exception:  # noqa: BLE001 - whatever a foreign file provokes is an answer
            return {"failed": "file.damaged"}, b""

    def _verify(self, question: Message, secret: bytearray) -> tuple[Message, bytes]:
        from .verify import verify_file
        from .wire import trust_from_json, verdict_to_bytes, verdict_to_json

        if "trust" in question:
            trust = trust_from_json(question["trust"])
            most = min(trust.policy.page_seconds, self._page_seconds)
            self._trust = replace(trust, policy=replace(trust.policy, page_seconds=most))
        assert self._trust is not None
        at, online = question["at"], bool(question["online"])
        with self._guard.open_network() if online else self._guard.closed():
            verdict = verify_file(
                Path(question["path"]),
                trust=self._trust,
                at=None if at is None else datetime.fromisoformat(at),
                online=online,
                compare_pages=question["compare_pages"],
                password=secret.decode("utf-8"),
                runner=self._runner,
            )
        try:
            return {"verdict": None}, verdict_to_bytes(replace(verdict, file=""))  # its name is the parent's to say
        except ValueError:
            return {"verdict": verdict_to_json(verdict)}, b""


def _render(question: Message, secret: bytearray) -> bytes:
    from .pages import render_page

    data, password = Path(question["path"]).read_bytes(), secret.decode("utf-8")
    return render_page(data, question["page"], width=question["width"], password=password, end=question["end"])


def _regions(question: Message, secret: bytearray) -> tuple[Message, bytes]:
    from .pages import differing_regions
    from .wire import to_plain

    data, password = Path(question["path"]).read_bytes(), secret.decode("utf-8")
    found = differing_regions(data, question["end"], question["page"], password=password)
    return {"differences": to_plain(found)}, b""


def _words(question: Message, secret: bytearray) -> tuple[Message, bytes]:
    from .page_words import words_of
    from .wire import words_to_frame

    data, password = Path(question["path"]).read_bytes(), secret.decode("utf-8")
    return words_to_frame(words_of(data, question["page"], password=password))


def _layout(path: Path, page: int) -> Message:
    """The layout of a page, counted from the end where ``page`` is negative, and how many there are."""
    from dataclasses import asdict

    from .page_layout import layout_of, page_count

    pages = page_count(path)
    return {"layout": asdict(layout_of(path, page if page >= 0 else pages + page)), "pages": pages}


def serve(questions: Raw, answers: Raw) -> None:
    """Take the limits, load the parsers, say so, and answer until the parent closes the pipe."""
    logging.disable(logging.CRITICAL)
    guard = Guard()
    _load_parsers()  # it may have been started before it is known for what
    first = read_frame(questions)
    if first is None:
        return
    limit_memory(int(first.message["memory"]))
    guard.stand()
    gc.freeze()  # what is loaded now is not looked at again and again
    write_frame(answers, {"ready": True})
    judge, seconds = _Judge(guard, float(first.message["page_seconds"])), int(first.message["cpu_seconds"])
    while (frame := read_frame(questions)) is not None:
        limit_cpu(seconds)
        message, data = judge.answer(frame)
        frame.data[:] = bytes(len(frame.data))
        message["resident"] = _swept()
        write_frame(answers, message, data)


def main() -> None:
    """Serve on what were stdin and stdout."""
    die_quietly()
    protect_process()
    with contextlib.suppress(OSError):  # the parent is gone
        serve_on_pipes(serve)
    os._exit(0)  # nothing is left to write, and native code may still hold what a file broke


class _NoClient(ModuleType):
    """Stands where pyHanko looks for its HTTP client, of which it needs names for annotations alone.

    The client would be a third of this process's start, and is not to be used here: answers are fetched by ``revocation``.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _load_parsers() -> None:
    """Read pyHanko and pypdfium2: here only, so that the parent stays light."""
    sys.modules.setdefault("aiohttp", _NoClient("aiohttp"))
    from . import pages, verify, wire  # noqa: F401


def _swept() -> int:
    """Resident bytes after a file; what it left in cycles is collected first where that is much."""
    resident = resident_memory()
    if resident > _SWEEP:
        gc.collect()
        resident = resident_memory()
    return resident


if __name__ == "__main__":
    main()
