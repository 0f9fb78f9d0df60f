"""What is told over the panes: as tall as its words need, but it leaves the panes their room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.ui.widgets.banner import Banner
from desktop.ui.widgets.basics import fill
from desktop.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from desktop.ui.look import Look
    from desktop.ui.messages import Message

MOST = 0.3  # of the window's height; from there it is scrolled
LEAST, LEFT = 50, 324  # design pixels: of the strip, and of the window below it, which comes first


class Strip(QScrollArea):
    """The notice of the moment over the banner that stays; what is hidden takes no room."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.banner = Banner(look)
        self.banner.hide()
        self.notice = Notice(look)
        self._noticed = QWidget()
        self._noticed.setObjectName("panel")
        self._noticed.hide()
        pad = QVBoxLayout(self._noticed)
        pad.setContentsMargins(look.px(12), look.px(8), look.px(12), look.px(8))
        pad.addWidget(self.notice)
        self.notice.closed.connect(self._noticed.hide)
        self._inside = QWidget()
        box = QVBoxLayout(self._inside)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        fill(box, self._noticed, self.banner)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Avisos"))
        self._inside.installEventFilter(self)
        self.fit()

    def tell(self, message: Message) -> None:
        """The notice says it, and is seen."""
        self._noticed.show()
        self.notice.show_message(message)
        self.verticalScrollBar().setValue(0)

    def fit(self) -> None:
        """After its words or the window's size changed."""
        box = self._inside.layout()
        if box is None:
            return
        need = max(box.totalHeightForWidth(self.width()), box.totalMinimumSize().height())
        whole, px = self.window().height(), self._look.px
        most = min(int(whole * MOST), max(whole - px(LEFT), px(LEAST)))
        if need > most:  # the bar takes of the width
            need = max(box.totalHeightForWidth(self.width() - self.verticalScrollBar().sizeHint().width()), need)
        self.setFixedHeight(min(need, most))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if need > most else Qt.FocusPolicy.NoFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A part came, went or says something else."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other lines."""
        super().resizeEvent(event)
        self.fit()
