"""Pictures of what the practice office has no case of: ``python -m tests.desktop.ui.pictures DIR``. Panes with rows, empty, busy, in error.

Names end in the theme, the text size in per cent and the width. A chosen ``QT_QPA_PLATFORM`` or display is used, else none is needed.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton

from desktop.operations.readmission import Standing
from desktop.operations.reports import ReportKind
from desktop.records.documents import DocumentState
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.resources import find_resources
from desktop.routing.paper import PaperState
from desktop.routing.sheet import ConflictKind
from desktop.routing.trays import Days, Tray, Urgency
from desktop.ui.application import make_application, make_bench
from desktop.ui.control.reports import ReportsPane
from desktop.ui.gallery import settle
from desktop.ui.messages import Message
from desktop.ui.pouch.drives import Drive
from desktop.ui.pouch.office import Errand, StickOutcome
from desktop.ui.pouch.pane import PouchPane
from desktop.ui.slip.acts import FORMS
from desktop.ui.slip.office import Clash, Note, PaperPlace, SlipChoice, SlipSheet
from desktop.ui.window import Window
from desktop.ui.words import load_say
from signing.report import Change, ChangeKind, Integrity, LaterChanges, Outcome, PageDifferences
from tests.desktop.ui.archive_pictures import ArchiveScenes
from tests.desktop.ui.fakes import NOW, FakeOffice, row, verdict
from tests.desktop.ui.test_reception import PAPER, arrive

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

THEMES: tuple[tuple[bool, float], ...] = ((False, 1.0), (True, 1.0), (False, 2.0), (True, 2.0))
SIZE = (1366, 768)
FOLDERS = ("2026/Convenios", "2026/Convenios/Ayllus", "2026/Equipamiento de salud", "2025", "", "2025")


def arranged(folder: Path) -> FakeOffice:
    """An office with a conflict, a group, a dropped hop, delays and folders."""
    office = FakeOffice(folder)
    office.state = replace(office.state, oversees=True)
    rows = office.rows[Tray.PENDING]
    rows[1], rows[2] = replace(rows[1], void=True), replace(rows[2], contested=True)
    rows[4] = replace(rows[4], grouped=True, days=Days(2, 3, Urgency.CARE, calendar=False))
    office.acts[Tray.PENDING] = (EventKind.DISPATCHED, EventKind.ANSWERED, *FORMS)
    delay = Note("Falta el informe legal", "Juana Mamani Quispe", NOW, date(2026, 12, 1))
    handed = Note("Dejó el cargo", "Pedro Choque Flores", NOW, to="Tomás Ñuflo")
    office.hops = (*office.hops[:2], replace(office.hops[2], delays=(delay,), handed=(handed,)))
    office.sheet = SlipSheet(
        members=(SlipChoice("m1", "I-2026-00601", "Cables"), SlipChoice("m2", "I-2026-00602", "Conectores")),
        paper=PaperPlace("Original y 2 anexos", "Estante 3, caja 12", "ATI", NOW),
        clashes=(Clash(ConflictKind.OFFICIAL, ("h1", "h3"), "Área de Tecnologías"),),
        deadline=date(2026, 11, 30),
        procedure="Dotación de equipos",
    )
    office.rows[Tray.ARCHIVE] = [
        row(f"d7{n}", f"I-2026-0070{n}", "Informe", f"Cierre del convenio número {n} con los ayllus", "Ana Ñuñez", "ATI", 2,
            state=DocumentState.CONCLUDED, folder=name)
        for n, name in enumerate(FOLDERS)
    ]  # fmt: skip
    return office


class _Walk:
    """Through one window in one theme and text size."""

    def __init__(self, app: QApplication, folder: Path, *, dark: bool, scale: float) -> None:
        self._app, self._folder = app, folder
        self._tail = f"{'dark' if dark else 'light'}-{scale:.0%}"[:-1] + f"-{SIZE[0]}"
        self._home = tempfile.TemporaryDirectory()
        self.office = arranged(Path(self._home.name))
        say = load_say(find_resources(), "es")
        self.bench = make_bench(app, self.office, dark=dark, scale=scale, say=say, now=lambda: NOW)
        self.window = Window(self.bench)
        self.window.resize(*SIZE)
        self.window.show()

    def rest(self) -> None:
        settle(self._app, self.bench)

    def take(self, name: str, *, busy: bool = False) -> None:
        if not busy:
            self.rest()
        self.window.grab().save(str(self._folder / f"{name}-{self._tail}.png"))

    def acts(self) -> None:
        """The slip with its conflict, and the panel of each act; then filing and its way back."""
        window, reader = self.window, self.window.desk.reader
        window.open_tray(Tray.PENDING)
        self.take("pendientes")
        if not window.desk.both:
            window.desk.rows.choose_number(0)
            self.rest()
            chosen = window.desk.rows.chosen
            window.desk.rows.row_opened.emit(chosen)
            self.rest()
        reader.show_tab(1)
        self.take("hoja-conflicto")
        reader.show_tab(0)
        for kind in sorted(FORMS, key=lambda kind: kind.value):
            reader._begin_kind(kind)
            self.take(f"acto-{kind.value.rpartition('.')[2]}")
            reader.close_act()
        reader._begin_kind(EventKind.CONCLUDED)
        self.rest()
        reader.slip_act.go.click()
        self.take("deshacer")
        window.notice.dismiss()
        self.office.sheet = SlipSheet()
        window.open_tray(Tray.ARCHIVE)
        self.take("archivo-carpetas")

    def control(self) -> None:
        """Monitor and reports: with rows, empty, refused."""
        window, office = self.window, self.office
        window.open_place("monitor")
        self.take("monitor")
        office.control.rows = ()
        window.places["monitor"].read()
        self.take("monitor-vacio")
        window.open_place("reports")
        self.take("reportes")
        reports = window.places["reports"]
        assert isinstance(reports, ReportsPane)
        reports.kind.setCurrentIndex(reports.kind.findData(ReportKind.OVERDUE))
        self.take("reportes-vacio")
        office.broken["report"] = OfficeError("report.no_period", since="2026-03-01", until="2026-01-01")
        reports.read()
        self.take("reportes-error")
        window.notice.dismiss()

    def line(self) -> None:
        """At rest, at work, paused; and the banner."""
        window, office = self.window, self.office
        window.open_place("line")
        self.take("entrega")
        office.line_gate = Event()
        window.exchange.run()
        until = time.monotonic() + 5
        pane = window.line
        while pane is not None and pane.progress.maximum() == 0 and time.monotonic() < until:
            self._app.processEvents()
        self.take("entrega-ocupada", busy=True)
        office.line.pause()
        office.line_gate.set()
        self.take("entrega-pausa")
        office.state = replace(office.state, copy=OfficeError("desk.copy_must_sync"))
        window.read_status()
        self.take("aviso-fijo")
        office.state = replace(office.state, copy=OfficeError("desk.cloned", count=2))
        window.tell(Message("care", "En pausa. Quedan 2 en cola.", "Un archivo no llegó entero y se pedirá otra vez."))
        window.open_tray(Tray.PENDING)
        self.rest()
        self._open_first()
        self.take("aviso-fijo-y-otro")
        office.pouch.reading = replace(office.pouch.reading, anew=Standing.COPY)
        window.open_anew()
        self.take("admision-nueva")
        office.pouch.reading = replace(office.pouch.reading, anew=Standing.NONE)

    def paper(self) -> None:
        """Paper at reception, and where it is missing."""
        window, office, reader = self.window, self.office, self.window.desk.reader
        office.sheet, office.state = SlipSheet(), replace(office.state, copy=None)
        window.read_status()
        window.notice.dismiss()
        pending = office.rows[Tray.PENDING]
        pending[0], pending[2] = (
            replace(pending[0], paper=PaperState.MISSING, void=False),
            replace(pending[2], paper=PaperState.PART, urgent=True),
        )
        missing = replace(office.hops[2], hop=pending[0].hop or "", paper=PAPER, paper_state=PaperState.MISSING)
        office.hops = (*office.hops[:2], missing)
        office.acts[Tray.PENDING] = (
            EventKind.DISPATCHED,
            EventKind.ANSWERED,
            EventKind.CONCLUDED,
            EventKind.PAPER_MOVED,
        )
        office.targets = {EventKind.PAPER_MOVED: (pending[0].hop or "",)}
        window.open_tray(Tray.PENDING)
        self.rest()
        self._open_first()
        self.rest()
        reader.show_tab(1)
        self.take("papel-no-llego")
        reader.show_tab(0)
        arrive(office)
        window.open_tray(Tray.INCOMING)
        self.rest()
        self._open_first()
        reader._begin_kind(EventKind.RECEIVED)
        self.take("recibir-papel")
        reader.reception.part.setChecked(True)
        reader.reception.lacking.setText("el anexo 2")
        self.take("recibir-parte")
        reader.close_act()

    def _open_first(self) -> None:
        rows = self.window.desk.rows
        if not self.window.desk.both:
            rows.choose_number(0)
            self.rest()
            rows.row_opened.emit(rows.chosen)
            self.rest()

    def pouch(self) -> None:
        """The stick: the first time, ready, at work, done, with problems, refused."""
        window, office = self.window, self.office
        reading, office.pouch.reading = (
            office.pouch.reading,
            replace(office.pouch.reading, waiting=0, by_unit=(), sticks=()),
        )
        window.open_place("pouch")
        pane = window.places["pouch"]
        assert isinstance(pane, PouchPane)
        self.take("memoria-primera-vez")
        pane.look_for_drives = lambda: (Drive(Path("/media/juana/KINGSTON"), "KINGSTON", 3_800_000_000),)
        office.pouch.reading = reading
        pane.read()
        self.take("memoria")
        office.pouch.gate = Event()
        pane.write.click()
        until = time.monotonic() + 5
        while not pane.progress.maximum() and time.monotonic() < until:
            self._app.processEvents()
        self.take("memoria-ocupada", busy=True)
        office.pouch.gate.set()
        self.take("memoria-lista")
        folder = "SOBRE-curahuara-1-00003"
        told = (
            ("pouch.unfinished", {"folder": folder}),
            ("pouch.not_for_us", {"folder": "SOBRE-sedes-2-00011", "units": "Asesoría Jurídica"}),
        )
        office.pouch.outcomes[Errand.READ] = StickOutcome(Errand.READ, pouches=2, events=2, files=1, problems=told)
        pane.take.click()
        self.rest()
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            self._app.processEvents()
        self.take("memoria-leida")
        office.broken["pouch.write"] = OfficeError("pouch.stick_pulled", path="/media/juana/KINGSTON")
        pane.write.click()
        self.take("memoria-retirada")

    def reading(self) -> None:
        """Small pages, words found, words marked; and a page that lies nowhere."""
        window, tab = self.window, self.window.desk.reader.pages
        window.notice.dismiss()
        window.open_tray(Tray.PENDING)
        self.rest()
        self._open_first()
        self.rest()
        tab.small.setChecked(True)
        tab.finder.open()
        tab.finder.field.setText("curahuara")
        self.rest()
        tab.finder.step(1)
        self.take("lectura-buscar")
        tab.finder.field.setText("resolución ministerial")
        tab.finder.step(1)
        self.take("lectura-no-esta")
        tab.finder.leave()
        tab.view.mark_page()
        tab.view.copy()
        self.take("lectura-copiar")
        tab.small.setChecked(False)
        window.notice.dismiss()

    def help(self) -> None:
        """Beside a tray, and the index."""
        window = self.window
        self.rest()
        window.open_tray(Tray.PENDING)
        self.rest()
        window.turn_help()
        self.take("ayuda")
        if window.help is not None:
            window.help.show_page("teclas")
            self.take("ayuda-teclas")
        window.turn_help()

    def compare(self) -> None:
        """A file that was changed after it was signed: the verdict with the way to it, and both revisions."""
        window, office = self.window, self.office
        self.rest()
        told = verdict(Outcome.INVALID)
        first = replace(
            told.signatures[0], signed_revision=900, later_changes=LaterChanges.SUSPICIOUS, integrity=Integrity.INTACT,
            changes=(Change(ChangeKind.CONTENT, permitted=False, page=1),), changed_pages=(1,),
        )  # fmt: skip
        office.verdict = replace(told, signatures=(first,), size=2000, pages=2)
        office.differences = {0: PageDifferences(2, 2, ((85, 140, 430, 165), (85, 250, 520, 300)))}
        window.open_verify()
        window.verify.check([office.pdf])
        self.take("verificar-cambiado")
        button = next(b for b in window.verify.side.findChildren(QPushButton) if b.property("kind") == "link")
        button.click()
        self.take("comparar")
        if window.verify.compare is not None:
            window.verify.compare.leave()
        office.verdict = verdict()

    def archive(self) -> None:
        """The archive: a unit's deposits, then a custodian's panes."""
        ArchiveScenes(self._app, self.window, self.office, self.take, self.rest).walk()

    def close(self) -> None:
        self.window.close()
        self.bench.prompts.close()
        self.bench.jobs.close()
        self._home.cleanup()


def draw(folder: Path, themes: Sequence[tuple[bool, float]] = THEMES) -> None:
    """Every picture, in each theme and text size."""
    if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    app = make_application()
    for dark, scale in themes:
        walk = _Walk(app, folder, dark=dark, scale=scale)
        try:
            walk.reading()
            walk.compare()
            walk.help()
            walk.acts()
            walk.control()
            walk.line()
            walk.paper()
            walk.pouch()
            walk.archive()
        finally:
            walk.close()


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
