"""The look: roles of the moment, text scale, fonts, icons. One object, handed to whoever paints."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.ui.roles import DARK, LIGHT, Roles

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

FAMILIES = ("Inter", "Noto Sans", "Segoe UI", "DejaVu Sans")
_ROLE = re.compile(r"@([a-z_]+)")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LENGTH = re.compile(r"(?<![\w.])(\d+)px")


class Look(QObject):
    """Roles and sizes. ``changed`` is emitted after the application has the new palette and style sheet.

    ``scale`` multiplies every length of more than 2 px; 1.0 is 14 px body text, 2.0 the 200 % of WCAG 1.4.4.
    """

    changed = Signal()

    def __init__(self, resources: Path, *, dark: bool = False, scale: float = 1.0) -> None:
        super().__init__()
        self.resources = resources
        self.dark = dark
        self.scale = scale

    @property
    def roles(self) -> Roles:
        """The colours of the moment."""
        return DARK if self.dark else LIGHT

    def colour(self, role: str) -> QColor:
        """The colour of a role."""
        return QColor(getattr(self.roles, role))

    def px(self, length: float) -> int:
        """A length in design pixels as device-independent pixels at this text scale."""
        return round(length * self.scale)

    def font(self, size: float = 14, *, bold: bool = False) -> QFont:
        """The screen font at a design size."""
        font = QFont(list(FAMILIES))
        font.setPixelSize(self.px(size))
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def icon_pixmap(self, name: str, role: str, size: float = 18, *, ratio: float = 1.0) -> QPixmap:
        """A lucide icon in the colour of a role."""
        return _draw_icon(self.resources / "icons" / f"{name}.svg", getattr(self.roles, role), self.px(size), ratio)

    def icon(self, name: str, role: str, size: float = 18) -> QIcon:
        """The same as QIcon, sharp on dense screens."""
        icon = QIcon(self.icon_pixmap(name, role, size))
        icon.addPixmap(self.icon_pixmap(name, role, size, ratio=2.0))
        return icon

    def style_sheet(self) -> str:
        """``styles/qillqa.qss`` with roles and lengths filled in."""
        text = (self.resources / "styles" / "qillqa.qss").read_text(encoding="utf-8")
        text = _COMMENT.sub("", text)
        icons, theme = self.resources / "icons", "dark" if self.dark else "light"
        files = {"check_icon": icons / f"tick-{theme}.svg", "down_icon": icons / f"down-{theme}.svg"}
        roles = self.roles.as_dict() | {name: path.as_posix() for name, path in files.items()}
        text = _ROLE.sub(lambda match: roles[match.group(1)], text)
        return _LENGTH.sub(lambda m: m.group(0) if int(m.group(1)) <= 2 else f"{self.px(int(m.group(1)))}px", text)

    def palette(self) -> QPalette:
        """Qt's own palette from the roles, for what no style sheet reaches."""
        palette, roles = QPalette(), self.roles
        pairs = {
            QPalette.ColorRole.Window: roles.ground,
            QPalette.ColorRole.WindowText: roles.text,
            QPalette.ColorRole.Base: roles.panel,
            QPalette.ColorRole.AlternateBase: roles.ground,
            QPalette.ColorRole.Text: roles.text,
            QPalette.ColorRole.Button: roles.panel,
            QPalette.ColorRole.ButtonText: roles.text,
            QPalette.ColorRole.BrightText: roles.bad,
            QPalette.ColorRole.Highlight: roles.accent,
            QPalette.ColorRole.HighlightedText: roles.on_accent,
            QPalette.ColorRole.PlaceholderText: roles.dim,
            QPalette.ColorRole.ToolTipBase: roles.panel,
            QPalette.ColorRole.ToolTipText: roles.text,
            QPalette.ColorRole.Link: roles.accent,
            QPalette.ColorRole.LinkVisited: roles.accent,
            QPalette.ColorRole.Accent: roles.accent,
        }
        for role, colour in pairs.items():
            palette.setColor(role, QColor(colour))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(roles.dim))
        return palette

    def apply(self, app: QApplication) -> None:
        """Give the application this look, and tell the painters."""
        sheet = self.style_sheet()
        if app.styleSheet() != sheet:  # a style sheet polishes every widget: only when it differs
            app.setPalette(self.palette())
            app.setFont(self.font())
            app.setStyleSheet(sheet)
        self.changed.emit()

    def turn(self, app: QApplication, *, dark: bool | None = None, scale: float | None = None) -> None:
        """Change to dark or light, or another text scale (clamped to 75–250 %)."""
        self.dark = self.dark if dark is None else dark
        self.scale = self.scale if scale is None else min(max(scale, 0.75), 2.5)
        self.apply(app)


def load_fonts(resources: Path) -> tuple[str, ...]:
    """Register the shipped fonts; the families found. Without them the system's sans serif is used."""
    found: list[str] = []
    for path in sorted((resources / "fonts").rglob("*")):
        if path.suffix.lower() in {".ttf", ".otf"}:
            number = QFontDatabase.addApplicationFont(str(path))
            found += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def _draw_icon(path: Path, colour: str, size: int, ratio: float) -> QPixmap:
    data = path.read_bytes().replace(b"currentColor", colour.encode("ascii"))
    renderer = QSvgRenderer(QByteArray(data))
    pixmap = QPixmap(QSize(size, size) * ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
