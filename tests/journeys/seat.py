"""Somebody sitting at the window: keys, the mouse, and patience. What happened is read from the store, not from here."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QEventLoop, QKeyCombination, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop.operations.desk import Desk
from desktop.practice.office import PracticeOffice
from desktop.records.documents import DocumentView
from desktop.records.events import EventKind
from desktop.routing.trays import Tray
from desktop.ui.application import make_bench
from desktop.ui.binding import BoundDesk
from desktop.ui.signing.pin import PinDialog
from desktop.ui.window import Window

PATIENCE = 60.0  # seconds; a loaded machine is no failure
_T = TypeVar("_T")


def type_keys(field: QWidget, text: str) -> None:
    """A key press per sign, as a Spanish keyboard sends them (``QTest.keyClicks`` dies on an ñ)."""
    for sign in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, sign)
            QApplication.sendEvent(field, event)


class Seat:
    """The window of one desk, and hands."""

    def __init__(self, qtbot: QtBot, app: QApplication, desk: Desk, office: PracticeOffice) -> None:
        self.qtbot = qtbot
        self.app = app
        self.desk = desk
        self.store = desk.store
        self.office = office
        self.bench = make_bench(app, BoundDesk(desk), dark=False, scale=1.0)
        self.window = Window(self.bench)

    def open(self) -> None:
        """Show it, as the program does."""
        self.window.resize(1366, 768)
        self.window.show()
        self.window.pulse.stop()  # what it does by itself every minute is done here when a test says so: see minute
        self.window.activateWindow()
        self.rest()

    def close(self) -> None:
        """Close it as a person does."""
        if shiboken6.isValid(self.window):
            self.window.writing.text.clear()
            self.window.close()
            shiboken6.delete(self.window)

    # -- patience

    def until(self, look: Callable[[], _T], *, seconds: float = PATIENCE) -> _T:
        """Let the window work until ``look`` finds something."""
        deadline = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < deadline, f"waited {seconds} s in vain; the window says: {self.told()!r}"
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            time.sleep(0.005)  # lanes work meanwhile; QTest.qWait would hold Python's lock
        return found

    def rest(self) -> None:
        """Until no job waits or runs, and what they said is on the screen."""
        quiet = 0

        def at_rest() -> bool:
            nonlocal quiet
            quiet = 0 if self.bench.jobs.busy else quiet + 1
            return quiet >= 3

        self.until(at_rest)

    # -- hands

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key: the window system hands it to the active window, Qt to the focus or to whose shortcut it is."""
        top = QApplication.activeModalWidget() or self.window
        QTest.keyClick(top.windowHandle(), key, modifier)

    def control(self, key: Qt.Key) -> None:
        """Ctrl and a key, and what follows."""
        self.key(key, Qt.KeyboardModifier.ControlModifier)
        self.rest()

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """A click in the middle of something that can be seen."""
        assert widget.isVisible()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())

    def type_into(self, field: QWidget, text: str) -> None:
        """Click a field and type."""
        self.click(field)
        type_keys(field, text)

    def pick(self, combo: QComboBox, words: str) -> None:
        """Choose an entry by the arrow keys."""
        combo.setFocus()
        for _ in range(combo.count()):
            if words in combo.currentText():
                return
            QTest.keyClick(combo, Qt.Key.Key_Down)
        assert words in combo.currentText(), [combo.itemText(i) for i in range(combo.count())]

    def drop(self, widget: QWidget, *paths: Path) -> None:
        """Let files fall on a pane."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        place, copy = QPointF(widget.rect().center()), Qt.DropAction.CopyAction
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enters = QDragEnterEvent(place, copy, data, button, none)
        self.app.sendEvent(widget, enters)
        assert enters.isAccepted()
        self.app.sendEvent(widget, QDropEvent(place, copy, data, button, none))
        self.rest()

    def go_to(self, tray: Tray) -> None:
        """A tray of the rail, by its key."""
        self.control(Qt.Key(Qt.Key.Key_1 + list(Tray).index(tray)))
        assert self.window.tray is tray

    def open_row(self, tray: Tray, document: str) -> None:
        """Go to a tray and click the row of that document."""
        self.go_to(tray)
        rows = self.window.desk.rows
        number = next((i for i, row in enumerate(rows.model.rows) if row.document == document), None)
        assert number is not None, f"{document} does not lie in {tray}"
        index = rows.model.index(number, 0)
        rows.list.scrollTo(index)
        self.click(rows.list.viewport(), rows.list.visualRect(index).center())
        self.rest()
        card = self.window.desk.reader.card
        assert card is not None
        assert card.view.id == document

    def act(self, kind: EventKind) -> None:
        """Press the key that is written on an act's button."""
        button: QAbstractButton = self.window.desk.reader.buttons[kind]
        assert button.isVisible()
        keys: QKeyCombination = button.shortcut()[0]  # type: ignore[index]
        self.key(keys.key(), keys.keyboardModifiers())
        self.rest()

    def confirm(self) -> None:
        """Ctrl+Enter: the primary button of the panel at the side."""
        self.control(Qt.Key.Key_Return)

    def begin_signing(self) -> PinDialog:
        """F, then "Firmar con mi PIN"; returns the dialog that asks for it."""
        self.act(EventKind.SIGNED)
        signing = self.window.desk.reader.signing
        self.until(lambda: signing.ready and signing.sign.isEnabled())
        self.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.until(lambda: self.window.dialog is not None)
        assert self.window.dialog is not None
        return self.window.dialog

    def answer_pin(self, dialog: PinDialog, pin: str) -> None:
        """Type it and press Enter."""
        type_keys(dialog.field, pin)
        self.key(Qt.Key.Key_Return)
        self.window.activateWindow()  # a window manager does that; the offscreen platform has none
        self.rest()

    def synchronise(self) -> None:
        """F5."""
        self.key(Qt.Key.Key_F5)
        self.rest()

    def minute(self) -> None:
        """A minute goes by: the desk catches up by itself."""
        self.window.pulse.timeout.emit()
        self.rest()

    # -- eyes

    def told(self) -> str:
        """What the notice says."""
        if not shiboken6.isValid(self.window) or self.window.notice.message is None:
            return ""
        message = self.window.notice.message
        return " ".join(part for part in (message.what, message.means, message.do, message.detail) if part)

    def read(self, within: QWidget) -> str:
        """Every visible label of a part of the window."""
        return "\n".join(label.text() for label in within.findChildren(QLabel) if label.isVisible())

    def document(self, document: str) -> DocumentView:
        """As the store folds it."""
        return self.store.document(document)

    def exchange_keys(self) -> set[str]:
        """Every object that lies in the exchange."""
        root = self.office.home / "intercambio"
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
