"""Trays: where hops and documents lie, so that nothing held by anybody lies nowhere; days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.documents import fold_document
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.slips import fold_slip
from desktop.routing.trays import Tray, Urgency, count_days, places_of_document, places_of_slip, tray_of_document
from tests.fixtures.acts import Acts


def _where(acts: Acts) -> set[tuple[str, str]]:
    return {(place.tray.value, place.unit) for place in places_of_slip(fold_slip("slip-1", acts.made))}


def test_a_slip_goes_through_the_trays() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    assert _where(acts) == {("pendientes", "unit-a")}
    hop = acts.sent("unit-b")
    assert _where(acts) == {("entrante", "unit-b"), ("enviados", "unit-a")}
    acts.took(hop, "unit-b")
    assert _where(acts) == {("pendientes", "unit-b"), ("enviados", "unit-a")}
    second = acts.sent("unit-c", unit="unit-b")
    assert _where(acts) == {("entrante", "unit-c"), ("enviados", "unit-b"), ("enviados", "unit-a")}
    acts.took(second, "unit-c", EventKind.REJECTED, reason="x")
    assert _where(acts) == {("pendientes", "unit-b"), ("enviados", "unit-a")}
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-b")
    assert _where(acts) == {("archivo", "unit-b"), ("enviados", "unit-a")}
    acts(EventKind.REOPENED, slip="slip-1", unit="unit-b")
    assert _where(acts) == {("pendientes", "unit-b"), ("enviados", "unit-a")}


def test_what_came_back_to_its_origin_is_pending_there() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    acts.took(acts.sent("unit-b"), "unit-a", EventKind.CANCELLED)
    assert _where(acts) == {("pendientes", "unit-a")}
    acts(EventKind.CONCLUDED, slip="slip-1")
    assert _where(acts) == {("archivo", "unit-a")}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["sent", "received", "rejected", "cancelled", "concluded", "reopened"]),
            st.sampled_from(["unit-a", "unit-b", "unit-c"]),
            st.sampled_from(["unit-a", "unit-b", "unit-c"]),
        ),
        max_size=12,
    )
)
def test_the_official_always_lies_in_exactly_one_place(steps: list[tuple[str, str, str]]) -> None:
    acts = Acts()
    acts.opened(parents=())
    sent: list[SignedEvent] = []
    for step, unit, to in steps:
        if step == "sent":
            sent.append(acts.sent(to, unit=unit))
        elif step in {"concluded", "reopened"}:
            acts(EventKind("slip." + step), slip="slip-1", unit=unit)
        elif sent:
            acts.took(sent[-1], unit, EventKind("slip." + step), reason="x")
    slip = fold_slip("slip-1", acts.made)
    lying = [p for p in places_of_slip(slip) if p.tray in {Tray.INCOMING, Tray.PENDING, Tray.ARCHIVE}]
    assert len(lying) == 1
    held_by = slip.in_transit.to_unit if slip.in_transit else slip.holder
    assert lying[0].unit == held_by
    assert (lying[0].tray is Tray.ARCHIVE) == slip.concluded


def test_a_document_without_a_slip() -> None:
    acts = Acts()

    def where() -> set[tuple[str, str]]:
        document = fold_document("doc-1", acts.made)
        return {(place.tray.value, place.official) for place in places_of_document(document)}

    assert where() == set()
    acts.drafted()
    assert where() == {("borradores", "juana")}
    acts.frozen()
    assert where() == {("por_firmar", "juana")}
    acts.signed("juana", "p0", "p1")
    assert where() == {("por_firmar", "pedro"), ("enviados", "juana")}
    acts.signed("pedro", "p1", "p2")
    assert where() == {("pendientes", "juana")}
    assert tray_of_document(fold_document("doc-1", acts.made), "unit-x") is None
    acts.opened()
    assert where() == set()


def test_a_concluded_document_without_a_slip_is_archived() -> None:
    acts = Acts()
    acts.born()
    acts(EventKind.CONCLUDED)
    assert tray_of_document(fold_document("doc-1", acts.made), "unit-a") is Tray.ARCHIVE


@pytest.mark.parametrize(
    ("today", "deadline", "held", "left", "urgency"),
    [
        (1, None, 0, None, Urgency.GOOD),
        (3, None, 2, None, Urgency.GOOD),
        (4, None, 3, None, Urgency.CARE),
        (6, None, 5, None, Urgency.BAD),
        (1, 10, 0, 9, Urgency.GOOD),
        (7, 10, 6, 3, Urgency.CARE),
        (10, 10, 9, 0, Urgency.CARE),
        (11, 10, 10, -1, Urgency.BAD),
    ],
)
def test_days(today: int, deadline: int | None, held: int, left: int | None, urgency: Urgency) -> None:
    until = date(2026, 3, deadline) if deadline else None
    days = count_days(date(2026, 3, 1), until, date(2026, 3, today))
    assert (days.held, days.left, days.urgency) == (held, left, urgency)


def test_days_are_never_negative() -> None:
    assert count_days(date(2026, 3, 5), None, date(2026, 3, 1)).held == 0
