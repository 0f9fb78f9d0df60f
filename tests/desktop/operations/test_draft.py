"""Drafts: what may not be kept, and that a kept one survives the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.drafting.body import Body
from desktop.operations import draft, trays
from desktop.operations.page import set_draft_page
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.resources import find_resources
from desktop.routing.trays import Tray
from tests.fixtures.office import PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_a_draft_is_kept_with_its_attachment_and_lies_in_borradores(
    stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    paper = tmp_path / "cotización Wara.csv"
    paper.write_bytes(b"a;b\n")
    document = office.draft(office.desk(PLANNING), attachments=[paper])
    office.close()

    desk = office.desk(PLANNING)
    kept = desk.store.draft(document)
    assert kept is not None
    assert kept.author == office.ids[AUTHOR]
    assert desk.store.get_bytes(kept.attachments[0].sha256) == b"a;b\n"
    assert kept.attachments[0].media_type == "text/csv"
    row = next(row for row in trays.rows(desk, Tray.DRAFTS) if row.document.id == document)
    assert (row.document.subject, row.person) == ("Equipamiento del centro de salud", "Juana Mamani Quispe")
    assert trays.counts(desk)[Tray.DRAFTS] == len(trays.rows(desk, Tray.DRAFTS)) == 1


def test_what_may_not_be_kept_is_refused(stages: Stages, founded: TestOffice, tmp_path: Path) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    me = office.ids[AUTHOR]
    for new, code in (
        (draft.NewDocument("carta_de_amor", {}, Body(), [me]), "draft.unknown_template"),
        (draft.NewDocument("nota_interna", {}, Body(), []), "draft.no_signer"),
        (draft.NewDocument("nota_interna", {}, Body(), ["nadie"]), "directory.unknown_official"),
        (draft.NewDocument("nota_interna", {}, Body(), [me], ["nadie"]), "directory.unknown_official"),
        (
            draft.NewDocument("nota_interna", {}, Body(), [me], attachments=[tmp_path / "no.csv"]),
            "draft.attachment_unreadable",
        ),
    ):
        with refused(code):
            draft.draft(desk, new)
    assert desk.store.drafts() == []


def test_only_an_official_enrolled_at_this_desk_acts_here(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    for who, code in ((office.ids[ANSWERER], "desk.not_enrolled"), ("", "desk.nobody")):
        desk.official = who
        with refused(code):
            office.draft(desk)


def test_a_letter_goes_by_the_via_to_its_author(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    letter = draft.Letter("nota_interna", office.ids[ANSWERER], [office.ids[CHIEF]], "Pedido", ["Uno.", "Dos."])
    kept = desk.store.draft(draft.draft_letter(desk, letter))
    assert kept is not None
    assert (kept.signers, kept.approvers) == ((office.ids[AUTHOR],), (office.ids[CHIEF],))
    assert draft.subject_of(desk, kept) == "Pedido"
    assert len(draft.read_body(kept).blocks) == 2
    with refused("draft.unknown_template"):
        draft.draft_letter(desk, draft.Letter("x", office.ids[ANSWERER], [], "", []))


def test_a_page_without_a_desk(tmp_path: Path) -> None:
    fields = {"referencia": "Prueba", "entidad": "E", "unidad": "U", "para": ["A | B"], "de": ["C | D"]}
    out = tmp_path / "hoja.pdf"
    assert set_draft_page("nota_interna", fields, Body.from_text("Hola."), out, resources=find_resources()) == 1
    assert out.read_bytes().startswith(b"%PDF-")
    with refused("draft.unknown_template"):
        set_draft_page("x", {}, Body(), out, resources=find_resources())


def test_of_two_officials_on_one_pc_each_sees_his_own_drafts(founded: TestOffice, stages: Stages) -> None:
    office = stages(founded).office
    document = office.draft(office.desk(PLANNING))
    other = office.desk(PLANNING, CHIEF)
    assert [row.document.id for row in trays.rows(other, Tray.DRAFTS)] == []
    assert trays.counts(other)[Tray.DRAFTS] == 0
    mine = office.desk(PLANNING)
    assert [row.document.id for row in trays.rows(mine, Tray.DRAFTS)] == [document]
    assert trays.counts(mine)[Tray.DRAFTS] == 1
