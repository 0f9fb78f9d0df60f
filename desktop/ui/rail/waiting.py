"""The list of what waits for its timestamp: why, since when, and "Intentar ahora"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.jobs import Lane
from desktop.ui.widgets.basics import ActionButton, announce, card, clear, fill, label, scrolling
from desktop.ui.wording import level_state, waiting_words, why_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.bench import Bench
    from desktop.ui.rail.office import RaisingResult, WaitingRow

_SHOWN = 50  # rows; the others are counted


class WaitingDialog(QDialog):
    """Reads nothing itself: the window hands it the rows. ``raised``: a round is over, the status must be read again."""

    raised = Signal()

    def __init__(self, bench: Bench, rows: Sequence[WaitingRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        px = bench.look.px
        self.setWindowTitle(self.tr("Esperan sello de tiempo"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = QVBoxLayout(self)
        box.setContentsMargins(px(24), px(20), px(24), px(20))
        box.setSpacing(px(8))
        self.head = label("", size="title")
        self.said = label("", size="body-small")
        self.said.hide()
        inside = QWidget()
        self._rows = QVBoxLayout(inside)
        self._rows.setContentsMargins(0, 0, px(6), 0)
        self._rows.setSpacing(px(8))
        self.again = ActionButton(bench.look, self.tr("Intentar ahora"), kind="primary")
        self.again.clicked.connect(self.try_now)
        self.shut = ActionButton(bench.look, self.tr("Cerrar"))
        self.shut.clicked.connect(self.reject)
        row = QHBoxLayout()
        fill(row, -1, self.shut, self.again)
        fill(box, self.head, self.said, scrolling(inside, name=self.windowTitle()), row)
        box.setStretch(2, 1)
        room = parent.size() if parent is not None else self.sizeHint()
        self.resize(min(px(520), room.width() - px(24)), min(px(460), room.height() - px(24)))
        self.show_rows(rows)
        self.again.setFocus()

    def show_rows(self, rows: Sequence[WaitingRow]) -> None:
        """What waits now, the oldest first."""
        clear(self._rows)
        needy = sum(row.aside for row in rows)
        self.head.setText(
            waiting_words(len(rows) - needy, needy) or self.tr("Ningún documento espera sello de tiempo.")
        )
        for row in rows[:_SHOWN]:
            self._rows.addWidget(self._row(row))
        if len(rows) > _SHOWN:
            fill(self._rows, label(self.tr("Y {n} más.").format(n=len(rows) - _SHOWN), tone="dim"))
        fill(self._rows, -1)
        self.again.setVisible(bool(rows))

    def _row(self, row: WaitingRow) -> QWidget:
        since = self.tr("Espera desde {since}.").format(since=self._bench.calendar.moment(row.since))
        lines = [label(row.cite, bold=True, selectable=True), label(level_state(row.level), size="body-small")]
        if row.aside:
            lines.append(label(self.tr("Necesita atención."), tone="bad", bold=True, size="body-small"))
        if why := why_waiting(row, self._bench.say):
            lines.append(label(why, size="body-small"))
        if row.retry_at is not None and not row.aside:
            moment = self._bench.calendar.moment(row.retry_at)
            since += " " + self.tr("Se intentará otra vez {moment}.").format(moment=moment)
        lines.append(label(since, tone="dim", size="body-small"))
        return card("bad" if row.aside else "plain", *lines)

    def try_now(self) -> None:
        """One round, outside the screen's thread; closing the list does not stop it, and nothing is lost if it does."""
        self.again.setEnabled(False)
        self._say(self.tr("Intentando…"))
        job = self._bench.jobs.tracked(self._bench.office.raise_now, Lane.POOL).owned_by(self)
        job.success(self._tried).failure(self._failed).always(self._at_rest).start()

    def _at_rest(self) -> None:
        self.again.setEnabled(True)
        self.raised.emit()

    def _failed(self, error: BaseException) -> None:
        self.said.hide()
        self._bench.jobs.report(error)

    def _tried(self, done: RaisingResult) -> None:
        parts = []
        if done.raised:
            parts.append(self.tr("Elevados ahora: {n}.").format(n=len(done.raised)))
        told = [*done.problems, (done.waits, done.facts)] if done.waits else [*done.problems]
        parts += [words.what for code, facts in told if (words := self._bench.say(code, facts)) is not None]
        self._say(" ".join(dict.fromkeys(parts)) or self.tr("No había nada que elevar."))

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.show()
        announce(self.said, text)
