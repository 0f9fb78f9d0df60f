"""A window on the office in memory, closed after each test with all its threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.resources import find_resources
from desktop.routing.trays import Tray
from desktop.ui.application import make_application, make_bench, set_language
from desktop.ui.archive.pane import ArchivePane
from desktop.ui.bench import Bench
from desktop.ui.gallery import settle
from desktop.ui.messages import Sentences
from desktop.ui.window import Window
from tests.desktop.ui.fakes import NOW, FakeOffice

WORDS = {
    "pin.wrong": Sentences(
        "El PIN no es correcto.", "El token contó un intento fallido.", "Escríbalo otra vez con cuidado."
    ),
    "check.pdfa": Sentences("PDF/A conforme", "", ""),
    "driver.missing": Sentences("Falta el controlador.", "", "Instálelo."),
    "certificate.weak_key": Sentences("Su llave es débil.", "", "Pida otro certificado."),
    "check.turn": Sentences("Todavía no le toca firmar", "", ""),
    "tsa.unreachable": Sentences("El servicio de sello de tiempo no responde.", "", ""),
    "raise.waits_for_line": Sentences("Se elevará solo en la próxima conexión.", "", ""),
    "store.full": Sentences("El disco está lleno.", "No se guardó nada.", "Libere espacio y repita."),
}


@pytest.fixture
def app(qapp: QApplication) -> QApplication:
    """The application, dressed, in Spanish."""
    made = make_application()
    set_language(made, find_resources(), "es")
    return made


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    """The office in memory."""
    return FakeOffice(tmp_path)


@pytest.fixture
def bench(app: QApplication, office: FakeOffice) -> Iterator[Bench]:
    """What panes are handed; every thread is joined afterwards."""
    made = make_bench(app, office, dark=False, scale=1.0, say=lambda code, _facts: WORDS.get(code), now=lambda: NOW)
    yield made
    made.prompts.close()
    made.jobs.close()


@pytest.fixture
def rest(app: QApplication, bench: Bench) -> Callable[[], None]:
    """Wait until nothing is at work."""
    return lambda: settle(app, bench)


@pytest.fixture
def window(qtbot: QtBot, bench: Bench, rest: Callable[[], None]) -> Iterator[Window]:
    """The window at 1366×768 in Pendientes, at rest."""
    made = Window(bench, tray=Tray.PENDING)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    rest()
    yield made
    made.writing.text.clear()
    made.close()
    shiboken6.delete(made)  # else every later style sheet polishes it again


@pytest.fixture
def open_pane(bench: Bench, rest: Callable[[], None]) -> Iterator[Callable[[bool], ArchivePane]]:
    """The archive's place by itself: no rail, no trays."""
    made: list[ArchivePane] = []

    def opened(custodian: bool) -> ArchivePane:
        pane = ArchivePane(bench, custodian=custodian)
        made.append(pane)
        pane.resize(1150, 768)
        pane.show()
        pane.activateWindow()
        pane.read()
        rest()
        return pane

    yield opened
    for pane in made:
        pane.close()
        shiboken6.delete(pane)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder that stands for a USB stick."""
    made = tmp_path / "KINGSTON"
    made.mkdir()
    return made
