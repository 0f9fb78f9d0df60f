"""Help beside every pane: in both languages, with links that lead somewhere and keys that exist; by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton

from desktop.resources import find_resources
from desktop.routing.trays import Tray
from desktop.ui.help.pane import FIRST, PAGES
from desktop.ui.rail.buttons import RailButton

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]
HELP = find_resources() / "help"
LANGUAGES = ("es", "en")


def pages(language: str) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in sorted((HELP / language).glob("*.md"))}


def test_every_pane_has_its_page_in_both_languages(window: Window) -> None:
    spanish, english = (set(pages(language)) for language in LANGUAGES)
    assert spanish == english
    assert set(PAGES.values()) <= spanish
    assert {*Tray, "verify", "writing", "custodian", *window.rail.places} == set(PAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_pages_and_every_page_is_reached(language: str) -> None:
    known = pages(language)
    links = {name: set(re.findall(r"\]\(([^)]+)\.md\)", text)) for name, text in known.items()}
    assert all(target in known for targets in links.values() for target in targets)
    assert not re.search(r"https?://|\]\((?![a-z-]+\.md\))", "".join(known.values()))
    reached, waiting = {FIRST}, [FIRST]
    while waiting:
        for target in links[waiting.pop()] - reached:
            reached.add(target)
            waiting.append(target)
    assert reached == set(known)
    assert all(text.startswith("# ") and text.endswith("\n") for text in known.values())


def test_the_pages_name_keys_that_exist(window: Window, rest: Rest) -> None:
    rest()
    there = {b.shortcut().toString() for b in window.findChildren(QAbstractButton)}
    there |= {s.key().toString() for s in window.findChildren(QShortcut)}
    typed = {"Ctrl+C", "Ctrl+A", "Ctrl+Enter"}  # taken by the pages and panels themselves: test_reading, test_signing
    for language in LANGUAGES:
        for name, text in pages(language).items():
            for key in re.findall(r"\b(?:Ctrl|Alt|Shift)\+(?:\w+|\+|-)|\bF\d\b", text):
                assert key in typed or QKeySequence(key).toString() in there, (name, key)


def test_f1_shows_the_page_of_where_one_is_and_goes_back(window: Window, rest: Rest, qtbot: QtBot) -> None:
    rest()
    rows = window.desk.rows.list
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_F1)
    help_pane = window.help
    assert help_pane is not None
    assert help_pane.isVisible()
    assert help_pane.text.hasFocus()
    assert help_pane.page == "pendientes"
    assert help_pane.text.toPlainText().startswith("Pendientes")
    assert window.desk.isVisible()  # beside it
    qtbot.keyClick(help_pane.text, Qt.Key.Key_Escape)
    assert not help_pane.isVisible()
    assert rows.hasFocus()
    for place, page in (("line", "entrega"), ("pouch", "memoria")):
        window.open_place(place)
        rest()
        window.turn_help()
        assert help_pane.page == page
        window.turn_help()
    window.open_verify()
    window.rail.help.click()
    assert help_pane.page == "verificar"


def test_links_are_followed_and_taken_back_and_lead_nowhere_else(window: Window, rest: Rest) -> None:
    rest()
    window.turn_help()
    pane = window.help
    assert pane is not None
    assert not pane.back.isEnabled()
    pane.index.click()
    assert pane.page == FIRST
    assert not pane.index.isEnabled()
    pane.text.anchorClicked.emit(QUrl("firmas.md"))  # no such page
    pane.text.anchorClicked.emit(QUrl("../es/leer.md"))
    pane.text.anchorClicked.emit(QUrl("https://example.org/leer.md"))
    assert pane.page == FIRST
    pane.text.anchorClicked.emit(QUrl("leer.md"))
    assert pane.page == "leer"
    pane.back.click()
    pane.back.click()
    assert pane.page == "pendientes"
    assert not pane.back.isEnabled()


def test_where_there_is_no_room_it_takes_the_panes_place(window: Window, rest: Rest, qtbot: QtBot) -> None:
    window.resize(800, 600)
    rest()
    window.turn_help()
    assert window.help is not None
    assert window.help.isVisible()
    rest()
    assert not window.desk.isVisible()
    assert window.help.width() > 500
    window.help.close_button.click()
    assert window.desk.isVisible()
    window.resize(420, 600)  # the rail is folded away: the key is there still
    rest()
    window.desk.rows.list.setFocus()
    qtbot.keyClick(window.desk.rows.list, Qt.Key.Key_F1)
    assert window.help.isVisible()


def test_the_rail_offers_it(window: Window) -> None:
    button = window.rail.help
    assert isinstance(button, RailButton)
    assert (button.text(), button.accessibleDescription()) == ("Ayuda", "F1")
    assert Path(HELP / "es" / f"{FIRST}.md").is_file()
