"""The cite book: issued inside the act, once, from own blocks, by a clock that can be believed."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from desktop.records.cite import NumberBlock
from desktop.records.errors import OfficeError
from desktop.store.desk import DeskStore
from desktop.store.mark import NumberMark
from tests.fixtures.acts import START, Acts

LATER = START + timedelta(days=1)


def _block(store: DeskStore, first: int = 1, last: int = 3, ordinal: int = 1, device: str = "dev-1") -> None:
    with store.act() as act:
        act.add_block(NumberBlock("cite-a", 2026, ordinal, first, last, device))


def _issue(store: DeskStore, document: str, year: int = 2026, series: str = "cite-a") -> int:
    with store.act() as act:
        return act.issue_number(series, year, document, LATER)


def test_numbers_rise_and_end(store: DeskStore) -> None:
    with pytest.raises(OfficeError, match=r"cite\.no_numbers"):
        _issue(store, "doc-1")
    _block(store)
    assert [_issue(store, f"doc-{n}") for n in (1, 2, 3)] == [1, 2, 3]
    with pytest.raises(OfficeError, match=r"cite\.no_numbers") as caught:
        _issue(store, "doc-4")
    assert caught.value.facts["series"] == "cite-a"
    _block(store, 51, 60, 2)
    assert _issue(store, "doc-4") == 51


def test_the_number_belongs_to_the_document(store: DeskStore) -> None:
    _block(store)
    assert [_issue(store, "doc-1"), _issue(store, "doc-1"), _issue(store, "doc-2")] == [1, 1, 2]


def test_a_failed_act_gives_its_number_back(store: DeskStore) -> None:
    _block(store)
    with pytest.raises(ZeroDivisionError), store.act() as act:
        act.issue_number("cite-a", 2026, "doc-1", LATER)
        raise ZeroDivisionError
    assert _issue(store, "doc-2") == 1


def test_series_and_years_are_apart(store: DeskStore) -> None:
    with store.act() as act:
        for series, year in (("cite-a", 2026), ("cite-a", 2027), ("cite-b", 2026)):
            act.add_block(NumberBlock(series, year, 1, 1, 5, "dev-1"))
    assert [_issue(store, "d1"), _issue(store, "d2"), _issue(store, "d3", 2027), _issue(store, "d4", 2026, "cite-b")] == [
        1, 2, 1, 1,
    ]  # fmt: skip
    assert len(store.blocks("cite-a", 2026)) == 1


def test_blocks_do_not_overlap(store: DeskStore) -> None:
    _block(store, 1, 50)
    with store.act() as act:
        assert not act.add_block(NumberBlock("cite-a", 2026, 1, 1, 50, "dev-1"))
    for first, last, ordinal in ((50, 60, 2), (1, 10, 3), (60, 70, 1)):
        with pytest.raises(OfficeError, match=r"cite\.block_overlap"):
            _block(store, first, last, ordinal)


def test_a_clock_before_the_last_event_blocks_numbering(store: DeskStore) -> None:
    _block(store)
    acts = Acts()
    with store.act() as act:
        act.add_event(acts.drafted(at=LATER + timedelta(seconds=61)), START)
    with pytest.raises(OfficeError, match=r"cite\.clock_behind") as caught:
        _issue(store, "doc-1")
    assert caught.value.facts["device"] == "dev-1"
    with store.act() as act:
        assert act.issue_number("cite-a", 2026, "doc-1", LATER + timedelta(seconds=1)) == 1


def test_another_pc_may_be_minutes_ahead_not_hours(store: DeskStore) -> None:
    _block(store)
    with store.act() as act:
        act.add_event(Acts(device="dev-2").drafted(at=LATER + timedelta(minutes=9)), START)
    assert _issue(store, "doc-1") == 1
    with store.act() as act:
        act.add_event(Acts(device="dev-3").drafted(at=LATER + timedelta(hours=2)), START)
    with pytest.raises(OfficeError, match=r"cite\.clock_behind"):
        _issue(store, "doc-2")


def test_a_clock_before_the_last_issued_number_blocks_numbering(store: DeskStore) -> None:
    _block(store)
    _issue(store, "doc-1")
    with pytest.raises(OfficeError, match=r"cite\.clock_behind"), store.act() as act:
        act.issue_number("cite-a", 2026, "doc-2", LATER - timedelta(seconds=61))


def test_numbers_that_own_events_tell_of_are_not_issued_again(store: DeskStore) -> None:
    """A rebuilt desk: its book is empty, its events came back from the exchange."""
    acts = Acts()
    acts.drafted()
    acts.numbered(number=2)
    foreign = Acts(device="dev-9")
    foreign.drafted("doc-9")
    foreign.numbered("doc-9", number=3)
    with store.act() as act:
        for item in (*acts.made, *foreign.made):
            act.add_event(item, START)
    _block(store, 1, 3)
    assert _issue(store, "doc-1") == 2  # its own
    assert _issue(store, "doc-7") == 3  # a stranger's word burns no number of ours
    with pytest.raises(OfficeError, match=r"cite\.no_numbers"):
        _issue(store, "doc-8")


def test_one_number_on_two_documents_is_shown(store: DeskStore) -> None:
    one, two = Acts(), Acts(device="dev-2")
    for acts, document in ((one, "doc-1"), (two, "doc-2")):
        acts.drafted(document)
        acts.numbered(document, number=7)
    with store.act() as act:
        for item in (*one.made, *two.made):
            act.add_event(item, START)
    conflict = store.number_conflicts()[0]
    assert (conflict.number, conflict.documents) == (7, ("doc-1", "doc-2"))


def test_slip_numbers_are_noted_too(store: DeskStore) -> None:
    acts = Acts()
    acts.born()
    acts.opened(series="slip-I", year=2026, sequence=4)
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
        act.add_block(NumberBlock("slip-I", 2026, 1, 1, 9, "dev-1"))
        assert act.issue_number("slip-I", 2026, "doc-1", LATER) == 4
        assert act.issue_number("slip-I", 2026, "doc-2", LATER) == 5


@pytest.mark.parametrize("body", [{"number": "7"}, {"number": True}, {"number": 2**60}, {"year": None}, {"series": 1}])
def test_unreadable_numbers_are_not_noted(store: DeskStore, body: dict[str, object]) -> None:
    from desktop.records.events import EventKind

    acts = Acts()
    acts.drafted()
    acts(EventKind.NUMBERED, **{"cite": "C", "series": "cite-a", "year": 2026, "number": 1, **body})
    with store.act() as act:
        for item in acts.made:
            act.add_event(item, START)
        act.add_block(NumberBlock("cite-a", 2026, 1, 1, 9, "dev-1"))
    assert _issue(store, "doc-1") == 1


def test_a_database_put_back_from_a_copy_drops_its_numbers(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    store = opener()
    _block(store, 1, 50)
    assert _issue(store, "doc-1") == 1
    store.close()
    copy = shutil.copy(tmp_path / "home" / "desk.sqlite3", tmp_path / "copy")
    store = opener()
    assert not store.restored
    assert [_issue(store, "doc-2"), _issue(store, "doc-4")] == [2, 3]
    store.close()
    shutil.copy(copy, tmp_path / "home" / "desk.sqlite3")
    store = opener()
    assert store.restored
    assert store.setting("restored_at") is not None
    with pytest.raises(OfficeError, match=r"cite\.no_numbers"):
        _issue(store, "doc-3")
    _block(store, 51, 60, 2)
    assert _issue(store, "doc-3") == 51
    store.close()
    assert not opener().restored


def _numbered(store: DeskStore, *documents: str) -> list[int]:
    return [_issue(store, document) for document in documents]


def _snapshot(home: Path, where: Path) -> Path:
    return Path(shutil.copytree(home, where))


def _put_back(copy: Path, home: Path, *, over: bool = False) -> None:
    """As a person does: delete and copy, or copy over what is there."""
    if not over:
        shutil.rmtree(home)
    shutil.copytree(copy, home, dirs_exist_ok=over)


def test_a_whole_home_put_back_drops_its_numbers_though_the_mark_came_with_it(
    opener: Callable[..., DeskStore], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    store = opener()
    _block(store, 1, 50)
    assert _numbered(store, "doc-1") == [1]
    store.close()
    copy = _snapshot(home, tmp_path / "copy")
    store = opener()
    assert _numbered(store, "doc-2", "doc-3") == [2, 3]
    store.close()
    _put_back(copy, home)
    store = opener()
    assert store.restored
    assert store.blocks("cite-a", 2026) == ()


def test_a_clone_elsewhere_drops_its_numbers_and_the_first_keeps_them(
    opener: Callable[..., DeskStore], tmp_path: Path
) -> None:
    store = opener()
    _block(store, 1, 50)
    store.close()  # not one number issued yet
    _snapshot(tmp_path / "home", tmp_path / "clone")
    clone, store = opener("clone"), opener()
    assert (clone.restored, store.restored) == (True, False)
    assert clone.blocks("cite-a", 2026) == ()
    assert _numbered(store, "doc-1") == [1]


def test_a_database_without_its_mark_drops_its_numbers(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    store = opener()
    _block(store, 1, 50)
    _numbered(store, "doc-1")
    store.close()
    (tmp_path / "home" / "numbers.mark").unlink()
    assert opener().restored


def test_no_copy_of_another_time_passes_for_the_newest(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    """An early copy is put back over the file, then a later one that knows of more numbers than were issued since."""
    home, database = tmp_path / "home", tmp_path / "home" / "desk.sqlite3"
    store = opener()
    _block(store, 1, 50)
    _numbered(store, "doc-1")
    store.close()
    early = shutil.copy(database, tmp_path / "early")
    store = opener()
    _numbered(store, "doc-2", "doc-3")
    store.close()
    later = shutil.copy(database, tmp_path / "later")
    store = opener()
    _numbered(store, "doc-4", "doc-5")
    store.close()
    shutil.copy(early, database)
    store = opener()
    assert store.restored
    store.close()
    shutil.copy(later, database)
    store = opener()
    assert store.restored
    with pytest.raises(OfficeError, match=r"cite\.no_numbers"):
        _issue(store, "doc-6")
    assert home.is_dir()


def test_one_act_behind_is_a_death_or_a_copy_and_that_number_alone_is_never_given(
    opener: Callable[..., DeskStore], tmp_path: Path
) -> None:
    """A program that died between mark and commit must go on numbering without a line; a copy of that moment looks the same."""
    home = tmp_path / "home"
    store = opener()
    _block(store, 1, 50)
    _numbered(store, "doc-1")
    store.close()
    before = shutil.copy(home / "desk.sqlite3", tmp_path / "before")
    store = opener()
    _numbered(store, "doc-2")
    store.close()
    shutil.copy(before, home / "desk.sqlite3")
    store = opener()
    assert not store.restored
    assert _numbered(store, "doc-3", "doc-1") == [3, 1]
    assert [row.document for row in store.number_book()] == ["doc-1", "burnt:2", "doc-3"]
    store.close()
    shutil.copy(before, home / "desk.sqlite3")  # once more: now it is told
    assert opener().restored


def test_a_copy_from_before_the_numbers_were_given_up_is_told(opener: Callable[..., DeskStore], tmp_path: Path) -> None:
    home = tmp_path / "home"
    store = opener()
    _block(store, 1, 50)
    _numbered(store, "doc-1")
    store.close()
    before = shutil.copy(home / "desk.sqlite3", tmp_path / "before")
    store = opener()
    with store.act() as act:  # what came back from the exchange told that this is an old copy
        assert act.give_up_numbers(LATER) == 1
    store.close()
    shutil.copy(before, home / "desk.sqlite3")
    assert opener().restored


def test_where_the_mark_cannot_be_kept_no_number_is_given(
    opener: Callable[..., DeskStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opener()
    _block(store, 1, 50)
    write = NumberMark.write

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(NumberMark, "write", full)
    with pytest.raises(OfficeError, match=r"store\.disk_full"):
        _issue(store, "doc-1")
    monkeypatch.setattr(NumberMark, "write", write)
    assert _issue(store, "doc-2") == 1
    store.close()
    assert not opener().restored


def test_a_commit_that_fails_puts_the_mark_right(opener: Callable[..., DeskStore]) -> None:
    store = opener()
    _block(store, 1, 50)

    @event.listens_for(store._writer, "commit")
    def _full(_: object) -> None:
        event.remove(store._writer, "commit", _full)
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(sqlite3.OperationalError):
        _issue(store, "doc-1")
    store.close()
    store = opener()
    assert not store.restored
    assert _issue(store, "doc-2") == 1


def test_drop_blocks(store: DeskStore) -> None:
    _block(store)
    with store.act() as act:
        assert act.drop_blocks(LATER) == 1
        assert act.drop_blocks(LATER) == 0
    assert store.blocks("cite-a", 2026) == ()
