"""Entrega: how the line stands, the exchange under way with its pause, and how far each document that was sent has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.widgets.basics import ActionButton, announce, card, clear, fill, label, line, scrolling
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.tables import KEY, Cell, Row, WordsTable, under_title
from desktop.ui.wording import count, delivery_word

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.line.office import AsideRow, LineReading

_SHOWN = 5  # kinds of set-aside things; the others are counted


class LinePane(QFrame):
    """``synchronise_chosen`` and ``pause_chosen`` ask the window; ``opened`` asks for a document: (document, hop)."""

    told = Signal(object)
    synchronise_chosen = Signal()
    pause_chosen = Signal()
    opened = Signal(str, object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        look, px = bench.look, bench.look.px
        self.title = label(self.tr("Entrega"), size="title")
        self.state = label("")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Avance de la sincronización"))
        self.done = label("", size="body-small", tone="dim")
        self.go = ActionButton(look, self.tr("Sincronizar"), kind="primary", key="F5")
        self.go.setShortcut("")  # the rail's own button has the key
        self.pause = ActionButton(look, self.tr("Pausar"), key="Ctrl+P")
        self.go.clicked.connect(self.synchronise_chosen)
        self.pause.clicked.connect(self._pause)
        self.aside = QWidget()
        self._aside = QVBoxLayout(self.aside)
        self._aside.setContentsMargins(0, 0, 0, 0)
        self.table = WordsTable(look, self.tr("Documentos enviados"))
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self.empty = label(self.tr("Todavía no se envió nada desde esta unidad."), tone="dim")
        head = QVBoxLayout()
        head.setContentsMargins(px(20), px(14), px(20), px(12))
        head.setSpacing(px(6))
        fill(
            head, self.title, self.state, flowing(self.go, self.pause, gap=px(8)), self.progress, self.done, self.aside
        )
        fill(head, self.empty)
        whole = QWidget()  # scrolled where there is no room for all of it
        box = QVBoxLayout(whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        fill(box, head, line(), under_title(look, self.table), -1)
        box.setStretch(2, 100)
        self.table.setMinimumHeight(px(170))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(whole, name=self.title.text()))
        self.busy = False
        self.show_busy(busy=False)

    # -- the exchange --

    def show_busy(self, *, busy: bool) -> None:
        """An exchange began or ended."""
        self.busy = busy
        self.go.setEnabled(not busy)
        self.pause.setVisible(busy)
        self.pause.setEnabled(busy)
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)
        self.done.setText(self.tr("Buscando la conexión…") if busy else "")
        self.done.setVisible(busy)

    def show_progress(self, done: int, total: int, name: str) -> None:
        """How far the exchange is."""
        if not self.busy:
            return
        self.progress.setRange(0, max(total, 1))
        self.progress.setValue(min(done, max(total, 1)))
        told = self.tr("{done} de {total}").format(done=done, total=total)
        self.done.setText(f"{told} · {name}" if name else told)

    def show_paused(self) -> None:
        """It ended because somebody asked."""
        self.done.setText(self.tr("En pausa. Lo que ya salió quedó entregado; al sincronizar sigue desde ahí."))
        self.done.setVisible(True)
        announce(self.done, self.done.text())

    def _pause(self) -> None:
        self.pause.setEnabled(False)
        self.done.setText(self.tr("Terminando lo que está en camino…"))
        self.pause_chosen.emit()

    # -- how far --

    def read(self) -> None:
        """How it stands now."""
        job = self._bench.jobs.job(self._bench.office.line.read).owned_by(self)
        job.replacing("line.read").success(self._keep).start()

    def _keep(self, found: LineReading) -> None:
        self.state.setText(self._sentence(found))
        clear(self._aside)
        if found.aside:
            self._aside.addWidget(self._aside_card(found.aside))
        calendar = self._bench.calendar
        rows = []
        for row in found.rows:
            words = delivery_word(row.state)
            since = Cell(calendar.moment(row.since) if row.since else "", row.since.isoformat() if row.since else "")
            cells = (Cell(row.number), Cell(words.text, role=words.role), Cell(row.subject), Cell(row.to), since)
            rows.append(Row(cells, (row.document, row.hop)))
        names = (self.tr("Número"), self.tr("Entrega"), self.tr("Referencia"), self.tr("A quién"), self.tr("Enviado"))
        self.table.show_rows(names, rows)
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)

    def _sentence(self, found: LineReading) -> str:
        calendar = self._bench.calendar
        if found.offline_since is not None:
            parts = [self.tr("Sin conexión desde {since}.").format(since=calendar.moment(found.offline_since))]
        elif found.last_contact is not None:
            last = calendar.moment(found.last_contact)
            parts = [self.tr("Última sincronización: {moment}.").format(moment=last)]
        else:
            parts = [self.tr("Todavía no se sincronizó desde que se abrió el programa.")]
        if found.waiting:
            one = self.tr("1 envío en cola, se entregará solo.")
            parts.append(count(found.waiting, one, self.tr("{n} envíos en cola, se entregarán solos.")))
        else:
            parts.append(self.tr("Todo está entregado."))
        if found.failed:
            one = self.tr("1 envío falló y se intentará otra vez.")
            parts.append(count(found.failed, one, self.tr("{n} envíos fallaron y se intentarán otra vez.")))
        return " ".join(parts)

    def _aside_card(self, aside: tuple[AsideRow, ...]) -> QWidget:
        """What was not believed, by its sentences; how many of each."""
        many: dict[str, list[AsideRow]] = {}
        for row in aside:
            many.setdefault(row.code, []).append(row)
        one = self.tr("1 envío de otros se apartó y no se tomó en cuenta")
        title = count(len(aside), one, self.tr("{n} envíos de otros se apartaron y no se tomaron en cuenta"))
        lines = [label(title, tone="care", bold=True)]
        for code, rows in list(many.items())[:_SHOWN]:
            words = self._bench.say(code, rows[0].facts)
            told = f"{words.what} {words.do}" if words is not None else code
            lines.append(label(f"{len(rows)} × {told}" if len(rows) > 1 else told, size="body-small"))
        if len(many) > _SHOWN:
            lines.append(label(self.tr("Y {n} más.").format(n=len(many) - _SHOWN), size="body-small", tone="dim"))
        return card("care", *lines)

    def _open(self, index: QModelIndex) -> None:
        document, hop = index.data(KEY)
        self.opened.emit(document, hop)
