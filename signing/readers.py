"""Card readers as the caller sees them: asked through a child process that can be ended at any moment (``signing.pcsc_child``)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, cast

from .pcsc import Reader
from .worker_process import spawn_options

FROZEN_ARGUMENT = "--card-readers"  # the frozen program's entry gives what follows to signing.pcsc_child.main
ONCE_LIMIT = 5.0  # seconds


class ServiceState(StrEnum):
    """How the reader service stands."""

    RUNNING = "running"
    ABSENT = "absent"  # installed or not, it does not run
    NO_LIBRARY = "no_library"
    HUNG = "hung"


@dataclass(frozen=True, slots=True)
class Readers:
    """The service and its readers. Without a service there are none; that is no error."""

    state: ServiceState
    readers: tuple[Reader, ...] = ()


_ABSENT = {"library": ServiceState.NO_LIBRARY, "service": ServiceState.ABSENT}


def read_readers(*, environment: Mapping[str, str] | None = None, timeout: float = ONCE_LIMIT) -> Readers:
    """Look once; a service that does not answer within ``timeout`` seconds is HUNG."""
    try:
        process = _spawn(["--once"], environment)
    except OSError:  # no process can be started
        return Readers(ServiceState.ABSENT)
    try:
        answer, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Readers(ServiceState.HUNG)
    return _parsed(answer) or Readers(ServiceState.ABSENT)


class ReaderWatch:
    """Calls ``listener`` from its own thread with the readers, at first and at every change. ``stop`` ends child and thread at once."""

    def __init__(self, listener: Callable[[Readers], None], *, environment: Mapping[str, str] | None = None) -> None:
        self._listener = listener
        self._stopping = False
        self._process = _spawn([], environment)
        self._thread = threading.Thread(target=self._listen, name="reader-watch", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int:
        """The child's process id, for diagnosis."""
        return self._process.pid

    def stop(self) -> None:
        """End it; the listener is not called any more."""
        self._stopping = True
        self._process.kill()
        self._thread.join()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            cast("IO[bytes]", stream).close()

    def _listen(self) -> None:
        for line in cast("IO[bytes]", self._process.stdout):
            seen = _parsed(line)
            if seen is not None and not self._stopping:
                self._listener(seen)
        if not self._stopping:  # it crashed: as good as no service
            self._listener(Readers(ServiceState.ABSENT))


def reader_command(*, frozen: bool, executable: str) -> Sequence[str]:
    """How the child is started: by Python, or by the frozen program itself."""
    return (executable, FROZEN_ARGUMENT) if frozen else (executable, "-P", "-m", "signing.pcsc_child")


def _parsed(line: bytes) -> Readers | None:
    try:
        message = json.loads(line)
        if "absent" in message:
            return Readers(_ABSENT[message["absent"]])
        readers = tuple(Reader(str(name), bool(there), bytes.fromhex(atr)) for name, there, atr in message["readers"])
    except (ValueError, KeyError, TypeError):
        return None
    return Readers(ServiceState.RUNNING, readers)


def _spawn(arguments: Sequence[str], environment: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*reader_command(frozen=bool(getattr(sys, "frozen", False)), executable=sys.executable), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        **spawn_options(),
    )
