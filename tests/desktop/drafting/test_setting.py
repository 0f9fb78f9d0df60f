"""Previewing and freezing: what is printed, what is refused, and that equal jobs give equal bytes."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import struct
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.drafting.body import Body, Heading, Image, ListItem, PageBreak, Paragraph, Quote, Table, plain
from desktop.drafting.jobs import (
    AttachedFile,
    PageJob,
    SetPage,
    Sheet,
    SignerSlot,
    verification_code,
    verification_text,
)
from desktop.drafting.preflight import preflight
from desktop.drafting.setting import freeze, preview
from desktop.drafting.templates import load_template
from desktop.records.errors import OfficeError
from desktop.words import words

JobMaker = Callable[..., PageJob]


def page_texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_words(page) for page in document]
    finally:
        document.close()


def _words(page: pypdfium2.PdfPage) -> str:
    text = page.get_textpage()
    try:
        return re.sub(r"\s+", " ", text.get_text_range())
    finally:
        text.close()


def refusal(job: PageJob) -> OfficeError:
    with pytest.raises(OfficeError) as caught:
        freeze(job)
    return caught.value


def png(width: int = 8, height: int = 4) -> bytes:
    """A small grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x80" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pictured(make_job: JobMaker, data: bytes, **changes: Any) -> PageJob:
    digest = hashlib.sha256(data).hexdigest()
    given_image = {"alt": "Fachada del centro de salud", **changes}
    body = Body((Paragraph(plain("Se ve:")), Image(digest, "fachada.png", **given_image)))
    return make_job(body=body, images={digest: data})


def test_a_frozen_note_says_what_was_given(frozen: SetPage) -> None:
    text = " ".join(page_texts(frozen.pdf))
    for each in (
        "GOBIERNO AUTÓNOMO DEPARTAMENTAL DE ORURO", "NOTA INTERNA", "GADOR-SDPD/NI/00045/2026",
        "Ing. Juana Mamani Quispe", "Secretaria Departamental de Planificación", "Oruro, 5 de marzo de 2026",
        "Wara Ch'uqi Ñañez", "Nina T'ula Qallisaya", "Sin otro particular", "MHA/wch", "Adj.:", "c.c.:", "Archivo",
        "Página 1 de 2", "Página 2 de 2", "K7QF-2M4N-XW5D-P3TA",
    ):  # fmt: skip
        assert each in text


def test_attachments_are_listed_on_the_last_page_with_their_digests(make_job: JobMaker) -> None:
    digest = hashlib.sha256(b"plano").hexdigest()
    page = freeze(make_job(attachments=(AttachedFile("plano Ñ.dwg", 1_234_567, digest),)))
    last = page_texts(page.pdf)[-1]
    assert "plano Ñ.dwg" in last
    assert "1,2 MB" in last
    assert digest in last.replace(" ", "")


def test_equal_jobs_give_equal_bytes(make_job: JobMaker, frozen: SetPage) -> None:
    again = freeze(make_job(practice=True))
    assert again.pdf == frozen.pdf
    assert again.sha256 == hashlib.sha256(frozen.pdf).hexdigest()
    assert freeze(make_job(practice=True, created=datetime(2026, 3, 6, tzinfo=UTC))).pdf != frozen.pdf


def test_the_files_dates_are_the_jobs(make_job: JobMaker) -> None:
    la_paz = timezone(timedelta(hours=-4))
    page = freeze(make_job(created=datetime(2026, 3, 5, 10, 30, tzinfo=la_paz)))
    with pikepdf.open(io.BytesIO(page.pdf)) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20260305")
    assert preflight(page.pdf) == ()


def test_a_time_without_zone_is_a_mistake_of_ours(make_job: JobMaker) -> None:
    with pytest.raises(ValueError, match="aware"):
        freeze(make_job(created=datetime(2026, 3, 5)))  # noqa: DTZ001


@pytest.mark.parametrize("practice", [True, False])
def test_practice_is_without_value_on_every_page(make_job: JobMaker, practice: bool) -> None:
    for text in page_texts(freeze(make_job(practice=practice)).pdf):
        assert ("SIN VALOR" in text) is practice


def test_a_preview_is_a_draft_on_every_page_and_has_no_fields(make_job: JobMaker) -> None:
    page = preview(make_job(cite=None))
    assert all("BORRADOR" in text for text in page_texts(page.pdf))
    assert "se asigna al enviar" in page_texts(page.pdf)[0]
    assert page.fields == ()
    assert not any("K7QF" in text for text in page_texts(page.pdf))


@pytest.mark.parametrize("template", ["nota_interna", "informe"])
def test_a_preview_has_the_pages_of_the_frozen_file(make_job: JobMaker, template: str) -> None:
    """What people see while they write is where the text will stand."""
    job = make_job(template)
    drafted, final = page_texts(preview(job).pdf), page_texts(freeze(job).pdf)
    assert [text.split("GADOR-")[-2][-60:] for text in drafted] == [text.split("GADOR-")[-2][-60:] for text in final]


def test_a_preview_lists_what_a_frozen_page_would_refuse(make_job: JobMaker) -> None:
    body = Body((Paragraph(plain("漢")), Image("0" * 64, "plano.png", "")))
    page = preview(make_job(body=body, fields={"para": []}, signers=()))
    assert {warning.split("(")[0] for warning in page.warnings} >= {
        "drafting.missing_field", "drafting.missing_glyph", "drafting.missing_alt", "drafting.missing_image",
    }  # fmt: skip


@pytest.mark.parametrize("sheet", list(Sheet))
def test_the_sheet_has_its_size(make_job: JobMaker, sheet: Sheet) -> None:
    document = pypdfium2.PdfDocument(freeze(make_job(sheet=sheet)).pdf)
    width, height = document.get_page_size(0)
    document.close()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == sheet.size


def test_required_fields_are_asked_for_by_name(make_job: JobMaker) -> None:
    error = refusal(make_job(fields={"referencia": " "}))
    assert (error.code, error.facts["field"], error.facts["label"]) == ("drafting.missing_field", "referencia", "REF.")
    assert refusal(make_job(cite=None)).facts["field"] == "cite"
    assert refusal(make_job(signers=())).code == "drafting.no_signer"
    assert refusal(make_job(signers=(SignerSlot(" ", "Jefe"),))).facts["field"] == "signers"


def test_fields_that_the_template_does_not_know_are_refused(make_job: JobMaker) -> None:
    assert refusal(make_job(fields={"asunto": "x"})).code == "drafting.unknown_field"
    assert refusal(make_job(fields={"para": [{"post": "sin nombre"}]})).code == "drafting.bad_field"
    assert refusal(make_job(fields={"referencia": [{"name": "x"}]})).code == "drafting.bad_field"


@pytest.mark.parametrize(
    "people",
    [
        "Ana Ñusta | Jefa de Archivo",
        ["Ana Ñusta · Jefa de Archivo"],
        [{"name": "Ana Ñusta", "post": "Jefa de Archivo"}],
    ],
)
def test_people_may_be_given_as_text_or_pairs(make_job: JobMaker, people: Any) -> None:
    assert "PARA: Ana Ñusta Jefa de Archivo" in page_texts(freeze(make_job(fields={"para": people})).pdf)[0]


def test_an_undrawable_character_is_named_with_its_place(make_job: JobMaker) -> None:
    error = refusal(make_job(body=Body((Paragraph(plain("bien")), Paragraph(plain("mal 漢"))))))
    assert error.code == "drafting.missing_glyph"
    assert (error.facts["character"], error.facts["sign"], error.facts["place"]) == ("漢", "U+6F22", "body.blocks[1]")
    assert refusal(make_job(signers=(SignerSlot("漢", ""),))).facts["place"] == "signers"
    named = refusal(make_job(fields={"referencia": "Compra de 漢 y " + "otros bienes " * 9}))
    assert named.facts["near"] == "REF.: Compra de 漢 y otros bienes otros bi…"
    long = refusal(make_job(body=Body((Paragraph(plain("Se remite " * 20 + "漢" + " y nada más")),))))
    assert long.facts["near"] == "…ite Se remite Se remite 漢 y nada más"
    assert "Está en «…ite Se remite Se remite 漢 y nada más»." in words(long.code, "es", long.facts).means


def test_a_picture_needs_words_bytes_and_a_known_kind(make_job: JobMaker) -> None:
    page = freeze(pictured(make_job, png(), caption="Fachada", width=40))
    assert preflight(page.pdf) == ()
    missing_alt = refusal(pictured(make_job, png(), alt=" "))
    assert (missing_alt.code, missing_alt.facts["image"]) == ("drafting.missing_alt", "fachada.png")
    assert (missing_alt.facts["number"], missing_alt.facts["place"]) == (1, "body.blocks[1]")
    assert refusal(replace(pictured(make_job, png()), images={})).code == "drafting.missing_image"
    assert refusal(pictured(make_job, b"GIF89a")).code == "drafting.bad_image"


def test_a_damaged_picture_is_refused_by_the_engine_with_its_place(make_job: JobMaker) -> None:
    error = refusal(pictured(make_job, png()[:40]))
    assert (error.code, error.facts["file"]) == ("drafting.page_failed", "kit/body.typ")
    assert isinstance(error.facts["line"], int)
    assert error.facts["line"] > 0


def test_embedded_files_make_it_part_3(make_job: JobMaker) -> None:
    data = "fecha;días\n2026-02;9\n".encode()
    files = (
        AttachedFile.of("conexión.csv", data, media_type="text/csv", embed=True),
        AttachedFile.of("plano.dwg", b"x" * 10, media_type="image/vnd.dwg"),
    )
    page = freeze(make_job(attachments=files))
    assert preflight(page.pdf) == ()
    with pikepdf.open(io.BytesIO(page.pdf)) as document:
        (embedded,) = document.attachments.values()
        assert (embedded.filename, str(embedded.obj.F)) == ("conexión.csv", "conexión.csv")
        assert embedded.get_file().read_bytes() == data
        assert b"<pdfaid:part>3<" in document.Root.Metadata.read_bytes()
    assert page.pdf == freeze(make_job(attachments=files)).pdf


def test_an_embedded_file_must_be_the_one_that_was_listed(make_job: JobMaker) -> None:
    good = AttachedFile.of("a.csv", b"1", media_type="text/csv", embed=True)
    assert refusal(make_job(attachments=(replace(good, data=b"2"),))).code == "drafting.attachment_changed"
    assert refusal(make_job(attachments=(replace(good, data=None),))).code == "drafting.attachment_changed"


def test_of_two_pictures_without_words_the_one_is_told_from_the_other(make_job: JobMaker) -> None:
    """Pasted pictures often bear one name."""
    data = png()
    digest = hashlib.sha256(data).hexdigest()
    pictures = [Image(digest, "imagen.png", alt) for alt in ("Fachada", "", "Patio", " ")]
    body = Body((pictures[0], Paragraph(plain("y")), *pictures[1:]))
    found = preview(make_job(body=body, images={digest: data})).problems
    assert [(each.code, each.facts["number"], each.facts["place"]) for each in found] == [
        ("drafting.missing_alt", 2, "body.blocks[2]"), ("drafting.missing_alt", 4, "body.blocks[4]"),
    ]  # fmt: skip


@pytest.mark.parametrize("names", [("a/b.csv",), ("..",), ("c:\\x.csv",), ("",), ("a.csv", "a.csv")])
def test_attachments_have_plain_and_different_names(make_job: JobMaker, names: tuple[str, ...]) -> None:
    files = tuple(AttachedFile.of(name, b"1", media_type="text/csv") for name in names)
    assert refusal(make_job(attachments=files)).code == "drafting.attachment_name"


def test_headings_never_skip_a_level(make_job: JobMaker) -> None:
    body = Body((Heading("Uno", 3), Paragraph(plain("x")), Heading("Dos", 3), Heading(" ", 1), Heading("Tres", 2)))
    assert preflight(freeze(make_job(body=body)).pdf) == ()


def test_a_long_table_repeats_its_header_on_each_page(make_job: JobMaker) -> None:
    rows = tuple((plain(f"Equipo {n}"), plain(str(n))) for n in range(90))
    page = freeze(make_job(body=Body((Table((plain("Descripción del bien"), plain("Cantidad")), rows, "Inventario"),))))
    texts = page_texts(page.pdf)
    assert len(texts) >= 3
    assert sum("Descripción del bien" in text for text in texts) >= 3
    assert preflight(page.pdf) == ()


def ink(pdf: bytes) -> list[tuple[float, float, float, float]]:
    """Distances in mm of what each page draws from its left, right, top and bottom edge."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for page in document:
        picture = (
            page.render(scale=1, may_draw_forms=False).to_pil().convert("L").point(lambda grey: 255 * (grey < 200))
        )
        left, top, right, bottom = picture.getbbox()
        edges = (left, picture.width - right, top, picture.height - bottom)
        found.append(tuple(edge / 72 * 25.4 for edge in edges))
    document.close()
    return found


LONG = "Ñ" * 150 + "https://www.oruro.gob.bo/" + "abcdefghij" * 15


@pytest.mark.parametrize("columns", [1, 3, 10])
def test_nothing_ever_runs_off_the_page(make_job: JobMaker, columns: int) -> None:
    row = tuple(plain("transitoriamente" + "X" * 8) for _ in range(columns))
    body = Body(
        (
            Heading(LONG),
            Paragraph(plain(f"Vea {LONG} y {LONG}")),
            Table(row, ((plain(LONG),) * columns, row), caption=LONG),
            ListItem(plain(LONG)),
            Quote(plain(LONG), LONG),
        )
    )
    people = [{"name": LONG, "post": LONG}]
    fields = {"entidad": LONG, "unidad": LONG, "para": people, "referencia": LONG, "mosca": LONG, "copia": [LONG]}
    files = (AttachedFile(LONG.replace("/", "-"), 1, "0" * 64),)
    job = make_job(body=body, fields=fields, signers=(SignerSlot(LONG, LONG),) * 2, attachments=files)
    page = freeze(job)
    for left, right, top, bottom in ink(page.pdf):
        assert left > 24
        assert right > 23.5  # hanging hyphens and commas
        assert top > 22
        assert bottom > 5
    assert LONG in re.sub(r"\s", "", "".join(page_texts(page.pdf)))
    assert preflight(page.pdf) == ()


def test_a_tall_picture_is_made_to_fit_the_page(make_job: JobMaker) -> None:
    page = freeze(pictured(make_job, png(4, 400)))
    assert all(bottom > 5 for _, _, _, bottom in ink(page.pdf))
    assert page.pages <= 3


def test_an_empty_body_and_a_page_break_can_be_frozen(make_job: JobMaker) -> None:
    assert freeze(make_job(body=Body())).pages == 1
    body = Body((Paragraph(()), Paragraph(plain("uno")), PageBreak(), Paragraph(plain("dos"), align="center")))
    assert freeze(make_job(body=body)).pages == 2


@pytest.mark.parametrize(
    "hostile",
    ['#read("/etc/passwd")', "*negrita* _cursiva_ = título", "$x^2$ <label> @ref `raw`", "\\ // /* --- ~", '"] }) #{'],
)
def test_markup_in_text_is_printed_as_it_is(make_job: JobMaker, hostile: str) -> None:
    job = make_job(body=Body((Paragraph(plain(hostile)),)), fields={"mosca": hostile, "para": f"{hostile} | {hostile}"})
    text = " ".join(page_texts(freeze(job).pdf))
    assert text.count(re.sub(r"\s+", " ", hostile)) >= 4


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("#$*_`\\<>@[](){}\"'/=-~^:;ñÑá aB1\n"), min_size=1, max_size=40).filter(str.strip))
def test_any_text_can_be_frozen_and_read_back(make_job: JobMaker, text: str) -> None:
    job = make_job(body=Body((Paragraph(plain(f"INICIO{text}FIN")),)), fields={"saludo": ""}, attachments=())
    read = " ".join(page_texts(freeze(job).pdf))
    # PDFium reads a hyphen that ends a line, ours or one that parts a word, as U+FFFE: hyphens are left out on both sides
    assert re.sub(r"[\s-]", "", f"INICIO{text}FIN") in re.sub(r"[\s\ufffe-]", "", read)


def _spoilt(make_job: JobMaker, folder: Path, old: str, new: str) -> PageJob:
    shutil.copytree(Path(__file__).parent / "format_1", folder)
    page = folder / "page.typ"
    text = page.read_text("utf-8")
    assert old in text
    page.write_text(text.replace(old, new), "utf-8")
    return replace(make_job(), template=load_template(folder), fields=load_template(folder).sample["fields"])


@pytest.mark.parametrize(
    ("new", "code", "line"),
    [
        ("#nothing()", "drafting.page_failed", 18),
        ('#text(font: "Comic Sans MS")[x]', "drafting.unknown_font", None),
        ('#image("/../../secret.png")', "drafting.page_failed", 18),
        ('#read("/etc/passwd")', "drafting.page_failed", 18),
        ("", "drafting.signature_place", None),
        ("#signatures()#signatures()", "drafting.signature_place", None),
        ('#signatures()#field-place("firma-9", 9mm, 9mm)', "drafting.signature_place", None),
    ],
)
def test_a_template_that_fails_is_named_with_its_line(
    make_job: JobMaker, tmp_path: Path, new: str, code: str, line: int | None
) -> None:
    error = refusal(_spoilt(make_job, tmp_path / "mala", "#signatures()", new))
    assert error.code == code
    if line is not None:
        assert (error.facts["file"], error.facts["line"]) == ("page.typ", line)
        assert "qillqa-page-" not in str(error.facts["reason"])


def test_an_office_without_fonts_says_so(make_job: JobMaker, resources: Path, tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    shutil.copytree(resources / "templates", tmp_path / "templates")
    page = replace(make_job(), resources=tmp_path)
    assert refusal(page).code in {"drafting.no_fonts", "drafting.missing_glyph"}


def test_a_temporary_folder_that_is_not_there_is_said(
    make_job: JobMaker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    assert refusal(make_job()).code == "drafting.no_room"


def test_the_verification_code_has_eighty_bits() -> None:
    assert verification_code(bytes(range(10))) == "AAAQ-EAYE-AUDA-OCAJ"
    assert verification_text("GADOR", "X/1/2026", "AAAQ") == "GADOR\nX/1/2026\nAAAQ"
    with pytest.raises(ValueError, match="ten"):
        verification_code(b"short")
