"""Almacén: what the store of the archive really does, each thing that was tried in words, and the last second copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from desktop.ui.archive.section import Section
from desktop.ui.archive.words import dossiers_words
from desktop.ui.jobs import Lane
from desktop.ui.widgets.basics import ActionButton, card, label
from desktop.ui.widgets.tables import Cell, Row
from desktop.ui.wording import translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.operations.archive_doctor import Checkup
    from desktop.operations.archive_runs import BackupRun
    from desktop.ui.bench import Bench


class StoreSection(Section):
    """Nothing is tried until somebody asks for it: it writes into the store."""

    checkup: Checkup | None = None

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("StoreSection", "Almacén"), parent)

    def build_acts(self) -> tuple[QWidget, ...]:
        """Try it; copy it."""
        look = self._bench.look
        self.examine = ActionButton(look, self.tr("Probar el almacén"), kind="primary", key="Ctrl+Return")
        self.examine.setToolTip(self.tr("Escribe, pisa y daña archivos de prueba; nada de lo guardado se toca"))
        self.copy = ActionButton(look, self.tr("Hacer la segunda copia…"), key="Ctrl+B")
        self.examine.clicked.connect(self._examine)
        self.copy.clicked.connect(self._copy)
        return (self.examine, self.copy)

    def read(self) -> None:
        """The last copy."""
        job = self._bench.jobs.job(self._bench.office.archive.last_backup, Lane.POOL).owned_by(self)
        job.replacing("archive.backup").success(self._keep).failure(self.failed).start()

    def _keep(self, last: BackupRun | None) -> None:
        if last is None:
            self.sentence.setText(self.tr("Todavía no hay una segunda copia: si este disco se pierde, se pierde todo."))
        else:
            when = self._bench.calendar.moment(last.at)
            told = self.tr("Última copia: {when}, {dossiers}, en {where}.")
            self.sentence.setText(told.format(when=when, dossiers=dossiers_words(last.objects), where=last.where))
        self._show()

    def _show(self) -> None:
        found = self.checkup
        if found is None:
            do = self.tr("«Probar el almacén» dice qué hace de verdad el disco o el servicio en que está el archivo.")
            self.say(self.tr("El almacén no se probó en esta sesión"), do)
            self.judge()
            return
        rows = []
        for probe in found.probes:
            words = self._bench.say(probe.code, probe.facts)
            state, role = (self.tr("bien"), "good") if probe.good else (self.tr("aviso"), "care")
            if probe.needed and not probe.good:
                state, role = self.tr("falla"), "bad"
            cells = (Cell(state, f"{role}", role), Cell(words.what if words else probe.code))
            rows.append(Row(cells, probe))
        self.table.show_rows((self.tr("Resultado"), self.tr("Qué se probó")), rows)
        self.show_table()

    def show_detail(self, key: object) -> None:
        """What it means and what to do; whether an archive may lie there."""
        if self.checkup is None or key is None:
            return
        fit = self.checkup.fit
        words = self.tr("El almacén sirve para el archivo.") if fit else self.tr("El almacén no sirve para el archivo.")
        self.detail.addWidget(card("good" if fit else "bad", label(words, tone="good" if fit else "bad", bold=True)))
        told = self._bench.say(key.code, key.facts)  # type: ignore[attr-defined]
        for number, text in enumerate(text for text in told or () if text):
            self.detail.addWidget(label(text, size="body-small", bold=not number))
        self.fact(self.tr("Dónde"), self.checkup.store)

    def judge(self) -> None:
        """One errand at a time."""
        for act in (self.examine, self.copy):
            act.setEnabled(not self.busy)

    def _examine(self) -> None:
        job = self._bench.jobs.job(self._bench.office.archive.examine, Lane.POOL)
        self.run(job, self.tr("Probando…"), self._examined)
        self.stop.hide()  # it ends by itself, with what it wrote taken away

    def _examined(self, found: Checkup) -> None:
        self.checkup = found

    def _copy(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Elegir el disco o la carpeta de la segunda copia"))
        if chosen:
            folder, office = Path(chosen), self._bench.office.archive
            job = self._bench.jobs.tracked(lambda note: office.back_up(folder, note), Lane.POOL)
            self.run(job, self.tr("Copiando…"), self._copied)

    def _copied(self, done: BackupRun) -> None:
        lines = [words.what for code in done.doubts if (words := self._bench.say(code, {})) is not None]
        if done.problems:
            lines.append(self.tr("No se copió por estar dañado: {n}.").format(n=done.problems))
        what = self.tr("La segunda copia está al día: {dossiers}.").format(dossiers=dossiers_words(done.objects))
        self.tell("care" if lines else "good", what, *lines)
