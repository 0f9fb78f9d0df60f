"""Foreign DOCX and ODT files from a safe distance: each is read in a child with limits of memory and time, then gone."""

from __future__ import annotations

import json
import logging
import multiprocessing
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError
from signing.sandbox_guard import limit_cpu, limit_memory

from .body import Body
from .html_body import Imported

TIMEOUT = 60.0  # seconds, the child's start included
MEMORY = 2 * 1024**3  # bytes of address space
_LARGEST_ANSWER = 128 * 1024 * 1024  # bytes


def import_document(path: Path, *, timeout: float = TIMEOUT) -> Imported:
    """The body of a DOCX or ODT file, its pictures' bytes, and what was left out.

    Raises ``import.…``: ``unreadable``, ``too_large``, ``too_slow``, ``password``, ``old_format``, ``unknown_format``,
    ``not_accepted``, ``damaged``. The file is only read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OfficeError("import.unreadable", file=path.name, reason=error.strerror or str(error)) from error
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, MEMORY, int(timeout)), name="qillqa-import", daemon=True)
    process.start()
    there.close()
    try:
        here.send_bytes(json.dumps({"name": path.name}).encode("utf-8"))
        here.send_bytes(data)
        return _received(here, path.name, timeout)
    except (EOFError, OSError, ValueError, KeyError, TypeError) as error:
        raise OfficeError("import.damaged", file=path.name, reason=type(error).__name__) from error
    finally:
        here.close()
        process.kill()
        process.join()
        process.close()


def _received(here: Connection[bytes, bytes], name: str, timeout: float) -> Imported:
    if not here.poll(timeout):
        raise OfficeError("import.too_slow", file=name)
    answer = json.loads(here.recv_bytes(_LARGEST_ANSWER))
    if "failed" in answer:
        raise told(answer["failed"])
    images: dict[str, bytes] = {}
    for digest in answer["images"]:
        data = here.recv_bytes(_LARGEST_ANSWER)
        if sha256(data).hexdigest() != digest:
            raise ValueError(digest)
        images[digest] = data
    return Imported(Body.from_json(answer["body"]), images, tuple(told(each) for each in answer["notices"]))


def told(answer: dict[str, Any]) -> OfficeError:
    """A code from the child, with plain facts."""
    code = str(answer["code"])
    if not code.startswith("import."):
        raise ValueError(code)
    facts = {str(key): value if isinstance(value, int) else str(value) for key, value in answer["facts"].items()}
    facts.pop("on_disk", None)
    return OfficeError(code, **facts)  # type: ignore[arg-type]


def _serve(connection: Connection[bytes, bytes], memory: int, cpu_seconds: int) -> None:
    """In the child: one question, one answer."""
    logging.disable(logging.CRITICAL)
    from .import_text import read_document  # mammoth and odfdo: imported here only

    limit_memory(memory)
    limit_cpu(cpu_seconds)
    name = json.loads(connection.recv_bytes())["name"]
    try:
        made = read_document(connection.recv_bytes(), name)
    except OfficeError as error:
        connection.send_bytes(_answer({"failed": _plain(error)}))
        return
    notices = [_plain(each) for each in made.notices]
    connection.send_bytes(_answer({"body": made.body.to_json(), "images": list(made.images), "notices": notices}))
    for data in made.images.values():
        connection.send_bytes(data)


def _plain(error: OfficeError) -> dict[str, Any]:
    return {"code": error.code, "facts": dict(error.facts)}


def _answer(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode("utf-8")
