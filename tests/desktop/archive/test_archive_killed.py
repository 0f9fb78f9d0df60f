"""Writers that are killed (SIGKILL) at every step and four that write at once, as processes of their own, on both kinds of root."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop.archive.folder_root import FolderRoot
from desktop.archive.inventory import object_folder
from desktop.archive.reading import read_file
from desktop.archive.roots import Root, open_root
from desktop.archive.s3_root import S3Root
from desktop.storage import LockingStore, S3Settings
from tests.conformance.archive_root import NOW, ONE, USER
from tests.judges.verdicts import judge_ocfl_root

WRITER = """
import json, os, signal, sys, time
from datetime import UTC, datetime
from desktop.archive.inventory import User
from desktop.archive.roots import open_root
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings

url, known, object_id, step, who, count = sys.argv[1:7]
settings = S3Settings(**json.loads(known)) if known != "{}" else None

def fault(name):
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)

root = open_root(url, s3=settings, fault=fault)
for number in range(int(count)):
    for _ in range(3000):
        now = root.inventory(object_id)
        try:
            root.write_version(object_id, {f"{who}-{number}": f"{who} {number}".encode()},
                               base=now.head if now else None, message="m", user=User("u", "urn:u"), now=datetime.now(UTC))
            break
        except OfficeError as error:
            if error.code not in ("archive.conflict", "archive.busy"):
                raise
            time.sleep(0.01)
    else:
        sys.exit(3)
"""
FOLDER_STEPS = ("staged", "renamed", "inventory copied")
S3_STEPS = ("leased", "first put", "version put", "committed", "sidecar put")


def _known(settings: S3Settings) -> str:
    return json.dumps(
        {name: value for name, value in asdict(settings).items() if name in ("endpoint", "access_key", "secret_key")}
    )


def _writer(url: str, known: str, object_id: str, step: str, who: str, count: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, url, known, object_id, step, who, str(count)])


def _later(store: LockingStore) -> S3Root:
    """An hour on: leases of the dead have run out."""
    return S3Root(store, clock=lambda: datetime.now(UTC) + timedelta(hours=1))


def _is_mended(root: Root, before: bool) -> None:
    """After opening for writing: what was accepted is there, the object is whole, and the next version can be written."""
    root.repair()
    found = root.inventory(ONE)
    if before:
        assert found is not None
        assert read_file(root, ONE, "accepted") == b"accepted"
    if found is not None:
        assert {file.path for file in root.files_at(object_folder(ONE))} == found.named_paths()
    assert root.repair().objects == ()
    root.write_version(ONE, {"after": b"1"}, base=found.head if found else None, message="m", user=USER, now=NOW)


@pytest.mark.full
@pytest.mark.parametrize("update", [False, True], ids=["new", "update"])
@pytest.mark.parametrize("step", [*FOLDER_STEPS, *S3_STEPS])
def test_killed_at_every_step(
    step: str, update: bool, tmp_path: Path, s3_url: str, s3_settings: S3Settings, s3_store: LockingStore,
    tree: Callable[[], Path],
) -> None:  # fmt: skip
    in_folder = step in FOLDER_STEPS
    url = f"folder:{tmp_path / 'archivo'}" if in_folder else s3_url
    known = "{}" if in_folder else _known(s3_settings)
    root = open_root(url, s3=s3_settings, create=True)
    if update:
        root.write_version(ONE, {"accepted": b"accepted"}, base=None, message="m", user=USER, now=NOW)
    writer = _writer(url, known, ONE, step, "dies", 1)
    expected = (
        0 if (step, update) == ("inventory copied", False) else -signal.SIGKILL
    )  # a new object comes with its inventory
    assert writer.wait(120) == expected
    _is_mended(root if in_folder else _later(s3_store), update)
    judged = judge_ocfl_root(root.path if isinstance(root, FolderRoot) else tree())
    assert judged.valid, judged.messages


@pytest.mark.parametrize("kind", ["folder", pytest.param("s3", marks=pytest.mark.full)])
def test_four_processes_one_of_them_killed(
    kind: str, tmp_path: Path, s3_url: str, s3_settings: S3Settings, s3_store: LockingStore, tree: Callable[[], Path]
) -> None:
    """No version of those who live is lost, whatever the dead one left."""
    url, known = (f"folder:{tmp_path / 'archivo'}", "{}") if kind == "folder" else (s3_url, _known(s3_settings))
    root = open_root(url, s3=s3_settings, create=True)
    writers = [_writer(url, known, ONE, "", str(who), 3) for who in range(3)]
    victim = _writer(url, known, ONE, "staged", "dies", 1)  # no step of S3: there he is killed by the clock
    if kind == "s3":
        time.sleep(1.0)
        victim.kill()
    assert victim.wait(120) in (0, -signal.SIGKILL)
    if kind == "s3":  # whoever died with the lease would hold the others for five minutes
        _until_free(s3_store)
    assert [writer.wait(300) for writer in writers] == [0, 0, 0]
    last = root if kind == "folder" else _later(s3_store)
    last.repair()
    inventory = last.inventory(ONE)
    assert inventory is not None
    assert {f"{who}-{number}" for who in range(3) for number in range(3)} <= set(inventory.state)
    judged = judge_ocfl_root(root.path if isinstance(root, FolderRoot) else tree())
    assert judged.valid, judged.messages


def _until_free(store: LockingStore) -> None:
    """Take the dead one's lease over, as time would, and give it back."""
    import hashlib

    from desktop.archive.lease import LEASE, leased

    key = f"leases/{hashlib.sha256(object_folder(ONE).encode()).hexdigest()}"
    if store.head(key) is not None:
        with leased(
            store, object_folder(ONE), lambda: datetime.now(UTC) + timedelta(hours=1), -timedelta(hours=2) + LEASE
        ):
            pass
