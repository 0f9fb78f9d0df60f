"""The printed hoja de ruta: filled in from a real slip's events, archival, with its code and room to write by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import SetPage
from desktop.drafting.preflight import preflight
from desktop.operations import conclude, dispatch, group, justify, paper, print_slip, receive, synchronise
from desktop.operations import register_incoming as incoming
from desktop.operations.desk import Desk
from desktop.operations.open_slip import SlipHeading, open_slip
from desktop.operations.print_slip import action_words
from desktop.practice.people import ANSWERER, AUTHOR
from desktop.records.origin import Origin
from desktop.routing.slips import ACTIONS
from desktop.words import words
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused
from tests.fixtures.qr_codes import qr_codes

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    read = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"\s+", " ", read)


def _shown(text: str) -> str:
    """Without spaces: where a long number is parted is the page's affair."""
    return text.replace(" ", "")


def printed(desk: Desk, slip: str) -> SetPage:
    return print_slip.print_slip(desk, slip, say)


def say(code: str) -> str:
    return words(code, "es", {}).what


def test_a_sent_and_received_slip_prints_its_heading_and_its_proveidos(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    page = printed(there, stage.slip)
    view, document = there.store.slip(stage.slip), there.store.document(stage.document)
    assert preflight(page.pdf) == ()
    said = _text(page.pdf)
    receiver = there.directory.official(stage.office.ids[ANSWERER])
    for expected in (
        view.number,
        view.subject,
        document.cite,
        here.directory.official(stage.office.ids[AUTHOR]).name,
        "cotización Ñañez.csv",
        "Nota interna",
        f"{receiver.name}, {receiver.post} (oficial)",
        "Para su informe.",
        "\N{BALLOT BOX WITH X} ELABORAR INFORME",
        "\N{BALLOT BOX} ATENCIÓN URGENTE",
    ):
        assert _shown(expected) in _shown(said), expected
    (hop,) = view.hops
    assert hop.received_at is not None
    local = hop.received_at.astimezone(there.zone)
    assert f"{date_in_words(local.date(), '')}, {local:%H:%M} {receiver.name}" in said
    assert said.count("Sello Recibido") == 3  # one is filled in; the others are for the hand
    assert page.fields == ()


def test_before_it_is_received_the_place_of_the_stamp_is_empty(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(PLANNING)
    said = _text(printed(desk, stage.slip).pdf)
    assert said.count("Hora:") == 3


def test_its_code_says_entity_number_and_the_slip(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(FINANCE)
    view = desk.store.slip(stage.slip)
    pdf = printed(desk, stage.slip).pdf
    assert qr_codes(pdf) == [[f"{desk.directory.entity.acronym}\n{view.number}\n{stage.slip}"]]


def test_the_same_events_give_the_same_bytes(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(PLANNING)
    assert printed(desk, stage.slip).pdf == printed(desk, stage.slip).pdf


def test_urgency_deadline_copies_and_a_rejection_are_printed(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    order = replace(
        office.to_finance("Sírvase responder."),
        urgent=True,
        deadline=date(2031, 1, 15),
        copies=[(office.units["finance"], "")],
        paper="Lo citado",
    )
    slip = dispatch.dispatch(here, stage.document, order)
    for desk in (here, there):
        synchronise.synchronise(desk)
    receive.reject(there, slip, there.store.slip(slip).hops[0].id, "No corresponde")
    said = _text(printed(there, slip).pdf)
    assert "15 de enero de 2031" in said
    assert "\N{BALLOT BOX WITH X} ATENCIÓN URGENTE" in said
    assert "Adjunto: Lo citado" in said
    assert f"{there.unit.name} (copia)" in said
    assert "rechazado: No corresponde" in said
    assert said.count("Sello Recibido") == 3  # two hops, and room for the next


def test_a_slip_with_many_hops_keeps_room_for_the_next_until_it_is_concluded(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    for turn in range(3):
        receive.reject(there, stage.slip, there.store.slip(stage.slip).hops[-1].id, "No corresponde")
        for desk in (there, here):
            synchronise.synchronise(desk)
        dispatch.dispatch(here, stage.document, stage.office.to_finance(f"Vez {turn}"))
        for desk in (here, there):
            synchronise.synchronise(desk)
    assert _text(printed(there, stage.slip).pdf).count("Sello Recibido") == 5
    receive.receive(there, stage.slip, there.store.slip(stage.slip).hops[-1].id)
    conclude.conclude(there, stage.document, "Concluido")
    page = printed(there, stage.slip)
    assert _text(page.pdf).count("Sello Recibido") == 4
    assert page.pages == 2
    assert preflight(page.pdf) == ()


def test_all_that_a_hop_can_say_is_printed(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    order = replace(
        stage.office.to_finance("Con prioridad."),
        actions=["archivar"],
        coordinate="Asesoría Jurídica",
        unscanned="Un plano A0",
        paper="Fólder amarillo",
        sheets=7,
        procedure="Compra menor",
        slip_deadline=date(2030, 5, 6),
    )
    other = open_slip(here, stage.office.signed(here, subject="Otro"), SlipHeading())
    slip = open_slip(here, stage.document, SlipHeading("Compra menor", "Ana Poma | Directora", date(2030, 5, 6)))
    group.group(here, [other], slip)
    dispatch.dispatch(here, stage.document, order)
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    hop = there.store.slip(slip).hops[0].id
    receive.receive(there, slip, hop, paper="Fólder con 6 hojas")
    justify.justify(there, slip, hop, "Falta el informe técnico", until=date(2030, 4, 2))
    paper.move_paper(there, slip, "Estante 3")
    page = printed(there, slip)
    assert preflight(page.pdf) == ()
    said = _text(page.pdf)
    for expected in (
        "Con prioridad.",
        "Coordinar con: Asesoría Jurídica",
        "Sin escanear: Un plano A0",
        "Fólder amarillo",
        "Fólder con 6 hojas",
        "Estante 3",
        "Compra menor",
        "Ana Poma",
        "6 de mayo de 2030",
        "Demora justificada hasta 2 de abril de 2030: Falta el informe técnico",
        f"Principal de {there.store.slip(other).number}",
        "\N{BALLOT BOX WITH X} ELABORAR INFORME",
        "\N{BALLOT BOX WITH X} ARCHIVAR",
    ):
        assert _shown(expected) in _shown(said), expected
    assert f"Agrupada bajo {there.store.slip(slip).number}".replace(" ", "") in _shown(_text(printed(there, other).pdf))
    justify.justify(there, slip, hop, "x" * 5000)
    assert preflight(printed(there, slip).pdf) == ()


def test_a_letter_from_outside_prints_the_external_sheet_before_it_is_derived(
    stages: Stages, founded: TestOffice
) -> None:
    desk = stages(founded).office.desk(PLANNING)
    origin = Origin(name="Juan | Ñáñez", entity="GAM de Turco", cite="GAMT/0018/2026", dated=date(2026, 3, 2), sheets=5)
    heading = SlipHeading("Apertura de caminos", "Secretario de Obras", date(2030, 5, 6))
    made = incoming.register_incoming(desk, incoming.Paper(origin, "Solicita camino", heading=heading))
    page = printed(desk, made.slip)
    said = _text(page.pdf)
    assert preflight(page.pdf) == ()
    for expected in (
        "HOJA DE RUTA EXTERNA",
        made.number,
        "Juan / Ñáñez",
        "GAM de Turco",
        "GAMT/0018/2026",
        "2 de marzo de 2026",
        "Apertura de caminos",
        "Secretario de Obras",
        "6 de mayo de 2030",
    ):
        assert _shown(expected) in _shown(said), expected
    assert said.count("Sello Recibido") == 3


def test_a_slip_that_is_not_here_and_one_too_long(
    sent_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(PLANNING)
    with refused("slip.unknown"):
        printed(desk, "01HZZZZZZZZZZZZZZZZZZZZZZZ")
    monkeypatch.setattr("desktop.operations.print_slip.MOST", 0)
    with refused("slip.too_long_to_print"):
        printed(desk, stage.slip)


def test_each_action_has_words_and_the_entitys_own_pass() -> None:
    assert {action_words(action, say) for action in ACTIONS}.isdisjoint(ACTIONS)
    assert all("action." not in action_words(action, say) for action in ACTIONS)
    assert action_words("Remitir a Contraloría", say) == "Remitir a Contraloría"
