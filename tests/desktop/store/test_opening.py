"""Opening: refuse the newer, the damaged and the foreign; back up, migrate, keep the rules of every connection."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.store import opening
from desktop.store.desk import DATABASE, VIEWS, DeskStore, Draft
from desktop.store.migrations import HEAD, all_migrations
from desktop.store.opening import connect, prepare
from desktop.store.past import came_between
from desktop.store.tables import SEARCH_INDEX, metadata
from tests.fixtures.acts import START, Acts
from tests.fixtures.older_store import make_older

if TYPE_CHECKING:
    from alembic.operations import Operations


def _plain(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path)


def test_a_second_opening_changes_nothing(opener: Callable[..., DeskStore]) -> None:
    store = opener()
    store.set_setting("a", "b")
    store.close()
    store.close()
    again = opener()
    assert again.setting("a") == "b"
    assert not (again.path.parent / "backups").exists()
    assert again.check() == ()


def test_the_rules_of_every_connection(store: DeskStore) -> None:
    for reading in (False, True):
        with closing(connect(store.path, reading=reading)) as connection:
            asked = {
                name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "query_only", "busy_timeout")
            }
        assert asked == {
            "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "query_only": int(reading), "busy_timeout": 10_000
        }  # fmt: skip


def test_readers_cannot_write(store: DeskStore) -> None:
    with pytest.raises(OfficeError, match=r"store\.unwritable"), store.reading() as connection:
        connection.exec_driver_sql("INSERT INTO settings VALUES ('a', 'b')")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_only_its_owner_reads_it(store: DeskStore) -> None:
    assert store.path.stat().st_mode & 0o077 == 0
    assert store.path.parent.stat().st_mode & 0o077 == 0


def test_a_newer_file_is_refused_untouched(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    opener().close()
    path = tmp_path / "home" / DATABASE
    with closing(_plain(path)) as connection:
        connection.execute(f"PRAGMA user_version = {HEAD + 1}")
    before = path.read_bytes()
    with pytest.raises(OfficeError, match=r"store\.newer") as caught:
        opener()
    assert (caught.value.facts["found"], caught.value.facts["known"]) == (HEAD + 1, HEAD)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["header", "page", "leaf", "cut", "text"])
def test_a_damaged_file_is_refused(opener: Callable[..., DeskStore], tmp_path: Path, damage: str) -> None:
    store = opener()
    with store.act() as act:
        for n in range(200):
            act.set_setting(f"name {n}", "x" * 500)
    store.close()
    path = tmp_path / "home" / DATABASE
    data = bytearray(path.read_bytes())
    match damage:
        case "header":
            data[:16] = b"\0" * 16
        case "page":
            data[len(data) // 2 :] = os.urandom(len(data) - len(data) // 2)
        case "leaf":  # one page of rows, which opening alone never reads
            begin = data.index(b"name 100") // 4096 * 4096
            data[begin : begin + 4096] = b"\0" * 4096
        case "cut":
            del data[len(data) // 2 :]
        case "text":
            data = bytearray(b"This is a letter, not a database. " * 100)
    path.write_bytes(data)
    with pytest.raises(OfficeError, match=r"store\.damaged") as caught:
        opener()
    assert caught.value.on_disk == "unchanged"
    assert path.read_bytes() == bytes(data)


def test_another_programs_database_is_refused(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    with closing(_plain(tmp_path / "home" / DATABASE)) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
        connection.commit()
    with pytest.raises(OfficeError, match=r"store\.damaged"):
        opener()


def test_the_migrated_schema_is_exactly_that_of_the_tables(store: DeskStore, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'model.sqlite3'}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql(SEARCH_INDEX)
    engine.dispose()

    def schema(path: Path) -> set[tuple[str, str]]:
        with closing(_plain(path)) as connection:
            rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        return {(name, "".join(sql.split()).replace('"', "").lower()) for name, sql in rows}

    assert schema(store.path) == schema(tmp_path / "model.sqlite3")


def test_migrations_stand_alone() -> None:
    folder = Path(opening.__file__).parent / "migrations"
    found = sorted(folder.glob("m*.py"))
    assert len(found) == HEAD == len(all_migrations())
    code = (
        "import importlib.util, sys; spec = importlib.util.spec_from_file_location('m', sys.argv[1]); "
        "m = importlib.util.module_from_spec(spec); spec.loader.exec_module(m); "
        "assert not [n for n in sys.modules if n.split('.')[0] in ('desktop', 'signing')]; assert callable(m.upgrade)"
    )
    for path in found:
        subprocess.run([sys.executable, "-I", "-c", code, str(path)], check=True, timeout=60)


def _next_step(op: Operations) -> None:
    """What a second migration may look like: a new column, filled from the rows."""
    import sqlalchemy as sa

    with op.batch_alter_table("settings") as batch:
        batch.add_column(sa.Column("length", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE settings SET length = length(value)")


def _failing_step(op: Operations) -> None:
    op.execute("DELETE FROM settings")
    op.execute("INSERT INTO nothing VALUES (1)")


def _orphaning_step(op: Operations) -> None:
    op.execute("INSERT INTO event_parents VALUES ('no such event', 'x')")


def test_a_migration_backs_up_first_and_keeps_the_rows(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    store = opener()
    store.set_setting("a", "four")
    with store.act() as act:
        act.add_event(Acts().drafted(), START)
    store.close()
    home = tmp_path / "home"
    prepare(home, home / DATABASE, now=START, migrations=[*all_migrations(), _next_step])
    with closing(_plain(home / DATABASE)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == HEAD + 1
        assert connection.execute("SELECT * FROM settings WHERE name = 'a'").fetchall() == [("a", "four", 4)]
        assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == 1
    backup = home / "backups" / f"desk-v{HEAD}-20260305T120000Z.sqlite3"
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]
    with closing(_plain(backup)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA user_version").fetchone()[0] == HEAD
        assert connection.execute("SELECT * FROM settings WHERE name = 'a'").fetchall() == [("a", "four")]
    with pytest.raises(OfficeError, match=r"store\.newer"):
        opener()


def test_a_file_of_version_4_keeps_each_jws_letter_by_letter(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    """Version 4 kept the JWS and its payload as text; some of before have a payload that is not the one signed."""
    store, acts = opener(), Acts()
    acts.journey()
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
    before = came_between(store, 0, 10_000, limit=10_000)
    digest = store.projection_digest()
    store.close()
    path = make_older(tmp_path / "home", 4)
    with closing(_plain(path)) as connection:
        connection.execute("UPDATE settings SET value = '3' WHERE name = 'views'")
        connection.execute(
            "UPDATE events SET payload = json_set(payload, '$.prev', 'other') WHERE kind = 'document.drafted'"
        )
        connection.commit()
        kept = dict(connection.execute("SELECT digest, jws FROM events").fetchall())
        size = connection.execute("SELECT sum(length(payload) + length(jws)) FROM events").fetchone()[0]
    again = opener()
    after = came_between(again, 0, 10_000, limit=10_000)
    assert {each.signed.digest: each.signed.jws for each in after} == kept
    assert [(each.place, each.signed.digest) for each in after] == [(each.place, each.signed.digest) for each in before]
    changed = [each.signed.event for each in after if each.signed.event.prev == "other"]
    assert changed
    assert [one.kind for one in changed] == [EventKind.DRAFTED] * len(changed)
    assert again.projection_digest() == digest
    again.close()
    with closing(_plain(path)) as connection:
        units = {row[0] for row in connection.execute("SELECT unit FROM events")}
        assert units == {item.event.actor.unit for item in acts.made}
        assert connection.execute("SELECT sum(length(packed)) FROM events").fetchone()[0] < size


def test_a_file_of_version_3_keeps_every_row_and_is_folded_anew(
    opener: Callable[..., DeskStore], tmp_path: Path
) -> None:
    store, acts = opener(), Acts()
    acts.journey()
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
        act.index_text("doc-1", "Saturnino Ñuñez")
        act.enqueue("units/a", b"x")
        act.set_mailbox_seq("dev-9", "unit-a", 7)
        act.save_draft(Draft("d", "t", "juana", "{}", "{}", (), (), (), 0, START))
    digest, events = store.projection_digest(), store.events_of_document("doc-1")
    store.close()
    home = tmp_path / "home"
    path = make_older(home, 3)
    with closing(_plain(path)) as connection:
        connection.execute("UPDATE settings SET value = '2' WHERE name = 'views'")
        connection.commit()
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 3
        assert "tag" not in {row[1] for row in connection.execute("PRAGMA table_info(mailboxes)")}
        assert connection.execute("SELECT count(*) FROM events WHERE payload LIKE '%prev%'").fetchone()[0] == 0
    again = opener()
    assert again.check() == ()
    assert again.events_of_document("doc-1") == events
    assert again.projection_digest() == digest
    assert again.search("nunez") == again.search("saturnino") == ["doc-1"]
    assert again.search("toner")  # the new index was filled
    assert again.mailbox_seq("dev-9", "unit-a") == 7
    assert [row.key for row in again.outbox()] == ["units/a"]
    assert [draft.id for draft in again.drafts()] == ["d"]
    with closing(_plain(path)) as connection:
        assert connection.execute("SELECT kind, words FROM search_words").fetchall() == [("given", "Saturnino Ñuñez")]
        assert connection.execute("SELECT tag FROM mailboxes").fetchall() == [("",)]
        assert connection.execute("SELECT event FROM outbox").fetchall() == [("",)]
        assert connection.execute("SELECT value FROM settings WHERE name = 'views'").fetchone() == (VIEWS,)


@pytest.mark.parametrize("step", [_failing_step, _orphaning_step])
def test_a_migration_that_fails_leaves_the_file_as_it_was(
    opener: Callable[..., DeskStore], tmp_path: Path, step: Callable[[Operations], None]
) -> None:
    from sqlalchemy.exc import OperationalError

    store = opener()
    store.set_setting("a", "b")
    store.close()
    home = tmp_path / "home"
    with pytest.raises((OperationalError, RuntimeError)):
        prepare(home, home / DATABASE, now=START, migrations=[*all_migrations(), step])
    again = opener()
    assert again.setting("a") == "b"
    assert again.check() == ()


def test_a_file_that_another_program_holds_is_told_busy(
    store: DeskStore, monkeypatch: pytest.MonkeyPatch, opener: Callable[..., DeskStore]
) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.05)
    hasty = opener()
    with store.act(), pytest.raises(OfficeError, match=r"store\.busy"), hasty.act():
        pass
    with hasty.act() as act:
        act.set_setting("a", "b")


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OfficeError, match=r"store\.unwritable"):
        DeskStore.open(tmp_path / "file" / "home", now=START)
