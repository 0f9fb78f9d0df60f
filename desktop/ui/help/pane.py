"""Ayuda: a page for each pane, beside it where there is room, in its place where there is none. Texts lie in ``resources/help``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QFrame, QTextBrowser, QVBoxLayout, QWidget

from desktop.routing.trays import Tray
from desktop.ui.widgets.basics import ActionButton, fill, line
from desktop.ui.widgets.flow import flowing

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from desktop.ui.look import Look

FIRST = "inicio"
WIDTH = 340  # design pixels
PAGES = {
    Tray.INCOMING: "entrante",
    Tray.PENDING: "pendientes",
    Tray.TO_SIGN: "por-firmar",
    Tray.SENT: "enviados",
    Tray.ARCHIVE: "archivo",
    Tray.DRAFTS: "borradores",
    "verify": "verificar",
    "writing": "borradores",
    "monitor": "monitor",
    "reports": "reportes",
    "line": "entrega",
    "pouch": "memoria",
    "archive": "depositos",
    "custodian": "archivo-central",
}
"""Which page helps where: by tray, or by the name of the pane."""


class HelpPane(QFrame):
    """Shows pages and follows links between them. ``closed``: the focus goes back to where it was."""

    closed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("helpSide")
        self.setAccessibleName(self.tr("Ayuda"))
        self._look = look
        self.folder = look.resources / "help" / self.tr("es")  # the language of the pages, as its code
        self.page = ""
        px = look.px
        self.close_button = ActionButton(look, self.tr("Cerrar"))
        self.close_button.clicked.connect(self.closed)
        self.index = ActionButton(look, self.tr("Índice"))
        self.index.clicked.connect(lambda: self.show_page(FIRST))
        self.back = ActionButton(look, self.tr("Atrás"))
        self.back.clicked.connect(self._back)
        self._before: list[str] = []
        self.text = QTextBrowser()
        self.text.setAccessibleName(self.tr("Texto de la ayuda"))
        self.text.setOpenLinks(False)
        self.text.setObjectName("help")
        self.text.anchorClicked.connect(self._follow)
        head = QWidget()
        box = QVBoxLayout(head)
        box.setContentsMargins(px(14), px(12), px(14), px(10))
        fill(box, flowing(self.close_button, self.index, self.back, gap=px(6)))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        fill(outer, head, line(), self.text)
        outer.setStretch(2, 1)

    def show_page(self, page: str, *, forget: bool = False) -> None:
        """A page by its name. ``forget``: one opens the help anew, nothing lies before it."""
        if forget:
            self._before.clear()
        elif self.page and self.page != page:
            self._before.append(self.page)
        self.page = page
        self.text.document().setDefaultFont(self._look.font(14))
        self.text.document().setDocumentMargin(self._look.px(14))
        words = (self.folder / f"{page}.md").read_text("utf-8")
        self.text.document().setMarkdown(words, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        self._space()
        self.text.moveCursor(self.text.textCursor().MoveOperation.Start)
        self.back.setEnabled(bool(self._before))
        self.index.setEnabled(page != FIRST)

    def _space(self) -> None:
        """The window's own sizes, and room between paragraphs, which Markdown knows nothing of."""
        document, px = self.text.document(), self._look.px
        document.setIndentWidth(px(16))
        cursor, block = QTextCursor(document), document.begin()
        while block.isValid():
            cursor.setPosition(block.position())
            form = block.blockFormat()
            level = form.headingLevel()
            form.setTopMargin(px(10) if level > 1 else 0)
            form.setBottomMargin(px(3) if block.textList() is not None else px(8))
            form.setLineHeight(128, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(form)
            if level:
                words = QTextCharFormat()
                words.setFont(self._look.font(18 if level == 1 else 15, bold=True))
                cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(words)
            block = block.next()

    def _back(self) -> None:
        if self._before:
            page = self._before.pop()
            self.page = ""
            self.show_page(page)

    def _follow(self, link: QUrl) -> None:
        """Pages of the help only: nothing here leads out of the program."""
        page = link.path().removesuffix(".md")
        if (self.folder / f"{page}.md").is_file() and "/" not in page:
            self.show_page(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
