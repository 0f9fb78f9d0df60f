"""V°B° and observation: the vía's order is the order of acts, and an observed document keeps its CITE."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from desktop.operations import approve, freeze, trays
from desktop.practice.people import AUTHOR, CHIEF
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.routing.trays import Tray
from tests.fixtures.office import PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_the_approval_comes_before_the_signature_and_only_from_the_one_whose_turn_it_is(
    stages: Stages, founded: TestOffice
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.frozen(desk, approvers=(CHIEF,))
    with refused("document.not_your_turn"):
        office.sign(desk, document, AUTHOR)
    with refused("document.not_your_turn"):
        approve.approve(desk, document)
    approve.approve(desk, document, official=office.ids[CHIEF])
    assert desk.store.document(document).approved == (office.ids[CHIEF],)
    with refused("document.not_your_turn"):
        approve.approve(desk, document, official=office.ids[CHIEF])
    assert office.sign(desk, document, AUTHOR).error is None
    assert desk.store.document(document).state is DocumentState.SIGNED


def test_an_observed_document_returns_to_its_author_and_keeps_its_cite_into_the_next_year(
    stages: Stages, founded: TestOffice
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.frozen(desk, approvers=(CHIEF,))
    cite, digest = desk.store.document(document).cite, desk.store.document(document).digest
    for remark, who, code in (
        ("  ", office.ids[CHIEF], "observe.no_remark"),
        ("Falta la partida.", office.ids[AUTHOR], "document.not_your_turn"),
    ):
        with refused(code):
            approve.observe(desk, document, remark, official=who)
    approve.observe(desk, document, " Falta la partida. ", official=office.ids[CHIEF])
    view = desk.store.document(document)
    assert (view.state, view.remarks) == (DocumentState.OBSERVED, ((office.ids[CHIEF], "Falta la partida."),))
    assert [row.document.id for row in trays.rows(desk, Tray.DRAFTS)] == [document]
    with pytest.raises(OfficeError):
        office.sign(desk, document, AUTHOR)

    new_year = datetime(desk.now_local().year + 1, 1, 1, 0, 30, tzinfo=desk.zone).astimezone(UTC)
    desk.clock = lambda: new_year
    assert freeze.freeze(desk, document) == cite
    view = desk.store.document(document)
    assert (view.state, view.cite) == (DocumentState.FROZEN, cite)
    assert view.digest != digest
    assert view.next_official == office.ids[CHIEF]
