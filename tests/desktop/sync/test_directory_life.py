"""Units that end, officials who move and leave: what they did stays true, what they do afterwards does not count."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Directory
from desktop.storage.protocol import ObjectStore
from desktop.sync.directory import publish
from desktop.sync.directory_json import from_payload, to_payload
from desktop.sync.events import read_event, sign_event
from tests.desktop.sync.office import NOW, Office, Seat
from tests.fixtures.office import refused

TODAY = NOW.astimezone().date()
YESTERDAY, TOMORROW = date(2026, 3, 4), date(2026, 3, 6)


def unit(directory: Directory, unit_id: str, **changes: Any) -> Directory:
    units = tuple(replace(each, **changes) if each.id == unit_id else each for each in directory.units)
    return replace(directory, units=units)


def person(directory: Directory, who: str, **changes: Any) -> Directory:
    people = tuple(replace(each, **changes) if each.id == who else each for each in directory.officials)
    return replace(directory, officials=people)


def believed(office: Office, directory: Directory, **changes: Any) -> str:
    """The code with which an event of Juana's is refused, or "ok"."""
    signed = sign_event(office.event(**changes), office.key_a)
    try:
        read_event(signed.jws, directory)
    except OfficeError as error:
        return error.code
    return "ok"


# --- one who left


def test_his_last_day_counts_and_no_day_after_it(office: Office) -> None:
    left = person(office.directory, "juana", until=date(2026, 3, 5))
    assert believed(office, left) == "ok"
    assert believed(office, left, claimed_at=NOW + timedelta(days=1)) == "event.official_left"
    assert believed(office, left, claimed_at=NOW - timedelta(days=900)) == "ok"


def test_his_day_is_that_of_the_entitys_zone(office: Office) -> None:
    """At 02:30 UTC of the 6th it is still the 5th in Oruro, his last day."""
    left = person(office.directory, "juana", until=date(2026, 3, 5))
    assert believed(office, left, claimed_at=NOW + timedelta(hours=12)) == "ok"
    assert believed(office, left, claimed_at=NOW + timedelta(hours=14)) == "event.official_left"


def test_what_a_clock_ahead_had_set_aside_comes_in_when_his_day_is_corrected(juana: Seat, pedro: Seat) -> None:
    """An act of before he left that claims a later day is refused, kept by name, tried at every pull, and never lost for good."""
    body = {"kind": "informe", "subject": "Antes de irse"}
    early = juana.act(EventKind.DRAFTED, "doc-1", body, units=("unit-b",))
    juana.push()
    left = person(juana.office.directory, "juana", until=TODAY - timedelta(days=3))
    for _ in range(2):
        pedro.pull(directory=left)
        assert [item.code for item in pedro.store.quarantined()] == ["event.official_left"]
    pedro.pull(directory=person(left, "juana", until=TODAY))
    assert (pedro.store.quarantined(), pedro.store.event(early.digest)) == ([], early)


@pytest.mark.parametrize("gone", [True, False])
def test_so_does_what_came_in_a_history_though_the_file_of_it_is_gone(juana: Seat, pedro: Seat, gone: bool) -> None:
    """By a stick a history comes once: it was acknowledged, so it is kept until the directory takes it, or for ever does not."""
    juana.make("doc-1", b"%PDF-1.7 texto")
    juana.clock = itertools.count(-4 * 24 * 60)  # the clock was put right: what follows is of before his last day
    juana.dispatch("doc-1", "slip-1", "unit-b")
    juana.push()
    left = person(juana.office.directory, "juana", until=TODAY - timedelta(days=3))
    pedro.pull(directory=left)
    assert [item.code for item in pedro.store.quarantined()] == ["blob.history_early"]
    assert len(pedro.store.events_of_document("doc-1")) == 2
    if gone:
        exchange: Any = pedro.exchange
        for path in exchange._root.glob("blobs/**/*"):
            if path.is_file():
                path.unlink()
    pedro.pull(directory=left)
    assert [item.code for item in pedro.store.quarantined()] == ["blob.history_early"]
    pedro.pull(directory=person(left, "juana", until=TODAY))
    assert pedro.store.quarantined() == []
    assert pedro.store.events_of_document("doc-1") == juana.store.events_of_document("doc-1")


def test_a_clock_that_he_sets_back_does_not_help_him(office: Office, change_device: Callable[..., Directory]) -> None:
    """His PC is revoked with the last number it had: what it signs after that claims a good day in vain."""
    left = change_device(person(office.directory, "juana", until=TODAY), "device-a", revoked_at=NOW, last_seq=4)
    then = {"claimed_at": NOW - timedelta(days=3), "prev": "0" * 64}
    assert believed(office, left, device_seq=4, **then) == "ok"
    assert believed(office, left, device_seq=5, **then) == "event.device_revoked"


# --- one who moved


def test_after_a_move_his_old_unit_counts_until_his_last_day_there(office: Office) -> None:
    moved = person(office.directory, "juana", unit="unit-c", former=(("unit-a", date(2026, 3, 5)),))
    assert believed(office, moved) == "ok"
    assert believed(office, moved, claimed_at=NOW + timedelta(days=1)) == "event.wrong_unit"
    new = replace(office.actor("juana"), unit="unit-c")
    assert believed(office, moved, claimed_at=NOW + timedelta(days=1), actor=new) == "ok"
    assert believed(office, moved, actor=replace(new, unit="unit-b")) == "event.wrong_unit"


# --- units that ended


def test_the_first_successor_acts_for_an_ended_unit_and_no_other(office: Office) -> None:
    """Acts name the unit that the slip knows (decision 0037)."""
    for_b = replace(office.actor("juana"), unit="unit-b")
    assert believed(office, office.directory, actor=for_b) == "event.wrong_unit"
    first = unit(office.directory, "unit-b", ended_on=YESTERDAY, successors=("unit-a", "unit-c"))
    assert believed(office, first, actor=for_b) == "ok"
    second = unit(office.directory, "unit-b", ended_on=YESTERDAY, successors=("unit-c", "unit-a"))
    assert believed(office, second, actor=for_b) == "event.wrong_unit"
    assert believed(office, first, actor=replace(for_b, unit="nowhere")) == "event.wrong_unit"
    living = unit(office.directory, "unit-b", successors=("unit-a",))
    assert believed(office, living, actor=for_b) == "event.wrong_unit"


def test_what_a_unit_did_before_it_ended_stays_true(office: Office) -> None:
    merged = unit(office.directory, "unit-a", ended_on=YESTERDAY, successors=("unit-c",))
    assert believed(office, merged) == "ok"
    moved = person(merged, "juana", unit="unit-c", former=(("unit-a", YESTERDAY),))
    assert believed(office, moved, claimed_at=NOW - timedelta(days=40)) == "ok"


def test_renamed_is_the_same_unit(office: Office) -> None:
    assert believed(office, unit(office.directory, "unit-a", name="Otra", prefix="GADOR-O")) == "ok"


# --- the directory forgets nothing of it


def test_former_units_survive_the_json_and_are_written_only_where_there_are_some(office: Office) -> None:
    assert "former" not in str(to_payload(office.directory))
    moved = person(office.directory, "juana", unit="unit-c", former=(("unit-a", YESTERDAY),))
    assert from_payload(to_payload(moved)) == moved
    with refused("directory.inconsistent"):
        publish_twice(office, moved, person(moved, "juana", former=(("nowhere", YESTERDAY),)))


def publish_twice(office: Office, first: Directory, second: Directory, exchange: ObjectStore | None = None) -> None:
    class Nowhere:
        def list(self, *_: object, **__: object) -> list[Any]:
            return []

        def put_if_absent(self, *_: object) -> bool:
            return True

    into: Any = exchange or Nowhere()
    publish(into, first, office.admin)
    publish(into, replace(second, number=first.number + 1), office.admin)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"until": TODAY}, {"until": None}),
        ({"former": (("unit-b", YESTERDAY),)}, {"former": ()}),
    ],
)
def test_that_an_official_left_or_moved_is_never_taken_back(
    office: Office, exchange: ObjectStore, before: dict[str, Any], after: dict[str, Any]
) -> None:
    first = person(office.directory, "juana", **before)
    with refused("directory.forgets"):
        publish_twice(office, first, person(first, "juana", **after), exchange)


def test_a_last_day_may_be_corrected(office: Office, exchange: ObjectStore) -> None:
    first = person(office.directory, "juana", until=TODAY)
    publish_twice(office, first, person(first, "juana", until=TOMORROW), exchange)


@pytest.mark.parametrize("after", [{"ended_on": None, "successors": ()}, {"successors": ("unit-a",)}])
def test_that_a_unit_ended_is_never_taken_back(office: Office, exchange: ObjectStore, after: dict[str, Any]) -> None:
    first = unit(office.directory, "unit-b", ended_on=TODAY, successors=("unit-c",))
    with refused("directory.forgets"):
        publish_twice(office, first, unit(first, "unit-b", **after), exchange)


def test_that_a_device_was_revoked_is_never_taken_back(
    office: Office, exchange: ObjectStore, change_device: Callable[..., Directory]
) -> None:
    first = change_device(office.directory, "device-a", revoked_at=NOW, last_seq=4)
    with refused("directory.forgets"):
        publish_twice(office, first, change_device(first, "device-a", revoked_at=None), exchange)


def test_an_answers_own_unit_is_checked_as_the_actors_is(office: Office) -> None:
    """Else somebody could put another unit's document on a slip."""
    answered: dict[str, Any] = {"kind": EventKind.ANSWERED, "slip": "s-1", "parents": ("0" * 64,)}
    body = {"hop": "h", "answer": "doc-1"}
    assert believed(office, office.directory, **answered, body=body) == "ok"
    assert believed(office, office.directory, **answered, body={**body, "unit": "unit-a"}) == "ok"
    assert believed(office, office.directory, **answered, body={**body, "unit": "unit-b"}) == "event.wrong_unit"
