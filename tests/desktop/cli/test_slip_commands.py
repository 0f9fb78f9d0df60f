"""slip …: what is new in the hoja de ruta, over real desks, with status, JSON and sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desktop.operations import dispatch, receive, synchronise
from desktop.practice.people import ANSWERER, AUTHOR
from desktop.routing.deadlines import due
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.appointments import change_directory, with_chiefs
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

Stages = Callable[[Stage | TestOffice], Stage]


def _homes(stage: Stage) -> tuple[list[Path | str], list[Path | str]]:
    here, there = (["--home", stage.office.desk_home(name)] for name in (PLANNING, FINANCE))
    return here, there


def test_a_slip_is_opened_dispatched_with_everything_and_shown(
    qillqa: Qillqa, signed_stage: Stage, stages: Stages
) -> None:
    stage = stages(signed_stage)
    at, _ = _homes(stage)
    finance = stage.office.units["finance"]
    opened = qillqa(
        "slip", "new", stage.document, "--procedure", "Compra menor", "--deadline", "2030-05-06", *at, "--json"
    ).json
    assert opened["number"].startswith("I-")
    assert qillqa("slip", "new", stage.document, *at).err.splitlines()[0].endswith("ya estaba abierta.")
    wrong = qillqa("slip", "dispatch", stage.document, "--to", finance, "--deadline", "2030-01-15", "--days", "3", *at)
    assert wrong.status == 64
    sent = qillqa("slip", "dispatch", stage.document, "--to", finance, "--days", "5", "--tick", "archivar", "--coordinate", "Jurídica",
                  "--unscanned", "Plano A0", "--paper", "Fólder", "--sheets", "9", *at, "--json")  # fmt: skip
    assert (sent.status, sent.err) == (0, "")
    desk = stage.office.desk(PLANNING)
    (hop,) = desk.store.slip(opened["slip"]).hops
    assert hop.deadline == due(desk.now_local().date(), 5, ())
    assert (hop.actions, hop.sheets) == (("para_su_consideracion", "archivar"), 9)
    shown = qillqa("slip", "show", opened["slip"], *at).out
    for expected in (
        "Compra menor",
        "Plazo: 06/05/2030",
        "Coordinar con: Jurídica",
        "Sin escanear: Plano A0",
        "Fólder",
        hop.id,
        "Archivar",
    ):
        assert expected in shown, expected
    told = qillqa("slip", "show", opened["slip"], *at, "--json").json
    assert (told["heading"]["procedure"], told["paper"]["hop"]) == ("Compra menor", hop.id)


def test_justify_paper_answer_archive(qillqa: Qillqa, received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    _, at = _homes(stage)
    assert qillqa("slip", "justify", stage.slip, "--reason", "Falta informe", "--until", "mañana", *at).status == 64
    assert qillqa(
        "slip", "justify", stage.slip, "--reason", "Falta informe", "--until", "2030-02-03", *at, "--json"
    ).json == {"done": True}
    assert (
        qillqa("slip", "justify", stage.slip, "--reason", " ", *at, "--json").json["error"]["code"]
        == "justify.no_reason"
    )
    assert qillqa("slip", "paper", stage.slip, "--where", "Estante 3", "--paper", "Fólder", *at).status == 0
    assert qillqa("slip", "paper", stage.slip, "--where", " ", *at, "--json").json["error"]["code"] == "paper.nowhere"
    shown = qillqa("slip", "show", stage.slip, *at).out
    assert "Demora justificada hasta 03/02/2030: Falta informe" in shown
    assert "Estante 3" in shown
    assert qillqa("slip", "answer", stage.slip, *at).status == 64
    begun = qillqa("slip", "answer", stage.slip, "--new", "informe", *at, "--json")
    assert (begun.status, len(begun.json["document"])) == (0, 26)
    refused = qillqa("slip", "archive", stage.slip, *at, "--json")
    assert refused.json["error"]["code"] == "slip.act_forbidden"
    assert qillqa("slip", "conclude", stage.document, "--folder", "Compras", *at).status == 0
    assert "Archivada en «Compras»" in qillqa("slip", "show", stage.slip, *at).out


def test_group_and_ungroup(qillqa: Qillqa, signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    at, _ = _homes(stage)
    other = stage.office.signed(stage.office.desk(PLANNING), subject="Otro")
    principal, member = (qillqa("slip", "new", each, *at, "--json").json["slip"] for each in (stage.document, other))
    assert qillqa("slip", "group", principal, member, *at).status == 0
    number = qillqa("slip", "show", principal, *at, "--json").json["number"]
    assert f"Agrupada bajo {number}" in qillqa("slip", "show", member, *at).out
    assert "Principal de " in qillqa("slip", "show", principal, *at).out
    alone = qillqa("slip", "dispatch", other, "--to", stage.office.units["finance"], *at)
    assert (alone.status, len(alone.err.splitlines()) >= 2) == (66, True)
    assert qillqa("slip", "ungroup", member, *at).status == 0
    assert qillqa("slip", "ungroup", member, *at, "--json").json["error"]["code"] == "slip.not_grouped"


def test_settle_reassign_and_put_away(qillqa: Qillqa, sent_stage: Stage, stages: Stages) -> None:
    """Received there and cancelled here without knowing, then sent again: the chief says which one counts."""
    stage = stages(sent_stage)
    office = stage.office
    chiefs = {office.units["planning"]: office.ids[AUTHOR], office.units["finance"]: office.ids[ANSWERER]}
    change_directory(office, lambda directory: with_chiefs(directory, chiefs))
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    first = here.store.slip(stage.slip).hops[0].id
    receive.receive(there, stage.slip, first)
    receive.cancel(here, stage.slip, first)
    dispatch.dispatch(here, stage.document, office.to_finance("Otra vez"))
    for desk in (here, there, here):
        synchronise.synchronise(desk)
    again = next(hop.id for hop in here.store.slip(stage.slip).contested if hop.id != first)
    office.close()
    at, over_there = _homes(stage)
    assert "En conflicto: " in qillqa("slip", "show", stage.slip, *at).out
    assert qillqa("slip", "settle", stage.slip, "--keep", again, "--reason", "Vale la segunda", *at, "--json").json == {
        "done": True
    }
    assert "Resuelto: " in qillqa("slip", "show", stage.slip, *at).out
    assert "Sin efecto, recibido" in qillqa("slip", "show", stage.slip, *at).out
    for home in (at, over_there):
        assert qillqa("sync", *home).status == 0
    denied = qillqa("slip", "justify", stage.slip, "--hop", first, "--reason", "Tarda", *over_there)
    assert denied.status == 66
    assert "quedó sin efecto" in denied.err
    person = ["--person", office.ids[ANSWERER], "--reason", "Vacaciones"]
    assert qillqa("slip", "reassign", stage.slip, "--hop", again, *person, *over_there).status == 0
    assert "Pasa a María Huanca Ayma: Vacaciones" in qillqa("slip", "show", stage.slip, *over_there).out
    assert qillqa("slip", "archive", stage.slip, "--hop", first, "--folder", "Sin efecto", *over_there).status == 0
