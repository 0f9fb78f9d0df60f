"""The IT person's work: copy a type, change it, check it; a broken one is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.operations.page import PageOrder, set_page, slot_of, types_of
from desktop.operations.template import check_templates, copy_template
from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from tests.desktop.drafting.test_setting import page_texts, png

RESOURCES = find_resources()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_copied_type_is_changed_and_used_without_touching_code(tmp_path: Path) -> None:
    own = tmp_path / "plantillas"
    made = copy_template("decreto_edil", own, resources=RESOURCES)
    assert made == own / "decreto_departamental"
    assert [row.good for row in check_templates(own, resources=RESOURCES)] == [True, True]
    edit(made / "manifest.toml", 'id = "decreto_edil"', 'id = "decreto_municipal"')
    edit(made / "manifest.toml", 'title = "DECRETO EDIL"', 'title = "DECRETO MUNICIPAL"')
    edit(
        made / "manifest.toml",
        "[[variant]]",
        '[[field]]\nname = "gaceta"\nlabel = "GACETA"\nplace = "head"\n\n[[variant]]',
    )
    assert [(row.id, row.good) for row in check_templates(made, resources=RESOURCES)] == [
        ("decreto_departamental", True),
        ("decreto_municipal", True),
    ]
    assert "decreto_edil" not in types_of(RESOURCES, own)
    out = tmp_path / "d.pdf"
    order = PageOrder("decreto_municipal", {"gaceta": "N.º 7"}, own=own, sample=True, strict=True)
    assert set_page(order, out, resources=RESOURCES).problems == ()
    text = page_texts(out.read_bytes())[0]
    assert "DECRETO MUNICIPAL" in text
    assert "GACETA: N.º 7" in text


def test_a_broken_one_is_a_row_with_its_line_and_the_others_are_looked_at(tmp_path: Path) -> None:
    for kind in ("circular", "instructivo", "memorandum", "nota_externa"):
        copy_template(kind, tmp_path, resources=RESOURCES)
    edit(tmp_path / "circular" / "manifest.toml", 'kind = "people"', 'kind = "gente"')
    edit(tmp_path / "instructivo" / "page.typ", "#letter()", "#carta()")
    edit(tmp_path / "memorandum" / "sample.json", '"clase": "Delegación"', '"clase": "Regaño"')
    circular, instructivo, memorandum, letter = check_templates(tmp_path, resources=RESOURCES)
    assert circular.error is not None
    assert (circular.error.code, circular.error.facts["line"]) == ("template.bad_value", 29)
    assert instructivo.error is not None
    assert (instructivo.error.code, instructivo.error.facts["file"], instructivo.error.facts["line"]) == (
        "drafting.page_failed", "page.typ", 5,
    )  # fmt: skip
    assert memorandum.error is not None
    assert memorandum.error.code == "drafting.bad_choice"
    assert letter.good
    assert letter.pages == 1


def test_the_letterhead_is_checked_with_them(tmp_path: Path) -> None:
    (tmp_path / "escudo.png").write_bytes(png())
    head = tmp_path / "letterhead.toml"
    head.write_text('arms = "escudo.png"\nalt = "Escudo"\nlines = ["Plaza 10 de Febrero"]\n', "utf-8")
    assert [row.good for row in check_templates(tmp_path, resources=RESOURCES)] == [True]
    head.write_text('arms = "escudo.png"\n', "utf-8")
    (row,) = check_templates(tmp_path, resources=RESOURCES)
    assert row.error is not None
    assert (row.error.code, row.error.facts["key"]) == ("template.missing_key", "alt")


def test_nothing_is_copied_over_and_nothing_is_made_up(tmp_path: Path) -> None:
    copy_template("circular", tmp_path, resources=RESOURCES)
    for wrong, code in (("circular", "template.exists"), ("oda", "draft.unknown_template")):
        with pytest.raises(OfficeError) as caught:
            copy_template(wrong, tmp_path, resources=RESOURCES)
        assert caught.value.code == code
    assert [entry.name for entry in tmp_path.iterdir()] == ["circular"]
    with pytest.raises(OfficeError) as none:
        check_templates(tmp_path / "circular" / "nada", resources=RESOURCES)
    assert none.value.code == "template.none_here"


def test_a_signer_as_text() -> None:
    slot = slot_of("Ana Ñusta | Jefa | En suplencia | dos")
    assert (slot.name, slot.post, slot.acting) == ("Ana Ñusta", "Jefa", "En suplencia | dos")
    assert slot_of("Ana").post == ""
