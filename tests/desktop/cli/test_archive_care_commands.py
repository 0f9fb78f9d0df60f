"""archive fixity: its sentences, its JSON, its state by series and its reports."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from desktop.archive.inventory import object_folder
from desktop.operations import join
from desktop.practice.services import PkiServices
from tests.fixtures.filled_root import PDF, fill
from tests.fixtures.office import FINANCE, Stage, TestOffice

from .conftest import Qillqa

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


@pytest.fixture
def archive(founded: TestOffice, stages: Stages) -> tuple[Path, Path, list[str]]:
    """A custodian's home, the base of its archive, and what lies in it."""
    office = stages(founded).office
    base = office.home / "archivo"
    join.keep_archive(office.desk_home(FINANCE), f"folder:{base}")
    return office.desk_home(FINANCE), base, fill(base, 7)


def _damage(base: Path, name: str) -> None:
    (base / "root" / object_folder(name) / "v1/content" / PDF).write_bytes(b"%PDF")


def test_fixity_in_sentences_and_json(qillqa: Qillqa, archive: tuple[Path, Path, list[str]]) -> None:
    home, base, names = archive
    answer = qillqa("archive", "fixity", "--home", home)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("7 expedientes, ")
    _damage(base, names[1])
    told = qillqa("archive", "fixity", "--home", home)
    assert (told.status, told.err) == (1, f"Cambió el archivo «{PDF}».\n")
    as_json = qillqa("archive", "fixity", "--home", home, "--json")
    assert (as_json.status, as_json.json["objects"], as_json.json["finished"]) == (1, 7, True)
    assert [(one["code"], one["object"]) for one in as_json.json["problems"]] == [("fixity.changed", names[1])]


def test_a_night_without_time_says_that_it_goes_on(qillqa: Qillqa, archive: tuple[Path, Path, list[str]]) -> None:
    home, _, _ = archive
    answer = qillqa("archive", "fixity", "--home", home, "--rate", "0.01", "--minutes", "0.001")
    assert answer.status == 0
    assert answer.err == "La lectura no terminó. Lo leído queda anotado. La próxima vez sigue donde quedó.\n"
    assert "siguió donde había quedado" in qillqa("archive", "fixity", "--home", home).out


def test_status_by_series(qillqa: Qillqa, archive: tuple[Path, Path, list[str]]) -> None:
    home, base, names = archive
    fresh = qillqa("archive", "fixity", "--status", "--home", home).out.splitlines()
    assert fresh[0].split() == ["Serie", "Expedientes", "nunca", "Última", "Más", "antigua", "Vencidos", "Con", "daño"]
    assert [line.split()[0] for line in fresh[1:]] == ["(sin", "AC", "CO", "Todas"]
    assert fresh[4].split()[:4] == ["Todas", "7", "7", "nunca"]
    _damage(base, names[0])
    qillqa("archive", "fixity", "--home", home)
    read = qillqa("archive", "fixity", "--status", "--home", home, "--json")
    assert read.status == 1
    by_code = {one["series"]: one for one in read.json["series"]}
    assert (by_code["AC"]["never"], by_code["AC"]["damaged"], by_code["CO"]["damaged"]) == (0, 1, 0)
    assert by_code["AC"]["oldest"] <= by_code["AC"]["last"]


def test_reports_are_whole_and_tell_every_dossier(
    qillqa: Qillqa, archive: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    home, base, names = archive
    _damage(base, names[2])
    targets = [tmp_path / f"integridad.{end}" for end in ("csv", "html", "pdf")]
    options = [part for target in targets for part in ("--report", target)]
    answer = qillqa("archive", "fixity", "--home", home, *options)
    assert answer.status == 1
    rows = list(csv.reader(io.StringIO(targets[0].read_text("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[0][3] == "identificador"
    assert sorted(row[3] for row in rows[1:]) == sorted(names)
    assert [row[3] for row in rows[1:] if row[-1]] == [names[2]]
    page = targets[1].read_text("utf-8")
    assert "Integridad del archivo" in page
    assert "Correspondencia" in page
    assert f"Cambió el archivo «{PDF}»." in page
    document = pypdfium2.PdfDocument(targets[2].read_bytes())
    told = re.sub(r"\s+", " ", "".join(sheet.get_textpage().get_text_range() for sheet in document))
    document.close()
    assert "Lo que no está como estaba: 1" in told
    assert b"pdfaid" in targets[2].read_bytes()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_report_that_cannot_be_is_refused_before_anything_is_read(
    qillqa: Qillqa, archive: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    home, _, _ = archive
    for target, code in (("x.docx", "report.unknown_kind"), ("no/x.pdf", "report.not_written")):
        answer = qillqa("archive", "fixity", "--home", home, "--report", tmp_path / target, "--json")
        assert (answer.status, answer.json["error"]["code"]) == (65, code)
    assert not (home / "fixity.sqlite3").exists()


def test_evidence_and_calendar_in_sentences(
    qillqa: Qillqa, archive: tuple[Path, Path, list[str]], practice_services: PkiServices, tmp_path: Path
) -> None:
    assert practice_services.pid
    home, _, names = archive
    none = qillqa("archive", "evidence", "--object", names[0], "--to", tmp_path / "e", "--home", home, "--json")
    assert none.json["error"]["code"] == "evidence.none_for"
    assert not (tmp_path / "e").exists()
    made = qillqa("archive", "evidence", "--home", home)
    assert (made.status, made.err) == (0, "")
    assert made.out == "7 inventarios cubiertos por primera vez; 2 versiones de evidencia escritas.\n"
    told = qillqa("archive", "evidence", "--status", "--home", home).out
    assert ": 7 inventarios, con sello de tiempo de tercero, vale hasta " in told
    given = qillqa("archive", "evidence", "--object", names[0], "--to", tmp_path / "e", "--home", home)
    assert (given.status, given.out.startswith("Existía el 20")) == (0, True)
    assert sorted(path.name for path in (tmp_path / "e").iterdir()) == ["inventory.json", "registro.ers"]
    again = qillqa("archive", "evidence", "--object", names[0], "--to", tmp_path / "e", "--home", home, "--json")
    assert again.json["error"]["code"] == "export.exists"
    ages = qillqa("archive", "calendar", "--home", home)
    assert ages.status == 0
    assert ages.err.count("no se sabe hasta cuándo se puede comprobar.") == 7  # no verdict lies in any of them
    assert "Para renovar dentro de 365 días: " in ages.out
    renewed = qillqa("archive", "renew", "--home", home, "--within", "1")
    assert (renewed.status, renewed.out) == (1, "0 expedientes renovados.\n")
    assert renewed.err.count("no se pudo renovar.") == 7  # one that is damaged keeps no other from its turn
