"""What the archive's panes share: a sentence, acts, one errand at a time with its progress, a table, and the chosen row at its side."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from desktop.records.errors import OfficeError
from desktop.ui.widgets.basics import ActionButton, IconMark, announce, card, clear, fill, label, line, scrolling
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.tables import KEY, WordsTable, table_lead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent

    from desktop.ui.bench import Bench
    from desktop.ui.jobs import Job
    from desktop.ui.wording import Calendar

T = TypeVar("T")
SIDE = 340
ROOM = 820  # design pixels below which the chosen row is told under the table
UNBROKEN = 32  # signs of a word that find room at the side
SHOWN = 5  # lines of a result; the others are counted


def broken(text: str) -> str:
    """Sums, ids and folders have no place where a line may break: they get lines of their own, so that nothing is cut."""
    words = []
    for word in text.split(" "):
        pieces = [word[at : at + UNBROKEN] for at in range(0, len(word), UNBROKEN)]
        words.append("\n".join(pieces))
    return " ".join(words)


class Section(QFrame):
    """``told`` carries messages, ``changed`` says that an act happened, ``opened`` asks for a document: (document, hop)."""

    told = Signal(object)
    changed = Signal()
    opened = Signal(str, object)

    def __init__(self, bench: Bench, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName(name)
        self._bench = bench
        self.job: Job[object] | None = None
        self._build(name)
        self._show_busy(busy=False)

    # -- building --

    def _build(self, name: str) -> None:
        look, px = self._bench.look, self._bench.look.px
        self.sentence = label("")
        self.again = ActionButton(look, self.tr("Actualizar"), key="Ctrl+R")
        self.again.clicked.connect(self.read)
        self.stop = ActionButton(look, self.tr("Detener"), key="Esc")
        self.stop.clicked.connect(self._cancel)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Avance"))
        self.done = label("", size="body-small", tone="dim")
        self.result = QWidget()
        self._result = QVBoxLayout(self.result)
        self._result.setContentsMargins(0, 0, 0, 0)
        self.acts = self.build_acts()
        head = QVBoxLayout()
        head.setContentsMargins(px(20), px(8), px(20), px(12))
        head.setSpacing(px(8))
        acts = flowing(*self.acts, self.again, self.stop, gap=px(8), sunk=True)
        fill(head, self.sentence, acts, self.progress, self.done, self.result)
        self.table = WordsTable(look, name)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self._detail = QWidget()
        self.detail = QVBoxLayout(self._detail)
        self.detail.setContentsMargins(px(16), px(12), px(16), px(14))
        self.detail.setSpacing(px(8))
        self.side = scrolling(self._detail, name=self.tr("Detalle"))
        self.edge = line(upright=True)
        filled = QWidget()
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight, filled)
        self._across.setContentsMargins(px(20) - table_lead(look), 0, 0, 0)
        self._across.setSpacing(0)
        fill(self._across, self.table, self.edge, self.side)
        self._across.setStretch(0, 3)
        self.blank = QWidget()
        QVBoxLayout(self.blank)
        self.body = QStackedWidget()
        self._whole, self._blank = scrolling(filled, name=name), scrolling(self.blank, name=name)
        self.body.addWidget(self._whole)
        self.body.addWidget(self._blank)
        self.body.setMinimumHeight(px(300))
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        fill(box, head, line(), self.body)
        box.setStretch(2, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = scrolling(inside, name=name)
        outer.addWidget(self.area)

    def build_acts(self) -> tuple[QWidget, ...]:
        """The buttons and fields of this pane, the primary act first."""
        return ()

    # -- reading --

    def read(self) -> None:
        """Ask the office; a pane says what."""

    def failed(self, error: BaseException) -> None:
        """An error that has words is told in place of the table: what happened, what it means, what to do."""
        words = self._bench.say(error.code, error.facts) if isinstance(error, OfficeError) else None
        self.sentence.setText("")
        if words is None:
            self.say(self.tr("No se pudo leer"), self.tr("Nada se perdió. Pruebe otra vez con «Actualizar»."))
            self._bench.jobs.report(error)
            return
        self.say(words.what, words.means, words.do)
        announce(self, f"{words.what} {words.means} {words.do}")

    def say(self, *lines: str) -> None:
        """Sentences in place of the table, the first one bold."""
        box = self.blank.layout()
        assert isinstance(box, QVBoxLayout)
        clear(box)
        box.addStretch(2)
        box.addWidget(IconMark(self._bench.look, "archive", "dim", 36), 0, Qt.AlignmentFlag.AlignHCenter)
        for number, text in enumerate(text for text in lines if text):
            words = label(text, bold=not number, tone="dim" if number else "")
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(words)
        box.addStretch(3)
        self.body.setCurrentWidget(self._blank)

    def show_table(self) -> None:
        """The table, with the chosen row at its side."""
        self.body.setCurrentWidget(self._whole)
        self._arrange()
        self._choose(self.table.currentIndex())

    @property
    def chosen(self) -> object:
        """What the chosen row stands for; None where there is none."""
        index = self.table.currentIndex()
        return index.data(KEY) if index.isValid() else None

    def _choose(self, _index: QModelIndex, _before: QModelIndex | None = None) -> None:
        self.clear_detail()
        self.show_detail(self.chosen)
        self.detail.addStretch(1)
        self.judge()

    def clear_detail(self) -> None:
        """Nothing at the side."""
        clear(self.detail)

    @property
    def calendar(self) -> Calendar:
        """The entity's."""
        return self._bench.calendar

    def show_detail(self, key: object) -> None:
        """Fill ``detail`` with what the chosen row stands for."""

    def fact(self, name: str, value: str) -> None:
        """A name and its value in the detail; nothing where there is no value."""
        if value:
            told = label(broken(value), size="body-small", selectable=True)
            told.setAccessibleName(f"{name}: {value}")
            told.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            pair = QVBoxLayout()
            pair.setSpacing(0)
            fill(pair, label(name, size="small", tone="dim"), told)
            self.detail.addLayout(pair)

    # -- errands --

    def judge(self) -> None:
        """Which acts are possible now; called whenever that may have changed."""

    @property
    def busy(self) -> bool:
        """Whether an errand is under way."""
        return self.job is not None

    def run(self, job: Job[T], words: str, did: Callable[[T], object]) -> None:
        """One errand at a time: ``did`` gets what came of it, also of what was stopped between two pieces."""
        if self.job is not None:
            return
        clear(self._result)
        self.done.setText(words)
        self.job = job  # type: ignore[assignment]
        self._show_busy(busy=True)
        job.owned_by(self).progress(self._note).success(did).failure(self.tell_error)
        job.cancelled(self._stopped).always(self._at_rest).start()
        self.stop.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_busy(self, *, busy: bool) -> None:
        for widget in (self.stop, self.progress, self.done):
            widget.setVisible(busy)
        self.stop.setEnabled(busy)
        self.again.setEnabled(not busy)
        self.progress.setRange(0, 0)
        self.judge()

    def _note(self, done: int, total: int, _name: str) -> None:
        if total:
            self.progress.setRange(0, total)
            self.progress.setValue(min(done, total))
            self.done.setText(self.tr("{done} de {total}").format(done=done, total=total))

    def _cancel(self) -> None:
        if self.job is not None:
            self.stop.setEnabled(False)
            self.done.setText(self.tr("Terminando lo que se está haciendo…"))
            self.job.cancel()

    def _stopped(self) -> None:
        self.tell("care", self.tr("Se detuvo."), self.tr("Nada se perdió; al repetirlo continúa donde quedó."))

    def tell_error(self, error: BaseException) -> None:
        """One with words over the table; any other as a bug."""
        words = self._bench.say(error.code, error.facts) if isinstance(error, OfficeError) else None
        if words is None:
            self._bench.jobs.report(error)
        else:
            self.tell("bad", words.what, words.means, words.do)

    def _at_rest(self) -> None:
        self.job = None
        self._show_busy(busy=False)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()
        self.read()

    def tell(self, tone: str, what: str, *more: str) -> None:
        """What came of an errand, over the table."""
        clear(self._result)
        lines: Sequence[str] = [text for text in dict.fromkeys(more) if text]
        shown = [label(what, tone=tone, bold=True)]
        shown += [label(text, size="body-small") for text in lines[:SHOWN]]
        if len(lines) > SHOWN:
            shown.append(label(self.tr("Y {n} más.").format(n=len(lines) - SHOWN), size="body-small", tone="dim"))
        self._result.addWidget(card(tone, *shown))
        announce(self.result, " ".join((what, *lines[:SHOWN])))

    # -- arranging --

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The chosen row beside the table, or under it."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        px = self._bench.look.px
        wide = self.width() >= px(ROOM)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._across.setDirection(way)
        self.edge.setVisible(wide)
        self.side.setMinimumWidth(px(SIDE) if wide else 0)
        self.side.setMaximumWidth(px(SIDE) if wide else 16777215)
        self.side.setMinimumHeight(0 if wide else px(320))
        self.table.setMinimumHeight(px(190))
