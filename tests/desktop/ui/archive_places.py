"""The archive's place by itself, and what can be read of its panes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desktop.ui.archive.section import Section

Rest = Callable[[], None]


def said(widget: QWidget) -> list[str]:
    return [label.text().replace("\n", "") for label in widget.findChildren(QLabel) if label.isVisible()]


def column(section: Section, number: int) -> list[str]:
    return [str(section.table.sorted.index(row, number).data()) for row in range(section.table.sorted.rowCount())]


def choose(section: Section, row: int) -> None:
    section.table.setCurrentIndex(section.table.sorted.index(row, 0))
    QApplication.processEvents()  # labels of a shown pane are shown by an event
