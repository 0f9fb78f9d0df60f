"""The pages with what one does while reading: size, small pages, find, copy, print."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.ui.messages import Message
from desktop.ui.reader.find import FindBar
from desktop.ui.reader.printing import ask_for_printer, start_printing, wanted_pages
from desktop.ui.widgets.basics import fill, label, line, press, tool
from desktop.ui.widgets.page_strip import PageStrip
from desktop.ui.widgets.page_words import DocumentWords
from desktop.ui.widgets.pages import PageView

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.jobs import Job
    from desktop.ui.widgets.page_sources import PageSource


class PagesTab(QWidget):
    """The pages and the bar below them. ``told`` carries messages of printing and copying."""

    told = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.setObjectName("ground")
        self.view = PageView(bench.look)
        self.strip = PageStrip(bench.look)
        self.strip.hide()
        self.finder = FindBar(bench, self.view)
        self._source: PageSource | None = None
        self._printing: Job[int] | None = None
        self.name = ""  # of the document, for the printer's queue
        self._build_bar()
        self.view.page_changed.connect(self._show_place)
        self.view.page_changed.connect(self.strip.follow)
        self.strip.chosen.connect(self.view.go_to)
        self.view.copied.connect(self._copied)
        self.finder.closed.connect(lambda: self.view.setFocus(Qt.FocusReason.OtherFocusReason))
        across = QWidget()
        row = QHBoxLayout(across)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        fill(row, self.strip, self.view)
        row.setStretch(1, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        fill(box, across, line(), self.finder, self.bar)
        box.setStretch(0, 1)
        for keys, deed in (
            ("F3", self._find_on),
            ("Shift+F3", self._find_back),
            ("Ctrl+P", self.print_pages),
            ("F4", self._turn_strip),
        ):
            shortcut = QShortcut(keys, self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(deed)

    def _build_bar(self) -> None:
        px = self._bench.look.px
        self.place = label("", size="small", tone="dim", wrap=False)
        self.stop = press(QPushButton(self.tr("Detener")), "chip")
        self.stop.clicked.connect(self._stop_printing)
        self.stop.hide()
        self.small = tool(self._bench.look, "panel-left", self.tr("Páginas en pequeño"), "F4")
        self.small.setCheckable(True)
        self.search = tool(self._bench.look, "search", self.tr("Buscar en el documento"), "F3")
        self.paper = tool(self._bench.look, "printer", self.tr("Imprimir"), "Ctrl+P")
        self.smaller = tool(self._bench.look, "zoom-out", self.tr("Más pequeño"), "-")
        self.larger = tool(self._bench.look, "zoom-in", self.tr("Más grande"), "+")
        self.fit = tool(self._bench.look, "stretch-horizontal", self.tr("Ajustar al ancho"), "0")
        self.small.toggled.connect(self.strip.setVisible)
        self.search.clicked.connect(self.finder.open)
        self.paper.clicked.connect(self.print_pages)
        self.smaller.clicked.connect(lambda: self.view.step_zoom(-1))
        self.larger.clicked.connect(lambda: self.view.step_zoom(1))
        self.fit.clicked.connect(lambda: self.view.set_zoom(None))
        self.bar = QWidget()
        self.bar.setObjectName("panel")
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(px(12), px(3), px(12), px(3))
        row.setSpacing(px(2))
        fill(row, self.small, px(8), self.place, self.stop, -1, self.search, self.paper, px(8))
        fill(row, self.smaller, self.larger, self.fit)

    def show_source(self, source: QObject | None, name: str = "") -> None:
        """Other pages. ``source`` satisfies :class:`PageSource`; ``name`` is what the printer's queue calls them."""
        pages = self._source = cast("PageSource | None", source)
        self.name = name
        self._stop_printing()
        self.view.show_source(source)
        words = None
        if pages is not None and pages.pages:
            words = DocumentWords(self._bench.office, self._bench.jobs, pages)
            self.view.read_with(words)
        self.finder.look_in(words)
        self.strip.show_source(pages)
        self.strip.follow(self.view.page)
        self.bar.setVisible(self.view.pages > 0)

    def _show_place(self, page: int) -> None:
        self.place.setText(self.tr("Página {page} de {pages}").format(page=page + 1, pages=self.view.pages))

    def _find_on(self) -> None:
        if self.finder.isVisible():
            self.finder.step(1)
        elif self.view.pages:
            self.finder.open()

    def _find_back(self) -> None:
        if self.finder.isVisible():
            self.finder.step(-1)
        elif self.view.pages:
            self.finder.open()

    def _turn_strip(self) -> None:
        if self.view.pages:
            self.small.toggle()

    def _copied(self, text: str) -> None:
        words = len(text.split())
        told = self.tr("Se copió 1 palabra.") if words == 1 else self.tr("Se copiaron {n} palabras.").format(n=words)
        self.told.emit(Message("good", told))

    # -- printing --

    def print_pages(self) -> None:
        """Ask for the printer, then print outside the screen's thread."""
        source = self._source
        if source is None or not source.pages or self._printing is not None:
            return
        printer = ask_for_printer(self, self.name or source.path.stem, source.pages, source.size_of(0))
        if printer is None:
            return
        pages = wanted_pages(printer, source.pages)
        job = start_printing(
            self._bench, source.path, pages, printer, password=source.password, owner=self, progress=self._on_progress
        )
        self._printing = job
        self.stop.show()
        self.paper.setEnabled(False)
        target = printer.printerName()
        job.success(lambda sent: self._printed(sent, target)).always(self._not_printing).start()

    def _on_progress(self, done: int, total: int, _name: str) -> None:
        self.place.setText(self.tr("Imprimiendo la página {page} de {pages}").format(page=done + 1, pages=total))

    def _printed(self, pages: int, printer: str) -> None:
        sent = (
            self.tr("1 página enviada a imprimir")
            if pages == 1
            else self.tr("{n} páginas enviadas a imprimir").format(n=pages)
        )
        self.told.emit(Message("good", f"{sent}: {printer}." if printer else f"{sent}."))

    def _stop_printing(self) -> None:
        if self._printing is not None:
            self._printing.cancel()

    def _not_printing(self) -> None:
        self._printing = None
        self.stop.hide()
        self.paper.setEnabled(True)
        self._show_place(self.view.page)
