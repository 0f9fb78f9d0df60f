"""What was signed beside what is seen now: both revisions of a file, scrolled together, with what differs framed and numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop.ui.jobs import Lane
from desktop.ui.widgets.basics import ActionButton, announce, fill, label, line, tall
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.page_sources import ChildPages
from desktop.ui.widgets.pages import PageView
from desktop.ui.wording import count

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from desktop.ui.bench import Bench
    from desktop.ui.jobs import Job
    from desktop.ui.office import Progress
    from signing.report import FileVerdict, PageDifferences, SignatureVerdict

_NARROW = 640  # design pixels below which one lies under the other
Found = dict[int, "PageDifferences"]


class ComparePane(QWidget):
    """``closed``: back to the verdict. Pages are compared one by one in the killable child; what is found is shown as it comes."""

    closed = Signal()

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._job: Job[None] | None = None
        self._found: Found = {}
        self._seen: list[tuple[int, QRectF]] = []
        self._at = -1
        self._syncing = False
        px = bench.look.px
        self.title = label("", size="title")
        self.told = label("", tone="dim", size="body-small")
        self.before = ActionButton(bench.look, self.tr("Anterior"), key="Shift+F3")
        self.after = ActionButton(bench.look, self.tr("Siguiente"), key="F3", kind="primary")
        self.back = ActionButton(bench.look, self.tr("Volver al resultado"), key="Esc")
        self.before.clicked.connect(lambda: self.step(-1))
        self.after.clicked.connect(lambda: self.step(1))
        self.back.clicked.connect(self.leave)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Comparando las páginas"))
        head = QFrame()
        head.setObjectName("panel")
        box = QVBoxLayout(head)
        box.setContentsMargins(px(20), px(12), px(20), px(12))
        box.setSpacing(px(6))
        tall(head)
        fill(box, self.title, self.told, flowing(self.after, self.before, self.back, gap=px(8)))
        self.signed, self.now = PageView(bench.look), PageView(bench.look)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(0)
        left = self._side(self.signed, self.tr("Lo que se firmó"))
        right = self._side(self.now, self.tr("Lo que se ve ahora"))
        fill(self._sides, left, line(upright=True), right)
        self._sides.setStretch(0, 1)
        self._sides.setStretch(2, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        fill(outer, head, self.bar, line(), self._sides)
        outer.setStretch(3, 1)
        for one, other in ((self.signed, self.now), (self.now, self.signed)):
            one.verticalScrollBar().valueChanged.connect(lambda _value, a=one, b=other: self._follow(a, b))

    def _side(self, view: PageView, words: str) -> QWidget:
        side, px = QWidget(), self._bench.look.px
        side.setObjectName("ground")
        view.setAccessibleName(words)
        name = label(words, bold=True, size="body-small")
        box, row = QVBoxLayout(side), QHBoxLayout()
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        row.setContentsMargins(px(20), px(8), px(20), px(4))
        fill(row, name)
        fill(box, row, view)
        box.setStretch(1, 1)
        return side

    # -- showing --

    def show_signature(
        self, path: Path, verdict: FileVerdict, signature: SignatureVerdict, *, password: str = ""
    ) -> None:
        """The revision that the signature covers beside the whole file."""
        self._stop()
        self._found, self._seen, self._at = {}, [], -1
        name = signature.person.name if signature.person else signature.issuer or signature.field
        self.title.setText(self.tr("Qué cambió después de la firma de {name}").format(name=name))
        end, pages = signature.signed_revision, max(verdict.pages, 1)
        office, jobs = self._bench.office, self._bench.jobs
        for view, last in ((self.signed, end), (self.now, None)):
            view.message = self.tr("Esta página no estaba.")
            view.show_source(ChildPages(office, jobs, path, pages, password=password, end=last))
        self._compare(path, end, pages, password)
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _compare(self, path: Path, end: int, pages: int, password: str) -> None:
        office = self._bench.office
        found: Found = {}

        def look(progress: Progress) -> None:
            for page in range(pages):
                progress(page, pages, "")
                found[page] = office.page_differences(path, end, page, password)
            progress(pages, pages, "")

        self.bar.setRange(0, pages)
        self.bar.show()
        job = self._bench.jobs.tracked(look, Lane.POOL).owned_by(self).replacing("verify.compare")
        job.progress(lambda done, _all, _name: self._more(found, done, pages))
        self._job = job.success(lambda _done: self._end(found)).failure(self._fail).start()
        self._tell(self.tr("Comparando {pages}…").format(pages=self._pages(pages)))

    def _pages(self, number: int) -> str:
        return count(number, self.tr("1 página"), self.tr("{n} páginas"))

    def _more(self, found: Found, done: int, pages: int) -> None:
        self.bar.setValue(done)
        if any(found[page].regions for page in range(done) if page in found and page not in self._found):
            self._show(dict(found))
        self._found = dict(found)
        if done < pages and self._seen:
            self._tell(self._sentence(working=True))

    def _end(self, found: Found) -> None:
        self._job = None
        self.bar.hide()
        self._show(found)
        self._tell(self._sentence(working=False))
        announce(self, self.told.text())

    def _fail(self, error: BaseException) -> None:
        self._job = None
        self.bar.hide()
        self._tell(self.tr("No se pudieron comparar las páginas."))
        self._bench.jobs.report(error)

    def _show(self, found: Found) -> None:
        self._found = dict(found)
        frames = {
            page: [QRectF(left, top, right - left, bottom - top) for left, top, right, bottom in one.regions]
            for page, one in found.items()
            if one.regions
        }
        self._seen = [(page, box) for page in sorted(frames) for box in frames[page]]
        if self._at < 0 and self._seen:
            self._at = 0
        for view in (self.signed, self.now):
            view.show_frames(frames, self._at)
        for button in (self.before, self.after):
            button.setEnabled(len(self._seen) > 1)

    def _tell(self, words: str) -> None:
        self.told.setText(words)

    def _sentence(self, *, working: bool) -> str:
        if not self._seen:
            return self.tr(
                "Nada de lo que se ve cambió: solo se agregó lo que no se ve (firmas, sellos de tiempo o datos de validación)."
            )
        page = self._seen[self._at][0] + 1
        words = self.tr("Diferencia {n} de {all}, página {page}.").format(
            n=self._at + 1, all=len(self._seen), page=page
        )
        first = next(iter(self._found.values()), None)
        if first is not None and first.before != first.after:
            words += " " + self.tr("Se firmaron {before}; ahora tiene {after}.").format(
                before=self._pages(first.before), after=self._pages(first.after)
            )
        going_on = self.tr("Se sigue comparando.")
        return f"{words} {going_on}" if working else words

    def step(self, by: int) -> None:
        """The next difference, or the one before; after the last comes the first."""
        if self._seen:
            self._at = (self._at + by) % len(self._seen)
            self._show(self._found)
            self._tell(self._sentence(working=self._job is not None))
            announce(self, self.told.text())

    def _follow(self, one: PageView, other: PageView) -> None:
        """Both show the same place, as far as the other one goes."""
        if not self._syncing:
            self._syncing = True
            try:
                other.verticalScrollBar().setValue(one.verticalScrollBar().value())
            finally:
                self._syncing = False

    def leave(self) -> None:
        """What is still being compared is given up."""
        self._stop()
        for view in (self.signed, self.now):
            view.show_source(None)
        self.closed.emit()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back, wherever the focus is."""
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= self._bench.look.px(_NARROW)
        self._sides.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
