"""The child process in which foreign PDFs are parsed and rendered: limited in memory, CPU, files; nothing of the desk is open in it.

One question at a time comes as JSON; one answer goes back as JSON (and, for a page, one message of PNG bytes).
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def serve(connection: Connection, memory: int, cpu_seconds: int) -> None:
    """Answer until the parent closes the pipe or sends ``stop``. ``memory`` in bytes; ``cpu_seconds`` for each question."""
    logging.disable(logging.CRITICAL)
    from . import pages, verify, wire  # pyHanko and pypdfium2: imported here only, so that the parent stays light  # noqa: F401

    limit_memory(memory)
    connection.send_bytes(b'{"ready": true}')
    while True:
        try:
            question = json.loads(connection.recv_bytes())
        except (EOFError, OSError):
            return
        if question["do"] == "stop":
            return
        limit_cpu(cpu_seconds)
        answer, body = _answer(question)
        try:
            connection.send_bytes(json.dumps(answer).encode("utf-8"))
            if body is not None:
                connection.send_bytes(body)
        except (BrokenPipeError, OSError):
            return


def _answer(question: Json) -> tuple[Json, bytes | None]:
    try:
        if question["do"] == "render":
            from .pages import render_page

            return {"png": True}, render_page(
                Path(question["path"]).read_bytes(), question["page"], width=question["width"]
            )
        if question["do"] == "layout":
            return _layout(Path(question["path"]), question["page"]), None
        return {"verdict": _verify(question)}, None
    except MemoryError:
        return {"failed": "file.too_demanding"}, None
    except OSError:
        return {"failed": "file.not_found"}, None
    except IndexError:
        return {"failed": "file.no_such_page"}, None
    except Exception:  # noqa: BLE001 - whatever a foreign file provokes is an answer
        return {"failed": "file.damaged"}, None


def _verify(question: Json) -> Json:
    from .verify import verify_file
    from .wire import trust_from_json, verdict_to_json

    at = question["at"]
    verdict = verify_file(
        Path(question["path"]),
        trust=trust_from_json(question["trust"]),
        at=None if at is None else datetime.fromisoformat(at),
        online=question["online"],
        compare_pages=question["compare_pages"],
    )
    return verdict_to_json(verdict)


def _layout(path: Path, page: int) -> Json:
    """The layout of a page, counted from the end where ``page`` is negative, and how many there are."""
    from dataclasses import asdict

    from .page_layout import layout_of, page_count

    pages = page_count(path)
    return {"layout": asdict(layout_of(path, page if page >= 0 else pages + page)), "pages": pages}


def limit_memory(memory: int) -> None:
    """POSIX: bound address space, forbid core dumps. Elsewhere the parent's time limit alone guards."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_AS, memory)
    _lower(resource.RLIMIT_FSIZE, 64 * 1024 * 1024)


def limit_cpu(seconds: int) -> None:
    """POSIX: at most ``seconds`` more of processor time; the kernel ends the process after that."""
    if sys.platform == "win32":
        return
    import resource

    used = os.times()
    _lower(resource.RLIMIT_CPU, int(used.user + used.system) + 1 + seconds, soft_only=True)


def _lower(which: int, value: int, *, soft_only: bool = False) -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(which)
    bounded = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(which, (bounded, hard if soft_only else bounded))
