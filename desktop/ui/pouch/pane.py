"""Memoria USB: prepare a stick, read one, carry one on; what travels, what was acknowledged, which sticks were prepared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QProgressBar, QVBoxLayout, QWidget

from desktop.records.errors import OfficeError
from desktop.ui.jobs import Lane
from desktop.ui.pouch.anew import AnewCard
from desktop.ui.pouch.drives import Drive, plugged_drives
from desktop.ui.pouch.office import Errand
from desktop.ui.pouch.words import ack_words, bytes_words, left_lines, outcome_words, state_words
from desktop.ui.widgets.basics import (
    ActionButton,
    announce,
    card,
    clear,
    fill,
    label,
    line,
    name_of_field,
    narrow,
    scrolling,
)
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.tables import Cell, Row, WordsTable, under_title

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QHideEvent, QShowEvent

    from desktop.ui.bench import Bench
    from desktop.ui.jobs import Job
    from desktop.ui.pouch.office import PouchReading, StickOutcome

LOOK_EVERY = 3_000  # milliseconds between two looks at what is plugged in, while the pane is seen
SETTLED = 50  # milliseconds after which what was told has its place
_SHOWN = 5  # problems; the others are counted


class PouchPane(QFrame):
    """One errand at a time, in the pool. ``changed``: something came or went, counts must be read again."""

    told = Signal(object)
    changed = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self.look_for_drives: Callable[[], Sequence[Drive]] = plugged_drives
        self._folders: list[Path] = []  # chosen by hand
        self._looking = False
        self._to_anew = False
        self._job: Job[StickOutcome] | None = None
        self._build()
        self._beat = QTimer(self, interval=LOOK_EVERY)
        self._beat.timeout.connect(self.find_drives)
        self._show_busy(busy=False)

    # -- building --

    def _build(self) -> None:
        look, px = self._bench.look, self._bench.look.px
        self.title = label(self.tr("Memoria USB"), size="title")
        self.state = label("")
        self.anew = AnewCard(look)
        self.first = self._first_time()
        self.stick = self._combo(self.tr("Memoria"))
        self.units = self._combo(self.tr("Para"))
        self.browse = ActionButton(look, self.tr("Elegir carpeta…"), key="Ctrl+E", icon="folder-open")
        self.write = ActionButton(look, self.tr("Preparar memoria"), kind="primary", key="Ctrl+Return")
        self.take = ActionButton(look, self.tr("Leer memoria"), key="Ctrl+L")
        self.relay = ActionButton(look, self.tr("Llevar sin abrir"), key="Ctrl+T")
        self.stop = ActionButton(look, self.tr("Cancelar"), key="Esc")
        for button, tip in (
            (self.write, self.tr("Pone en la memoria lo que todavía no tiene acuse")),
            (self.take, self.tr("Trae de la memoria lo que es para esta unidad")),
            (self.relay, self.tr("Con conexión: entrega lo de otros y pone en la memoria lo que les espera")),
        ):
            button.setToolTip(tip)
        self.missing = label(self.tr("Conecte una memoria USB o elija una carpeta."), size="body-small", tone="dim")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Avance de la memoria"))
        self.done = label("", size="body-small", tone="dim")
        self.result = QWidget()
        self._result = QVBoxLayout(self.result)
        self._result.setContentsMargins(0, 0, 0, 0)
        self.table = WordsTable(look, self.tr("Memorias preparadas"))
        self.table.setMinimumHeight(px(150))
        self.empty = label(self.tr("Todavía no se preparó ninguna memoria en este equipo."), tone="dim")
        head = QVBoxLayout()
        head.setContentsMargins(px(20), px(14), px(20), px(12))
        head.setSpacing(px(8))
        chosen = flowing(self._pair(self.stick), self.browse, self._pair(self.units), gap=px(8), sunk=True)
        acts = flowing(self.write, self.take, self.relay, self.stop, gap=px(8))
        fill(
            head,
            self.title,
            self.state,
            self.first,
            self.anew,
            chosen,
            acts,
            self.missing,
            self.progress,
            self.done,
            self.result,
        )
        fill(head, px(4), label(self.tr("Memorias preparadas"), bold=True, size="body-small"), self.empty)
        whole = QWidget()
        box = QVBoxLayout(whole)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self._edge = line()
        fill(box, head, self._edge, under_title(look, self.table), -1)
        box.setStretch(2, 100)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = scrolling(whole, name=self.title.text())
        outer.addWidget(self._area)
        self.browse.clicked.connect(self._browse)
        self.stick.currentIndexChanged.connect(lambda _index: self._judge())
        self.write.clicked.connect(lambda: self._begin(Errand.WRITE))
        self.take.clicked.connect(lambda: self._begin(Errand.READ))
        self.relay.clicked.connect(lambda: self._begin(Errand.RELAY))
        self.stop.clicked.connect(self._cancel)
        self.anew.stick_chosen.connect(self._ask_by_stick)
        self.anew.line_chosen.connect(lambda: self._ask_anew(None))

    def _first_time(self) -> QFrame:
        return card(
            "accent",
            label(self.tr("Para llevar y traer documentos donde no hay conexión"), bold=True),
            label(
                self.tr(
                    "1. «Preparar memoria» pone en ella, cerrado para su destinatario, todo lo que todavía no consta como "
                    "recibido.\n2. Quien la recibe elige «Leer memoria». Si pasa por una oficina con conexión, ahí eligen "
                    "«Llevar sin abrir».\n3. Los acuses vuelven en la misma memoria. Hasta entonces nada se borra aquí: si "
                    "la memoria se pierde, se prepara otra."
                ),
                size="body-small",
            ),
        )

    def _combo(self, name: str) -> QComboBox:
        made = narrow(QComboBox(), 28)
        made.setAccessibleName(name)
        return made

    def _pair(self, field: QWidget) -> QWidget:
        name = name_of_field(field.accessibleName(), field, wrap=False)
        pair = QWidget()
        box = QVBoxLayout(pair)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        fill(box, name, field)
        return pair

    # -- how it stands --

    def showEvent(self, event: QShowEvent) -> None:
        """Look at what is plugged in while somebody looks."""
        super().showEvent(event)
        self._beat.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._beat.stop()

    def read(self) -> None:
        """How it stands now, and what is plugged in."""
        self.find_drives()
        job = self._bench.jobs.job(self._bench.office.pouch.read).owned_by(self)
        job.replacing("pouch.read").success(self._keep).start()

    def _keep(self, found: PouchReading) -> None:
        self.state.setText(state_words(found))
        self.anew.show_standing(found.anew)
        if self._to_anew:
            self._to_anew = False
            self._area.ensureWidgetVisible(self.anew, 0, 0)
            self.anew.take_focus(else_to=self.browse)
        self.first.setVisible(not found.sticks)
        chosen = self.units.currentData()
        self.units.clear()
        self.units.addItem(self.tr("Todas las unidades"), "")
        for unit, name in found.units:
            self.units.addItem(name, unit)
        self.units.setCurrentIndex(max(self.units.findData(chosen), 0))
        calendar = self._bench.calendar
        rows = []
        for one in found.sticks:
            ack = ack_words(one)
            to = ", ".join(one.to) or self.tr("solo acuses")
            cells = (
                Cell(str(one.number), f"{one.number:09}"), Cell(calendar.moment(one.at), one.at.isoformat()),
                Cell(ack.text, role=ack.role), Cell(str(one.letters), one.letters), Cell(to),
            )  # fmt: skip
            rows.append(Row(cells))
        names = (self.tr("Sobre"), self.tr("Preparada"), self.tr("Acuse"), self.tr("Cartas"), self.tr("Para"))
        self.table.show_rows(names, rows)
        self.table.setVisible(bool(rows))
        self._edge.setVisible(bool(rows))
        self.empty.setVisible(not rows)

    def go_to_anew(self) -> None:
        """As soon as it is known what can be done, the focus goes there."""
        self._to_anew = True

    def find_drives(self) -> None:
        """Ask the system what is plugged in; one question at a time, since a drive may not answer."""
        if self._looking:
            return
        self._looking = True
        job = self._bench.jobs.job(self.look_for_drives, Lane.POOL).owned_by(self)
        job.success(self._keep_drives).always(self._looked).start()

    def _looked(self) -> None:
        self._looking = False

    def _keep_drives(self, drives: Sequence[Drive]) -> None:
        told = [(drive.path, self._drive_words(drive)) for drive in drives]
        known = {path for path, _words in told}
        told += [(path, str(path)) for path in self._folders if path not in known]
        shown = [(self.stick.itemData(n), self.stick.itemText(n)) for n in range(self.stick.count())]
        if told == shown:
            return
        chosen = self.stick.currentData()
        self.stick.blockSignals(True)
        self.stick.clear()
        for path, words in told:
            self.stick.addItem(words, path)
        self.stick.setCurrentIndex(max(self.stick.findData(chosen), 0) if told else -1)
        self.stick.blockSignals(False)
        self._judge()

    def _drive_words(self, drive: Drive) -> str:
        if drive.protected:
            return self.tr("{name}, protegida ({path})").format(name=drive.name, path=drive.path)
        free = bytes_words(drive.free)
        return self.tr("{name}, {free} libres ({path})").format(name=drive.name, path=drive.path, free=free)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Elegir la memoria o una carpeta"))
        if chosen:
            self.choose(Path(chosen))

    def choose(self, folder: Path) -> None:
        """A folder by hand: a stick that the system does not call one."""
        if folder not in self._folders:
            self._folders.append(folder)
        index = self.stick.findData(folder)
        if index < 0:
            self.stick.addItem(str(folder), folder)
            index = self.stick.count() - 1
        self.stick.setCurrentIndex(index)
        self._judge()

    # -- errands --

    def _judge(self) -> None:
        busy = self._job is not None
        ready = not busy and self.stick.currentIndex() >= 0
        for button in (self.write, self.take, self.relay):
            button.setEnabled(ready)
        self.browse.setEnabled(not busy)
        self.stick.setEnabled(not busy)
        self.units.setEnabled(not busy)
        self.missing.setVisible(not busy and self.stick.currentIndex() < 0)
        self.anew.judge(busy=busy, stick=ready)

    def _show_busy(self, *, busy: bool) -> None:
        self.stop.setVisible(busy)
        self.stop.setEnabled(busy)
        self.progress.setVisible(busy)
        self.progress.setRange(0, 0)
        self.done.setVisible(busy)
        self._judge()

    def _begin(self, errand: Errand) -> None:
        stick, unit = self.stick.currentData(), self.units.currentData()
        if self._job is not None or not isinstance(stick, Path):
            return
        office = self._bench.office.pouch
        units = (str(unit),) if unit else ()
        match errand:
            case Errand.WRITE:
                job = self._bench.jobs.tracked(lambda note: office.write(stick, units, note), Lane.POOL)
            case Errand.READ:
                job = self._bench.jobs.tracked(lambda note: office.take(stick, note), Lane.POOL)
            case Errand.RELAY:
                job = self._bench.jobs.tracked(lambda note: office.relay(stick, note), Lane.POOL)
        self._run(job, self.tr("No retire la memoria…"))
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def _ask_by_stick(self) -> None:
        stick = self.stick.currentData()
        if isinstance(stick, Path):
            self._ask_anew(stick)

    def _ask_anew(self, stick: Path | None) -> None:
        if self._job is not None:
            return
        office, ask_pin = self._bench.office.pouch, self._bench.prompts.ask_pin
        job = self._bench.jobs.tracked(lambda note: office.ask_anew(stick, ask_pin, note), Lane.TOKEN)
        self._run(job, self.tr("Esperando los tokens de los funcionarios de este equipo…"))
        self.stop.hide()  # the PIN's own question is where this is left

    def _run(self, job: Job[StickOutcome], words: str) -> None:
        clear(self._result)
        self.done.setText(words)
        self._job = job.owned_by(self).progress(self._note).success(self._did).failure(self._failed)
        self._show_busy(busy=True)
        job.cancelled(self._stopped).always(self._at_rest).start()

    def _note(self, done: int, total: int, _name: str) -> None:
        if not total:
            self.done.setText(self.tr("Espera a que termine la sincronización…"))
            return
        self.progress.setRange(0, total)
        self.progress.setValue(min(done, total))
        told = self.tr("{done} de {total}. No retire la memoria.").format(done=done, total=total)
        self.done.setText(told)

    def _cancel(self) -> None:
        if self._job is not None:
            self.stop.setEnabled(False)
            self.done.setText(self.tr("Terminando lo que se está copiando…"))
            self._job.cancel()

    def _at_rest(self) -> None:
        self._job = None
        self._show_busy(busy=False)
        self.write.setFocus(Qt.FocusReason.OtherFocusReason)
        self.read()
        self.changed.emit()

    def _did(self, found: StickOutcome) -> None:
        what, means = outcome_words(found)
        problems = [words for code, facts in found.problems if (words := self._bench.say(code, facts)) is not None]
        told = [f"{words.what} {words.do}".strip() for words in problems]
        told = [*left_lines(found), *told]
        tone = "care" if told or (found.errand is Errand.READ and not found.pouches) else "good"
        self._tell(tone, what, means, told, removable=not found.by_line, most=len(told) if found.unsent else _SHOWN)

    def _failed(self, error: BaseException) -> None:
        words = self._bench.say(error.code, error.facts) if isinstance(error, OfficeError) else None
        if words is None or not isinstance(error, OfficeError):
            self._bench.jobs.report(error)
            return
        removable = error.code != "pouch.stick_pulled"
        self._tell("bad", words.what, words.means, [words.do], removable=removable)

    def _stopped(self) -> None:
        what = self.tr("Se detuvo.")
        self._tell("care", what, self.tr("Nada se perdió; al repetirlo continúa donde quedó."), [], removable=True)

    def _tell(
        self, tone: str, what: str, means: str, told: Sequence[str], *, removable: bool, most: int = _SHOWN
    ) -> None:
        """What came of it; last of all whether the stick may be pulled out."""
        clear(self._result)
        told = list(dict.fromkeys(told))
        lines = [label(what, tone=tone, bold=True)]
        lines += [label(text, size="body-small") for text in (means, *told[:most]) if text]
        if len(told) > most:
            lines.append(label(self.tr("Y {n} más.").format(n=len(told) - most), size="body-small", tone="dim"))
        safe = self.tr("Ya puede retirar la memoria, con «Expulsar» si el sistema lo ofrece.") if removable else ""
        if safe:
            lines.append(label(safe, size="body-small", bold=True))
        self._result.addWidget(card(tone, *lines))
        QTimer.singleShot(SETTLED, self, lambda: self._area.ensureWidgetVisible(self.result, 0, 0))
        announce(self.result, " ".join(part for part in (what, means, *told[:most], safe) if part))
