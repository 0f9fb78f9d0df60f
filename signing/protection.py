"""Keeps a process in which a PIN passes out of core dumps and away from debuggers. Wiping immutable strings is impossible; this is not."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from dataclasses import dataclass

_PR_GET_DUMPABLE = 3
_PR_SET_DUMPABLE = 4
_NO_HEAP = 1  # WER_FAULT_REPORTING_FLAG_NOHEAP
_NO_BOXES = 0x0001 | 0x0002 | 0x8000  # SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX


@dataclass(frozen=True, slots=True)
class Protection:
    """How the calling process is protected. ``None`` where the system has no such thing (Windows, macOS)."""

    core_limit: int | None
    dumpable: int | None


def protect_process() -> Protection:
    """No core files (RLIMIT_CORE 0); on Linux no tracing by others (PR_SET_DUMPABLE 0); on Windows no heap in fault reports.

    Safe to call again.
    """
    if sys.platform == "win32":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.windll.kernel32.WerSetFlags(_NO_HEAP)
    else:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        _prctl(_PR_SET_DUMPABLE, 0)
    return protection()


def die_quietly() -> None:
    """On Windows, end without a box that waits for somebody to press a button: the token worker's child has nobody to press it."""
    if sys.platform == "win32":
        with contextlib.suppress(AttributeError, OSError):
            ctypes.windll.kernel32.SetErrorMode(_NO_BOXES)


def protection() -> Protection:
    """The present state, read back from the kernel."""
    core_limit: int | None = None
    dumpable: int | None = None
    if sys.platform != "win32":
        import resource

        core_limit = resource.getrlimit(resource.RLIMIT_CORE)[0]
    if sys.platform == "linux":
        dumpable = _prctl(_PR_GET_DUMPABLE, 0)
    return Protection(core_limit, dumpable)


def _prctl(option: int, value: int) -> int:
    return int(ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0))
