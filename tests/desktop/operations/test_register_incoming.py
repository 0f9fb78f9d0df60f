"""Ventanilla: paper that comes is registered, scanned, found by its words, derived; signed files stay as they were."""

from __future__ import annotations

import errno
import io
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop.drafting import ocr
from desktop.drafting.preflight import preflight
from desktop.operations import conclude, dispatch, numbering, receive, synchronise, trays
from desktop.operations.desk import Desk
from desktop.operations.file_names import safe_name
from desktop.operations.register_incoming import Paper, Registered, attach_scan, register_incoming
from desktop.operations.scanning import SIDECAR
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.origin import Origin
from desktop.resources import find_resources
from desktop.routing.trays import Tray
from desktop.storage.protocol import key_problem
from signing.report import Outcome
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused
from tests.fixtures.papers import pdf_of, saved, sheet

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]

SENDER = Origin(
    name="Juana Mamani Quispe",
    post="Alcaldesa Municipal",
    ci="4051234-1B",
    nit="1009876025",
    entity="Gobierno Autónomo Municipal de Curahuara de Carangas",
    phone="2-5512345",
    mail="despacho@curahuara.example.bo",
    cite="GAMCC/NE/00018/2026",
    sheets=5,
    enclosures="1 CD",
    paper="Nota externa",
)
SUBJECT = "Solicitud de priorización de caminos vecinales"
LINES = ("Señor Gobernador:", "Solicitamos el mejoramiento del camino", "entre Turco y Cosapa, provincia Sajama.")


@pytest.fixture
def office(stages: Stages, founded: TestOffice) -> TestOffice:
    return stages(founded).office


@pytest.fixture
def desk(office: TestOffice) -> Desk:
    return office.desk(PLANNING)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(document[n].get_textpage().get_text_range().split()) for n in range(len(document)))
    finally:
        document.close()


def registered(desk: Desk, *scans: Path, **given: object) -> Registered:
    return register_incoming(desk, Paper(SENDER, SUBJECT, scans, **given))  # type: ignore[arg-type]


def test_paper_without_a_scan_gets_a_number_a_constancia_and_a_place_in_pendientes(desk: Desk) -> None:
    made = registered(desk)
    year = desk.now_local().year
    assert made.number == f"E-{year}-00001"
    view = desk.store.document(made.document)
    assert (view.state, view.cite, view.scanned, view.sheets) == (DocumentState.REGISTERED, made.number, False, 5)
    assert view.origin == SENDER
    assert view.digest == made.receipt
    (row,) = trays.rows(desk, Tray.PENDING)
    assert (row.document.id, row.slip and row.slip.number) == (made.document, made.number)
    second = registered(desk)
    assert second.number == f"E-{year}-00002"


def test_the_constancia_is_archival_and_says_who_brought_what_when_and_to_whom(desk: Desk) -> None:
    made = registered(desk)
    pdf = desk.store.get_bytes(made.receipt)
    assert preflight(pdf) == ()
    text = text_of(pdf)
    code = desk.store.setting(f"code:{made.document}")
    view = desk.store.document(made.document)
    assert view.created_at is not None
    for said in (
        made.number, "Juana Mamani Quispe", "CI 4051234-1B, NIT 1009876025", "GAMCC/NE/00018/2026", SUBJECT, "1 CD",
        "HOJAS: 5", desk.directory.official(desk.official).name, code, "SIN VALOR",
        f"{view.created_at.astimezone(desk.zone):%H:%M}",
    ):  # fmt: skip
        assert said
        assert said in text, said


def test_a_scan_of_several_files_becomes_one_archival_file_with_the_pages_in_order(desk: Desk, tmp_path: Path) -> None:
    files = (
        saved(tmp_path / "1.tif", sheet(["Hoja uno"], mode="1"), sheet(["Hoja dos"], mode="1"), compression="group4"),
        saved(tmp_path / "2.jpg", sheet(["Hoja tres"]).rotate(90, expand=True)),
        saved(tmp_path / "3.png", sheet(["Hoja cuatro"], mode="RGBA")),
    )
    made = registered(desk, *files, read=False)
    view = desk.store.document(made.document)
    pdf = desk.store.get_bytes(view.digest)
    assert (made.pages, view.pages, view.scanned) == (4, 4, True)
    assert preflight(pdf) == ()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        sizes = [tuple(round(float(side)) for side in page.mediabox[2:]) for page in document.pages]
        told = [str(item.Alt) for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]
    assert sizes == [(612, 792), (612, 792), (792, 612), (612, 792)]
    assert [alt[:13] for alt in told] == ["Página 1 de 4", "Página 2 de 4", "Página 3 de 4", "Página 4 de 4"]
    receipt = text_of(desk.store.get_bytes(made.receipt))
    assert view.digest in receipt.replace(" ", "")


def test_the_text_of_a_scan_is_read_and_found_here_and_where_it_is_received(
    office: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    assert ocr.find_reader(), "make setup installs tesseract for the tests"
    made = registered(desk, saved(tmp_path / "nota.png", sheet(LINES)))
    assert made.notices == ()
    view = desk.store.document(made.document)
    sidecar = next(item for item in view.attachments if item.name == SIDECAR)
    assert "Solicitamos el mejoramiento del camino" in desk.store.get_bytes(sidecar.sha256).decode("utf-8")
    assert desk.store.search("cosapa") == [made.document]
    assert desk.store.search("curahuara 00018") == [made.document]
    assert desk.store.search("potosí") == []

    slip = dispatch.dispatch(desk, made.document, office.to_finance())
    assert desk.store.slip(slip).hops[0].sheets == 5
    synchronise.synchronise(desk)
    there = office.desk(FINANCE)
    synchronise.synchronise(there)
    receive.receive(there, slip, there.store.slip(slip).hops[0].id)
    assert there.store.search("cosapa") == [made.document]
    assert there.store.document(made.document).origin == SENDER
    conclude.conclude(there, made.document)
    assert there.store.document(made.document).state is DocumentState.CONCLUDED
    conclude.reopen(there, made.document)
    assert there.store.document(made.document).state is DocumentState.REGISTERED


def test_without_tesseract_or_spanish_it_is_registered_and_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = saved(tmp_path / "nota.png", sheet(LINES))
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    made = registered(desk, scan)
    assert [notice.code for notice in made.notices] == ["ocr.missing"]
    assert desk.store.document(made.document).scanned
    monkeypatch.undo()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))  # a reader without languages
    made = registered(desk, scan)
    assert [notice.code for notice in made.notices] == ["ocr.no_spanish"]


def test_a_page_that_takes_too_long_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    from desktop.drafting.scans import ScanPage

    page = ScanPage(saved(tmp_path / "a.png", sheet(LINES)).read_bytes(), "image/png", 215.9, 279.4)
    read = ocr.read_pages([page], seconds=0.001)
    assert ([notice.code for notice in read.notices], read.text) == (["ocr.page_failed"], "")
    read = ocr.read_pages([page, page], most=1)
    assert [notice.code for notice in read.notices] == ["ocr.pages_left"]
    assert "Cosapa" in read.text


def test_a_signed_pdf_is_kept_byte_for_byte_and_judged(
    signed_stage: Stage, stages: Stages, office: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    other = stages(signed_stage)
    from_outside = other.office.desk(PLANNING)
    bytes_ = from_outside.store.get_bytes(from_outside.store.document(other.document).digest)
    path = tmp_path / "nota firmada.pdf"
    path.write_bytes(bytes_)
    made = registered(desk, path)
    view = desk.store.document(made.document)
    assert desk.store.get_bytes(view.digest) == bytes_
    assert path.read_bytes() == bytes_
    (verdict,) = made.verdicts
    assert len(verdict.signatures) == 2
    assert verdict.outcome is not Outcome.UNSIGNED

    scan = saved(tmp_path / "sobre.png", sheet(["Sobre"]))
    both = registered(desk, scan, path, read=False)
    view = desk.store.document(both.document)
    kept = next(item for item in view.attachments if item.name == "nota firmada.pdf")
    assert desk.store.get_bytes(kept.sha256) == bytes_
    assert view.pages == 1


def test_an_unsigned_pdf_is_set_as_pages_and_kept_beside(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "escáner.pdf"
    path.write_bytes(pdf_of(sheet(LINES), sheet(["Segunda"])))
    made = registered(desk, path, read=False)
    view = desk.store.document(made.document)
    assert preflight(desk.store.get_bytes(view.digest)) == ()
    kept = next(item for item in view.attachments if item.name == "escáner.pdf")
    assert desk.store.get_bytes(kept.sha256) == path.read_bytes()
    assert made.pages == 2


def test_a_scan_that_comes_later_takes_the_place_of_the_constancia_once(
    office: TestOffice, desk: Desk, tmp_path: Path
) -> None:
    made = registered(desk)
    scan = saved(tmp_path / "nota.png", sheet(LINES))
    attach_scan(desk, made.document, [scan])
    view = desk.store.document(made.document)
    assert (view.scanned, view.pages, view.digest != made.receipt) == (True, 1, True)
    assert desk.store.search("cosapa") == [made.document]
    with refused("incoming.scanned_already"):
        attach_scan(desk, made.document, [scan])
    with refused("document.act_forbidden"):
        attach_scan(desk, office.frozen(desk), [scan])


@pytest.mark.parametrize(
    ("changed", "subject", "code"),
    [
        ({"name": "  ", "entity": ""}, SUBJECT, "incoming.no_sender"),
        ({}, " \n ", "incoming.no_subject"),
        ({"mail": "despacho"}, SUBJECT, "incoming.bad_mail"),
        ({"sheets": -1}, SUBJECT, "incoming.bad_sheets"),
        ({"dated": date.today() + timedelta(days=3)}, SUBJECT, "incoming.date_ahead"),  # noqa: DTZ011
        ({"name": "x" * 301}, SUBJECT, "incoming.too_long"),
        ({}, "x" * 1001, "incoming.too_long"),
        ({"name": "Sumerio 𒀀"}, SUBJECT, "drafting.missing_glyph"),
    ],
)
def test_what_cannot_be_registered_takes_no_number(
    desk: Desk, changed: dict[str, object], subject: str, code: str
) -> None:
    with refused(code):
        register_incoming(desk, Paper(replace(SENDER, **changed), subject))  # type: ignore[arg-type]
    assert registered(desk).number.endswith("-00001")


def test_odd_senders_are_registered_as_they_are(desk: Desk) -> None:
    odd = replace(SENDER, name="Ñuñez | #set page() *Wara*\u202e", entity="")
    made = register_incoming(desk, Paper(odd, 'Pedido $x$ #read("/etc/passwd")'))
    text = text_of(desk.store.get_bytes(made.receipt))
    assert "Ñuñez / #set page() *Wara*" in text
    assert '#read("/etc/passwd")' in text


# -- bad input


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    def put(name: str, data: bytes) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    good = pdf_of(sheet(LINES))
    picture = saved(folder / "good.jpg", sheet(LINES)).read_bytes()
    with pikepdf.open(io.BytesIO(good)) as document:
        out = io.BytesIO()
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="clave"))
    tiff = saved(folder / "good.tif", sheet(LINES, mode="1"), sheet(LINES, mode="1"), compression="group4").read_bytes()
    bomb = io.BytesIO()
    Image.new("1", (60_000, 60_000)).save(bomb, "PNG")
    return {
        "zero": (put("cero.pdf", b""), "scan.empty"),
        "text": (put("nota.pdf", "Señor Gobernador".encode()), "scan.unknown_kind"),
        "program": (put("factura.pdf", b"MZ\x90\x00" + bytes(500)), "scan.unknown_kind"),
        "cut jpeg": (put("cortado.jpg", picture[: len(picture) // 2]), "scan.damaged"),
        "cut tiff": (put("cortado.tif", tiff[: len(tiff) // 2]), "scan.damaged"),
        "cut pdf": (put("cortado.pdf", good[: len(good) // 3]), "scan.bad_pdf"),
        "noise": (put("ruido.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40), "scan.bad_pdf"),
        "locked": (put("clave.pdf", out.getvalue()), "scan.encrypted"),
        "bomb": (put("bomba.png", bomb.getvalue()), "scan.too_large"),
        "absent": (folder / "no.png", "scan.unreadable"),
        "folder": (folder, "scan.unreadable"),
    }


def test_bad_scans_are_refused_in_words_and_nothing_is_registered(desk: Desk, tmp_path: Path) -> None:
    good = saved(tmp_path / "bien.png", sheet(LINES))
    for why, (path, code) in bad_files(tmp_path).items():
        with pytest.raises(OfficeError) as caught:
            registered(desk, good, path, read=False)
        assert caught.value.code == code, (why, str(caught.value))
    assert trays.counts(desk)[Tray.PENDING] == 0
    assert registered(desk).number.endswith("-00001")


def test_a_sixty_megabyte_photograph_is_scaled_to_paper(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "foto.jpg"
    Image.effect_noise((10_000, 7_500), 90).convert("RGB").save(path, "JPEG", quality=97)
    assert path.stat().st_size > 60_000_000
    made = registered(desk, path, read=False)
    pdf = desk.store.get_bytes(desk.store.document(made.document).digest)
    assert len(pdf) < 15_000_000
    assert preflight(pdf) == ()


def test_a_tiff_of_two_hundred_pages(desk: Desk, tmp_path: Path) -> None:
    pages = [sheet([f"Foja {number}"], size=(850, 1100), mode="1") for number in range(1, 201)]
    made = registered(desk, saved(tmp_path / "expediente.tif", *pages, compression="group4"), read=False)
    view = desk.store.document(made.document)
    assert view.pages == 200
    with pikepdf.open(io.BytesIO(desk.store.get_bytes(view.digest))) as document:
        assert len(document.pages) == 200


def test_names_with_odd_signs_are_kept_where_every_system_can_bear_them(desk: Desk, tmp_path: Path) -> None:
    names = ("con.pdf", 'a"b<c>|?*.pdf', "línea\nnueva.pdf", "…. .pdf", "😀 carita.pdf", "Ñ" * 100 + ".pdf")
    paths = []
    for place, name in enumerate(names):
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / name).write_bytes(pdf_of(sheet([str(place)])))
        paths.append(folder / name)
    made = registered(desk, *paths, read=False)
    kept = [item.name for item in desk.store.document(made.document).attachments][1:]
    assert len(set(kept)) == len(names)
    assert [name for name in kept if key_problem(name)] == []
    assert all(name.endswith(".pdf") for name in kept)


FONTS = find_resources() / "fonts"


@given(st.text(st.characters(exclude_categories=())), st.lists(st.text(max_size=8), max_size=4))
def test_a_safe_name_is_one_for_every_system_and_unlike_the_others(given_name: str, others: list[str]) -> None:
    taken: list[str] = []
    for name in (*others, given_name, given_name):
        made = safe_name(name, FONTS, taken)
        assert key_problem(made) in {"", "dot"}
        assert len(made.encode("utf-8")) <= 120
        assert made.casefold() not in {one.casefold() for one in taken}
        taken.append(made)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of 300 kB; False where this machine lets nobody mount one."""
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)], capture_output=True)
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(folder)], check=True)


def _full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["bytes", "temporary files"])
def test_a_disk_that_fills_in_the_middle_registers_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    noise = tmp_path / "ruido.png"
    Image.effect_noise((1200, 1600), 80).save(noise)
    with small_disk(tmp_path / "small") as real, monkeypatch.context() as patch:
        if where == "bytes":
            patch.setattr(desk.store._bytes, "_folder", tmp_path / "small")
            if not real:
                patch.setattr("desktop.store.bytes_.write_whole", _full)
        else:
            patch.setattr(tempfile, "tempdir", str(tmp_path / "small"))
            if not real:
                patch.setattr(Path, "write_bytes", _full)
        with refused("store.disk_full" if where == "bytes" else "drafting.no_room"):
            registered(desk, noise, read=False)
    assert trays.counts(desk)[Tray.PENDING] == 0
    assert registered(desk, noise, read=False).number.startswith("E-")


@pytest.mark.parametrize(
    ("pattern", "shown"), [("HR-{type}/{number:4}/{year}", "HR-E/0001/%s"), ("HR-{number}/{year}", "E-%s-00001")]
)
def test_the_external_number_follows_the_entitys_pattern_that_tells_it_apart(
    office: TestOffice, desk: Desk, pattern: str, shown: str
) -> None:
    rules = office.home / "numeracion.toml"
    rules.write_text(f'[slip]\npattern = "{pattern}"\n', "utf-8")
    numbering.publish_rules(desk, office.home / "entidad", rules)
    assert registered(desk).number == shown % desk.now_local().year
