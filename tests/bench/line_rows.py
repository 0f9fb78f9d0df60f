"""Rows of the line: the push beside rclone, and a quiet pull. One SeaweedFS of this machine serves both sides of a comparison."""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from desktop.practice.seaweed import SeaweedServer
from desktop.storage import ObjectStore, S3Settings, open_storage
from desktop.store.desk import DeskStore
from desktop.sync.keys import Mail, blob_key, head_key
from desktop.sync.pull import pull
from desktop.sync.push import push
from tests.desktop.sync.exchanges import Counting
from tests.desktop.sync.office import ENTITY, NOW, make_office

OBJECTS = 2000  # half of them events, each with its blob
SIZE = 2000  # bytes
KNOWN = 100_000
ROUNDS = 5
_CLOSING: list[Callable[[], object]] = []


def close() -> None:
    """Stop the server and remove what was made."""
    while _CLOSING:
        _CLOSING.pop()()
    _server.cache_clear()
    _quiet.cache_clear()


@cache
def _server() -> SeaweedServer:
    folder = tempfile.TemporaryDirectory(prefix="qillqa-bench-")
    _CLOSING.append(folder.cleanup)
    server = SeaweedServer(Path(folder.name) / "weed")
    server.start()
    _CLOSING.append(server.stop)
    return server


def _store_at(prefix: str) -> ObjectStore:
    server = _server()
    settings = S3Settings(endpoint=server.endpoint, access_key=server.access_key, secret_key=server.secret_key)
    return open_storage(f"{server.url}/{prefix}", s3=settings)


def push_over_rclone() -> float:
    """Our push, outbox and ordering included, in times of ``rclone copy`` of the same objects to the same server."""
    ratios = []
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="qillqa-bench-") as folder:
            objects = _objects(number)
            ours = _push_time(Path(folder), objects, f"push-{number}")
            theirs = _rclone_time(Path(folder), objects, f"rclone-{number}")
        ratios.append(ours / theirs)
    return statistics.median(ratios)


def _objects(number: int) -> list[tuple[str, bytes]]:
    """A blob and the event that follows it, and so on."""
    found = []
    for seq in range(1, OBJECTS // 2 + 1):
        cipher, event = os.urandom(SIZE), os.urandom(SIZE)
        found.append((blob_key(hashlib.sha256(cipher).hexdigest()), cipher))
        mail = Mail(ENTITY, f"unit-{seq % 7}", f"device-{number}", seq // 7 + 1, hashlib.sha256(event).hexdigest())
        found.append((mail.key, event))
    return found


def _push_time(folder: Path, objects: list[tuple[str, bytes]], prefix: str) -> float:
    exchange = _store_at(prefix)
    with DeskStore.open(folder / "home", now=NOW) as store:
        for at in range(0, len(objects), 2):
            with store.act() as act:  # one act of the office: its blob, then its event
                (blob, cipher), (mail, event) = objects[at], objects[at + 1]
                act.enqueue(blob, act.put_bytes(cipher))
                act.enqueue(mail, event)
        begun = time.perf_counter()
        report = push(store, exchange, now=NOW)
        took = time.perf_counter() - begun
    exchange.close()
    if (report.deliveries, report.blobs) != (OBJECTS // 2, OBJECTS // 2):
        raise OSError("the push did not send everything")
    return took


def _rclone_time(folder: Path, objects: list[tuple[str, bytes]], prefix: str) -> float:
    source = folder / "files"
    for key, data in objects:
        path = source / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    server = _server()
    remote = {
        "RCLONE_CONFIG_W_TYPE": "s3",
        "RCLONE_CONFIG_W_PROVIDER": "SeaweedFS",
        "RCLONE_CONFIG_W_ENDPOINT": server.endpoint,
        "RCLONE_CONFIG_W_ACCESS_KEY_ID": server.access_key,
        "RCLONE_CONFIG_W_SECRET_ACCESS_KEY": server.secret_key,
        "RCLONE_CONFIG_W_NO_CHECK_BUCKET": "true",
        "RCLONE_CONFIG": os.devnull,
    }
    program = Path(sysconfig.get_path("scripts")) / ("rclone.exe" if os.name == "nt" else "rclone")
    begun = time.perf_counter()
    subprocess.run(
        [program, "copy", "--quiet", str(source), f"w:{server.bucket}/{prefix}"],
        env={**os.environ, **remote},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - begun


@cache
def _quiet() -> tuple[float, int]:
    """Milliseconds and requests of a pull from a mailbox of which everything is known."""
    office, exchange = make_office(), _store_at("quiet")
    device, unit = office.key_a.id, "unit-b"

    def put(seq: int) -> None:
        data = b"%d" % seq
        exchange.put_if_absent(Mail(ENTITY, unit, device, seq, hashlib.sha256(data).hexdigest()).key, data)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(put, range(1, KNOWN + 1), chunksize=500))
    exchange.put(head_key(ENTITY, unit, device), str(KNOWN).encode())
    (entry,) = exchange.list(head_key(ENTITY, unit, device))
    with tempfile.TemporaryDirectory(prefix="qillqa-bench-") as folder, DeskStore.open(Path(folder), now=NOW) as store:
        with store.act() as act:
            act.set_mailbox_seq(device, unit, KNOWN, entry.tag)
        store.set_setting(f"pull.listed:{unit}", NOW.isoformat())
        best, requests = float("inf"), 0
        for _ in range(5):
            watched = Counting(exchange)
            begun = time.perf_counter()
            report = pull(store, watched, office.key_b, office.directory, (unit,), now=NOW)
            best = min(best, time.perf_counter() - begun)
            requests = len(watched.calls)
            if (report.events, report.problems) != (0, ()):
                raise OSError("the quiet pull was not quiet")
    exchange.close()
    return best * 1000, requests


def quiet_pull_time() -> float:
    """In milliseconds."""
    return _quiet()[0]


def quiet_pull_requests() -> float:
    """How many it asked."""
    return float(_quiet()[1])


ROWS: dict[str, Callable[[], float]] = {
    "push_over_rclone": push_over_rclone,
    "quiet_pull_100k": quiet_pull_time,
    "quiet_pull_requests": quiet_pull_requests,
}
