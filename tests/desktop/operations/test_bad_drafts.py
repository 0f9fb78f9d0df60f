"""What people do wrong at a desk: told in a sentence when it is frozen, no number spent for it, and nothing that they wrote is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desktop.drafting import engine
from desktop.drafting.body import Body, Image, Paragraph, plain
from desktop.drafting.limited import LimitedSetter
from desktop.operations import freeze, revise
from desktop.operations.desk import Desk
from desktop.operations.writing import open_writing
from desktop.records.errors import OfficeError
from desktop.words import words
from tests.desktop.operations.test_own_templates import edit, own_folder, text_of_draft
from tests.fixtures.office import PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


@pytest.fixture
def office(stages: Stages, founded: TestOffice) -> TestOffice:
    return stages(founded).office


@pytest.fixture
def desk(office: TestOffice) -> Desk:
    return office.desk(PLANNING)


def told(desk: Desk, document: str) -> OfficeError:
    """Why it is not frozen; the draft is as it was and no act was done."""
    before = text_of_draft(desk, document)
    with pytest.raises(OfficeError) as caught:
        freeze.freeze(desk, document)
    assert text_of_draft(desk, document) == before
    assert desk.store.events_of_document(document) == []
    sentence = words(caught.value.code, "es", caught.value.facts)
    assert sentence.what
    assert sentence.do
    assert not any("‹" in part for part in (sentence.what, sentence.means, sentence.do))
    return caught.value


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("", "drafting.missing_field"),
        ("Solicitud " * 1000, "drafting.too_long"),
        ("Fiesta \U0001f389", "drafting.missing_glyph"),
        ("\u0645\u0631\u062d\u0628\u0627", "drafting.missing_glyph"),
        ("\u202eoibmac", ""),
    ],
    ids=["missing", "10 000 signs", "emoji", "right to left", "direction turned"],
)
def test_a_bad_subject_is_told_kept_and_mended_in_the_same_draft(
    office: TestOffice, desk: Desk, subject: str, code: str
) -> None:
    document = office.draft(desk)
    revise.revise(desk, document, fields={"referencia": subject})
    if code:
        assert told(desk, document).code == code
        revise.revise(desk, document, fields={"referencia": "Solicitud de equipos"})
        with open_writing(desk, document) as text:
            text.undo()
            assert text.fields["referencia"] == subject
            text.redo()
    cite = freeze.freeze(desk, document)
    assert cite.split("/")[-2] == "00001"  # nothing that was refused cost a number


def test_bad_signs_and_pictures_of_the_text_are_told_by_their_place(office: TestOffice, desk: Desk) -> None:
    document = office.draft(desk)
    for blocks, facts in (
        ((Paragraph(plain("Se remite \u6f22 y cierra")),), {"near": "Se remite \u6f22 y cierra", "sign": "U+6F22"}),
        ((Paragraph(plain("Foto:")), Image("0" * 64, "foto.png", "")), {"image": "foto.png", "number": 1}),
    ):
        revise.revise(desk, document, body=Body(blocks))
        error = told(desk, document)
        assert facts.items() <= error.facts.items()


def test_a_template_that_loops_is_stopped_and_the_draft_frozen_once_it_is_mended(
    office: TestOffice, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.store.close()
    page = own_folder(office) / "page.typ"
    edit(page, "#letter()", "#for a in range(100000) { for b in range(100000) { let c = a * b } }\n#letter()")
    monkeypatch.setattr(engine, "LimitedSetter", lambda: LimitedSetter(seconds=2))
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    error = told(desk, document)
    assert (error.code, error.facts["template"]) == ("drafting.ran_away", "nota_interna")
    desk.store.close()
    edit(page, "#for a in range(100000) { for b in range(100000) { let c = a * b } }\n", "")
    assert freeze.freeze(office.desk(PLANNING), document).split("/")[-2] == "00001"
