"""Trays: where hops and documents lie, so that nothing held by anybody lies nowhere; days."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.records.documents import DocumentState, fold_document
from desktop.records.events import EventKind, SignedEvent
from desktop.routing.slips import fold_slip
from desktop.routing.trays import ALLOWED, Tray, acts_in, places_of_document, places_of_slip, tray_of_document
from tests.fixtures.acts import HEX, Acts


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


def test_what_a_settlement_dropped_lies_with_who_has_it_until_he_puts_it_away() -> None:
    acts = Acts()
    acts.born()
    opened = acts.opened()
    one = acts.sent("unit-b", parents=[opened])
    two = acts.sent("unit-c", parents=[opened])
    assert _where(acts) == {("entrante", "unit-b"), ("entrante", "unit-c"), ("enviados", "unit-a")}
    took = acts.took(two, "unit-c", parents=[two])
    acts.settled(one, two, parents=[one, took])
    assert _where(acts) == {("entrante", "unit-b"), ("pendientes", "unit-c"), ("enviados", "unit-a")}
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-c", mode="copia", hop=two.event.id)
    assert _where(acts) == {("entrante", "unit-b"), ("archivo", "unit-c"), ("enviados", "unit-a")}


def test_a_dropped_hop_that_nobody_received_lies_nowhere() -> None:
    acts = Acts()
    acts.born()
    opened = acts.opened()
    one = acts.sent("unit-b", parents=[opened])
    two = acts.sent("unit-c", parents=[opened])
    acts.settled(one, two, parents=[one, two])
    assert _where(acts) == {("entrante", "unit-b"), ("enviados", "unit-a")}


VIA = ("juana", "pedro", "ana")
OF_A_DOCUMENT = (EventKind.FROZEN, EventKind.APPROVED, EventKind.OBSERVED, EventKind.SIGNED, EventKind.OPENED, EventKind.CONCLUDED,
                 EventKind.REOPENED, EventKind.DEPOSITED)  # fmt: skip


def _try(acts: Acts, kind: EventKind, who: str) -> bool:
    """Write that act by that official; whether the document's rules let it count."""
    view = fold_document("doc-1", acts.made)
    body = {
        EventKind.FROZEN: {"digest": HEX["p0"], "pages": 1},
        EventKind.OBSERVED: {"remark": "x"},
        EventKind.SIGNED: {"old": view.digest, "new": HEX[f"p{len(view.appended) + 1}"], "level": "B-B"},
        EventKind.OPENED: {"number": "I-2026-00001", "subject": "x"},
    }.get(kind, {})
    made = acts(kind, who=who, slip="slip-1" if kind is EventKind.OPENED else view.slip, **body)
    return made.digest not in fold_document("doc-1", acts.made).refused


@given(st.lists(st.tuples(st.sampled_from(OF_A_DOCUMENT[:6]), st.sampled_from(VIA)), max_size=10))
def test_what_the_tray_of_a_document_forbids_its_rules_forbid(steps: list[tuple[EventKind, str]]) -> None:
    """Before it has a slip: who may freeze, approve, observe, sign, derive or conclude it finds it in a tray that offers that."""
    acts = Acts()
    acts.drafted(approvers=["ana"])
    for kind, who in steps:
        if kind is not EventKind.OPENED:
            _try(acts, kind, who)
    document = fold_document("doc-1", acts.made)
    offered = {act for place in places_of_document(document) for act in ALLOWED[place.tray]}
    for kind in OF_A_DOCUMENT:
        for who in VIA:
            more = Acts(device="dev-9")
            more.made, more.now = list(acts.made), acts.now
            if kind is EventKind.SIGNED and document.state is DocumentState.SIGNED:
                continue  # a countersignature is the holder's, on a slip
            named = EventKind.DISPATCHED if kind is EventKind.OPENED else kind
            assert not _try(more, kind, who) or named in offered, (kind, who, document)


def test_in_anothers_name_a_tray_offers_only_what_is_addressed_to_him() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    hop = acts.sent("unit-b", to_official="maria").event.id
    slip = fold_slip("slip-1", acts.made)
    taking = {EventKind.RECEIVED, EventKind.REJECTED}
    assert acts_in(Tray.INCOMING, slip, "unit-b", "", hop) >= taking
    assert acts_in(Tray.INCOMING, slip, "unit-b", "maria", hop) >= taking
    assert not acts_in(Tray.INCOMING, slip, "unit-b", "luis", hop) & taking
    assert acts_in(Tray.INCOMING, slip, "unit-a", "", hop) == frozenset()
