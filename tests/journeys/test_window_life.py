"""The whole life of a document through the window: real desk, real tokens in their worker process, real exchange."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from desktop.operations import synchronise
from desktop.operations.desk import Desk, Progress
from desktop.operations.dispatch import Order
from desktop.practice.desk_process import DeskProcess
from desktop.practice.people import ARCHIVIST, AUTHOR, CHIEF
from desktop.practice.services import PkiServices
from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.routing.slips import HopState
from desktop.routing.trays import Tray
from desktop.sync.pieces import Pause
from desktop.words import words
from signing.report import Level, Outcome, PinState
from tests.journeys.seat import Seat

pytestmark = pytest.mark.timeout(300)
Other = Callable[[str, str], DeskProcess]
SUBJECT = "Solicitud de certificación presupuestaria para equipos de Wara Ch'uqi"
TEXT = "Se solicita la certificación presupuestaria. Saturnino Ñuñez Condori recogerá la respuesta."


def write_note(seat: Seat, subject: str = SUBJECT, *, to: str = "Saturnino") -> str:
    """Nuevo documento → Enviar a firma; returns the document's id."""
    before = {view.id for view in seat.store.documents()}
    seat.control(Qt.Key.Key_N)
    writing = seat.window.writing
    seat.pick(writing.kind, "Nota interna")
    seat.pick(writing.to, to)
    seat.type_into(writing.subject, subject)
    seat.type_into(writing.text, TEXT)
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


def waiting_to_be_signed(seat: Seat) -> str:
    """The note that the practice office leaves in Por firmar; its chief signs after its author."""
    return next(
        view.id for view in seat.store.documents(state=DocumentState.FROZEN) if view.author == seat.desk.official
    )


def test_wrong_pin_signs_nothing_and_is_tried_once(seat: Seat, services_turn: None) -> None:
    """Nothing is signed, nobody asks again by himself, the words say so; then the right PIN signs."""
    document = waiting_to_be_signed(seat)
    before, events = seat.document(document), seat.store.events_of_document(document)
    asked: list[object] = []
    seat.bench.prompts.asked.connect(asked.append)

    seat.open_row(Tray.TO_SIGN, document)
    right = seat.office.tokens.pin(AUTHOR)
    seat.answer_pin(seat.begin_signing(), "".join(str(9 - int(digit)) for digit in right))

    assert len(asked) == 1
    assert seat.window.dialog is None
    assert words("pin.wrong", "es", {"token": "juana"}).what in seat.told()
    assert seat.document(document) == before
    assert seat.store.events_of_document(document) == events
    token = next(one for one in seat.desk.worker.tokens() if one.certificates[0].person.ci == own_ci(seat))
    assert token.pin_state is PinState.LOW

    seat.answer_pin(seat.begin_signing(), right)
    assert len(asked) == 2
    signed = seat.document(document)
    assert signed.signed_by == (seat.office.ids[AUTHOR],)
    assert signed.next_official == seat.office.ids[CHIEF]
    assert signed.level == Level.B_B.value  # no service answers here, and it says so


def own_ci(seat: Seat) -> str:
    """The CI of whoever sits here."""
    return seat.desk.directory.official(seat.desk.official).ci


def test_killed_token_worker_takes_nothing_with_it(seat: Seat) -> None:
    """The process that holds the token dies while the PIN is typed: another one takes its place before the PIN is sent, once."""
    document = waiting_to_be_signed(seat)
    pin = seat.office.tokens.pin(AUTHOR)
    seat.open_row(Tray.TO_SIGN, document)
    dialog = seat.begin_signing()
    before = seat.desk.worker.process_ids()
    for child in before:
        os.kill(child, getattr(signal, "SIGKILL", signal.SIGTERM))
    deadline = time.monotonic() + 10
    while set(seat.desk.worker.process_ids()) & set(before) and time.monotonic() < deadline:
        time.sleep(0.01)  # dying takes a moment
    seat.answer_pin(dialog, pin)

    assert seat.document(document).signed_by == (seat.office.ids[AUTHOR],)
    assert not set(seat.desk.worker.process_ids()) & set(before)
    assert not list(seat.desk.work_folder().iterdir())


def test_closing_over_an_open_pin_leaves_nothing(seat: Seat) -> None:
    """The window is closed while a PIN is asked: declined, nothing signed, no thread and no process left."""
    document = waiting_to_be_signed(seat)
    before = seat.document(document)
    seat.open_row(Tray.TO_SIGN, document)
    seat.begin_signing()
    (child,) = seat.desk.worker.process_ids()
    assert any(thread.name.startswith("qillqa-") for thread in threading.enumerate())

    assert seat.window.close()

    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("qillqa-")]
    assert seat.document(document) == before
    seat.desk.close()
    assert seat.desk.worker.process_ids() == ()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_without_a_line_everything_goes_on(seat: Seat, services: PkiServices, other_desk: Other) -> None:
    """The exchange is out of reach: said, acts go on and queue; when it is back, all is delivered and the level rises."""
    exchange, away = seat.office.home / "intercambio", seat.office.home / "en-otra-parte"
    seat.synchronise()  # this office is a copy, which gave up its numbers: it takes others while there is a line
    before = seat.exchange_keys()
    exchange.rename(away)
    seat.synchronise()
    assert words("storage.unreachable", "es", {"store": "", "url": "", "reason": ""}).do in seat.told()
    assert "Sin conexión desde" in seat.read(seat.window.rail)

    sent, kept = write_note(seat, "Nota que viaja después"), write_note(seat, "Nota que espera su sello")
    sign(seat, sent)
    sign(seat, kept)
    assert {seat.document(one).level for one in (sent, kept)} == {Level.B_B.value}
    derive(seat, sent)
    waiting = seat.store.outbox_counts().waiting
    assert f"{waiting} envíos en cola" in seat.read(seat.window.rail)
    assert not exchange.exists()  # nobody makes an empty one in its place

    away.rename(exchange)
    assert seat.exchange_keys() == before
    seat.minute()
    assert seat.store.outbox_counts().waiting == 0
    assert seat.exchange_keys() > before
    assert "Con conexión" in seat.read(seat.window.rail)
    assert seat.document(kept).level == Level.B_LTA.value

    archive = other_desk("archivo", ARCHIVIST)
    archive.do("exchange_all")
    assert archive.do("show_document", document=sent) == seat.document(sent)


def test_forged_files_are_named_for_what_they_are(seat: Seat) -> None:
    """Verificar: the walk's forgeries fall on the pane; each is said, with the pages that changed, and nothing leaves."""
    papers, before = seat.office.home / "documentos", seat.exchange_keys()
    flipped, grown = papers / "un-byte-cambiado.pdf", papers / "hoja-añadida.pdf"
    genuine = next(path for path in papers.glob("PRÁCTICA-SDP-INF-*.pdf"))
    pane = seat.window.verify
    seat.control(Qt.Key.Key_7)
    seat.drop(pane, flipped, grown, genuine)
    found = {checked.path: checked.verdict for checked in pane.files}
    assert list(found) == [flipped, grown, genuine]
    for number, (path, outcome) in enumerate(
        [(flipped, Outcome.INVALID), (grown, Outcome.INVALID), (genuine, Outcome.VALID)]
    ):
        verdict = found[path]
        assert verdict is not None
        assert verdict.outcome is outcome
        pane.list.setFocus()
        seat.click(pane.list.viewport(), pane.list.visualItemRect(pane.list.item(number)).center())
        seat.rest()
        assert words(verdict.reason, "es", {"file": path.name}).what in seat.read(pane)
    verdict = found[grown]
    assert verdict is not None
    changed = [page for one in verdict.signatures for page in one.changed_pages]
    assert changed
    seat.click(pane.list.viewport(), pane.list.visualItemRect(pane.list.item(1)).center())
    seat.until(lambda: f"Páginas que cambiaron a la vista: {changed[0]}" in seat.read(pane))
    assert seat.exchange_keys() == before


def test_what_arrived_is_verified_unasked_and_answered(seat: Seat) -> None:
    """A document of another desk: drawn as a stranger's, verified when first looked at, answered through the window."""
    slip = next(item.slip for item in seat.store.tray(Tray.PENDING, seat.desk.unit_id, seat.desk.official) if item.slip)
    seat.open_row(Tray.PENDING, slip.document)
    card = seat.window.desk.reader.card
    assert card is not None
    assert not card.made_here
    assert card.verdict is not None
    assert card.verdict.outcome is Outcome.VALID
    assert words(card.verdict.reason, "es", {}).what in seat.read(seat.window.desk.reader)

    known = {view.id for view in seat.store.documents()}
    seat.act(EventKind.ANSWERED)
    writing = seat.window.writing
    seat.pick(writing.kind, "Informe")
    seat.type_into(writing.text, TEXT)
    seat.confirm()
    (answer,) = {view.id for view in seat.store.documents()} - known
    assert slip.document in seat.store.slip(slip.id).documents
    assert answer not in seat.store.slip(slip.id).documents
    sign(seat, answer)
    assert seat.store.slip(slip.id).documents == (slip.document, answer)
    assert seat.document(answer).slip == slip.id


def test_two_exchanges_never_meet(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    """F5 while the desk catches up by itself: one after the other."""
    real, inside, met = synchronise.synchronise, [0], []

    def watched(desk: Desk, progress: Progress, *, pause: Pause) -> synchronise.SyncOutcome:
        inside[0] += 1
        met.append(inside[0])
        time.sleep(0.1)
        try:
            return real(desk, progress, pause=pause)
        finally:
            inside[0] -= 1

    monkeypatch.setattr(synchronise, "synchronise", watched)
    seat.window.pulse.timeout.emit()
    seat.synchronise()
    assert met == [1, 1]
    assert seat.store.outbox_counts().waiting == 0


def test_a_token_pulled_and_plugged_in_is_seen_without_a_click(seat: Seat, tmp_path: Path) -> None:
    """At the rail's foot and where one signs, while the window stays open."""
    document = waiting_to_be_signed(seat)
    seat.open_row(Tray.TO_SIGN, document)
    rail, watch = seat.window.rail, seat.desk.token_watch
    assert watch is not None
    watch._interval = 0.2  # a person would wait five seconds
    watch.look()
    name = seat.desk.directory.official(seat.desk.official).name
    seat.until(lambda: rail.token_state.text() == f"Token: {name}")
    seat.act(EventKind.SIGNED)
    pane = seat.window.desk.reader.signing
    seat.until(lambda: pane.ready)
    store, away = seat.office.tokens.folder / "store", tmp_path / "away"
    away.mkdir()
    for token in store.iterdir():
        token.rename(away / token.name)
    seat.until(lambda: rail.token_state.text() == "Sin token" and not pane.ready)
    for token in away.iterdir():
        token.rename(store / token.name)
    seat.until(lambda: rail.token_state.text() == f"Token: {name}" and pane.ready)
    assert pane.choice.currentText().startswith(name)
