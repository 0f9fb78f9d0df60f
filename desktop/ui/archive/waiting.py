"""Por recibir: the deposits that wait for this archive, and what became of each one that was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.archive.section import Section
from desktop.ui.archive.words import dossiers_words, files_words, size_words
from desktop.ui.jobs import Lane
from desktop.ui.widgets.basics import ActionButton, card, label
from desktop.ui.widgets.tables import Cell, Row
from desktop.ui.wording import count, translate

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.operations.accept import Accepted
    from desktop.operations.deposits_waiting import DepositWaiting
    from desktop.ui.archive.office import TakingIn
    from desktop.ui.bench import Bench


class WaitingSection(Section):
    """Rows are what waits and, until it is read again by hand, what was answered here."""

    rows: tuple[DepositWaiting, ...] = ()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("WaitingSection", "Depósitos por recibir"), parent)
        self.answered: dict[str, Accepted] = {}
        self._seen: dict[str, DepositWaiting] = {}

    def build_acts(self) -> tuple[QWidget, ...]:
        """All of them, or the chosen one."""
        look = self._bench.look
        self.all = ActionButton(look, self.tr("Aceptar todos"), kind="primary", key="Ctrl+Return")
        self.one = ActionButton(look, self.tr("Aceptar este"), key="Ctrl+T")
        tip = self.tr("Comprueba firmas, archivos y actos; lo que no está bien se rechaza con su motivo")
        for act in (self.all, self.one):
            act.setToolTip(tip)
        self.all.clicked.connect(lambda: self._accept([row.deposit for row in self.rows]))
        self.one.clicked.connect(self._accept_one)
        return (self.all, self.one)

    def read(self) -> None:
        """What waits in the exchange now."""
        if self.busy:
            return
        if not self.rows and not self.answered:
            self.say(self.tr("Leyendo…"))
        office = self._bench.office.archive
        job = self._bench.jobs.tracked(lambda note: tuple(office.waiting(note)), Lane.POOL).owned_by(self)
        job.replacing("archive.waiting").success(self._keep).failure(self._lost).start()

    def _lost(self, error: BaseException) -> None:
        self.rows = ()
        self.failed(error)
        self.judge()

    def _keep(self, rows: tuple[DepositWaiting, ...]) -> None:
        self.rows = rows
        self._seen |= {row.deposit: row for row in rows}
        self._show()

    def _show(self) -> None:
        left = {row.deposit for row in self.rows}
        answered = [self._seen[name] for name in self.answered if name in self._seen and name not in left]
        shown = [*self.rows, *answered]
        if not shown:
            self.sentence.setText("")
            means = self.tr("Lo que las unidades depositen aparecerá aquí.")
            self.say(self.tr("No hay depósitos por recibir"), means)
            self.judge()
            return
        size = size_words(sum(row.size for row in self.rows))
        one, many = self.tr("Espera 1 depósito"), self.tr("Esperan {n} depósitos")
        told = count(len(self.rows), one, many) if self.rows else self.tr("No queda ninguno por recibir")
        self.sentence.setText(f"{told} · {size}" if self.rows else told)
        names = (self.tr("Título"), self.tr("Estado"), self.tr("Contenido"), self.tr("De"))
        self.table.show_rows(names, [self._row(row) for row in shown])
        self.show_table()

    def _row(self, row: DepositWaiting) -> Row:
        state, role = self._state(row)
        cells = (
            Cell(row.title or self.tr("Depósito {id}").format(id=row.deposit)),
            Cell(state, role=role),
            Cell(f"{files_words(row.files)} · {size_words(row.size)}", f"{row.size:020}"),
            Cell(row.unit),
        )
        return Row(cells, row)

    def _state(self, row: DepositWaiting) -> tuple[str, str]:
        found = self.answered.get(row.deposit)
        if found is None:
            return (self.tr("no se puede leer"), "bad") if row.code else (self.tr("por recibir"), "accent")
        if found.accepted:
            return self.tr("aceptado"), "good"
        return (self.tr("rechazado"), "bad") if found.refused else (self.tr("sigue esperando"), "care")

    def show_detail(self, key: object) -> None:
        """What came, from whom; what was answered and why."""
        row = key
        if row is None:
            return
        row = self._seen[row.deposit]  # type: ignore[attr-defined]
        found = self.answered.get(row.deposit)
        if found is not None:
            self._answer(found)
        elif row.code:
            self._told("bad", self.tr("No se puede leer"), row.code, row.facts)
        self.fact(self.tr("Título"), row.title)
        self.fact(self.tr("CITE"), row.cite)
        self.fact(self.tr("De"), ", ".join(part for part in (row.made_by, row.unit) if part))
        self.fact(self.tr("Serie"), row.series)
        documents = count(row.documents, self.tr("1 documento"), self.tr("{n} documentos"))
        extent = f"{documents} · {files_words(row.files)} · {size_words(row.size)}"
        self.fact(self.tr("Contenido"), extent if row.files else "")
        self.fact(self.tr("Depositado"), self._bench.calendar.full(row.made_at) if row.made_at else "")
        self.fact(self.tr("Número del depósito"), row.deposit)

    def _answer(self, found: Accepted) -> None:
        if not found.accepted:
            title = self.tr("Rechazado") if found.refused else self.tr("Sigue esperando")
            self._told("bad" if found.refused else "care", title, found.code, dict(found.facts))
            return
        lines = [label(self.tr("Aceptado"), tone="good", bold=True)]
        lines.append(label(self.tr("La unidad recibirá el acuse firmado con su próxima conexión."), size="body-small"))
        owed = [words.what for code in found.owed if (words := self._bench.say(code, {})) is not None]
        lines += [label(text, size="body-small", tone="care") for text in owed]
        self.detail.addWidget(card("good", *lines))
        self.fact(self.tr("Expediente en el archivo"), f"{found.object} {found.raised or found.version}")
        self.fact(self.tr("Carpeta"), found.folder)

    def _told(self, tone: str, title: str, code: str, facts: object) -> None:
        words = self._bench.say(code, facts)  # type: ignore[arg-type]
        told = [text for text in words if text] if words is not None else [code]
        self.detail.addWidget(
            card(tone, label(title, tone=tone, bold=True), *(label(text, size="body-small") for text in told))
        )

    def judge(self) -> None:
        """Nothing while an errand is under way."""
        waiting = {row.deposit for row in self.rows}
        key = getattr(self.chosen, "deposit", "")
        self.all.setEnabled(bool(waiting) and not self.busy)
        self.one.setEnabled(key in waiting and not self.busy)

    def _accept_one(self) -> None:
        key = getattr(self.chosen, "deposit", "")
        if key:
            self._accept([key])

    def _accept(self, deposits: list[str]) -> None:
        office = self._bench.office.archive
        job = self._bench.jobs.tracked(lambda note: office.accept(deposits, note), Lane.POOL)
        self.run(job, self.tr("Comprobando lo que llegó…"), self._did)

    def _did(self, found: TakingIn) -> None:
        self.answered |= {row.deposit: row for row in found.rows}
        taken = [row for row in found.rows if row.accepted]
        refused = [row for row in found.rows if row.refused]
        rest = [row for row in found.rows if not row.accepted and not row.refused]
        told = self.tr("Se aceptó: {dossiers}.").format(dossiers=dossiers_words(len(taken)))
        lines = [self._line(row) for row in (*refused, *rest)]
        if len(found.rows) < found.asked:
            left = found.asked - len(found.rows)
            one, many = self.tr("Se detuvo antes de 1 depósito."), self.tr("Se detuvo antes de {n} depósitos.")
            lines.append(count(left, one, many))
        tone = "good" if taken and not lines else "care"
        self.tell(tone, told if taken else self.tr("No se aceptó ninguno."), *lines)

    def _line(self, row: Accepted) -> str:
        words = self._bench.say(row.code, dict(row.facts))
        title = self._seen[row.deposit].title if row.deposit in self._seen else ""
        what = words.what if words is not None else row.code
        return f"{title or row.deposit}: {what}"
