"""Discarding drafts: who may, what becomes of number, text and journal, and for how long it can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from desktop.drafting import editing
from desktop.drafting.changes import Position
from desktop.operations import approve, discard, freeze, numbers, synchronise, trays, versions
from desktop.operations.register import register
from desktop.operations.writing import drafts_folder, open_writing
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.records.documents import DocumentState
from desktop.routing.trays import Tray
from desktop.store.desk import Act
from tests.desktop.operations.test_register import _rules
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


@pytest.fixture
def office(stages: Stages, founded: TestOffice) -> TestOffice:
    """An office where nothing has happened."""
    return stages(founded).office


def test_a_draft_without_a_number_goes_and_comes_back_with_its_history(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk, subject="Camino a Turco")
    with open_writing(desk, document) as text:
        text.do(editing.insert(text.body, Position(1, "text", 0), "Hoy. "))
        with refused("draft.open_elsewhere"):
            discard.discard(desk, document)
    before = desk.store.draft(document)
    assert before is not None
    assert discard.discard(desk, document) == ""
    assert desk.store.events_of_document(document) == []
    assert (desk.store.draft(document), trays.rows(desk, Tray.DRAFTS)) == (None, [])
    for gone in (
        lambda: freeze.freeze(desk, document),
        lambda: open_writing(desk, document),
        lambda: discard.discard(desk, document),
    ):
        with refused("draft.unknown"):
            gone()
    (row,) = discard.wastebasket(desk)
    assert (row.document, row.subject, row.cite, row.until - row.since) == (
        document, "Camino a Turco", "", timedelta(days=30),
    )  # fmt: skip
    desk.store.save_draft(before)  # a window that had it open saves it once more
    assert desk.store.draft(document) is None

    assert discard.restore(desk, document) == document
    assert (desk.store.draft(document), discard.wastebasket(desk)) == (before, [])
    with open_writing(desk, document) as text:
        text.undo()
        assert "Hoy." not in json.dumps(text.body.to_json())
    with refused("restore.not_there"):
        discard.restore(desk, document)


def test_only_its_author_discards_and_restores(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk, signers=(CHIEF,))
    with refused("discard.not_author"):
        discard.discard(desk, document, official=office.ids[CHIEF])
    assert desk.store.draft(document) is not None
    discard.discard(desk, document)
    with refused("discard.not_author"):
        discard.restore(desk, document, official=office.ids[CHIEF])
    assert [row.document for row in discard.wastebasket(desk)] == [document]


def test_a_number_is_annulled_with_its_reason_and_the_text_comes_back_as_a_new_document(office: TestOffice) -> None:
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    _rules(office, here, '[[rule]]\ntype = "NI"\nassigned = "generation"\n')
    document = office.draft(here, approvers=(ANSWERER,))
    cite = here.store.document(document).cite
    with open_writing(here, document) as text:
        text.keep_version("Antes")
        text.do(editing.insert(text.body, Position(1, "text", 0), "Hoy. "))
        text._ended.set()  # killed before it could save: the journal alone has the last words
        text._syncing.join()
        text._log.close()
    events = here.store.events_of_document(document)
    with refused("void.no_reason"):
        discard.discard(here, document)
    assert (here.store.document(document).state, discard.wastebasket(here)) == (DocumentState.DRAFT, [])
    assert discard.discard(here, document, "No corresponde") == cite
    view = here.store.document(document)
    assert (view.state, view.void_reason, view.cite) == (DocumentState.VOID, "No corresponde", cite)
    assert {item.jws for item in events} < {item.jws for item in here.store.events_of_document(document)}
    assert trays.rows(here, Tray.DRAFTS) == []
    assert [row.cite for row in discard.wastebasket(here)] == [cite]
    assert synchronise.synchronise(here).problems == ()
    assert synchronise.synchronise(there).problems == ()
    assert there.store.document(document).state is DocumentState.VOID

    again = discard.restore(here, document)
    assert again != document
    kept = here.store.draft(again)
    assert kept is not None
    assert "Hoy. Se remite" in kept.body
    assert [v.label for v in versions.versions(here, again)] == ["Antes"]
    assert here.store.document(again).cite != cite
    assert freeze.freeze(here, again) == here.store.document(again).cite
    assert [(one.state, one.reason) for one in register(here) if one.document == document] == [
        ("void", "No corresponde")
    ]
    assert list(drafts_folder(here).glob(f"{document}.*")) == []


def test_a_number_that_was_only_reserved_is_annulled_too(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    cite = numbers.reserve_cite(desk, "NI", desk.now_local().year, document)  # a freezing that went wrong afterwards
    assert discard.discard(desk, document, "No corresponde") == cite.text
    assert desk.store.document(document).state is DocumentState.VOID


def test_a_draft_whose_type_went_is_discarded_all_the_same(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    plain, numbered = office.draft(desk), office.draft(desk)
    freeze.number(desk, numbered)
    for document in (plain, numbered):
        kept = desk.store.draft(document)
        assert kept is not None
        desk.store.save_draft(replace(kept, template="nota_que_ya_no_hay"))
        discard.discard(desk, document, "Ya no hay este tipo")
    assert {row.document for row in discard.wastebasket(desk)} == {plain, numbered}
    assert desk.store.document(numbered).state is DocumentState.VOID
    assert discard.restore(desk, plain) == plain
    assert desk.store.draft(discard.restore(desk, numbered)) is not None


def test_what_is_frozen_is_not_discarded_what_came_back_observed_is(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    document = office.frozen(desk, approvers=(CHIEF,))
    with refused("discard.begun"):
        discard.discard(desk, document, "No corresponde")
    assert desk.store.document(document).state is DocumentState.FROZEN
    approve.observe(desk, document, "Otra vez", official=office.ids[CHIEF])
    cite = desk.store.document(document).cite
    assert discard.discard(desk, document, "No corresponde") == cite
    assert (desk.store.document(document).state, desk.store.draft(document)) == (DocumentState.VOID, None)
    signed = office.signed(desk, AUTHOR)
    with refused("discard.begun"):
        discard.discard(desk, signed, "No corresponde")


def test_a_death_between_annulment_and_wastebasket_is_made_good_by_the_same_command(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    freeze.number(desk, document)

    def dead(act: Act, draft: str, at: datetime | None) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Act, "mark_discarded", dead)
        discard.discard(desk, document, "No corresponde")
    assert desk.store.document(document).state is DocumentState.VOID
    assert desk.store.draft(document) is not None
    assert discard.discard(desk, document) == ""
    assert [row.document for row in discard.wastebasket(desk)] == [document]


def test_after_thirty_days_it_is_gone_and_the_book_still_tells_of_it(office: TestOffice) -> None:
    desk = office.desk(PLANNING)
    plain, numbered = office.draft(desk), office.draft(desk)
    for document in (plain, numbered):
        with open_writing(desk, document) as text:
            text.keep_version("Antes")
    freeze.number(desk, numbered)
    for document in (plain, numbered):
        discard.discard(desk, document, "No corresponde")
    thrown, files = desk.clock(), drafts_folder(desk)
    desk.clock = lambda: thrown + timedelta(days=29, hours=23)
    synchronise.synchronise(desk)
    assert len(discard.wastebasket(desk)) == 2
    assert list(files.glob(f"{plain}.*"))
    events = desk.store.events_of_document(numbered)
    desk.clock = lambda: thrown + timedelta(days=30)
    synchronise.synchronise(desk)
    assert desk.store.wastebasket() == []
    assert [path for document in (plain, numbered) for path in files.glob(f"{document}.*")] == []
    assert desk.store.events_of_document(numbered) == events
    with refused("restore.not_there"):
        discard.restore(desk, numbered)
