"""Ventanilla by command: a letter registered, its constancia written, a scan added and read; bad input in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.drafting.preflight import preflight
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.office import PLANNING, Stage, TestOffice
from tests.fixtures.papers import saved, sheet

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]
LINES = ["Solicitamos el mejoramiento del camino", "entre Turco y Cosapa."]


def test_a_letter_is_registered_scanned_read_and_weighed(
    qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    scan = saved(tmp_path / "nota.png", sheet(LINES))
    given = [
        "--subject",
        "Caminos vecinales",
        "--sender",
        "Juana Mamani",
        "--cite",
        "GAMCC/NE/00018/2026",
        "--sheets",
        "3",
    ]
    made = qillqa(
        "document", "receive-paper", *given, "--dated", "2026-03-04", "--out", tmp_path / "sal", *at, "--json"
    )
    assert (made.status, made.err, made.json["signed"], made.json["notices"]) == (0, "", [], [])
    receipt = Path(made.json["receipt"])
    assert receipt.name == f"constancia-{made.json['number']}.pdf"
    assert preflight(receipt.read_bytes()) == ()

    document = made.json["document"]
    added = qillqa("document", "attach-scan", document, "--scan", scan, "--no-text", *at)
    assert (added.status, added.out) == (0, "1 páginas digitalizadas.\n")
    again = qillqa("document", "attach-scan", document, "--scan", scan, *at, "--json")
    assert (again.status, again.json["error"]["code"]) == (66, "incoming.scanned_already")
    assert qillqa("find", "cosapa", *at).status == 1
    assert qillqa("document", "read-scan", document, *at).status == 0
    assert qillqa("find", "cosapa", *at).out.startswith(document)
    shown = qillqa("document", "show", document, *at).out.splitlines()
    assert shown[1].startswith("Estado: registrado en ventanilla")

    to = ["--to", office.units["finance"]]
    checked = qillqa("slip", "dispatch", document, *to, "--check", *at)
    assert (checked.status, checked.err) == (0, "")
    assert checked.out.startswith("2 archivos, ")
    sent = qillqa("slip", "dispatch", document, *to, *at, "--json")
    assert (sent.status, sent.json["number"], sent.err) == (0, made.json["number"], "")


def test_what_is_wrong_is_told_in_words(qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    (tmp_path / "cero.pdf").write_bytes(b"")
    empty = qillqa("document", "receive-paper", "--subject", "x", "--sender", "y", "--scan", tmp_path / "cero.pdf", *at)
    assert (empty.status, empty.out) == (66, "")
    assert empty.err.splitlines()[0] == "El archivo «cero.pdf» está vacío."
    assert (
        qillqa("document", "receive-paper", "--subject", "x", *at, "--json").json["error"]["code"]
        == "incoming.no_sender"
    )
    assert qillqa("document", "receive-paper", "--subject", "x", "--dated", "ayer", *at).status == 64

    program = tmp_path / "factura.pdf"
    program.write_bytes(b"MZ\x90\x00" + bytes(99))
    text = tmp_path / "t.txt"
    text.write_text("Señora:", "utf-8")
    new = qillqa("document", "new", "--type", "nota_interna", "--body", text, "--field", "referencia=x", "--signer", "4512345",
                 "--attach", program, *at)  # fmt: skip
    assert new.status == 0
    assert new.err.startswith("«factura.pdf» es un programa")
