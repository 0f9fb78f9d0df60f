"""verify --report: real files, every kind of report, and what is said where one cannot be."""

from __future__ import annotations

import json
from pathlib import Path

from signing.etsi_report import parse_report

from .conftest import Qillqa


def test_reports_of_a_folder_are_written_and_named(
    qillqa: Qillqa, anchors: Path, plain_pdf: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "expediente"
    folder.mkdir()
    (folder / "nota ñ.pdf").write_bytes(plain_pdf.read_bytes())
    (folder / "roto.pdf").write_text("hola", "utf-8")
    targets = [tmp_path / f"reporte{kind}" for kind in (".html", ".pdf", ".csv", ".json", ".xml")]
    options = [part for target in targets for part in ("--report", target)]
    answer = qillqa("verify", folder, "--trust", anchors, "--json", *options)
    assert answer.status == 1
    assert [row["verdict"] for row in answer.json["files"]] == ["unsigned", "unreadable"]
    for target in targets:
        assert f"El reporte quedó en «{target}»." in answer.err
    told = json.loads((tmp_path / "reporte.json").read_text("utf-8"))
    assert [row["verdict"] for row in told["files"]] == ["unreadable", "unsigned"]
    assert "nota ñ.pdf" in (tmp_path / "reporte.html").read_text("utf-8")
    assert len(parse_report((tmp_path / "reporte.xml").read_bytes()).signature_validation_report) == 2
    assert (tmp_path / "reporte.pdf").read_bytes().startswith(b"%PDF-")


def test_a_report_that_cannot_be_is_said_before_anything_is_judged(
    qillqa: Qillqa, anchors: Path, plain_pdf: Path, tmp_path: Path
) -> None:
    for name, said in (("r.docx", "se elige por el final del nombre"), ("no/r.csv", "No se pudo escribir el reporte")):
        answer = qillqa("verify", plain_pdf, "--trust", anchors, "--report", tmp_path / name)
        assert answer.status >= 64
        assert said in answer.err
        assert answer.out == ""
    (tmp_path / "r.csv").mkdir()  # what cannot be foreseen is told beside the answer
    answer = qillqa("verify", plain_pdf, "--trust", anchors, "--json", "--report", tmp_path / "r.csv")
    assert answer.status >= 64
    assert [row["verdict"] for row in answer.json["files"]] == ["unsigned"]
    assert "No se pudo escribir el reporte «r.csv»" in answer.err
    before = plain_pdf.read_bytes()
    answer = qillqa("verify", plain_pdf, "--trust", anchors, "--report", plain_pdf)
    assert "taparía uno de los archivos" in answer.err
    assert plain_pdf.read_bytes() == before


def test_a_report_never_takes_the_place_of_a_file_of_the_folder(
    qillqa: Qillqa, anchors: Path, plain_pdf: Path, tmp_path: Path
) -> None:
    inside = tmp_path / "nota.pdf"
    inside.write_bytes(plain_pdf.read_bytes())
    answer = qillqa("verify", tmp_path, "--trust", anchors, "--report", inside)
    assert answer.status >= 64
    assert "taparía uno de los archivos" in answer.err
    assert inside.read_bytes() == plain_pdf.read_bytes()
