"""Power cuts, kills and full disks: after any of them the desk has each act whole or not at all. Real processes, real SQLite."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from desktop.records.cite import NumberBlock
from desktop.records.errors import OfficeError
from desktop.store import bytes_
from desktop.store.cite_book import BURNT
from desktop.store.desk import DeskStore
from desktop.store.mark import Marked, NumberMark
from tests.desktop.store.writer import STEPS
from tests.fixtures.acts import START

ROOT = Path(__file__).parents[3]


def _start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-m", "tests.desktop.store.writer", str(home), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def _finish(child: subprocess.Popen[str]) -> tuple[list[str], str]:
    out, err = child.communicate(timeout=60)
    return out.split("\n"), err


def _give_numbers(store: DeskStore, last: int = 10_000, device: str = "dev-a") -> None:
    with store.act() as act:
        act.add_block(NumberBlock("cite-a", 2026, 1, 1, last, device))


def _assert_whole(store: DeskStore, told: list[int]) -> int:
    """Every act is whole: its number, its two events, their rows and its projections. Returns how many acts there are."""
    documents = store.documents()
    numbers = sorted(int(view.cite.split("/")[2]) for view in documents)
    rows = store.number_book()
    burnt = [row.number for row in rows if row.document.startswith(BURNT)]  # killed between mark and commit
    assert sorted([*numbers, *burnt]) == list(range(1, len(numbers) + len(burnt) + 1))
    assert set(told) <= set(numbers), "what was told as done must be there"
    with store.act() as act:
        issued = act._connection.exec_driver_sql("SELECT document, number FROM issued_numbers").all()
    assert {document: number for document, number in issued if not document.startswith(BURNT)} == {
        view.id: int(view.cite.split("/")[2]) for view in documents
    }
    assert sum(len(store.events_of_document(view.id)) for view in documents) == 2 * len(documents)
    assert len(store.outbox(10**6)) == 2 * len(documents)
    assert store.check() == ()
    digest = store.projection_digest()
    store.rebuild_projections()
    assert store.projection_digest() == digest
    return len(documents)


def _told(lines: list[str]) -> list[int]:
    return [int(line.split()[1]) for line in lines if line.startswith("n ")]


@pytest.mark.parametrize("step", STEPS)
def test_killed_inside_an_act(opener: Callable[..., DeskStore], tmp_path: Path, step: str) -> None:
    store = opener()
    _give_numbers(store)
    store.close()
    lines, _ = _finish(_start(tmp_path / "home", "a", "10", "die-at", step))
    assert _told(lines) == [1, 2, 3]
    assert _assert_whole(opener(), [1, 2, 3]) == 3


def test_killed_at_any_moment(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    store = opener()
    _give_numbers(store)
    store.close()
    random, told, acts = Random(2026), [], 0
    for attempt in range(6):
        child = _start(tmp_path / "home", f"a{attempt}", "100000")
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        first = child.stdout.readline()  # at least one act is told as done, however slow the machine
        time.sleep(random.uniform(0.01, 0.25))
        child.kill()
        lines, _ = _finish(child)
        told += _told([first, *lines[:-1]])  # the last line may be cut
        store = opener()
        now = _assert_whole(store, told)
        assert now >= acts
        acts = now
        store.close()
    assert acts >= 6


def test_numbers_issued_while_another_program_opens_are_no_sign_of_a_restored_copy(
    opener: Callable[..., DeskStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark is read before the database: whatever is issued between the two only makes the database know more."""
    first = opener()
    _give_numbers(first)
    read = NumberMark.read

    def issue_then_read(mark: NumberMark) -> Marked | None:
        monkeypatch.setattr(NumberMark, "read", read)
        with first.act() as act:
            act.issue_number("cite-a", 2026, "doc-meanwhile", START)
        return read(mark)

    monkeypatch.setattr(NumberMark, "read", issue_then_read)
    second = opener()
    assert not second.restored
    assert second.blocks("cite-a", 2026)
    second.close()
    first.close()


def test_a_full_disk_leaves_the_act_before(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk: the write-ahead log may not grow."""
    store = opener()
    _give_numbers(store)
    store.close()
    lines, err = _finish(_start(tmp_path / "home", "a", "500", "limit", "300000"))
    assert [line for line in lines if line.startswith("error")] == ["error store.disk_full unchanged"], err
    told = _told(lines)
    assert len(told) >= 3
    store = opener()
    assert _assert_whole(store, told) == len(told)
    with store.act() as act:  # with room again, work goes on with the next number
        assert act.issue_number("cite-a", 2026, "later", START.replace(year=2027)) == len(told) + 1


def test_a_full_disk_leaves_no_half_bytes(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(bytes_.os, "fsync", full)
    with pytest.raises(OfficeError, match=r"store\.disk_full") as caught:
        store.put_bytes(b"some bytes")
    assert caught.value.on_disk == "unchanged"
    folder = store.path.parent / "bytes"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_two_processes_never_issue_one_number(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    store = opener()
    with store.act() as act:
        act.add_block(NumberBlock("cite-a", 2026, 1, 1, 25, "dev-a"))
        act.add_block(NumberBlock("cite-a", 2026, 2, 101, 200, "dev-a"))
    children = [_start(tmp_path / "home", prefix, "30") for prefix in ("a", "b", "c")]
    finished = [_finish(child) for child in children]
    assert [len(_told(lines)) for lines, _ in finished] == [30, 30, 30], finished
    told = [number for lines, _ in finished for number in _told(lines)]
    assert sorted(told) == [*range(1, 26), *range(101, 166)]
