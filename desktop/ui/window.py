"""The window assembles: rail, notice, and the pane of the moment. Work is done in the panes."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.routing.trays import Tray
from desktop.ui.desk import DeskPane
from desktop.ui.exchange import Exchange
from desktop.ui.help.pane import PAGES, WIDTH, HelpPane
from desktop.ui.jobs import Lane
from desktop.ui.line.pane import LinePane
from desktop.ui.messages import Message, message_of
from desktop.ui.office import DeskStatus, DocumentCard, DocumentKind, TokensSeen
from desktop.ui.places import make_place
from desktop.ui.pouch.pane import PouchPane
from desktop.ui.rail.pane import Rail
from desktop.ui.rail.waiting import WaitingDialog
from desktop.ui.signing.pin import PinDialog
from desktop.ui.verify.pane import VerifyPane
from desktop.ui.welcome import WelcomePane
from desktop.ui.widgets.basics import fill, press
from desktop.ui.widgets.strip import Strip
from desktop.ui.wording import Calendar, system_now
from desktop.ui.writing.pane import WritingPane

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.places import Place
    from desktop.ui.prompts import PinQuestion, PromptRequest

RAIL = 216
ROOM = 560  # design pixels below which the rail folds away
BESIDE = 560  # design pixels that a pane keeps beside the help
STATUS_EVERY = 30_000  # milliseconds
CATCH_UP_EVERY = 60_000  # milliseconds

Reading = tuple[DeskStatus, Mapping[Tray, int], tuple[DocumentKind, ...]]


class Window(QMainWindow):
    """One official's desk. ``scale_wanted`` asks for another text size (a factor); ``retired`` once closed."""

    scale_wanted = Signal(float)
    tokens_heard = Signal(object)  # TokensSeen; sent by threads that are none of ours
    retired = Signal()

    def __init__(self, bench: Bench, *, tray: Tray = Tray.PENDING) -> None:
        super().__init__()
        self._bench = bench
        self.setWindowTitle("Qillqa")
        self.setMinimumSize(360, 320)
        self.tray = tray
        self.status: DeskStatus | None = None
        self._started = False
        self._kept = False
        self.dialog: PinDialog | None = None
        self.waiting: WaitingDialog | None = None
        self.exchange = Exchange(bench, self)
        self._build()
        self._connect()
        self._beat = QTimer(self, interval=STATUS_EVERY)
        self._beat.timeout.connect(self.read_status)
        self.pulse = QTimer(self, interval=CATCH_UP_EVERY)
        self.pulse.timeout.connect(self.catch_up)

    def _build(self) -> None:
        bench = self._bench
        self.rail = Rail(bench.look, bench.say)
        self.rail.setFixedWidth(bench.look.px(RAIL))
        self.desk = DeskPane(bench)
        self.verify = VerifyPane(bench)
        self.writing = WritingPane(bench)
        self.welcome = WelcomePane(bench.look)
        self.stack = QStackedWidget()
        for pane in (self.desk, self.verify, self.writing, self.welcome):
            self.stack.addWidget(pane)
        self.places: dict[str, Place] = {}  # made when they are first opened
        self.strip = Strip(bench.look)
        self.notice, self.banner = self.strip.notice, self.strip.banner
        self.fold = press(QPushButton(bench.look.icon("menu", "accent", 16), self.tr("Bandejas")), "link")
        self.fold.setCheckable(True)
        self.fold.toggled.connect(lambda _on: self._arrange())
        right = QWidget()
        box = QVBoxLayout(right)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        top = QHBoxLayout()
        fill(top, self.fold, -1)
        fill(box, top, self.strip, self.stack)
        box.setStretch(2, 1)
        self._right = right
        whole = QWidget()
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        fill(across, self.rail, right)
        across.setStretch(1, 1)
        self._across = across
        self.help: HelpPane | None = None  # made when it is first asked for
        self._focus_before: QWidget | None = None
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        self.rail.tray_chosen.connect(self.open_tray)
        self.rail.verify_chosen.connect(self.open_verify)
        self.rail.new_chosen.connect(lambda: self.open_writing(None))
        self.rail.place_chosen.connect(self.open_place)
        for chosen in (self.rail.synchronise_chosen, self.banner.act_chosen):
            chosen.connect(self.exchange.run)
        self.exchange.told.connect(self.tell)
        self.exchange.busy_changed.connect(self._line_busy)
        self.exchange.progressed.connect(self._line_progress)
        self.exchange.ended.connect(self._line_at_rest)
        self.exchange.brought.connect(self.desk.reload)
        self.banner.anew_chosen.connect(self.open_anew)
        self.rail.waiting_chosen.connect(self.open_waiting)
        self.welcome.verify_chosen.connect(self.open_verify)
        for pane in (self.desk, self.verify, self.writing):
            pane.told.connect(self.tell)
        self.desk.changed.connect(self.read_status)
        self.desk.answer_chosen.connect(self.open_writing)
        self.writing.kept.connect(lambda document, tray: self.open_tray(tray, document))
        self.writing.closed.connect(lambda: self.open_tray(self.tray))
        self.notice.undo_chosen.connect(self._undo)
        self.tokens_heard.connect(self._show_tokens, Qt.ConnectionType.QueuedConnection)
        self._bench.jobs.report = self._report
        self._bench.prompts.show_pin = self._ask_pin
        self._bench.prompts.pin_pad.connect(self._tell_pin_pad, Qt.ConnectionType.QueuedConnection)
        self.rail.help_chosen.connect(self.turn_help)
        QShortcut("F1", self).activated.connect(self.turn_help)  # also where the rail is folded away
        for keys, factor in (("Ctrl++", 1.1), ("Ctrl+=", 1.1), ("Ctrl+-", 1 / 1.1)):
            shortcut = QShortcut(keys, self)
            shortcut.activated.connect(lambda f=factor: self.scale_wanted.emit(f))

    # -- opening --

    def showEvent(self, event: QShowEvent) -> None:
        """Paint first, then read."""
        super().showEvent(event)
        if not self._started:
            self._started = True
            self._beat.start()
            self.pulse.start()
            QTimer.singleShot(0, self, lambda: self.open_tray(self.tray))
            QTimer.singleShot(0, self, self.watch_tokens)

    def open_tray(self, tray: Tray, document: str | None = None) -> None:
        """A tray of the desk."""
        self.tray = tray
        self.rail.show_here(tray)
        self.rail.buttons[tray].setFocus()
        self.fold.setChecked(False)
        if self.status is None or not self.status.first_run:
            self.stack.setCurrentWidget(self.desk)
            self.desk.open_tray(tray, document)
        self.read_status()

    def open_verify(self) -> None:
        """Verificar."""
        self.rail.show_verify()
        self.fold.setChecked(False)
        self.stack.setCurrentWidget(self.verify)
        (self.verify.list if self.verify.files else self.verify.choose).setFocus()

    def open_place(self, place: str) -> None:
        """Monitor, reports, line, pouch or archive; made at the first time."""
        pane = self.places.get(place)
        custodian = self.status is not None and self.status.custodian
        if pane is None or getattr(pane, "custodian", custodian) is not custodian:
            pane = self._make_place(place)  # also where the directory has made this unit the archive's since
        self.rail.show_here(None)
        self.rail.show_place(place)
        self.fold.setChecked(False)
        self.stack.setCurrentWidget(pane)
        pane.read()
        self.rail.places[place].setFocus()

    def turn_help(self) -> None:
        """The help of where one is, beside it or in its place; or away with it."""
        if self.help is not None and self.help.isVisible():
            self._close_help()
            return
        if self.help is None:
            self.help = HelpPane(self._bench.look)
            self.help.closed.connect(self._close_help)
            self._across.addWidget(self.help)
        self._focus_before = self.focusWidget()
        self.help.show_page(PAGES.get(self._here(), "inicio"), forget=True)
        self.help.show()
        self._arrange()
        self.help.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _here(self) -> Tray | str:
        """The tray or pane in view, as the help calls it."""
        shown = self.stack.currentWidget()
        if shown is self.desk:
            return self.tray
        named = {"verify": self.verify, "writing": self.writing, **self.places}
        found = next((name for name, pane in named.items() if pane is shown), "")
        return "custodian" if found == "archive" and self.status is not None and self.status.custodian else found

    def _close_help(self) -> None:
        if self.help is not None:
            self.help.hide()
        self._arrange()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_anew(self) -> None:
        """Where a new admission is asked for."""
        self.open_place("pouch")
        pane = self.places["pouch"]
        if isinstance(pane, PouchPane):
            pane.go_to_anew()

    def _make_place(self, place: str) -> Place:
        pane = make_place(place, self, self._bench, self.status)
        pane.told.connect(self.tell)
        self.places[place] = pane
        self.stack.addWidget(pane)
        return pane

    def open_document(self, document: str, hop: str | None = None) -> None:
        """A document that may lie in nobody's tray here: the reader alone."""
        self.rail.show_here(None)
        self.stack.setCurrentWidget(self.desk)
        self.desk.open_document(document, hop)

    @property
    def line(self) -> LinePane | None:
        """The panel of the line, where it was opened."""
        found = self.places.get("line")
        return found if isinstance(found, LinePane) else None

    def open_writing(self, answers: DocumentCard | None) -> None:
        """A new document, or an answer."""
        self.rail.show_here(None)
        self.fold.setChecked(False)
        self.stack.setCurrentWidget(self.writing)
        self.writing.open_new(answers)

    # -- status --

    def read_status(self) -> None:
        """Whose desk, line, token, counts."""
        office = self._bench.office

        def read() -> Reading:
            status = office.status()
            if status.first_run:
                return status, {}, ()
            return status, office.tray_counts(), tuple(office.kinds())

        job = self._bench.jobs.job(read).owned_by(self).replacing("window.status")
        job.success(self._keep_status).start()

    def _keep_status(self, reading: Reading) -> None:
        status, counts, kinds = reading
        first = self.status is None
        self.status = status
        now = status.now
        self._bench.calendar = Calendar(status.zone, (lambda: now) if now is not None else system_now)
        self.rail.show_status(status, self._bench.calendar)
        self.rail.show_counts(counts)
        self.rail.new.setEnabled(bool(kinds))
        self.desk.show_status(status)
        copy = status.copy
        told = self._bench.say(copy.code, copy.facts) if copy is not None else None
        by_line = copy is not None and copy.code in {"desk.copy_must_sync", "desk.waits_admission"}
        self.banner.show_words(told, help_by_line=by_line, anew=copy is not None)
        if self.waiting is not None:
            self.waiting.show_rows(status.to_raise)
        for button in (*self.rail.buttons.values(), *self.rail.places.values()):
            button.setEnabled(not status.first_run)
        self.rail.synchronise.setEnabled(not status.first_run)
        if status.first_run and first:
            self.stack.setCurrentWidget(self.welcome)
        self.setWindowTitle(f"Qillqa · {status.official_name}" if status.official_name else "Qillqa")

    def _line_busy(self, busy: bool) -> None:
        self.rail.show_busy(busy=busy)
        if self.line is not None:
            self.line.show_busy(busy=busy)

    def _line_progress(self, done: int, total: int, name: str) -> None:
        if self.line is not None:
            self.line.show_progress(done, total, name)

    def watch_tokens(self) -> None:
        """Hear of tokens that come and go, so that the rail's foot and whoever signs can tell; faults are told to who signs."""
        office = self._bench.office

        def hear(seen: TokensSeen) -> None:
            with contextlib.suppress(RuntimeError):  # this window has gone meanwhile
                self.tokens_heard.emit(seen)

        job = self._bench.jobs.job(lambda: office.watch_tokens(hear), Lane.TOKEN).owned_by(self)
        job.failure(self.exchange.report_bugs).start()

    def _show_tokens(self, seen: TokensSeen) -> None:
        self.desk.reader.signing.show_tokens(seen)
        if not seen.searching:
            self.read_status()

    def catch_up(self) -> None:
        """Deliver and fetch by itself, once somebody's desk is here."""
        if self.status is not None and not self.status.first_run:
            self.exchange.catch_up()

    def _line_at_rest(self) -> None:
        if self.line is not None:
            self.line.read()
            if self.exchange.paused:
                self.line.show_paused()
        self.read_status()  # also after a failure: that there is no line is seen at once

    # -- telling and asking --

    def tell(self, message: Message) -> None:
        """Show a message over the pane."""
        self.strip.tell(message)

    def _undo(self, message: Message) -> None:
        """Take the last act back, by the act of the office that does."""
        self.notice.dismiss()
        if message.undo is None:
            return
        job = self._bench.jobs.job(message.undo).owned_by(self)
        job.success(lambda _done: self._undone()).start()

    def _undone(self) -> None:
        self.tell(Message("good", self.tr("Se deshizo. Ambos actos constan en la hoja de ruta.")))
        self._raised()

    def _report(self, error: BaseException) -> None:
        if (message := message_of(error, self._bench.say)) is not None:
            self.tell(message)

    def _ask_pin(self, request: PromptRequest[PinQuestion, str]) -> None:
        self.dialog = PinDialog(self._bench.look, request, self)
        self.dialog.finished.connect(lambda _result: self._dialog_gone())
        self.dialog.open()

    def _tell_pin_pad(self, _question: PinQuestion) -> None:
        self.tell(Message("care", self.tr("Escriba el PIN en el teclado del lector.")))

    def open_waiting(self) -> None:
        """The list of what waits for its timestamp."""
        if self.status is None:
            return
        self.waiting = WaitingDialog(self._bench, self.status.to_raise, self)
        self.waiting.raised.connect(self._raised)
        self.waiting.finished.connect(lambda _result: self._waiting_gone())
        self.waiting.open()

    def _raised(self) -> None:
        self.read_status()
        self.desk.reload()

    def _waiting_gone(self) -> None:
        self.waiting = None

    def _dialog_gone(self) -> None:
        self.dialog = None

    # -- arranging and closing --

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold the rail where there is no room."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        folds = self.width() < self._bench.look.px(ROOM)
        self.fold.setVisible(folds)
        self.rail.setVisible(not folds or self.fold.isChecked())
        helping = self.help is not None and self.help.isVisibleTo(self)
        beside = self.width() >= self._bench.look.px(RAIL + WIDTH + BESIDE)
        if self.help is not None:
            width = self._bench.look.px(WIDTH)
            self.help.setMinimumWidth(width if beside else 0)
            self.help.setMaximumWidth(width if beside else 16777215)
        self._right.setVisible(
            (not folds or not self.fold.isChecked() or self.width() >= self._bench.look.px(RAIL + 240))
            and not (helping and not beside)
        )
        self.strip.fit()
        self.rail.setFixedWidth(min(self._bench.look.px(RAIL), self.width()))

    def hand_over(self) -> None:
        """Close without ending the jobs: another window takes the bench (text size or colours changed)."""
        self._kept = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nothing typed is lost without a word; then prompts are declined and every thread is joined."""
        if self._kept:
            self._bench.office.watch_tokens(None)
            event.accept()
            return
        if self.writing.dirty and not self.writing.may_close():
            event.ignore()
            return
        self._beat.stop()
        self.pulse.stop()
        self._bench.prompts.close()
        self._bench.jobs.close()
        self._bench.office.watch_tokens(None)
        event.accept()
        self.retired.emit()
