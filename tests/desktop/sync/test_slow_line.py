"""Behind a slow line: an event arrives while a large file is under way, a broken line costs a piece, and everything comes in the end.

In ``make test`` the line is quicker in the same proportions; ``make test-full`` takes 64 kbit/s and 600 ms as they are.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.storage import ObjectStore, S3Settings, open_storage
from desktop.sync.push import push
from tests.desktop.sync.office import ENTITY, Seat
from tests.fixtures.slow_line import SlowLine

MEGABYTE = 1 << 20
Behind = Callable[..., tuple[SlowLine, ObjectStore]]


@pytest.fixture(
    params=[40, pytest.param(1, marks=[pytest.mark.full, pytest.mark.timeout(1800)])], ids=["x40", "64 kbit/s"]
)
def behind(request: pytest.FixtureRequest, s3_url: str, s3_settings: S3Settings) -> Iterator[Behind]:
    """The bucket behind a line; how many times quicker than 64 kbit/s and 600 ms is the parameter."""
    quicker, lines, stores = request.param, list[SlowLine](), list[ObjectStore]()

    def make(**more: object) -> tuple[SlowLine, ObjectStore]:
        port = urlsplit(s3_settings.endpoint).port or 0
        rate = {"bits_per_second": 64_000 * quicker, "delay": 0.3 / quicker}
        line = SlowLine(port, **{**rate, **more})  # type: ignore[arg-type]
        line.__enter__()
        lines.append(line)
        settings = replace(s3_settings, endpoint=f"http://127.0.0.1:{line.port}", read_timeout=120.0, attempts=8)
        store = open_storage(s3_url, s3=settings)
        stores.append(store)
        return line, store

    yield make
    for store in stores:
        store.close()
    for line in lines:
        line.__exit__()


def test_an_event_arrives_while_a_large_file_is_under_way(
    juana: Seat, behind: Behind, s3_url: str, s3_settings: S3Settings
) -> None:
    _, store = behind()
    beside = open_storage(s3_url, s3=s3_settings)
    juana.make("doc-1", os.urandom(MEGABYTE))
    pusher = threading.Thread(target=lambda: push(juana.store, store, now=juana.now()))
    pusher.start()
    while not any(".d/" in entry.key for entry in beside.list("blobs/")):  # the first piece is there
        time.sleep(0.05)
    juana.act(EventKind.DRAFTED, "doc-9", {"kind": "informe", "subject": "urgente", "signers": []})
    late = juana.store.delivery_seq(juana.key.id, "unit-a")
    while not any(f"/{late:010d}-" in entry.key for entry in beside.list(f"units/{ENTITY}/unit-a/in/")):
        assert pusher.is_alive()
        time.sleep(0.05)
    assert not any(entry.key.endswith(".pieces") for entry in beside.list("blobs/"))  # its file is still under way
    pusher.join()
    assert juana.store.outbox_counts().waiting == 0
    beside.close()


def test_a_line_that_breaks_costs_a_piece_and_not_the_file(
    juana: Seat, pedro: Seat, behind: Behind, s3_url: str, s3_settings: S3Settings
) -> None:
    line, store = behind()
    beside = open_storage(s3_url, s3=s3_settings)
    juana.make("doc-1", os.urandom(MEGABYTE))

    class Cut:
        """Asks for a pause when most of the first file has gone."""

        def requested(self) -> bool:
            return sum(".d/" in entry.key for entry in beside.list("blobs/")) >= 3

    assert push(juana.store, store, now=juana.now(), pause=Cut()).paused
    line.__exit__()  # and the line is gone
    gone = replace(s3_settings, endpoint=f"http://127.0.0.1:{line.port}", attempts=1)
    with pytest.raises(OfficeError, match=r"storage\.unreachable"):
        push(juana.store, open_storage(s3_url, s3=gone), now=juana.now())
    again, store = behind()
    push(juana.store, store, now=juana.now())
    assert juana.store.outbox_counts().waiting == 0
    assert again.passed.up < 1.6 * MEGABYTE  # of two files of one megabyte, each a little more
    beside.close()


def test_everything_arrives_over_a_line_that_stalls_and_resets(juana: Seat, pedro: Seat, behind: Behind) -> None:
    line, store = behind(stall_every=100, stall=0.3, reset_one_in=20)
    for number in range(6):
        juana.make(f"doc-{number}", os.urandom(3_000), number)
        juana.dispatch(f"doc-{number}", f"slip-{number}", "unit-b")
    juana.make("doc-9", os.urandom(MEGABYTE // 2 + 50_000), 9)
    juana.dispatch("doc-9", "slip-9", "unit-b")
    for _ in range(60):
        try:
            juana.push(store)
            report = pedro.pull(store)
        except OfficeError as error:
            assert error.code == "storage.unreachable"  # noqa: PT017 - anything else is a failure of its own
            continue
        if juana.store.outbox_counts().waiting == 0 and not report.problems:
            break
        for _ in range(61):
            juana.now()  # rows that failed wait for their time
    assert len(pedro.store.slips()) == 7
    assert pedro.store.quarantined() == []
    assert all(pedro.store.has_bytes(pedro.store.document(f"doc-{n}").digest) for n in (*range(6), 9))
    assert line.passed.connections > 0
