"""WCAG 2.0 AA for the window: names, contrast, focus, 200 % text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)

from desktop.routing.trays import Tray
from desktop.ui.application import make_bench
from desktop.ui.gallery import settle
from desktop.ui.messages import no_words
from desktop.ui.prompts import PinQuestion, PromptRequest
from desktop.ui.reader.acts import acts_of
from desktop.ui.roles import DARK, LIGHT, WRITTEN_ON, Roles, contrast
from desktop.ui.signing.pin import PinDialog
from desktop.ui.widgets.basics import ActionButton
from desktop.ui.widgets.pages import PageView
from desktop.ui.window import Window
from tests.desktop.ui.fakes import NOW, FakeOffice, certificate, token

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

Rest = Callable[[], None]
CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView, QAbstractSpinBox, PageView)


@pytest.mark.parametrize("roles", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), WRITTEN_ON)
def test_every_pair_of_roles_has_contrast(roles: Roles, ink: str, ground: str) -> None:
    assert contrast(getattr(roles, ink), getattr(roles, ground)) >= 4.5


@pytest.mark.parametrize("roles", [LIGHT, DARK], ids=["light", "dark"])
def test_outlines_and_focus_are_seen(roles: Roles) -> None:
    for ground in ("panel", "ground"):
        assert contrast(roles.edge, getattr(roles, ground)) >= 2.8
        assert contrast(roles.accent, getattr(roles, ground)) >= 3.0
    assert contrast(roles.new, roles.rail) >= 3.0


def test_contrast_is_the_standards() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def panes(window: Window, rest: Rest) -> Iterator[str]:
    for tray in Tray:
        window.open_tray(tray)
        rest()
        yield tray.value
        reader = window.desk.reader
        for number in range(4):
            reader.show_tab(number)
            rest()
            yield f"{tray.value}, {number}"
        reader.show_tab(0)
        for act in acts_of(reader.card.acts if reader.card else ()):
            if act.question or act.name in {"Firmar", "Derivar"}:
                reader.begin(act)
                rest()
                yield f"{tray.value}, {act.name}"
                reader.close_act()
    window.open_verify()
    rest()
    yield "verify"
    window.verify.check([window._bench.office.pdf])  # type: ignore[attr-defined]
    rest()
    yield "verify, file"
    window.open_writing(None)
    rest()
    yield "writing"


def own_controls(root: QWidget) -> list[QWidget]:
    found = [w for w in root.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible()]
    inner = (QComboBox, QAbstractSpinBox, QLineEdit)  # their own parts speak through them
    return [w for w in found if not isinstance(w.parentWidget(), inner)]


def test_every_control_has_a_name_and_can_be_reached(window: Window, rest: Rest) -> None:
    nameless: list[str] = []
    for where in panes(window, rest):
        for control in own_controls(window):
            interface = QAccessible.queryAccessibleInterface(control)
            assert interface is not None
            if not interface.text(QAccessible.Text.Name).strip():
                nameless.append(f"{where}: {type(control).__name__} {control.objectName()}")
            if control.isEnabled() and not control.focusPolicy() & Qt.FocusPolicy.TabFocus:
                nameless.append(f"{where}: {type(control).__name__} cannot be reached by Tab")
    assert nameless == []


def test_labels_and_names_never_say_the_same_nothing(window: Window) -> None:
    """Icon buttons say what they do, not what they look like."""
    names = [b.accessibleName() for b in window.findChildren(QAbstractButton) if not b.text() and b.isVisible()]
    assert names
    assert all(len(name) > 3 for name in names)


def test_rows_are_read_by_a_screen_reader(window: Window) -> None:
    interface = QAccessible.queryAccessibleInterface(window.desk.rows.list)
    assert interface is not None
    assert interface.text(QAccessible.Text.Name) == "Pendientes"
    rows = [interface.child(i) for i in range(interface.childCount())]
    said = [row.text(QAccessible.Text.Name) for row in rows if isinstance(row, QAccessibleInterface)]
    assert len(said) == 5
    assert "vencido hace 2 días" in said[0]


def test_tab_walks_the_whole_window_and_comes_back(window: Window, qtbot: QtBot) -> None:
    window.rail.new.setFocus()
    seen: list[QWidget] = []
    for _ in range(80):
        now = window.focusWidget()
        assert now is not None
        if seen and now is seen[0]:
            break
        seen.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    reader = window.desk.reader
    assert seen[0] is window.rail.new
    assert len(seen) < 80  # no trap
    for needed in (
        window.desk.rows.search,
        window.desk.rows.list,
        reader.pages.view,
        *reader.buttons.values(),
        *reader.tabs,
    ):
        assert needed in seen
    order = [
        seen.index(w)
        for w in (window.rail.verify, window.desk.rows.search, window.desk.rows.list, reader.tabs[0], reader.pages.view)
    ]
    assert order == sorted(order)


def cut(root: QWidget) -> list[str]:
    """What is visible and not whole: words that need more height or width than they have."""
    found: list[str] = []
    for label in root.findChildren(QLabel):
        if not label.isVisible() or not label.text():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        if needed > label.height() + 2:
            found.append(f"label {label.text()[:40]!r} needs {needed} of {label.height()}")
        if not label.wordWrap() and label.sizeHint().width() > label.width() + 2:
            found.append(f"label {label.text()[:40]!r} is too narrow")
    buttons = [button for button in root.findChildren(ActionButton) if button.isVisible()]
    found += [f"button {b.text()!r} is too narrow" for b in buttons if b.width() + 2 < b.sizeHint().width()]
    areas = [area for area in root.findChildren(QScrollArea) if area.isVisible()]
    found += [f"area {a.accessibleName()!r} is cut" for a in areas if a.widget().width() > a.viewport().width() + 2]
    return found


@pytest.mark.parametrize(
    ("size", "scale"), [((1366, 768), 1.0), ((1366, 768), 2.0), ((800, 600), 1.0), ((1024, 600), 1.5)]
)
def test_nothing_is_cut(app: QApplication, office: FakeOffice, size: tuple[int, int], scale: float) -> None:
    bench = make_bench(app, office, dark=False, scale=scale, say=no_words, now=lambda: NOW)
    window = Window(bench)
    window.resize(*size)
    window.show()
    settle(app, bench)
    problems: list[str] = []
    for where in panes(window, lambda: settle(app, bench)):
        problems += [f"{where}: {problem}" for problem in cut(window)]
        if not window.desk.both and window.desk.rows.isVisible() and window.desk.rows.chosen is not None:
            window.desk.rows.row_opened.emit(window.desk.rows.chosen)
            settle(app, bench)
            problems += [f"{where}, reading: {problem}" for problem in cut(window)]
        assert window.size().width() == size[0], f"{where} pushed the window wider"
        assert window.size().height() == size[1], f"{where} pushed the window taller"
    window.close()
    shiboken6.delete(window)
    assert problems == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_pin_dialog_is_whole_and_named(app: QApplication, office: FakeOffice, scale: float) -> None:
    bench = make_bench(app, office, dark=False, scale=scale, say=no_words)
    dialog = PinDialog(bench.look, PromptRequest(PinQuestion(token(), certificate())))
    dialog.show()
    app.processEvents()
    assert cut(dialog) == []
    assert dialog.height() <= 768
    for control in own_controls(dialog):
        interface = QAccessible.queryAccessibleInterface(control)
        assert interface is not None
        assert interface.text(QAccessible.Text.Name)
    field = QAccessible.queryAccessibleInterface(dialog.field)
    assert field is not None
    assert field.text(QAccessible.Text.Name) == "PIN"
    assert "PIN sin intentos fallidos" in field.text(QAccessible.Text.Description)
    dialog.field.setText("482915")
    assert "482915" not in field.text(QAccessible.Text.Value)
    bench.prompts.close()
    bench.jobs.close()
    dialog.close()
