"""The application: fonts, palette, style sheet, language; and the shell that keeps one window open."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QStyleFactory

from desktop.resources import find_resources
from desktop.ui.bench import Bench
from desktop.ui.jobs import Jobs
from desktop.ui.look import Look, load_fonts
from desktop.ui.prompts import Prompts
from desktop.ui.window import Window
from desktop.ui.wording import Calendar, system_now
from desktop.ui.words import load_say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from desktop.ui.messages import Say
    from desktop.ui.office import OfficeDesk

SIZE = (1366, 768)
USUAL_POINTS = 9.0 if sys.platform == "win32" else 11.0


def make_application(arguments: Sequence[str] = ("qillqa",), *, language: str = "es") -> QApplication:
    """The QApplication with style, fonts and language; the present one when there is one."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        app = existing
    else:
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        app = QApplication(list(arguments))
    app.setApplicationName("Qillqa")
    app.setDesktopFileName("qillqa")
    if not app.property("qillqa") and (style := QStyleFactory.create("Fusion")) is not None:
        app.setStyle(style)  # once: Qt wraps it when a style sheet is set, and its name with it
        app.setProperty("qillqa", True)
    resources = find_resources()
    load_fonts(resources)
    app.setWindowIcon(QIcon(str(resources / "icons" / "qillqa.svg")))
    set_language(app, resources, language)
    return app


def set_language(app: QApplication, resources: Path, language: str) -> None:
    """Spanish is the source; another language brings its ``.qm``. Qt's own words come from the wheel."""
    QLocale.setDefault(QLocale("es_BO" if language == "es" else language))
    for old in app.findChildren(QTranslator, "qillqa"):
        app.removeTranslator(old)
        old.setParent(None)
    folders = {"qtbase": QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)}
    if language != "es":
        folders["qillqa"] = str(resources / "i18n")
    for name, folder in folders.items():
        translator = QTranslator(app)
        translator.setObjectName("qillqa")
        if translator.load(f"{name}_{language}", folder):
            app.installTranslator(translator)


def system_scale(app: QApplication) -> float:
    """The text scale that the system's font asks for: 1.0 for its usual size, never below."""
    points = app.font().pointSizeF()
    return min(max(points / USUAL_POINTS, 1.0), 2.5) if points > 0 else 1.0


def system_dark() -> bool:
    """Whether the system asks for dark."""
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def make_bench(
    app: QApplication,
    office: OfficeDesk,
    *,
    dark: bool | None = None,
    scale: float | None = None,
    say: Say | None = None,
    language: str = "es",
    now: Callable[[], datetime] = system_now,
) -> Bench:
    """What the panes are handed. ``dark`` and ``scale`` follow the system when None."""
    resources = find_resources()
    look = Look(
        resources,
        dark=system_dark() if dark is None else dark,
        scale=system_scale(app) if scale is None else scale,
    )
    look.apply(app)
    words = say if say is not None else load_say(resources, language)
    return Bench(office, Jobs(), Prompts(), look, words, Calendar("America/La_Paz", now))


class Shell(QObject):
    """Keeps a window open; opens it anew when the text size or the system's colours change."""

    def __init__(self, app: QApplication, bench: Bench, *, follow_system: bool = True) -> None:
        super().__init__()
        self._app, self._bench = app, bench
        self.window = self._open(None)
        if follow_system:
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme)

    def _open(self, old: Window | None) -> Window:
        window = Window(self._bench) if old is None else Window(self._bench, tray=old.tray)
        window.scale_wanted.connect(lambda factor: self.turn(scale=self._bench.look.scale * factor))
        if old is None:
            window.resize(*SIZE)
        else:
            window.setGeometry(old.geometry())
        return window

    def open(self) -> None:
        """Show the window; it fills a screen that is no larger than its usual size."""
        screen = QGuiApplication.primaryScreen()
        room = screen.availableSize() if screen is not None else None
        if room is not None and (room.width() <= SIZE[0] or room.height() <= SIZE[1]):
            self.window.showMaximized()
        else:
            self.window.show()

    def _on_scheme(self, scheme: Qt.ColorScheme) -> None:
        self.turn(dark=scheme is Qt.ColorScheme.Dark)

    def turn(self, *, dark: bool | None = None, scale: float | None = None) -> None:
        """Another look: the same desk in a new window. Not while something is being typed or signed."""
        busy = self.window.writing.dirty or self.window.dialog is not None or self._bench.jobs.busy
        if busy:
            return
        old = self.window
        self._bench.look.turn(self._app, dark=dark, scale=scale)
        self.window = self._open(old)
        self.window.setWindowState(old.windowState())
        self.window.show()
        old.hand_over()
        old.deleteLater()


def run(office: OfficeDesk, *, arguments: Sequence[str] = ("qillqa",), language: str = "es") -> int:
    """Open the window on that office; returns the exit code when it is closed and every thread has ended."""
    app = make_application(arguments, language=language)
    shell = Shell(app, make_bench(app, office, language=language))
    shell.open()
    return app.exec()
