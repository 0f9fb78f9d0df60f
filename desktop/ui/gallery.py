"""Pictures of every pane of the real window, for a place without a display and for looking at."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QPoint, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from desktop.records.events import EventKind
from desktop.routing.trays import Tray
from desktop.ui.application import make_application, make_bench, run
from desktop.ui.bench import Bench
from desktop.ui.office import OfficeDesk
from desktop.ui.prompts import PinQuestion, PromptRequest
from desktop.ui.reader.acts import acts_of
from desktop.ui.signing.pin import PinDialog
from desktop.ui.window import Window

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

__all__ = ["render_screens", "run"]

PATIENCE = 30.0  # seconds for one screen's jobs
SIZES: tuple[tuple[int, int], ...] = ((1366, 768),)


def render_screens(
    office: OfficeDesk,
    folder: Path,
    *,
    dark: bool | None = None,
    sizes: Sequence[tuple[int, int]] = SIZES,
    scale: float = 1.0,
    language: str = "es",
) -> list[Path]:
    """Render each pane as PNG into ``folder``; the paths in order. ``dark`` None renders both.

    Without a display and without a chosen platform Qt's offscreen platform is used. ``sizes`` in pixels, ``scale`` of text.
    """
    if (
        not os.environ.get("QT_QPA_PLATFORM")
        and not os.environ.get("DISPLAY")
        and not os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = make_application(language=language)
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for theme in (False, True) if dark is None else (dark,):
        for size in sizes:
            with _opened(app, office, theme, size, scale, language) as (window, bench):
                tail = f"{'dark' if theme else 'light'}-{size[0]}x{size[1]}" + (
                    f"-{scale:.0%}"[:-1] if scale != 1.0 else ""
                )
                made += _Camera(app, window, bench, folder, tail).walk()
    return made


@contextmanager
def _opened(
    app: QApplication, office: OfficeDesk, dark: bool, size: tuple[int, int], scale: float, language: str
) -> Iterator[tuple[Window, Bench]]:
    bench = make_bench(app, office, dark=dark, scale=scale, language=language)
    window = Window(bench)
    window.resize(*size)
    window.show()
    try:
        yield window, bench
    finally:
        window.close()
        bench.prompts.close()
        bench.jobs.close()
        window.deleteLater()
        app.sendPostedEvents(None, 0)
        app.processEvents()


def settle(app: QApplication, bench: Bench) -> None:
    """Wait until every job has told its end and the screen is painted. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    quiet = 0
    while quiet < 3:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        quiet = 0 if bench.jobs.busy else quiet + 1
        if time.monotonic() > deadline:
            raise TimeoutError("the window did not come to rest")
        if bench.jobs.busy:
            time.sleep(0.005)


class _Camera:
    """Walks through the panes of one window."""

    def __init__(self, app: QApplication, window: Window, bench: Bench, folder: Path, tail: str) -> None:
        self._app, self._window, self._bench = app, window, bench
        self._folder, self._tail = folder, tail
        self._made: list[Path] = []

    def walk(self) -> list[Path]:
        """Every pane that this office has something for."""
        self._settle()
        if self._window.status is not None and self._window.status.first_run:
            self._take("primer-uso")
            self._verify(None)
            return self._made
        pdf = self._trays()
        self._signing()
        self._verify(pdf)
        self._window.open_writing(None)
        self._take("nuevo-documento")
        for place, button in self._window.rail.places.items():
            if not button.isHidden():
                self._window.open_place(place)
                self._take(
                    {"line": "entrega", "reports": "reportes", "pouch": "memoria", "archive": "archivo-central"}.get(
                        place, place
                    )
                )
        return self._made

    def _settle(self) -> None:
        settle(self._app, self._bench)

    def _take(self, name: str, over: QWidget | None = None) -> None:
        self._settle()
        picture = self._window.grab()
        if over is not None:
            picture = _laid_over(picture, over)
        path = self._folder / f"{len(self._made) + 1:02d}-{name}-{self._tail}.png"
        if not picture.save(str(path), "PNG"):
            raise OSError(f"cannot write {path.name}")
        self._made.append(path)

    def _trays(self) -> Path | None:
        pdf: Path | None = None
        desk = self._window.desk
        for tray in (Tray.PENDING, Tray.INCOMING, Tray.TO_SIGN, Tray.SENT, Tray.ARCHIVE, Tray.DRAFTS):
            self._window.open_tray(tray)
            self._settle()
            self._take(tray.value)
            row = desk.rows.chosen or next(iter(desk.rows.model.rows), None)
            if row is None:
                continue
            if not desk.both:
                desk.rows.choose_document(row.document)
                desk.rows.row_opened.emit(row)
                self._take(f"{tray.value}-documento")
            if tray is Tray.PENDING:
                for number, name in ((1, "hoja-de-ruta"), (2, "firmas"), (3, "adjuntos")):
                    desk.reader.show_tab(number)
                    self._take(name)
                desk.reader.show_tab(0)
                self._act(EventKind.DISPATCHED, "derivar")
            card = desk.reader.card
            pdf = pdf or (card.pdf if card is not None else None)
        return pdf

    def _act(self, kind: EventKind, name: str) -> bool:
        reader = self._window.desk.reader
        act = next((act for act in acts_of(reader.card.acts if reader.card else ()) if act.kind is kind), None)
        if act is None:
            return False
        reader.begin(act)
        self._take(name)
        return True

    def _signing(self) -> None:
        self._window.open_tray(Tray.TO_SIGN)
        self._settle()
        desk = self._window.desk
        row = next((row for row in desk.rows.model.rows if row.mine), None)
        if row is None:
            return
        desk.rows.choose_document(row.document)
        if not desk.both:
            desk.rows.row_opened.emit(row)
        self._settle()
        if not self._act(EventKind.SIGNED, "firmar"):
            return
        chosen = desk.reader.signing.chosen
        if chosen is not None:
            dialog = PinDialog(self._bench.look, PromptRequest(PinQuestion(*chosen)), self._window)
            dialog.adjustSize()
            self._take("pin", over=dialog)
            dialog.reject()
        desk.reader.close_act()

    def _verify(self, pdf: Path | None) -> None:
        self._window.open_verify()
        self._take("verificar")
        if pdf is None:
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "nota-recibida.pdf"
            shutil.copyfile(pdf, copy)
            self._window.verify.check([copy])
            self._take("verificar-documento")
            self._window.verify.pages.show_source(None)


def _laid_over(ground: QPixmap, dialog: QWidget) -> QPixmap:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    dialog.show()
    part = dialog.grab()
    painter = QPainter(ground)
    painter.fillRect(ground.rect(), QColor(0, 0, 0, 110))
    ratio = ground.devicePixelRatio()
    size = ground.size() / ratio
    own = part.size() / part.devicePixelRatio()
    painter.drawPixmap(QPoint((size.width() - own.width()) // 2, (size.height() - own.height()) // 3), part)
    painter.end()
    return ground
