"""The entity's own templates in the desk's home: used as they are; a broken one is refused with its line, and all else goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.operations import freeze, void
from desktop.operations.desk import Desk
from desktop.operations.diagnose import diagnose
from desktop.operations.template import copy_template
from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from tests.desktop.drafting.test_setting import page_texts
from tests.fixtures.office import PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
RESOURCES = find_resources()


def own_folder(office: TestOffice, kind: str = "nota_interna", *, desk: str = PLANNING) -> Path:
    """A copy of a shipped type in the desk's home, to be changed."""
    return copy_template(kind, office.desk_home(desk) / "templates", resources=RESOURCES)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def text_of_draft(desk: Desk, document: str) -> tuple[str, str]:
    kept = desk.store.draft(document)
    assert kept is not None
    return kept.fields, kept.body


def test_a_type_of_the_desks_home_is_frozen_as_the_entity_wants_it(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    edit(own_folder(office) / "manifest.toml", 'title = "NOTA INTERNA"', 'title = "COMUNICACIÓN INTERNA"')
    desk = office.desk(PLANNING)
    document = office.frozen(desk)
    pdf = desk.store.get_bytes(desk.store.document(document).digest)
    assert "COMUNICACIÓN INTERNA" in page_texts(pdf)[0]


def test_a_broken_type_is_refused_with_its_line_and_the_desk_works_on(received_stage: Stage, stages: Stages) -> None:
    office = stages(received_stage).office
    broken = own_folder(office) / "manifest.toml"
    edit(broken, 'kind = "people"', 'kind = "gente"')
    line = next(n for n, text in enumerate(broken.read_text("utf-8").splitlines(), 1) if "gente" in text)
    desk = office.desk(PLANNING)
    assert desk.store.document(received_stage.document).cite  # what was there is there
    assert office.frozen(desk, template="circular")
    with pytest.raises(OfficeError) as caught:
        office.draft(desk)
    facts = caught.value.facts
    assert (caught.value.code, facts["folder"], facts["file"], facts["line"]) == (
        "template.bad_value", "nota_interna", "manifest.toml", line,
    )  # fmt: skip
    assert "nota_interna" not in desk.templates  # the shipped one does not stand in for it unseen


def test_a_draft_whose_type_broke_or_went_keeps_its_text_and_is_told(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    folder = own_folder(office)
    edit(folder / "manifest.toml", 'id = "nota_interna"', 'id = "nota_propia"')
    edit(folder / "manifest.toml", 'code = "NI"', 'code = "NP"')
    own = folder.rename(folder.with_name("nota_propia"))
    desk = office.desk(PLANNING)
    document = office.draft(desk, template="nota_propia")
    desk.store.close()
    edit(own / "page.typ", "#letter()", '#import "@preview/x:1.0.0"')
    desk = office.desk(PLANNING)
    kept = text_of_draft(desk, document)
    for act in (freeze.freeze, freeze.number):
        with refused("template.package_import"):
            act(desk, document)
    assert text_of_draft(desk, document) == kept
    desk.store.close()
    shutil.rmtree(own)
    desk = office.desk(PLANNING)
    for act in (freeze.freeze, freeze.number):
        with refused("draft.unknown_template"):
            act(desk, document)
    with refused("draft.unknown_template"):
        void.void(desk, document, "Ya no corresponde")
    assert text_of_draft(desk, document) == kept


def test_a_broken_letterhead_stops_pages_and_nothing_else(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    office = stage.office
    folder = office.desk_home(PLANNING) / "templates"
    folder.mkdir()
    (folder / "letterhead.toml").write_text('\narms = "escudo.png"\nalt = "Escudo"\n', "utf-8")
    desk = office.desk(PLANNING)
    document = office.draft(desk)
    with refused("template.missing_file"):
        freeze.freeze(desk, document)
    (folder / "letterhead.toml").unlink()
    again = office.desk(PLANNING)
    assert again.store.document(stage.document).cite
    assert freeze.freeze(again, document)


def test_doctor_names_what_is_broken_in_the_home(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    for kind in ("circular", "memorandum"):
        copy_template(kind, own, resources=RESOURCES)
    good = [finding for finding in diagnose(RESOURCES, tmp_path) if finding.code == "doctor.templates"]
    assert [finding.good for finding in good] == [True]
    edit(own / "circular" / "manifest.toml", "format = 2", "format = 99")
    edit(own / "memorandum" / "page.typ", "#letter()", '#import "@preview/x:1.0.0"')
    (own / "letterhead.toml").write_text("arms = 1\n", "utf-8")
    bad = [finding for finding in diagnose(RESOURCES, tmp_path) if finding.code.startswith("template.")]
    assert {finding.facts["folder"] for finding in bad} == {"circular", "memorandum", "templates"}
    assert all(not finding.good and not finding.needed for finding in bad)
