"""WCAG 2.0 AA for the window: names, contrast, focus, 200 % text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollArea,
    QTableView,
    QWidget,
)

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.resources import find_resources
from desktop.routing.trays import Tray
from desktop.ui.application import make_bench
from desktop.ui.control.reports import ReportsPane
from desktop.ui.gallery import settle
from desktop.ui.messages import Message, no_words
from desktop.ui.pouch.drives import Drive
from desktop.ui.pouch.office import Errand, PouchReading, StickOutcome
from desktop.ui.pouch.pane import PouchPane
from desktop.ui.prompts import PinQuestion, PromptRequest
from desktop.ui.reader.acts import acts_of
from desktop.ui.roles import DARK, LIGHT, WRITTEN_ON, Roles, contrast
from desktop.ui.signing.pin import PinDialog
from desktop.ui.slip.acts import FORMS
from desktop.ui.widgets.basics import ActionButton, IconMark
from desktop.ui.widgets.pages import PageView
from desktop.ui.widgets.tables import table_lead
from desktop.ui.window import Window
from desktop.ui.words import load_say
from tests.desktop.ui.fakes import NOW, FakeOffice, certificate, token
from tests.desktop.ui.test_reception import arrive

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
    for place in window.rail.places:
        window.open_place(place)
        rest()
        yield place


def own_controls(root: QWidget) -> list[QWidget]:
    found = [w for w in root.findChildren(QWidget) if isinstance(w, CONTROLS) and w.isVisible()]
    inner = (QComboBox, QAbstractSpinBox, QLineEdit, QTableView)  # their own parts speak through them
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
    assert "venció hace 2 días hábiles" in said[0]


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
    found += [f"button {b.text()!r} lies outside" for b in buttons if b.geometry().bottom() > b.parentWidget().height()]
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


def test_a_failure_leaves_the_buttons_whole_at_200_percent(app: QApplication, office: FakeOffice) -> None:
    say = load_say(find_resources(), "es")
    bench = make_bench(app, office, dark=False, scale=2.0, say=say, now=lambda: NOW)
    window = Window(bench)
    window.resize(1366, 768)
    window.show()
    settle(app, bench)
    window.open_place("reports")
    settle(app, bench)
    pane = window.places["reports"]
    assert isinstance(pane, ReportsPane)
    office.broken["report"] = OfficeError("report.no_period", since="2026-03-01", until="2026-01-01")
    pane.read()
    settle(app, bench)
    assert window.notice.isVisible()
    assert pane.blank.isVisible()
    assert not pane.notes.isVisible()
    problems = cut(window)
    office.broken.clear()
    pane.read()
    settle(app, bench)
    assert window.notice.isVisible()
    assert pane.notes.isVisible()
    problems += cut(window)
    window.close()
    shiboken6.delete(window)
    assert problems == []


def needed(part: QWidget) -> int:
    """The height that its words need at its width."""
    return part.heightForWidth(part.width()) if part.hasHeightForWidth() else part.minimumSizeHint().height()


@pytest.mark.parametrize("told_first", [False, True])
@pytest.mark.parametrize(("size", "scale"), [((1366, 768), 1.0), ((1366, 768), 2.0), ((800, 600), 1.0)])
def test_banner_and_notice_together_leave_the_reader_whole(
    app: QApplication, office: FakeOffice, size: tuple[int, int], scale: float, told_first: bool
) -> None:
    bench = make_bench(app, office, dark=False, scale=scale, say=load_say(find_resources(), "es"), now=lambda: NOW)
    window = Window(bench)
    window.resize(*size)
    window.show()

    office.acts[Tray.PENDING] = (EventKind.DISPATCHED, EventKind.ANSWERED, *FORMS)

    def tell() -> None:
        office.state = replace(office.state, copy=OfficeError("desk.cloned", count=2))
        window.read_status()
        window.tell(Message("care", "En pausa. Quedan 2 en cola.", "Un archivo no llegó entero y se pedirá otra vez."))
        settle(app, bench)

    if told_first:
        tell()
    window.open_tray(Tray.PENDING)
    settle(app, bench)
    if not window.desk.both:
        window.desk.rows.choose_number(0)
        settle(app, bench)
        window.desk.rows.row_opened.emit(window.desk.rows.chosen)
    settle(app, bench)
    if not told_first:
        tell()
    assert window.banner.isVisible()
    assert window.notice.isVisible()
    problems = cut(window)
    reader = window.desk.reader
    own = (
        reader.back,
        reader.header.meta,
        reader.header.subject,
        reader.header.verdict,
        *reader.buttons.values(),
        *reader.tabs,
    )
    parts = [part for part in own if part.isVisible()]
    assert len(parts) > 7
    placed = [QRect(part.mapTo(reader, QPoint(0, 0)), part.size()) for part in parts]
    problems += [
        f"{a.objectName() or type(a).__name__} lies over another"
        for n, a in enumerate(parts)
        for m in range(n + 1, len(parts))
        if placed[n].intersects(placed[m])
    ]
    problems += [f"{type(b).__name__} is too low" for b in parts if b.height() < needed(b)]
    problems += [
        f"{type(b).__name__} is cut off" for b in parts if b.visibleRegion().boundingRect().height() < b.height()
    ]
    assert (window.width(), window.height()) == size
    if window.strip.verticalScrollBar().maximum():
        assert reached(window.strip), "what is told cannot be scrolled by keys"
    window.close()
    shiboken6.delete(window)
    assert problems == []


def stick_states(app: QApplication, window: Window, office: FakeOffice, folder: Path) -> Iterator[str]:
    """The stick's pane: without a stick, at work, done, with problems, refused, the first time."""
    bench = window._bench
    window.open_place("pouch")
    pane = window.places["pouch"]
    assert isinstance(pane, PouchPane)
    settle(app, bench)
    yield "no stick"
    pane.look_for_drives = lambda: (Drive(folder, "KINGSTON DataTraveler 3.0", 3_800_000_000),)
    pane.read()
    settle(app, bench)
    yield "ready"
    office.pouch.gate = Event()
    pane.write.click()
    deadline = time.monotonic() + 5
    while not pane.progress.maximum() and time.monotonic() < deadline:
        app.processEvents()
    yield "at work"
    office.pouch.gate.set()
    settle(app, bench)
    yield "done"
    problems = (("pouch.unfinished", {"folder": "SOBRE-device-a-00003"}), ("mail.damaged", {"key": "pouch/x"}))
    office.pouch.outcomes[Errand.READ] = StickOutcome(Errand.READ, pouches=1, events=2, problems=problems)
    pane.take.click()
    settle(app, bench)
    yield "problems"
    office.broken["pouch.relay"] = OfficeError("pouch.stick_full", path=str(folder))
    pane.relay.click()
    settle(app, bench)
    yield "refused"
    office.pouch.reading = PouchReading(0, 0)
    pane.read()
    settle(app, bench)
    yield "first time"


def reached(control: QWidget) -> bool:
    """By Tab; of buttons of which one is chosen, by Tab and arrows."""
    group = control.group() if isinstance(control, QRadioButton) else None
    return any(one.focusPolicy() & Qt.FocusPolicy.TabFocus for one in (group.buttons() if group else (control,)))


def reception_states(app: QApplication, window: Window, office: FakeOffice) -> Iterator[str]:
    """Recibir with paper."""
    arrive(office)
    window.open_tray(Tray.INCOMING)
    settle(app, window._bench)
    if not window.desk.both:
        window.desk.rows.row_opened.emit(window.desk.rows.chosen or window.desk.rows.model.rows[0])
        settle(app, window._bench)
    reader = window.desk.reader
    reader._begin_kind(EventKind.RECEIVED)
    for choice in (None, reader.reception.whole, reader.reception.part, reader.reception.none):
        if choice is not None:
            choice.setChecked(True)
        settle(app, window._bench)
        yield f"reception, {choice.text() if choice else 'asked'}"


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_stick_and_reception_are_whole_named_and_reached_in_every_state(
    app: QApplication, office: FakeOffice, tmp_path: Path, scale: float
) -> None:
    bench = make_bench(app, office, dark=False, scale=scale, say=load_say(find_resources(), "es"), now=lambda: NOW)
    window = Window(bench)
    window.resize(1366, 768)
    window.show()
    settle(app, bench)
    problems: list[str] = []
    for where in chain(stick_states(app, window, office, tmp_path), reception_states(app, window, office)):
        problems += [f"{where}: {problem}" for problem in cut(window)]
        assert (window.width(), window.height()) == (1366, 768), f"{where} pushed the window"
        for control in own_controls(window):
            interface = QAccessible.queryAccessibleInterface(control)
            assert interface is not None
            if not interface.text(QAccessible.Text.Name).strip():
                problems.append(f"{where}: {type(control).__name__} has no name")
            if control.isEnabled() and not reached(control):
                problems.append(f"{where}: {type(control).__name__} cannot be reached by Tab")
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


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_notice_s_icon_stands_level_with_its_first_line(
    app: QApplication, office: FakeOffice, scale: float
) -> None:
    bench = make_bench(app, office, dark=False, scale=scale, say=no_words, now=lambda: NOW)
    window = Window(bench)
    window.resize(1366, 768)
    window.show()
    for means in ("", "Y más que se dice de ello."):
        window.tell(Message("good", "Recibido.", means))
        settle(app, bench)
        line = next(each for each in window.notice.findChildren(QLabel) if each.text() == "Recibido.")
        (mark,) = window.notice.findChildren(IconMark)
        gap = mark.mapTo(window, mark.rect().center()).y() - line.mapTo(window, line.rect().center()).y()
        assert abs(gap) <= 1
    window.close()
    shiboken6.delete(window)


@pytest.mark.parametrize("place", ["line", "pouch", "reports", "monitor"])
def test_a_table_s_words_begin_under_the_title(window: Window, rest: Rest, place: str) -> None:
    window.open_place(place)
    rest()
    pane = window.places[place]
    title = pane.title.mapTo(window, pane.title.rect().topLeft()).x()
    left = pane.table.viewport().mapTo(window, pane.table.viewport().rect().topLeft()).x()
    assert left + table_lead(window._bench.look) == title
