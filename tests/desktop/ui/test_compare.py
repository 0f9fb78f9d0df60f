"""What was signed beside what is seen now: framed, numbered, walked through by keys, given up when one goes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from desktop.ui.verify.compare import ComparePane
from signing.errors import SigningError
from signing.report import Change, ChangeKind, Integrity, LaterChanges, Outcome, PageDifferences
from tests.desktop.ui.fakes import FakeOffice, verdict

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from desktop.ui.window import Window

Rest = Callable[[], None]
FIRST, SECOND = (72.0, 90.0, 300.0, 120.0), (72.0, 400.0, 200.0, 430.0)
THIRD = (72.0, 500.0, 250.0, 540.0)
LINK = "Comparar con lo que se firmó"


@pytest.fixture
def changed(office: FakeOffice) -> FakeOffice:
    """A file to which something was added after it was signed."""
    office.tell_ends = True
    told = verdict(Outcome.INVALID)
    first = replace(
        told.signatures[0], signed_revision=900, later_changes=LaterChanges.SUSPICIOUS, integrity=Integrity.INTACT,
        changes=(Change(ChangeKind.CONTENT, permitted=False, page=1),), changed_pages=(1, 2),
    )  # fmt: skip
    office.verdict = replace(told, signatures=(first, *told.signatures[1:]), size=2000, pages=2)
    office.differences = {0: PageDifferences(2, 2, (FIRST, SECOND)), 1: PageDifferences(2, 2, (THIRD,))}
    return office


def link(window: Window) -> QPushButton | None:
    return next((b for b in window.verify.side.findChildren(QPushButton) if b.text() == LINK), None)


def opened(window: Window, office: FakeOffice, rest: Rest) -> ComparePane:
    window.open_verify()
    window.verify.check([office.pdf])
    rest()
    button = link(window)
    assert button is not None
    button.click()
    rest()
    pane = window.verify.compare
    assert pane is not None
    assert pane.isVisible()
    return pane


def test_both_are_shown_with_what_differs(window: Window, changed: FakeOffice, rest: Rest) -> None:
    pane = opened(window, changed, rest)
    drawn = [call for call in changed.calls if call[0] == "render_page"]
    assert ("render_page", changed.pdf, 0, 900) in drawn
    assert ("render_page", changed.pdf, 0, None) in drawn
    assert [call for call in changed.calls if call[0] == "page_differences"] == [
        ("page_differences", changed.pdf, 900, 0),
        ("page_differences", changed.pdf, 900, 1),
    ]
    for view in (pane.signed, pane.now):
        assert [len(view.frames[page]) for page in (0, 1)] == [2, 1]
        assert view.frame == 0
    assert pane.told.text() == "Diferencia 1 de 3, página 1."
    assert (pane.signed.accessibleName(), pane.now.accessibleName()) == ("Lo que se firmó", "Lo que se ve ahora")
    assert not pane.bar.isVisible()


def test_walked_through_by_keys_and_both_follow(window: Window, changed: FakeOffice, rest: Rest, qtbot: QtBot) -> None:
    pane = opened(window, changed, rest)
    qtbot.keyClick(pane, Qt.Key.Key_F3)
    qtbot.keyClick(pane, Qt.Key.Key_F3)
    assert pane.told.text() == "Diferencia 3 de 3, página 2."
    signed, now = (view.verticalScrollBar().value() for view in (pane.signed, pane.now))
    assert now > 0
    assert abs(signed - now) <= 4  # one may be a pixel wider
    frame = pane.now._scaled(1, pane.now.frames[1][0], pane.now._sheet(1))
    assert pane.now.viewport().rect().contains(frame.topLeft().toPoint())
    qtbot.keyClick(pane, Qt.Key.Key_F3)
    assert pane.told.text() == "Diferencia 1 de 3, página 1."
    qtbot.keyClick(pane, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert pane.told.text() == "Diferencia 3 de 3, página 2."
    pane.signed.verticalScrollBar().setValue(7)
    assert pane.now.verticalScrollBar().value() == 7
    qtbot.keyClick(pane, Qt.Key.Key_Escape)
    assert not pane.isVisible()
    assert window.verify.filled.isVisible()


def test_frames_are_drawn_around_the_place(window: Window, changed: FakeOffice, rest: Rest) -> None:
    pane = opened(window, changed, rest)
    view = pane.now
    seen = view.viewport().grab().toImage()
    ratio = seen.devicePixelRatio()
    frame = view._scaled(0, view.frames[0][0], view._sheet(0)).adjusted(-3, -3, 3, 3)
    row = round(frame.top() * ratio)
    places = range(round(frame.left()) + 60, round(frame.right()) - 4)
    across = [seen.pixelColor(round(x * ratio), row).name() for x in places]
    assert set(across) == {"#a8231b"}  # the one in view: a whole line


def test_where_nothing_that_is_seen_changed_it_says_so(window: Window, changed: FakeOffice, rest: Rest) -> None:
    changed.differences = {}
    pane = opened(window, changed, rest)
    assert pane.told.text().startswith("Nada de lo que se ve cambió")
    assert not pane.after.isEnabled()
    pane.step(1)


def test_pages_that_were_added_are_counted(window: Window, changed: FakeOffice, rest: Rest) -> None:
    changed.differences = {1: PageDifferences(1, 2, ((0, 0, 612, 792),))}
    assert changed.verdict.pages == 2
    changed.differences[0] = PageDifferences(1, 2)
    pane = opened(window, changed, rest)
    assert pane.told.text() == "Diferencia 1 de 1, página 2. Se firmaron 1 página; ahora tiene 2 páginas."


def test_going_back_gives_up_what_is_under_way(window: Window, changed: FakeOffice, rest: Rest, qtbot: QtBot) -> None:
    looking, go_on = Event(), Event()
    real = changed.page_differences

    def slow(*given: object) -> PageDifferences:
        looking.set()
        assert go_on.wait(20)
        return real(*given)  # type: ignore[arg-type]

    changed.page_differences = slow  # type: ignore[method-assign]
    window.open_verify()
    window.verify.check([changed.pdf])
    rest()
    button = link(window)
    assert button is not None
    button.click()
    assert looking.wait(20)
    pane = window.verify.compare
    assert pane is not None
    assert pane.bar.isVisible()
    pane.back.click()
    go_on.set()
    rest()
    assert len([call for call in changed.calls if call[0] == "page_differences"]) == 1
    assert window.verify.filled.isVisible()


def test_files_that_are_dropped_meanwhile_are_verified(window: Window, changed: FakeOffice, rest: Rest) -> None:
    pane = opened(window, changed, rest)
    assert not window.verify.choose.isVisible()  # one primary button
    window.verify.check([changed.pdf])
    rest()
    assert not pane.isVisible()
    assert window.verify.choose.isVisible()
    assert window.verify.list.count() == 2


def test_what_cannot_be_compared_is_told(window: Window, changed: FakeOffice, rest: Rest) -> None:
    changed.broken["page_differences"] = SigningError("file.damaged", file="nota.pdf")
    pane = opened(window, changed, rest)
    assert pane.told.text() == "No se pudieron comparar las páginas."
    assert window.notice.message is not None
    assert window.notice.message.tone == "bad"


@pytest.mark.parametrize(
    "others",
    [
        {"later_changes": LaterChanges.NONE},
        {"signed_revision": 2000},
        {"integrity": Integrity.BROKEN},
    ],
)
def test_nothing_is_offered_where_nothing_can_be_compared(
    window: Window, changed: FakeOffice, rest: Rest, others: dict[str, object]
) -> None:
    told = changed.verdict
    changed.verdict = replace(told, signatures=(replace(told.signatures[0], **others),))  # type: ignore[arg-type]
    window.open_verify()
    window.verify.check([changed.pdf])
    rest()
    assert link(window) is None
