"""Backups in a second place: sealed, once each, whole or not there; and what a thief or a full disk makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.operations import backup, second_place, synchronise
from desktop.operations.desk import Desk
from desktop.operations.directory import refresh_directory
from desktop.operations.settings import DeskSettings, save_settings
from desktop.records.errors import OfficeError
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.drafts import Draft
from desktop.store.turn import turn
from desktop.sync.backup_place import Listed, list_backups, open_list, read_list_key
from desktop.sync.device import FileVault
from tests.desktop.operations.copied_house import House, act
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import ENTITY, NOW
from tests.fixtures.office import refused

SECRET_WORDS = "Ñandúes confidenciales"


def furnish(house: House, name: str = "home") -> Desk:
    """A desk with a draft, its journal, an act, bytes, a template, its settings and its key in a file."""
    desk = house.desk(name)
    exchange = house.exchange.url
    save_settings(desk.home, DeskSettings(ENTITY, "unit-a", desk.key.id, exchange, house.pins.admin_key))
    FileVault(desk.home).save(desk.key)
    refresh_directory(desk, house.exchange)
    with desk.store.act() as inside:
        inside.save_draft(Draft("doc-9", "informe", "juana", "{}", json.dumps({"t": SECRET_WORDS}), (), (), (), 0, NOW))
    (desk.home / "drafts").mkdir()
    (desk.home / "drafts" / "doc-9.edits").write_text(f'00000000 {{"t": "{SECRET_WORDS}"}}\n', "utf-8")
    (desk.home / "drafts" / "doc-9.edits.lock").touch()
    (desk.home / "templates" / "propia").mkdir(parents=True)
    (desk.home / "templates" / "propia" / "page.typ").write_text("= Ñ", "utf-8")
    desk.store.put_bytes(SECRET_WORDS.encode() * 100)
    desk.store.put_bytes(bytes(range(256)) * 10_000)  # three chunks
    act(desk, "doc-1")
    return desk


def newest(place: ObjectStore) -> Listed:
    return max(list_backups(place))


def test_a_backup_holds_everything_and_tells_the_place_nothing(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    done = backup.backup(desk, place)
    manifest, key = open_list(place.get(done.key), newest(place), desk.key.age_identity)
    names = {file.name for file in manifest.files}
    assert {"desk.sqlite3", "desk.json", "drafts/doc-9.edits", "templates/propia/page.typ"} <= names
    assert len([name for name in names if name.startswith("bytes/")]) == 2
    assert not [name for name in names if name.endswith((".lock", ".mark", "-wal")) or name.startswith("keys")]
    assert key.to_secret() == desk.key.to_secret()
    assert [code for code, _ in done.problems] == ["backup.no_recovery", "backup.same_disk"]
    stored = [place.get(entry.key) for entry in place.list("backups/")]
    known = [
        SECRET_WORDS.encode(),
        desk.key.age_identity.encode(),
        desk.key.to_secret().encode(),
        b"SQLite format",
        b"doc-1",
    ]
    assert not [word for word in known for data in stored if word in data]
    digests = {file.chunks[0] for file in manifest.files if file.chunks} | {name.rpartition("/")[2] for name in names}
    assert not [entry.key for entry in place.list("backups/") if any(digest in entry.key for digest in digests)]


def test_what_lies_there_is_not_sent_again(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    first = backup.backup(desk, place)
    act(desk, "doc-2")
    second = backup.backup(desk, place)
    assert second.files == first.files
    assert second.sent <= 2  # the database
    assert [each.number for each in sorted(list_backups(place))] == [1, 2]


def test_the_exchange_the_home_and_its_own_folder_are_no_second_place(house: House) -> None:
    desk = furnish(house)
    for url in (house.exchange.url, f"folder:{desk.home}", f"folder:{desk.home / 'copias'}", f"{house.exchange.url}/"):
        with refused("backup.same_place"):
            second_place.keep_at(desk, url)
        with refused("backup.same_place"):
            backup.backup(desk, open_storage(url))
    assert backup.status(desk).place == ""
    with refused("backup.no_place"):
        second_place.open_place(desk)


def test_one_at_a_time(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    with turn(desk.home / "backup.lock") as mine:
        assert mine
        with refused("backup.under_way"):
            backup.backup(desk, place)
    assert list(list_backups(place)) == []


def test_daily_after_an_exchange_once_and_though_the_clock_was_set_back(house: House, tmp_path: Path) -> None:
    desk = furnish(house)
    synchronise.synchronise(desk)
    second = tmp_path / "second"
    place = open_storage(f"folder:{second}", create=True)
    second_place.keep_at(desk, place.url)
    outcome = synchronise.synchronise(desk)
    assert ("backup.no_recovery", {}) in outcome.problems
    assert len(list(list_backups(place))) == 1
    synchronise.synchronise(desk)
    house.now += timedelta(hours=18)
    synchronise.synchronise(desk)
    assert len(list(list_backups(place))) == 1
    house.now += timedelta(hours=3)
    synchronise.synchronise(desk)
    assert len(list(list_backups(place))) == 2
    house.now -= timedelta(days=300)
    assert backup.daily(desk, house.exchange) == [("backup.no_recovery", {})]
    assert max(list_backups(place)).number == 3


def test_a_place_that_does_not_answer_stops_nothing_and_is_told(house: House, tmp_path: Path) -> None:
    desk = furnish(house)
    second_place.keep_at(desk, f"folder:{tmp_path / 'unplugged'}")
    outcome = synchronise.synchronise(desk)
    assert [facts["code"] for code, facts in outcome.problems if code == "backup.failed"] == ["storage.unreachable"]
    assert desk.offline_since is None
    assert "backup.failed" not in [code for code, _ in synchronise.synchronise(desk).problems]  # asked again in an hour
    house.now += timedelta(hours=2)
    assert "backup.failed" in [code for code, _ in synchronise.synchronise(desk).problems]


@pytest.mark.parametrize("die_at", range(0, 10, 2))
def test_a_backup_that_dies_is_not_there_and_the_next_goes_on(house: House, place: ObjectStore, die_at: int) -> None:
    desk = furnish(house)
    with pytest.raises(Killed):
        backup.backup(desk, Counting(place, die_at=die_at))
    assert list(list_backups(place)) == []
    done = backup.backup(desk, place)
    assert newest(place).key == done.key


def test_bytes_that_are_not_what_their_name_says_stay_out_and_are_told(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    bad = desk.store.put_bytes(b"about to rot")
    desk.store.path_of(bad).write_bytes(b"rotten")
    done = backup.backup(desk, place)
    assert ("backup.damaged_bytes", {"count": 1}) in done.problems
    manifest, _ = open_list(place.get(done.key), newest(place), desk.key.age_identity)
    assert f"bytes/{bad[:2]}/{bad}" not in {file.name for file in manifest.files}


def _listed(*days: int) -> list[Listed]:
    moments = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=day) for day in days]
    return [Listed("e", "d", n, f"{when:%Y%m%dT%H%M%SZ}") for n, when in enumerate(moments, 1)]


def test_seven_days_and_four_weeks_are_kept() -> None:
    kept = sorted(each.number for each in backup.kept_of(_listed(*range(60))))
    assert kept[-7:] == list(range(54, 61))
    assert len(kept) <= 12
    assert len({_listed(*range(60))[n - 1].moment.isocalendar()[:2] for n in kept}) == 4


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40))
def test_the_newest_is_always_kept_whatever_the_clock_said(days: list[int]) -> None:
    backups = _listed(*days)
    kept = backup.kept_of(backups)
    assert backups[-1] in kept
    assert len(kept) <= backup.DAYS + backup.WEEKS + 1


def test_older_ones_go_with_what_they_alone_named_and_the_rest_still_opens(
    house: House, place: ObjectStore, tmp_path: Path
) -> None:
    desk = furnish(house)
    for n in range(40):
        house.now += timedelta(days=1)
        desk.store.set_setting("x", str(n))
        if n in (0, 39):
            backup.backup(desk, place)
        else:  # as if they had been made, with the list of the day before
            listed = Listed(ENTITY, desk.key.id, n + 1, f"{house.now:%Y%m%dT%H%M%SZ}")
            place.put_if_absent(listed.key, b"unreadable")
    assert len(list(list_backups(place))) == 40  # what cannot be read may name chunks: nothing goes
    for each in list_backups(place):
        if place.get(each.key) == b"unreadable":
            (tmp_path / "second" / each.key).unlink()
    (tmp_path / "second" / backup.chunk_prefix(ENTITY, desk.key.id) / "zz").mkdir(parents=True)
    before = {entry.key for entry in place.list("backups/") if read_list_key(entry.key) is None}
    house.now += timedelta(days=1)
    for _ in range(8):
        house.now += timedelta(days=7)
        desk.store.set_setting("x", str(house.now))
        done = backup.backup(desk, place)
    assert done.removed > 0
    after = {entry.key for entry in place.list("backups/") if read_list_key(entry.key) is None}
    for each in list_backups(place):
        manifest, key = open_list(place.get(each.key), each, desk.key.age_identity)
        for file in manifest.files:
            assert {backup.chunk_key(ENTITY, key.id, key, digest) for digest in file.chunks} <= after
    assert before - after  # the old databases


def test_a_foreign_file_in_the_place_is_left_alone(house: House, place: ObjectStore, tmp_path: Path) -> None:
    desk = furnish(house)
    (tmp_path / "second" / "fotos.zip").write_bytes(b"x")
    backup.backup(desk, place)
    assert (tmp_path / "second" / "fotos.zip").read_bytes() == b"x"


def test_what_is_not_a_list_is_told_apart() -> None:
    assert read_list_key("backups/e/d/bytes/ab/abcd") is None
    assert read_list_key("backups/e/d/20261128T091100Z-000001.age") == Listed("e", "d", 1, "20261128T091100Z")
    with pytest.raises(OfficeError, match=r"restore\.bad_identity"):
        open_list(b"x", Listed("e", "d", 1, "20261128T091100Z"), "AGE-SECRET-KEY-1NOT")
