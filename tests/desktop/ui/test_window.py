"""The window as a whole: the rail's foot, messages, small windows, first run, writing, and a day by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMessageBox

from desktop.records.errors import OfficeError
from desktop.routing.trays import Tray
from desktop.ui.application import Shell, make_bench
from desktop.ui.messages import Message, message_of, no_words
from desktop.ui.office import DraftOrder, OfficeDesk, SyncOutcome
from desktop.ui.prompts import Prompts
from desktop.ui.window import Window
from desktop.ui.wording import Calendar
from signing.errors import SigningCancelled, SigningError
from signing.report import PinState
from tests.desktop.ui.fakes import NOW, PIN, FakeOffice, certificate, token

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.ui.bench import Bench

Rest = Callable[[], None]


def test_the_office_in_memory_is_an_office(office: FakeOffice) -> None:
    desk: OfficeDesk = office
    assert desk.status().official == "juana"


def test_the_foot_tells_the_line_and_the_token(window: Window) -> None:
    rail = window.rail
    assert rail.line_state.text() == "Sin conexión desde ayer\u00a016:40"
    assert rail.line_more.text() == "3 envíos en cola, se entregarán solos"
    assert rail.token_state.text() == "Token: Juana Mamani Quispe"
    assert rail.token_more.text() == "Certificado vigente, vence en 7 meses"


def test_the_foot_in_other_weather(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.state = replace(office.state, connected=True, waiting=0, token=None, practice=True)
    window.read_status()
    rest()
    rail = window.rail
    assert rail.line_state.text() == "Con conexión"
    assert rail.line_more.text() == "Todo está entregado"
    assert rail.token_state.text() == "Sin token"
    assert "sin valor legal" in rail.whose.text()
    office.state = replace(
        office.state, token=replace(token(PinState.FINAL_TRY), certificates=(certificate(unusable="expired"),))
    )
    window.read_status()
    rest()
    assert rail.token_more.text() == "No tiene un certificado que pueda firmar"


def test_the_token_is_looked_for_when_the_desk_opens(window: Window, office: FakeOffice, rest: Rest) -> None:
    rest()
    assert (
        office.calls.count(("watch_tokens", True)) == 1
    )  # so that the rail's foot tells whose it is before anybody signs


def test_a_token_that_comes_and_goes_is_told_at_the_rails_foot_without_a_click(
    window: Window, office: FakeOffice, rest: Rest
) -> None:
    rail = window.rail
    for present, told in (((), "Sin token"), ((token(),), "Token: Juana Mamani Quispe"), ((), "Sin token")):
        office.plug(*present)
        rest()
        assert rail.token_state.text() == told


def test_a_window_that_is_gone_is_told_nothing(window: Window, office: FakeOffice, rest: Rest) -> None:
    window.close()
    assert office.calls[-1] == ("watch_tokens", False)
    assert office.tell is None


@pytest.mark.noisy("bug")
def test_the_desk_catches_up_by_itself_and_quietly(window: Window, office: FakeOffice, rest: Rest) -> None:
    assert window.pulse.isActive()
    for outcome, told in ((SyncOutcome(1, 0, 0), None), (SyncOutcome(0, 2, 0), "Llegaron 2 novedades.")):
        office.outcome = outcome
        window.pulse.timeout.emit()
        rest()
        assert (window.notice.message.what if window.notice.message else None) == told
    assert office.calls.count(("synchronise",)) == 2
    office.broken["synchronise"] = OfficeError("storage.unreachable", url="folder:x")
    before = window.notice.message
    window.pulse.timeout.emit()
    rest()
    assert office.calls.count(("synchronise",)) == 3
    assert window.notice.message is before  # no line is the normal case: the rail's foot says it, nobody is interrupted
    office.broken["synchronise"] = RuntimeError("a bug of ours")
    window.pulse.timeout.emit()
    rest()
    assert window.notice.message is not before  # a bug is never swallowed


def test_synchronising_is_told_and_refreshes(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert not window.rail.synchronise.isEnabled()
    rest()
    assert window.notice.message == Message("good", "Llegaron 2 novedades. Se entregaron 3 envíos.")
    assert window.rail.line_state.text() == "Con conexión"
    assert window.rail.synchronise.isEnabled()


def test_problems_of_an_exchange_are_told_without_alarm(window: Window, bench: Bench) -> None:
    window.exchange.show(SyncOutcome(0, 0, 2, (("store.full", {}),)))
    assert window.notice.message == Message("care", "Quedan 2 en cola.", "El disco está lleno.")


def test_three_outcomes_that_are_no_success(app: object) -> None:
    assert message_of(SigningCancelled(), no_words) is None
    known = message_of(SigningError("tsa.unreachable", on_disk="complete"), no_words)
    assert known is not None
    assert not known.bug
    assert "tsa.unreachable" in known.do


@pytest.mark.noisy("bug")
def test_a_bug_keeps_calm_and_gives_a_detail(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.broken["card"] = ZeroDivisionError("ours")
    window.desk.rows.choose_document("d551")
    rest()
    message = window.notice.message
    assert message is not None
    assert message.bug
    assert "No es culpa suya" in message.means
    assert "ZeroDivisionError" in message.detail
    assert "Traceback" not in message.what
    window.notice.dismiss()
    assert window.notice.isHidden()


def test_first_run_welcomes_and_can_verify(
    app: QApplication, office: FakeOffice, bench: Bench, rest: Rest, qtbot: QtBot
) -> None:
    office.state = replace(office.state, first_run=True, official="", official_name="", unit="", entity="", token=None)
    window = Window(bench)
    window.show()
    rest()
    assert window.stack.currentWidget() is window.welcome
    assert not window.rail.new.isEnabled()
    assert not window.rail.buttons[Tray.PENDING].isEnabled()
    window.welcome.verify.click()
    assert window.stack.currentWidget() is window.verify
    window.close()
    shiboken6.delete(window)


def test_writing_a_draft_and_sending_it(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    rest()
    pane = window.writing
    assert not pane.send.isEnabled()
    pane.kind.setCurrentIndex(1)
    pane.to.setCurrentIndex(2)
    pane.via.setCurrentIndex(1)
    pane.subject.setText("Avance en Ch'uqichampi")
    pane.text.setPlainText("De mi consideración:\n\nEl avance es del 40 %.")
    assert pane.send.isEnabled()
    pane.send.click()
    rest()
    order = next(call[1] for call in office.calls if call[0] == "draft")
    assert order == DraftOrder(
        "informe", "maria", ("pedro",), "Avance en Ch'uqichampi", ("De mi consideración:", "El avance es del 40 %.")
    )
    assert ("freeze", "d999") in office.calls
    assert not pane.dirty
    assert window.notice.message is not None


def test_a_draft_that_cannot_be_kept_stays_on_the_screen(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.broken["draft"] = OfficeError("store.full")
    window.open_writing(None)
    rest()
    window.writing.to.setCurrentIndex(1)
    window.writing.subject.setText("Algo")
    window.writing.text.setPlainText("Texto largo")
    window.writing.keep.click()
    rest()
    assert window.writing.text.toPlainText() == "Texto largo"
    assert window.writing.keep.isEnabled()


def test_answering_names_the_hop_it_answers(window: Window, qtbot: QtBot, rest: Rest) -> None:
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_N)
    rest()
    assert window.stack.currentWidget() is window.writing
    assert window.writing.title.text() == "Respuesta"
    window.writing.text.setPlainText("Respondo.")
    order = window.writing.order()
    assert order is not None
    assert order.answers == ("slip-d546", "hop-d546")
    assert order.to == "maria"


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no window manager to tell
def test_closing_with_unkept_text_asks(window: Window, qtbot: QtBot, rest: Rest) -> None:
    window.open_writing(None)
    rest()
    window.writing.text.setPlainText("No me pierdas")

    def stay() -> None:
        box = window.findChild(QMessageBox)
        assert box is not None
        qtbot.keyClick(box, Qt.Key.Key_Escape)

    QTimer.singleShot(50, stay)
    window.close()
    assert window.isVisible()
    assert window.writing.text.toPlainText() == "No me pierdas"


@pytest.mark.parametrize(("width", "both", "rail"), [(1366, True, True), (900, False, True), (500, False, False)])
def test_a_small_window_takes_turns(window: Window, rest: Rest, width: int, both: bool, rail: bool) -> None:
    window.resize(width, 768)
    rest()
    assert window.desk.both is both
    assert window.rail.isVisible() is rail
    assert window.desk.rows.isVisible()
    assert window.desk.reader.isVisible() is both
    if not both:
        window.desk.rows.row_opened.emit(window.desk.rows.chosen)
        assert window.desk.reader.isVisible()
        assert not window.desk.rows.isVisible()
        window.desk.reader.back.click()
        assert window.desk.rows.isVisible()
    if not rail:
        window.fold.click()
        assert window.rail.isVisible()


def test_a_day_by_keyboard_alone(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    """Receive, read, dispatch, sign, verify: not one click."""
    ctrl, none = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier

    def key(which: Qt.Key, how: Qt.KeyboardModifier = none) -> None:
        qtbot.keyClick(window.focusWidget() or window, which, how)
        rest()

    key(Qt.Key.Key_1, ctrl)
    key(Qt.Key.Key_R)
    key(Qt.Key.Key_2, ctrl)
    key(Qt.Key.Key_Down)
    assert window.desk.reader.card is not None
    assert window.desk.reader.card.view.id == "d551"
    key(Qt.Key.Key_Return)
    assert window.desk.reader.pages.view.hasFocus()
    key(Qt.Key.Key_PageDown)
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.desk.reader.content.currentIndex() == 1
    key(Qt.Key.Key_D)
    key(Qt.Key.Key_Down)
    key(Qt.Key.Key_Down)
    key(Qt.Key.Key_Return, ctrl)
    assert [call[1].to_official for call in office.calls if call[0] == "dispatch"] == ["pedro"]  # type: ignore[attr-defined]
    key(Qt.Key.Key_3, ctrl)
    key(Qt.Key.Key_F)
    qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.dialog is not None)
    assert window.dialog is not None
    qtbot.keyClicks(window.dialog.field, PIN)
    qtbot.keyClick(window.dialog.field, Qt.Key.Key_Return)
    rest()
    assert [call[0] for call in office.calls if call[0] in {"receive", "dispatch", "sign", "signed"}] == [
        "receive",
        "dispatch",
        "sign",
        "signed",
    ]
    window.activateWindow()  # what a window manager does when a dialog closes
    qtbot.waitUntil(window.isActiveWindow)
    assert window.desk.rows.list.hasFocus()
    key(Qt.Key.Key_7, ctrl)
    assert window.stack.currentWidget() is window.verify


def test_text_size_and_colours_open_the_desk_anew(app: QApplication, office: FakeOffice) -> None:
    bench = make_bench(app, office, dark=False, scale=1.0, say=no_words, now=lambda: NOW)
    shell = Shell(app, bench, follow_system=False)
    shell.window.show()
    shell.window.open_tray(Tray.SENT)
    from desktop.ui.gallery import settle

    settle(app, bench)
    first = shell.window
    shell.turn(scale=1.5)
    assert shell.window is not first
    assert bench.look.scale == 1.5
    assert shell.window.tray is Tray.SENT
    shell.turn(dark=True)
    settle(app, bench)
    assert bench.look.dark
    assert not bench.jobs._closed  # the bench was handed over, not closed
    shell.window.writing.text.setPlainText("a medias")
    shell.turn(dark=False)
    assert bench.look.dark  # not while somebody writes
    shell.window.writing.text.clear()
    shell.window.close()
    assert bench.jobs._closed
    shiboken6.delete(shell.window)


def test_moments_are_said_as_people_do(app: object) -> None:
    calendar = Calendar("America/La_Paz", lambda: NOW)
    assert calendar.moment(datetime(2026, 11, 20, 14, 51, tzinfo=UTC)) == "hoy\u00a010:51"
    assert calendar.moment(datetime(2026, 11, 20, 3, 30, tzinfo=UTC)) == "ayer\u00a023:30"  # Oruro's day, not UTC's
    assert calendar.moment(datetime(2026, 3, 5, 14, 0, tzinfo=UTC)) == "5\u00a0mar\u00a010:00"
    assert calendar.full(datetime(2025, 3, 5, 14, 0, tzinfo=UTC)) == "5\u00a0mar\u00a02025\u00a010:00"
    assert calendar.until(datetime(2026, 11, 21, 14, 0, tzinfo=UTC)) == "vence en 1 día"
    assert calendar.until(datetime(2026, 10, 3, 14, 0, tzinfo=UTC)) == "venció el 3\u00a0oct"


def test_prompts_close_twice(qapp: object) -> None:
    prompts = Prompts()
    prompts.close()
    prompts.close()
