"""Archivo with its folders: a tree with counts that narrows the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem

from desktop.records.documents import DocumentState
from desktop.routing.trays import Tray
from desktop.ui.trays.folders import FolderTree, within
from tests.desktop.ui.fakes import FakeOffice, row

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]
FOLDERS = ("2026/Convenios", "2026/Convenios/Ayllus", "2026", "2025", "")


@pytest.fixture
def archive(window: Window, office: FakeOffice, rest: Rest) -> FolderTree:
    office.rows[Tray.ARCHIVE] = [
        row(f"d7{n}", f"I-2026-0070{n}", "Informe", f"Asunto {n}", "Ana", "ATI", 2,
            state=DocumentState.CONCLUDED, folder=folder)
        for n, folder in enumerate(FOLDERS)
    ]  # fmt: skip
    window.open_tray(Tray.ARCHIVE)
    rest()
    return window.desk.rows.folders


def _items(tree: FolderTree) -> list[QTreeWidgetItem]:
    return tree.findItems("", Qt.MatchFlag.MatchContains | Qt.MatchFlag.MatchRecursive)


def test_folders_are_counted_with_what_is_under_them(archive: FolderTree) -> None:
    assert archive.isVisible()
    assert {f"{item.text(0)}  {item.text(1)}" for item in _items(archive)} == {
        "Todas  5", "2025  1", "2026  3", "Convenios  2", "Ayllus  1", "Sin carpeta  1",
    }  # fmt: skip


def test_a_folder_narrows_the_list_by_keyboard(window: Window, archive: FolderTree, qtbot: QtBot) -> None:
    archive.setFocus()
    qtbot.keyClick(archive, Qt.Key.Key_Down)
    qtbot.keyClick(archive, Qt.Key.Key_Down)
    assert archive.path == "2026"
    assert [item.document for item in window.desk.rows.model.rows] == ["d70", "d71", "d72"]
    qtbot.keyClick(archive, Qt.Key.Key_End)
    assert archive.path == ""
    assert [item.document for item in window.desk.rows.model.rows] == ["d74"]


def test_the_folder_stays_chosen_when_rows_are_read_again(window: Window, archive: FolderTree, rest: Rest) -> None:
    item = next(item for item in _items(archive) if item.text(0) == "Convenios")
    archive.setCurrentItem(item)
    window.desk.reload()
    rest()
    assert archive.path == "2026/Convenios"
    assert len(window.desk.rows.model.rows) == 2


def test_other_trays_and_an_archive_without_folders_have_no_tree(
    window: Window, archive: FolderTree, office: FakeOffice, rest: Rest
) -> None:
    window.open_tray(Tray.PENDING)
    rest()
    assert not archive.isVisible()
    assert len(window.desk.rows.model.rows) == 5
    office.rows[Tray.ARCHIVE] = office.rows[Tray.ARCHIVE][4:]
    window.open_tray(Tray.ARCHIVE)
    rest()
    assert not archive.isVisible()


@given(st.lists(st.sampled_from(FOLDERS)))
def test_everything_lies_in_one_top_folder(folders: list[str]) -> None:
    for folder in folders:
        top = folder.split("/")[0]
        assert within(folder, None)
        assert within(folder, top)
        assert not within(folder, "otra")
