"""The window's exchanges with the line: asked for by somebody, or by themselves; and what is told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.records.errors import OfficeError
from desktop.ui.jobs import Lane
from desktop.ui.messages import Message
from desktop.ui.wording import count
from signing.errors import SigningError

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.office import SyncOutcome


class Exchange(QObject):
    """One at a time. ``busy_changed``: one that was asked for began or ended; ``ended``: any did; ``brought``: there may be news.

    ``paused``: the last one ended because somebody asked; whoever paused goes on by hand.
    """

    told = Signal(object)
    busy_changed = Signal(bool)
    progressed = Signal(int, int, str)
    ended = Signal()
    brought = Signal()

    def __init__(self, bench: Bench, parent: QObject) -> None:
        super().__init__(parent)
        self._bench = bench
        self.busy = False
        self.paused = False

    def run(self) -> None:
        """Push and pull, in the pool."""
        self._set_busy(busy=True)
        job = self._bench.jobs.tracked(self._bench.office.synchronise, Lane.POOL).owned_by(self)
        job.progress(self.progressed.emit).success(self.show).always(self._at_rest).start()

    def catch_up(self) -> None:
        """By itself, quietly: only what came is told; that there is no line the rail's foot says."""
        if self.busy or self.paused:
            return
        job = self._bench.jobs.tracked(self._bench.office.synchronise, Lane.POOL).owned_by(self)
        job.success(self._caught_up).failure(self.report_bugs).always(self.ended.emit).start()

    def report_bugs(self, error: BaseException) -> None:
        """No line is the normal case and says nothing; a bug of ours is reported like any other."""
        if not isinstance(error, (OfficeError, SigningError)):
            self._bench.jobs.report(error)

    def show(self, outcome: SyncOutcome) -> None:
        """Tell what an exchange brought."""
        self.paused = outcome.paused
        parts = [self.tr("En pausa.")] if outcome.paused else []
        if outcome.received:
            parts.append(count(outcome.received, self.tr("Llegó 1 novedad."), self.tr("Llegaron {n} novedades.")))
        if outcome.sent:
            parts.append(count(outcome.sent, self.tr("Se entregó 1 envío."), self.tr("Se entregaron {n} envíos.")))
        if outcome.waiting:
            parts.append(count(outcome.waiting, self.tr("Queda 1 en cola."), self.tr("Quedan {n} en cola.")))
        told = [self._bench.say(code, facts) for code, facts in outcome.problems]
        problems = " ".join(words.what for words in told if words is not None)
        what = " ".join(parts) or self.tr("Todo está al día.")
        self.told.emit(Message("care" if outcome.problems else "good", what, problems))
        self.brought.emit()

    def _caught_up(self, outcome: SyncOutcome) -> None:
        if outcome.received or outcome.problems:
            self.show(outcome)

    def _at_rest(self) -> None:
        self._set_busy(busy=False)
        self.ended.emit()

    def _set_busy(self, *, busy: bool) -> None:
        self.busy = busy
        self.busy_changed.emit(busy)
