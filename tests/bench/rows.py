"""What ``make bench`` measures: one function per row of limits.toml, each returning milliseconds of one run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import tsp

from desktop.practice.pki import PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices


def command_start() -> float:
    with stopwatch() as read:
        subprocess.run([sys.executable, "-m", "desktop", "--help"], check=True, capture_output=True)
        return read()


def practice_pki() -> float:
    with tempfile.TemporaryDirectory() as folder, stopwatch() as read:
        PracticePki.create(Path(folder), port=free_port(), now=datetime.now(UTC))
        return read()


def practice_services() -> float:
    with _pki() as pki, stopwatch() as read, PkiServices(pki):
        return read()


def timestamp() -> float:
    message = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
    request = tsp.TimeStampReq({"version": "v1", "message_imprint": message, "cert_req": True}).dump()
    services = _SERVICES.get()
    with stopwatch() as read, urllib.request.urlopen(services.tsa_url, request) as answer:
        answer.read()
        return read()


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Milliseconds since the block began."""
    began = time.perf_counter()
    yield lambda: (time.perf_counter() - began) * 1000


@contextmanager
def _pki() -> Iterator[PracticePki]:
    with tempfile.TemporaryDirectory() as folder:
        yield PracticePki.create(Path(folder), port=free_port(), now=datetime.now(UTC))


class _Shared:
    """Services that several runs use; ``close`` stops them."""

    def __init__(self) -> None:
        self._open: tuple[tempfile.TemporaryDirectory[str], PkiServices] | None = None

    def get(self) -> PkiServices:
        if self._open is None:
            folder = tempfile.TemporaryDirectory()
            services = PkiServices(PracticePki.create(Path(folder.name), port=free_port(), now=datetime.now(UTC)))
            services.start()
            self._open = folder, services
        return self._open[1]

    def close(self) -> None:
        if self._open is not None:
            folder, services = self._open
            services.stop()
            folder.cleanup()
            self._open = None


_SERVICES = _Shared()
close = _SERVICES.close
ROWS: dict[str, Callable[[], float]] = {
    "command_start": command_start,
    "practice_pki": practice_pki,
    "practice_services": practice_services,
    "timestamp": timestamp,
}
