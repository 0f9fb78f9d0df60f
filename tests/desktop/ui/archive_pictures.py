"""Pictures of the archive's panes: with rows, empty, at work, in error."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Protocol

from desktop.records.errors import OfficeError
from desktop.ui.archive.pane import ArchivePane

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.ui.archive.section import Section
    from desktop.ui.window import Window
    from tests.desktop.ui.fakes import FakeOffice


class Take(Protocol):
    def __call__(self, name: str, *, busy: bool = False) -> None: ...


class ArchiveScenes:
    """Through the archive of one window."""

    def __init__(
        self, app: QApplication, window: Window, office: FakeOffice, take: Take, rest: Callable[[], None]
    ) -> None:
        self._app, self._window, self._office, self._take, self._rest = app, window, office, take, rest

    def walk(self) -> None:
        self._rest()
        self._office.broken.clear()
        self._window.notice.dismiss()
        self._own()
        self._office.state = replace(self._office.state, custodian=True, copy=None)
        self._window.read_status()
        self._rest()
        self._window.places.pop("archive", None)
        pane = self._open()
        self._waiting(pane)
        self._catalogue(pane)
        for name in ("fixity", "renewal", "store"):
            self._care(pane, name)

    def _open(self) -> ArchivePane:
        self._window.open_place("archive")
        self._rest()
        pane = self._window.places["archive"]
        assert isinstance(pane, ArchivePane)
        return pane

    def _choose(self, section: Section, row: int) -> None:
        section.table.setCurrentIndex(section.table.sorted.index(row, 0))

    def _own(self) -> None:
        section = self._open().made["deposits"]
        self._choose(section, 4)
        self._take("depositos-aceptado")
        self._choose(section, 1)
        self._take("depositos-rechazado")
        kept, self._office.archive.made = self._office.archive.made, ()
        section.read()
        self._take("depositos-vacio")
        self._office.archive.made = kept

    def _waiting(self, pane: ArchivePane) -> None:
        archive = self._office.archive
        section = pane.open("waiting")
        self._take("por-recibir")
        archive.gate = Event()
        archive.refuses = {archive.incoming[2].deposit: "deposit.damaged_file"}
        section.acts[0].click()  # type: ignore[attr-defined]
        self._until(lambda: section.progress.maximum() > 0)
        self._take("por-recibir-ocupado", busy=True)
        archive.gate.set()
        self._rest()
        self._choose(section, 2)
        self._take("por-recibir-hecho")
        self._office.broken["archive.waiting"] = OfficeError("archive.none_here")
        section.read()
        self._take("por-recibir-error")
        self._office.broken.clear()

    def _catalogue(self, pane: ArchivePane) -> None:
        section = pane.open("catalogue")
        self._take("catalogo")
        section.search.setText("nada así")  # type: ignore[attr-defined]
        section.read()
        self._take("catalogo-vacio")
        section.search.clear()  # type: ignore[attr-defined]
        self._office.broken["archive.dossiers"] = OfficeError("storage.unreachable", url="folder:archivo")
        section.read()
        self._take("catalogo-error")
        self._office.broken.clear()
        section.read()
        self._rest()

    def _care(self, pane: ArchivePane, name: str) -> None:
        """With rows; at work; in error."""
        archive, verbs = self._office.archive, {"fixity": "fixity", "renewal": "renewal", "store": "last_backup"}
        section = pane.open(name)
        self._take(f"archivo-{name}")
        archive.gate = Event()
        section.acts[0].click()  # type: ignore[attr-defined]
        if name == "fixity":
            self._until(lambda: section.progress.maximum() > 0)
            self._take(f"archivo-{name}-ocupado", busy=True)
        archive.gate.set()
        self._rest()
        self._take(f"archivo-{name}-hecho")
        self._office.broken[f"archive.{verbs[name]}"] = OfficeError("storage.unreachable", url="folder:archivo")
        section.read()
        self._take(f"archivo-{name}-error")
        self._office.broken.clear()

    def _until(self, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + 5
        while not ready() and time.monotonic() < until:
            self._app.processEvents()
