"""Renovación: which evidence ages when, what is past its end first; a new timestamp for those chosen, a hash tree over all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView

from desktop.ui.archive.office import AgeingRow
from desktop.ui.archive.section import Section
from desktop.ui.archive.words import ages_words, dossiers_words
from desktop.ui.jobs import Lane
from desktop.ui.widgets.basics import ActionButton, card, label
from desktop.ui.widgets.tables import KEY, Cell, Row
from desktop.ui.wording import count, translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.operations.evidence import EvidenceMade
    from desktop.operations.renew_archive import Renewed
    from desktop.ui.archive.office import RenewalReading
    from desktop.ui.bench import Bench


class RenewalSection(Section):
    """Several rows may be chosen."""

    found: RenewalReading | None = None

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("RenewalSection", "Renovación"), parent)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)

    def build_acts(self) -> tuple[QWidget, ...]:
        """A timestamp for each, or one over all."""
        look = self._bench.look
        self.renew = ActionButton(look, self.tr("Renovar"), kind="primary", key="Ctrl+Return")
        self.renew.setToolTip(self.tr("Un sello de tiempo nuevo para los expedientes elegidos"))
        self.cover = ActionButton(look, self.tr("Cubrir todo con un árbol"), key="Ctrl+T")
        self.cover.setToolTip(self.tr("Una sola prueba para todos los expedientes que ninguna cubre"))
        self.renew.clicked.connect(self._renew)
        self.cover.clicked.connect(self._cover)
        return (self.renew, self.cover)

    def read(self) -> None:
        """What ages when."""
        if self.found is None:
            self.say(self.tr("Leyendo…"))
        job = self._bench.jobs.tracked(self._bench.office.archive.renewal, Lane.POOL).owned_by(self)
        job.replacing("archive.renewal").success(self._keep).failure(self._lost).start()

    def _lost(self, error: BaseException) -> None:
        self.found = None
        self.failed(error)
        self.judge()

    def _keep(self, found: RenewalReading) -> None:
        self.found = found
        if not found.rows:
            self.sentence.setText("")
            self.say(self.tr("No hay nada que renovar"), self.tr("El archivo no guarda todavía documentos firmados."))
            self.judge()
            return
        late = sum(1 for row in found.rows if row.ages.end is None or row.ages.end <= found.at)
        told = dossiers_words(len(found.rows)) + " · "
        told += count(late, self.tr("1 vencido o sin fecha"), self.tr("{n} vencidos o sin fecha"))
        if not found.stamps:
            told += " · " + self.tr("nadie da sellos de tiempo aquí")
        self.sentence.setText(told)
        names = (self.tr("Vale hasta"), self.tr("CITE"), self.tr("Título"), self.tr("Nivel"))
        self.table.show_rows(names, [self._row(row) for row in found.rows])
        self.show_table()

    def _row(self, row: AgeingRow) -> Row:
        calendar, end = self._bench.calendar, row.ages.end
        tone, _words = ages_words(row.ages, calendar)
        until = calendar.until(end) if end else self.tr("no se sabe")
        cells = (
            Cell(until, end.isoformat() if end else "", tone),
            Cell(row.cite),
            Cell(row.title or row.ages.object),
            Cell(row.ages.level),
        )
        return Row(cells, row)

    def show_detail(self, key: object) -> None:
        """Why that one ages; how the evidence over all stands."""
        if isinstance(key, AgeingRow):
            tone, words = ages_words(key.ages, self._bench.calendar)
            self.detail.addWidget(card(tone, label(words)))
            stamped = key.ages.stamped_at
            self.fact(self.tr("Sellado"), self._bench.calendar.full(stamped) if stamped else self.tr("sin sello"))
            self.fact(self.tr("Expediente"), f"{key.ages.object} {key.ages.version}")
        if self.found is None:
            return
        if self.found.evidence:
            self.detail.addWidget(label(self.tr("Pruebas sobre muchos expedientes"), bold=True))
        for one in self.found.evidence:
            until = self._bench.calendar.full(one.until) if one.until else ""
            words = self.tr("sellada, vale hasta el {day}").format(day=until) if until else ""
            bare = self.tr("sin sello de tiempo de tercero") if one.stamped_at is None else self.tr("no se pudo juzgar")
            self.fact(dossiers_words(one.inventories), words or bare)

    def judge(self) -> None:
        """Nothing while an errand is under way."""
        some = self.found is not None and bool(self.found.rows) and not self.busy
        self.renew.setEnabled(some and self.found is not None and self.found.stamps)
        self.cover.setEnabled(some)

    def _renew(self) -> None:
        rows = [index.data(KEY) for index in self.table.selectionModel().selectedRows()]
        objects = [row.ages.object for row in rows if isinstance(row, AgeingRow)]
        if objects:
            office = self._bench.office.archive
            job = self._bench.jobs.tracked(lambda note: office.renew(objects, note), Lane.POOL)
            self.run(job, self.tr("Pidiendo sellos de tiempo…"), self._renewed)

    def _renewed(self, done: Renewed) -> None:
        lines = []
        if done.waiting:
            one = self.tr("1 no gana nada: el servicio no da hoy un sello que valga más.")
            many = self.tr("{n} no ganan nada: el servicio no da hoy un sello que valga más.")
            lines.append(count(done.waiting, one, many))
        for owed in done.owed:
            words = self._bench.say(owed.code, {})
            lines.append(f"{owed.object}: {words.what if words else owed.code}")
        if done.conflicts:
            lines.append(self.tr("Otro custodio los estaba escribiendo: {n}.").format(n=len(done.conflicts)))
        if not done.finished:
            lines.append(self.tr("Se detuvo; lo que falta sigue en la lista."))
        told = self.tr("Renovado: {dossiers}.").format(dossiers=dossiers_words(len(done.versions)))
        self.tell("good" if done.versions and not lines else "care", told, *lines)

    def _cover(self) -> None:
        job = self._bench.jobs.job(self._bench.office.archive.cover, Lane.POOL)
        self.run(job, self.tr("Haciendo el árbol…"), self._covered)
        self.stop.hide()  # one act: it is written whole or not at all

    def _covered(self, done: EvidenceMade) -> None:
        told = self.tr("Cubierto ahora: {dossiers}.").format(dossiers=dossiers_words(done.covered))
        if done.owed:
            words = self._bench.say(done.owed, {})
            bare = self.tr("El árbol quedó sin sello de tiempo de tercero: prueba el orden, no la fecha.")
            self.tell("care", told, bare, words.what if words else done.owed)
        else:
            self.tell("good", told)
