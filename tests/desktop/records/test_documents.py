"""A document folded from its events: the life it may have, and acts that must have no effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.documents import DocumentState, DocumentView, fold_document, require, require_turn
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.records.origin import Origin
from tests.fixtures.acts import HEX, Acts


def _fold(acts: Acts, document: str = "doc-1") -> DocumentView:
    return fold_document(document, acts.made)


def test_the_ordinary_life() -> None:
    acts = Acts()
    acts.drafted(approvers=["ana"])
    view = _fold(acts)
    assert (view.state, view.author, view.unit, view.next_official) == (DocumentState.DRAFT, "juana", "unit-a", None)
    acts.numbered(number=45)
    acts.frozen()
    assert _fold(acts).next_official == "ana"
    acts(EventKind.APPROVED, who="ana")
    assert _fold(acts).next_official == "juana"
    acts.signed("juana", "p0", "p1")
    assert (_fold(acts).state, _fold(acts).next_official, _fold(acts).level) == (DocumentState.FROZEN, "pedro", "B-B")
    acts.signed("pedro", "p1", "p2")
    view = _fold(acts)
    assert (view.state, view.cite, view.digest) == (DocumentState.SIGNED, "GADOR-SDPD/NI/00045/2026", HEX["p2"])
    assert view.signed_by == ("juana", "pedro")
    acts(EventKind.RAISED, old=HEX["p2"], new=HEX["p3"], level="B-LTA")
    assert (_fold(acts).digest, _fold(acts).level, _fold(acts).signed_by) == (HEX["p3"], "B-LTA", ("juana", "pedro"))
    acts(EventKind.CONCLUDED)
    acts(EventKind.DEPOSITED)
    view = _fold(acts)
    assert view.state is DocumentState.DEPOSITED
    assert view.refused == ()
    assert not view.forked


def test_an_observation_sends_it_back_and_the_cite_stays() -> None:
    acts = Acts()
    acts.drafted()
    acts.numbered()
    acts.frozen()
    acts.signed("juana", "p0", "p1")
    acts(EventKind.OBSERVED, who="pedro", remark="Falta el cuadro.")
    assert (_fold(acts).state, _fold(acts).remarks) == (DocumentState.OBSERVED, (("pedro", "Falta el cuadro."),))
    acts.frozen(digest=HEX["p4"])
    view = _fold(acts)
    assert (view.state, view.cite, view.signed_by) == (DocumentState.FROZEN, "GADOR-SDPD/NI/00001/2026", ())
    assert view.next_official == "juana"


def test_a_substitute_takes_the_turn_of_the_holder() -> None:
    acts = Acts()
    acts.drafted(approvers=["ana"])
    acts.frozen()
    acts(EventKind.APPROVED, who="luis", behalf="ana")
    acts.signed("luis", "p0", "p1", behalf="juana")
    view = _fold(acts)
    assert (view.approved, view.signed_by, view.refused) == (("ana",), ("juana",), ())


def test_the_holder_may_countersign_a_signed_document() -> None:
    acts = Acts()
    acts.born()
    acts.signed("maria", "p2", "p3", unit="unit-b")
    assert _fold(acts).signed_by == ("juana", "pedro", "maria")
    assert _fold(acts).state is DocumentState.SIGNED


def _no_second_draft(acts: Acts) -> None:
    acts.drafted(who="mallory", subject="Otra cosa", signers=["mallory"])


def _no_second_number(acts: Acts) -> None:
    acts.numbered(number=99)


def _not_frozen_again(acts: Acts) -> None:
    acts.frozen(digest=HEX["other"])


def _no_freezing_by_another_unit(acts: Acts) -> None:
    acts(EventKind.FROZEN, unit="unit-x", digest=HEX["other"], pages=1)


def _no_signature_out_of_turn(acts: Acts) -> None:
    acts.signed("pedro", "p0", "other")


def _no_signature_by_a_stranger(acts: Acts) -> None:
    acts.signed("mallory", "p0", "other")


def _no_append_to_unknown_bytes(acts: Acts) -> None:
    acts.signed("juana", "p4", "other")


def _no_approval_by_a_stranger(acts: Acts) -> None:
    acts(EventKind.APPROVED, who="mallory")


def _no_observation_by_a_stranger(acts: Acts) -> None:
    acts(EventKind.OBSERVED, who="mallory", remark="x")


def _no_deposit_before_conclusion(acts: Acts) -> None:
    acts(EventKind.DEPOSITED)


def _no_dispatch_unsigned(acts: Acts) -> None:
    acts.sent("unit-b")


def _no_slip_unsigned(acts: Acts) -> None:
    acts.opened()


def _no_voiding_by_another_unit(acts: Acts) -> None:
    acts(EventKind.VOIDED, unit="unit-x")


def _no_unreadable_body(acts: Acts) -> None:
    acts(EventKind.SIGNED, who="juana", old=HEX["p0"], new=5, level="B-B")


def _no_body_at_all(acts: Acts) -> None:
    acts(EventKind.SIGNED, who="juana")


def _no_unhashable_body(acts: Acts) -> None:
    acts(EventKind.SIGNED, who="juana", old=[], new={}, level=None)


FORBIDDEN_WHEN_FROZEN: list[Callable[[Acts], None]] = [
    _no_second_draft, _no_second_number, _not_frozen_again, _no_freezing_by_another_unit, _no_signature_out_of_turn,
    _no_signature_by_a_stranger, _no_append_to_unknown_bytes, _no_approval_by_a_stranger, _no_observation_by_a_stranger,
    _no_deposit_before_conclusion, _no_dispatch_unsigned, _no_slip_unsigned, _no_voiding_by_another_unit,
    _no_unreadable_body, _no_body_at_all, _no_unhashable_body,
]  # fmt: skip


@pytest.mark.parametrize("forbidden", FORBIDDEN_WHEN_FROZEN, ids=lambda f: f.__name__)
def test_forbidden_acts_have_no_effect(forbidden: Callable[[Acts], None]) -> None:
    acts = Acts()
    acts.drafted()
    acts.numbered()
    acts.frozen()
    before = _fold(acts)
    forbidden(acts)
    after = _fold(acts)
    assert after.refused == (acts.made[-1].digest,)
    assert replace(after, refused=()) == before


@pytest.mark.parametrize("kind", [EventKind.CONCLUDED, EventKind.OPENED])
def test_another_unit_neither_concludes_nor_opens_what_is_not_its_own(kind: EventKind) -> None:
    acts = Acts()
    acts.born()
    before = _fold(acts)
    slip = "slip-x" if kind is EventKind.OPENED else None
    acts(kind, unit="unit-x", slip=slip, number="I-2026-09999", subject="x")
    assert replace(_fold(acts), refused=()) == before


def test_a_draft_is_numbered_once() -> None:
    acts = Acts()
    acts.drafted()
    acts.numbered(number=1)
    acts.numbered(number=2)
    assert _fold(acts).cite == "GADOR-SDPD/NI/00001/2026"
    assert len(_fold(acts).refused) == 1


@pytest.mark.parametrize(("unit", "slip"), [("unit-a", "slip-9"), ("unit-x", None)])
def test_only_its_own_unit_puts_a_document_on_a_slip(unit: str, slip: str | None) -> None:
    acts = Acts()
    acts.born()
    acts(EventKind.ANSWERED, slip="slip-9", unit=unit, hop="h", answer="doc-1")
    assert _fold(acts).slip == slip


def test_what_its_slip_refuses_does_not_act_on_the_document() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    concluded = acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-x")
    assert fold_document("doc-1", acts.made).state is DocumentState.CONCLUDED
    view = fold_document("doc-1", acts.made, refused={concluded.digest})
    assert (view.state, view.refused) == (DocumentState.SIGNED, (concluded.digest,))


def test_a_slip_that_is_not_the_documents_own_cannot_conclude_it() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    acts(EventKind.CONCLUDED, slip="slip-of-mallory", unit="unit-x")
    assert _fold(acts).state is DocumentState.SIGNED


def test_putting_a_copy_away_does_not_conclude_the_document() -> None:
    acts = Acts()
    acts.born()
    acts.opened()
    acts(EventKind.CONCLUDED, slip="slip-1", unit="unit-c", mode="copia", hop="h")
    assert (_fold(acts).state, _fold(acts).refused) == (DocumentState.SIGNED, ())


def test_two_appends_to_the_same_bytes_are_a_fork() -> None:
    acts = Acts()
    acts.drafted()
    frozen = acts.frozen()
    acts.signed("juana", "p0", "p1", parents=[frozen])
    acts(EventKind.RAISED, old=HEX["p0"], new=HEX["other"], level="B-T", parents=[frozen])
    view = _fold(acts)
    assert view.forked
    assert view.digest == HEX["p1"]


def test_other_documents_do_not_matter_and_nothing_is_nothing() -> None:
    acts = Acts()
    acts.born()
    acts.born("doc-2", 2)
    assert _fold(acts) == fold_document("doc-1", [i for i in acts.made if i.event.document == "doc-1"])
    assert fold_document("doc-9", acts.made) == DocumentView("doc-9")


@given(st.data())
def test_any_order_gives_the_same_view(data: st.DataObject) -> None:
    acts = Acts()
    acts.journey()
    some = data.draw(st.lists(st.sampled_from(acts.made), unique_by=lambda i: i.digest))
    mixed: list[SignedEvent] = data.draw(st.permutations(some))
    assert fold_document("doc-1", mixed) == fold_document("doc-1", some)


KINDS = st.sampled_from(list(EventKind))
BODIES = st.dictionaries(
    st.sampled_from(["old", "new", "digest", "pages", "level", "kind", "subject", "remark", "signers", "mode", "cite"]),
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(list(HEX.values())) | st.just([]),
)


@given(st.lists(st.tuples(KINDS, st.sampled_from(["juana", "pedro", "mallory"]), BODIES), max_size=8))
def test_folding_never_fails_and_signed_means_signed_by_all(
    steps: list[tuple[EventKind, str, dict[str, object]]],
) -> None:
    acts = Acts()
    acts.drafted()
    acts.frozen()
    for kind, who, body in steps:
        acts(kind, who=who, **body)
    view = _fold(acts)
    if view.state is DocumentState.SIGNED:
        assert set(view.signers) <= set(view.signed_by)
    if view.appended:
        assert view.digest == view.appended[-1].new


def test_require_tells_act_and_state() -> None:
    with pytest.raises(OfficeError, match=r"document\.act_forbidden") as caught:
        require(DocumentView("d", cite="C", state=DocumentState.VOID), EventKind.SIGNED)
    assert dict(caught.value.facts) == {"act": "document.signed", "state": "void", "cite": "C"}
    require(DocumentView("d", state=DocumentState.SIGNED), EventKind.DISPATCHED)


def test_turns() -> None:
    view = DocumentView("d", state=DocumentState.FROZEN, approvers=("ana",), signers=("juana",))
    require_turn(view, "ana", EventKind.APPROVED)
    require_turn(view, "ana", EventKind.OBSERVED)
    for who, kind in (("ana", EventKind.SIGNED), ("juana", EventKind.SIGNED), ("juana", EventKind.APPROVED)):
        with pytest.raises(OfficeError, match=r"document\.not_your_turn"):
            require_turn(view, who, kind)
    view = replace(view, approved=("ana",))
    require_turn(view, "juana", EventKind.SIGNED)
    require_turn(view, "juana", EventKind.OBSERVED)
    with pytest.raises(OfficeError, match=r"document\.not_your_turn"):
        require_turn(view, "juana", EventKind.APPROVED)
    with pytest.raises(OfficeError, match=r"document\.not_your_turn"):
        require_turn(replace(view, state=DocumentState.SIGNED, approvers=(), signers=()), "", EventKind.SIGNED)


def _registered(acts: Acts, **more: object) -> None:
    origin = {"name": "Juana Mamani", "cite": "GAMCC/NE/00018/2026", "dated": "2026-03-04", "sheets": 5, "later": "x"}
    body = {"kind": "Memorial", "subject": "Caminos", "number": "E-2026-00001", "digest": HEX["p0"], "pages": 1}
    acts(EventKind.REGISTERED, **{**body, "origin": origin, **more})


def test_a_letter_from_outside_is_registered_never_signed() -> None:
    acts = Acts()
    _registered(acts)
    view = _fold(acts)
    assert (view.state, view.cite, view.sheets, view.scanned) == (DocumentState.REGISTERED, "E-2026-00001", 5, False)
    assert view.origin is not None
    assert (view.origin.name, view.origin.dated) == ("Juana Mamani", date(2026, 3, 4))
    acts.signed("juana", "p0", "p1")
    acts(EventKind.APPROVED, who="juana")
    acts.drafted()
    _registered(acts)
    acts(EventKind.SCANNED, unit="unit-b", digest=HEX["p1"], pages=2)
    refused = _fold(acts)
    assert (refused.state, refused.digest, len(refused.refused)) == (DocumentState.REGISTERED, HEX["p0"], 5)
    acts(EventKind.SCANNED, digest=HEX["p1"], pages=2)
    acts(EventKind.SCANNED, digest=HEX["p2"], pages=3)
    view = _fold(acts)
    assert (view.digest, view.pages, view.scanned, len(view.refused)) == (HEX["p1"], 2, True, 6)
    acts(EventKind.CONCLUDED)
    acts(EventKind.REOPENED)
    assert _fold(acts).state is DocumentState.REGISTERED


@pytest.mark.parametrize("origin", [[], {"name": 3}, {"dated": "ayer"}, {"sheets": "x"}])
def test_an_origin_that_cannot_be_read_registers_nothing(origin: object) -> None:
    acts = Acts()
    _registered(acts, origin=origin)
    assert len(_fold(acts).refused) == 1


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(TEXT, TEXT, st.dates(), st.integers(0, 10_000))
def test_an_origin_is_read_back_as_it_was_written(name: str, cite: str, dated: date, sheets: int) -> None:
    origin = Origin(name, cite=cite, dated=dated, sheets=sheets)
    assert Origin.from_json(origin.to_json()) == origin
