"""Derivar, recibir, rechazar, cancelar, responder, concluir, reabrir: each where it may be done, each refused where not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.operations import answer, conclude, dispatch, receive, show, synchronise, trays
from desktop.operations.desk import Desk
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF
from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.routing.slips import HopState
from desktop.routing.trays import Tray
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
    there.clock = lambda clock=there.clock: clock() + timedelta(days=4)  # type: ignore[misc]
    assert trays.rows(there, Tray.INCOMING)[0].days.held == 4  # type: ignore[union-attr]


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
    assert acts(sent_stage, PLANNING) == {kinds.CANCELLED}
    assert acts(sent_stage, FINANCE) == {kinds.RECEIVED, kinds.REJECTED}
    assert acts(received_stage, FINANCE) == {kinds.DISPATCHED, kinds.ANSWERED, kinds.CONCLUDED}
    concluded = stages(received_stage)
    desk = concluded.office.desk(FINANCE)
    conclude.conclude(desk, concluded.document)
    assert set(show.card(desk, concluded.document).acts) == {kinds.DEPOSITED, kinds.REOPENED}
    assert show.place_and_date(desk, desk.store.document(concluded.document)).startswith("Oruro, ")


def test_an_approval_is_possible_before_the_signature(stages: Stages, founded: TestOffice) -> None:
    office = stages(founded).office
    document = office.frozen(office.desk(PLANNING), approvers=(CHIEF,))
    assert EventKind.APPROVED in show.card(office.desk(PLANNING, CHIEF), document).acts
    assert show.card(office.desk(PLANNING, AUTHOR), document).acts == ()
