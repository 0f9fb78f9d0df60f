"""Rows of the archive's writing: a ready AIP into a folder, and into a bucket with object lock; each beside a plain copy of the same files.

Rounds take turns in one run, and the ratio is of their medians. What is told of the requests and of the locks was counted in that run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import statistics
import subprocess
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.archive.s3_root import S3Root
from desktop.archive.sealing import seal
from desktop.practice.seaweed import SeaweedServer
from desktop.storage import S3Settings
from desktop.storage.durable import sync_folder
from desktop.storage.s3 import S3Store
from tests.conformance.archive_root import USER
from tests.fixtures.filled_root import fill, packages

AIPS = 30
SIZE = 200_000  # bytes of the document in each; thirteen small files lie beside it
SMALL = 6
ROUNDS = 3
_LOCK = timedelta(hours=1)
_CLOSING: list[Callable[[], object]] = []
_TOLD: dict[str, str] = {}


def close() -> None:
    """Stop the server and remove what was made."""
    while _CLOSING:
        _CLOSING.pop()()
    _server.cache_clear()


def note(name: str) -> str:
    """What else is to be told of a row, when it was measured."""
    return _TOLD.get(name, "")


def aip_folder() -> float:
    """Writing ready AIPs into a folder root, in times of copying the same files with every file and folder synced."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory(prefix="qillqa-bench-") as folder:
        base = Path(folder)
        for number in range(ROUNDS):
            aips = packages(AIPS, size=SIZE, small=SMALL, first=number * AIPS)
            root = FolderRoot(base / f"ours-{number}", create=True)
            begun = time.perf_counter()
            for name, files in aips.items():
                root.write_version(name, dict(files), base=None, message="Ingreso", user=USER, now=datetime.now(UTC))
            ours.append(time.perf_counter() - begun)
            theirs.append(_copied(root.path, [object_folder(name) for name in aips], base / f"theirs-{number}"))
    _TOLD["aip_folder"] = f" ({1000 * statistics.median(ours) / AIPS:.1f} ms each)"
    return statistics.median(ours) / statistics.median(theirs)


def _copied(source: Path, folders: list[str], target: Path) -> float:
    """Seconds of a plain copy: each file written and synced, then each folder that got an entry."""
    begun = time.perf_counter()
    for folder in folders:
        made: set[Path] = set()
        for path in sorted((source / folder).rglob("*")):
            if path.is_dir():
                continue
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as reading, place.open("xb") as writing:
                shutil.copyfileobj(reading, writing)
                writing.flush()
                os.fsync(writing.fileno())
            made.update(parent for parent in place.parents if parent.is_relative_to(target))
        for parent in sorted(made, reverse=True):
            sync_folder(parent)
    return time.perf_counter() - begun


def archive_s3() -> float:
    """Writing ready AIPs into a bucket with object lock, in times of ``rclone copy --checksum`` of the same keys and sizes."""
    ours, theirs = [], []
    store, asked = _store("ours")
    with contextlib.closing(S3Root(store, create=True)) as root, tempfile.TemporaryDirectory() as folder:
        asked.clear()
        for number in range(ROUNDS):
            aips = packages(AIPS, size=SIZE, small=SMALL, first=number * AIPS)
            begun = time.perf_counter()
            for name, files in aips.items():
                root.write_version(name, dict(files), base=None, message="Ingreso", user=USER, now=datetime.now(UTC))
            ours.append(time.perf_counter() - begun)
            source = Path(folder) / f"{number}"
            fill(source, AIPS, size=SIZE, small=SMALL, first=number * AIPS)
            theirs.append(_rclone(source / "root", f"theirs-{number}"))
        counted = asked.total() / ROUNDS
        last = [(object_folder(name), root.inventory(name)) for name in aips]
        keys = sum(len(inventory.named_paths()) for _, inventory in last if inventory is not None)
        asked.clear()
        begun = time.perf_counter()
        sealed = seal(store, last, datetime.now(UTC), quarantine=timedelta(0), term=_LOCK, renew_within=timedelta(0))
        took = time.perf_counter() - begun
        if sealed.locked != keys or sealed.refused:
            raise OSError(f"{sealed.locked} of {keys} keys were locked")
    _TOLD["archive_s3"] = (
        f" ({1000 * statistics.median(ours) / AIPS:.0f} ms and {keys / AIPS:.0f} keys each, {counted / keys:.2f} requests a key; apart: "
        f"{asked.total() / sealed.locked:.2f} requests and {1000 * took / sealed.locked:.1f} ms a key to lock it)"
    )
    return statistics.median(ours) / statistics.median(theirs)


@cache
def _server() -> SeaweedServer:
    folder = tempfile.TemporaryDirectory(prefix="qillqa-bench-")
    _CLOSING.append(folder.cleanup)
    server = SeaweedServer(Path(folder.name) / "weed")
    server.start()
    _CLOSING.append(server.stop)
    return server


def _store(prefix: str) -> tuple[S3Store, Counter[str]]:
    """A store whose requests are counted as they leave, by their operation; a retry counts, too."""
    server = _server()
    settings = S3Settings(endpoint=server.endpoint, access_key=server.access_key, secret_key=server.secret_key)
    store, asked = S3Store(server.bucket, prefix, settings), Counter[str]()

    def count(event_name: str, **_: Any) -> None:
        asked[event_name.rpartition(".")[2]] += 1

    store._client().meta.events.register("before-send.s3", count)
    return store, asked


def _rclone(source: Path, prefix: str) -> float:
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
        [program, "copy", "--checksum", "--quiet", str(source), f"w:{server.bucket}/{prefix}"],
        env={**os.environ, **remote},
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - begun


ROWS: dict[str, Callable[[], float]] = {"aip_folder": aip_folder, "archive_s3": archive_s3}
