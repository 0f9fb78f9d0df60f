"""Reports: what stands in them, in what order, inert, equal for equal verdicts, whole or absent, of one file or of thousands."""

from __future__ import annotations

import csv
import gc
import io
import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from lxml import html

from desktop.drafting.preflight import preflight
from desktop.records.errors import OfficeError
from desktop.ui.roles import DARK, LIGHT, contrast
from desktop.verdicts.csv_rows import COLUMNS
from desktop.verdicts.phrases import Phrases
from desktop.verdicts.telling import tell_row
from desktop.verdicts.told import Row
from desktop.verdicts.writing import Reports, Setting, check_targets, write_reports
from signing.etsi_report import parse_report
from signing.report import FileVerdict
from tests.fixtures import verdicts as made

KINDS = (".html", ".csv", ".json", ".pdf", ".xml")
SCENES = {
    "long_term": [made.valid_lta()],
    "attacked": [made.attacked()],
    "hostile": [made.hostile()],
    "unreadable": [made.unreadable()],
    "unsigned": [made.unsigned()],
    "folder": made.folder(30),
    "nothing": [],
}


def write(folder: Path, verdicts: list[FileVerdict], setting: Setting, *suffixes: str) -> list[bytes]:
    paths = [folder / f"reporte{suffix}" for suffix in suffixes]
    write_reports(paths, verdicts, setting)
    return [path.read_bytes() for path in paths]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


# --- every kind


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("language", ["es", "en"])
def test_equal_verdicts_give_equal_bytes_in_any_order(
    scene: str, language: str, tmp_path: Path, setting: Setting
) -> None:
    setting = replace(setting, phrases=Phrases(language))
    first = write(tmp_path, SCENES[scene], setting, *KINDS)
    shuffled = random.Random(4).sample(SCENES[scene], len(SCENES[scene]))
    assert write(tmp_path, shuffled, setting, *KINDS) == first
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(f"reporte{kind}" for kind in KINDS)


def test_a_report_is_made_after_what_it_tells(tmp_path: Path, setting: Setting) -> None:
    began = datetime.now(UTC)
    with Reports([tmp_path / "r.json"], replace(setting, made=None)) as reports:
        reports.add(made.valid_lta())
        added = datetime.now(UTC)
    told = datetime.fromisoformat(json.loads((tmp_path / "r.json").read_text())["report"]["made"])
    assert began <= added <= told <= datetime.now(UTC)


def test_moments_that_read_alike_are_told_once() -> None:
    first = datetime(2026, 3, 5, 15, 12, 44, 100, UTC)
    assert Phrases("es").moments([first, first + timedelta(microseconds=5)]) == Phrases("es").moment(first)
    assert Phrases("es").moments([first + timedelta(seconds=5), first]).startswith("de 5 mar 2026, ")


@pytest.mark.parametrize("suffix", [".html", ".pdf", ".json"])
def test_everything_of_a_verdict_is_told(suffix: str, tmp_path: Path, setting: Setting) -> None:
    """First the sentence, then what to do, then each signature, last the standard's terms."""
    (data,) = write(tmp_path, [made.attacked()], setting, suffix)
    if suffix == ".pdf":
        told = re.sub(r"\s+", "", text_of(data))
    elif suffix == ".html":
        told = re.sub(r"\s+", "", html.fromstring(data.decode()).text_content())
    else:
        told = re.sub(r"\s+", "", data.decode())
    attacked = made.attacked()
    first = attacked.signatures[0]
    expected = ["El documento fue cambiado después de la firma.", "pida el original", attacked.sha256]
    for item in attacked.signatures:
        expected += [item.person.name if item.person else "", item.indication.value, item.subindication]
        expected += [piece.sha256 for piece in item.evidence] + [link.sha256 for link in item.chain]
        expected += [change.detail for change in item.changes] + [use.name for use in item.algorithms]
        expected += [counter.name for counter in item.countersignatures]
    expected += [
        "4455667-1A",
        first.issuer,
        first.stated_reason,
        first.field,
        "Anexo.pdf",
        attacked.attachments[0].sha256,
    ]
    assert not [text for text in expected if re.sub(r"\s+", "", text) not in told]
    if suffix != ".json":
        order = ("documentofuecambiado", "Firma1de3", "Quién", "Cuándo", "Revocación", "Quécambiódespués", "EN319102")
        places = [told.index(word) for word in order]
        assert places == sorted(places)
        assert "noseconsideraseguro" in told.lower() or "Yanoseconsideraseguro" in told


@pytest.mark.parametrize("suffix", KINDS)
def test_hostile_texts_are_inert(suffix: str, tmp_path: Path, setting: Setting) -> None:
    (data,) = write(tmp_path, [made.hostile()], setting, suffix)
    text = text_of(data) if suffix == ".pdf" else data.decode("utf-8-sig")
    if suffix == ".json":
        assert json.loads(text)["files"][0]["file"] == made.hostile().file  # whole: nothing is lost where programs read
        return
    assert "\u202e" not in text
    assert "\x1b" not in text
    assert "U+202E" in text


# --- HTML


def test_html_needs_nothing_from_anywhere(tmp_path: Path, setting: Setting) -> None:
    for scene in SCENES.values():
        (data,) = write(tmp_path, scene, setting, ".html")
        tree = html.fromstring(data.decode())
        assert tree.get("lang") == "es"
        assert tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0].startswith("default-src 'none'")
        assert not tree.xpath("//script | //link | //img | //iframe | //object | //form | //@src | //@onclick")
        assert not re.search(rb"url\(|@import|https?://(?!x\.invalid)", data)
        assert all(target.startswith("#") for target in tree.xpath("//@href"))
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert {target[1:] for target in tree.xpath("//@href")} <= set(ids)


def test_html_can_be_read_by_ear(tmp_path: Path, setting: Setting) -> None:
    for scene in SCENES.values():
        (data,) = write(tmp_path, scene, setting, ".html")
        tree = html.fromstring(data.decode())
        levels = [int(heading.tag[1]) for heading in tree.xpath("//h1|//h2|//h3|//h4|//h5")]
        assert levels.count(1) == 1
        for table in tree.xpath("//table"):
            assert table.xpath("caption")[0].text
            assert table.xpath("thead//th[@scope='col']")
            assert len(table.xpath("tbody/tr/th[@scope='row']")) == len(table.xpath("tbody/tr"))


def test_html_colours_are_the_windows_and_can_be_read(setting: Setting) -> None:
    style = (setting.resources / "reports" / "verdict.css").read_text("utf-8")
    light, dark = (
        dict(re.findall(r"--([a-z_]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    )
    assert light.keys() == dark.keys()
    for colours, roles in ((light, LIGHT), (dark, DARK)):
        assert colours.items() <= roles.as_dict().items()
        pairs = [
            (ink, ground) for ink in ("text", "dim", "good", "care", "bad", "accent") for ground in ("ground", "panel")
        ]
        pairs += [(ink, f"{tone}_ground") for tone in ("good", "care", "bad") for ink in ("text", tone)]
        low = [(ink, ground) for ink, ground in pairs if contrast(colours[ink], colours[ground]) < 4.5]
        assert not low


def test_a_folder_is_summed_up_and_told_worst_first(tmp_path: Path, setting: Setting) -> None:
    verdicts = made.folder(30)
    (data,) = write(tmp_path, verdicts, setting, ".html")
    tree = html.fromstring(data.decode())
    summary = {
        row[0]: row[1]
        for row in ([cell.text for cell in tr] for tr in tree.xpath("//table[@class='summary']/tbody/tr"))
    }
    assert summary == {
        "no se puede leer": "1", "no válida": "2", "no se puede afirmar": "1", "sin firma": "1", "íntegra y vigente": "25",
        "Total": "30",
    }  # fmt: skip
    rows = tree.xpath("//table[@class='files']/tbody/tr/td[1]/text()")
    assert (
        rows
        == ["no se puede leer"] + ["no válida"] * 2 + ["no se puede afirmar", "sin firma"] + ["íntegra y vigente"] * 25
    )
    assert len(tree.xpath("//article")) == 5  # those that are not valid, in detail
    for link in tree.xpath("//table[@class='files']//a"):
        assert tree.xpath(f"//article[@id='{link.get('href')[1:]}']//h3")[0].text == link.text


# --- CSV


def test_csv_has_a_row_per_signature_and_opens_in_a_spreadsheet(tmp_path: Path, setting: Setting) -> None:
    verdicts = [*made.folder(12), made.hostile()]
    (data,) = write(tmp_path, verdicts, setting, ".csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == 1 + sum(max(len(verdict.signatures), 1) for verdict in verdicts)
    assert rows[0][0] == "Archivo"
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@|%")]
    serials = {row[COLUMNS.index("serial")] for row in rows[1:]}
    assert "0x2db" in serials
    assert "'-0x5" in serials


# --- JSON


def test_json_is_the_format_of_verify(tmp_path: Path, setting: Setting) -> None:
    (data,) = write(tmp_path, made.folder(9), setting, ".json")
    answer = json.loads(data)
    assert answer["format"] == 1
    assert len(answer["files"]) == 9
    assert answer["counts"]["valid"] == 8
    assert answer["report"] == {"made": "2026-11-27T15:00:00+00:00", "program": "Qillqa 0.1.0"}
    signature = answer["files"][-1]["signatures"][0]
    assert signature["explanation"]
    assert signature["evidence"][0]["sha256"]
    assert signature["identity"]["byte_range"] == [0, 20000, 37000, 4200]


# --- PDF


@pytest.mark.parametrize("scene", SCENES)
def test_pdf_keeps_the_rules_of_archives_and_access(scene: str, tmp_path: Path, setting: Setting) -> None:
    (data,) = write(tmp_path, SCENES[scene], setting, ".pdf")
    assert preflight(data) == ()
    assert b"pdfaid" in data
    assert b"pdfuaid" in data


def test_a_pdf_that_cannot_hold_all_says_so(tmp_path: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.verdicts.writing.ROWS", 10)
    monkeypatch.setattr("desktop.verdicts.writing.DETAILS", 2)
    monkeypatch.setattr("desktop.verdicts.writing.XML_FILES", 7)
    pdf, xml = (tmp_path / name for name in ("r.pdf", "r.xml"))
    written = write_reports([pdf, xml], made.folder(60), setting)
    told = re.sub(r"\s+", " ", text_of(pdf.read_bytes()))
    assert "Aquí caben 10 de 60 archivos" in told
    assert "el detalle de 2 de los 10 archivos que no son válidos" in told
    monkeypatch.setattr("desktop.verdicts.writing.DETAILS", 60)
    monkeypatch.setattr("desktop.verdicts.writing.LINES", 5)  # the two that cannot be read take none
    write_reports([pdf], made.folder(60), setting)
    assert "el detalle de 2 de los 10 archivos" in re.sub(r"\s+", " ", text_of(pdf.read_bytes()))
    assert [(item.told, item.count) for item in written] == [(10, 60), (7, 60)]
    assert "<!-- Aquí caben 7 de 60 archivos" in xml.read_text("utf-8")
    parse_report(xml.read_bytes())


def test_a_file_with_too_much_in_it_is_told_in_bounds(tmp_path: Path, setting: Setting) -> None:
    """5 000 changes and 400 signatures, one of them broken, the last: it is told, and how much is not."""
    attacked = made.attacked()
    changes = attacked.signatures[0].changes * 2000
    many = (
        replace(attacked.signatures[0], changes=changes),
        *made.valid_lta().signatures[:1] * 400,
        attacked.signatures[2],
    )
    html_page, pdf, rows = write(tmp_path, [replace(attacked, signatures=many)], setting, ".html", ".pdf", ".csv")
    text = html_page.decode()
    assert "y 5700 más, que están en el reporte JSON" in text
    assert "Aquí se detallan 100 de las 402 firmas" in text
    assert "Firma 402 de 402: Ana Flores" in text
    assert "Firma 402 de 402" in text_of(pdf)
    assert rows.decode("utf-8-sig").count("\r\n") == 1 + 402


# --- on disk


def test_nothing_is_written_when_the_work_breaks_off(tmp_path: Path, setting: Setting) -> None:
    path = tmp_path / "r.html"
    path.write_text("antes")
    reports = Reports([path, tmp_path / "r.csv"], setting)
    with pytest.raises(KeyboardInterrupt), reports:
        reports.add(made.valid_lta())
        raise KeyboardInterrupt
    assert path.read_text() == "antes"
    assert [item.name for item in tmp_path.iterdir()] == ["r.html"]
    assert reports.written == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("r.docx", "report.unknown_kind"),
        ("r", "report.unknown_kind"),
        ("nota.pdf", "report.exists_as_input"),
        ("no-hay/r.pdf", "report.not_written"),
        ("expediente/sub/firmado.pdf", "report.exists_as_input"),
    ],
)
def test_a_report_that_cannot_be_is_refused_before_the_work(name: str, code: str, tmp_path: Path) -> None:
    signed = tmp_path / "expediente" / "sub" / "firmado.pdf"
    signed.parent.mkdir(parents=True)
    signed.write_bytes(b"%PDF")
    inputs = [tmp_path / "nota.pdf", tmp_path / "expediente"]
    check_targets([tmp_path / "bien.csv", signed.with_name("nuevo.pdf"), signed.with_name("r.html")], inputs)
    with pytest.raises(OfficeError, match=re.escape(code)):
        check_targets([tmp_path / "bien.csv", tmp_path / name], inputs)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, setting: Setting) -> None:
    (tmp_path / "r.html").mkdir()
    with pytest.raises(OfficeError, match=r"report\.not_written"):
        write_reports([tmp_path / "r.html"], [made.valid_lta()], setting)
    assert [item.name for item in tmp_path.iterdir()] == ["r.html"]


def test_a_full_disk_does_not_stop_the_judging(
    tmp_path: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("desktop.verdicts.writing.tempfile.TemporaryFile", lambda **_: Full())
    with Reports([tmp_path / "r.csv"], setting) as reports:
        reports.add(made.valid_lta())
        reports.add(made.attacked())
        with pytest.raises(OfficeError, match=r"report\.not_written"):
            reports.close()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_stopped_leaves_no_report(tmp_path: Path, setting: Setting) -> None:
    with Reports([tmp_path / "r.csv"], setting) as reports:
        reports.add(made.valid_lta())
        reports.abandon()
        reports.add(made.valid_lta())
    assert list(tmp_path.iterdir()) == []


def test_a_big_folder_does_not_fill_memory(tmp_path: Path, setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held for each file is its place in an index, not its verdict."""
    alive: list[int] = []

    def watched(verdict: FileVerdict, phrases: Phrases) -> Row:
        if int(verdict.file[-7:-4]) % 50 == 0:
            alive.append(sum(type(item) is FileVerdict for item in gc.get_objects()))
        return tell_row(verdict, phrases)

    before = sum(type(item) is FileVerdict for item in gc.get_objects())
    monkeypatch.setattr("desktop.verdicts.writing.tell_row", watched)
    with Reports([tmp_path / "r.html", tmp_path / "r.csv", tmp_path / "r.json"], setting) as reports:
        for number in range(200):
            reports.add(made.valid_lta(f"expediente/{number:03d}.pdf"))
    assert len(alive) == 4
    assert max(alive) - before <= 3
    assert (tmp_path / "r.html").read_text("utf-8").count("<tr>") == 200 + 8
