"""A file share in trouble at each of its system calls: a sentence, nothing half there, and the next sync does the rest."""

from __future__ import annotations

import errno
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.storage.folder import FolderStore
from desktop.words import words
from tests.fixtures.failing_disk import FailingDisk, failing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads where a file lies from /proc")
ERRORS = {
    errno.ESTALE: "storage.unreachable", errno.EIO: "storage.unreachable", errno.ENOTCONN: "storage.unreachable",
    errno.EACCES: "storage.denied", errno.ENOSPC: "storage.disk_full",
}  # fmt: skip
OLD, NEW = b"antes" * 100, b"despues" * 100
TAG = hashlib.sha256(OLD).hexdigest()
Work = Callable[[FolderStore], object]
WORKS: dict[str, Work] = {
    "put_if_absent": lambda store: store.put_if_absent("a/b/new", NEW),
    "put": lambda store: store.put("a/old", NEW),
    "put_if_match": lambda store: store.put_if_match("a/old", NEW, TAG),
    "get": lambda store: store.get("a/old"),
    "list": lambda store: list(store.list("")),
}
MOST = {
    "put_if_absent": {"open", "write", "fsync", "link", "mkdir", "stat", "lstat"},
    "put": {"open", "write", "fsync", "replace"},
    "put_if_match": {"open", "read", "write", "fsync", "replace"},
    "get": {"open", "read"},
    "list": {"scandir", "readdir", "stat"},
}


@pytest.mark.parametrize("gone", [False, True], ids=["once", "gone"])
@pytest.mark.parametrize("number", ERRORS, ids=lambda number: errno.errorcode[number])
@pytest.mark.parametrize("work", WORKS)
def test_each_call_that_fails(
    tmp_path: Path, work: str, number: int, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.storage.folder._WAIT", 0.02)
    met: set[str] = set()
    for at in range(100):
        root = tmp_path / f"share-{at}"
        store = FolderStore(root, create=True)
        store.put("a/old", OLD)
        told: OfficeError | None = None
        with failing(FailingDisk(root, number, at, gone=gone)) as disk:
            try:
                WORKS[work](store)
            except OfficeError as error:
                told = error
        if not disk.failed:
            break
        met.add(disk.calls[at])
        if told is not None:
            expected = {ERRORS[number], "storage.busy"} if number == errno.EACCES else {ERRORS[number]}
            assert told.code in expected, disk.calls
            assert words(told.code, "es", told.facts).do
        elif work in ("get", "list"):
            pytest.fail(f"{disk.calls} failed and nobody was told")
        whole = {entry.key: store.get(entry.key) for entry in store.list("")}
        assert set(whole) <= {"a/old", "a/b/new"}
        assert whole.pop("a/old") in (OLD, NEW)
        assert whole.get("a/b/new", NEW) == NEW
        for claim in root.rglob(".claim-*"):  # what could not be taken away: taken over after half a minute
            claim.unlink()
        WORKS[work](FolderStore(root))  # the share is back
        if work == "put_if_absent":
            assert store.get("a/b/new") == NEW
        elif work == "put":
            assert store.get("a/old") == NEW
    else:
        pytest.fail("it never ended")
    assert met >= MOST[work]


@pytest.mark.parametrize(
    "number", [errno.ESTALE, errno.EIO, errno.ENOTCONN], ids=lambda number: errno.errorcode[number]
)
@pytest.mark.parametrize("at", [0, 1])
def test_a_share_that_does_not_say_whether_it_is_there(tmp_path: Path, number: int, at: int) -> None:
    """Something is missing, and the question whether all of it went is not answered either."""
    store = FolderStore(tmp_path)
    for work in (lambda: store.get("a/missing"), lambda: list(store.list("missing/"))):
        with failing(FailingDisk(tmp_path, number, at, gone=True)) as disk, pytest.raises(OfficeError) as told:
            work()
        assert disk.failed
        assert told.value.code == "storage.unreachable"
