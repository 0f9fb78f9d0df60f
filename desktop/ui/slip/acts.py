"""The panel of an act on a slip: what it asks, the document in sight beside it, one button that does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.records.events import EventKind
from desktop.routing.paper import PaperState
from desktop.routing.sheet import ConflictKind
from desktop.ui.messages import Message
from desktop.ui.slip.office import Colleague, SlipChoice
from desktop.ui.slip.pane import hop_words
from desktop.ui.widgets.basics import ActionButton, fill, label, name_of_field, narrow
from desktop.ui.widgets.days import OptionalDay

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.office import DocumentCard
    from desktop.ui.reader.acts import Act

FORMS = frozenset(
    {
        EventKind.CONCLUDED, EventKind.GROUPED, EventKind.UNGROUPED, EventKind.JUSTIFIED, EventKind.PAPER_MOVED,
        EventKind.REASSIGNED, EventKind.SETTLED,
    }
)  # fmt: skip
"""The acts that this panel asks for."""
DAYS = 3
Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields an act shows, by their names; "" for those that it does not. ``reason``: the text must be given."""

    pick: str = ""
    rows: str = ""
    line: str = ""
    more: str = ""
    text: str = ""
    reason: bool = False
    until: bool = False


class SlipActPane(QWidget):
    """Asks for one act and does it. ``done`` after it is written; ``told`` carries what was done, and how to undo it."""

    closed = Signal()
    done = Signal()
    told = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._card: DocumentCard | None = None
        self._act: Act | None = None
        self._fields = Fields()
        self._choices: tuple[SlipChoice, ...] = ()
        self._people: tuple[Colleague, ...] = ()
        self._reading = False
        self._build()

    def _build(self) -> None:
        look, px = self._bench.look, self._bench.look.px
        box = QVBoxLayout(self)
        box.setContentsMargins(px(16), px(16), px(16), px(16))
        box.setSpacing(px(6))
        self.title = label("", size="title")
        self.question = label("")
        self.pick = narrow(QComboBox())
        self.rows = QListWidget()
        self.rows.setWordWrap(True)
        self.rows.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.rows.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.rows.setMinimumHeight(px(120))
        self.line = narrow(QComboBox())
        self.line.setEditable(True)
        self.line.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.more = QLineEdit()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(px(84))
        self.until = OptionalDay(self.tr("Estará para el"), self.tr("Fecha en que estará"), px(8))
        self.missing = label("", size="body-small", tone="care")
        self.go = ActionButton(look, self.tr("Confirmar"), kind="primary", key="Ctrl+Return")
        self.back = ActionButton(look, self.tr("Volver"), key="Esc")
        self.names = {field: name_of_field("", field) for field in self._inputs()}
        fill(box, self.title, self.question, px(4))
        for field, name in self.names.items():
            fill(box, name, field)
        fill(box, self.until.row, px(4), self.missing, self.go, self.back, -1)
        self.go.clicked.connect(self._go)
        self.back.clicked.connect(self.closed)
        self.pick.currentIndexChanged.connect(self._judge)
        self.rows.itemChanged.connect(self._judge)
        self.rows.itemSelectionChanged.connect(self._judge)
        self.line.editTextChanged.connect(self._judge)
        self.text.textChanged.connect(self._judge)

    def _inputs(self) -> tuple[QWidget, ...]:
        return self.pick, self.rows, self.line, self.more, self.text

    # -- opening --

    def open_for(self, act: Act, card: DocumentCard) -> None:
        """A fresh form for that act on that document's slip."""
        self._act, self._card = act, card
        self._choices, self._people = (), ()
        self._fields = self._fields_of(act.kind)
        self.title.setText(act.name)
        self.question.setText(self._question(act, card))
        self.go.setText(act.name)
        shown = (self._fields.pick, self._fields.rows, self._fields.line, self._fields.more, self._fields.text)
        for (field, name), text in zip(self.names.items(), shown, strict=True):
            name.setText(text)
            field.setAccessibleName(text)
            name.setVisible(bool(text))
            field.setVisible(bool(text))
        self.until.row.setVisible(self._fields.until)
        self._empty()
        self._load(act.kind, card)
        first = next((field for field in self._inputs() if self.names[field].text()), self.go)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _empty(self) -> None:
        self._reading = True
        for widget in (self.pick, self.line):
            widget.clear()
        self.line.setEditText("")
        self.rows.clear()
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.more.clear()
        self.text.clear()
        self.until.start(self._bench.calendar.today(), DAYS)
        self._reading = False
        self._judge()

    def _fields_of(self, kind: EventKind) -> Fields:
        reason = self.tr("Motivo")
        match kind:
            case EventKind.GROUPED:
                return Fields(pick=self.tr("Hoja de ruta principal"), rows=self.tr("Van con ella"))
            case EventKind.UNGROUPED:
                return Fields(rows=self.tr("Salen del grupo"))
            case EventKind.JUSTIFIED:
                return Fields(text=reason, reason=True, until=True)
            case EventKind.PAPER_MOVED:
                return Fields(line=self.tr("Dónde está"), more=self.tr("Qué papel es (opcional)"))
            case EventKind.REASSIGNED:
                return Fields(pick=self.tr("A quién"), text=reason, reason=True)
            case EventKind.SETTLED:
                return Fields(rows=self.tr("La derivación que vale"), text=reason, reason=True)
            case _:
                return Fields(line=self.tr("Carpeta (opcional)"), text=self.tr("Observación (opcional)"))

    def _question(self, act: Act, card: DocumentCard) -> str:
        if act.kind is EventKind.CONCLUDED and self._aside(card):
            return self.tr("Solo esto pasa a su Archivo; la hoja de ruta sigue su camino.")
        opened = next((hop for hop in card.hops if hop.hop == card.target(act.kind)), None)
        if act.kind is EventKind.PAPER_MOVED and opened is not None and opened.paper_state is PaperState.PART:
            return self.tr(
                "Diga dónde está el papel ahora. Si ya llegó lo que faltaba, borre «Falta…» de qué papel es."
            )
        cancelled = [clash for clash in card.sheet.open_clashes if clash.about is ConflictKind.CANCELLED]
        if act.kind is EventKind.SETTLED and cancelled and len(cancelled[0].hops) == 1:
            return self.tr("Lo cancelado ya había sido recibido, y esa recepción vale. Con esto queda tomada nota.")
        return act.question

    def _load(self, kind: EventKind, card: DocumentCard) -> None:
        slips, slip = self._bench.office.slips, card.slip.id if card.slip else ""
        match kind:
            case EventKind.GROUPED:
                self._read(lambda: tuple(slips.groupable(slip)), self._keep_choices)
            case EventKind.REASSIGNED:
                self._read(lambda: tuple(slips.colleagues()), self._keep_people)
            case EventKind.CONCLUDED:
                self._read(lambda: tuple(slips.folders()), self._keep_folders)
            case EventKind.UNGROUPED:
                for member in card.sheet.members or self._own(card):
                    self._add_row(f"{member.number} · {member.subject}", member.slip, checked=not card.sheet.members)
            case EventKind.PAPER_MOVED:
                self.line.setEditText("")
                self.more.setText(card.sheet.paper.what)
            case EventKind.SETTLED:
                possible = card.targets.get(EventKind.SETTLED, ())
                known = [clash for clash in card.sheet.open_clashes if set(clash.hops) & set(possible) or not possible]
                wanted = {hop for clash in known for hop in clash.hops}
                for hop in card.hops:
                    if hop.hop in wanted:
                        self._add_row(hop_words(hop, self._bench.calendar), hop.hop)
                if len(wanted) == 1:
                    self.rows.setCurrentRow(0)
        self._judge()

    @staticmethod
    def _own(card: DocumentCard) -> tuple[SlipChoice, ...]:
        return (SlipChoice(card.slip.id, card.slip.number, card.view.subject),) if card.slip else ()

    def _read(self, ask: Callable[[], tuple[object, ...]], keep: Callable[[tuple[object, ...]], object]) -> None:
        card = self._card

        def told(found: tuple[object, ...]) -> None:
            if self._card is card:
                keep(found)
                self._judge()

        self._bench.jobs.job(ask).owned_by(self).replacing("slip.act").success(told).start()

    def _keep_choices(self, found: Sequence[object]) -> None:
        self._choices = tuple(item for item in found if isinstance(item, SlipChoice))
        card = self._card
        if card is None or card.slip is None:
            return
        self.pick.addItem(self.tr("{number}, la que está a la vista").format(number=card.slip.number), card.slip.id)
        for choice in self._choices:
            if not card.sheet.members:
                self.pick.addItem(f"{choice.number} · {choice.subject}", choice.slip)
            if not choice.heads:
                self._add_row(f"{choice.number} · {choice.subject}", choice.slip, checked=False)

    def _keep_people(self, found: Sequence[object]) -> None:
        self._people = tuple(item for item in found if isinstance(item, Colleague))
        self.pick.addItem(self.tr("Elija a quién"), "")
        for person in self._people:
            self.pick.addItem(f"{person.name} · {person.post}", person.official)

    def _keep_folders(self, found: Sequence[object]) -> None:
        written = self.line.currentText()
        self.line.addItems([str(name) for name in found])
        self.line.setEditText(written)

    def _add_row(self, text: str, value: str, *, checked: bool | None = None) -> None:
        item = QListWidgetItem(text)
        item.setToolTip(text)
        item.setData(Qt.ItemDataRole.UserRole, value)
        if checked is not None:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
        self.rows.addItem(item)

    # -- reading the form --

    def _checked(self) -> list[str]:
        items = [self.rows.item(n) for n in range(self.rows.count())]
        return [i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() is Qt.CheckState.Checked]

    def _chosen(self) -> str:
        items = self.rows.selectedItems()  # what has the focus is not chosen yet
        return str(items[0].data(Qt.ItemDataRole.UserRole)) if items else ""

    @staticmethod
    def _aside(card: DocumentCard) -> str:
        """The hop that is put away by itself: a copy, or one that was dropped; "" where the slip is concluded."""
        hop = card.target(EventKind.CONCLUDED)
        line = next((each for each in card.hops if each.hop == hop), None)
        apart = line is not None and (line.void or line.mode.value == "copia")
        return hop if apart and hop in card.targets.get(EventKind.CONCLUDED, ()) else ""

    def members(self) -> list[str]:
        """Which slips would go under the chosen principal."""
        principal, card = self.pick.currentData(), self._card
        own = card.slip.id if card is not None and card.slip is not None else ""
        found = [*self._checked(), *([own] if principal != own else [])]
        return [slip for slip in found if slip and slip != principal]

    def _lacking(self) -> str:
        if self._act is None:
            return ""
        match self._act.kind:
            case EventKind.GROUPED if not self.members():
                if self.pick.count() and not self._choices:
                    return self.tr("No hay otra hoja de ruta en Pendientes con la que agrupar.")
                return self.tr("Marque al menos una hoja de ruta.")
            case EventKind.UNGROUPED if not self._checked():
                return self.tr("Marque al menos una hoja de ruta.")
            case EventKind.REASSIGNED if not self.pick.currentData():
                return self.tr("Elija a quién se entrega.")
            case EventKind.SETTLED if not self._chosen():
                return self.tr("Elija la derivación que vale.")
            case EventKind.PAPER_MOVED if not self.line.currentText().strip():
                return self.tr("Escriba dónde está el papel.")
        if self._fields.reason and not self.text.toPlainText().strip():
            return self.tr("Escriba el motivo.")
        return ""

    def _judge(self, *_changed: object) -> None:
        if not self._reading:
            lacking = self._lacking()
            self.missing.setText(lacking)
            self.missing.setVisible(bool(lacking))
            self.go.setEnabled(not lacking)

    # -- doing --

    def _work(self, act: Act, card: DocumentCard) -> tuple[Work, Work | None]:
        """The office's verb, and what takes it back where something does."""
        office, slip = self._bench.office, card.slip.id if card.slip else ""
        slips, hop, text = office.slips, card.target(act.kind), self.text.toPlainText().strip()
        line, more = self.line.currentText().strip(), self.more.text().strip()
        match act.kind:
            case EventKind.GROUPED:
                principal, members = str(self.pick.currentData()), self.members()
                return lambda: slips.group(members, principal), lambda: slips.ungroup(members)
            case EventKind.UNGROUPED:
                out = self._checked()
                back = (lambda: slips.group(out, slip)) if card.sheet.members else None
                return lambda: slips.ungroup(out), back
            case EventKind.JUSTIFIED:
                day = self.until.day()
                return lambda: slips.justify(slip, hop, text, day), None
            case EventKind.PAPER_MOVED:
                return lambda: slips.move_paper(slip, hop, line, more), None
            case EventKind.REASSIGNED:
                official = str(self.pick.currentData())
                return lambda: slips.reassign(slip, hop, official, text), None
            case EventKind.SETTLED:
                keep = self._chosen()
                return lambda: slips.settle(slip, keep, text), None
            case _ if aside := self._aside(card):
                return lambda: slips.put_away(slip, aside, text, line), None
            case _:
                document = card.view.id
                return lambda: office.conclude(document, text, line), lambda: office.reopen(document)

    def _go(self) -> None:
        act, card = self._act, self._card
        if act is None or card is None or self._lacking():
            return
        work, back = self._work(act, card)
        self.go.setEnabled(False)
        job = self._bench.jobs.job(work).owned_by(self)
        job.success(lambda _done: self._did(act, back)).always(self._judge).start()

    def _did(self, act: Act, back: Work | None) -> None:
        self.told.emit(Message("good", act.done, undo=back))
        self.done.emit()
