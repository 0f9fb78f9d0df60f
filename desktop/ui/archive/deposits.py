"""Mis depósitos: how far each came, the receipt as its signature proves it now, and what can be done with one that was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.operations.deposits_made import DepositState
from desktop.ui.archive.office import DepositRow
from desktop.ui.archive.section import Section
from desktop.ui.archive.words import deposit_means, deposit_word
from desktop.ui.messages import Message
from desktop.ui.widgets.basics import ActionButton, card, label
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.tables import KEY, Cell, Row
from desktop.ui.wording import count, translate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QModelIndex
    from PySide6.QtWidgets import QLabel, QWidget

    from desktop.ui.bench import Bench

_ORDER = {
    DepositState.UNPROVEN: 0,
    DepositState.REFUSED: 1,
    DepositState.QUEUED: 2,
    DepositState.WAITING: 3,
    DepositState.ACCEPTED: 4,
}


class DepositsSection(Section):
    """Enter opens the document."""

    rows: tuple[DepositRow, ...] = ()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(bench, translate("DepositsSection", "Depósitos de la unidad"), parent)
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)

    def build_acts(self) -> tuple[QWidget, ...]:
        """Both are for what was refused."""
        look = self._bench.look
        self.renew = ActionButton(look, self.tr("Depositar de nuevo"), kind="primary", key="Ctrl+Return")
        self.mend = ActionButton(look, self.tr("Retomar y corregir"), key="Ctrl+T")
        self.renew.setToolTip(self.tr("Entrega otra vez lo mismo: sirve cuando se dañó en el camino"))
        self.mend.setToolTip(self.tr("Lo saca del archivo y lo devuelve a Pendientes, para corregirlo"))
        self.renew.clicked.connect(self._renew)
        self.mend.clicked.connect(self._mend)
        return (self.renew, self.mend)

    def read(self) -> None:
        """Each receipt is verified anew."""
        job = self._bench.jobs.job(lambda: tuple(self._bench.office.archive.deposits())).owned_by(self)
        job.replacing("archive.deposits").success(self._keep).failure(self.failed).start()

    def _keep(self, rows: tuple[DepositRow, ...]) -> None:
        kept = self.chosen
        self.rows = rows
        if not rows:
            self.sentence.setText("")
            do = self.tr("En la bandeja Archivo, abra un documento concluido y elija «Depositar».")
            self.say(self.tr("Esta unidad todavía no depositó nada"), do)
            self.judge()
            return
        refused = sum(1 for row in rows if row.made.state in {DepositState.REFUSED, DepositState.UNPROVEN})
        told = count(len(rows), self.tr("1 depósito"), self.tr("{n} depósitos"))
        if refused:
            told += " · " + count(refused, self.tr("1 necesita atención"), self.tr("{n} necesitan atención"))
        self.sentence.setText(told)
        names = (self.tr("Estado"), self.tr("Título"), self.tr("CITE"), self.tr("Depositado"))
        self.table.show_rows(names, [self._row(row) for row in self._in_order(rows)])
        self._choose_again(kept)
        self.show_table()

    def _in_order(self, rows: Sequence[DepositRow]) -> list[DepositRow]:
        """What needs somebody first; each kind the latest first, as they came."""
        return sorted(rows, key=lambda row: _ORDER[row.made.state])

    def _choose_again(self, kept: object) -> None:
        if not isinstance(kept, DepositRow):
            return
        for number in range(self.table.sorted.rowCount()):
            index = self.table.sorted.index(number, 0)
            if index.data(KEY).made.deposit == kept.made.deposit:
                self.table.setCurrentIndex(index)

    def _row(self, row: DepositRow) -> Row:
        made, state = row.made, deposit_word(row.made)
        moment = self._bench.calendar.moment(made.made_at)
        cells = (
            Cell(state.text, f"{_ORDER[made.state]}", state.role),
            Cell(made.title),
            Cell(row.cite),
            Cell(moment, made.made_at.isoformat()),
        )
        return Row(cells, row)

    def show_detail(self, key: object) -> None:
        """What the archive answered, proved now, and why."""
        if not isinstance(key, DepositRow):
            return
        made, state = key.made, deposit_word(key.made)
        lines = [label(state.text.capitalize(), tone=state.role, bold=True), label(deposit_means(made))]
        for code, facts in ((made.code, made.facts), (made.doubt, {"reason": made.doubt})):
            if code:
                lines += self._why(code, facts)
        self.detail.addWidget(card(state.role, *lines))
        if made.state is DepositState.ACCEPTED:
            self._receipt(key)
        self.fact(self.tr("Título"), made.title)
        self.fact(self.tr("Serie"), key.series)
        self.fact(self.tr("Documentos"), str(len(made.documents)))
        self.fact(self.tr("Número del depósito"), made.deposit)
        self.fact(self.tr("En lugar del depósito"), made.instead_of)
        if key.cite:
            shown = ActionButton(self._bench.look, self.tr("Ver el documento"), icon="file-text")
            shown.clicked.connect(lambda: self.opened.emit(key.principal, None))
            self.detail.addWidget(flowing(shown))

    def _why(self, code: str, facts: dict[str, str]) -> list[QLabel]:
        words = self._bench.say(code, facts)
        if words is None:
            return [label(self.tr("Motivo: {code}").format(code=code), size="body-small")]
        return [label(text, size="body-small", bold=not n) for n, text in enumerate(words) if text]

    def _receipt(self, key: DepositRow) -> None:
        """The receipt: who, when, where, and the sum that proves it."""
        made = key.made
        proof = self.tr("Firma del acuse comprobada ahora") if not made.doubt else self.tr("Acuse comprobado al llegar")
        self.detail.addWidget(label(self.tr("Acuse del archivo"), bold=True))
        self.detail.addWidget(label(proof, size="body-small", tone="care" if made.doubt else "good"))
        when = self._bench.calendar.full(made.answered_at) if made.answered_at else ""
        self.fact(self.tr("Recibido por"), made.custodian)
        self.fact(self.tr("Fecha (hora del custodio)"), when)
        self.fact(self.tr("Expediente en el archivo"), f"{made.object} {made.version}")
        self.fact(self.tr("SHA-512 del inventario"), made.inventory_sha512)

    def judge(self) -> None:
        """Only what was refused can be handed in anew or taken back."""
        key = self.chosen
        refused = isinstance(key, DepositRow) and key.made.refused and bool(key.cite)
        for act in (self.renew, self.mend):
            act.setEnabled(refused and not self.busy)
            act.setVisible(any(row.made.refused for row in self.rows))

    def _renew(self) -> None:
        office = self._bench.office.archive
        done = Message("good", self.tr("Entregado otra vez al archivo. El acuse llegará solo."))
        self._act(office.deposit_again, done)

    def _mend(self) -> None:
        office = self._bench.office.archive
        done = Message("good", self.tr("Está de nuevo en Pendientes. Corríjalo, archívelo y deposítelo otra vez."))
        self._act(office.take_back, done)

    def _act(self, verb: Callable[[str], object], done: Message) -> None:
        key = self.chosen
        if not isinstance(key, DepositRow) or self.busy:
            return
        job = self._bench.jobs.job(lambda: verb(key.principal)).owned_by(self)
        job.success(lambda _none: self._acted(done)).start()

    def _acted(self, done: Message) -> None:
        self.told.emit(done)
        self.changed.emit()
        self.read()

    def _open(self, index: QModelIndex) -> None:
        row = index.data(KEY)
        if isinstance(row, DepositRow) and row.cite:
            self.opened.emit(row.principal, None)
