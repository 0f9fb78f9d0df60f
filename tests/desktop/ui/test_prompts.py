"""The PIN: asked by a worker, answered on the screen, shown and kept nowhere."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from desktop.ui.bench import Bench
from desktop.ui.jobs import Lane
from desktop.ui.prompts import PinQuestion, PromptRequest, Prompts
from desktop.ui.signing.pin import PinDialog
from signing.errors import SigningCancelled
from signing.report import PinState
from tests.desktop.ui.fakes import certificate, token


def dialog_for(
    bench: Bench, qtbot: QtBot, state: PinState = PinState.OK
) -> tuple[PinDialog, PromptRequest[PinQuestion, str]]:
    request: PromptRequest[PinQuestion, str] = PromptRequest(PinQuestion(token(state), certificate()))
    dialog = PinDialog(bench.look, request)
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show()
    return dialog, request


def test_a_worker_waits_and_gets_the_pin(bench: Bench, qtbot: QtBot) -> None:
    got: list[str] = []
    bench.prompts.show_pin = lambda request: request.reply("482915")
    bench.jobs.job(lambda: bench.prompts.ask_pin(token(), certificate()), Lane.TOKEN).success(got.append).start()
    qtbot.waitUntil(lambda: bool(got))
    assert got == ["482915"]


def test_declining_is_a_cancellation_in_the_worker(bench: Bench, qtbot: QtBot) -> None:
    told: list[str] = []
    bench.prompts.show_pin = lambda request: request.decline()
    job = bench.jobs.job(lambda: bench.prompts.ask_pin(token(), None), Lane.TOKEN)
    job.cancelled(lambda: told.append("cancelled")).failure(lambda _e: told.append("failure")).start()
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["cancelled"]


def test_closing_frees_every_worker_that_waits(qapp: object, qtbot: QtBot) -> None:
    prompts = Prompts()
    prompts.show_pin = lambda _request: None  # a dialog nobody answers
    outcome: list[str] = []

    def work() -> None:
        try:
            prompts.ask_pin(token(), None)
        except SigningCancelled:
            outcome.append("cancelled")

    worker = threading.Thread(target=work)
    worker.start()
    qtbot.waitUntil(lambda: bool(prompts._open))
    prompts.close()
    worker.join(5)
    late = threading.Thread(target=work)
    late.start()
    late.join(5)
    assert outcome == ["cancelled", "cancelled"]


def test_asking_on_the_screens_thread_is_a_bug_not_a_deadlock(bench: Bench) -> None:
    with pytest.raises(RuntimeError):
        bench.prompts.ask_pin(token(), None)


def test_a_pin_pad_is_told_and_not_asked(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.prompts.pin_pad):
        assert bench.prompts.ask_pin(token(pin_pad=True), None) == ""


def test_the_dialog_says_whose_pin_and_shows_nothing_typed(bench: Bench, qtbot: QtBot) -> None:
    dialog, request = dialog_for(bench, qtbot)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Juana Mamani Quispe" in words
    assert "qillqa-juana" in words
    assert "A1B2C3D4" in words
    assert "De 4 a 12 caracteres" in words
    qtbot.keyClicks(dialog.field, "482915")
    assert dialog.field.echoMode() is QLineEdit.EchoMode.Password
    assert "482915" not in dialog.field.displayText()
    assert [button.text() for button in dialog.findChildren(QPushButton)] == [
        "Cancelar",
        "Firmar",
    ]  # nothing that reveals
    dialog.reject()
    assert not request.open
    assert dialog.field.text() == ""


def test_the_pin_is_handed_over_once_and_forgotten(bench: Bench, qtbot: QtBot) -> None:
    dialog, request = dialog_for(bench, qtbot)
    qtbot.keyClicks(dialog.field, "482915")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.field.text() == ""
    dialog.field.undo()
    assert dialog.field.text() == ""
    assert request.ask(lambda _r: None) == "482915"
    assert request._answer is None


def test_enter_does_nothing_before_the_pin_is_long_enough(bench: Bench, qtbot: QtBot) -> None:
    dialog, request = dialog_for(bench, qtbot)
    qtbot.keyClicks(dialog.field, "482")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert request.open
    qtbot.keyClicks(dialog.field, "9151234567890")
    assert len(dialog.field.text()) == 12
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    with pytest.raises(SigningCancelled):
        request.ask(lambda _r: None)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PinState.OK, "PIN sin intentos fallidos"),
        (PinState.LOW, "Hubo un intento fallido"),
        (PinState.FINAL_TRY, "Último intento"),
        (PinState.LOCKED, "PIN bloqueado"),
        (PinState.UNINITIALISED, "todavía no tiene un PIN"),
    ],
)
def test_the_pin_state_is_said_in_words(bench: Bench, qtbot: QtBot, state: PinState, words: str) -> None:
    dialog, _request = dialog_for(bench, qtbot, state)
    assert words in dialog.state.text()
    dead = state in {PinState.LOCKED, PinState.UNINITIALISED}
    assert dialog.field.isVisible() is not dead
    assert dialog.sign.isVisible() is not dead


def test_closing_the_dialog_declines(bench: Bench, qtbot: QtBot) -> None:
    dialog, request = dialog_for(bench, qtbot)
    dialog.close()
    assert not request.open
