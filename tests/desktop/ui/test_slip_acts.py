"""The acts on a slip in the window: what is offered, what is asked, what the office is told, how it is undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.sheet import ConflictKind
from desktop.routing.slips import HopState
from desktop.routing.trays import Tray
from desktop.ui.slip.acts import FORMS
from desktop.ui.slip.office import Clash, Note, PaperPlace, Ruling, SlipChoice, SlipSheet
from tests.desktop.ui.fakes import NOW, FakeOffice

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.slip.acts import SlipActPane
    from desktop.ui.window import Window

Rest = Callable[[], None]
PENDING = (
    EventKind.DISPATCHED, EventKind.ANSWERED, EventKind.CONCLUDED, EventKind.JUSTIFIED, EventKind.PAPER_MOVED,
    EventKind.GROUPED, EventKind.UNGROUPED, EventKind.REASSIGNED, EventKind.SETTLED,
)  # fmt: skip


@pytest.fixture
def acting(window: Window, office: FakeOffice, rest: Rest) -> Callable[..., SlipActPane]:
    """Begins an act in Pendientes, with what the card should say."""

    def begin(kind: EventKind, **card: object) -> SlipActPane:
        office.acts[Tray.PENDING] = PENDING
        for name, value in card.items():
            setattr(office, name, value)
        window.open_tray(Tray.PENDING)
        rest()
        reader = window.desk.reader
        reader._begin_kind(kind)
        rest()
        assert reader.acting
        return reader.slip_act

    return begin


def _words(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(QLabel))


def _check(panel: SlipActPane, number: int) -> None:
    panel.rows.item(number).setCheckState(Qt.CheckState.Checked)


def test_only_what_the_card_allows_is_offered(window: Window, office: FakeOffice, rest: Rest) -> None:
    reader = window.desk.reader
    offered = {*reader.buttons, *(kind for kind in FORMS if any(a.text() for a in reader.header._behind))}
    assert EventKind.GROUPED not in reader.buttons
    assert not reader.header._behind
    office.acts[Tray.PENDING] = PENDING
    window.open_tray(Tray.PENDING)
    rest()
    names = {button.text() for button in reader.buttons.values()} | {action.text() for action in reader.header._behind}
    assert names == {
        "Resolver", "Derivar", "Responder", "Archivar", "Justificar demora", "Mover el papel", "Agrupar", "Desagrupar", "Reasignar",
    }  # fmt: skip
    assert offered


@pytest.mark.parametrize(("key", "name"), [(Qt.Key.Key_J, "Justificar demora"), (Qt.Key.Key_G, "Agrupar")])
def test_acts_behind_the_menu_have_their_key(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Rest, key: Qt.Key, name: str
) -> None:
    office.acts[Tray.PENDING] = PENDING
    window.open_tray(Tray.PENDING)
    rest()
    qtbot.keyClick(window.desk.rows.list, key)
    rest()
    assert window.desk.reader.acting
    assert window.desk.reader.slip_act.title.text() == name
    assert window.desk.reader.pages.isVisible()  # the document stays in sight
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.desk.reader.acting


def test_a_delay_is_justified_with_its_reason_and_its_day(
    window: Window, acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest
) -> None:
    panel = acting(EventKind.JUSTIFIED)
    assert not panel.go.isEnabled()
    assert panel.missing.text() == "Escriba el motivo."
    panel.text.setPlainText("  ")
    assert not panel.go.isEnabled()
    panel.text.setPlainText("Falta el informe legal")
    panel.until.wanted.setChecked(True)
    panel.until.field.setDate(QDate(2026, 12, 1))
    panel.go.click()
    rest()
    assert ("justify", "slip-d546", "hop-d546", "Falta el informe legal", date(2026, 12, 1)) in office.calls
    assert window.notice.message is not None
    assert window.notice.message.what == "La justificación consta en la hoja de ruta."
    assert window.notice.message.undo is None  # the law knows no way back


def test_a_refusal_keeps_what_was_written(
    window: Window, acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest
) -> None:
    panel = acting(EventKind.JUSTIFIED)
    office.broken["justify"] = OfficeError("store.full")
    panel.text.setPlainText("Falta el informe legal")
    panel.go.click()
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what == "El disco está lleno."
    assert window.desk.reader.acting
    assert panel.text.toPlainText() == "Falta el informe legal"
    assert panel.go.isEnabled()


def test_slips_are_grouped_under_the_one_in_view_and_taken_apart_again(
    window: Window, acting: Callable[..., SlipActPane], office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    panel = acting(EventKind.GROUPED)
    assert panel.pick.itemText(0) == "I-2026-00546, la que está a la vista"
    assert panel.rows.count() == 1  # a slip that heads a group goes under no other
    assert panel.missing.text() == "Marque al menos una hoja de ruta."
    panel.rows.setFocus()
    panel.rows.setCurrentRow(0)
    qtbot.keyClick(panel.rows, Qt.Key.Key_Space)  # by keyboard alone
    assert panel.go.isEnabled()
    panel.go.click()
    rest()
    assert ("group", ("slip-d551",), "slip-d546") in office.calls
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert ("ungroup", ("slip-d551",)) in office.calls


def test_the_one_in_view_may_go_under_another(
    acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest
) -> None:
    panel = acting(EventKind.GROUPED)
    panel.pick.setCurrentIndex(2)
    panel.go.click()
    rest()
    assert ("group", ("slip-d546",), "slip-d212") in office.calls


def test_with_nothing_to_group_it_says_so(acting: Callable[..., SlipActPane], office: FakeOffice) -> None:
    office.slips.choices = ()
    panel = acting(EventKind.GROUPED)
    assert panel.missing.text() == "No hay otra hoja de ruta en Pendientes con la que agrupar."
    assert not panel.go.isEnabled()


def test_members_leave_their_principal(acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest) -> None:
    members = (SlipChoice("slip-m1", "I-2026-00601", "Uno"), SlipChoice("slip-m2", "I-2026-00602", "Dos"))
    panel = acting(EventKind.UNGROUPED, sheet=SlipSheet(members=members))
    _check(panel, 1)
    panel.go.click()
    rest()
    assert ("ungroup", ("slip-m2",)) in office.calls


def test_a_member_leaves_its_group(acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest) -> None:
    panel = acting(EventKind.UNGROUPED, sheet=SlipSheet(principal="I-2026-00212"))
    panel.go.click()
    rest()
    assert ("ungroup", ("slip-d546",)) in office.calls


def test_the_paper_is_moved(acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest) -> None:
    panel = acting(EventKind.PAPER_MOVED, targets={EventKind.PAPER_MOVED: ("",)})
    assert panel.missing.text() == "Escriba dónde está el papel."
    panel.line.setEditText("Estante 3, caja 12")
    panel.more.setText("Original y 2 anexos")
    panel.go.click()
    rest()
    assert ("move_paper", "slip-d546", "", "Estante 3, caja 12", "Original y 2 anexos") in office.calls


def test_it_is_handed_to_somebody_of_the_unit(
    acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest
) -> None:
    panel = acting(EventKind.REASSIGNED)
    panel.text.setPlainText("Juana dejó el cargo")
    assert panel.missing.text() == "Elija a quién se entrega."
    panel.pick.setCurrentIndex(2)
    panel.go.click()
    rest()
    assert ("reassign", "slip-d546", "hop-d546", "tomas", "Juana dejó el cargo") in office.calls


def test_filing_takes_a_folder_and_a_remark_and_can_be_undone(
    window: Window, acting: Callable[..., SlipActPane], office: FakeOffice, qtbot: QtBot, rest: Rest
) -> None:
    panel = acting(EventKind.CONCLUDED)
    assert [panel.line.itemText(n) for n in range(panel.line.count())] == ["2026/Convenios", "2026/Equipamiento"]
    assert panel.line.currentText() == ""
    panel.line.setEditText("2026/Fibra")
    panel.text.setPlainText("Atendido")
    panel.go.click()
    rest()
    assert ("concluded_with", "d546", "Atendido", "2026/Fibra") in office.calls
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert ("reopen", "d546") in office.calls


def test_a_copy_or_what_was_dropped_is_put_away_by_itself(
    acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest
) -> None:
    dropped = replace(office.hops[2], hop="hop-d546", void=True)
    panel = acting(EventKind.CONCLUDED, hops=(*office.hops[:2], dropped), targets={EventKind.CONCLUDED: ("hop-d546",)})
    assert "la hoja de ruta sigue su camino" in panel.question.text()
    panel.go.click()
    rest()
    assert ("put_away", "slip-d546", "hop-d546", "", "") in office.calls


def _clash(office: FakeOffice, ruling: Ruling | None = None) -> SlipSheet:
    return SlipSheet(clashes=(Clash(ConflictKind.OFFICIAL, ("h1", "h3"), "ATI", ruling),))


def test_the_chief_settles_which_of_two_counts(
    window: Window, acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest
) -> None:
    panel = acting(EventKind.SETTLED, sheet=_clash(office))
    assert "Salió dos veces como oficial" in panel.question.text()
    assert [panel.rows.item(n).text().split(",")[0] for n in range(panel.rows.count())] == [
        "A Pedro Choque Flores", "A Juana Mamani Quispe",
    ]  # fmt: skip
    panel.text.setPlainText("La segunda lleva el anexo")
    assert panel.missing.text() == "Elija la derivación que vale."
    panel.rows.setCurrentRow(1)
    panel.go.click()
    rest()
    assert ("settle", "slip-d546", "h3", "La segunda lleva el anexo") in office.calls


def test_a_conflict_is_told_with_both_and_who_settles_it(window: Window, office: FakeOffice, rest: Rest) -> None:
    office.sheet = _clash(office)
    window.open_tray(Tray.PENDING)
    rest()
    window.desk.reader.show_tab(1)
    told = _words(window.desk.reader.slip)
    assert "Hay dos derivaciones oficiales desde un mismo lugar" in told
    assert "hasta que la jefatura de ATI resuelva" in told
    assert "cancele la otra" not in told
    links = [b.text() for b in window.desk.reader.slip.findChildren(QPushButton)]
    assert "Resolver ahora" not in links  # nobody of that chief's sits here
    office.acts[Tray.PENDING] = PENDING
    window.open_tray(Tray.PENDING)
    rest()
    button = next(b for b in window.desk.reader.slip.findChildren(QPushButton) if b.text() == "Resolver ahora")
    button.click()
    rest()
    assert window.desk.reader.slip_act.title.text() == "Resolver"


def test_a_late_cancellation_is_noted(acting: Callable[..., SlipActPane], office: FakeOffice, rest: Rest) -> None:
    panel = acting(EventKind.SETTLED, sheet=SlipSheet(clashes=(Clash(ConflictKind.CANCELLED, ("h1",), "SEDES"),)))
    assert "esa recepción vale" in panel.question.text()
    panel.text.setPlainText("Enterada")
    panel.go.click()
    rest()
    assert ("settle", "slip-d546", "h1", "Enterada") in office.calls


def test_the_slip_tells_its_group_paper_delays_and_what_was_settled(
    window: Window, office: FakeOffice, rest: Rest
) -> None:
    delay = Note("Falta el informe legal", "Juana Mamani Quispe", NOW, date(2026, 12, 1))
    handed = Note("Dejó el cargo", "Pedro Choque Flores", NOW, to="Tomás Ñuflo")
    void = replace(office.hops[0], void=True, state=HopState.RECEIVED, hop="hop-d546")
    office.hops = (void, office.hops[1], replace(office.hops[2], delays=(delay,), handed=(handed,)))
    office.sheet = replace(
        _clash(office, Ruling("h3", "Lleva el anexo", "Pedro Choque Flores", NOW)),
        principal="I-2026-00212",
        paper=PaperPlace("Original", "Estante 3", "ATI", NOW),
        folder="2026/Fibra",
    )
    window.open_tray(Tray.PENDING)
    rest()
    window.desk.reader.show_tab(1)
    told = _words(window.desk.reader.slip).replace("\u00a0", " ")
    for part in (
        "Resuelto por Pedro Choque Flores hoy 10:12",
        "Vale: A Juana Mamani Quispe, SDPD",
        "Va agrupada con la I-2026-00212",
        "Papel: Original: Estante 3, ATI, desde hoy 10:12.",
        "Archivada en la carpeta «2026/Fibra»",
        "Demora justificada hoy 10:12 por Juana Mamani Quispe: Falta el informe legal. Estará para: 1 dic",
        "Reasignado a Tomás Ñuflo hoy 10:12 por Pedro Choque Flores: Dejó el cargo",
        "Quedó sin efecto: la jefatura resolvió que vale otra",
        "Esta derivación quedó sin efecto",
    ):
        assert part in told, part
