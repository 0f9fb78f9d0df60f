"""Every type of document: on each sheet, of the office and of practice, with one signer and with many."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.drafting.fields import read_fields
from desktop.drafting.jobs import PageJob, Sheet, SignerSlot
from desktop.drafting.letterhead import Letterhead
from desktop.drafting.preflight import preflight
from desktop.drafting.samples import sample_job, starting_body
from desktop.drafting.setting import freeze, preview
from desktop.drafting.templates import Template, load_templates
from desktop.records.errors import OfficeError
from tests.desktop.drafting.test_fields import overlap
from tests.desktop.drafting.test_setting import ink, page_texts, png
from tests.fixtures.qr_codes import qr_codes

JobMaker = Callable[..., PageJob]

CODES = {
    "acta_entrega": "AE", "acta_reunion": "ACT", "acta_transferencia": "ATD",
    "inventario_documental": "INV", "circular": "CIR", "constancia_recepcion": "CR",
    "decreto_departamental": "DD", "decreto_edil": "DE",
    "hoja_de_ruta": "I", "hoja_de_ruta_externa": "E", "informe": "INF", "informe_comision": "IC", "informe_legal": "IL",
    "informe_tecnico": "IT", "instructivo": "INS", "memorandum": "MEM", "nota_externa": "NE", "nota_interna": "NI",
    "resolucion_administrativa": "RA",
}  # fmt: skip
EVERY = list(CODES)
SIGNED = [name for name in EVERY if not name.startswith(("hoja", "constancia"))]


def words_of(pdf: bytes) -> str:
    return " ".join(page_texts(pdf))


def kinds_of(pdf: bytes) -> set[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {str(item["/S"]) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item}


def test_the_shipped_types_and_their_codes(templates: dict[str, Template]) -> None:
    assert {ident: template.code for ident, template in templates.items()} == CODES
    assert len(set(CODES.values())) == len(CODES), "two types would share one series of numbers"
    assert all(template.description or template.family != ident for ident, template in templates.items())


@pytest.mark.parametrize("practice", [False, True], ids=["office", "practice"])
@pytest.mark.parametrize("sheet", list(Sheet))
@pytest.mark.parametrize("name", EVERY)
def test_every_type_freezes_on_every_sheet(
    templates: dict[str, Template], resources: Path, name: str, sheet: Sheet, practice: bool
) -> None:
    page = freeze(replace(sample_job(templates[name], resources), sheet=sheet, practice=practice))
    assert preflight(page.pdf) == ()
    assert all(left > 24 and right > 23.5 and top > 22 for left, right, top, _ in ink(page.pdf)) or practice
    assert all(("SIN VALOR" in text) is practice for text in page_texts(page.pdf))


@pytest.mark.parametrize("name", EVERY)
def test_equal_jobs_of_a_type_give_equal_bytes(templates: dict[str, Template], resources: Path, name: str) -> None:
    job = sample_job(templates[name], resources)
    assert freeze(job).pdf == freeze(job).pdf


@pytest.mark.parametrize("name", EVERY)
def test_a_reader_that_is_not_ours_reads_the_code(templates: dict[str, Template], resources: Path, name: str) -> None:
    job = sample_job(templates[name], resources)
    page = freeze(job)
    pages = qr_codes(page.pdf)
    assert pages[0] == [job.qr]
    if not name.startswith("hoja"):  # a sheet bears it in its head, all others in the foot of every page
        assert pages == [[job.qr]] * page.pages


@pytest.mark.parametrize("name", EVERY)
def test_a_new_document_of_a_type_starts_with_its_outline(make_job: JobMaker, name: str) -> None:
    job = make_job(name)
    body = starting_body(job.template)
    page = freeze(replace(job, body=body))
    assert preflight(page.pdf) == ()
    said = re.sub(r"\s", "", words_of(page.pdf))
    for part in job.template.outline:
        assert all(re.sub(r"\s", "", words) in said for words in (part.heading, part.text, part.label, part.article))


@pytest.mark.parametrize("name", EVERY)
def test_an_empty_draft_of_a_type_is_drawn_all_the_same(make_job: JobMaker, name: str) -> None:
    """The first look at a new document: nothing is filled in but what the program knows."""
    job = make_job(name)
    page = preview(replace(job, fields={}, cite=None, signers=(), body=starting_body(job.template)))
    assert "BORRADOR" in words_of(page.pdf)
    missing = {warning for warning in page.warnings if warning.startswith("drafting.missing_field")}
    assert len(missing) == len([spec for spec in job.template.fields if spec.required])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nota_externa", ["Señora: Ing. Juana Mamani Quispe Alcaldesa Municipal", "Presente.-", "REF.: Invitación",
                          "Sello de recepción", "En suplencia, según memorándum", "Hoja de ruta: E-2026-00653"]),
        ("informe_legal", ["INFORME LEGAL", "4. CONCLUSIONES Y RECOMENDACIONES", "VÍA: Abg. Marco Antonio Colque Rocha"]),
        ("informe_comision", ["COMISIÓN DESDE: 3 de marzo de 2026", "LUGAR DE LA COMISIÓN: Sabaya y Coipasa"]),
        ("memorandum", ["MEMORÁNDUM", "VIGENTE HASTA: 17 de abril de 2026", "REFERENCIAS: GADOR-DF/NI/00210/2026"]),
        ("instructivo", ["PLAZO: 29 de mayo de 2026"]),
        ("circular", ["PARA: Secretarías Departamentales Servicios Departamentales"]),
        ("resolucion_administrativa", ["RESOLUCIÓN ADMINISTRATIVA N.º GADOR-SDAF/RA/00012/2026", "VISTOS:", "POR TANTO:",
                                       "RESUELVE:", "Regístrese, comuníquese, cúmplase y archívese."]),
        ("decreto_departamental", ["DECRETO DEPARTAMENTAL N.º GADOR/DD/00009/2026", "Gobernador del Departamento de Oruro",
                                   "DECRETA:"]),
        ("decreto_edil", ["DECRETO EDIL", "Alcaldesa Municipal"]),
        ("acta_reunion", ["ASISTENTES: Lic. Saturnino Ñuñez Condori", "ORDEN DEL DÍA: 1. Informe"]),
        ("acta_entrega", ["VALOR TOTAL: Bs 24.830,50", "INVENTARIADO: Sí", "ENTREGUÉ CONFORME", "RECIBÍ CONFORME", "TESTIGO"]),
        ("acta_transferencia", ["VOLUMEN: 2 expedientes, 649 fojas, 3 tomos", "ENTREGA: Lic. Rosmery Poma Achá", "ENTREGUÉ CONFORME",
                                "9f86d081884c7d65 9a2feaa0c55ad015"]),
        ("inventario_documental", ["INVENTARIO DOCUMENTAL", "FECHAS EXTREMAS: 12 de enero de 2026 a 2 de abril de 2026", "ELABORÓ"]),
        ("hoja_de_ruta", ["HOJA DE RUTA INTERNA I-2026-00546", "☒ ELABORAR INFORME", "☐ ARCHIVAR", "Proveído N.º 3",
                          "Sello Recibido", "FECHA DEL CITE: 5 de marzo de 2026"]),
        ("constancia_recepcion", ["CONSTANCIA DE RECEPCIÓN", "N.º de registro: E-2026-00653", "CI O NIT: CI 4051234-1B"]),
        ("hoja_de_ruta_externa", ["HOJA DE RUTA EXTERNA E-2026-00653", "Proveído N.º 3", "☐ ELABORAR INFORME"]),
    ],
)  # fmt: skip
def test_what_a_type_prints(make_job: JobMaker, name: str, said: list[str]) -> None:
    text = words_of(freeze(make_job(name)).pdf)
    assert [words for words in said if words not in text] == []


def test_number_and_date_stand_at_the_right_above_the_title(make_job: JobMaker) -> None:
    text = page_texts(freeze(make_job("memorandum")).pdf)[0]
    assert "Oruro, 1 de abril de 2026 CITE: GADOR-SDAF/MEM/00093/2026 MEMORÁNDUM A: Lic." in text


@pytest.mark.parametrize("name", ["nota_externa", "hoja_de_ruta", "nota_interna"])
def test_the_arms_of_the_entity_are_drawn_and_told(make_job: JobMaker, name: str) -> None:
    arms = Letterhead(png(), "image/png", "Escudo del departamento", ("Plaza 10 de Febrero, Oruro",))
    page = freeze(make_job(name, letterhead=arms))
    assert preflight(page.pdf) == ()
    with pikepdf.open(io.BytesIO(page.pdf)) as document:
        told = [str(item.Alt) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
    assert "Escudo del departamento" in told
    assert "Plaza 10 de Febrero" in page_texts(page.pdf)[0]


def test_a_letter_has_one_title_and_it_is_its_subject(make_job: JobMaker) -> None:
    kinds = kinds_of(freeze(make_job("nota_externa")).pdf)
    assert "/H1" in kinds
    assert "/Form" in kinds


def test_the_box_for_the_reception_stamp_can_be_left_out(make_job: JobMaker) -> None:
    job = make_job("nota_externa")
    page = freeze(replace(job, template=replace(job.template, parts={"reception_box": False})))
    assert "Sello de recepción" not in words_of(page.pdf)
    assert preflight(page.pdf) == ()


def test_a_printed_slip_has_no_place_for_signatures(make_job: JobMaker) -> None:
    page = freeze(make_job("hoja_de_ruta"))
    assert page.fields == ()
    assert read_fields(page.pdf) == ()
    many = [{"a": f"Unidad {n}", "acciones": "Archivar", "texto": "Conforme."} for n in range(12)]
    long = freeze(make_job("hoja_de_ruta", fields={"proveidos": many}))
    assert "Proveído N.º 12" in words_of(long.pdf)
    assert long.pages >= 3
    assert preflight(long.pdf) == ()


PEOPLE = [SignerSlot(f"Lic. Juana Mamani Quispe {n}", "Secretaria Departamental de Obras Públicas") for n in range(12)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9, 12])
@pytest.mark.parametrize("name", ["nota_interna", "resolucion_administrativa", "acta_reunion"])
def test_few_and_many_signers(make_job: JobMaker, name: str, count: int) -> None:
    page = freeze(make_job(name, signers=tuple(PEOPLE[:count]), attachments=()))
    places = read_fields(page.pdf)
    assert [place.name for place in places] == [f"firma-{n}" for n in range(1, count + 3)]
    assert not any(overlap(one, other) for one, other in combinations(places, 2))
    assert all(
        min(right - left, 3 * (top - bottom)) > 140 for left, bottom, right, top in (p.rectangle for p in places)
    )
    assert preflight(page.pdf) == ()
    order = [(place.page, -round(place.rectangle[3]), place.rectangle[0]) for place in places[:count]]
    assert order == sorted(order), "the order of signing is the order of reading"


@pytest.mark.parametrize("lines", range(1, 42, 3))
def test_no_page_holds_only_a_signature_or_only_initials(make_job: JobMaker, lines: int) -> None:
    from desktop.drafting.body import Body, Paragraph, plain

    body = Body(tuple(Paragraph(plain(f"Renglón {n}.")) for n in range(lines)))
    page = freeze(make_job("memorandum", body=body))
    last = page_texts(page.pdf)[-1]
    assert "saludo a usted atentamente" in last
    assert "PCF/rpa" in last
    assert {place.page for place in read_fields(page.pdf)} == {page.pages - 1}


@pytest.mark.parametrize("name", SIGNED)
def test_the_suplencia_stands_under_the_name(make_job: JobMaker, name: str) -> None:
    acting = "En suplencia, según memorándum GADOR/MEM/00012/2026"
    page = freeze(make_job(name, signers=(SignerSlot("Lic. Pedro Choque Flores", "Director a.i.", acting),)))
    assert f"Director a.i. {acting}" in words_of(page.pdf).replace("/ MEM", "/MEM")


@pytest.mark.parametrize(
    ("template", "field", "value", "code"),
    [
        ("memorandum", "clase", "Regaño", "drafting.bad_choice"),
        ("memorandum", "vigencia_desde", "6 de abril", "drafting.bad_date"),
        ("acta_entrega", "valor", "mucho", "drafting.bad_amount"),
        ("acta_entrega", "inventariado", "tal vez", "drafting.bad_choice"),
        ("acta_entrega", "entrega", "Uno | A\nDos | B", "drafting.bad_field"),
        ("hoja_de_ruta", "hojas", "cinco", "drafting.bad_amount"),
        ("hoja_de_ruta", "proveidos", [{"quien": "x"}], "drafting.bad_field"),
        ("nota_interna", "referencia", "x" * 10_000, "drafting.too_long"),
        ("nota_interna", "copia", ["x"] * 201, "drafting.too_long"),
        ("nota_interna", "referencia", "Fiesta \U0001f389", "drafting.missing_glyph"),
        ("nota_interna", "referencia", "\u0645\u0631\u062d\u0628\u0627", "drafting.missing_glyph"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(
    make_job: JobMaker, template: str, field: str, value: object, code: str
) -> None:
    with pytest.raises(OfficeError) as caught:
        freeze(make_job(template, fields={field: value}))
    assert caught.value.code == code
    assert field in (caught.value.facts.get("field"), str(caught.value.facts.get("place")).removeprefix("fields."))
    if code != "drafting.bad_field":  # a preview draws it, and says so
        page = preview(make_job(template, fields={field: value}))
        assert any(warning.startswith(code) for warning in page.warnings)


def test_an_entitys_folder_replaces_a_family_and_adds_types(
    templates: dict[str, Template], resources: Path, tmp_path: Path
) -> None:
    import shutil

    own = shutil.copytree(resources / "templates" / "informe", tmp_path / "informe")
    manifest = Path(own) / "manifest.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(
        text.replace('id = "informe_comision"', 'id = "informe_viaje"').replace("INFORME LEGAL", "DICTAMEN"), "utf-8"
    )
    found = load_templates([resources / "templates", tmp_path])
    assert set(templates) - set(found) == {"informe_comision"}
    assert set(found) - set(templates) == {"informe_viaje"}
    assert "DICTAMEN" in words_of(freeze(sample_job(found["informe_legal"], resources)).pdf)


TYPED = st.text(st.sampled_from("aáñÑüq'’ ch T\"#$*_@<>[]\\/&%=~^`|·-—0123456789º°«»"), min_size=1, max_size=60).filter(
    str.strip
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_filled_in_is_set_and_read_back(make_job: JobMaker, data: st.DataObject) -> None:
    """Any type on any sheet, its lines filled with anything: the page is archival, and says what was typed."""
    job = make_job(data.draw(st.sampled_from(EVERY)), sheet=data.draw(st.sampled_from(Sheet)))
    lines = [spec.name for spec in job.template.fields if spec.kind == "line" and spec.place in {"head", "notes"}]
    typed = {name: data.draw(TYPED, label=name) for name in lines}
    signers = data.draw(st.integers(1, 7), label="signers") if job.template.signed else 0
    page = freeze(replace(job, fields={**job.fields, **typed}, signers=tuple(PEOPLE[:signers])))
    assert preflight(page.pdf) == ()
    read = re.sub(r"[\s\ufffe-]", "", words_of(page.pdf))  # PDFium reads a hyphen at the end of a line as U+FFFE
    missing = [name for name, text in typed.items() if re.sub(r"[\s-]", "", text) not in read]
    assert missing == []
    assert len(page.fields) == (signers + 2 if signers else 0)
