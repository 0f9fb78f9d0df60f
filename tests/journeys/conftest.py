"""One practice office per test run, walked to its end; every test gets a copy of its own, and the real window on it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.assembly import open_desk
from desktop.operations.settings import load_settings, save_settings
from desktop.practice.desk_process import DeskProcess
from desktop.practice.office import DESKS, PracticeOffice
from desktop.practice.services import PkiServices
from desktop.practice.walk import Walk
from desktop.ui.application import make_application
from tests.fixtures.office import count_as_newest
from tests.journeys.seat import Seat


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold that file: other test processes wait. Where there is no ``fcntl`` the tests run in one process."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def walked(shared: Path) -> Path:
    """A practice office in which the whole walk was done, made once per run. Nobody writes into it: see ``office``."""
    home, made = shared / "oficina-de-práctica", shared / "oficina-de-práctica.hecha"
    with locked(shared / "oficina-de-práctica.lock"):
        if not made.exists():
            with Walk(home, tell=lambda _step: None) as walk:
                steps = walk.run()
            wrong = [step.sentence for step in steps if not step.held]
            assert not wrong, wrong
            made.touch()
    return home


@pytest.fixture
def office(walked: Path, tmp_path: Path) -> PracticeOffice:
    """A copy of the walked office, this test's own."""
    home = tmp_path / "oficina"
    shutil.copytree(walked, home)
    made = PracticeOffice.load(home)
    environment = made.tokens.environment()  # writes SoftHSM's configuration anew
    for name in DESKS:
        settings = load_settings(made.desk_home(name))
        moved = replace(
            settings,
            exchange=f"folder:{home / 'intercambio'}",
            archive=f"folder:{home / 'archivo'}",
            token_environment=environment,
        )
        save_settings(made.desk_home(name), moved)
        count_as_newest(made.desk_home(name))
    return made


@pytest.fixture
def services_turn(shared: Path) -> Iterator[None]:
    """The port of the practice PKI is in its certificates: of all copies, one at a time may serve it."""
    with locked(shared / "servicios.lock"):
        yield


@pytest.fixture
def services(office: PracticeOffice, services_turn: None) -> Iterator[PkiServices]:
    """OCSP, CRL and TSA of the office, answering."""
    with office.services() as running:
        yield running


@pytest.fixture
def other_desk(office: PracticeOffice) -> Iterator[Callable[[str, str], DeskProcess]]:
    """``other_desk("archivo", label)`` starts another desk of the office as a process of its own."""
    started: list[DeskProcess] = []

    def start(name: str, label: str) -> DeskProcess:
        desk = DeskProcess(name, office.desk_home(name), official=office.ids[label])
        started.append(desk)
        desk.start()
        return desk

    yield start
    for desk in started:
        desk.stop()


@pytest.fixture
def seat(qtbot: QtBot, qapp: QApplication, office: PracticeOffice) -> Iterator[Seat]:
    """The real window on the real desk of Planificación, at rest in Pendientes; closed, with all its threads and children."""
    home, official = office.window_seat()
    desk = open_desk(home, official=official)
    made = Seat(qtbot, make_application(), desk, office)
    try:
        made.open()
        yield made
    finally:
        made.close()
        desk.close()
