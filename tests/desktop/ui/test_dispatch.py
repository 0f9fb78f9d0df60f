"""Derivar: one order, gathered and given once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt

from desktop.records.errors import OfficeError
from desktop.ui.office import DispatchOrder
from tests.desktop.ui.fakes import FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.dispatch.pane import DispatchPane
    from desktop.ui.window import Window

Rest = Callable[[], None]


def begin(window: Window, qtbot: QtBot, rest: Rest) -> DispatchPane:
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_D)
    rest()
    return window.desk.reader.dispatch


def test_nobody_chosen_is_said_beside_the_field(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    pane = begin(window, qtbot, rest)
    assert pane.to.hasFocus()
    pane.send.click()
    assert pane.problem.isVisible()
    assert pane.problem.text() == "Elija a quién se deriva."
    assert pane.to.hasFocus()
    assert not [call for call in office.calls if call[0] == "dispatch"]


def test_a_full_order_reaches_the_office(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    pane = begin(window, qtbot, rest)
    pane.to.setCurrentIndex(3)
    pane.action.setCurrentIndex(2)
    pane.remark.setPlainText("Para su atención en Ch'uqi  ")
    pane.deadline.wanted.setChecked(True)
    pane.deadline.field.setDate(QDate(2026, 11, 27))
    pane.urgent.setChecked(True)
    pane.copy.setCurrentIndex(4)
    pane.add_copy.click()
    pane.copy.setCurrentIndex(4)
    pane.add_copy.click()  # twice the same is once
    pane.send.click()
    rest()
    order = next(call[1] for call in office.calls if call[0] == "dispatch")
    assert order == DispatchOrder(
        "d546",
        "sedes",
        "maria",
        "para_su_consideracion",
        "Para su atención en Ch'uqi",
        date(2026, 11, 27),
        True,
        (("sdc", "saturnino"),),
    )
    assert window.notice.message is not None
    assert window.notice.message.what == "Derivado a María Huanca Ayma."
    assert window.desk.rows.chosen is not None
    assert window.desk.rows.chosen.document == "d551"


def test_a_whole_unit_and_no_deadline(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    pane = begin(window, qtbot, rest)
    pane.to.setCurrentIndex(1)
    order = pane.order()
    assert order is not None
    assert (order.to_unit, order.to_official, order.deadline, order.copies) == ("ati", "", None, ())


def test_a_copy_can_be_taken_back(window: Window, qtbot: QtBot, rest: Rest) -> None:
    pane = begin(window, qtbot, rest)
    pane.to.setCurrentIndex(1)
    pane.copy.setCurrentIndex(3)
    pane.add_copy.click()
    chip = pane._copies[0][1]
    assert chip.accessibleName() == "Quitar la copia a María Huanca Ayma"
    chip.click()
    order = pane.order()
    assert order is not None
    assert order.copies == ()


def test_a_refusal_keeps_what_was_written(window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest) -> None:
    office.broken["dispatch"] = OfficeError("store.full")
    pane = begin(window, qtbot, rest)
    pane.to.setCurrentIndex(2)
    pane.remark.setPlainText("Urge")
    pane.send.click()
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "El disco está lleno."
    assert window.desk.reader.acting
    assert pane.remark.toPlainText() == "Urge"
    assert pane.send.isEnabled()


def test_paper_and_other_data_are_asked_for_on_demand(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    pane = begin(window, qtbot, rest)
    assert not pane.paper.isVisible()
    pane.open_more.setFocus()
    qtbot.keyClick(pane.open_more, Qt.Key.Key_Space)
    assert pane.paper.isVisible()
    pane.to.setCurrentIndex(3)
    pane.paper.setText("Original")
    pane.coordinate.setText("Asesoría Jurídica")
    pane.unscanned.setText("2 planos A0")
    pane.send.click()
    rest()
    order = next(call[1] for call in office.calls if call[0] == "dispatch")
    assert isinstance(order, DispatchOrder)
    assert (order.paper, order.coordinate, order.unscanned) == ("Original", "Asesoría Jurídica", "2 planos A0")
    begin(window, qtbot, rest)
    assert pane.paper.text() == ""
    assert not pane.paper.isVisible()
