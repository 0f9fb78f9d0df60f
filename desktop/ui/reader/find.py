"""Find in the document in view: a field, how many there are, the next and the one before. Esc closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop.ui.widgets.basics import fill, label, tool

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from desktop.ui.bench import Bench
    from desktop.ui.widgets.page_words import DocumentWords, Stretch
    from desktop.ui.widgets.pages import PageView

_REST = 150  # ms without a keystroke before it looks again


class FindBar(QWidget):
    """Shown on demand below the pages. ``closed``: the focus goes back to them."""

    closed = Signal()

    def __init__(self, bench: Bench, view: PageView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench, self._view = bench, view
        self._words: DocumentWords | None = None
        self._hits: list[Stretch] = []
        self._at = -1
        px = bench.look.px
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Buscar en el documento"))
        self.field.setAccessibleName(self.tr("Buscar en el documento"))
        self.field.setClearButtonEnabled(True)
        self.told = label("", size="small", tone="dim", wrap=False)
        self.before = tool(self._bench.look, "chevron-up", self.tr("Anterior"), "Shift+F3")
        self.after = tool(self._bench.look, "chevron-down", self.tr("Siguiente"), "F3")
        self.close_button = tool(self._bench.look, "x", self.tr("Cerrar la búsqueda"), "Esc")
        self._rest = QTimer(self, singleShot=True, interval=_REST)
        self._rest.timeout.connect(self._look)
        self.field.textChanged.connect(lambda _text: self._rest.start())
        self.field.returnPressed.connect(lambda: self.step(1))
        self.before.clicked.connect(lambda: self.step(-1))
        self.after.clicked.connect(lambda: self.step(1))
        self.close_button.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(px(12), px(4), px(12), px(4))
        row.setSpacing(px(6))
        fill(row, self.field, self.told, self.before, self.after, self.close_button)
        row.setStretch(0, 1)
        self.hide()

    def look_in(self, words: DocumentWords | None) -> None:
        """Another document: what was found in the one before is gone."""
        self._words, self._hits, self._at = words, [], -1
        if words is not None:
            words.arrived.connect(self._more)
        if words is None:
            self.hide()
        elif self.isVisible():
            self._look()

    def open(self) -> None:
        """Ask; what was looked for last stays, to be typed over."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._look()

    def leave(self) -> None:
        """No marks any more."""
        self.hide()
        self._hits, self._at = [], -1
        self._view.show_hits((), -1)
        self.closed.emit()

    def step(self, by: int) -> None:
        """The next one, or the one before; after the last comes the first."""
        if self._rest.isActive():
            self._rest.stop()
            self._look()
            return
        if self._hits:
            self._at = (self._at + by) % len(self._hits)
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes; Shift+Enter goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        ):
            self.step(-1)
        else:
            super().keyPressEvent(event)

    def _look(self) -> None:
        self._rest.stop()
        if self._words is None or not self.field.text().strip():
            self._hits, self._at = [], -1
            self._show()
            return
        for page in range(self._words.pages):  # those that are not there yet are asked for
            self._words.of(page)
        self._hits = self._words.find(self.field.text())
        here = self._view.page
        self._at = next((place for place, hit in enumerate(self._hits) if hit.page >= here), 0) if self._hits else -1
        self._show()

    def _more(self, _page: int) -> None:
        """Another page has come: what is shown stays shown."""
        if not self.isVisible() or self._words is None or not self.field.text().strip():
            return
        shown = self._hits[self._at] if 0 <= self._at < len(self._hits) else None
        self._hits = self._words.find(self.field.text())
        if shown in self._hits:
            self._at = self._hits.index(shown)
        else:
            self._at = 0 if self._hits else -1
        self._show()

    def _show(self) -> None:
        self._view.show_hits(self._hits, self._at)
        words = self._sentence()
        self.told.setText(words)
        self.field.setAccessibleDescription(words)
        for button in (self.before, self.after):
            button.setEnabled(bool(self._hits))

    def _sentence(self) -> str:
        if self._words is None or not self.field.text().strip():
            return ""
        if self._hits:
            told = self.tr("{n} de {all}, página {page}").format(
                n=self._at + 1, all=len(self._hits), page=self._hits[self._at].page + 1
            )
            return told if self._words.whole else self.tr("{told}; se sigue leyendo").format(told=told)
        if not self._words.whole:
            return self.tr("Leyendo el documento…")
        if len(self._words.unreadable) == self._words.pages:
            return self.tr("El texto de este archivo no se puede leer")
        return self.tr("No está en este documento")
