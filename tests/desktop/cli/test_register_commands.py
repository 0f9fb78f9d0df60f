"""register … and document number, void: through the command line, as a clerk types them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.desktop.cli.test_office_commands import Qillqa, Stages
from tests.fixtures.office import PLANNING, TestOffice

pytestmark = pytest.mark.xdist_group("office")


def test_the_book_of_a_day(qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    text, out = tmp_path / "texto.txt", tmp_path / "libro.csv"
    text.write_text("Señora:\n\nSe remite.", "utf-8")
    made = qillqa("document", "new", "--type", "nota_interna", "--body", text, "--field", "referencia=Camino a Turco",
                  "--signer", "4512345", *at, "--json")  # fmt: skip
    document = made.json["document"]
    assert qillqa("document", "number", document, *at).out.startswith("PRÁCTICA-SDP/NI/00001/")
    refused = qillqa("document", "void", document, "--reason", " ", *at)
    assert (refused.status, "Falta decir por qué" in refused.err) == (66, True)
    assert "anulado" in qillqa("document", "void", document, "--reason", "Se repitió", *at).out

    shown = qillqa("register", "show", *at).out
    assert "Camino a Turco" in shown
    assert "anulado  Se repitió" in shown
    assert "2 a 50: en blanco" in shown
    assert qillqa("register", "export", "--format", "csv", "--out", out, *at, "--json").json["lines"] == 2
    rows = list(csv.reader(io.StringIO(out.read_text("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1][2:5] == ["1", "1", shown.splitlines()[1].split()[0]]
    assert rows[1][9:11] == ["anulado", "Se repitió"]
    entries = qillqa("register", "export", "--format", "json", *at).json["register"]
    assert [(one["number"], one["last"], one["state"]) for one in entries] == [(1, 1, "void"), (2, 50, "unused")]
    assert qillqa("register", "conflicts", *at, "--json").json == {"conflicts": []}
    unknown = qillqa("register", "settle", "X/1/2026", "--keep", document, "--reason", "Porque sí", *at, "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (66, "settle.unknown")


def test_a_draft_is_thrown_away_and_taken_back(
    qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    text = tmp_path / "texto.txt"
    text.write_text("Señora:\n\nSe remite.", "utf-8")
    made = qillqa("document", "new", "--type", "nota_interna", "--body", text, "--field", "referencia=Camino a Turco",
                  "--signer", "4512345", *at, "--json")  # fmt: skip
    document = made.json["document"]
    assert "durante 30 días" in qillqa("document", "discard", document, *at).out
    listed = qillqa("document", "wastebasket", *at)
    assert (listed.out.split()[0], "sin CITE  Camino a Turco" in listed.out) == (document, True)
    assert qillqa("document", "restore", document, *at, "--json").json == {"document": document}
    assert qillqa("document", "wastebasket", *at, "--json").json == {"wastebasket": []}

    cite = qillqa("document", "number", document, *at).out.strip()
    refused = qillqa("document", "discard", document, *at)
    assert (refused.status, "Falta decir por qué" in refused.err) == (66, True)
    assert f"{cite} queda anulado" in qillqa("document", "discard", document, "--reason", "Se repitió", *at).out
    (row,) = qillqa("document", "wastebasket", *at, "--json").json["wastebasket"]
    assert (row["document"], row["cite"]) == (document, cite)
    again = qillqa("document", "restore", document, *at).out.strip()
    assert again not in ("", document)
    unknown = qillqa("document", "restore", document, *at, "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (66, "restore.not_there")
    assert "anulado  Se repitió" in qillqa("register", "show", *at).out


def test_rules_are_looked_at_before_they_hold(
    qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    file = tmp_path / "numeracion.toml"
    file.write_text('[[rule]]\ntype = "NI"\npattern = "{unit}{number}/{year}"\n', "utf-8")
    bad = qillqa("register", "rules", file, *at)
    assert bad.status == 66
    assert "línea 3" in bad.err
    assert "carácter 7" in bad.err
    assert "GADOR-SDPD/NI/00045/2026" in bad.err
    file.write_text(
        '[[rule]]\ntype = "NI"\npattern = "{unit}/N.I. {number:3}/{year}"\nassigned = "generation"\n', "utf-8"
    )
    good = qillqa("register", "rules", file, *at).out
    assert "PRÁCTICA-SDP/N.I. 001/" in good
    assert "al generar" in good
    published = qillqa("register", "rules", file, "--publish", office.home / "entidad", *at, "--json")
    assert published.json["directory"] >= 2
    missing = qillqa("register", "rules", tmp_path / "no.toml", *at)
    assert missing.status == 65
