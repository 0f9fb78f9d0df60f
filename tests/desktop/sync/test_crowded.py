"""A mailbox of a million files (8 000 of them in ``make test``): bounded memory and rows, the true acts first, a pause at any time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.storage import S3Settings
from desktop.storage.folder import FolderStore
from desktop.storage.ordered import RUN
from desktop.sync.keys import heads_prefix, mail_prefix
from desktop.words import words
from tests.desktop.sync.crowd import REAL, TRUE, Crowd
from tests.desktop.sync.office import ENTITY, Seat

MOST_MB = 100
MILLION = pytest.param(1_000_000, marks=[pytest.mark.full, pytest.mark.timeout(5400)])


@pytest.mark.parametrize("count", [8_000, MILLION])
def test_a_crowded_folder(tmp_path: Path, count: int) -> None:
    _read(tmp_path, count, "", 0)


@pytest.mark.parametrize("count", [8_000, MILLION])
def test_a_crowded_bucket(tmp_path: Path, count: int, s3_settings: S3Settings, s3_url: str) -> None:
    facts = {"url": s3_url, "endpoint": s3_settings.endpoint}
    keys = {"access_key": s3_settings.access_key, "secret_key": s3_settings.secret_key}
    _read(tmp_path, count, json.dumps({**facts, **keys}), REAL)


def _read(folder: Path, count: int, said: str, real: int) -> None:
    crowd = Crowd(count)
    command = [sys.executable, "-m", "tests.desktop.sync.crowd", str(count), str(folder)]
    done = subprocess.run(command, input=said, capture_output=True, text=True, timeout=5000)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    memory = f"memory grew by {found['grown_mb']:.1f} to {found['peak_mb']:.1f} MB"
    print(f"{count} files, {len(found['runs'])} runs, {memory}, read in {found['seconds']:.0f} s")
    first, *others, last = found["runs"]
    assert (first["paused"], first["events"]) == (True, TRUE)  # the news came first, whatever lies before them
    assert len(others) >= 1  # it was taken up where it had ended, and ended
    assert all(run["events"] == 0 for run in (*others, last))
    assert found["slips"] == TRUE
    strangers = crowd.photos + crowd.notes + real
    assert others[-1]["mail.foreign_many"] == strangers
    assert last["mail.foreign_many"] == strangers
    assert last["mail.refused_many"] == crowd.forged + crowd.unknown - 1000
    assert last["told"] <= 3
    assert found["noted"].pop("mail.foreign") == 1000
    assert sum(found["noted"].values()) == 1000
    assert 0 < found["grown_mb"] < MOST_MB
    assert str(strangers) in words("mail.foreign_many", "es", {"count": strangers}).what


def test_a_large_folder_is_listed_in_order_and_taken_up(tmp_path: Path) -> None:
    """More names than are held at a time: they are sorted on disk."""
    folder = tmp_path / "in"
    folder.mkdir()
    names = [f"{(n * 7919) % 1_000_003:07d}" for n in range(2 * RUN + 10)]
    for name in names:
        os.close(os.open(folder / name, os.O_CREAT | os.O_WRONLY))
    store = FolderStore(tmp_path)
    expected = [f"in/{name}" for name in sorted(names)]
    assert [entry.key for entry in store.list("in/")] == expected
    assert [entry.key for entry in store.list("in/", after=expected[-3])] == expected[-2:]


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ("in", b"foto-\xff.jpg"),
        ("in/device-a", b"foto-\xff"),
        ("in", b"con\nrenglones"),
        ("heads", b"foto-\xff.jpg"),
        ("heads", b"con"),
        ("heads", b"device-a "),
        ("in/con", b"0000000001-" + b"a" * 64 + b".jws"),
        ("in/\udcff", b"0000000001-" + b"a" * 64 + b".jws"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows makes no such names")
def test_a_name_that_nobody_can_ask_for_stops_nothing(
    juana: Seat, pedro: Seat, tmp_path: Path, where: str, name: bytes
) -> None:
    folder = os.fsencode(tmp_path / "exchange" / f"units/{ENTITY}/unit-b" / where)
    path = Path(os.fsdecode(folder + b"/" + name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"1")
    juana.make("doc-1", b"pdf")
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    report = pedro.pull()
    assert report.events == 1
    assert [code for code, _ in report.problems] == (["mail.foreign"] if where.startswith("in") else [])
    assert pedro.pull(full=True).problems == ()


def test_a_stranger_that_went_is_noted_no_more(pedro: Seat, tmp_path: Path) -> None:
    folder = tmp_path / "exchange" / mail_prefix(ENTITY, "unit-b")
    folder.mkdir(parents=True)
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(b"1")
    pedro.pull(full=True)
    (folder / "a.jpg").unlink()
    pedro.pull(full=True)
    assert [row.key.rpartition("/")[2] for row in pedro.store.quarantined()] == ["b.jpg"]


def test_many_hints_of_nobody_are_not_all_asked(juana: Seat, pedro: Seat, tmp_path: Path) -> None:
    folder = tmp_path / "exchange" / heads_prefix(ENTITY, "unit-b")
    folder.mkdir(parents=True)
    for number in range(300):
        (folder / f"a-{number:03d}").write_bytes(b"1")
    juana.make("doc-1", b"pdf")
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    from tests.desktop.sync.exchanges import Counting

    watched = Counting(pedro.exchange)
    assert pedro.pull(watched).events == 1
    assert sum("/heads/a-" in key for name, key in watched.calls if name == "get") == 100
