"""The reader's head: which document it is, what can be done with it, and its tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.records.documents import DocumentState
from desktop.ui.reader.acts import ICONS, acts_of
from desktop.ui.verify.verdict import text_tone, verdict_words
from desktop.ui.widgets.basics import ActionButton, PromptButton, clear, fill, label, press, restyle
from desktop.ui.widgets.flow import Flow
from desktop.ui.wording import document_state

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from desktop.records.events import EventKind
    from desktop.ui.bench import Bench
    from desktop.ui.office import DocumentCard

BUTTONS = 4


class Head(QWidget):
    """Of the card that is shown. Which act and which tab was chosen is told."""

    back_chosen = Signal()
    act_chosen = Signal(object)  # reader.acts.Act
    tab_chosen = Signal(int)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self.buttons: dict[EventKind, ActionButton] = {}
        self._behind: list[QAction] = []  # acts behind "Más acciones"
        px = bench.look.px
        self._box = QVBoxLayout(self)
        self._box.setSpacing(px(6))
        self.back = press(
            PromptButton(bench.look.icon("arrow-left", "accent", 16), self.tr("Volver a la lista")), "link"
        )
        self.back.setIconSize(QSize(px(16), px(16)))
        self.back.setShortcut("Alt+Left")
        self.back.clicked.connect(self.back_chosen)
        self.back.hide()
        self.meta = label("", size="small", tone="dim", selectable=True)
        self.subject = label("", size="title")
        self.verdict = label("", size="body-small", bold=True)
        self._actions = QWidget()
        self._flow = Flow(self._actions, gap=px(8))
        self._tabs = QWidget()
        self.tabs = self._make_tabs(Flow(self._tabs, gap=px(22)))
        row = QHBoxLayout()
        fill(row, self.back, -1)
        fill(self._box, row, self.meta, self.subject, self.verdict, 2, self._actions, self._tabs)

    def _make_tabs(self, flow: Flow) -> list[QPushButton]:
        tabs: list[QPushButton] = []
        names = (self.tr("Documento"), self.tr("Hoja de ruta"), self.tr("Firmas"), self.tr("Adjuntos"))
        for number, name in enumerate(names):
            tab = press(PromptButton(name), "tab")
            tab.setCheckable(True)
            tab.setShortcut(f"Alt+{number + 1}")
            tab.setToolTip(f"{name} · Alt+{number + 1}")
            tab.clicked.connect(lambda _checked=False, n=number: self.tab_chosen.emit(n))
            tabs.append(tab)
            flow.addWidget(tab)
        return tabs

    def show_card(self, card: DocumentCard) -> None:
        """Its CITE, subject, verdict, acts, and how many attachments."""
        meta = " · ".join(part for part in (card.view.cite or card.kind, card.place_date) if part)
        self.meta.setText(meta)
        what = self.tr("CITE y fecha")
        self.meta.setAccessibleName(f"{what}: {meta}")
        self.subject.setText(card.view.subject)
        self._show_verdict(card)
        self._show_acts(card)
        many = len(card.attachments)
        attached = self.tr("Adjuntos")
        self.tabs[3].setText(f"{attached} {many}" if many else attached)
        self.tabs[3].setShortcut("Alt+4")

    def _show_verdict(self, card: DocumentCard) -> None:
        if card.verdict is not None:
            words = verdict_words(card.verdict, self._bench.say)
            self.verdict.setText(words.what)
            restyle(self.verdict, tone=text_tone(card.verdict.outcome))
        elif card.view.signed_by:
            self.verdict.setText(self.tr("Firma sin verificar en este equipo"))
            restyle(self.verdict, tone="care")
        else:
            state = document_state(card.view.state)
            self.verdict.setText(state.text.capitalize())
            restyle(self.verdict, tone=state.role)

    def _show_acts(self, card: DocumentCard) -> None:
        for action in self._behind:
            self.removeAction(action)
        self._behind = []
        clear(self._flow)
        self.buttons.clear()
        acts = acts_of(card.acts, refused=card.view.state is DocumentState.DEPOSITED)
        shown = acts if len(acts) <= BUTTONS + 1 else acts[:BUTTONS]
        for number, act in enumerate(shown):
            kind = "primary" if number == 0 else "plain"
            button = ActionButton(self._bench.look, act.name, kind=kind, key=act.key, icon=ICONS.get(act.kind, ""))
            button.clicked.connect(lambda _checked=False, a=act: self.act_chosen.emit(a))
            self.buttons[act.kind] = button
            self._flow.addWidget(button)
            button.show()
        if rest := acts[len(shown) :]:
            more = QPushButton(self._bench.look.icon("ellipsis", "text", 16), "")
            more.setIconSize(QSize(self._bench.look.px(16), self._bench.look.px(16)))
            more.setAccessibleName(self.tr("Más acciones"))
            more.setToolTip(self.tr("Más acciones"))
            menu = QMenu(more)
            for act in rest:
                action = menu.addAction(act.name)
                action.setShortcut(act.key)
                action.triggered.connect(lambda _checked=False, a=act: self.act_chosen.emit(a))
                self.addAction(action)  # its key works while the menu is shut
            self._behind = menu.actions()
            more.setMenu(menu)
            self._flow.addWidget(more)
            more.show()

    def show_tab(self, number: int) -> None:
        """Which tab is open."""
        for place, tab in enumerate(self.tabs):
            tab.setChecked(place == number)

    def arrange(self, *, acting: bool, compact: bool, verdict: bool) -> None:
        """``acting``: an act is being done beside the document, ``compact``: in its place; ``verdict``: nothing else shows it."""
        px = self._bench.look.px
        primary = next(iter(self.buttons.values()), None)
        if primary is not None:  # one primary button: the act's own while it is being done
            primary.set_kind("plain" if acting else "primary")
        self._box.setContentsMargins(px(20), px(14), px(20), px(12) if compact else 0)
        self._tabs.setVisible(not compact)
        self._actions.setVisible(not compact and bool(self.buttons))
        self.verdict.setVisible(verdict and not compact)

    def keep(self, width: int, *, most: int) -> None:
        """It gives none of the height that it needs at that width, up to ``most``."""
        self.setMinimumHeight(max(min(self._box.totalHeightForWidth(width), most), 0))
