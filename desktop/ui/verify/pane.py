"""Verificar: drop files or choose them; a list at the left, the sentence and the page in the middle, the evidence right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.ui.jobs import Lane
from desktop.ui.messages import Message, message_of
from desktop.ui.reader.pages_tab import PagesTab
from desktop.ui.verify.compare import ComparePane
from desktop.ui.verify.invitation import Invitation
from desktop.ui.verify.locked import LOCKED, PasswordLine
from desktop.ui.verify.rows import VerdictDelegate
from desktop.ui.verify.side import fill_evidence
from desktop.ui.verify.verdict import TONE, text_tone, verdict_words
from desktop.ui.widgets.basics import ActionButton, announce, clear, fill, label, line, restyle, scrolling
from desktop.ui.widgets.flow import flowing
from desktop.ui.widgets.page_sources import ChildPages, QtPdfPages
from desktop.ui.wording import Tinted, count, outcome_word
from signing.report import FileVerdict, Outcome, SignatureVerdict

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent

    from desktop.records.errors import Fact
    from desktop.ui.bench import Bench

LIST, SIDE = 270, 260
MOST = 500  # files of folders in one list; larger folders are the command's


@dataclass(slots=True)
class Checked:
    """One file of the list."""

    path: Path
    verdict: FileVerdict | None = None
    problem: str = ""
    password: str = ""  # that opened it, or that is tried; only in memory

    def words(self) -> Tinted:
        """Its state in a word."""
        if self.problem:
            return Tinted(self.problem, "bad")
        return outcome_word(self.verdict.outcome) if self.verdict else Tinted("…", "dim")


class VerifyPane(QFrame):
    """Nothing leaves the machine; foreign files are read in a killable child."""

    told = Signal(object)

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ground")
        self.setAcceptDrops(True)
        self._bench = bench
        self.files: list[Checked] = []
        self._passwords: list[str] = []
        self._build()

    # -- building --

    def _build(self) -> None:
        px = self._bench.look.px
        head = QWidget()
        head.setObjectName("panel")
        row = QHBoxLayout(head)
        row.setContentsMargins(px(20), px(12), px(20), px(12))
        self.choose = ActionButton(
            self._bench.look, self.tr("Elegir archivos"), kind="primary", key="Ctrl+O", icon="folder-open"
        )
        self.choose.clicked.connect(self._choose)
        self.folder = ActionButton(self._bench.look, self.tr("Elegir carpeta"))
        self.folder.clicked.connect(self._choose_folder)
        self.save = ActionButton(self._bench.look, self.tr("Guardar informe"), key="Ctrl+S", icon="file-text")
        self.save.clicked.connect(self._save)
        self.save.setEnabled(False)
        title = label(self.tr("Verificar"), size="title", wrap=False)
        fill(row, title, -1, flowing(self.save, self.folder, self.choose, gap=px(8)))
        self._build_filled()
        self.stack = QStackedWidget()
        self.invitation = Invitation(self._bench.look)
        self.drop = self.invitation.drop
        self.stack.addWidget(self.invitation)
        self.stack.addWidget(self.filled)
        self.compare: ComparePane | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._head = (head, line())
        fill(outer, *self._head, self.stack)
        outer.setStretch(2, 1)

    def _build_filled(self) -> None:
        px = self._bench.look.px
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Archivos verificados"))
        self.list.setItemDelegate(VerdictDelegate(self._bench.look, self.list))
        self.list.currentRowChanged.connect(self._show)
        self.pages = PagesTab(self._bench)
        self.pages.told.connect(self.told)
        self.sentence = QFrame()
        self._sentence = QVBoxLayout(self.sentence)
        self._sentence.setContentsMargins(px(14), px(10), px(14), px(10))
        self._sentence.setSpacing(px(2))
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Verificando"))
        middle = QWidget()
        middle.setObjectName("ground")
        box = QVBoxLayout(middle)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self.sentence_box = around = QVBoxLayout()
        around.addWidget(self.sentence)
        fill(box, self.bar, around, self.pages)
        box.setStretch(2, 1)
        self.side = QWidget()
        self._side = QVBoxLayout(self.side)
        self._side.setContentsMargins(px(16), px(16), px(16), px(16))
        self._side.setSpacing(px(6))
        self.side_area = scrolling(self.side, name=self.tr("Evidencia"))
        self.side_frame = QFrame()
        self.side_frame.setObjectName("panel")
        side_box = QVBoxLayout(self.side_frame)
        side_box.setContentsMargins(0, 0, 0, 0)
        side_box.addWidget(self.side_area)
        self._edges = (line(upright=True), line(upright=True))
        self.filled = QWidget()
        self._across = across = QBoxLayout(QBoxLayout.Direction.LeftToRight, self.filled)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        fill(across, self.list, self._edges[0], middle, self._edges[1], self.side_frame)
        across.setStretch(2, 1)

    # -- files --

    def _choose(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, self.tr("Elegir archivos"), "", "PDF (*.pdf)")
        self.check([Path(name) for name in names])

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Elegir carpeta"))
        if name:
            self.check([Path(name)])

    def check(self, paths: list[Path]) -> None:
        """Verify files and the PDFs of folders; the first is shown at once."""
        if not any(path.is_dir() for path in paths):
            self._check_files(paths)
            return
        job = self._bench.jobs.job(lambda: self._bench.office.find_files(paths, MOST + 1), Lane.POOL).owned_by(self)
        job.success(self._found).failure(self._tell).start()

    def _found(self, files: Sequence[Path]) -> None:
        if not files:
            self.told.emit(self._message("verify.folder_empty"))
        elif len(files) > MOST:
            self.told.emit(self._message("verify.folder_large", most=MOST))
        self._check_files(list(files)[:MOST])

    def _message(self, code: str, **facts: Fact) -> Message:
        words = self._bench.say(code, facts)
        return Message("care", *(words or (code, "", "")))

    def _check_files(self, paths: list[Path]) -> None:
        if not paths:
            return
        first = len(self.files)
        for path in paths:
            checked = Checked(path)
            self.files.append(checked)
            self.list.addItem(QListWidgetItem())
            self._retell(checked)
            self._start(checked)
        if self.compare is not None and self.compare.isVisible():
            self.compare.leave()
        self.stack.setCurrentWidget(self.filled)
        self.list.setCurrentRow(first)
        self._arrange()
        self._show(first)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start(self, checked: Checked) -> None:
        """With each password that was given so far, where the file turns out to be locked."""
        passwords = ("", *self._passwords) if not checked.password else (checked.password,)

        def judge() -> tuple[FileVerdict, str]:
            for password in passwords:
                verdict = self._bench.office.verify(checked.path, password)
                if verdict.reason not in LOCKED:
                    break
            return verdict, password

        job = self._bench.jobs.job(judge, Lane.POOL).owned_by(self)
        job.success(lambda told: self._keep(checked, *told)).failure(lambda e: self._fail(checked, e)).start()

    def _unlock(self, checked: Checked, password: str) -> None:
        checked.verdict, checked.password = None, password
        self._retell(checked)
        self._show(self.files.index(checked))
        self._start(checked)

    def _keep(self, checked: Checked, verdict: FileVerdict, password: str) -> None:
        checked.verdict = verdict
        checked.password = "" if verdict.reason in LOCKED else password
        if checked.password and checked.password not in self._passwords:
            self._passwords.append(checked.password)
            for other in self.files:
                if other is not checked and other.verdict is not None and other.verdict.reason in LOCKED:
                    self._start(other)
        self.save.setEnabled(all(one.verdict is not None or one.problem for one in self.files))
        self._retell(checked)
        if self.shown is checked:
            self._show(self.files.index(checked))
            announce(self, verdict_words(verdict, self._bench.say).what)

    def _fail(self, checked: Checked, error: BaseException) -> None:
        checked.problem = self.tr("no se pudo verificar")
        self._retell(checked)
        if self.shown is checked:
            self._show(self.files.index(checked))
        self._tell(error)

    def _tell(self, error: BaseException) -> None:
        if (message := message_of(error, self._bench.say)) is not None:
            self.told.emit(message)

    def _save(self) -> None:
        """One report of every file of the list; its form by the end of its name."""
        kinds = self.tr("PDF (*.pdf);;Página web (*.html);;Tabla (*.csv);;Datos (*.json);;ETSI TS 119 102-2 (*.xml)")
        name, kind = QFileDialog.getSaveFileName(self, self.tr("Guardar informe"), self.tr("informe.pdf"), kinds)
        if not name:
            return
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(kind.rpartition("*")[2].rstrip(")"))
        verdicts = [one.verdict for one in self.files if one.verdict is not None]
        job = self._bench.jobs.job(lambda: self._bench.office.save_report(path, verdicts), Lane.POOL).owned_by(self)
        job.success(lambda _none: self.told.emit(self._saved(path))).failure(self._tell).start()

    def _saved(self, path: Path) -> Message:
        words = self._bench.say("verify.report_saved", {"file": path.name, "folder": str(path.parent)})
        return Message("good", *(words or (path.name, "", "")))

    def _retell(self, checked: Checked) -> None:
        item = self.list.item(self.files.index(checked))
        words = checked.words()
        item.setText(f"{checked.path.name}, {words.text}")
        item.setData(Qt.ItemDataRole.UserRole, (checked.path.name, words, self._more(checked)))
        item.setToolTip(str(checked.path))

    def _more(self, checked: Checked) -> str:
        if checked.verdict is None:
            return (checked.problem and self.tr("Vea el aviso")) or self.tr("Verificando…")
        signatures = [s for s in checked.verdict.signatures if s.kind == "signature"]
        stamps = len(checked.verdict.signatures) - len(signatures)
        parts = [count(len(signatures), self.tr("1 firma"), self.tr("{n} firmas"))]
        if stamps:
            parts.append(count(stamps, self.tr("sello de tiempo"), self.tr("{n} sellos de tiempo")))
        if not checked.verdict.signatures:
            parts = [count(checked.verdict.pages, self.tr("1 página"), self.tr("{n} páginas"))]
        return ", ".join(parts)

    @property
    def shown(self) -> Checked | None:
        """The file in view."""
        row = self.list.currentRow()
        return self.files[row] if 0 <= row < len(self.files) else None

    # -- showing --

    def _show(self, row: int) -> None:
        if not 0 <= row < len(self.files):
            return
        checked = self.files[row]
        clear(self._sentence)
        clear(self._side)
        self.bar.setVisible(checked.verdict is None and not checked.problem)
        if checked.verdict is None:
            self._say_sentence("plain", "", checked.problem or self.tr("Verificando…"), "")
            self.pages.show_source(None)
            return
        verdict = checked.verdict
        words = verdict_words(verdict, self._bench.say)
        self._say_sentence(TONE[verdict.outcome], text_tone(verdict.outcome), words.what, "")
        if verdict.reason in LOCKED:
            self.password = PasswordLine(self._bench.look)
            self.password.given.connect(lambda text: self._unlock(checked, text))
            self._sentence.addWidget(self.password)
        for title, text in ((self.tr("Qué significa"), words.means), (self.tr("Qué hacer"), words.do)):
            fill(self._side, label(title, bold=True), label(text, size="body-small", selectable=True), 6)
        fill_evidence(self._side, self._bench, verdict, lambda one: self._compare(verdict, one))
        self._show_pages(checked, verdict)

    def _say_sentence(self, ground: str, tone: str, what: str, more: str) -> None:
        restyle(self.sentence, card=ground)
        what_label: QLabel = label(what, tone=tone, bold=True, selectable=True)
        fill(self._sentence, what_label)
        if more:
            fill(self._sentence, label(more))

    def _compare(self, verdict: FileVerdict, signature: SignatureVerdict) -> None:
        """Both revisions in the place of the verdict, until whoever looks goes back to it."""
        checked = self.shown
        if checked is None:
            return
        if self.compare is None:
            self.compare = ComparePane(self._bench)
            self.compare.closed.connect(self._compared)
            self.stack.addWidget(self.compare)
        self._show_head(shown=False)
        self.stack.setCurrentWidget(self.compare)
        self.compare.show_signature(checked.path, verdict, signature, password=checked.password)

    def _show_head(self, *, shown: bool) -> None:
        """Whoever compares has that before him and nothing else."""
        for part in self._head:
            part.setVisible(shown)

    def _compared(self) -> None:
        self._show_head(shown=True)
        self.stack.setCurrentWidget(self.filled)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_pages(self, checked: Checked, verdict: FileVerdict) -> None:
        if verdict.outcome is Outcome.UNREADABLE:
            self.pages.show_source(None)
        elif verdict.outcome is Outcome.VALID and not checked.password and (own := QtPdfPages(checked.path)).readable:
            self.pages.show_source(own)
        else:
            pages = max(verdict.pages, 1)
            source = ChildPages(self._bench.office, self._bench.jobs, checked.path, pages, password=checked.password)
            self.pages.show_source(source)

    # -- dropping and arranging --

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Local files only."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            restyle(self.drop, over="true")

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        """No longer over it."""
        restyle(self.drop, over="false")

    def dropEvent(self, event: QDropEvent) -> None:
        """Verify what was dropped."""
        restyle(self.drop, over="false")
        self.check([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page gives way first, then the list: the words stay."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        px = self._bench.look.px
        wide = self.width() >= px(900)
        across = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._across.setDirection(across)
        for edge in self._edges:
            edge.setVisible(wide)
        self.pages.setVisible(wide)
        self._across.setStretch(2, 1 if wide else 0)
        self._across.setStretch(4, 0 if wide else 1)
        free = 16777215
        self.list.setMaximumWidth(px(LIST) if wide else free)
        self.list.setMinimumWidth(px(LIST) if wide else 0)
        rows = min(max(len(self.files), 1), 2)
        self.list.setMaximumHeight(free if wide else rows * px(78) + 2)
        self.list.setVisible(wide or len(self.files) > 1)
        self.side_frame.setMinimumWidth(px(SIDE) if wide else 0)
        self.side_frame.setMaximumWidth(px(SIDE) if wide else free)
        self.sentence_box.setContentsMargins(px(16), px(16), px(16), 0 if wide else px(8))
