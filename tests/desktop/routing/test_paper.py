"""How it stands with the paper of a hop, by the slip's events alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.events import EventKind
from desktop.routing.paper import PaperState, announced_paper, paper_state, without
from desktop.routing.slips import fold_slip
from tests.fixtures.acts import Acts


def _opened() -> Acts:
    acts = Acts()
    acts.born()
    acts.opened()
    return acts


def _state(acts: Acts, number: int = 0) -> PaperState:
    view = fold_slip("slip-1", acts.made)
    assert view.refused == ()
    return paper_state(view, view.hops[number])


@pytest.mark.parametrize("mode", ["oficial", "copia"])
@pytest.mark.parametrize("body", [{"paper": "Original"}, {"unscanned": "2 planos"}], ids=["paper", "unscanned"])
def test_announced_paper_is_missing_until_somebody_notes_that_it_came(mode: str, body: dict[str, str]) -> None:
    acts = _opened()
    hop = acts.sent("unit-b", mode=mode, **body)
    assert _state(acts) is PaperState.UNDER_WAY
    acts.took(hop, "unit-b")
    assert _state(acts) is PaperState.MISSING
    acts(EventKind.PAPER_MOVED, slip="slip-1", unit="unit-b", hop=hop.event.id, paper="", where="Estante 3")
    assert _state(acts) is PaperState.CAME


@pytest.mark.parametrize("mode", ["oficial", "copia"])
def test_a_reception_says_what_came_and_what_did_not(mode: str) -> None:
    whole, part = _opened(), _opened()
    for acts, said in ((whole, "Original y 2 anexos"), (part, without("Original y 2 anexos.", " anexo 2 "))):
        hop = acts.sent("unit-b", mode=mode, paper="Original y 2 anexos")
        acts.took(hop, "unit-b", paper=said)
    assert (_state(whole), _state(part)) == (PaperState.CAME, PaperState.PART)
    assert fold_slip("slip-1", part.made).hops[0].paper_received == "Original y 2 anexos. Falta: anexo 2"


def test_what_was_missing_and_comes_later_is_noted_by_where_it_is() -> None:
    acts = _opened()
    hop = acts.sent("unit-b", paper="Original y anexo")
    acts.took(hop, "unit-b", paper=without("Original y anexo", "anexo"))
    acts(EventKind.PAPER_MOVED, slip="slip-1", unit="unit-b", hop=hop.event.id, paper="", where="Estante 3")
    assert _state(acts) is PaperState.PART  # moved as it is
    moved = {"paper": "Original y anexo", "where": "Estante 3"}
    acts(EventKind.PAPER_MOVED, slip="slip-1", unit="unit-b", hop=hop.event.id, **moved)
    assert _state(acts) is PaperState.CAME


def test_without_paper_nothing_is_asked_and_what_comes_back_lacks_nothing() -> None:
    acts = _opened()
    hop = acts.sent("unit-b")
    acts.took(hop, "unit-b")
    assert _state(acts) is PaperState.NONE
    acts = _opened()
    hop = acts.sent("unit-b", paper="Original")
    acts.took(hop, "unit-b", EventKind.REJECTED, reason="x")
    assert _state(acts) is PaperState.NONE


def test_who_passed_it_on_without_its_paper_still_lacks_it_and_who_passed_the_paper_on_does_not() -> None:
    acts = _opened()
    hop = acts.sent("unit-b", paper="Original")
    acts.took(hop, "unit-b")
    acts.sent("unit-c", unit="unit-b")
    assert _state(acts) is PaperState.MISSING
    acts = _opened()
    hop = acts.sent("unit-b", paper="Original")
    acts.took(hop, "unit-b")
    acts.sent("unit-c", unit="unit-b", paper="Original")
    assert (_state(acts), _state(acts, 1)) == (PaperState.NONE, PaperState.UNDER_WAY)


def test_both_kinds_of_paper_are_announced_in_one_line() -> None:
    acts = _opened()
    acts.sent("unit-b", paper="Original", unscanned="2 planos")
    assert announced_paper(fold_slip("slip-1", acts.made).hops[0]) == "Original; 2 planos"


@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
def test_what_lacks_is_always_told(paper: str, lacking: str) -> None:
    acts = _opened()
    hop = acts.sent("unit-b", paper=paper)
    acts.took(hop, "unit-b", paper=without(paper, lacking))
    assert _state(acts) is PaperState.PART
