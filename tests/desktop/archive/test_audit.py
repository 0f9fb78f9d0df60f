"""The log beside a root: readable without the program; what was changed, taken out, cut or written anew is noticed."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.archive.audit import Act, AuditLog, Entry, News, digest_of
from desktop.archive.audit_places import log_of
from desktop.archive.roots import Root, open_root
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore
from desktop.store.catalogue_rows import Noted

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)


def _write(log: AuditLog, count: int, *, now: datetime = NOW, start: int = 0) -> list[tuple[int, str]]:
    news = [News(Act.VERSION, f"urn:uuid:{start + n}", "v1", {"motivo": f"Ñandú «{n}»"}) for n in range(count)]
    return [(one.number, one.digest) for one in log.add(news, by="Juana Mamani (Archivista)", device="D", now=now)]


def _codes(log: AuditLog, remembered: dict[int, str] | None = None) -> list[tuple[str, int]]:
    return [(one.code, one.number) for one in log.chain(remembered).problems]


def test_entries_follow_each_other_and_are_read_back(root: Root) -> None:
    log = log_of(root)
    assert log.chain().last is None
    rows = _write(log, 3) + _write(log, 2, start=3)
    assert [number for number, _ in rows] == [1, 2, 3, 4, 5]
    entries: list[Noted] = []
    chain = log.chain(dict(rows), each=entries.append)
    assert (chain.entries, chain.problems, chain.torn) == (5, (), 0)
    assert [one.number for one in log.entries(3)] == [4, 5]
    assert entries[0].by == "Juana Mamani (Archivista)"
    assert json.loads(entries[1].facts) == {"motivo": "Ñandú «1»"}
    assert (chain.last.number, chain.last.digest) == rows[-1]  # type: ignore[union-attr]


def test_a_shell_reads_and_checks_it(folder_root: Root, tmp_path: Path) -> None:
    """As LEEME.txt says: one line of JSON per entry, the sum of a line stands in the next."""
    _write(log_of(folder_root), 5)
    path = tmp_path / "archivo" / "bitacora" / "2026-11.jsonl"
    summed = subprocess.run(
        ["sh", "-c", f"sed -n 4p '{path}' | tr -d '\\n' | sha256sum"], check=True, capture_output=True, text=True
    )
    fifth = json.loads(path.read_text("utf-8").splitlines()[4])
    assert summed.stdout.split()[0] == fifth["anterior"]
    assert (fifth["n"], fifth["acto"], fifth["quien"]) == (5, "version", "Juana Mamani (Archivista)")
    assert "sha256sum" in path.with_name("LEEME.txt").read_text("utf-8")


def test_months_go_on_in_one_chain_whatever_a_clock_says(folder_root: Root, tmp_path: Path) -> None:
    log = log_of(folder_root)
    _write(log, 2)
    _write(log, 2, now=NOW + timedelta(days=30))
    _write(log, 1, now=NOW - timedelta(days=90))  # a PC whose clock is behind
    names = sorted(path.name for path in (tmp_path / "archivo" / "bitacora").glob("*.jsonl"))
    assert names == ["2026-11.jsonl", "2026-12.jsonl"]
    assert log.chain().problems == ()
    assert [one.number for one in log.entries(2)] == [3, 4, 5]


Change = Callable[[list[bytes]], list[bytes]]


def _forged(lines: list[bytes], at: int) -> list[bytes]:
    """From ``at`` on written anew by somebody who knows how: the chain holds."""
    entries = [Entry.read(line) for line in lines]
    for n in range(at, len(entries)):
        one = entries[n]
        before = digest_of(entries[n - 1].line()) if n else one.before
        facts = {"motivo": "otra cosa"} if n == at else one.facts
        entries[n] = Entry(one.number, one.time, one.act, one.by, one.device, one.object, one.version, facts, before)
    return [one.line() for one in entries]


@pytest.mark.parametrize(
    ("change", "noticed", "by_memory"),
    [
        (lambda lines: [*lines[:2], lines[2].replace(b"urn:uuid:2", b"urn:uuid:9"), *lines[3:]], True, True),
        (lambda lines: [*lines[:2], *lines[3:]], True, True),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], True, True),
        (lambda lines: [lines[1], lines[0], *lines[2:]], True, True),
        (lambda lines: [*lines[:2], b"{}", *lines[3:]], True, True),
        (lambda lines: lines[1:], True, True),
        (lambda lines: lines[:3], False, True),  # cut: the chain holds
        (lambda lines: [], False, True),
        (lambda lines: _forged(lines, 2), False, True),  # written anew: the chain holds
    ],
    ids=["changed", "taken out", "twice", "swapped", "no entry", "first gone", "cut", "emptied", "written anew"],
)
def test_what_was_done_to_it_is_noticed(
    root: Root, tmp_path: Path, s3_store: LockingStore, change: Change, *, noticed: bool, by_memory: bool
) -> None:
    log = log_of(root)
    rows = dict(_write(log, 5))
    assert _codes(log, rows) == []
    if root.url.startswith("folder:"):
        path = tmp_path / "archivo" / "bitacora" / "2026-11.jsonl"
        lines = change(path.read_bytes().splitlines())
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    else:
        keys = [f"bitacora/{n:09d}.json" for n in range(1, 6)]
        lines = change([s3_store.get(key).strip() for key in keys])
        for key in keys:
            s3_store.hide(key)
        for n, line in enumerate(lines, 1):
            s3_store.put(f"bitacora/{n:09d}.json", line + b"\n")
    assert bool(_codes(log)) is noticed
    assert bool(_codes(log, {5: rows[5]})) is by_memory
    if not noticed:  # a paper with the last number and its sum tells which of the two it was
        code = "audit.other" if len(lines) == 5 else "audit.cut"
        assert _codes(log, {5: rows[5]}) == [(code, 5)]


def test_a_writer_that_died_leaves_a_piece_that_harms_nothing(folder_root: Root, tmp_path: Path) -> None:
    log = log_of(folder_root)
    _write(log, 2)
    path = tmp_path / "archivo" / "bitacora" / "2026-11.jsonl"
    with path.open("ab") as file:
        file.write(b'{"n":3,"hora":"2026-11-2')
    assert log.chain().problems == ()
    _write(log, 1)
    chain = log.chain()
    assert (chain.entries, chain.problems, chain.torn) == (3, (), 1)
    assert b'{"n":3,"hora":"2026-11-2\n' in path.read_bytes()  # it stays where it was


def test_after_a_cut_a_log_goes_on_and_the_cut_stays_noticed(
    root: Root, tmp_path: Path, s3_store: LockingStore
) -> None:
    log = log_of(root)
    rows = dict(_write(log, 5))
    if root.url.startswith("folder:"):
        path = tmp_path / "archivo" / "bitacora" / "2026-11.jsonl"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    else:
        for n in (3, 4, 5):
            s3_store.hide(f"bitacora/{n:09d}.json")
    done = log.add([News(Act.FIXITY)] * 4, by="x", device="D", now=NOW, known=5)
    assert [one.number for one in done] == [3, 4, 5, 6]
    assert _codes(log) == []
    assert _codes(log, {5: rows[5]}) == [("audit.other", 5)]


def _many(url: str, count: int) -> None:
    log = log_of(open_root(url))
    for n in range(count):
        log.add([News(Act.FIXITY, facts={"n": n})], by="x", device="D", now=NOW)


def test_writers_at_once_make_one_chain(folder_root: Root) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_many, args=(folder_root.url, 25)) for _ in range(3)]
    for one in writers:
        one.start()
    for one in writers:
        one.join(120)
    assert [one.exitcode for one in writers] == [0, 0, 0]
    chain = log_of(folder_root).chain()
    assert (chain.entries, chain.problems, chain.torn) == (75, (), 0)


def test_two_clients_of_a_bucket_make_one_chain(s3_url: str, s3_settings: object) -> None:
    roots = [open_root(s3_url, s3=s3_settings, create=True) for _ in range(2)]  # type: ignore[arg-type]
    logs = [log_of(one) for one in roots]
    for _ in range(5):
        for log in logs:
            _write(log, 2)
    chain = logs[0].chain()
    assert (chain.entries, chain.problems) == (20, ())
    for one in roots:
        one.close()


facts = st.dictionaries(
    st.text(max_size=8), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
)


@given(st.text(max_size=30), facts, st.integers(1, 10**9))
def test_any_text_goes_in_one_line_and_comes_back(
    by: str, said: dict[str, bool | int | str | None], number: int
) -> None:
    entry = Entry(number, NOW, "version", by, "D", "o", "v1", said)
    line = entry.line()
    assert b"\n" not in line
    if by.encode("utf-8", "replace").decode() == by and all(
        text.encode("utf-8", "replace").decode() == text
        for text in (*said, *(value for value in said.values() if isinstance(value, str)))
    ):
        assert Entry.read(line) == entry
    assert digest_of(line) == hashlib.sha256(line).hexdigest()


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"null", b'{"n":1,"n":2}', b"\xff", b"[" * 100_000,
     Entry(1, NOW, "version", "x", "D").line().replace(b'"n":1', b'"n":true'),
     Entry(1, NOW, "version", "x", "D").line().replace(b"+00:00", b""),
     Entry(1, NOW, "version", "x", "D", facts={"a": 1}).line().replace(b'{"a":1}', b'{"a":[1]}')],
)  # fmt: skip
def test_what_is_no_entry_is_said_to_be_none(line: bytes) -> None:
    with pytest.raises(OfficeError, match=r"^audit\.unreadable"):
        Entry.read(line)


def test_a_copy_keeps_the_log_line_for_line(root: Root, tmp_path: Path) -> None:
    """A second copy has the log too, and shows what was done to the first."""
    log, copy = log_of(root), log_of(open_root(f"folder:{tmp_path / 'copia'}", create=True))
    _write(log, 3)
    _write(log, 2, now=NOW + timedelta(days=40))
    assert [log.copy_to(copy), log.copy_to(copy)] == [5, 0]
    _write(log, 1)
    assert log.copy_to(copy) == 1
    assert [one.digest for one in copy.entries()] == [one.digest for one in log.entries()]
    assert copy.chain().problems == ()
    _write(copy, 1)
    with pytest.raises(OfficeError, match=r"^audit\.copy_ahead"):
        log.copy_to(copy)
    assert copy.copy_to(log) == 1
    _write(log, 1, start=50)
    _write(copy, 2, start=70)
    for one, other in ((log, copy), (copy, log)):
        with pytest.raises(OfficeError, match=r"^audit\.copy_differs"):
            one.copy_to(other)


def test_a_log_that_was_emptied_comes_back_from_the_copy(folder_root: Root, tmp_path: Path) -> None:
    log, copy = log_of(folder_root), log_of(open_root(f"folder:{tmp_path / 'copia'}", create=True))
    rows = dict(_write(log, 600))
    assert log.copy_to(copy) == 600
    (tmp_path / "archivo" / "bitacora" / "2026-11.jsonl").unlink()
    with pytest.raises(OfficeError, match=r"^audit\.copy_ahead"):
        log.copy_to(copy)
    assert copy.copy_to(log) == 600
    assert log.chain(rows).problems == ()


def test_a_writer_killed_at_any_moment_leaves_a_chain(folder_root: Root) -> None:
    context = multiprocessing.get_context("spawn")
    for _ in range(4):
        writer = context.Process(target=_many, args=(folder_root.url, 100_000))
        writer.start()
        before, end = log_of(folder_root).chain().entries, time.monotonic() + 60
        while log_of(folder_root).chain().entries < before + 3 and time.monotonic() < end:
            time.sleep(0.02)
        writer.kill()
        writer.join(60)
    chain = log_of(folder_root).chain()
    assert chain.problems == ()
    assert chain.entries >= 12
    _write(log_of(folder_root), 1)
    assert log_of(folder_root).chain().entries == chain.entries + 1
