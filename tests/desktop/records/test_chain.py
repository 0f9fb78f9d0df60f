"""The vía by its rules alone: turns, observations, corrections, whoever acts and in whatever order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.records.documents import (
    DocumentState,
    DocumentView,
    fold_document,
    require_observer,
    require_turn,
)
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.observations import Mark
from tests.fixtures.acts import HEX, Acts

MARK = {"text": "¿De qué año?", "quote": "la ley", "before": "según ", "after": " vigente", "page": 2,
        "place": [[3, "text", 7], [3, "text", 13]]}  # fmt: skip


def _fold(acts: Acts) -> DocumentView:
    return fold_document("doc-1", acts.made)


def _frozen(**more: Any) -> Acts:
    acts = Acts()
    acts.drafted(approvers=["ana", "luis"], **more)
    acts.numbered()
    acts.frozen(text=HEX["other"])
    return acts


def test_a_remark_keeps_its_place_words_and_text() -> None:
    acts = _frozen()
    observed = acts(
        EventKind.OBSERVED, who="ana", remark="Corregir.", digest=HEX["p0"], text=HEX["other"], marks=[MARK]
    )
    (seen,) = _fold(acts).observations
    assert (seen.id, seen.official, seen.text, seen.digest) == (observed.event.id, "ana", HEX["other"], HEX["p0"])
    assert seen.marks == (Mark("¿De qué año?", "la ley", "según ", " vigente", 2, ((3, "text", 7), (3, "text", 13))),)
    assert seen.marks[0].to_json() == MARK


def test_corrected_bytes_supersede_the_old_and_begin_the_via_again_under_the_same_cite() -> None:
    acts = _frozen()
    acts(EventKind.APPROVED, who="ana", digest=HEX["p0"])
    acts(EventKind.OBSERVED, who="luis", remark="Corregir.")
    acts.frozen(digest=HEX["p4"], supersedes=HEX["p0"])
    view = _fold(acts)
    assert (view.state, view.cite, view.approved) == (DocumentState.FROZEN, "GADOR-SDPD/NI/00001/2026", ())
    assert [each.digest for each in view.versions] == [HEX["p0"], HEX["p4"]]
    assert view.next_official == "ana"


@pytest.mark.parametrize("kind", [EventKind.APPROVED, EventKind.OBSERVED])
def test_what_was_said_of_the_old_bytes_does_not_count_for_the_new(kind: EventKind) -> None:
    acts = _frozen()
    first = acts.made[-1]
    acts(EventKind.OBSERVED, who="ana", remark="Corregir.", parents=[first])
    acts.frozen(digest=HEX["p4"], supersedes=HEX["p0"])
    acts(kind, who="zoe", behalf="ana", remark="x", digest=HEX["p0"], parents=[first])  # the substitute, elsewhere
    view = _fold(acts)
    assert view.refused == (acts.made[-1].digest,)
    assert (view.state, view.approved) == (DocumentState.FROZEN, ())


def test_only_the_author_or_who_acts_for_him_corrects() -> None:
    acts = _frozen()
    acts(EventKind.OBSERVED, who="ana", remark="Corregir.")
    acts.frozen(digest=HEX["p4"], who="ana")
    acts.frozen(digest=HEX["p4"], supersedes=HEX["p3"])
    assert len(_fold(acts).refused) == 2
    acts.frozen(digest=HEX["p4"], who="ana", behalf="juana")
    assert _fold(acts).digest == HEX["p4"]


def test_before_the_first_dispatch_a_signed_document_may_be_taken_back_and_afterwards_not() -> None:
    acts = Acts()
    acts.born()
    with pytest.raises(OfficeError, match=r"document\.not_your_turn"):
        require_observer(_fold(acts), "mallory")
    acts(EventKind.OBSERVED, who="pedro", remark="El monto está mal.")
    assert _fold(acts).state is DocumentState.OBSERVED
    acts.frozen(digest=HEX["p4"])
    view = _fold(acts)
    assert (view.state, view.cite, view.signed_by) == (DocumentState.FROZEN, "GADOR-SDPD/NI/00001/2026", ())

    sent = Acts()
    sent.born()
    sent.opened()
    sent(EventKind.OBSERVED, who="pedro", remark="Tarde.")
    assert _fold(sent).state is DocumentState.SIGNED
    with pytest.raises(OfficeError, match=r"document\.act_forbidden"):
        require_observer(_fold(sent), "pedro")


@pytest.mark.parametrize("observed_first", [True, False])
def test_a_dispatch_beats_an_observation_that_did_not_know_of_it_whatever_the_clocks_say(observed_first: bool) -> None:
    acts = Acts()
    acts.born()
    last = acts.made[-1]
    early, late = (acts.now, acts.now.replace(hour=23))
    observed = acts(
        EventKind.OBSERVED,
        who="pedro",
        remark="x",
        parents=[last],
        at=early if observed_first else late,
        device="dev-2",
    )
    acts(
        EventKind.OPENED,
        slip="slip-1",
        number="I-2026-00001",
        subject="x",
        parents=[last],
        at=late if observed_first else early,
    )
    view = _fold(acts)
    assert (view.state, view.slip, view.refused) == (DocumentState.SIGNED, "slip-1", (observed.digest,))


def test_an_opening_that_the_rules_forbid_does_not_undo_an_observation() -> None:
    acts = _frozen()
    last = acts.made[-1]
    acts(EventKind.OBSERVED, who="ana", remark="x", parents=[last])
    acts(EventKind.OPENED, slip="slip-1", number="I-2026-00001", subject="x", parents=[last])
    assert _fold(acts).state is DocumentState.OBSERVED


def test_where_the_page_names_a_substitute_only_he_signs() -> None:
    acts = Acts()
    acts.drafted()
    acts.frozen(acting={"juana": "zoe"})
    view = _fold(acts)
    for actor in ("", "luis"):
        with pytest.raises(OfficeError, match=r"document\.printed_for_another"):
            require_turn(view, "juana", EventKind.SIGNED, actor=actor)
    acts.signed("juana", "p0", "p1")
    acts.signed("zoe", "p0", "p1", behalf="juana")
    view = _fold(acts)
    assert (view.signed_by, len(view.refused)) == (("juana",), 1)
    acts.signed("luis", "p1", "p2", behalf="pedro")  # a delegation that began after freezing: the stamp tells it
    assert _fold(acts).state is DocumentState.SIGNED


# --- any acts by anybody

CHAIN = ("ana", "luis", "juana", "pedro")
ACTORS = st.sampled_from([*CHAIN, "mallory"])
STEPS = st.tuples(
    st.sampled_from([EventKind.APPROVED, EventKind.OBSERVED, EventKind.SIGNED, EventKind.FROZEN, EventKind.OPENED]),
    ACTORS,
    st.none() | ACTORS,
)


def _bodies(kind: EventKind, view: DocumentView, number: int) -> dict[str, Any]:
    made = f"{number:064x}"
    match kind:
        case EventKind.APPROVED:
            return {"digest": view.digest}
        case EventKind.OBSERVED:
            return {"remark": f"n.º {number}", "digest": view.digest}
        case EventKind.SIGNED:
            return {"old": view.digest, "new": made, "level": "B-B"}
        case EventKind.FROZEN:
            return {"digest": made, "pages": 1, "supersedes": view.digest}
    return {"slip": f"slip-{number}", "number": f"I-{number}", "subject": "x"}


class Model:
    """The vía in a few lines, written apart from the program: what may happen next, and to whom it belongs."""

    def __init__(self) -> None:
        self.waiting = list(CHAIN)
        self.back = self.sent = False

    def permits(self, kind: EventKind, official: str) -> bool:
        turn = self.waiting[0] if self.waiting else None
        if self.sent:
            return kind is EventKind.SIGNED  # the holder countersigns
        if self.back:
            return kind is EventKind.FROZEN and official == "juana"
        match kind:
            case EventKind.APPROVED:
                return official == turn and len(self.waiting) > 2
            case EventKind.SIGNED:
                return (official == turn and len(self.waiting) <= 2) or turn is None
            case EventKind.OBSERVED:
                return official == turn if turn else official in CHAIN
        return kind is EventKind.OPENED and turn is None

    def do(self, kind: EventKind) -> None:
        match kind:
            case EventKind.OBSERVED:
                self.back = True
            case EventKind.FROZEN:
                self.back, self.waiting = False, list(CHAIN)
            case EventKind.OPENED:
                self.sent = True
            case _:
                self.waiting = self.waiting[1:]


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=14))
def test_only_permitted_acts_change_the_state(steps: list[tuple[EventKind, str, str | None]]) -> None:
    acts, model = _frozen(), Model()
    for number, (kind, who, behalf) in enumerate(steps):
        before = _fold(acts)
        body = _bodies(kind, before, number)
        acts(kind, who=who, behalf=behalf, slip=body.pop("slip", None), **body)
        after = _fold(acts)
        if model.permits(kind, behalf or who):
            model.do(kind)
            assert after.refused == before.refused
        else:
            assert after.refused == (*before.refused, acts.made[-1].digest)
            assert replace(after, refused=before.refused) == before
        assert after.cite == before.cite
        assert (after.state is DocumentState.OBSERVED) == model.back
        if not model.back and not model.sent:
            assert after.next_official == (model.waiting[0] if model.waiting else None)
