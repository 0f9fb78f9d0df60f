"""draft and template: every type from the command line, what is missing as sentences, the IT person's round."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from desktop.drafting.preflight import preflight

from .conftest import Qillqa

TEXTS = Path(__file__).resolve().parents[2] / "fixtures" / "office_texts"
TYPES = (
    "acta_entrega", "acta_reunion", "acta_transferencia", "circular", "constancia_recepcion", "decreto_departamental", "decreto_edil",
    "hoja_de_ruta", "hoja_de_ruta_externa", "informe", "informe_tecnico", "informe_legal", "informe_comision", "instructivo",
    "inventario_documental", "memorandum", "nota_externa", "nota_interna", "resolucion_administrativa",
)  # fmt: skip


@pytest.mark.parametrize("kind", TYPES)
def test_the_sample_of_every_type(qillqa: Qillqa, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "a.pdf"
    answer = qillqa("draft", "--type", kind, "--sample", "--strict", "--sheet", "oficio", "--out", out, "--json")
    assert (answer.status, answer.err) == (0, "")
    assert answer.json["problems"] == answer.json["preflight"] == []
    assert bool(answer.json["fields"]) is not kind.startswith(("hoja", "constancia"))
    assert preflight(out.read_bytes()) == ()
    drawn = qillqa("draft", "--type", kind, "--sample", "--out", out)
    assert (drawn.status, drawn.err) == (0, "")
    assert drawn.out.startswith(f"{out}: ")


def test_what_is_missing_is_told_and_the_page_is_drawn(qillqa: Qillqa, tmp_path: Path) -> None:
    out = tmp_path / "a.pdf"
    answer = qillqa("draft", "--type", "memorandum", "--field", "clase=Regaño", "--out", out)
    assert answer.status == 0
    assert out.read_bytes().startswith(b"%PDF-")
    assert "Falta «ASUNTO»." in answer.err
    assert "«Regaño» no es una opción de «Clase»." in answer.err
    strict = qillqa("draft", "--type", "memorandum", "--strict", "--out", tmp_path / "b.pdf")
    assert strict.status == 66
    assert not (tmp_path / "b.pdf").exists()


def test_the_types_with_their_fields(qillqa: Qillqa) -> None:
    told = qillqa("draft", "--list-types")
    assert told.status == 0
    assert "  para (personas, obligatorio): PARA. Nombre | Cargo; uno por renglón" in told.out.splitlines()
    rows = qillqa("template", "list", "--json").json["types"]
    assert sorted(row["id"] for row in rows) == sorted(TYPES)
    slip = next(row for row in rows if row["id"] == "hoja_de_ruta")
    assert slip["signed"] is False
    assert next(field for field in slip["fields"] if field["name"] == "proveidos")["columns"][0] == "a"


def test_the_round_of_the_it_person(qillqa: Qillqa, tmp_path: Path) -> None:
    own = tmp_path / "plantillas"
    assert qillqa("template", "copy", "circular", own).status == 0
    assert qillqa("template", "check", own).out == "circular: bien, 1 hoja.\n"
    manifest = own / "circular" / "manifest.toml"
    manifest.write_text(manifest.read_text("utf-8").replace("required = true", "requierd = true", 1), "utf-8")
    broken = qillqa("template", "check", own)
    assert broken.status == 1
    assert "Nadie lee «field[0].requierd» (manifest.toml, línea 14, plantilla «circular»)." in broken.out
    assert qillqa("template", "check", own, "--json").json["templates"][0]["error"]["facts"]["line"] == 14
    used = qillqa("draft", "--type", "circular", "--templates", own, "--sample", "--out", tmp_path / "a.pdf")
    assert (used.status, used.out) == (66, "")


def test_a_sheet_that_does_not_exist(qillqa: Qillqa, tmp_path: Path) -> None:
    answer = qillqa("draft", "--type", "informe", "--sheet", "A9", "--out", tmp_path / "a.pdf")
    assert (answer.status, answer.err.splitlines()[0]) == (64, "--sheet: escriba carta, oficio, a4, legal, no «A9»")


def test_a_picture_that_the_text_names(qillqa: Qillqa, tmp_path: Path) -> None:
    photo = tmp_path / "fachada.webp"
    Image.effect_noise((3000, 1500), 60).convert("RGB").save(photo)
    digest = hashlib.sha256(photo.read_bytes()).hexdigest()
    block = {"type": "image", "sha256": digest, "name": photo.name, "alt": "Fachada", "media_type": "image/png"}
    text = tmp_path / "texto.json"
    text.write_text(json.dumps({"format": 1, "blocks": [block]}), "utf-8")
    given = [
        "draft",
        "--type",
        "nota_interna",
        "--sample",
        "--strict",
        "--body",
        text,
        "--out",
        tmp_path / "a.pdf",
        "--json",
    ]
    assert qillqa(*given).json["error"]["code"] == "drafting.missing_image"
    answer = qillqa(*given, "--image", photo)
    assert (answer.status, answer.json["preflight"]) == (0, [])
    assert (tmp_path / "a.pdf").stat().st_size < photo.stat().st_size + 3_000_000


@pytest.mark.parametrize(
    "source", sorted(TEXTS.glob("*.docx")) + sorted(TEXTS.glob("*.odt")), ids=lambda path: path.name
)
def test_a_text_of_another_program_becomes_the_body(qillqa: Qillqa, tmp_path: Path, source: Path) -> None:
    out = tmp_path / "a.pdf"
    answer = qillqa("draft", "--type", "informe_tecnico", "--sample", "--import", source, "--out", out, "--json")
    assert (answer.status, answer.err) == (0, "")
    assert answer.json["pages"] >= 1
    both = qillqa("draft", "--type", "informe", "--import", source, "--body", source, "--out", out)
    assert both.status == 64


def test_what_is_no_text_of_another_program(qillqa: Qillqa, tmp_path: Path) -> None:
    wrong = tmp_path / "malo.docx"
    wrong.write_bytes(b"PK no more")
    answer = qillqa("draft", "--type", "informe", "--import", wrong, "--out", tmp_path / "a.pdf")
    assert (answer.status, answer.out) == (66, "")
    assert "malo.docx" in answer.err
