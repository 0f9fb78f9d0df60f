"""The text of a scan, read by tesseract where it is installed. Never needed: without it a scan is as good, only not found by its words.

tesseract is a program beside ours. It gets one picture on its standard input, answers on its standard output, and is stopped at a
limit of time; on Linux a limit of memory besides (docs/decisions/0035).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.records.errors import OfficeError

from .scans import Progress, ScanPage

LANGUAGE = "spa"
SECONDS = 60.0  # for one page
MOST_PAGES = 60  # read at once; the rest of a longer scan is told
MEMORY = 2 * 1024**3  # bytes of address space
PAGE_END = "\f"  # between pages, as tesseract itself writes it
_LONGEST = 200_000  # signs kept of one page
_WINDOWS = Path("Tesseract-OCR") / "tesseract.exe"


@dataclass(frozen=True, slots=True)
class ReadText:
    """The pages' text with PAGE_END between them, empty where nothing was read; ``notices`` say what was not, and why."""

    text: str = ""
    notices: tuple[OfficeError, ...] = ()


def find_reader() -> Path | None:
    """Where tesseract is; None where it is not installed."""
    if found := shutil.which("tesseract"):
        return Path(found)
    if sys.platform == "win32":  # its installer leaves PATH alone
        for place in ("ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"):
            path = Path(os.environ.get(place, "")) / _WINDOWS
            if path.is_file():
                return path
    return None


def read_pages(
    pages: Sequence[ScanPage],
    *,
    reader: Path | None = None,
    seconds: float = SECONDS,
    most: int = MOST_PAGES,
    progress: Progress | None = None,
) -> ReadText:
    """What stands on these pages. Never raises; ``notices``: ``ocr.missing``, ``_no_spanish``, ``_page_failed``, ``_pages_left``."""
    program = reader or find_reader()
    if program is None:
        return ReadText(notices=(OfficeError("ocr.missing"),))
    if LANGUAGE not in languages(program):
        return ReadText(notices=(OfficeError("ocr.no_spanish", language=LANGUAGE),))
    texts: list[str] = []
    notices: list[OfficeError] = []
    for number, page in enumerate(pages[:most], 1):
        text = _read(program, page.data, seconds)
        if text is None:
            notices.append(OfficeError("ocr.page_failed", page=number))
        texts.append(text or "")
        if progress is not None:
            progress(number, min(len(pages), most))
    if len(pages) > most:
        notices.append(OfficeError("ocr.pages_left", read=most, pages=len(pages)))
    return ReadText(PAGE_END.join(texts) if any(texts) else "", tuple(notices))


def languages(program: Path) -> frozenset[str]:
    """The languages that it can read; none where it does not even say."""
    told = _run([str(program), "--list-langs"], b"", 10.0)
    return frozenset(told.decode("utf-8", "replace").split()) if told is not None else frozenset()


def _read(program: Path, picture: bytes, seconds: float) -> str | None:
    told = _run([str(program), "stdin", "stdout", "-l", LANGUAGE, "--psm", "3"], picture, seconds)
    if told is None:
        return None
    lines = [line.rstrip() for line in told.decode("utf-8", "replace").replace(PAGE_END, "").splitlines()]
    return "\n".join(line for line in lines if line)[:_LONGEST]


def _run(command: list[str], given: bytes, seconds: float) -> bytes | None:
    """Its standard output; None when it fails, or takes longer, and is stopped."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows no black window flashes
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=flags,
        )
    except OSError:
        return None
    with process:
        try:
            _limit(process.pid)
            told, _ = process.communicate(given, timeout=seconds)
        except (subprocess.TimeoutExpired, OSError):
            return None
        finally:
            process.kill()
    return told if process.returncode == 0 else None


def _limit(pid: int) -> None:
    if sys.platform == "linux":
        import resource

        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
