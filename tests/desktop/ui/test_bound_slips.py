"""The window's verbs on slips against real desks: what the card offers is what the office does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.operations import open_slip, receive, synchronise
from desktop.practice.people import ANSWERER, ARCHIVIST
from desktop.records.events import EventKind
from desktop.routing.hops import HopState
from desktop.routing.trays import Tray
from desktop.ui.application import make_application, make_bench
from desktop.ui.binding import BoundDesk
from desktop.ui.gallery import settle
from desktop.ui.messages import no_words
from desktop.ui.office import DispatchOrder, DraftOrder
from desktop.ui.window import Window
from tests.fixtures.appointments import with_chiefs
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_grouped_moved_justified_and_filed_through_the_window(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    bound = BoundDesk(desk)
    other = stage.office.signed(desk, subject="Otro pedido")
    head = open_slip.open_slip(desk, stage.document, open_slip.SlipHeading())
    member = open_slip.open_slip(desk, other, open_slip.SlipHeading())
    card = bound.card(stage.document)
    assert card.targets[EventKind.GROUPED] == ("",)
    assert [choice.slip for choice in bound.slips.groupable(head)] == [member]
    bound.slips.group([member], head)
    assert [choice.slip for choice in bound.card(stage.document).sheet.members] == [member]
    grouped = bound.card(other)
    assert grouped.sheet.principal == card.slip.number if card.slip else ""
    assert EventKind.DISPATCHED not in grouped.targets
    assert [row.grouped for row in bound.tray_rows(Tray.PENDING) if row.document == other] == [True]
    bound.slips.ungroup([member])
    assert bound.card(other).sheet.principal == ""
    bound.slips.move_paper(head, bound.card(stage.document).target(EventKind.PAPER_MOVED), "Estante 3", "Original")
    assert bound.card(stage.document).sheet.paper.where == "Estante 3"
    bound.conclude(stage.document, "Atendido", "2026/Equipamiento")
    assert bound.slips.folders() == ["2026/Equipamiento"]
    assert [row.folder for row in bound.tray_rows(Tray.ARCHIVE)] == ["2026/Equipamiento"]


def test_delays_hands_and_answers_through_the_window(signed_stage: Stage, stages: Stages) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    BoundDesk(here).dispatch(DispatchOrder(stage.document, office.units["finance"], "", "otro"))
    synchronise.synchronise(here)
    synchronise.synchronise(there)
    slip = there.store.document(stage.document).slip or ""
    hop = there.store.slip(slip).hops[0].id
    receive.receive(there, slip, hop)
    bound = BoundDesk(there)
    card = bound.card(stage.document, hop)
    there.directory = with_chiefs(there.directory, {office.units["finance"]: office.ids[ARCHIVIST]})
    assert EventKind.REASSIGNED not in bound.card(stage.document, hop).targets  # a matter of the chief's
    assert card.target(EventKind.JUSTIFIED) == hop
    bound.slips.justify(slip, hop, "Falta el informe legal", None)
    assert [note.reason for note in bound.card(stage.document, hop).hops[0].delays] == ["Falta el informe legal"]
    assert card.sheet.answer_to == here.official
    order = DraftOrder("nota_interna", here.official, (), "Respuesta", ("Se atendió lo pedido.",), (slip, hop))
    draft = there.store.draft(bound.draft(order))
    assert draft is not None
    assert card.view.cite in draft.fields  # begun from what it answers
    assert "Se atendió lo pedido." in draft.body
    there.directory = with_chiefs(there.directory, {office.units["finance"]: office.ids[ANSWERER]})
    chief = bound
    assert chief.card(stage.document, hop).target(EventKind.REASSIGNED) == hop
    colleague = next(who for who in chief.slips.colleagues() if who.official == office.ids[ARCHIVIST])
    chief.slips.reassign(slip, hop, colleague.official, "Dejó el cargo")
    line = chief.card(stage.document, hop).hops[0]
    assert [(note.to, note.reason) for note in line.handed] == [(colleague.name, "Dejó el cargo")]
    assert line.state is HopState.RECEIVED


def test_by_keys_alone_paper_is_moved_a_slip_filed_and_taken_back(
    signed_stage: Stage, stages: Stages, qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the store holds afterwards, not what widgets say."""
    stage = stages(signed_stage)
    monkeypatch.setattr(BoundDesk, "watch_tokens", lambda _self, _tell: None)  # no token is needed for these acts
    desk = stage.office.desk(PLANNING)
    slip = open_slip.open_slip(desk, stage.document, open_slip.SlipHeading())
    app = make_application()
    bench = make_bench(app, BoundDesk(desk), dark=False, scale=1.0, say=no_words)
    window = Window(bench)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    settle(app, bench)

    def press(*keys: str | Qt.Key, control: bool = False) -> None:
        for key in keys:
            widget = window.focusWidget() or window
            if isinstance(key, str):
                qtbot.keyClicks(widget, key)
            else:
                held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
                qtbot.keyClick(widget, key, held)
            settle(app, bench)

    press(Qt.Key.Key_P, "Estante 3")
    press(Qt.Key.Key_Return, control=True)
    assert desk.store.slip(slip).paper.where == "Estante 3"
    press(Qt.Key.Key_A, "2026/Equipos")
    press(Qt.Key.Key_Return, control=True)
    assert desk.store.slip(slip).concluded
    assert desk.store.slip(slip).folder == "2026/Equipos"
    press(Qt.Key.Key_Z, control=True)
    assert not desk.store.slip(slip).concluded
    assert len(desk.store.events_of_slip(slip)) == 4  # opened, moved, concluded, reopened: nothing is wiped out
    window.close()
    bench.prompts.close()
    bench.jobs.close()
