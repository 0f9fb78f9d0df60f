"""archive list, find, show, restrict, rebuild, audit, ndsa: as an archivist types them, and as a reader does."""

from __future__ import annotations

import json

import pytest

from desktop.operations import archive_log
from tests.desktop.archive.shelves import IN_SERIES, dossier, keep
from tests.desktop.cli.test_office_commands import Qillqa, Stages
from tests.fixtures.office import FINANCE, PLANNING, TestOffice

pytestmark = pytest.mark.xdist_group("office")


def _shelf(office: TestOffice, qillqa: Qillqa) -> tuple[list[object], list[object], str]:
    """Arguments of the custodian and of a reader, and the id of the first of two dossiers."""
    keeper, reader = (["--home", office.desk_home(unit)] for unit in (FINANCE, PLANNING))
    store = f"folder:{office.home / 'archivo'}"
    for at in (keeper, reader):
        assert qillqa("archive", "init", "--store", store, *at).status == 0
    root = office.desk(FINANCE).archive()
    first = keep(root, dossier(1, title="Reparación del camino a Toledo"))
    keep(root, dossier(2, title="Compra de tóner", description=IN_SERIES, unit_name="Finanzas"))
    return keeper, reader, first


def test_finding_and_hiding(qillqa: Qillqa, stages: Stages, founded: TestOffice) -> None:
    keeper, reader, first = _shelf(stages(founded).office, qillqa)
    listed = qillqa("archive", "list", *reader)
    assert [line.split()[0] for line in listed.out.splitlines()] == [
        "GADOR-SDPD/NI/00002/2026",
        "GADOR-SDPD/NI/00001/2026",
    ]
    assert "SIN VALOR" not in listed.out
    assert [
        one["title"] for one in qillqa("archive", "list", "--unit", "finanz", *reader, "--json").json["dossiers"]
    ] == ["Compra de tóner"]
    assert len(qillqa("archive", "list", "--series", "SDPD-07", *reader).out.splitlines()) == 1
    assert "camino a Toledo" in qillqa("archive", "find", "REPARACION", "toledo", *reader).out
    nothing = qillqa("archive", "find", "nada de nada", *reader)
    assert (nothing.status, nothing.out) == (1, "")
    bad = qillqa("archive", "find", "desde:ayer", *reader)
    assert (bad.status, "ayer" in bad.err) == (66, True)
    shown = qillqa("archive", "show", "GADOR-SDPD/NI/00001/2026", *reader).out
    assert "Título: Reparación del camino a Toledo" in shown
    assert f"Identificador: {first}" in shown
    assert "representations/rep1/data/01-GADOR-SDPD-NI-00045-2026/nota.pdf" in shown

    hidden = ["archive", "restrict", first, "--reason", "Datos de menores", "--norm", "Ley 548"]
    refused = qillqa(*hidden, *reader)
    assert (refused.status, refused.out) == (66, "")
    assert "restringido" in qillqa(*hidden, *keeper).out
    again = qillqa(*hidden, *keeper, "--json")
    assert (again.status, again.json["error"]["code"]) == (66, "restriction.nothing_to_do")
    assert "Toledo" not in qillqa("archive", "list", *reader).out
    gone = qillqa("archive", "show", first, *reader)
    assert (gone.status, "no muestra" in gone.err) == (66, True)
    assert "[RESTRINGIDA]" in qillqa("archive", "find", "toledo", *keeper).out
    assert "Datos de menores" in qillqa("archive", "show", first, *keeper).out
    assert "levantada" in qillqa("archive", "restrict", first, "--reason", "Venció", "--lift", *keeper).out
    assert "Toledo" in qillqa("archive", "list", *reader).out


def test_rebuilding_and_the_log(qillqa: Qillqa, stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    keeper, reader, first = _shelf(office, qillqa)
    assert "2 versiones no estaban anotadas" in qillqa("archive", "rebuild", *keeper).err
    done = qillqa("archive", "rebuild", *keeper, "--json")
    assert done.json == {"dossiers": 2, "unreadable": [], "noted": 0}
    checked = qillqa("archive", "audit", *keeper)
    assert (checked.status, checked.out.splitlines()[0]) == (0, "2 renglones, 2 versiones en el archivo.")
    paper = checked.out.splitlines()[-1].removeprefix("Último renglón: ")
    assert qillqa("archive", "audit", "--expect", paper, *keeper).status == 0
    assert qillqa("archive", "audit", "--expect", f"2:{'0' * 64}", *keeper).status == 1
    bad = qillqa("archive", "audit", "--expect", "ayer", *keeper)
    assert (bad.status, "N:SUMA" in bad.err) == (64, True)
    (path,) = (office.home / "archivo" / "bitacora").glob("*.jsonl")
    whole = path.read_bytes()
    path.write_bytes(whole.splitlines(keepends=True)[0])
    cut = qillqa("archive", "audit", *keeper)
    assert cut.status == 1
    assert "le falta el final" in cut.err
    assert "que la bitácora no cuenta" in cut.err
    assert "Traceback" not in cut.err
    path.write_bytes(whole)
    assert qillqa("archive", "audit", "--reviewed", "Sin novedad", *keeper).status == 0
    assert qillqa("archive", "audit", *reader, "--json").json["whole"] is True
    found = next((office.home / "archivo" / "root").rglob("v1/inventory.json"))
    found.write_bytes(b"{}")
    told = qillqa("archive", "rebuild", *keeper)
    assert told.status == 1
    assert "inventario" in told.err
    del first


def test_the_levels(qillqa: Qillqa, stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    keeper, reader, _ = _shelf(office, qillqa)
    assert qillqa("archive", "ndsa", *reader).status == 66
    qillqa("archive", "rebuild", *keeper)
    first = qillqa("archive", "ndsa", *keeper)
    assert first.status == 0
    assert "Almacenamiento: nivel 0 de 4" in first.out
    assert "Hay 1 copias completas y hacen falta 2" in first.out
    assert "‹" not in first.out
    levels = qillqa("archive", "ndsa", *keeper, "--json").json["levels"]
    assert levels == {"storage": 0, "integrity": 0, "control": 1, "metadata": 0, "content": 1}

    desk = office.desk(FINANCE)  # as fixity, backup and doctor note what they did
    archive_log.note_all(desk, [archive_log.run_of(archive_log.Act.FIXITY, objects=2, problems=0, finished=True)])
    archive_log.note_all(
        desk,
        [
            archive_log.run_of(
                archive_log.Act.BACKED_UP, objects=2, problems=0, finished=True, where="s3://otro/archivo"
            )
        ],
    )
    archive_log.note_all(desk, [archive_log.run_of(archive_log.Act.EXAMINED, objects=0, problems=0, finished=True)])
    for name in ("virus", "two_copies", "media_documented", "agents_applied"):
        said = qillqa("archive", "ndsa", "--declare", name, "--text", "Sí, según acta 3", *keeper)
        assert "Lo declara" in said.out
    done = qillqa("archive", "ndsa", *keeper, "--json").json
    assert done["levels"] == {"storage": 1, "integrity": 2, "control": 3, "metadata": 2, "content": 1}
    rows = {one["code"]: (one["state"], one["reason"]["code"]) for one in done["requirements"]}
    assert rows["ndsa.virus"] == ("declared", "ndsa.why_declared")
    assert rows["ndsa.two_copies"] == ("declared", "ndsa.why_declared")
    assert rows["ndsa.gaps_filled"] == ("missing", "ndsa.why_classified")
    assert rows["ndsa.checks_on_demand"][0] == "met"
    qillqa("archive", "ndsa", "--declare", "virus", *keeper)  # taken back
    assert qillqa("archive", "ndsa", *keeper, "--json").json["levels"]["integrity"] == 0
    wrong = qillqa("archive", "ndsa", "--declare", "nada", *keeper)
    assert (wrong.status, "no es un requisito" in wrong.err) == (66, True)
    assert archive_log.check_log(desk).whole


def test_a_desk_without_an_archive_is_told_so(qillqa: Qillqa, stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    at = ["--home", office.desk_home(PLANNING)]
    for command in (("list",), ("find", "x"), ("show", "x"), ("rebuild",), ("audit",)):
        told = qillqa("archive", *command, *at)
        assert (told.status, "Traceback" in told.err) == (66, False), command
        assert told.err.strip()


def test_what_is_done_to_the_store_is_in_the_log_and_the_log_in_the_copy(
    qillqa: Qillqa, stages: Stages, founded: TestOffice
) -> None:
    office = stages(founded).office
    keeper, _, first = _shelf(office, qillqa)
    qillqa("archive", "rebuild", *keeper)
    copy = office.home / "copia"
    assert qillqa("archive", "backup", "--to", f"folder:{copy}", "--new", *keeper).status == 0
    assert qillqa("archive", "doctor", *keeper).status == 0
    damaged = next((office.home / "archivo" / "root").rglob("nota.pdf"))
    damaged.write_bytes(b"otra cosa")
    assert qillqa("archive", "repair", "--from", f"folder:{copy}", *keeper).status == 0
    (path,) = (office.home / "archivo" / "bitacora").glob("*.jsonl")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["acto"] for line in lines] == ["hallazgo", "hallazgo", "respaldo", "examen", "reparacion"]
    assert lines[2]["datos"]["destino"] == f"folder:{copy}"
    assert lines[4]["datos"]["repuestos"] == 1
    assert lines[4]["quien"] == "María Huanca Ayma (Directora de Finanzas)"  # the only one who acts at that desk
    (theirs,) = (copy / "bitacora").glob("*.jsonl")
    assert theirs.read_bytes() == b"".join(path.read_bytes().splitlines(keepends=True)[:2])
    assert qillqa("archive", "backup", "--to", f"folder:{copy}", *keeper).status == 0
    assert len(theirs.read_bytes().splitlines()) == 5

    whole = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(whole[0])  # somebody cuts it
    told = qillqa("archive", "backup", "--to", f"folder:{copy}", *keeper)
    assert (told.status, "llega hasta el renglón 5" in told.err) == (66, True)
    assert qillqa("archive", "audit", *keeper).status == 1
    assert qillqa("archive", "repair", "--from", f"folder:{copy}", *keeper).status == 0
    assert path.read_bytes().startswith(b"".join(whole[:5]))
    levels = qillqa("archive", "ndsa", *keeper, "--json").json
    rows = {one["code"]: one["state"] for one in levels["requirements"]}
    assert (rows["ndsa.stable_storage"], rows["ndsa.copies_verified"]) == ("met", "met")
    assert rows["ndsa.two_copies"] == "unknown"  # both are there; where they stand nobody has said
    del first
