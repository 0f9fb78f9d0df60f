"""A tray: title, search, filters, rows. Empty, searching and failing are states of the list, each in a calm sentence."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.routing.trays import Tray
from desktop.ui.trays.folders import FolderTree, within
from desktop.ui.trays.office import TrayRow
from desktop.ui.trays.rows import ROW, TrayDelegate, TrayModel
from desktop.ui.widgets.basics import IconMark, clear, fill, label, line, press
from desktop.ui.widgets.flow import flowing
from desktop.ui.wording import count, empty_tray, no_calendar, tray_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from desktop.ui.look import Look

FOLDERS, BESIDE = 170, 440  # design pixels: the tree, and the width from which it stands beside the list
TYPING = timedelta(milliseconds=250)


class Narrow(Enum):
    """The filters of the list."""

    ALL = "all"
    URGENT = "urgent"
    DEADLINE = "deadline"
    COPIES = "copies"

    def lets(self, row: TrayRow) -> bool:
        """Whether it lets that row through."""
        match self:
            case Narrow.ALL:
                return True
            case Narrow.URGENT:
                return row.urgent or (row.days is not None and row.days.left is not None and row.days.left < 0)
            case Narrow.DEADLINE:
                return row.days is not None and row.days.left is not None
            case Narrow.COPIES:
                return row.copy


class TrayList(QListView):
    """Enter opens; everything else is Qt's."""

    opened = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the chosen row."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        super().keyPressEvent(event)


class TrayPane(QFrame):
    """Shows rows it is given; says which one was chosen and what is searched."""

    row_chosen = Signal(object)  # TrayRow: selected
    row_opened = Signal(object)  # TrayRow: Enter or double click
    words_changed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._look = look
        self._rows: tuple[TrayRow, ...] = ()
        self.tray = Tray.PENDING
        self.narrow = Narrow.ALL
        self.title = label("", size="title", wrap=False)
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(self.tr("Buscar por CITE, persona o palabra · Ctrl+F"))
        self.search.setAccessibleName(self.tr("Buscar en la bandeja"))
        self.search.setToolTip(
            self.tr("También por fecha: desde:2026-03-01 hasta:2026-03-31, 5/3/2026; y por persona: de:NOMBRE")
        )
        self.search.setClearButtonEnabled(True)
        self._typed = QTimer(self, singleShot=True, interval=int(TYPING.total_seconds() * 1000))
        self._typed.timeout.connect(lambda: self.words_changed.emit(self.search.text().strip()))
        self.search.textChanged.connect(lambda _text: self._typed.start())
        find = QShortcut("Ctrl+F", self)
        find.activated.connect(self._focus_search)
        self.model = TrayModel(self)
        self.list = TrayList()
        self.list.setModel(self.model)
        self.list.setItemDelegate(TrayDelegate(look, self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.selectionModel().selectionChanged.connect(self._on_selected)
        self.list.opened.connect(self._on_open)
        self.list.doubleClicked.connect(self._on_open)
        self.search.returnPressed.connect(self.list.setFocus)
        self.empty = QWidget()
        QVBoxLayout(self.empty)
        self.body = QStackedWidget()
        fill_stack(self.body, self.list, self.empty)
        self.folders = FolderTree()
        self.folders.hide()
        self.folders.chosen.connect(lambda _path: self.show_rows(self._rows))
        self._build()

    def _build(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        head = QVBoxLayout()
        px = self._look.px
        head.setContentsMargins(px(16), px(14), px(16), px(10))
        head.setSpacing(px(10))
        self.chips: dict[Narrow, QPushButton] = {}
        for narrow in Narrow:
            chip = press(QPushButton(), "chip")
            chip.setCheckable(True)
            chip.clicked.connect(lambda _checked=False, n=narrow: self.set_narrow(n))
            self.chips[narrow] = chip
        self.counted = label("", size="small", tone="dim")
        self.counted.hide()
        fill(head, self.title, self.search, flowing(*self.chips.values(), gap=px(6)), self.counted)
        self.edge = line(upright=True)
        self.edge.hide()
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(0)
        fill(self._across, self.folders, self.edge, self.body)
        self._across.setStretch(2, 1)
        fill(box, head, line(), self._across)

    def _focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def open_tray(self, tray: Tray) -> None:
        """Another tray, not read yet: search and filter start afresh."""
        self.tray = tray
        self.narrow = Narrow.ALL
        self.folders.forget()
        self.title.setText(tray_name(tray))
        self.list.setAccessibleName(tray_name(tray))
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self.show_rows(())
        self.say(self.tr("Abriendo la bandeja…"), "")

    @property
    def words(self) -> str:
        """What is searched."""
        return self.search.text().strip()

    def set_narrow(self, narrow: Narrow) -> None:
        """Let only some rows through."""
        self.narrow = narrow
        self.show_rows(self._rows)

    def show_rows(self, rows: Sequence[TrayRow]) -> None:
        """Rows of the tray; the chosen one stays chosen where it is still there."""
        before = self.chosen
        self._rows = tuple(rows)
        self._show_folders()
        shown = tuple(row for row in self._rows if self.narrow.lets(row) and within(row.folder, self.folders.path))
        self.model.show(self.tray, shown)
        self._show_chips()
        blind = any(row.days is not None and not row.days.calendar for row in shown)
        self.counted.setText(no_calendar() if blind else "")
        self.counted.setVisible(blind)
        if shown:
            self.body.setCurrentWidget(self.list)
            if before is not None:
                self.choose_number(next((i for i, row in enumerate(shown) if _same(row, before)), -1))
        elif self.words:
            self.say(
                self.tr("No se encontró «{words}»").format(words=self.words),
                self.tr("Pruebe con otra palabra, el CITE o el número de hoja de ruta."),
            )
        elif self._rows:
            self.say(self.tr("Nada con este filtro"), self.tr("«Todos» muestra la bandeja completa."))
        else:
            self.say(*empty_tray(self.tray))

    def _show_folders(self) -> None:
        """A tree where things were filed into folders; a search counts what it found."""
        filed = self.tray is Tray.ARCHIVE and (any(row.folder for row in self._rows) or self.folders.path is not None)
        if filed:
            self.folders.show_folders(row.folder for row in self._rows)
        else:
            self.folders.forget()
        self.folders.setVisible(filed)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The tree beside the list, or over it."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        px = self._look.px
        beside = self.width() >= px(BESIDE)
        self._across.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self.folders.setMaximumWidth(px(FOLDERS) if beside else 16777215)
        self.folders.setMaximumHeight(16777215 if beside else px(132))
        self.edge.setVisible(beside and not self.folders.isHidden())

    def _show_chips(self) -> None:
        numbers = {narrow: sum(narrow.lets(row) for row in self._rows) for narrow in Narrow}
        names = {
            Narrow.ALL: self.tr("Todos {n}"),
            Narrow.URGENT: self.tr("Urgentes {n}"),
            Narrow.DEADLINE: self.tr("Con plazo {n}"),
            Narrow.COPIES: self.tr("Copias {n}"),
        }
        for narrow, chip in self.chips.items():
            chip.setText(names[narrow].format(n=numbers[narrow]))
            asked = narrow is Narrow.ALL or bool(numbers[narrow]) or narrow is self.narrow
            chip.setVisible(asked and bool(self._rows))
            chip.setChecked(narrow is self.narrow)

    def say(self, title: str, more: str) -> None:
        """A sentence in place of rows."""
        box = self.empty.layout()
        if not isinstance(box, QVBoxLayout):
            return
        clear(box)
        px = self._look.px
        box.setContentsMargins(px(28), px(48), px(28), px(16))
        box.setSpacing(px(6))
        mark = IconMark(self._look, "inbox", "dim", 30)
        box.addWidget(mark, 0, Qt.AlignmentFlag.AlignHCenter)
        for text, bold in ((title, True), (more, False)):
            words = label(text, bold=bold, tone="" if bold else "dim", size="body" if bold else "body-small")
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            box.addWidget(words)
        box.addStretch(1)
        self.body.setCurrentWidget(self.empty)

    @property
    def chosen(self) -> TrayRow | None:
        """The chosen row."""
        chosen = self.list.selectionModel().selectedIndexes()
        row = chosen[0].data(ROW) if chosen else None
        return row if isinstance(row, TrayRow) else None

    @property
    def number(self) -> int:
        """The chosen row's place, -1 for none."""
        chosen = self.list.selectionModel().selectedIndexes()
        return chosen[0].row() if chosen else -1

    def choose_number(self, number: int) -> None:
        """Choose a row by its place."""
        if 0 <= number < len(self.model.rows):
            self._choose(number)

    def choose_document(self, document: str) -> None:
        """Choose the row of that document, where it is shown."""
        self.choose_number(next((i for i, row in enumerate(self.model.rows) if row.document == document), -1))

    def _choose(self, number: int) -> None:
        self.list.selectionModel().setCurrentIndex(
            self.model.index(number, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    def _on_selected(self) -> None:
        if (row := self.chosen) is not None:
            self.row_chosen.emit(row)

    def _on_open(self, index: QModelIndex) -> None:
        row = index.data(ROW)
        if isinstance(row, TrayRow):
            self.row_opened.emit(row)

    def summary(self) -> str:
        """How many documents, for a screen reader."""
        return count(len(self.model.rows), self.tr("1 documento"), self.tr("{n} documentos"))


def _same(one: TrayRow, other: TrayRow) -> bool:
    return (one.document, one.hop) == (other.document, other.hop)


def fill_stack(stack: QStackedWidget, *pages: QWidget) -> None:
    """Add pages in order."""
    for page in pages:
        stack.addWidget(page)
