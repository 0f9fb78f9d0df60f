"""Freezing: the number belongs to the document before the page is set, and none is ever lost or issued twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.drafting.body import Body, Image
from desktop.drafting.preflight import preflight
from desktop.operations import freeze
from desktop.operations.desk import Desk
from desktop.operations.draft import NewDocument, draft
from desktop.operations.numbers import cite_series
from desktop.practice.people import AUTHOR, CHIEF
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from tests.desktop.drafting.test_setting import page_texts, png
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _without(desk: Desk, document: str, field: str) -> str:
    """Take a field out of a draft; returns the fields as they were."""
    kept = desk.store.draft(document)
    assert kept is not None
    fields = json.loads(kept.fields)
    del fields[field]
    desk.store.save_draft(replace(kept, fields=json.dumps(fields)))
    return kept.fields


def test_a_frozen_document_is_numbered_archival_and_waits_for_its_signers(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    view = desk.store.document(stage.document)
    assert view.state is DocumentState.FROZEN
    assert view.cite.endswith(f"/00001/{desk.now_local().year}")
    assert view.next_official == stage.office.ids[AUTHOR]
    assert [item.name for item in view.attachments] == ["cotización Ñañez.csv"]
    assert preflight(desk.store.get_bytes(view.digest)) == ()
    assert desk.store.outbox_counts().waiting >= 3


def test_only_its_author_freezes_a_draft(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    document = office.draft(office.desk(PLANNING))
    chief = office.desk(PLANNING, CHIEF)
    with refused("freeze.not_author"):
        freeze.freeze(chief, document)
    assert chief.store.events_of_document(document) == []


def test_a_failed_freeze_keeps_the_number_for_its_document(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    first, second = office.draft(desk), office.draft(desk)
    fields = _without(desk, first, "para")
    with refused("drafting.missing_field"):
        freeze.freeze(desk, first)
    assert desk.store.events_of_document(first) == []
    assert freeze.freeze(desk, second).split("/")[-2] == "00002"

    kept = desk.store.draft(first)
    assert kept is not None
    desk.store.save_draft(replace(kept, fields=fields))
    assert freeze.freeze(desk, first).split("/")[-2] == "00001"


def test_the_number_survives_the_program(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    fields = _without(desk, document, "para")
    with pytest.raises(OfficeError):
        freeze.freeze(desk, document)
    office.close()
    desk = office.desk(PLANNING)
    kept = desk.store.draft(document)
    assert kept is not None
    desk.store.save_draft(replace(kept, fields=fields))
    assert freeze.freeze(desk, document).split("/")[-2] == "00001"


def test_a_frozen_document_is_not_frozen_again(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    before = desk.store.document(stage.document)
    with refused("document.act_forbidden"):
        freeze.freeze(desk, stage.document)
    assert desk.store.document(stage.document) == before


def test_no_draft_no_freeze(stages: Stages, founded: TestOffice) -> None:
    with refused("draft.unknown"):
        freeze.freeze(stages(founded).office.desk(PLANNING), "01HZZZZZZZZZZZZZZZZZZZZZZZ")


def test_without_line_a_block_still_numbers_and_without_block_nothing_is_lost(
    stages: Stages, founded: TestOffice
) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    office.frozen(desk)
    office.exchange.rename(office.home / "desenchufado")
    assert desk.store.document(office.frozen(desk)).cite.split("/")[-2] == "00002"

    other = office.desk(FINANCE)  # never took a block
    document = office.draft(other, signers=("maria",))
    with refused("storage.unreachable"):
        freeze.freeze(other, document)
    assert other.store.draft(document) is not None
    (office.home / "desenchufado").rename(office.exchange)
    assert freeze.freeze(other, document).split("/")[-2] == "00001"


def test_a_used_up_block_is_followed_by_the_next(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    desk.block_size = 1
    numbers = [desk.store.document(office.frozen(desk)).cite.split("/")[-2] for _ in range(2)]
    assert numbers == ["00001", "00002"]
    series = cite_series(desk, desk.templates["nota_interna"].code)
    assert [(b.first, b.last) for b in desk.store.blocks(series, desk.now_local().year)] == [(1, 1), (2, 2)]


def test_every_type_is_frozen_at_a_desk_with_its_letterhead(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    folder = office.desk_home(PLANNING) / "templates"
    folder.mkdir(parents=True)
    (folder / "letterhead.toml").write_text('lines = ["Plaza 10 de Febrero, Oruro"]\n', "utf-8")
    desk = office.desk(PLANNING)
    signed = [template for template in desk.templates.values() if template.signed]
    assert len(signed) == 16
    for template in signed:
        given = ("entidad", "unidad", "de", "via", "autoridad")
        sample = {name: value for name, value in template.sample["fields"].items() if name not in given}
        order = NewDocument(template.id, sample, Body.from_json(template.sample["body"]), [office.ids[AUTHOR]])
        document = draft(desk, order)
        cite = freeze.freeze(desk, document)
        assert f"/{template.code}/00001/" in cite
        pdf = desk.store.get_bytes(desk.store.document(document).digest)
        assert preflight(pdf) == ()
        assert "Plaza 10 de Febrero" in page_texts(pdf)[0]


def test_a_picture_of_the_draft_is_frozen_into_the_page(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    kept = desk.store.draft(document)
    assert kept is not None
    image = Image(desk.store.put_bytes(png()), "fachada.png", "Fachada del centro de salud")
    desk.store.save_draft(replace(kept, body=json.dumps(Body((image,)).to_json())))
    freeze.freeze(desk, document)
    frozen = desk.store.get_bytes(desk.store.document(document).digest)
    assert b"/Figure" in frozen
    assert preflight(frozen) == ()
