"""What one does while reading: find, mark and copy, small pages, print; with the mouse and by keys alone."""

from __future__ import annotations

import io
import threading
import unicodedata
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtPrintSupport import QPrinter

from desktop.routing.trays import Tray
from desktop.ui.reader import pages_tab
from desktop.ui.reader.pages_tab import PagesTab
from desktop.ui.reader.printing import wanted_pages
from desktop.ui.widgets.page_words import lines_of, nearest, occurrences, word_at
from signing.report import Outcome, PageWords
from tests.desktop.ui.fakes import FakeOffice, verdict

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]
LINES = "Señora Ñusta\nAguilar: el informe\ndel año"


def flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", sign)[0].casefold()[:1] for sign in text)


def typed(text: str, width: float = 10, height: float = 12) -> PageWords:
    """Signs of one width, line under line."""
    boxes, across, down = array("f"), 0.0, 0.0
    for sign in text:
        boxes.extend((0, 0, 0, 0) if sign.isspace() else (across, down, across + width, down + height))
        across, down = (0.0, down + 2 * height) if sign == "\n" else (across + width, down)
    return PageWords(text, boxes)


@pytest.fixture
def tab(window: Window, rest: Rest) -> PagesTab:
    """The pages of the open document, which passed."""
    rest()
    return window.desk.reader.pages


def marked(tab: PagesTab) -> str:
    assert tab.view.words is not None
    return " ".join(" ".join(tab.view.words.text(one) for one in tab.view.marked).split())


# -- the rules --


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("ñusta", ["Ñusta"]),
        ("NUSTA", ["Ñusta"]),
        ("nusta aguilar", ["Ñusta\nAguilar"]),
        ("informe   del ano", ["informe\ndel año"]),
        ("a", ["a", "a", "A", "a", "a"]),
        ("señorita", []),
        ("  ", []),
        ("", []),
    ],
)
def test_accents_capitals_and_line_ends_make_no_difference(wanted: str, found: list[str]) -> None:
    assert [LINES[start:end] for start, end in occurrences(LINES, wanted)] == found


@given(st.text(max_size=60), st.text(max_size=4))
def test_what_is_found_is_what_was_asked_for(text: str, wanted: str) -> None:
    before = 0
    for start, end in occurrences(text, wanted):
        assert before <= start < end <= len(text)
        assert flat(" ".join(text[start:end].split())) == flat(" ".join(wanted.split()))
        before = end


def test_signs_become_one_rectangle_a_line() -> None:
    words = typed(LINES)
    found = lines_of(words, 0, len(LINES))
    assert [(box.x(), box.y(), box.width()) for box in found] == [(0, 0, 120), (0, 24, 190), (0, 48, 70)]
    assert lines_of(words, 6, 7) == []  # a space is seen nowhere


def test_the_nearest_sign_and_the_word_around_it() -> None:
    words = typed(LINES)
    assert nearest(words, QPointF(-50, 3)) == 0
    assert nearest(words, QPointF(500, 3)) == LINES.index("\n") - 1  # the line's last, not one of the next line
    place = nearest(words, QPointF(15, 26))
    assert place is not None
    start, end = word_at(words, place)
    assert LINES[start:end] == "Aguilar"
    assert nearest(PageWords("", array("f")), QPointF(1, 1)) is None


# -- finding --


def test_found_by_keys_alone(tab: PagesTab, rest: Rest, qtbot: QtBot) -> None:
    view = tab.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_F3)
    finder = tab.finder
    assert finder.isVisible()
    assert finder.field.hasFocus()
    qtbot.keyClicks(finder.field, "nunez")
    rest()
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    rest()
    assert view.words is not None
    assert {view.words.text(hit).casefold() for hit in view.hits} == {"ñuñez"}
    assert finder.told.text() == f"1 de {len(view.hits)}, página 1"
    assert finder.field.accessibleDescription() == finder.told.text()
    qtbot.keyClick(finder.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert view.hit == len(view.hits) - 1  # before the first comes the last
    qtbot.keyClick(finder.field, Qt.Key.Key_Return)
    assert view.hit == 0
    qtbot.keyClick(finder.field, Qt.Key.Key_Escape)
    assert not finder.isVisible()
    assert view.hits == ()
    assert view.hasFocus()


def test_what_is_found_is_marked_where_it_is_drawn_and_brought_into_view(
    tab: PagesTab, rest: Rest, qtbot: QtBot
) -> None:
    view = tab.view
    tab.finder.open()
    qtbot.keyClicks(tab.finder.field, "Oruro")
    rest()
    tab.finder.step(1)
    rest()
    last = len(view.hits) - 1
    assert last >= 0
    view.show_hits(view.hits, last)
    hit = view.hits[last]
    sheet = view._sheet(hit.page)
    (box,) = view._rects(hit.page, hit, sheet)
    assert view.viewport().rect().contains(box.toAlignedRect())
    seen = view.viewport().grab().toImage()
    ratio = seen.devicePixelRatio()
    colours = {
        seen.pixelColor(round(x * ratio), round(y * ratio)).name()
        for x in range(round(box.left()) + 1, round(box.right()))
        for y in range(round(box.top()) + 1, round(box.bottom()))
    }
    assert "#ffe39a" in colours  # the marker
    assert min(int(name[1:3], 16) for name in colours) < 100, "no word is below the mark"


def test_what_is_nowhere_or_cannot_be_read_is_said(
    window: Window, office: FakeOffice, rest: Rest, qtbot: QtBot, tab: PagesTab
) -> None:
    tab.finder.open()
    qtbot.keyClicks(tab.finder.field, "zzz")
    rest()
    tab.finder.step(1)
    rest()
    assert tab.finder.told.text() == "No está en este documento"
    assert not tab.finder.after.isEnabled()
    office.broken["page_words"] = RuntimeError("child died")
    window.open_tray(Tray.INCOMING)
    rest()
    tab.finder.open()
    rest()
    assert tab.finder.told.text() == "El texto de este archivo no se puede leer"
    window.open_tray(Tray.PENDING)
    rest()


def test_a_foreign_file_is_searched_and_told_by_its_text_as_well(
    window: Window, office: FakeOffice, rest: Rest, qtbot: QtBot
) -> None:
    office.verdict = verdict(Outcome.INVALID)
    window.open_tray(Tray.PENDING)
    rest()
    tab = window.desk.reader.pages
    assert "Saturnino Ñuñez Condori" in tab.view.accessibleDescription()
    tab.finder.open()
    qtbot.keyClicks(tab.finder.field, "nunez")
    rest()
    tab.finder.step(1)
    rest()
    assert tab.view.hits


# -- marking and copying --


def spot(tab: PagesTab, text: str, *, end: bool = False) -> QPoint:
    """Where the first or last sign of that text is seen."""
    view = tab.view
    assert view.words is not None
    words = view.words.of(0)
    assert words is not None
    start, stop = next(occurrences(words.text, text))
    sheet = view._sheet(0)
    at = stop - 1 if end else start
    (box,) = lines_of(words, at, at + 1)
    scale = sheet.width() / view._source.size_of(0).width()  # type: ignore[union-attr]
    return QPointF(sheet.topLeft() + box.center() * scale).toPoint()


@pytest.fixture
def ready(tab: PagesTab, rest: Rest) -> PagesTab:
    """With the words of the first page."""
    assert tab.view.words is not None
    tab.view.words.of(0)
    rest()
    return tab


def test_marked_with_the_mouse_and_copied(ready: PagesTab, window: Window, qtbot: QtBot) -> None:
    view, left = ready.view, Qt.MouseButton.LeftButton
    port = view.viewport()
    qtbot.mousePress(port, left, pos=spot(ready, "Saturnino"))
    qtbot.mouseMove(port, spot(ready, "Condori", end=True))
    move_to = spot(ready, "Condori", end=True)
    view.mouseMoveEvent(
        QMouseEvent(QEvent.Type.MouseMove, QPointF(move_to), QPointF(port.mapToGlobal(move_to)), left, left, Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    qtbot.mouseRelease(port, left, pos=move_to)
    assert marked(ready) == "Saturnino Ñuñez Condori"
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert " ".join(QGuiApplication.clipboard().text().split()) == "Saturnino Ñuñez Condori"
    assert window.notice.message is not None
    assert window.notice.message.what == "Se copiaron 3 palabras."


def test_two_presses_mark_the_word(ready: PagesTab, qtbot: QtBot) -> None:
    qtbot.mouseDClick(ready.view.viewport(), Qt.MouseButton.LeftButton, pos=spot(ready, "Saturnino"))
    assert marked(ready) == "Saturnino"


def test_without_a_mark_the_page_is_copied_once_it_has_been_read(tab: PagesTab, rest: Rest, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().clear()
    tab.view.setFocus()
    qtbot.keyClick(tab.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert "Saturnino Ñuñez Condori" in " ".join(QGuiApplication.clipboard().text().split())


# -- small pages --


def test_small_pages_lead_and_follow(tab: PagesTab, rest: Rest, qtbot: QtBot) -> None:
    view, strip = tab.view, tab.strip
    view.setFocus()
    assert not strip.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_F4)
    assert strip.isVisible()
    assert strip.currentIndex().row() == 0
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Down)
    rest()
    assert strip.currentIndex().row() == 1
    assert view.page == 1
    view.go_to(0)
    assert strip.currentIndex().row() == 0
    model = strip.model()
    assert model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole) == "Página 2"
    picture = model.data(model.index(0), Qt.ItemDataRole.DecorationRole).toImage()
    assert any(
        picture.pixelColor(x, y).lightness() < 200 for x in range(picture.width()) for y in range(picture.height())
    )


# -- printing --


@pytest.fixture
def printer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> QPrinter:
    """The system's dialog answers with a printer that writes a PDF."""
    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    made.setOutputFileName(str(tmp_path / "printed.pdf"))
    monkeypatch.setattr(pages_tab, "ask_for_printer", lambda *_args: made)
    return made


def test_every_page_is_printed(
    tab: PagesTab, window: Window, office: FakeOffice, printer: QPrinter, rest: Rest, qtbot: QtBot
) -> None:
    tab.view.setFocus()
    qtbot.keyClick(tab.view, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    rest()
    assert window.notice.message is not None
    assert window.notice.message.what.startswith("2 páginas enviadas a imprimir")
    printed = pypdfium2.PdfDocument(io.BytesIO(Path(printer.outputFileName()).read_bytes()))
    assert len(printed) == 2
    for number in range(2):
        on_paper, there = printed[number].render(scale=1).to_pil(), pypdfium2.PdfDocument(office.pdf)[number]
        assert abs(_ink(on_paper) - _ink(there.render(scale=1).to_pil())) < 0.02
        assert _ink(on_paper) > 0.002
    assert tab.paper.isEnabled()
    assert not tab.stop.isVisible()


def test_printing_is_stopped_between_pages(
    tab: PagesTab, office: FakeOffice, printer: QPrinter, rest: Rest, qtbot: QtBot
) -> None:
    drawing, go_on = threading.Event(), threading.Event()
    real = office.render_page

    def slow(path: Path, page: int, width: int, password: str = "") -> bytes:
        drawing.set()
        assert go_on.wait(20)
        return real(path, page, width, password)

    office.render_page = slow  # type: ignore[method-assign]
    tab.print_pages()
    assert drawing.wait(20)
    qtbot.waitUntil(tab.stop.isVisible)
    tab.print_pages()  # pressed once too often: nothing
    tab.stop.click()
    go_on.set()
    rest()
    assert not tab.stop.isVisible()
    assert [call for call in office.calls if call[0] == "render_page"] == [("render_page", office.pdf, 0)]


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_printer_that_takes_nothing_is_told(
    tab: PagesTab, window: Window, printer: QPrinter, rest: Rest, tmp_path: Path
) -> None:
    printer.setOutputFileName(str(tmp_path / "nowhere" / "printed.pdf"))
    tab.print_pages()
    rest()
    assert window.notice.message is not None
    assert window.notice.message.tone == "bad"
    assert "print.refused" in window.notice.message.do
    assert tab.paper.isEnabled()


def test_the_pages_that_were_asked_for(tmp_path: Path) -> None:
    printer = QPrinter()
    assert wanted_pages(printer, 5) == [0, 1, 2, 3, 4]
    printer.setFromTo(2, 3)
    assert wanted_pages(printer, 5) == [1, 2]
    printer.setFromTo(4, 99)
    assert wanted_pages(printer, 5) == [3, 4]


def _ink(picture: object) -> float:
    """The dark part of the page."""
    grey = picture.convert("L")  # type: ignore[attr-defined]
    return sum(grey.histogram()[:128]) / (grey.width * grey.height)
