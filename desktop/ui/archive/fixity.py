"""Integridad: how long ago each series was read, what is not as it was and what to do, and reading it all again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop.ui.archive.section import Section
from desktop.ui.archive.words import dossiers_words, files_words
from desktop.ui.jobs import Lane
from desktop.ui.widgets.basics import ActionButton, card, label
from desktop.ui.widgets.tables import Cell, Row
from desktop.ui.wording import count, translate

if TYPE_CHECKING:
    from datetime import datetime

    from PySide6.QtWidgets import QWidget

    from desktop.operations.fixity import FixityState, ReadingReport
    from desktop.ui.bench import Bench

_SHOWN = 20  # problems at the side; a report has all


class FixitySection(Section):
    """A reading that is paused goes on where it was, also after the program was closed."""

    state: FixityState | None = None

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("FixitySection", "Integridad"), parent)

    def build_acts(self) -> tuple[QWidget, ...]:
        """Read now; the report."""
        look = self._bench.look
        self.verify = ActionButton(look, self.tr("Verificar ahora"), kind="primary", key="Ctrl+Return")
        self.verify.setToolTip(self.tr("Lee de nuevo cada byte del archivo; puede pausarse y sigue donde quedó"))
        self.verify.clicked.connect(self._verify)
        self.report = ActionButton(look, self.tr("Abrir reporte"), key="Ctrl+S")
        self.report.clicked.connect(self._report)
        self.stop.setText(self.tr("Pausar"))
        return (self.verify, self.report)

    def read(self) -> None:
        """How it stands; no document is read for it."""
        if self.state is None:
            self.say(self.tr("Leyendo…"))
        job = self._bench.jobs.job(self._bench.office.archive.fixity, Lane.POOL).owned_by(self)
        job.replacing("archive.fixity").success(self._keep).failure(self._lost).start()

    def _lost(self, error: BaseException) -> None:
        self.state = None
        self.failed(error)
        self.judge()

    def _keep(self, state: FixityState) -> None:
        self.state = state
        self.verify.setText(self.tr("Seguir verificando") if state.running else self.tr("Verificar ahora"))
        if not state.series:
            self.sentence.setText("")
            self.say(self.tr("No hay nada que verificar"), self.tr("El archivo todavía no guarda expedientes."))
            self.judge()
            return
        self.sentence.setText(self._summary(state))
        names = [self.tr("Serie"), self.tr("Expedientes"), self.tr("Nunca"), self.tr("Última")]
        names += [self.tr("Más antigua"), self.tr("Con daño")]
        rows = []
        for one in state.series:
            cells = (
                Cell(one.title or one.series or self.tr("Sin serie")),
                Cell(str(one.objects), one.objects),
                Cell(str(one.never), one.never, "care" if one.never else ""),
                Cell(self._moment(one.last), one.last.isoformat() if one.last else ""),
                Cell(self._moment(one.oldest), one.oldest.isoformat() if one.oldest else ""),
                Cell(str(one.damaged), one.damaged, "bad" if one.damaged else ""),
            )
            rows.append(Row(cells, one.series or "-"))
        self.table.show_rows(names, rows)
        self.show_table()

    def _moment(self, at: datetime | None) -> str:
        return self._bench.calendar.moment(at) if at else self.tr("nunca")

    def _summary(self, state: FixityState) -> str:
        never = sum(one.never for one in state.series)
        parts = [dossiers_words(sum(one.objects for one in state.series))]
        parts.append(count(never, self.tr("1 nunca leído"), self.tr("{n} nunca leídos")))
        if state.running:
            words = self.tr("hay una lectura en pausa desde {since}")
            parts.append(words.format(since=self._bench.calendar.moment(state.running)))
        return " · ".join(parts)

    def show_detail(self, key: object) -> None:
        """What is not as it was, in words, with what to do."""
        if self.state is None or key is None:
            return
        problems = self.state.problems
        if not problems:
            words = self.tr("Todo lo leído está como se guardó.")
            self.detail.addWidget(card("good", label(words, tone="good", bold=True)))
            return
        title = count(len(problems), self.tr("1 cosa no está como estaba"), self.tr("{n} cosas no están como estaban"))
        self.detail.addWidget(label(title, tone="bad", bold=True))
        for one in problems[:_SHOWN]:
            facts = {"object": one.object, "path": one.logical or one.path, "logical": one.logical}
            told = self._bench.say(one.code, facts)
            lines = [label(one.logical or one.path, size="body-small", bold=True)]
            lines += [label(text, size="body-small") for text in told or (one.code,) if text]
            if one.recoverable:
                lines.append(label(self.tr("Se puede reponer desde el mismo archivo."), size="body-small"))
            self.detail.addWidget(card("bad", *lines))
        if len(problems) > _SHOWN:
            rest = self.tr("Y {n} más: están en el reporte.").format(n=len(problems) - _SHOWN)
            self.detail.addWidget(label(rest, size="body-small", tone="dim"))

    def judge(self) -> None:
        """Nothing to read, nothing to report."""
        some = self.state is not None and bool(self.state.series) and not self.busy
        self.verify.setEnabled(some)
        self.report.setEnabled(some)

    def _verify(self) -> None:
        job = self._bench.jobs.tracked(self._bench.office.archive.verify, Lane.POOL)
        self.run(job, self.tr("Leyendo el archivo…"), self._did)

    def _did(self, found: ReadingReport) -> None:
        read = f"{dossiers_words(found.objects)} · {files_words(found.files)}"
        if not found.finished:
            keeps = self.tr("Lo leído queda anotado. «Seguir verificando» continúa donde quedó.")
            self.tell("care", self.tr("En pausa."), read, keeps)
        elif found.problems:
            what = self.tr("Hay expedientes que no están como se guardaron.")
            self.tell("bad", what, read, self.tr("Cada uno está abajo, con lo que se puede hacer."))
        else:
            self.tell("good", self.tr("El archivo está íntegro."), read)

    def _report(self) -> None:
        name = self.tr("integridad") + f"-{self._bench.calendar.today().isoformat()}.pdf"
        kinds = "PDF (*.pdf);;HTML (*.html);;CSV (*.csv)"
        chosen, _kind = QFileDialog.getSaveFileName(self, self.tr("Guardar el reporte"), name, kinds)
        if not chosen:
            return
        path, office = Path(chosen), self._bench.office.archive
        job = self._bench.jobs.job(lambda: office.save_fixity(path), Lane.POOL)
        self.run(job, self.tr("Escribiendo el reporte…"), lambda _none: self._written(path))

    def _written(self, path: Path) -> None:
        self.tell("good", self.tr("El reporte está en «{name}».").format(name=path.name))
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
