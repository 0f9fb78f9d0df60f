"""The cite book: issued inside the act, once, from own blocks, by a clock that can be believed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from desktop.records.cite import NumberBlock
from desktop.records.errors import OfficeError
from desktop.store.desk import DeskStore
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
    assert _issue(store, "doc-2") == 2
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


def test_drop_blocks(store: DeskStore) -> None:
    _block(store)
    with store.act() as act:
        assert act.drop_blocks(LATER) == 1
        assert act.drop_blocks(LATER) == 0
    assert store.blocks("cite-a", 2026) == ()
