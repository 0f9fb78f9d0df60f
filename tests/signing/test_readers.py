"""Card readers, over Debian's own pcscd with a virtual reader in it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from signing.pcsc import CardService, Reader, ServiceAbsent
from signing.readers import Readers, ReaderWatch, ServiceState, read_readers, reader_command
from tests.fixtures.card_reader import ATHENA, FEITIAN, CardReader

FIRST, SECOND = "Lector virtual 00 00", "Lector virtual 00 01"


@pytest.fixture
def reader(tmp_path):
    with CardReader(tmp_path / "reader") as reader:
        yield reader


class Told:
    """What a watch told, one after the other."""

    def __init__(self) -> None:
        self.queue: queue.Queue[Readers] = queue.Queue()

    def until(self, state: ServiceState, *cards: str, seconds: float = 20) -> Readers:
        deadline = time.monotonic() + seconds
        while True:
            seen = self.queue.get(timeout=max(0.01, deadline - time.monotonic()))
            if seen.state is state and [one.atr.hex() for one in seen.readers if one.present] == list(cards):
                return seen


def test_readers_and_cards_are_told_once(reader):
    reader.start()
    assert read_readers(environment=reader.environment) == Readers(
        ServiceState.RUNNING, (Reader(FIRST, present=False), Reader(SECOND, present=False))
    )


def test_cards_that_come_and_go_are_told_at_once_and_so_is_the_service(reader):
    told = Told()
    watch = ReaderWatch(told.queue.put, environment=reader.environment)
    try:
        told.until(ServiceState.ABSENT)
        reader.start()
        told.until(ServiceState.RUNNING)
        reader.insert(FEITIAN)
        seen = told.until(ServiceState.RUNNING, FEITIAN, seconds=5)
        assert [one.name for one in seen.readers if one.present] == [FIRST]
        reader.remove()
        told.until(ServiceState.RUNNING, seconds=5)
        reader.insert(ATHENA)
        told.until(ServiceState.RUNNING, ATHENA, seconds=5)
        reader.stop()
        told.until(ServiceState.ABSENT)
    finally:
        watch.stop()
    assert not Path(f"/proc/{watch.pid}").exists()


def test_without_a_service_there_is_an_empty_answer(tmp_path):
    environment = {"PCSCLITE_CSOCK_NAME": str(tmp_path / "nothing")}
    assert read_readers(environment=environment) == Readers(ServiceState.ABSENT)


def test_without_its_library_there_is_an_empty_answer(monkeypatch):
    monkeypatch.setattr("signing.pcsc._LIBRARIES", {"linux": "libnothing-of-that-name.so.1"})
    with pytest.raises(ServiceAbsent) as caught:
        CardService()
    assert caught.value.library is False


def test_a_service_that_hangs_is_said_to_hang(tmp_path):
    """A socket that accepts and never answers: what a pcscd looks like that waits for its reader."""
    import socket

    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute"))
        mute.listen()
        environment = {"PCSCLITE_CSOCK_NAME": str(tmp_path / "mute")}
        assert read_readers(environment=environment, timeout=1.5).state is ServiceState.HUNG
        watch = ReaderWatch(lambda _seen: None, environment=environment)
        started = time.monotonic()
        watch.stop()
        assert time.monotonic() - started < 5
        assert not Path(f"/proc/{watch.pid}").exists()


def test_a_wait_can_be_cancelled_from_another_thread(reader, monkeypatch):
    reader.start()
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", reader.environment["PCSCLITE_CSOCK_NAME"])
    with CardService() as service:
        assert [one.name for one in service.readers()] == [FIRST, SECOND]
        assert service.wait(0.05) is False
        timer = threading.Timer(0.3, service.cancel)
        timer.start()
        assert service.wait(60) is False
        timer.join()
        reader.insert(FEITIAN)
        assert service.wait(20) is True
        assert [one.atr.hex() for one in service.readers()] == [FEITIAN, ""]


def test_a_child_that_dies_counts_as_no_service(reader):
    told = Told()
    reader.start()
    watch = ReaderWatch(told.queue.put, environment=reader.environment)
    try:
        told.until(ServiceState.RUNNING)
        os.kill(watch.pid, signal.SIGKILL)
        told.until(ServiceState.ABSENT)
    finally:
        watch.stop()


def test_the_child_ends_with_its_parent(tmp_path):
    process = subprocess.Popen(
        list(reader_command(frozen=False, executable=os.sys.executable)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "nothing")},
    )
    assert process.stdout.readline() == b'{"absent": "service"}\n'
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def test_the_frozen_program_starts_its_own_child():
    assert reader_command(frozen=True, executable="qillqa.exe") == ("qillqa.exe", "--card-readers")
