"""Labels, lines, cards, buttons: the alphabet of the panes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShortcutEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from desktop.ui.look import Look

W = TypeVar("W", bound=QWidget)


def restyle(widget: QWidget, **properties: str) -> None:
    """Set style sheet properties and let the style sheet see them."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def tall(widget: QWidget) -> None:
    """Ask for the height that the width needs, no more."""
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    widget.setSizePolicy(policy)


class _Wrapped(QLabel):
    """Wraps; its height follows its width, and it never holds a layout wider or taller than it must be."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setWordWrap(True)
        tall(self)

    def minimumSizeHint(self) -> QSize:
        """One line of its longest word, at most 6 em."""
        metrics = self.fontMetrics()
        longest = max((metrics.horizontalAdvance(word) for word in self.text().split()), default=0)
        return QSize(min(longest, 6 * metrics.height()) + 4, metrics.height())


def key_words(key: str) -> str:
    """A key as it is written on a button: Ctrl+Enter, Esc, F5."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText).replace("Return", "Enter")


def label(
    text: str = "",
    *,
    size: str = "body",
    tone: str = "",
    bold: bool = False,
    wrap: bool = True,
    selectable: bool = False,
) -> QLabel:
    """A plain-text label; wraps by default, so that large text is never cut."""
    made: QLabel = _Wrapped(text) if wrap else QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("text_size", size)
    made.setProperty("tone", tone)
    made.setProperty("weight", "bold" if bold else "normal")
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def name_of_field(text: str, field: QWidget, *, wrap: bool = True) -> QLabel:
    """The name of a field, small beside it; a press on its letter goes to the field."""
    made = label(text, size="small", tone="dim", wrap=wrap)
    made.setBuddy(field)
    return made


def narrow(box: QComboBox, letters: int = 8) -> QComboBox:
    """A choice that asks for the room of so many letters, however long its words are."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)
    return box


def line(*, upright: bool = False) -> QFrame:
    """A hairline."""
    made = QFrame()
    made.setObjectName("upright" if upright else "line")
    return made


def card(tone: str, *children: QWidget) -> QFrame:
    """A rounded ground with its children stacked. ``tone``: good, care, bad, plain, accent, outline."""
    made = QFrame()
    made.setProperty("card", tone)
    box = QVBoxLayout(made)
    box.setContentsMargins(12, 10, 12, 10)
    box.setSpacing(4)
    for child in children:
        box.addWidget(child)
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go, now for the eye and later for the memory."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def scrolling(inside: QWidget, *, name: str) -> QScrollArea:
    """``inside`` in a scroll area that grows with it; never sideways."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    area.setAccessibleName(name)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def fill(box: QBoxLayout, *items: QWidget | QLayout | int) -> None:
    """Add widgets, layouts and spaces (in pixels; -1 stretches)."""
    for item in items:
        if isinstance(item, QWidget):
            box.addWidget(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        elif item < 0:
            box.addStretch(1)
        else:
            box.addSpacing(item)


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say it."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class PromptButton(QPushButton):
    """A button that its key presses at once (Qt would animate it for 100 ms first)."""

    def event(self, event: QEvent) -> bool:
        """A shortcut clicks."""
        if isinstance(event, QShortcutEvent) and not event.isAmbiguous():
            if self.isEnabled():
                self.click()
            return True
        return super().event(event)

    def setText(self, text: str) -> None:
        """Another text; the key stays (Qt would take the mnemonic of the new text for it, and so lose it)."""
        keys = self.shortcut()
        super().setText(text)
        self.setShortcut(keys)


class ActionButton(PromptButton):
    """A button with its key written on it, dimmer. ``kind``: primary, plain, new, quiet."""

    GAP = 10

    def __init__(self, look: Look, text: str, *, kind: str = "plain", key: str = "", icon: str = "") -> None:
        super().__init__(text)
        self._look, self._kind, self._icon = look, kind, icon
        self._key = ""
        self.setProperty("kind", kind)
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        if key:
            self.set_key(key)

    def set_kind(self, kind: str) -> None:
        """Make it the primary one, or no longer."""
        if kind != self._kind:
            self._kind = kind
            restyle(self, kind=kind)

    def set_key(self, key: str) -> None:
        """The key that presses it, in portable text."""
        self._key = key_words(key)
        self._sequence = QKeySequence(key)
        self.setShortcut(self._sequence)
        self.setAccessibleDescription(self._key)
        self.updateGeometry()

    def setText(self, text: str) -> None:
        """Also what a screen reader says."""
        super().setText(text)
        self.setAccessibleName(text)
        if self._key:
            self.setShortcut(self._sequence)

    def _hint_metrics(self) -> QFontMetrics:
        return QFontMetrics(self._look.font(12))

    def _extra(self) -> int:
        extra = self._look.px(16) + 6 if self._icon else 0
        if self._key:
            extra += self._look.px(self.GAP) + self._hint_metrics().horizontalAdvance(self._key)
        return extra

    def sizeHint(self) -> QSize:
        """Text, icon and key."""
        size = super().sizeHint()
        return QSize(size.width() + self._extra(), size.height())

    def minimumSizeHint(self) -> QSize:
        """Never cut."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses, as Space does; Ctrl+Enter, the key of a pane's own act, never what happens to have the focus."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                event.ignore()
            else:
                self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The style sheet's button, then icon, text and key centred together."""
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        role = {"primary": "on_accent", "new": "on_new"}.get(self._kind, "text")
        if not self.isEnabled():
            role = "dim"
        metrics = self.fontMetrics()
        total = metrics.horizontalAdvance(self.text()) + self._extra()
        x = (self.width() - total) // 2
        if self._icon:
            side = self._look.px(16)
            pixmap = self._look.icon_pixmap(self._icon, role, 16, ratio=self.devicePixelRatioF())
            painter.drawPixmap(QRect(x, (self.height() - side) // 2, side, side), pixmap)
            x += side + 6
        painter.setFont(self.font())
        painter.setPen(self._look.colour(role))
        width = metrics.horizontalAdvance(self.text())
        painter.drawText(QRect(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._key:
            painter.setFont(self._look.font(12))
            painter.setPen(self._look.colour(role if self._kind in {"primary", "new"} else "dim"))
            x += width + self._look.px(self.GAP)
            painter.drawText(QRect(x, 0, self.width() - x, self.height()), Qt.AlignmentFlag.AlignVCenter, self._key)


class IconMark(QWidget):
    """A decorative icon; says nothing to a screen reader."""

    def __init__(self, look: Look, name: str, role: str, size: float = 18) -> None:
        super().__init__()
        self._look, self._name, self._role, self._size = look, name, role, size
        self.setFixedSize(look.px(size), look.px(size))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The icon at the present ratio."""
        painter = QPainter(self)
        painter.drawPixmap(
            self.rect(), self._look.icon_pixmap(self._name, self._role, self._size, ratio=self.devicePixelRatioF())
        )


def press(widget: W, kind: str) -> W:
    """Give a plain QPushButton a kind of the style sheet: chip, tab, tool, link."""
    widget.setProperty("kind", kind)
    return widget


def tool(look: Look, icon: str, name: str, key: str) -> QPushButton:
    """A button that is an icon alone: its name and key are told by a screen reader and when the mouse rests on it."""
    button = press(QPushButton(look.icon(icon, "text", 16), ""), "tool")
    button.setIconSize(QSize(look.px(16), look.px(16)))
    button.setAccessibleName(name)
    button.setToolTip(f"{name} · {key}")
    return button
