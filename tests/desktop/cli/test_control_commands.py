"""find, monitor, report: over a real desk, with status, JSON, sentences and files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

from desktop.operations import synchronise
from desktop.practice.people import ANSWERER
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.appointments import change_directory, with_chiefs
from tests.fixtures.office import FINANCE, Stage, TestOffice

Stages = Callable[[Stage | TestOffice], Stage]


def test_monitor(qillqa: Qillqa, received_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    stage = stages(received_stage)
    office = stage.office
    at = ["--home", office.desk_home(FINANCE), "--official", office.ids[ANSWERER]]
    refused = qillqa("monitor", *at)
    assert refused.status == 66
    assert refused.err.startswith("El monitor de ")
    change_directory(office, lambda it: with_chiefs(it, {office.units["finance"]: office.ids[ANSWERER]}))
    desk = office.desk(FINANCE)
    synchronise.synchronise(desk)
    number = desk.store.slip(stage.slip).number
    told = qillqa("monitor", *at)
    assert told.status == 0
    for expected in (number, "pendiente", "recibido hoy, sin plazo", "sin calendario de feriados", "Para su informe."):
        assert expected in told.out, expected
    (row,) = qillqa("monitor", *at, "--json").json["rows"]
    assert (row["slip"], row["days"]["held"], row["state"]) == (stage.slip, 0, "pending")
    out = tmp_path / "monitor.csv"
    assert qillqa("monitor", "--csv", out, *at).out.strip() == str(out)
    heading, line = csv.reader(io.StringIO(out.read_text("utf-8-sig"), newline=""), delimiter=";")
    assert (heading[0], line[0]) == ("Hoja de ruta", number)


def test_report(qillqa: Qillqa, received_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    stage = stages(received_stage)
    at = ["--home", stage.office.desk_home(FINANCE)]
    told = qillqa("report", "received", *at)
    assert told.status == 0
    assert told.out.splitlines()[0] == "Hojas de ruta recibidas"
    assert told.out.splitlines()[1].split() == ["Unidad", "De", "Oficiales", "Copias", "Total"]
    table = qillqa("report", "received", "--from", "2020-01-01", *at, "--json").json["report"]
    assert [row[2:] for row in table["rows"]] == [[1, 0, 1]]
    empty = qillqa("report", "received", "--to", "2020-01-01", *at)
    assert "No hay nada que contar" in empty.out
    assert qillqa("report", "received", "--from", "ayer", *at).status == 64
    assert qillqa("report", "nada", *at).status == 64
    wrong = qillqa("report", "sent", "--from", "2026-02-02", "--to", "2026-01-01", *at, "--json")
    assert wrong.json["error"]["code"] == "report.no_period"
    out = tmp_path / "tiempo.csv"
    assert qillqa("report", "time-per-unit", "--csv", out, *at, "--json").json["file"] == str(out)
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_trays_tell_days_in_words(qillqa: Qillqa, sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    office = stage.office
    there = ["--home", office.desk_home(FINANCE), "--official", office.ids[ANSWERER]]
    assert "llegó hoy" in qillqa("desk", "trays", "entrante", *there).out


def test_find_speaks_of_days_and_people(qillqa: Qillqa, received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    at = ["--home", stage.office.desk_home(FINANCE)]
    desk = stage.office.desk(FINANCE)
    view, number = desk.store.document(stage.document), desk.store.slip(stage.slip).number
    author = desk.directory.official(view.author).name
    told = qillqa("find", f'de:"{author}"', *at)
    assert told.status == 0
    for expected in (stage.document, number, view.cite, view.subject):
        assert expected in told.out
    assert qillqa("find", view.cite, "--to", "2020-01-01", *at).status == 1
    assert qillqa("find", view.cite, "--from", "2020-01-01", *at).status == 0
    assert qillqa("find", "desde:ayer", *at, "--json").json["error"]["code"] == "find.bad_day"
    assert qillqa("find", "x", "--from", "ayer", *at).status == 64
