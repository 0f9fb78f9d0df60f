"""The event as data, and the one order that every desk gives to a set of events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.records.events import Ancestry, BlobRef, Event, EventKind, SignedEvent, in_causal_order
from tests.fixtures.acts import START, Acts


def _event() -> Event:
    blob = BlobRef("a" * 64, 3, "nota.pdf", "application/pdf", "document", "b" * 64, (("dev-1", "key"),))
    made = Acts()(
        EventKind.DISPATCHED,
        slip="slip-1",
        deliveries=[("unit-a", 1), ("unit-b", 7)],
        blobs=[blob],
        behalf="pedro",
        at=datetime(2026, 3, 5, 8, 1, 2, tzinfo=timezone(-timedelta(hours=4))),
        to_unit="unit-b",
    )
    return made.event


def test_a_payload_reads_back_as_the_same_event() -> None:
    event = _event()
    assert Event.from_payload(event.to_payload()) == event
    assert event.to_payload()["time"] == "2026-03-05T08:01:02-04:00"
    assert event.blob("a" * 64) is event.blobs[0]
    assert event.blob("c" * 64) is None


@pytest.mark.parametrize(
    "change",
    [
        {"time": "2026-03-05T08:01:02"},
        {"time": 5},
        {"type": 5},
        {"prev": None},
        {"seq": "1"},
        {"seq": True},
        {"seq": -1},
        {"slip": 5},
        {"parents": [1]},
        {"parents": None},
        {"body": []},
        {"actor": {"official": "x", "post": "y"}},
        {"actor": None},
        {"deliveries": {"unit": "1"}},
        {"deliveries": []},
        {"blobs": [{"sha256": "x"}]},
        {"on_behalf_of": 1},
        {"id": None},
    ],
)
def test_what_is_no_event_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(OfficeError, match=r"event\.malformed"):
        Event.from_payload({**_event().to_payload(), **change})


def test_a_missing_key_is_malformed_and_a_newer_format_is_told() -> None:
    payload = _event().to_payload()
    del payload["document"]
    with pytest.raises(OfficeError, match=r"event\.malformed"):
        Event.from_payload(payload)
    with pytest.raises(OfficeError, match=r"event\.newer_format"):
        Event.from_payload({**payload, "v": 2})


def test_a_kind_of_a_newer_program_is_told_as_such() -> None:
    with pytest.raises(OfficeError, match=r"event\.unknown_kind") as caught:
        Event.from_payload({**_event().to_payload(), "type": "document.burnt"})
    assert caught.value.facts == {"act": "document.burnt"}


KINDS = """
document.drafted document.registered document.scanned document.numbered document.frozen document.approved document.observed
document.signed document.raised document.voided document.number_settled slip.opened slip.dispatched slip.received
slip.rejected slip.cancelled slip.answered slip.concluded slip.reopened deposit.made slip.grouped slip.ungrouped
slip.justified slip.paper_moved slip.reassigned slip.settled keys.shared
"""


def test_the_values_that_travel_are_these() -> None:
    assert [kind.value for kind in EventKind] == KINDS.split()


@st.composite
def graphs(draw: st.DrawFn) -> list[SignedEvent]:
    """Chains that fork and join, with clocks that lie, some parents missing."""
    acts = Acts()
    for _ in range(draw(st.integers(1, 10))):
        parents = (
            draw(st.lists(st.sampled_from(acts.made), max_size=3, unique_by=lambda i: i.digest)) if acts.made else []
        )
        acts(EventKind.RAISED, parents=parents, at=START + timedelta(minutes=draw(st.integers(-3, 3))))
    return draw(st.lists(st.sampled_from(acts.made), unique_by=lambda i: i.digest))


@given(graphs(), st.data())
def test_causal_order(events: list[SignedEvent], data: st.DataObject) -> None:
    ordered = in_causal_order(data.draw(st.permutations(events)))
    assert ordered == in_causal_order(events)
    assert {i.digest for i in ordered} == {i.digest for i in events}
    place = {item.digest: n for n, item in enumerate(ordered)}
    for item in ordered:
        assert all(place[p] < place[item.digest] for p in item.event.parents if p in place)


@given(graphs())
def test_knowing_is_what_ancestry_says(events: list[SignedEvent]) -> None:
    ancestry = Ancestry(events)
    place = {item.digest: n for n, item in enumerate(in_causal_order(events))}
    for later in events:
        assert not ancestry.knew(later.digest, later.digest)
        for parent in later.event.parents:
            assert ancestry.knew(later.digest, parent)
        for earlier in events:
            if ancestry.knew(later.digest, earlier.digest):
                assert place[earlier.digest] < place[later.digest]


def test_free_events_go_by_claimed_time() -> None:
    acts = Acts()
    root = acts(EventKind.RAISED)
    late = acts(EventKind.RAISED, parents=[root], at=START + timedelta(hours=2))
    early = acts(EventKind.RAISED, parents=[root], at=START + timedelta(hours=1))
    child = acts(EventKind.RAISED, parents=[late], at=datetime(2020, 1, 1, tzinfo=UTC))
    assert in_causal_order([child, late, early, root]) == [root, early, late, child]


def test_a_cycle_is_refused() -> None:
    acts = Acts()
    one = acts(EventKind.RAISED)
    two = acts(EventKind.RAISED)
    looped = SignedEvent(acts(EventKind.RAISED, parents=[two]).event, one.digest, "")
    with pytest.raises(OfficeError, match=r"event\.cycle"):
        in_causal_order([looped, two])


def test_a_long_chain_is_ordered_quickly() -> None:
    acts = Acts()
    for _ in range(3000):
        acts(EventKind.RAISED)
    assert in_causal_order(reversed(acts.made)) == acts.made
