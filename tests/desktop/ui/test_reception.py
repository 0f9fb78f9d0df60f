"""Recibir with paper: asked only where some was announced; what is missing is seen in tray and hoja de ruta."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from desktop.operations import open_slip, synchronise
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.paper import PaperState, paper_state
from desktop.routing.slips import HopMode, HopState
from desktop.routing.trays import Tray
from desktop.ui.application import make_application, make_bench
from desktop.ui.binding import BoundDesk
from desktop.ui.gallery import settle
from desktop.ui.messages import no_words
from desktop.ui.office import DispatchOrder
from desktop.ui.slip.pane import hop_paper
from desktop.ui.trays.rows import spoken
from desktop.ui.window import Window
from tests.desktop.ui.fakes import FakeOffice
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from desktop.ui.slip.reception import ReceptionPane

Rest = Callable[[], None]
Stages = Callable[[Stage | TestOffice], Stage]
PAPER = "Original y 2 anexos"


def arrive(office: FakeOffice, *, mode: HopMode = HopMode.OFFICIAL) -> None:
    """The first row of Entrante comes with paper."""
    rows = office.rows[Tray.INCOMING]
    rows[0] = replace(rows[0], paper=PaperState.UNDER_WAY)
    coming = replace(
        office.hops[2], hop=rows[0].hop or "", state=HopState.SENT, mode=mode, received_at=None, received_by="",
        paper=PAPER, paper_state=PaperState.UNDER_WAY,
    )  # fmt: skip
    office.hops = (*office.hops[:2], coming)
    office.targets = {EventKind.RECEIVED: (rows[0].hop or "",)}


@pytest.fixture
def asked(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> Callable[..., ReceptionPane]:
    def begin(**more: HopMode) -> ReceptionPane:
        arrive(office, **more)
        window.open_tray(Tray.INCOMING)
        rest()
        qtbot.keyClick(window, Qt.Key.Key_R)
        rest()
        assert window.desk.reader.acting
        return window.desk.reader.reception

    return begin


def test_without_paper_one_key_receives(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    window.open_tray(Tray.INCOMING)
    rest()
    qtbot.keyClick(window, Qt.Key.Key_R)
    rest()
    assert ("receive", "slip-d560", "hop-d560") in office.calls


def test_with_paper_nothing_is_received_before_it_is_said(
    asked: Callable[..., ReceptionPane], office: FakeOffice
) -> None:
    pane = asked()
    assert not [call for call in office.calls if call[0] == "receive"]
    assert pane.announced.text() == PAPER
    assert not pane.go.isEnabled()
    assert pane.note.text() == "Diga si el papel llegó."
    assert not pane.where.isVisible()


def test_all_of_it_came_by_keys_alone(
    asked: Callable[..., ReceptionPane], window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = asked()
    assert window.focusWidget() is pane.whole
    qtbot.keyClick(pane.whole, Qt.Key.Key_Space)
    qtbot.keyClick(pane.whole, Qt.Key.Key_Tab)
    assert window.focusWidget() is pane.where
    qtbot.keyClicks(pane.where, "Estante 3")
    qtbot.keyClick(pane.where, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert ("receive", "slip-d560", "hop-d560", PAPER, "Estante 3") in office.calls
    assert window.notice.message is not None
    assert window.notice.message.means == ""
    assert not window.desk.reader.acting


def test_a_part_demands_what_is_missing(
    asked: Callable[..., ReceptionPane], window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = asked()
    qtbot.keyClick(pane.whole, Qt.Key.Key_Down)
    assert window.focusWidget() is pane.part
    qtbot.keyClick(pane.part, Qt.Key.Key_Space)
    assert pane.part.isChecked()
    assert pane.note.text() == "Escriba qué falta."
    assert not pane.go.isEnabled()
    pane.lacking.setText("un anexo")
    pane.go.click()
    rest()
    assert ("receive", "slip-d560", "hop-d560", f"{PAPER}. Falta: un anexo", "") in office.calls
    assert window.notice.message is not None
    assert window.notice.message.means == "Falta anotar el papel cuando llegue."


def test_none_came_and_it_is_received_all_the_same(
    asked: Callable[..., ReceptionPane], office: FakeOffice, rest: Rest
) -> None:
    pane = asked()
    pane.none.setChecked(True)
    assert not pane.where.isVisible()
    assert "papel no llegó" in pane.note.text()
    pane.go.click()
    rest()
    assert ("receive", "slip-d560", "hop-d560") in office.calls


def test_where_a_copys_paper_lies_is_not_asked(asked: Callable[..., ReceptionPane]) -> None:
    pane = asked(mode=HopMode.COPY)
    pane.whole.setChecked(True)
    assert not pane.where.isVisible()
    assert pane.go.isEnabled()


def test_what_was_typed_stays_when_it_fails_and_the_tray_is_read_again(
    asked: Callable[..., ReceptionPane], window: Window, office: FakeOffice, rest: Rest
) -> None:
    pane = asked()
    office.broken["receive"] = OfficeError("store.full")
    pane.whole.setChecked(True)
    pane.where.setText("Estante 3")
    office.calls.clear()
    pane.go.click()
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "El disco está lleno."
    assert pane.where.text() == "Estante 3"
    assert pane.go.isEnabled()
    assert [call for call in office.calls if call[0] == "tray_rows"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (PaperState.MISSING, "papel no llegó"),
        (PaperState.PART, "falta parte del papel"),
        (PaperState.UNDER_WAY, "con papel"),
    ],
)
def test_the_row_says_how_it_stands_with_its_paper(
    window: Window, office: FakeOffice, state: PaperState, said: str
) -> None:
    row = office.rows[Tray.PENDING][0]
    assert said in spoken(Tray.PENDING, replace(row, paper=state))
    assert "papel" not in spoken(Tray.PENDING, replace(row, paper=PaperState.CAME))


@pytest.mark.parametrize(
    ("state", "said", "role"),
    [
        (PaperState.UNDER_WAY, f"Papel que viene con ella: {PAPER}", "dim"),
        (PaperState.MISSING, f"Papel anunciado: {PAPER}. No consta que llegó", "care"),
        (PaperState.PART, "Papel que llegó: lo demás", "care"),
        (PaperState.CAME, "Papel que llegó: lo demás", "dim"),
        (PaperState.NONE, f"Papel: {PAPER}", "dim"),
    ],
)
def test_the_hop_says_it_in_words(office: FakeOffice, state: PaperState, said: str, role: str) -> None:
    told = hop_paper(replace(office.hops[2], paper=PAPER, paper_came="lo demás", paper_state=state))
    assert told is not None
    assert (told.text, told.role) == (said, role)
    assert hop_paper(office.hops[2]) is None


def test_what_is_missing_is_told_on_the_slip_with_the_act_that_notes_it(
    window: Window, office: FakeOffice, rest: Rest
) -> None:
    hop = office.rows[Tray.PENDING][0].hop or ""
    office.hops = (*office.hops[:2], replace(office.hops[2], hop=hop, paper=PAPER, paper_state=PaperState.MISSING))
    office.acts[Tray.PENDING] = (EventKind.DISPATCHED, EventKind.PAPER_MOVED)
    office.targets = {EventKind.PAPER_MOVED: (hop,)}
    window.open_tray(Tray.PENDING)
    rest()
    reader = window.desk.reader
    reader.show_tab(1)
    told = [label.text() for label in reader.slip.findChildren(QLabel)]
    assert "El papel no llegó" in told
    assert f"Papel anunciado: {PAPER}. No consta que llegó." in told
    next(b for b in reader.slip.findChildren(QPushButton) if b.text() == "Anotar que llegó").click()
    rest()
    assert reader.slip_act.title.text() == "Mover el papel"


# -- real desks


@pytest.mark.xdist_group("office")
def test_on_real_desks_the_paper_is_missing_until_it_is_noted(
    signed_stage: Stage, stages: Stages, qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By keys alone, and what the stores of both sides hold afterwards."""
    stage = stages(signed_stage)
    monkeypatch.setattr(BoundDesk, "watch_tokens", lambda _self, _tell: None)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    order = DispatchOrder(
        stage.document, stage.office.units["finance"], "", "otro", paper="Original", unscanned="2 planos"
    )
    BoundDesk(here).dispatch(order)
    for desk in (here, there):
        synchronise.synchronise(desk)
    bench = make_bench(make_application(), BoundDesk(there), dark=False, scale=1.0, say=no_words)
    window = Window(bench, tray=Tray.INCOMING)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    settle(qapp, bench)

    def press(*keys: str | Qt.Key, control: bool = False) -> None:
        for key in keys:
            widget = window.focusWidget() or window
            if isinstance(key, str):
                qtbot.keyClicks(widget, key)
            else:
                held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
                qtbot.keyClick(widget, key, held)
            settle(qapp, bench)

    slip = there.store.document(stage.document).slip or ""

    def state() -> PaperState:
        view = there.store.slip(slip)
        (row,) = window.desk.rows.model.rows
        assert row.paper is paper_state(view, view.hops[0])
        return row.paper

    assert state() is PaperState.UNDER_WAY
    press(Qt.Key.Key_R)
    assert window.desk.reader.reception.announced.text() == "Original; 2 planos"
    press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space)
    assert window.desk.reader.reception.none.isChecked()
    press(Qt.Key.Key_Return, control=True)
    assert there.store.slip(slip).hops[0].state is HopState.RECEIVED
    window.open_tray(Tray.PENDING)
    settle(qapp, bench)
    assert state() is PaperState.MISSING
    press(Qt.Key.Key_P, "Estante 3")
    press(Qt.Key.Key_Return, control=True)
    assert state() is PaperState.CAME
    assert there.store.slip(slip).paper.where == "Estante 3"
    window.close()
    bench.prompts.close()
    bench.jobs.close()
    for desk in (there, here):
        synchronise.synchronise(desk)
    (sent,) = [row for row in BoundDesk(here).tray_rows(Tray.SENT) if row.document == stage.document]
    assert sent.paper is PaperState.CAME


@pytest.mark.xdist_group("office")
def test_on_real_desks_a_part_and_its_place_are_two_events(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    here, there = stage.office.desk(PLANNING), stage.office.desk(FINANCE)
    open_slip.open_slip(here, stage.document, open_slip.SlipHeading())
    BoundDesk(here).dispatch(DispatchOrder(stage.document, stage.office.units["finance"], "", "otro", paper="Original"))
    for desk in (here, there):
        synchronise.synchronise(desk)
    bound = BoundDesk(there)
    (row,) = bound.tray_rows(Tray.INCOMING)
    bound.receive(row.slip or "", row.hop or "", "Original. Falta: anexo", "Mesa 2")
    (line,) = bound.card(stage.document, row.hop).hops
    assert (line.paper, line.paper_came, line.paper_state) == ("Original", "Original. Falta: anexo", PaperState.PART)
    assert there.store.slip(row.slip or "").paper.where == "Mesa 2"
