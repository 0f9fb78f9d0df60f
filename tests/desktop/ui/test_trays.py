"""The list: rows, words, filters, search, and its calm empty states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from desktop.operations.delivery import DeliveryState
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.routing.slips import HopState
from desktop.routing.trays import Days, Tray, Urgency, count_days
from desktop.ui.trays.pane import Narrow
from desktop.ui.trays.rows import spoken
from desktop.ui.wording import day_words, row_pill
from tests.desktop.ui.fakes import FakeOffice, row

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

BASE = row("d1", "I-2026-00001", "Nota interna", "Ch'alla de la oficina", "Saturnino Ñuñez Condori", "SDC", 2)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (Days(9, -2, Urgency.BAD), "venció hace 2 días hábiles"),
        (Days(9, -1, Urgency.BAD), "venció hace 1 día hábil"),
        (Days(1, 0, Urgency.CARE), "último día hábil"),
        (Days(1, 1, Urgency.CARE), "queda 1 día hábil"),
        (Days(1, 2, Urgency.CARE), "quedan 2 días hábiles"),
        (Days(0, None, Urgency.GOOD), "recién recibido"),
        (Days(1, None, Urgency.GOOD), "hace 1 día hábil"),
        (Days(4, None, Urgency.CARE), "hace 4 días hábiles"),
    ],
)
def test_days_are_words(app: object, days: Days, words: str) -> None:
    assert row_pill(Tray.PENDING, replace(BASE, days=days)).text == words


@given(held=st.integers(0, 400), left=st.none() | st.integers(-400, 400))
def test_colour_never_stands_without_a_word(held: int, left: int | None) -> None:
    since = date(2026, 1, 1)
    today = date.fromordinal(since.toordinal() + held)
    deadline = None if left is None else date.fromordinal(today.toordinal() + left)
    tinted = day_words(replace(BASE, days=count_days(since, deadline, today)), arrived=False)
    assert tinted.text
    assert tinted.role in {"good", "care", "bad"}
    if left is not None and left < 0:
        assert tinted.role == "bad"
        assert "venci" in tinted.text


def test_other_trays_tell_states(app: object) -> None:
    assert row_pill(Tray.SENT, replace(BASE, hop_state=HopState.SENT)).text == "aún no recibido"
    sent = replace(BASE, hop_state=HopState.SENT)
    words = {state: row_pill(Tray.SENT, replace(sent, delivery=state)).text for state in DeliveryState}
    assert list(words.values()) == ["en cola", "en el sobre", "entregado", "recibido"]
    assert row_pill(Tray.TO_SIGN, BASE).text == "le toca a usted"
    waits = replace(BASE, mine=False, waits_for="Saturnino Ñuñez Condori")
    assert row_pill(Tray.TO_SIGN, waits).text == "espera a Saturnino Ñuñez"
    assert row_pill(Tray.ARCHIVE, replace(BASE, state=DocumentState.DEPOSITED)).text == "depositado"
    assert row_pill(Tray.DRAFTS, replace(BASE, state=DocumentState.OBSERVED)).role == "care"


def test_a_row_is_spoken_whole(app: object) -> None:
    said = spoken(Tray.PENDING, replace(BASE, days=Days(1, 2, Urgency.CARE), urgent=True))
    assert said == (
        "urgente, Ch'alla de la oficina, I-2026-00001, Nota interna, quedan 2 días hábiles, Saturnino Ñuñez Condori, SDC, 2 hojas"
    )


def test_a_row_that_was_dropped_or_contested_says_so_in_words(app: object) -> None:
    late = replace(BASE, days=Days(9, -2, Urgency.BAD))
    assert row_pill(Tray.PENDING, replace(late, void=True)).text == "sin efecto: archívelo"
    assert row_pill(Tray.PENDING, replace(late, contested=True)).text == "en conflicto"
    assert "agrupada" in spoken(Tray.PENDING, replace(late, grouped=True))


def test_days_without_a_calendar_of_holidays_are_told(
    window: Window, office: FakeOffice, rest: Callable[[], None]
) -> None:
    assert not window.desk.rows.counted.isVisible()
    office.rows[Tray.PENDING][0] = replace(
        office.rows[Tray.PENDING][0], days=Days(3, None, Urgency.CARE, calendar=False)
    )
    window.desk.reload()
    rest()
    assert window.desk.rows.counted.isVisible()
    assert window.desk.rows.counted.text() == "Sin calendario de feriados: solo se descuentan sábados y domingos."
    assert "Sin calendario de feriados" in spoken(Tray.PENDING, office.rows[Tray.PENDING][0])


def test_the_most_pressing_row_is_open_at_the_start(window: Window) -> None:
    rows = window.desk.rows
    assert rows.title.text() == "Pendientes"
    assert rows.number == 0
    assert rows.list.hasFocus()
    assert window.desk.reader.card is not None
    assert window.desk.reader.card.view.id == "d546"
    assert window.rail.buttons[Tray.PENDING].accessibleName() == "Pendientes, 5"


def test_filters_count_and_narrow(window: Window, rest: Callable[[], None]) -> None:
    rows = window.desk.rows
    assert rows.chips[Narrow.URGENT].text() == "Urgentes 1"
    rows.chips[Narrow.DEADLINE].click()
    rest()
    assert [item.document for item in rows.model.rows] == ["d546", "d551", "d533"]
    rows.chips[Narrow.COPIES].click()
    rest()
    assert [item.document for item in rows.model.rows] == ["d539"]
    assert rows.chips[Narrow.COPIES].isChecked()


def test_search_asks_the_office_once_typing_rests(
    window: Window, office: FakeOffice, qtbot: QtBot, rest: Callable[[], None]
) -> None:
    rows = window.desk.rows
    office.calls.clear()
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert rows.search.hasFocus()
    rows.search.insert("ñ")
    qtbot.keyClicks(rows.search, "u")
    rows.search.insert("ñez")
    qtbot.waitUntil(lambda: ("tray_rows", Tray.PENDING, "ñuñez") in office.calls)
    rest()
    assert len([call for call in office.calls if call[0] == "tray_rows"]) == 1
    assert [item.document for item in rows.model.rows] == ["d539"]


def test_nothing_found_and_empty_trays_say_so(window: Window, qtbot: QtBot, rest: Callable[[], None]) -> None:
    rows = window.desk.rows
    rows.search.setText("zzz")
    qtbot.waitUntil(lambda: not rows.model.rows)
    rest()
    assert "No se encontró «zzz»" in _words(rows.empty)
    window.open_tray(Tray.DRAFTS)
    rest()
    assert "No hay borradores" in _words(rows.empty)
    assert rows.search.text() == ""


def test_a_tray_that_cannot_be_read_says_so_and_keeps_calm(
    window: Window, office: FakeOffice, rest: Callable[[], None]
) -> None:
    office.broken["tray_rows"] = OfficeError("store.full")
    window.open_tray(Tray.INCOMING)
    rest()
    assert "No se pudo abrir la bandeja" in _words(window.desk.rows.empty)
    assert window.notice.message is not None
    assert window.notice.message.what == "El disco está lleno."


def test_the_chosen_row_stays_chosen_when_rows_are_read_again(window: Window, rest: Callable[[], None]) -> None:
    window.desk.rows.choose_document("d212")
    rest()
    window.desk.reload()
    rest()
    assert window.desk.rows.chosen is not None
    assert window.desk.rows.chosen.document == "d212"


def _words(widget: object) -> str:
    assert hasattr(widget, "findChildren")
    return " ".join(label.text() for label in widget.findChildren(QLabel))
