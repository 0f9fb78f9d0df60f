"""The folders of the Archivo with their counts: a tree beside the list."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = None
NONE = ""
_PATH = Qt.ItemDataRole.UserRole


def within(folder: str, path: str | None) -> bool:
    """Whether something in ``folder`` is shown for that place: all, without a folder, or a folder with what is under it."""
    if path is ALL:
        return True
    if path == NONE:
        return folder == NONE
    return folder == path or folder.startswith(f"{path}/")


class FolderTree(QTreeWidget):
    """``chosen`` carries a path ("2026/Convenios"), "" for what has no folder, None for all."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setMinimumSectionSize(20)
        self.setAllColumnsShowFocus(True)
        self.setAccessibleName(self.tr("Carpetas"))
        self.setIndentation(14)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.counts: Counter[str] = Counter()
        self.itemSelectionChanged.connect(self._tell)

    @property
    def path(self) -> str | None:
        """The chosen place."""
        items = self.selectedItems()
        found = items[0].data(0, _PATH) if items else ALL
        return found if isinstance(found, str) else ALL

    def show_folders(self, folders: Iterable[str]) -> None:
        """One folder for each thing that lies there; the chosen place stays."""
        counts = Counter(folders)
        if counts == self.counts and self.topLevelItemCount():
            return
        self.counts = counts
        before = self.path
        self.blockSignals(True)
        self.clear()
        made: dict[str, QTreeWidgetItem] = {}
        everything = self._add(None, self.tr("Todas"), ALL)
        for folder in sorted(set(counts) - {NONE}, key=str.casefold):
            above: QTreeWidgetItem | None = None
            parts = folder.split("/")
            for depth, name in enumerate(parts, start=1):
                path = "/".join(parts[:depth])
                if path not in made:
                    made[path] = self._add(above, name, path)
                above = made[path]
        if counts[NONE]:
            made[NONE] = self._add(None, self.tr("Sin carpeta"), NONE)
        self.expandAll()
        self.setCurrentItem(made.get(before, everything) if before is not None else everything)
        self.blockSignals(False)

    def forget(self) -> None:
        """Another tray: nothing is chosen any more."""
        self.blockSignals(True)
        self.clear()
        self.counts = Counter()
        self.blockSignals(False)

    def _add(self, above: QTreeWidgetItem | None, name: str, path: str | None) -> QTreeWidgetItem:
        many = sum(number for folder, number in self.counts.items() if within(folder, path))
        item = QTreeWidgetItem([name, str(many)])
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(0, _PATH, path)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{name}, {many}")
        item.setToolTip(0, path or name)
        if above is None:
            self.addTopLevelItem(item)
        else:
            above.addChild(item)
        return item

    def _tell(self) -> None:
        self.chosen.emit(self.path)
