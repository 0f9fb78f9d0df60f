"""The reader: header with acts, tabs, and at the side what answers the next question (or the act being done)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.records.documents import DocumentState
from desktop.records.events import EventKind
from desktop.ui.dispatch.pane import DispatchPane
from desktop.ui.jobs import Lane
from desktop.ui.messages import Message
from desktop.ui.reader.acts import NEEDS_REASON, Act, acts_of, operation_of
from desktop.ui.reader.ask import AskPane
from desktop.ui.reader.head import Head
from desktop.ui.reader.pages_tab import PagesTab
from desktop.ui.reader.parts import AttachmentsTab, SignaturesTab, Summary, page_source
from desktop.ui.signing.pane import SigningPane
from desktop.ui.slip.acts import FORMS, SlipActPane
from desktop.ui.slip.pane import SlipPane
from desktop.ui.slip.reception import ReceptionPane, asks_of_paper
from desktop.ui.widgets.basics import (
    IconMark,
    clear,
    fill,
    label,
    line,
    scrolling,
)
from signing.report import FileVerdict

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.ui.bench import Bench
    from desktop.ui.office import DeskStatus, DocumentCard
    from signing.report import FileVerdict

SIDE, ACTING = 250, 320
_LEAST = 50  # design pixels of the body below the head


class ReaderPane(QFrame):
    """Shows one card. ``changed`` after an act: counts and rows must be read again; ``told`` carries messages."""

    changed = Signal()
    told = Signal(object)
    answer_chosen = Signal(object)  # DocumentCard
    back_chosen = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self._bench = bench
        self.card: DocumentCard | None = None
        self.status: DeskStatus | None = None
        self._looked: set[tuple[str, str]] = set()  # documents and digests verified or being verified
        self.header = head = Head(bench)
        self.back, self.buttons, self.tabs = head.back, head.buttons, head.tabs
        head.back_chosen.connect(self.back_chosen)
        head.act_chosen.connect(self.begin)
        head.tab_chosen.connect(self.show_tab)
        self._build_body()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.filled = QWidget()
        inner = QVBoxLayout(self.filled)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        fill(inner, self.header, line(), self.body)
        inner.setStretch(2, 1)
        self.blank = QFrame()
        self.blank.setObjectName("ground")
        QVBoxLayout(self.blank)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.blank)
        self.stack.addWidget(self.filled)
        box.addWidget(self.stack)
        self.show_nothing()

    # -- building --

    def _build_body(self) -> None:
        bench = self._bench
        self.pages = PagesTab(bench)
        self.slip = SlipPane(bench)
        self.slip.act_chosen.connect(self._begin_kind)
        self.signatures = SignaturesTab(bench)
        self.attachments = AttachmentsTab(bench)
        self.signatures.verify_chosen.connect(self.verify_now)
        self.attachments.told.connect(self.told)
        self.pages.told.connect(self.told)
        self.content = QStackedWidget()
        self.content.addWidget(self.pages)
        for pane, name in ((self.slip, 1), (self.signatures, 2), (self.attachments, 3)):
            self.content.addWidget(scrolling(pane, name=self.tabs[name].text()))
        self.summary = Summary(bench)
        self.summary.detail_chosen.connect(lambda: self.show_tab(2))
        self.summary.verify_chosen.connect(self.verify_now)
        self.signing = SigningPane(bench)
        self.dispatch = DispatchPane(bench)
        self.ask = AskPane(bench)
        self.slip_act = SlipActPane(bench)
        self.reception = ReceptionPane(bench)
        for act_pane in (self.signing, self.dispatch, self.ask, self.slip_act, self.reception):
            act_pane.closed.connect(self.close_act)
        for form in (self.slip_act, self.reception):
            form.told.connect(self.told)
            form.done.connect(self._acted)
        self.reception.failed.connect(self.changed)
        self.signing.told.connect(self.told)
        self.dispatch.told.connect(self.told)
        self.signing.signed.connect(lambda _results: self._acted())
        self.dispatch.dispatched.connect(self._acted)
        self.side = QStackedWidget()
        self._sides: dict[QWidget, QScrollArea] = {}
        for part in (self.summary, self.signing, self.dispatch, self.ask, self.slip_act, self.reception):
            area = scrolling(part, name=self.tr("Detalle"))
            self._sides[part] = area
            self.side.addWidget(area)
        self.edge = line(upright=True)
        self.body = QWidget()
        row = QHBoxLayout(self.body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        fill(row, self.content, self.edge, self.side)
        row.setStretch(0, 1)

    # -- showing --

    def show_nothing(self, title: str = "", more: str = "") -> None:
        """No document: a sentence in the middle."""
        self.card = None
        self.side.setCurrentWidget(self._sides[self.summary])
        box = self.blank.layout()
        if isinstance(box, QVBoxLayout):
            clear(box)
            box.addStretch(2)
            box.addWidget(IconMark(self._bench.look, "file-text", "dim", 36), 0, Qt.AlignmentFlag.AlignHCenter)
            for text, tone in ((title or self.tr("Elija un documento de la lista"), ""), (more, "dim")):
                words = label(text, tone=tone, bold=not tone)
                words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                box.addWidget(words)
            box.addStretch(3)
        self.stack.setCurrentWidget(self.blank)

    def show_card(self, card: DocumentCard, *, keep_tab: bool = False) -> None:
        """One document."""
        same = self.card is not None and self.card.view.id == card.view.id
        same_bytes = self.card is not None and (self.card.pdf, self.card.made_here) == (card.pdf, card.made_here)
        same_bytes = same_bytes and self.card is not None and self.card.verdict == card.verdict
        self.card = card
        self.header.show_card(card)
        if not same_bytes or card.pdf is None:
            self.pages.view.message = self._why_no_page(card)
            self.pages.show_source(page_source(self._bench, card), card.view.cite or card.view.subject)
        for pane in (self.slip, self.signatures, self.attachments):
            pane.show_card(card)
        self.summary.show_card(card)
        self.stack.setCurrentWidget(self.filled)
        if not (keep_tab and same):  # an act that is being done for this document goes on
            self.close_act()
        if not keep_tab:
            self.show_tab(0)
        self._arrange()
        self._verify_unseen(card)

    def _why_no_page(self, card: DocumentCard) -> str:
        if card.view.state in {DocumentState.DRAFT, DocumentState.OBSERVED}:
            return self.tr("La página se compone al enviarlo a firma.")
        return self.tr("El documento aún no llegó. Vendrá solo al sincronizar.")

    def show_tab(self, number: int) -> None:
        """Documento, Hoja de ruta, Firmas or Adjuntos."""
        self.header.show_tab(number)
        self.content.setCurrentIndex(number)
        self._arrange()

    # -- acts --

    def begin(self, act: Act) -> None:
        """Start an act: its panel at the side, or at once where nothing is asked."""
        card = self.card
        if card is None:
            return
        match act.kind:
            case EventKind.SIGNED if self.status is not None:
                self.signing.open_for([card], self.status)
                self._show_side(self.signing)
            case EventKind.DISPATCHED:
                self.dispatch.open_for(card)
                self._show_side(self.dispatch)
            case EventKind.ANSWERED:
                self.answer_chosen.emit(card)
            case EventKind.RECEIVED if (hop := asks_of_paper(card)) is not None:
                self.reception.open_for(act, card, hop)
                self._show_side(self.reception)
            case kind if kind in FORMS:
                self.slip_act.open_for(act, card)
                self._show_side(self.slip_act)
            case _ if act.question:
                reason = ""
                if act.kind in NEEDS_REASON:
                    reason = self.tr("Observación") if act.kind is EventKind.OBSERVED else self.tr("Motivo")
                self.ask.open_for(act, reason=reason, then=lambda text: self._do(act, card, text))
                self._show_side(self.ask)
            case _:
                self._do(act, card, "")

    def _begin_kind(self, kind: EventKind) -> None:
        for act in acts_of((kind,)):
            self.begin(act)

    def _do(self, act: Act, card: DocumentCard, reason: str) -> None:
        op = operation_of(self._bench.office, act.kind, card, reason)
        if op is None:
            return
        job = self._bench.jobs.job(op).owned_by(self)
        job.success(lambda _done: self._acted(Message("good", act.done))).always(self.close_act).start()

    def _acted(self, message: Message | None = None) -> None:
        if message is not None:
            self.told.emit(message)
        self.close_act()
        self.changed.emit()

    def verify_now(self) -> None:
        """Verify the document in view, outside the screen's thread; the card shows the verdict when it comes."""
        card = self.card
        if card is None:
            return
        bytes_of = (card.view.id, card.view.digest)
        self._looked.add(bytes_of)
        self.summary.show_verifying()

        def keep(verdict: FileVerdict) -> None:
            if self.card is not None and (self.card.view.id, self.card.view.digest) == bytes_of:
                self.show_card(replace(self.card, verdict=verdict), keep_tab=True)

        def tell(error: BaseException) -> None:
            self._bench.jobs.report(error)
            if self.card is not None:
                self.summary.show_card(self.card)

        job = self._bench.jobs.job(lambda: self._bench.office.verify_document(card.view.id), Lane.POOL)
        job.owned_by(self).replacing("reader.verify").success(keep).failure(tell)
        job.cancelled(lambda: self._looked.discard(bytes_of)).start()  # another document was looked at meanwhile

    def _verify_unseen(self, card: DocumentCard) -> None:
        """A signature never verified here is verified when it is first looked at, once for those bytes."""
        unseen = (card.view.id, card.view.digest) not in self._looked
        if card.verdict is None and card.pdf is not None and card.view.signed_by and unseen:
            self.verify_now()

    # -- arranging --

    @property
    def acting(self) -> bool:
        """Whether the side shows an act."""
        return self.side.currentWidget() is not self._sides[self.summary]

    def _show_side(self, part: QWidget) -> None:
        self.side.setCurrentWidget(self._sides[part])
        self._arrange()
        if self.focusWidget() is None or not part.isAncestorOf(self.focusWidget()):
            self._focus_first(part)

    @staticmethod
    def _focus_first(part: QWidget) -> None:
        for child in part.findChildren(QWidget):
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isEnabled() and child.isVisibleTo(part):
                child.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def close_act(self) -> None:
        """Back to reading; the focus goes where the act began."""
        focused = self.focusWidget()
        within = self.acting and focused is not None and self.side.isAncestorOf(focused)
        self.side.setCurrentWidget(self._sides[self.summary])
        self._arrange()
        if within:
            next(iter(self.buttons.values()), self.tabs[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The side gives way where there is no room."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Another font or style: arrange again."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "side"):
            self._arrange()

    def _arrange(self) -> None:
        px = self._bench.look.px
        roomy = self.width() >= px(660)
        reading = self.content.currentIndex() == 0
        show_side = self.acting or (roomy and reading)
        self.content.setVisible(roomy or not self.acting)
        self.side.setVisible(show_side)
        self.edge.setVisible(show_side and roomy)
        width = px(ACTING if self.acting else SIDE)
        self.side.setMinimumWidth(width if roomy else 0)
        self.side.setMaximumWidth(width if roomy else 16777215)
        verdict = reading and not (show_side and roomy and not self.acting)
        self.header.arrange(acting=self.acting, compact=self.acting and not roomy, verdict=verdict)
        self._keep_head()

    def event(self, event: QEvent) -> bool:
        """Other words or buttons: the head may need another height."""
        done = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self._keep_head()
        return done

    def _keep_head(self) -> None:
        """The head comes before the page, as far as some of it is left."""
        most = self.height() - self._bench.look.px(_LEAST)
        self.header.keep(self.width(), most=most)
