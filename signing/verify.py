"""One verdict per signature and per file: the EN 319 102-1 indication, untouched, and ours, never better than the weakest of indication,
integrity, coverage and later changes (docs/formats/verdict.md). Reads only; without ``online`` it never touches the network.

This is the core that runs inside the limited child process; callers with foreign files use ``signing.sandbox.Verifier``.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from .inspection import Inspection
from .opening import Unreadable, open_file
from .report import FileVerdict, Outcome
from .trust import TrustStore

_log = logging.getLogger(__name__)
MAX_FILE = 512 * 1024 * 1024  # bytes: above this a file is not read into memory


def verify_file(
    path: Path,
    *,
    trust: TrustStore,
    at: datetime | None = None,
    online: bool = False,
    compare_pages: bool = True,
    password: str = "",
    runner: asyncio.Runner | None = None,
) -> FileVerdict:
    """Judge one PDF. ``at`` is the aware moment of judgement (None: now). Never raises for what a file contains.

    ``password`` opens an encrypted file. Not from inside a running event loop; ``runner`` spares one that judges many files the making
    of a loop for each.
    """
    moment = at or datetime.now(UTC)
    try:
        data = _read(path)
    except Unreadable as error:
        return FileVerdict(str(path), "", Outcome.UNREADABLE, error.code, at=moment)
    return verify_bytes(
        data,
        name=str(path),
        trust=trust,
        at=at,
        online=online,
        compare_pages=compare_pages,
        password=password,
        folder=path.parent,
        runner=runner,
    )


def verify_bytes(
    data: bytes,
    *,
    name: str,
    trust: TrustStore,
    at: datetime | None = None,
    online: bool = False,
    compare_pages: bool = True,
    password: str = "",
    folder: Path | None = None,
    runner: asyncio.Runner | None = None,
) -> FileVerdict:
    """The same for bytes already read; ``name`` is only repeated in the verdict. ``folder``: where its attachments may lie."""
    moment = at or datetime.now(UTC)
    verdict = FileVerdict(
        name, hashlib.sha256(data).hexdigest(), Outcome.UNREADABLE, "file.not_judged", size=len(data), at=moment
    )
    try:
        opened = open_file(data, password)
        inspection = Inspection(data, opened, trust, moment, online and at is None, compare_pages, password, folder)
        try:
            return (runner.run if runner is not None else asyncio.run)(inspection.run(verdict))
        finally:
            opened.reader.stream.close()  # pyHanko's objects go in circles: else the file's bytes stay until memory is swept
    except Unreadable as error:
        return replace(verdict, reason=error.code)
    except Exception:  # noqa: BLE001 - every exception becomes a verdict, never a traceback
        _log.info("not judged", exc_info=True)
        return verdict


def _read(path: Path) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable("file.not_found")
        if facts.st_size > MAX_FILE:
            raise Unreadable("file.too_large")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable("file.not_found") from error
