"""Firmar: facts first, the PIN last and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.routing.trays import Tray, Urgency
from desktop.ui.messages import Message
from desktop.ui.office import CheckLine, SignResult, TokensSeen
from signing.report import Level, PinState, SignReceipt
from tests.desktop.ui.fakes import NOW, PIN, FakeOffice, certificate, token

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.signing.pane import SigningPane
    from desktop.ui.window import Window

Rest = Callable[[], None]


def begin(window: Window, qtbot: QtBot, rest: Rest) -> SigningPane:
    window.open_tray(Tray.TO_SIGN)
    rest()
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_F)
    rest()
    return window.desk.reader.signing


def facts(pane: SigningPane) -> list[str]:
    return [fact.text for fact in pane.facts]


def test_everything_known_is_told_before_the_pin(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.checks = (CheckLine("check.pdfa", Urgency.GOOD),)
    pane = begin(window, qtbot, rest)
    assert facts(pane) == [
        "Token «qillqa-juana» presente. PIN sin intentos fallidos",
        "Certificado vigente, vence en 7 meses",
        "Sin conexión: la hora será la de este equipo; el sello de tiempo se pondrá solo después",
        "PDF/A conforme",
    ]
    assert pane.ready
    assert pane.sign.hasFocus()
    assert not [call for call in office.calls if call[0] == "sign"]


def test_signing_by_keyboard_ends_with_an_honest_level(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    qtbot.keyClick(pane.sign, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    qtbot.keyClicks(window.dialog.field, PIN)
    qtbot.keyClick(window.dialog.field, Qt.Key.Key_Return)
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "Documento firmado."
    assert "Todavía sin sello de tiempo (nivel B-B)" in window.notice.message.means
    assert window.rail.buttons[Tray.TO_SIGN].count == 1
    assert not window.desk.reader.acting


def test_keys_pressed_once_too_often_stop_nothing(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    """The button that stops neither gets the focus by itself nor hears Ctrl+Enter."""
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    assert not pane.sign.isEnabled()
    assert pane.bar.hasFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        qtbot.keyClick(pane.bar, key)
        qtbot.keyClick(pane.cancel, key, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    qtbot.keyClicks(window.dialog.field, PIN)
    qtbot.keyClick(window.dialog.field, Qt.Key.Key_Return)
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "Documento firmado."


def test_a_wrong_pin_is_told_and_never_retried(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    qtbot.keyClicks(window.dialog.field, "0000")
    qtbot.keyClick(window.dialog.field, Qt.Key.Key_Return)
    rest()
    qtbot.wait(50)
    assert len([call for call in office.calls if call[0] == "sign"]) == 1
    assert window.dialog is None
    assert window.notice.message is not None
    assert window.notice.message.what == "El PIN no es correcto."
    assert "Hubo un intento fallido" in facts(pane)[0]
    assert pane.ready  # the person decides


def test_cancelling_the_pin_signs_nothing_and_says_so(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    qtbot.keyClick(window.dialog, Qt.Key.Key_Escape)
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "No se firmó nada."
    assert window.notice.message.tone == "care"
    assert window.rail.buttons[Tray.TO_SIGN].count == 2


def test_stop_while_it_runs(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.gate = Event()
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    window.dialog.field.setText(PIN)
    window.dialog.sign.click()
    qtbot.waitUntil(lambda: "Firmando" in pane.doing.text())
    assert pane.cancel.text() == "Detener"
    pane.cancel.click()
    office.gate.set()
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "No se firmó nada."
    assert pane.cancel.text() == "Volver"


def test_a_pile_that_was_stopped_says_what_was_signed(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    """Never "nothing was signed" when some of it was."""
    pane = begin(window, qtbot, rest)
    receipt = SignReceipt("a.pdf", "a", "b", "firma-1", Level.B_LTA, token().certificates[0], NOW)
    told = pane._told_of([SignResult("1", "NI/1", receipt), SignResult("2", "NI/2"), SignResult("3", "NI/3")])
    assert (told.tone, told.what) == ("care", "Se firmaron 1 de 3 documentos.")
    assert "siguen en Por firmar" in told.means
    assert pane._told_of([SignResult("1", "NI/1")]).what == "No se firmó nada."


def test_what_is_bad_blocks_before_the_pin(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.checks = (CheckLine("check.turn", Urgency.BAD),)
    pane = begin(window, qtbot, rest)
    assert not pane.ready
    assert not pane.sign.isEnabled()
    assert "Todavía no le toca firmar" in facts(pane)


def test_a_locked_token_blocks(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.plug(token(PinState.LOCKED))
    pane = begin(window, qtbot, rest)
    assert not pane.ready
    assert "PIN bloqueado" in facts(pane)[0]


def test_without_a_token_one_may_search_again(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.plug()
    pane = begin(window, qtbot, rest)
    assert not pane.ready
    assert "No se encontró un token" in facts(pane)[0]
    office.present = (token(),)
    pane.again.click()
    rest()
    assert pane.ready


def test_a_pin_pad_needs_no_dialog(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.plug(token(pin_pad=True))
    office.gate = Event()
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    qtbot.waitUntil(lambda: window.notice.message is not None)
    assert window.notice.message == Message("care", "Escriba el PIN en el teclado del lector.")
    office.gate.set()
    rest()
    assert window.dialog is None
    assert window.notice.message is not None
    assert window.notice.message.what == "Documento firmado."


def test_closing_the_window_while_a_pin_is_asked_ends_every_thread(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    qtbot.waitUntil(lambda: window.dialog is not None)
    window.close()
    assert ("sign", ("d570",)) in office.calls
    assert window.isHidden()  # threads left over would fail the test


def test_a_driver_is_pointed_to_by_hand(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pane = begin(window, qtbot, rest)
    chosen = [("", ""), (str(tmp_path / "propio.so"), "")]
    monkeypatch.setattr("desktop.ui.signing.pane.QFileDialog.getOpenFileName", lambda *_args, **_more: chosen.pop(0))
    pane.browse.click()
    rest()
    assert not [call for call in office.calls if call[0] == "remember_module"]
    pane.browse.click()
    rest()
    assert office.calls[-1] == ("remember_module", tmp_path / "propio.so")
    assert window.notice.message == Message("good", "Se guardó el controlador: propio.so.")


def test_without_a_watch_the_panel_looks_itself(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    window.desk.reader.signing._heard = None
    office.present = (token(PinState.LOW),)
    pane = begin(window, qtbot, rest)
    assert ("tokens",) in office.calls
    assert pane.ready


def test_a_token_that_comes_and_goes_is_seen_without_a_click(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    assert ("tokens",) not in office.calls  # what is plugged in was known already
    office.plug()
    rest()
    assert not pane.ready
    assert "No se encontró un token con un certificado que pueda firmar. Conéctelo: aparecerá aquí solo." in facts(pane)
    office.plug(token())
    rest()
    assert pane.ready
    assert pane.choice.currentText() == "Juana Mamani Quispe"


def test_the_chosen_certificate_stays_chosen_when_another_token_comes(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    first, second = token(), replace(token(name="María Huanca Ayma"), serial="77", label="qillqa-maria")
    pane = begin(window, qtbot, rest)
    office.plug(second, first)
    rest()
    assert pane.choice.currentText() == "Juana Mamani Quispe"
    pane.choice.setCurrentIndex(0)
    office.plug(first, second)
    rest()
    assert pane.choice.currentText() == "María Huanca Ayma"
    office.plug(first)
    rest()
    assert pane.choice.currentText() == "Juana Mamani Quispe"


def test_a_driver_that_is_missing_is_said_where_the_token_is_missed(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    office.plug(problems=(("driver.missing", {"driver": "Feitian ePass2003"}),))
    rest()
    assert facts(pane)[0] == "Falta el controlador. Instálelo."  # and not that there is no token: there is one
    office.plug(problems=(("token.module_hung", {}),))
    rest()
    assert "No se encontró un token" in facts(pane)[0]
    assert facts(pane)[1] == "token.module_hung"
    office.plug(token(), problems=(("driver.missing", {"driver": "Feitian ePass2003"}),))
    rest()
    assert "Falta el controlador. Instálelo." not in facts(pane)


def test_why_a_certificate_cannot_sign_is_said(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    pane = begin(window, qtbot, rest)
    office.plug(replace(token(), certificates=(certificate(unusable="weak_key"), certificate(unusable="is_ca"))))
    rest()
    assert facts(pane)[0] == "Juana Mamani Quispe: Su llave es débil. Pida otro certificado."
    assert not pane.ready
    assert not [fact for fact in facts(pane) if "is_ca" in fact or "No se encontró" in fact]


def test_two_certificates_of_one_person_can_be_told_apart(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    other = replace(certificate(until=NOW.replace(year=2028)), id="cd" * 32)
    office.plug(replace(token(), certificates=(certificate(), other)))
    rest()
    assert [pane.choice.itemText(index) for index in range(2)] == [
        "Juana Mamani Quispe · qillqa-juana · 20/06/2027",
        "Juana Mamani Quispe · qillqa-juana · 20/11/2028",
    ]


def test_while_the_first_driver_has_not_answered_the_search_goes_on(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    assert office.tell is not None
    office.tell(TokensSeen(searching=True))
    rest()
    assert facts(pane)[0] == "Buscando el token…"
    office.tell(TokensSeen((token(),), searching=True))
    rest()
    assert pane.ready


def test_what_happens_in_the_reader_while_signing_is_shown_afterwards(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    office.gate = Event()
    pane = begin(window, qtbot, rest)
    pane.sign.click()
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    office.plug()
    qtbot.wait(20)
    assert pane.chosen is not None
    qtbot.keyClicks(window.dialog.field, PIN)
    qtbot.keyClick(window.dialog.field, Qt.Key.Key_Return)
    office.gate.set()
    rest()
    assert pane.chosen is None
