"""The whole life of a document through the window: real desk, real tokens in their worker process, real exchange."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt

from desktop.operations.dispatch import Order
from desktop.practice.desk_process import DeskProcess
from desktop.practice.people import ARCHIVIST, AUTHOR, CHIEF
from desktop.practice.services import PkiServices
from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.routing.slips import HopState
from desktop.routing.trays import Tray
from signing.report import Level, Outcome, PinState
from tests.journeys.seat import Seat

pytestmark = pytest.mark.timeout(300)
Other = Callable[[str, str], DeskProcess]
SUBJECT = "Solicitud de certificación presupuestaria para equipos de Wara Ch'uqi"
TEXT = "Se solicita la certificación presupuestaria.\nSaturnino Ñuñez Condori recogerá la respuesta."


def write_note(seat: Seat, subject: str = SUBJECT, *, to: str = "Saturnino") -> str:
    """Nuevo documento → Enviar a firma; returns the document's id."""
    before = {view.id for view in seat.store.documents()}
    seat.control(Qt.Key.Key_N)
    writing = seat.window.writing
    seat.pick(writing.kind, "Nota interna")
    seat.pick(writing.to, to)
    seat.type_into(writing.subject, subject)
    for line in TEXT.split("\n"):
        seat.type_into(writing.text, line)
        seat.key(Qt.Key.Key_Return)
    assert not writing.send.isHidden()
    seat.confirm()
    new = {view.id for view in seat.store.documents()} - before
    assert len(new) == 1, seat.told()
    return new.pop()


def sign(seat: Seat, document: str) -> None:
    """Por firmar → Firmar with the right PIN."""
    seat.open_row(Tray.TO_SIGN, document)
    seat.answer_pin(seat.begin_signing(), seat.office.tokens.pin(AUTHOR))
    assert seat.document(document).state is DocumentState.SIGNED, seat.told()


def derive(seat: Seat, document: str, *, to: str = "Saturnino") -> str:
    """Pendientes → Derivar; returns the slip's id."""
    seat.open_row(Tray.PENDING, document)
    seat.act(EventKind.DISPATCHED)
    panel = seat.window.desk.reader.dispatch
    seat.pick(panel.to, to)
    seat.type_into(panel.remark, "Para su atención, por favor.")
    seat.confirm()
    slip = seat.document(document).slip
    assert slip is not None, seat.told()
    return slip


def test_whole_life(seat: Seat, services: PkiServices, other_desk: Other) -> None:
    """Written, frozen, signed, derived, answered, received, archived, deposited, accepted: by keys, and seen in the store."""
    store, office = seat.store, seat.office

    document = write_note(seat)
    frozen = seat.document(document)
    assert frozen.state is DocumentState.FROZEN
    assert frozen.next_official == office.ids[AUTHOR]
    assert frozen.subject == SUBJECT
    assert "/NI/" in frozen.cite
    frozen_bytes = store.get_bytes(frozen.digest)
    assert frozen_bytes.startswith(b"%PDF-")

    sign(seat, document)
    signed = seat.document(document)
    assert signed.signed_by == (office.ids[AUTHOR],)
    assert signed.level == Level.B_LTA.value  # there is a line and a TSA: at once
    signed_bytes = store.get_bytes(signed.digest)
    assert signed_bytes.startswith(frozen_bytes)
    assert len(signed_bytes) > len(frozen_bytes)
    verdict = seat.desk.verifier.verify(store.path_of(signed.digest), trust=seat.desk.trust)
    assert verdict.outcome is Outcome.VALID
    people = [one.person.name for one in verdict.signatures if one.kind == "signature" and one.person]
    assert people == ["Juana Mamani Quispe"]

    slip = derive(seat, document)
    assert [(hop.state, hop.to_official) for hop in store.slip(slip).hops] == [(HopState.SENT, office.ids[ARCHIVIST])]
    assert store.outbox_counts().waiting > 0
    before = seat.exchange_keys()
    seat.synchronise()
    assert store.outbox_counts().waiting == 0
    assert seat.exchange_keys() > before

    archive = other_desk("archivo", ARCHIVIST)
    incoming = archive.do("tray_counts")["entrante"]
    archive.do("exchange_all")
    assert archive.do("tray_counts")["entrante"] == incoming + 1
    assert archive.do("show_document", document=document).digest == signed.digest
    assert archive.do("judge_document", document=document).outcome is Outcome.VALID
    assert archive.do("receive_all") == [document]
    answer = answer_from(seat, archive, slip, document)

    seat.synchronise()
    assert store.document(answer).state is DocumentState.SIGNED
    assert store.slip(slip).documents == (document, answer)
    seat.open_row(Tray.INCOMING, document)
    seat.act(EventKind.RECEIVED)
    back = store.slip(slip).hops[-1]
    assert (back.state, back.to_unit) == (HopState.RECEIVED, seat.desk.unit_id)

    seat.open_row(Tray.PENDING, document)
    seat.act(EventKind.CONCLUDED)
    seat.confirm()
    assert store.slip(slip).concluded
    assert seat.document(document).state is DocumentState.CONCLUDED

    seat.open_row(Tray.ARCHIVE, document)
    seat.act(EventKind.DEPOSITED)
    seat.confirm()
    assert seat.document(document).state is DocumentState.DEPOSITED
    known = len(store.receipts())
    seat.synchronise()
    assert any(key.startswith("archive/in/") for key in seat.exchange_keys() - before)
    archive.do("exchange_all")
    rows = archive.do("accept_deposits")
    assert [row["accepted"] for row in rows] == [True], rows
    seat.synchronise()
    assert len(store.receipts()) == known + 1
    report = archive.do("check_fixity")
    assert report.objects == 2
    assert not report.problems


def answer_from(seat: Seat, archive: DeskProcess, slip: str, document: str) -> str:
    """The other desk writes, signs and sends an informe; returns its id."""
    office = seat.office
    answer: str = archive.do(
        "draft_sample", template="informe", signers=[office.ids[ARCHIVIST]], header={"para": ["Juana Mamani Quispe"]}
    )
    archive.do("freeze_draft", document=answer)
    archive.do("sign_document", document=answer, pin=office.tokens.pin(ARCHIVIST), level=Level.B_LTA)
    archive.do("answer_with", slip=slip, document=answer)
    order = Order(office.units["planning"], office.ids[AUTHOR], "para_su_consideracion", "Con informe favorable.")
    archive.do("dispatch_document", document=document, order=order)
    archive.do("exchange_all")
    return answer
