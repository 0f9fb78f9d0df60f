"""The archive's panes for deposits, on an archive in memory: what is told, what can be done, how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from desktop.operations.deposits_made import DepositState
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.trays import Tray
from desktop.ui.archive.deposits import DepositsSection
from desktop.ui.archive.pane import ArchivePane
from desktop.ui.archive.waiting import WaitingSection
from desktop.ui.bench import Bench
from desktop.ui.messages import Message, Sentences
from tests.desktop.ui.archive_places import Rest, choose, column, said
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fake_archive import DIGEST, OBJECT
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

# the offscreen platform has no window manager to tell
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = Sentences("Un archivo llegó dañado.", "No es el que se firmó.", "Deposítelo de nuevo.")
    monkeypatch.setitem(WORDS, "deposit.damaged_file", damaged)
    monkeypatch.setitem(WORDS, "receipt.other_manifest", Sentences("No es para esto.", "No cuenta.", "Sincronice."))


@pytest.fixture
def own(open_pane: Callable[[bool], ArchivePane]) -> DepositsSection:
    """A unit's deposits."""
    pane = open_pane(False)
    assert list(pane.tabs) == ["deposits"]
    found = pane.made["deposits"]
    assert isinstance(found, DepositsSection)
    return found


@pytest.fixture
def custodian(open_pane: Callable[[bool], ArchivePane]) -> ArchivePane:
    return open_pane(True)


@pytest.fixture
def incoming(custodian: ArchivePane) -> WaitingSection:
    found = custodian.made["waiting"]
    assert isinstance(found, WaitingSection)
    return found


def test_the_rail_leads_each_desk_to_its_own(
    window: Window, office: FakeOffice, bench: Bench, qtbot: QtBot, rest: Rest
) -> None:
    """By its key; what a unit's desk calls «Depósitos» a custodian's calls «Archivo central»."""
    button = window.rail.places["archive"]
    assert button.text() == "Depósitos"
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    rest()
    pane = window.places["archive"]
    assert isinstance(pane, ArchivePane)
    assert list(pane.tabs) == ["deposits"]
    assert ("archive.waiting",) not in office.calls
    section = pane.made["deposits"]
    choose(section, 1)
    section.acts[0].click()  # type: ignore[attr-defined]
    rest()
    assert window.notice.message is not None
    assert window.notice.message.tone == "good"
    section.opened.emit("d1", None)
    rest()
    assert window.stack.currentWidget() is window.desk
    office.state = replace(office.state, custodian=True)
    window.read_status()
    rest()
    assert button.text() == "Archivo central"
    assert button.accessibleName() == "Archivo central"
    button.click()
    rest()
    assert next(iter(window.places["archive"].tabs)) == "waiting"  # type: ignore[union-attr]


def test_a_unit_sees_its_deposits_what_needs_somebody_first(own: DepositsSection) -> None:
    assert own.sentence.text() == "5 depósitos · 2 necesitan atención"
    states = ["respuesta sin comprobar", "rechazado", "en cola", "entregado", "aceptado"]
    assert column(own, 0) == states


def test_the_receipt_is_shown_whole_and_as_proved_now(own: DepositsSection) -> None:
    choose(own, 4)
    lines = said(own.side)
    assert "Firma del acuse comprobada ahora" in lines
    for part in ("María Huanca Ayma", f"{OBJECT} v1", DIGEST, "20\u00a0nov\u00a02026\u00a007:12"):
        assert part in lines, part


def test_a_receipt_that_is_no_longer_proved_does_not_say_that_it_is(
    own: DepositsSection, office: FakeOffice, rest: Rest
) -> None:
    row = office.archive.made[2]
    office.archive.made = (replace(row, made=replace(row.made, doubt="receipt.other_manifest")),)
    own.read()
    rest()
    lines = said(own.side)
    assert "Firma del acuse comprobada ahora" not in lines
    assert {"Acuse comprobado al llegar", "No es para esto."} <= set(lines)


def test_why_it_was_refused_and_what_to_do_is_told(own: DepositsSection) -> None:
    choose(own, 1)
    lines = said(own.side)
    assert {"Un archivo llegó dañado.", "No es el que se firmó.", "Deposítelo de nuevo."} <= set(lines)
    assert own.renew.isEnabled()
    assert own.mend.isEnabled()


@pytest.mark.parametrize("row", [0, 2, 3, 4])
def test_only_what_the_archive_refused_is_handed_in_anew(own: DepositsSection, row: int) -> None:
    choose(own, row)
    assert not own.renew.isEnabled()
    assert not own.mend.isEnabled()


@pytest.mark.parametrize(
    ("key", "verb"),
    [(Qt.Key.Key_Return, "archive.deposit_again"), (Qt.Key.Key_T, "archive.take_back")],
)
def test_what_was_refused_is_handed_in_or_taken_back_by_keys_alone(
    own: DepositsSection, office: FakeOffice, qtbot: QtBot, rest: Rest, key: Qt.Key, verb: str
) -> None:
    told: list[Message] = []
    own.told.connect(told.append)
    choose(own, 1)
    qtbot.keyClick(own.window(), key, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert (verb, "doc-4") in office.calls
    assert [message.tone for message in told] == ["good"]


def test_the_choice_stays_when_it_is_read_again(own: DepositsSection, rest: Rest) -> None:
    choose(own, 3)
    own.read()
    rest()
    assert own.table.currentIndex().row() == 3


def test_enter_opens_the_document(own: DepositsSection, qtbot: QtBot) -> None:
    opened: list[object] = []
    own.opened.connect(lambda document, _hop: opened.append(document))
    choose(own, 4)
    qtbot.keyClick(own.table, Qt.Key.Key_Return)
    assert opened == ["doc-3"]


def test_without_deposits_it_says_how_one_is_made(own: DepositsSection, office: FakeOffice, rest: Rest) -> None:
    office.archive.made = ()
    own.read()
    rest()
    lines = said(own)
    assert "Esta unidad todavía no depositó nada" in lines
    assert any("«Depositar»" in line for line in lines)
    assert not own.renew.isVisible()


def test_the_reader_calls_the_acts_after_a_refusal_by_what_they_do(
    window: Window, office: FakeOffice, rest: Rest
) -> None:
    office.acts[Tray.ARCHIVE] = (EventKind.DEPOSITED, EventKind.REOPENED)
    row = office.rows[Tray.ARCHIVE][0]
    for state, names in (
        (DocumentState.DEPOSITED, ["Depositar de nuevo", "Retomar y corregir"]),
        (DocumentState.CONCLUDED, ["Depositar", "Sacar del archivo"]),
    ):
        office.rows[Tray.ARCHIVE][0] = replace(row, state=state)
        window.open_tray(Tray.ARCHIVE, row.document)
        rest()
        assert [button.text() for button in window.desk.reader.buttons.values()] == names


# --- the custodian


def test_a_custodian_sees_what_came_from_whom_and_how_much(incoming: WaitingSection) -> None:
    assert incoming.sentence.text().startswith("Esperan 4 depósitos · ")
    assert column(incoming, 3)[0] == "Secretaría Departamental de Planificación del Desarrollo"
    assert column(incoming, 2)[0] == "5 archivos · 1,1 MB"
    assert any("Juana Mamani Quispe" in line for line in said(incoming.side))


def test_all_are_taken_in_and_what_is_refused_is_told_by_its_sentences(
    incoming: WaitingSection, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    names = [row.deposit for row in office.archive.incoming]
    office.archive.refuses = {names[2]: "deposit.damaged_file"}
    qtbot.keyClick(incoming.window(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert ("archive.accept", *names) in office.calls
    lines = said(incoming.result)
    assert lines[0] == "Se aceptó: 3 expedientes."
    assert lines[1] == "Dotación de equipos, etapa 3: Un archivo llegó dañado."
    assert column(incoming, 1) == ["aceptado", "aceptado", "rechazado", "aceptado"]
    choose(incoming, 2)
    assert {"Rechazado", "Deposítelo de nuevo."} <= set(said(incoming.side))
    choose(incoming, 0)
    assert {f"{OBJECT} v2", "archivo/root/019/1f3/a26"} <= set(said(incoming.side))
    assert not incoming.all.isEnabled()


def test_one_is_taken_in_alone(incoming: WaitingSection, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    choose(incoming, 1)
    name = office.archive.incoming[1].deposit
    qtbot.keyClick(incoming.window(), Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert ("archive.accept", name) in office.calls
    assert len(office.archive.incoming) == 3


def test_taking_in_shows_its_progress_and_esc_ends_it_after_the_one_under_way(
    incoming: WaitingSection, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    office.archive.gate = Event()
    incoming.all.click()
    qtbot.waitUntil(lambda: incoming.done.text() == "1 de 4")
    assert incoming.progress.isVisible()
    assert incoming.window().focusWidget() is incoming.stop
    assert not any(button.isEnabled() for button in (incoming.all, incoming.one, incoming.again))
    qtbot.keyClick(incoming.window(), Qt.Key.Key_Escape)
    office.archive.gate.set()
    rest()
    lines = said(incoming.result)
    assert lines[:2] == ["Se aceptó: 1 expediente.", "Se detuvo antes de 3 depósitos."]
    assert not incoming.stop.isVisible()
    assert len(office.archive.incoming) == 3


def test_an_error_says_what_happened_what_it_means_and_what_to_do(
    incoming: WaitingSection, office: FakeOffice, monkeypatch: pytest.MonkeyPatch, rest: Rest
) -> None:
    monkeypatch.setitem(WORDS, "archive.none_here", Sentences("Qué pasó.", "Qué significa.", "Qué hacer."))
    office.broken["archive.waiting"] = OfficeError("archive.none_here")
    incoming.read()
    rest()
    assert {"Qué pasó.", "Qué significa.", "Qué hacer."} <= set(said(incoming.body))
    assert not incoming.all.isEnabled()


def test_a_bug_is_reported_as_one(
    incoming: WaitingSection, office: FakeOffice, bench: Bench, rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(bench.jobs, "report", told.append)
    office.broken["archive.accept"] = ValueError("x")
    incoming.all.click()
    rest()
    assert [type(error) for error in told] == [ValueError]
    assert incoming.all.isEnabled()


def test_with_nothing_waiting_it_says_so(incoming: WaitingSection, office: FakeOffice, rest: Rest) -> None:
    office.archive.incoming = ()
    incoming.read()
    rest()
    assert "No hay depósitos por recibir" in said(incoming)


def test_every_state_of_a_deposit_has_words(own: DepositsSection) -> None:
    assert {row.made.state for row in own.rows} == set(DepositState)
    assert all(column(own, 0))
