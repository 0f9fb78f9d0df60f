"""Derivar, recibir, rechazar, cancelar, responder, concluir, reabrir: each where it may be done, each refused where not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from desktop.operations import answer, calendar, conclude, deposit, dispatch, freeze, receive, show, synchronise, trays
from desktop.operations.desk import Desk
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.routing.deadlines import working_days
from desktop.routing.slips import HopState
from desktop.routing.trays import Tray
from tests.fixtures.appointments import change_directory
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice, refused

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def _hop(desk: Desk, slip: str, place: int = 0) -> str:
    return desk.store.slip(slip).hops[place].id


def _exchange(*desks: Desk) -> None:
    for desk in desks:
        synchronise.synchronise(desk)


# --- dispatch


def test_a_dispatch_opens_the_slip_and_carries_everything(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(FINANCE)
    slip = desk.store.slip(stage.slip)
    assert slip.number.endswith(f"{desk.now_local().year}") or str(desk.now_local().year) in slip.number
    (hop,) = slip.hops
    assert (hop.state, hop.to_unit, hop.remark) == (HopState.SENT, stage.office.units["finance"], "Para su informe.")
    card = show.card(desk, stage.document)
    assert card.pdf is not None
    assert [(name, path is not None) for name, path in card.attachments] == [("cotización Ñañez.csv", True)]
    assert card.proof is not None
    assert card.proof.whole


def test_what_may_not_be_dispatched(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    desk = office.desk(PLANNING)
    order = office.to_finance()
    for wrong, code in (
        (replace(order, to_unit=desk.unit_id), "dispatch.to_itself"),
        (replace(order, to_unit="01HZZZZZZZZZZZZZZZZZZZZZZZ"), "directory.unknown_unit"),
        (replace(order, to_official=office.ids[CHIEF]), "dispatch.not_in_unit"),
        (replace(order, copies=[(office.units["finance"], office.ids[CHIEF])]), "dispatch.not_in_unit"),
        (replace(order, action="tirar_a_la_basura"), "dispatch.unknown_action"),
    ):
        with refused(code):
            dispatch.dispatch(desk, stage.document, wrong)
    with refused("document.act_forbidden"):
        dispatch.dispatch(desk, office.frozen(desk), order)
    with refused("document.unknown"):
        dispatch.dispatch(desk, "01HZZZZZZZZZZZZZZZZZZZZZZZ", order)
    assert desk.store.document(stage.document).slip is None


def test_nobody_dispatches_what_is_on_its_way_or_elsewhere(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    with refused("slip.in_transit"):
        dispatch.dispatch(here, stage.document, stage.office.to_finance())
    with refused("slip.in_transit"):
        dispatch.dispatch(there, stage.document, dispatch.Order(stage.office.units["planning"]))
    receive.receive(there, stage.slip, _hop(there, stage.slip))
    _exchange(there, here)
    with refused("slip.not_holder"):
        dispatch.dispatch(here, stage.document, stage.office.to_finance())


@pytest.mark.parametrize("beside", [False, True])
def test_what_has_not_come_yet_is_not_sent_on(signed_stage: Stage, stages: Stages, *, beside: bool) -> None:
    """A second PC of the unit has the act before its files: a sentence of its own, no number spent, nothing changed."""
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    view = desk.store.document(stage.document)
    path = desk.store.path_of(view.attachments[0].sha256 if beside else view.digest)
    kept, before = path.read_bytes(), desk.store.device_seq(desk.key.id)
    path.unlink()
    with refused("document.bytes_missing"):
        dispatch.dispatch(desk, stage.document, stage.office.to_finance())
    conclude.conclude(desk, stage.document)
    with refused("document.bytes_missing"):
        deposit.deposit(desk, stage.document)
    conclude.reopen(desk, stage.document)
    assert (desk.store.device_seq(desk.key.id), desk.store.document(stage.document).slip) == (before + 2, None)
    path.write_bytes(kept)
    assert dispatch.dispatch(desk, stage.document, stage.office.to_finance())


# --- receive, reject, cancel


def test_receiving_needs_the_bytes_and_happens_once(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    desk = stage.office.desk(FINANCE)
    hop = _hop(desk, stage.slip)
    path = desk.store.path_of(desk.store.document(stage.document).digest)
    kept = path.read_bytes()
    path.unlink()
    with refused("receive.bytes_missing"):
        receive.receive(desk, stage.slip, hop)
    path.write_bytes(kept)
    receive.receive(desk, stage.slip, hop)
    assert desk.store.slip(stage.slip).holder == stage.office.units["finance"]
    again: list[Callable[[], None]] = [
        lambda: receive.receive(desk, stage.slip, hop),
        lambda: receive.reject(desk, stage.slip, hop, "Tarde"),
        lambda: receive.cancel(desk, stage.slip, hop),
    ]
    for act in again:
        with refused("slip.act_forbidden"):
            act()


def test_only_the_addressee_receives_and_only_the_sender_cancels(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    hop = _hop(here, stage.slip)
    with refused("slip.act_forbidden"):
        receive.receive(here, stage.slip, hop)
    with refused("slip.act_forbidden"):
        receive.cancel(there, stage.slip, hop)
    with refused("slip.unknown_hop"):
        receive.receive(there, stage.slip, "no-hop")
    with refused("slip.unknown"):
        receive.receive(there, "no-slip", hop)


def test_a_rejection_says_why_and_gives_it_back(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    hop = _hop(there, stage.slip)
    with refused("reject.no_reason"):
        receive.reject(there, stage.slip, hop, "  ")
    receive.reject(there, stage.slip, hop, "No corresponde a esta Secretaría.")
    _exchange(there, here)
    back = here.store.slip(stage.slip)
    assert (back.hops[0].state, back.hops[0].reason) == (HopState.REJECTED, "No corresponde a esta Secretaría.")
    assert back.holder == stage.office.units["planning"]
    dispatch.dispatch(here, stage.document, stage.office.to_finance("Con la nota corregida."))
    assert len(here.store.slip(stage.slip).hops) == 2


def test_a_cancelled_hop_cannot_be_received(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    hop = _hop(here, stage.slip)
    receive.cancel(here, stage.slip, hop, "Error de destino")
    _exchange(here, there)
    with refused("slip.act_forbidden"):
        receive.receive(there, stage.slip, hop)
    assert trays.counts(there)[Tray.INCOMING] == 0


# --- answer, conclude, reopen


def test_an_answer_is_signed_tied_to_its_hop_and_returns(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    hop = _hop(there, stage.slip)
    with refused("answer.not_signed"):
        answer.answer(there, stage.slip, hop, office.frozen(there, signers=(ANSWERER,), template="informe"))
    report = office.signed(there, ANSWERER, template="informe")
    with refused("slip.unknown_hop"):
        answer.answer(there, stage.slip, "no-hop", report)
    answer.answer(there, stage.slip, hop, report)
    with refused("answer.on_another_slip"):
        answer.answer(there, stage.slip, hop, report)
    assert there.store.slip(stage.slip).hops[0].answered_with == (report,)
    dispatch.dispatch(there, stage.document, dispatch.Order(office.units["planning"], office.ids[CHIEF]))
    _exchange(there, here)
    back = here.store.slip(stage.slip)
    assert set(back.documents) == {stage.document, report}
    receive.receive(here, stage.slip, back.hops[-1].id)

    conclude.conclude(here, stage.document, "Atendido.")
    assert {here.store.document(each).state for each in back.documents} == {DocumentState.CONCLUDED}
    assert here.store.slip(stage.slip).concluded
    with refused("document.act_forbidden"):
        dispatch.dispatch(here, stage.document, office.to_finance())
    conclude.reopen(here, stage.document)
    assert not here.store.slip(stage.slip).concluded
    assert here.store.document(stage.document).state is DocumentState.SIGNED
    _exchange(here, there)
    with refused("slip.not_holder"):
        conclude.conclude(there, stage.document)


def test_only_the_holder_answers_concludes_and_reopens(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    _exchange(there, here)
    with refused("slip.not_holder"):
        conclude.conclude(here, stage.document)
    mine = stage.office.signed(here)
    with refused("slip.act_forbidden"):
        answer.answer(here, stage.slip, _hop(here, stage.slip), mine)
    with refused("document.act_forbidden"):
        conclude.reopen(there, stage.document)
    conclude.conclude(there, stage.document)
    _exchange(there, here)
    with refused("slip.not_holder"):
        conclude.reopen(here, stage.document)


def test_a_document_that_went_nowhere_is_concluded_by_itself(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    conclude.conclude(desk, signed_stage.document)
    assert desk.store.document(signed_stage.document).state is DocumentState.CONCLUDED
    assert trays.counts(desk)[Tray.ARCHIVE] == 1
    conclude.reopen(desk, signed_stage.document)
    assert desk.store.document(signed_stage.document).state is DocumentState.SIGNED


def test_an_answer_begins_with_what_it_answers(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    hop = _hop(there, stage.slip)
    document = answer.begin(there, stage.slip, hop, "nota_interna")
    kept = next(item for item in there.store.drafts() if item.id == document)
    fields = json.loads(kept.fields)
    view = there.store.slip(stage.slip)
    sender = here.directory.official(stage.office.ids[AUTHOR])
    assert fields["referencia"] == view.subject
    assert fields["para"] == [f"{sender.name} | {sender.post}"]
    assert fields["referencias"] == [there.store.document(stage.document).cite, view.number]
    assert fields["hoja_de_ruta"] == view.number
    assert (kept.author, kept.signers) == (stage.office.ids[ANSWERER], (stage.office.ids[ANSWERER],))
    with refused("document.unknown"):
        answer.answer(there, stage.slip, hop, document)
    freeze.freeze(there, document)
    assert stage.office.sign(there, document, ANSWERER).error is None
    answer.answer(there, stage.slip, hop, document)
    assert there.store.slip(stage.slip).hops[0].answered_with == (document,)
    with refused("slip.act_forbidden"):
        answer.begin(here, stage.slip, hop, "nota_interna")


def test_a_copy_is_received_and_archived_in_a_folder(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    order = replace(stage.office.to_finance(), copies=[(stage.office.units["finance"], "")])
    slip = dispatch.dispatch(here, stage.document, order)
    _exchange(here, there)
    official, copy = (hop.id for hop in sorted(there.store.slip(slip).hops, key=lambda hop: not hop.official))
    with refused("slip.act_forbidden"):
        conclude.put_away(there, slip, copy)
    receive.receive(there, slip, copy, paper="Fotocopia")
    with refused("slip.act_forbidden"):
        conclude.put_away(there, slip, official)
    conclude.put_away(there, slip, copy, "Tomado nota", folder="Conocimiento")
    view = there.store.slip(slip)
    put = view.hop(copy)
    assert (put.state, put.folder, put.paper_received) == (
        HopState.CONCLUDED, "Conocimiento", "Fotocopia"
    )  # fmt: skip
    assert (view.concluded, view.folder) == (False, "")
    assert trays.counts(there)[Tray.ARCHIVE] == 1


def test_a_conclusion_names_its_folder_and_reopening_takes_it_out(received_stage: Stage, stages: Stages) -> None:
    stage = stages(received_stage)
    desk = stage.office.desk(FINANCE)
    conclude.conclude(desk, stage.document, "Atendido", folder=" Compras 2026 ")
    assert desk.store.slip(stage.slip).folder == "Compras 2026"
    conclude.reopen(desk, stage.document)
    assert desk.store.slip(stage.slip).folder == ""


# --- the entity's own choices


def test_the_catalogue_of_actions_is_the_entitys(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    catalogue = ("Preparar respuesta para mi firma", "Agenda")
    change_directory(stage.office, lambda directory: replace(directory, actions=catalogue))
    desk = stage.office.desk(PLANNING)
    synchronise.synchronise(desk)
    order = replace(stage.office.to_finance(), action="Agenda", actions=["Preparar respuesta para mi firma"])
    for wrong in (replace(order, action="elaborar_informe"), replace(order, actions=["visto_bueno"])):
        with refused("dispatch.unknown_action"):
            dispatch.dispatch(desk, stage.document, wrong)
    slip = dispatch.dispatch(desk, stage.document, order)
    (hop,) = desk.store.slip(slip).hops
    assert (hop.action, hop.actions) == ("Agenda", ("Agenda", "Preparar respuesta para mi firma"))


def test_a_hop_says_all_that_a_proveido_says(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    with refused("dispatch.sheets"):
        dispatch.dispatch(desk, stage.document, replace(stage.office.to_finance(), sheets=-1))
    order = replace(
        stage.office.to_finance(),
        coordinate="Jurídica",
        unscanned="Plano",
        paper="Fólder",
        sheets=9,
        procedure="Compra",
    )
    slip = dispatch.dispatch(desk, stage.document, order)
    view = desk.store.slip(slip)
    (hop,) = view.hops
    assert (hop.coordinate, hop.unscanned, hop.paper, hop.sheets) == ("Jurídica", "Plano", "Fólder", 9)
    assert view.heading.procedure == "Compra"
    assert view.heading.addressee == "María Huanca Ayma | " + desk.directory.official(order.to_official).post
    assert (view.paper.what, view.paper.hop) == ("Fólder", hop.id)


@pytest.mark.parametrize(
    ("came", "now", "late"),
    [
        (4, 4, False),
        (4, 5, True),
        (6, 9, False),
        (6, 10, True),
        (7, 9, False),
        (7, 10, True),
        (5, 6, False),
        (5, 9, True),
    ],
)
def test_where_the_entity_wants_it_a_rejection_is_of_the_same_working_day(
    sent_stage: Stage, stages: Stages, came: int, now: int, late: bool
) -> None:
    """Days of March 2026: the 4th is a Wednesday, Friday the 6th a holiday. What comes on a day off came on the next working day."""
    stage = stages(sent_stage)
    desk = stage.office.desk(FINANCE)
    rules = replace(desk.directory.rules, reject_same_day=True)
    desk.directory = replace(desk.directory, rules=rules, holidays=(date(2026, 3, 6),))
    arrived = datetime(2026, 3, came, 15, 0, tzinfo=UTC)
    with desk.store.act() as act:
        act._connection.exec_driver_sql("UPDATE events SET received_at = ?", (arrived.isoformat(),))
    desk.clock = lambda: arrived.replace(day=now)
    hop = _hop(desk, stage.slip)
    if late:
        with refused("reject.another_day"):
            receive.reject(desk, stage.slip, hop, "Mal dirigida")
    desk.directory = replace(desk.directory, rules=replace(rules, reject_same_day=not late))
    receive.reject(desk, stage.slip, hop, "Mal dirigida")


def test_the_calendar_that_an_admin_publishes_knows_oruro() -> None:
    days = calendar.public_days(2026)
    assert {date(2026, 2, 13), date(2026, 2, 16), date(2026, 8, 6), date(2026, 11, 2)} <= set(days)
    assert date(2026, 2, 13) not in calendar.public_days(2026, "L")  # Carnival of Oruro
    assert days == tuple(sorted(days))
    with refused("calendar.unknown"):
        calendar.public_days(2026, "X")


# --- what is shown


def test_rows_bear_names_days_and_counts_agree(sent_stage: Stage, stages: Stages) -> None:
    stage = stages(sent_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    (sent,) = trays.rows(here, Tray.SENT)
    assert (sent.person, sent.unit) == ("María Huanca Ayma", "SDAF")
    (came,) = trays.rows(there, Tray.INCOMING)
    assert (came.person, came.unit) == ("Juana Mamani Quispe", "SDP")
    assert came.days is not None
    assert (came.days.held, came.sheets) == (0, there.store.document(stage.document).pages)
    for desk in (here, there):
        assert {tray: len(trays.rows(desk, tray)) for tray in Tray} == trays.counts(desk)
    today = there.now_local().date()
    there.clock = lambda clock=there.clock: clock() + timedelta(days=11)  # type: ignore[misc]
    days = trays.rows(there, Tray.INCOMING)[0].days
    assert days is not None
    assert (days.held, days.calendar) == (working_days(today, today + timedelta(days=11), ()), False)
    holidays = tuple(today + timedelta(days=n) for n in (3, 4, 5))  # one of them is a working day
    there.directory = replace(there.directory, holidays=holidays)
    days = trays.rows(there, Tray.INCOMING)[0].days
    assert days is not None
    assert days.held < working_days(today, today + timedelta(days=11), ())


def test_a_tray_is_searched_by_words_without_accents(sent_stage: Stage, stages: Stages) -> None:
    desk = stages(sent_stage).office.desk(FINANCE)
    assert len(trays.rows(desk, Tray.INCOMING, "equipamiento SALUD")) == 1
    assert trays.rows(desk, Tray.INCOMING, "carretera") == []


def test_what_waits_for_a_signature_says_for_whom(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    (row,) = trays.rows(desk, Tray.TO_SIGN)
    assert row.waits_for == "Juana Mamani Quispe"
    assert trays.rows(stage.office.desk(PLANNING, CHIEF), Tray.TO_SIGN) == []


def test_names_that_the_directory_lacks_show_as_ids(signed_stage: Stage, stages: Stages) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    assert (trays.name_of(desk, "x"), trays.name_of(desk, ""), trays.unit_name(desk, "y")) == ("x", "", "y")


def test_possible_acts_follow_state_turn_and_holder(
    frozen_stage: Stage, signed_stage: Stage, sent_stage: Stage, received_stage: Stage, stages: Stages
) -> None:
    def acts(stage: Stage, name: str, label: str = "") -> set[EventKind]:
        copied = stages(stage)
        return set(show.card(copied.office.desk(name, label), stage.document).acts)

    kinds = EventKind
    assert acts(frozen_stage, PLANNING) == {kinds.SIGNED, kinds.OBSERVED}
    assert acts(frozen_stage, PLANNING, CHIEF) == set()
    assert acts(signed_stage, PLANNING) == {kinds.DISPATCHED, kinds.CONCLUDED, kinds.OBSERVED}  # not yet dispatched
    assert acts(sent_stage, PLANNING) == {kinds.CANCELLED, kinds.PAPER_MOVED}
    assert acts(sent_stage, FINANCE) == {kinds.RECEIVED, kinds.REJECTED}
    assert acts(received_stage, FINANCE) == {
        kinds.DISPATCHED, kinds.ANSWERED, kinds.CONCLUDED, kinds.GROUPED, kinds.JUSTIFIED, kinds.PAPER_MOVED
    }  # fmt: skip
    concluded = stages(received_stage)
    desk = concluded.office.desk(FINANCE)
    conclude.conclude(desk, concluded.document)
    assert set(show.card(desk, concluded.document).acts) == {kinds.DEPOSITED, kinds.REOPENED, kinds.PAPER_MOVED}
    assert show.place_and_date(desk, desk.store.document(concluded.document)).startswith("Oruro, ")


def test_an_approval_is_possible_before_the_signature(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    document = office.frozen(office.desk(PLANNING), approvers=(CHIEF,))
    assert EventKind.APPROVED in show.card(office.desk(PLANNING, CHIEF), document).acts
    assert show.card(office.desk(PLANNING, AUTHOR), document).acts == ()
