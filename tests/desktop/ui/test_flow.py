"""The row that breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from desktop.ui.widgets.flow import flowing

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class _Block(QWidget):
    def __init__(self, width: int, height: int) -> None:
        super().__init__()
        self.setFixedSize(width, height)


@pytest.mark.parametrize(
    ("width", "places", "height"),
    [
        (300, [(0, 10), (108, 0), (216, 5)], 40),  # all in one row, their middles on one line
        (220, [(0, 10), (108, 0), (0, 48)], 78),
        (150, [(0, 0), (0, 28), (0, 76)], 106),
    ],
)
def test_items_stand_in_the_middle_of_their_row(
    qtbot: QtBot, width: int, places: list[tuple[int, int]], height: int
) -> None:
    blocks = [_Block(100, 20), _Block(100, 40), _Block(80, 30)]
    row = flowing(*blocks, gap=8)
    qtbot.addWidget(row)
    assert row.heightForWidth(width) == height
    layout = row.layout()
    assert layout is not None
    layout.setGeometry(QRect(0, 0, width, height))
    assert [(block.x(), block.y()) for block in blocks] == places
