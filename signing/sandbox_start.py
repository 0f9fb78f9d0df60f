"""How the verifier's children start, also ahead of time: before it is known what they will be asked, or how many are needed.

This module loads next to nothing: a command line starts its children first and reads its own arguments while they load.
"""

from __future__ import annotations

import os
import sys
import threading

from .errors import SigningError
from .piped_child import PipedChild, child_command

FROZEN_ARGUMENT = "--verifier"  # the frozen program's entry gives this to signing.sandbox_child.main
_MAX_ANSWER = 64 * 1024 * 1024  # bytes
_MOST_JOBS = 8  # more children than this wait for the disk, and each takes 100 MB
_lock = threading.Lock()
_ahead: list[PipedChild] = []


def default_jobs() -> int:
    """As many as this process may use processors, at most eight."""
    try:
        usable = len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:  # not on Windows and macOS
        usable = os.cpu_count() or 1
    return max(1, min(usable, _MOST_JOBS))


def start_ahead(children: int) -> None:
    """Start that many and wait for none; the next verifiers take them. Where none can be started nothing is said: whoever needs one is
    told. Whoever calls this calls ``end_ahead`` too.
    """
    try:
        for _ in range(children):
            made = _start()
            with _lock:
                _ahead.append(made)
    except OSError:
        return


def end_ahead() -> None:
    """End those that nobody took."""
    with _lock:
        left, _ahead[:] = list(_ahead), []
    for child in left:
        child.end()
        child.reap()


def take_child() -> PipedChild:
    """One that was started ahead and is alive, else a new one. Raises SigningError ``verifier.not_started``."""
    while True:
        with _lock:
            child = _ahead.pop(0) if _ahead else None
        if child is None:
            break
        if child.alive:
            return child
        child.reap()
    try:
        return _start()
    except OSError as error:
        raise SigningError("verifier.not_started") from error


def _start() -> PipedChild:
    frozen = bool(getattr(sys, "frozen", False))
    command = child_command("signing.sandbox_child", FROZEN_ARGUMENT, frozen=frozen, executable=sys.executable)
    return PipedChild(command, largest=_MAX_ANSWER)
