"""draft, document, slip, desk, sync, find: each over a real desk, with its status, its JSON and its sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.operations import verify
from desktop.practice.tampering import drop_hop
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

from .conftest import Qillqa

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_a_draft_page(qillqa: Qillqa, tmp_path: Path) -> None:
    text = tmp_path / "texto.txt"
    text.write_text("Señor:\n\nJallalla.", "utf-8")
    fields = [part for pair in ("referencia=Prueba", "entidad=E", "unidad=U", "para=A | B", "para=C | D", "de=E | F")
              for part in ("--field", pair)]  # fmt: skip
    page = ["draft", "--type", "nota_interna", "--body", text, *fields, "--out", tmp_path / "b.pdf", "--json"]
    answer = qillqa(*page)
    assert (answer.status, answer.err) == (0, "")
    assert answer.json["pages"] == 1
    assert (tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")
    unknown = qillqa("draft", "--type", "oda", "--out", tmp_path / "c.pdf")
    assert (unknown.status, unknown.out) == (66, "")
    assert unknown.err.startswith("No hay ninguna plantilla «oda».")
    gone = qillqa("draft", "--type", "informe", "--out", tmp_path / "c.pdf", "--body", tmp_path / "no.txt", "--json")
    assert (gone.status, gone.json["error"]["code"]) == (65, "cli.file")
    for name, data in (("malo.json", b"{"), ("malo.txt", b"\xff\xfe\xfa")):
        (tmp_path / name).write_bytes(data)
        bad = qillqa("draft", "--type", "informe", "--out", tmp_path / "c.pdf", "--body", tmp_path / name, "--json")
        assert (bad.status, bad.json["error"]["code"]) == (66, "draft.body_unreadable")


def test_where_there_is_no_desk(qillqa: Qillqa, tmp_path: Path) -> None:
    for command in (["sync"], ["desk", "status"], ["find", "x"], ["document", "show", "x"], ["slip", "show", "x"]):
        answer = qillqa(*command, "--home", tmp_path / "nada")
        assert (answer.status, answer.out) == (66, "")
        assert answer.err.startswith("En ")
        assert qillqa(*command, "--home", tmp_path / "nada", "--json").json["error"]["code"] == "desk.none_here"
    assert list(tmp_path.iterdir()) == []


def test_the_home_may_come_from_the_environment(
    qillqa: Qillqa, stages: Stages, founded: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QILLQA_HOME", str(stages(founded).office.desk_home(FINANCE)))
    answer = qillqa("desk", "status", "--json")
    assert answer.status == 0
    assert answer.json["unit"] == "Secretaría Departamental de Administración y Finanzas"
    assert [each["name"] for each in answer.json["officials"]] == ["María Huanca Ayma"]
    told = qillqa("desk", "status")
    assert told.out.splitlines()[1] == "No hay envíos en cola."


def test_from_draft_to_dispatch_at_one_desk(
    qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    text, paper = tmp_path / "texto.txt", tmp_path / "anexo.csv"
    text.write_text("Señora:\n\nSe remite.", "utf-8")
    paper.write_text("a;b\n", "utf-8")
    made = qillqa("document", "new", "--type", "nota_interna", "--body", text, "--field", "referencia=Camino a Turco",
                  "--field", "para=María Huanca Ayma | Directora", "--signer", "4512345", "--via", "3498765",
                  "--attach", paper, *at, "--json")  # fmt: skip
    assert (made.status, made.err) == (0, "")
    document = made.json["document"]
    cite = qillqa("document", "freeze", document, *at, "--json").json["cite"]
    assert qillqa("find", "camino", "TURCO", *at).out.startswith(document)
    nothing = qillqa("find", "puente", *at, "--json")
    assert (nothing.status, nothing.json) == (1, {"documents": []})

    early = qillqa("document", "sign", document, "--pin-stdin", *at, "--json", stdin="no-se-lee\n")
    assert (early.status, early.json["error"]["code"]) == (66, "document.not_your_turn")
    assert qillqa("document", "approve", document, "--official", "3498765", *at, "--json").json == {"done": True}
    wrong = qillqa("document", "sign", document, "--pin-stdin", *at, stdin="87654321\n")
    assert (wrong.status, wrong.out) == (66, "")
    assert wrong.err.startswith("El token «juana» no aceptó el PIN.")
    assert "87654321" not in wrong.err
    pin = office.tokens.pin("juana")
    signed = qillqa("document", "sign", document, "--pin-stdin", *at, "--json", stdin=pin + "\n")
    assert (signed.status, signed.err) == (0, "")
    assert signed.json["documents"][0]["receipt"]["level"] == "B-B"
    assert pin not in signed.out

    shown = qillqa("document", "show", document, *at)
    assert shown.out.splitlines()[1] == "Estado: firmado  Nivel: B-B"
    assert qillqa("document", "show", document, *at, "--json").json["view"]["cite"] == cite
    assert qillqa("document", "verify", document, *at).status == 2
    out = Path(qillqa("document", "export", document, "--out", tmp_path / "sal", *at, "--json").json["file"])
    assert out.read_bytes().startswith(b"%PDF-")

    sent = qillqa("slip", "dispatch", document, "--to", office.units["finance"], "--person", "5061728", "--remark", "Para informe",
                  "--deadline", "2030-01-15", "--urgent", *at, "--json")  # fmt: skip
    assert sent.status == 0
    slip = qillqa("slip", "show", sent.json["slip"], *at, "--json").json
    assert (slip["hops"][0]["deadline"], slip["hops"][0]["urgent"]) == ("2030-01-15", True)
    assert "enviado, sin recibir" in qillqa("slip", "show", sent.json["slip"], *at).out
    assert "En cola: " in qillqa("desk", "status", *at).out
    assert qillqa("sync", "--status", *at).out.endswith(f"{cite}  en cola\n")
    assert qillqa("desk", "trays", "enviados", *at).out.endswith(", en cola)\n")
    moved = qillqa("sync", *at, "--json")
    assert (moved.status, moved.json["waiting"], moved.json["problems"]) == (0, 0, [])
    assert qillqa("sync", "--status", *at, "--json").json["documents"] == {document: "delivered"}
    assert qillqa("sync", "--quarantine", *at).out == "No hay nada aparte.\n"
    trays = qillqa("desk", "trays", *at, "--json").json["trays"]
    assert trays["enviados"] == 1
    (line,) = qillqa("desk", "trays", "enviados", *at).out.splitlines()
    assert "Camino a Turco" in line
    assert line.endswith(", entregado)")
    told = qillqa("desk", "trays", "enviados", *at, "--json").json
    assert told["delivery"] == {document: "delivered"}
    (row,) = told["rows"]
    assert row["person"] == "María Huanca Ayma"


def test_receive_reject_cancel_conclude_reopen(qillqa: Qillqa, sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = (["--home", stage.office.desk_home(name)] for name in (PLANNING, FINANCE))
    no_reason = qillqa("slip", "reject", stage.slip, "--reason", " ", *there, "--json")
    assert (no_reason.status, no_reason.json["error"]["code"]) == (66, "reject.no_reason")
    assert qillqa("slip", "reject", stage.slip, "--reason", "No corresponde", *there).status == 0
    assert qillqa("sync", *there).out.startswith("Entregados: ")
    assert qillqa("sync", *here).status == 0
    again = qillqa("slip", "dispatch", stage.document, "--to", stage.office.units["finance"], *here)
    assert (again.status, again.err) == (0, "")
    assert qillqa("slip", "cancel", stage.slip, *here, "--json").json == {"done": True}
    assert qillqa("slip", "receive", stage.slip, *here, "--json").json["error"]["code"] == "slip.unknown_hop"
    assert qillqa("slip", "conclude", stage.document, "--remark", "Sin más", *here).status == 0
    assert qillqa("slip", "reopen", stage.document, *here).status == 0
    assert qillqa("slip", "dispatch", stage.document, "--to", stage.office.units["finance"], *here).status == 0
    assert qillqa("sync", *here).status == 0
    assert qillqa("sync", *there).status == 0
    assert qillqa("slip", "receive", stage.slip, *there).status == 0
    denied = qillqa("slip", "conclude", stage.document, *here)
    assert denied.status == 66
    assert len(denied.err.splitlines()) >= 2


def test_status_and_the_type_itself_name_what_is_broken_in_the_home(
    qillqa: Qillqa, stages: Stages, founded: TestOffice, tmp_path: Path
) -> None:
    home = stages(founded).office.desk_home(PLANNING)
    own = home / "templates"
    assert qillqa("template", "copy", "circular", own).status == 0
    manifest = own / "circular" / "manifest.toml"
    manifest.write_text(manifest.read_text("utf-8").replace('kind = "people"', 'kind = "gente"', 1), "utf-8")
    (own / "letterhead.toml").write_text('\narms = "no.png"\nalt = "Escudo"\n', "utf-8")
    said = qillqa("desk", "status", "--home", home)
    assert said.status == 0
    assert "circular/manifest.toml" in said.err.replace(" ", "") or (
        "circular" in said.err and "manifest.toml" in said.err
    )
    assert "no.png" in said.err
    assert [row["code"] for row in qillqa("desk", "status", "--home", home, "--json").json["templates"]] == [
        "template.bad_value", "template.missing_file",
    ]  # fmt: skip
    text = tmp_path / "t.txt"
    text.write_text("Uno.", "utf-8")
    refused = qillqa("document", "new", "--type", "circular", "--body", text, "--signer", "4512345", "--home", home)
    assert refused.status == 66
    assert "manifest.toml" in refused.err
    assert "29" in refused.err


def test_a_slip_is_printed(qillqa: Qillqa, received_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    stage = stages(received_stage)
    at = ["--home", stage.office.desk_home(FINANCE)]
    sheet = tmp_path / "hoja.pdf"
    told = qillqa("slip", "print", stage.slip, "--out", sheet, *at, "--json")
    assert (told.status, told.json) == (0, {"file": str(sheet), "pages": 1})
    assert sheet.read_bytes().startswith(b"%PDF-")
    assert qillqa("slip", "print", stage.slip, "--out", sheet, *at).out == f"{sheet}: 1 hoja.\n"
    nowhere = tmp_path / "otra.pdf"
    unknown = qillqa("slip", "print", "01HZZZZZZZZZZZZZZZZZZZZZZZ", "--out", nowhere, *at, "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (66, "slip.unknown")
    assert not nowhere.exists()


def test_a_slip_is_proven_by_its_events_alone(
    qillqa: Qillqa, received_stage: Stage, stages: Stages, tmp_path: Path
) -> None:
    stage = stages(received_stage)
    at = ["--home", stage.office.desk_home(FINANCE)]
    whole = qillqa("slip", "verify", stage.slip, *at)
    assert whole.status == 0
    assert whole.out.startswith("La hoja de ruta está completa")
    events = verify.slip_events(stage.office.desk(FINANCE), stage.slip)
    file = tmp_path / "actos.json"
    file.write_text(json.dumps(drop_hop(events)), "ascii")
    cut = qillqa("slip", "verify", stage.slip, "--events", file, *at)
    assert cut.status == 1
    assert "no está completa" in cut.out
    assert qillqa("slip", "verify", stage.slip, "--events", file, *at, "--json").json["missing"]
    for text in ("{", "{}", "[1]"):
        file.write_text(text, "ascii")
        bad = qillqa("slip", "verify", stage.slip, "--events", file, *at, "--json")
        assert (bad.status, bad.json["error"]["code"]) == (66, "slip.events_unreadable")


def test_an_observation_needs_a_remark_and_goes_back(qillqa: Qillqa, frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    at = ["--home", stage.office.desk_home(PLANNING)]
    assert qillqa("document", "observe", stage.document, "--remark", " ", *at).status == 66
    assert qillqa("document", "observe", stage.document, "--remark", "Falta la partida", *at, "--json").status == 0
    assert "observado" in qillqa("document", "show", stage.document, *at).out
    assert qillqa("document", "raise", stage.document, *at, "--json").status == 66


def test_without_a_line_the_queue_is_told_to_be_safe(qillqa: Qillqa, sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    stage.office.exchange.rename(stage.office.home / "desenchufado")
    answer = qillqa("sync", "--home", stage.office.desk_home(PLANNING))
    assert (answer.status, answer.out) == (65, "")
    assert len(answer.err.splitlines()) >= 2
