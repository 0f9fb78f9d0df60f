"""A whole copy of a home while the desk works: of one moment, sound, with all that it names."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.store import snapshot
from desktop.store.desk import DeskStore
from desktop.store.snapshot import HomeFile
from tests.fixtures.acts import START


def _copied(store: DeskStore, home: Path, into: Path) -> dict[str, Path]:
    """As a backup does: each file is read when it is named."""
    (into / "new").mkdir(parents=True)
    for file in snapshot.take(store, home, into):
        target = into / "new" / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file.path, target)
    return {path.relative_to(into / "new").as_posix(): path for path in (into / "new").rglob("*") if path.is_file()}


def test_it_holds_what_lasts_and_nothing_of_this_pc_alone(store: DeskStore, tmp_path: Path) -> None:
    home = tmp_path / "home"
    digest = store.put_bytes(b"uno")
    for name in ("desk.json", "palabras.txt", "numbers.mark", "backup.lock", ".desk.json.part", "no-enviados-1.json"):
        (home / name).write_text(name, "utf-8")
    for name in (
        "keys/d.key",
        "work/x",
        "backups/desk-v1.sqlite3",
        "drafts/a.edits",
        "drafts/a.edits.lock",
        "trust/anchors/a.pem",
    ):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(name, "utf-8")
    found = _copied(store, home, tmp_path / "copy")
    assert set(found) == {
        "desk.sqlite3", "desk.json", "palabras.txt", "no-enviados-1.json", "drafts/a.edits", "trust/anchors/a.pem",
        f"bytes/{digest[:2]}/{digest}",
    }  # fmt: skip
    assert all(snapshot.is_file_of_a_home(name) for name in found)


def test_links_are_not_followed(store: DeskStore, tmp_path: Path) -> None:
    secret = tmp_path / "secreto"
    secret.write_text("x", "utf-8")
    try:
        (tmp_path / "home" / "atajo").symlink_to(secret)
    except OSError:
        return  # a Windows that lets nobody make one
    assert "atajo" not in _copied(store, tmp_path / "home", tmp_path / "copy")


def test_taken_while_acts_go_on_it_is_of_one_moment(store: DeskStore, tmp_path: Path) -> None:
    """Two settings that always change together, and bytes that a setting names: never one without the other."""
    stop = threading.Event()

    def work() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            digest = store.put_bytes(f"contenido {n}".encode())
            with store.act() as act:
                act.set_setting("a", str(n))
                act.set_setting("b", str(n))
                act.set_setting("named", digest)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for turn in range(4):
            found = _copied(store, tmp_path / "home", tmp_path / f"copy-{turn}")
            copy = found["desk.sqlite3"]
            snapshot.require_sound(copy)
            a, b, named = (snapshot.setting_in(copy, name) for name in ("a", "b", "named"))
            assert a == b
            assert not named or f"bytes/{named[:2]}/{named}" in found
    finally:
        stop.set()
        worker.join()


def test_what_waits_in_the_wal_is_in_the_copy(store: DeskStore, tmp_path: Path) -> None:
    store.set_setting("x", "the newest")
    (tmp_path / "copy").mkdir()
    snapshot.copy_database(store.path, tmp_path / "copy" / "db")
    assert snapshot.setting_in(tmp_path / "copy" / "db", "x") == "the newest"
    plain = tmp_path / "copy" / "plain"
    shutil.copyfile(store.path, plain)  # why it is never a copy of the file
    with closing(sqlite3.connect(plain)) as database:
        rows = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'settings'").fetchone()[0]
        there = rows and database.execute("SELECT count(*) FROM settings WHERE name = 'x'").fetchone()[0]
    assert not there
    store.set_setting("x", "and the desk goes on")


def test_a_copy_that_is_no_desk_or_newer_or_torn_is_told(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    store = opener()
    good = tmp_path / "good"
    snapshot.copy_database(store.path, good)
    snapshot.require_sound(good)
    for change, code in (
        ("PRAGMA application_id = 1", "store.damaged"),
        ("PRAGMA user_version = 99", "store.newer"),
    ):
        bad = tmp_path / f"bad-{code}"
        shutil.copyfile(good, bad)
        with closing(sqlite3.connect(bad)) as database:
            database.execute(change)
            database.commit()
        with pytest.raises(OfficeError, match=code.replace(".", r"\.")):
            snapshot.require_sound(bad)
    torn = tmp_path / "torn"
    data = good.read_bytes()
    torn.write_bytes(data[:8192] + bytes(4096) + data[12288:])
    with pytest.raises(OfficeError, match=r"store\.damaged"):
        snapshot.require_sound(torn)


def test_settings_are_set_where_nobody_has_it_open(tmp_path: Path) -> None:
    DeskStore.open(tmp_path / "home", now=START).close()
    path = tmp_path / "home" / "desk.sqlite3"
    snapshot.set_in(path, {"x": "1"})
    snapshot.set_in(path, {"x": "2"})
    assert (snapshot.setting_in(path, "x"), snapshot.setting_in(path, "none")) == ("2", "")


@given(st.text(max_size=30))
def test_a_name_that_is_taken_stays_inside(name: str) -> None:
    if snapshot.is_file_of_a_home(name):
        inside = (Path("/home/desk") / name).resolve()
        assert Path("/home/desk") in inside.parents


def test_a_file_is_named_by_its_place() -> None:
    assert HomeFile("a/b", Path("x")).name == "a/b"
    for name in (
        "",
        "/",
        "a//b",
        "a/",
        "./a",
        "../a",
        "a/../b",
        "keys/a",
        "x.lock",
        "a\\b",
        "c:a",
        "numbers.mark",
        "work",
    ):
        assert not snapshot.is_file_of_a_home(name), name
