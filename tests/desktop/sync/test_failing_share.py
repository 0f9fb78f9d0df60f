"""A share or a disk that fails in the middle of an exchange, at every call in turn: nothing is lost, doubled or half there."""

from __future__ import annotations

import errno
import os
import resource
import sys
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from tests.desktop.sync.office import Seat
from tests.fixtures.failing_disk import FailingDisk, failing

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads where a file lies from /proc")
NUMBERS = (errno.ESTALE, errno.EIO, errno.EACCES, errno.ENOSPC)


@pytest.mark.parametrize(
    "number", [errno.ESTALE, errno.EIO, errno.EACCES, errno.ENOSPC], ids=lambda n: errno.errorcode[n]
)
def test_a_share_that_fails_during_an_exchange(
    juana: Seat, pedro: Seat, tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop.storage.folder._WAIT", 0.02)
    juana.make("doc-1", b"pdf" * 1000)
    juana.dispatch("doc-1", "slip-1", "unit-b")
    root, codes = tmp_path / "exchange", set()
    for at in (0, 1, 2, 5, 11, 17, 23, 31, 41, 53, 67, 83):
        with failing(FailingDisk(root, number, at, gone=True)):
            for work in (juana.push, pedro.pull):
                try:
                    work()
                except OfficeError as error:
                    codes.add(error.code)
        for _ in range(61):
            juana.now()  # rows that failed wait for their time
    assert len(codes) >= 1
    assert all(code.startswith("storage.") for code in codes)
    for claim in root.rglob(".claim-*"):  # those that could not be taken away count for half a minute
        os.utime(claim, (0, 0))
    juana.push()
    assert juana.store.outbox_counts().waiting == 0
    report = pedro.pull(full=True)
    assert (report.gaps, report.quarantined) == ((), 0)
    assert len(pedro.store.slips()) == 1
    assert pedro.store.quarantined() == []
    assert pedro.store.has_bytes(pedro.store.document("doc-1").digest)


@pytest.mark.parametrize("more", [0, 20_000, 60_000, 150_000], ids=lambda more: f"{more // 1000}k")
def test_a_disk_of_one_s_own_that_is_full_in_mid_pull(juana: Seat, pedro: Seat, more: int) -> None:
    """The database itself gets no more room, wherever it stands: SQLite is refused by the system, as by a full disk."""
    for number in range(4):
        juana.make(f"doc-{number}", os.urandom(40_000), number)
        juana.dispatch(f"doc-{number}", f"slip-{number}", "unit-b")
    juana.push()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    grown = max(path.stat().st_size for path in pedro.store.incoming.parent.glob("desk.sqlite3-wal"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown + more, hard))  # Python ignores the signal that comes with it
    try:
        with pytest.raises(OfficeError, match=r"store\.disk_full") as told:
            pedro.pull()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert told.value.on_disk == "unchanged"
    before = len(pedro.store.slips())
    report = pedro.pull()
    assert (before + report.events, report.gaps, report.quarantined) == (4, (), 0)
    assert all(pedro.store.has_bytes(view.digest) for view in pedro.store.documents())
    assert pedro.store.quarantined() == []
