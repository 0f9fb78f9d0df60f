"""A place of the rail: icon, name, count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy

if TYPE_CHECKING:
    from desktop.ui.look import Look
from desktop.ui.widgets.basics import PromptButton, key_words


class RailButton(PromptButton):
    """Checkable; says its name and count to a screen reader."""

    def __init__(self, look: Look, name: str, icon: str, key: str) -> None:
        super().__init__(name)
        self._look, self._icon = look, icon
        self.count = 0
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        native = key_words(key)
        self.setShortcut(QKeySequence(key))
        self.setToolTip(f"{name} · {native}")
        self.setAccessibleDescription(native)
        self.set_count(0)

    def rename(self, name: str) -> None:
        """Another name; the key stays."""
        if name != self.text():
            self.setText(name)
            self.setToolTip(f"{name} · {self.accessibleDescription()}")
            self.set_count(self.count)
            self.updateGeometry()

    def set_count(self, count: int) -> None:
        """How much lies there; 0 shows nothing."""
        self.count = count
        self.setAccessibleName(f"{self.text()}, {count}" if count else self.text())
        self.update()

    def sizeHint(self) -> QSize:
        """36 high at 100 %."""
        metrics = QFontMetrics(self._look.font(14, bold=True))
        return QSize(metrics.horizontalAdvance(self.text()) + self._look.px(92), self._look.px(36))

    def minimumSizeHint(self) -> QSize:
        """As wide as its words need."""
        metrics = QFontMetrics(self._look.font(14, bold=True))
        return QSize(metrics.horizontalAdvance(self.text()) + self._look.px(76), self._look.px(36))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Ground when here, icon, name, count in a pill."""
        look, px = self._look, self._look.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked() or self.underMouse():
            ground = look.colour("rail_here")
            if not self.isChecked():
                ground.setAlphaF(0.45)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, px(8), px(8))
        if self.hasFocus():
            painter.setPen(QPen(look.colour("new"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, px(8), px(8))
        side = px(17)
        role = "rail_text" if self.isChecked() else "rail_dim"
        pixmap = look.icon_pixmap(self._icon, role, 17, ratio=self.devicePixelRatioF())
        painter.drawPixmap(QRect(px(10), (self.height() - side) // 2, side, side), pixmap)
        painter.setFont(look.font(14, bold=self.isChecked()))
        painter.setPen(look.colour("rail_text"))
        words = self.rect().adjusted(px(37), 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self.count:
            self._paint_count(painter)

    def _paint_count(self, painter: QPainter) -> None:
        px = self._look.px
        font = self._look.font(12, bold=True)
        text = str(self.count) if self.count < 1000 else "999+"
        width = max(QFontMetrics(font).horizontalAdvance(text) + px(14), px(24))
        height = px(20)
        pill = QRectF(self.width() - width - px(8), (self.height() - height) / 2, width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = self._look.colour("rail" if self.isChecked() else "rail_here")
        painter.setBrush(ground)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setFont(font)
        painter.setPen(self._look.colour("rail_text"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
