"""What waits for its timestamp: the rail's sentence, the reader's, and the list with "Intentar ahora"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from desktop.ui.messages import Sentences
from desktop.ui.rail.office import WaitingRow
from desktop.ui.wording import level_state, why_waiting
from signing.report import Level
from tests.desktop.ui.conftest import WORDS
from tests.desktop.ui.fakes import NOW, FakeOffice

if TYPE_CHECKING:
    from desktop.ui.window import Window

Rest = Callable[[], None]


@pytest.fixture
def waiting(window: Window, office: FakeOffice, rest: Rest) -> Window:
    """Two documents wait and one needs a person."""
    document = window.desk.rows.model.rows[0].document
    ages = (timedelta(days=1), timedelta(hours=2), timedelta(hours=1))
    first, second, third = (NOW - age for age in ages)
    office.state = replace(
        office.state,
        to_raise=(
            WaitingRow(document, "INF-1/2026", Level.B_B, first, "tsa.unreachable", {}, NOW + timedelta(minutes=4)),
            WaitingRow("b", "INF-2/2026", Level.B_T, second, "raise.waits_for_line"),
            WaitingRow("c", "INF-3/2026", Level.B_B, third, "store.full", aside=True),
        ),
    )
    window.read_status()
    window.desk.reload()
    rest()
    return window


def test_the_rail_says_how_many_wait_since_when_and_why(waiting: Window) -> None:
    said = waiting.rail.raise_state.text()
    many, since, why = said.split("\n")
    assert many == "2 documentos esperan sello de tiempo; se elevarán solos. 1 documento necesita atención."
    assert since.startswith("El más antiguo, desde ayer")
    assert why == WORDS["tsa.unreachable"].what
    assert waiting.rail.waiting.isVisible()


def test_the_rail_says_nothing_where_nothing_waits(window: Window) -> None:
    assert not window.rail.raise_state.isVisible()
    assert not window.rail.waiting.isVisible()


def test_the_reader_tells_the_level_and_that_it_goes_on_by_itself(
    waiting: Window, office: FakeOffice, rest: Rest
) -> None:
    row = waiting.desk.rows.model.rows[0]
    waiting.desk.reader.show_card(office.card(row.document))
    rest()
    level = waiting.desk.reader.summary.level
    assert level is not None
    assert level.text() == "Firmado sin sello de tiempo (B‑B). Se elevará solo cuando responda el servicio."
    office.state = replace(office.state, to_raise=(replace(office.state.to_raise[0], aside=True),))
    waiting.desk.reader.show_card(office.card(row.document))
    level = waiting.desk.reader.summary.level
    assert level is not None
    assert level.text().endswith("No se elevará solo: necesita atención.")
    office.state = replace(office.state, to_raise=())
    waiting.desk.reader.show_card(office.card(row.document))
    assert waiting.desk.reader.summary.level is None


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no window manager to tell
def test_trying_now_raises_and_the_list_follows(waiting: Window, office: FakeOffice, rest: Rest) -> None:
    waiting.rail.waiting.click()
    dialog = waiting.waiting
    assert dialog is not None
    assert dialog.head.text().startswith("2 documentos esperan sello de tiempo; se elevarán solos. 1 documento nece")
    dialog.again.click()
    assert not dialog.again.isEnabled()  # one round at a time
    rest()
    assert ("raise_now",) in office.calls
    assert dialog.said.text() == f"Elevados ahora: 1. {WORDS['tsa.unreachable'].what}"
    assert dialog.head.text().startswith("1 documento espera sello de tiempo; se elevará solo. 1 documento nece")
    assert dialog.again.isEnabled()
    dialog.reject()
    assert waiting.waiting is None


@pytest.mark.parametrize("level", list(Level))
def test_every_level_has_its_sentence(window: Window, level: Level) -> None:
    assert level.value in level_state(level).replace("\u2011", "-")


def test_without_an_authority_the_person_is_told_what_to_do() -> None:
    row = WaitingRow("a", "INF-1/2026", Level.B_B, NOW, "raise.no_timestamps")
    said = Sentences("No hay autoridad de sello de tiempo.", "", "Pida su dirección.")
    assert why_waiting(row, lambda _code, _facts: said) == "No hay autoridad de sello de tiempo. Pida su dirección."
    assert why_waiting(replace(row, code="tsa.unreachable"), lambda _code, _facts: said) == said.what
