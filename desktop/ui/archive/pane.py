"""The archive's place in the window: its panes behind tabs, each made when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desktop.ui.archive.catalogue import CatalogueSection
from desktop.ui.archive.deposits import DepositsSection
from desktop.ui.archive.fixity import FixitySection
from desktop.ui.archive.renewal import RenewalSection
from desktop.ui.archive.store import StoreSection
from desktop.ui.archive.waiting import WaitingSection
from desktop.ui.widgets.basics import PromptButton, fill, label, line, press
from desktop.ui.widgets.flow import flowing

if TYPE_CHECKING:
    from desktop.ui.archive.section import Section
    from desktop.ui.bench import Bench


class ArchivePane(QFrame):
    """«Archivo central» at a custodian's desk, «Depósitos» at any other. Signals are those of its panes."""

    told = Signal(object)
    changed = Signal()
    opened = Signal(str, object)

    def __init__(self, bench: Bench, *, custodian: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self.custodian = custodian
        px = bench.look.px
        title = self.tr("Archivo central") if custodian else self.tr("Depósitos")
        self.title = label(title, size="title")
        self.stack = QStackedWidget()
        self.made: dict[str, Section] = {}
        self.tabs: dict[str, PromptButton] = {}
        for number, (name, words) in enumerate(self._names(custodian=custodian).items(), start=1):
            tab = press(PromptButton(words), "tab")
            tab.setCheckable(True)
            tab.setShortcut(f"Alt+{number}")
            tab.setToolTip(f"{words} · Alt+{number}")
            tab.clicked.connect(lambda _checked=False, n=name: self.open(n))
            self.tabs[name] = tab
        head = QVBoxLayout()
        head.setContentsMargins(px(20), px(14), px(20), 0)
        head.setSpacing(px(6))
        fill(head, self.title, flowing(*self.tabs.values(), gap=px(20)))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        fill(box, head, line(), self.stack)
        box.setStretch(2, 1)
        self.here = next(iter(self.tabs))

    def _names(self, *, custodian: bool) -> dict[str, str]:
        own = {"deposits": self.tr("Depósitos de la unidad")}
        if not custodian:
            return own
        care = {
            "fixity": self.tr("Integridad"),
            "renewal": self.tr("Renovación"),
            "store": self.tr("Almacén"),
        }
        return {"waiting": self.tr("Por recibir"), "catalogue": self.tr("Catálogo"), **care, **own}

    def _make(self, name: str) -> Section:
        match name:
            case "waiting":
                made: Section = WaitingSection(self._bench)
            case "fixity":
                made = FixitySection(self._bench)
            case "renewal":
                made = RenewalSection(self._bench)
            case "store":
                made = StoreSection(self._bench)
            case "catalogue":
                made = CatalogueSection(self._bench)
            case _:
                made = DepositsSection(self._bench)
        made.told.connect(self.told)
        made.changed.connect(self.changed)
        made.opened.connect(self.opened)
        self.stack.addWidget(made)
        return made

    def open(self, name: str) -> Section:
        """One of its panes, read now."""
        self.here = name
        for key, tab in self.tabs.items():
            tab.setChecked(key == name)
        if name not in self.made:
            self.made[name] = self._make(name)
        found = self.made[name]
        self.stack.setCurrentWidget(found)
        found.read()
        return found

    def read(self) -> None:
        """The pane that is open, again."""
        self.open(self.here)
