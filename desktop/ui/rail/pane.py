"""The rail: whose desk, new document, trays with counts, Verificar; at the foot the line and the token, always these two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop.routing.trays import Tray
from desktop.ui.rail.buttons import RailButton
from desktop.ui.widgets.basics import ActionButton, PromptButton, fill, label, scrolling
from desktop.ui.wording import Calendar, count, pin_state, tray_name, waiting_words, why_waiting
from signing.report import PinState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from desktop.ui.look import Look
    from desktop.ui.messages import Say
    from desktop.ui.office import DeskStatus
    from desktop.ui.rail.office import WaitingRow

ICONS = {
    Tray.INCOMING: "inbox",
    Tray.PENDING: "clock-3",
    Tray.TO_SIGN: "pen-line",
    Tray.SENT: "send",
    Tray.ARCHIVE: "archive",
    Tray.DRAFTS: "file-pen-line",
}


class Rail(QFrame):
    """Emits what was chosen; knows nothing of panes."""

    tray_chosen = Signal(object)
    verify_chosen = Signal()
    place_chosen = Signal(str)  # monitor, reports, line, pouch, archive
    new_chosen = Signal()
    synchronise_chosen = Signal()
    waiting_chosen = Signal()
    help_chosen = Signal()

    def __init__(self, look: Look, say: Say, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._say = say
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("Bandejas"))
        self._look = look
        self.brand = label("Qillqa", wrap=False)
        self.brand.setObjectName("brand")
        self.whose = label("")
        self.new = ActionButton(look, self.tr("Nuevo documento"), kind="new", icon="plus")
        self.new.setShortcut("Ctrl+N")
        self.new.setToolTip(self.tr("Nuevo documento") + " · Ctrl+N")
        self.new.clicked.connect(self.new_chosen)
        self.buttons: dict[Tray, RailButton] = {}
        body = QWidget()
        body.setObjectName("railBody")
        box = QVBoxLayout(body)
        box.setContentsMargins(look.px(12), look.px(14), look.px(12), look.px(14))
        box.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(look.px(8), 0, 0, 0)
        head.setSpacing(2)
        fill(head, self.brand, self.whose)
        fill(box, head, look.px(12), self.new, look.px(12))
        for number, tray in enumerate(Tray, start=1):
            button = RailButton(look, tray_name(tray), ICONS[tray], f"Ctrl+{number}")
            button.clicked.connect(lambda _checked=False, t=tray: self.tray_chosen.emit(t))
            self.buttons[tray] = button
            box.addWidget(button)
        rule = QFrame()
        rule.setObjectName("railLine")
        fill(box, look.px(6), rule, look.px(6))
        self.verify = RailButton(look, self.tr("Verificar"), "shield-check", "Ctrl+7")
        self.verify.clicked.connect(self.verify_chosen)
        box.addWidget(self.verify)
        self.places: dict[str, RailButton] = {}
        for place, name, icon, key in (
            ("monitor", self.tr("Monitor"), "users", "Ctrl+8"),
            ("reports", self.tr("Reportes"), "chart-column", "Ctrl+9"),
            ("line", self.tr("Entrega"), "arrow-up-down", "Ctrl+0"),
            ("pouch", self.tr("Memoria USB"), "usb", "Ctrl+U"),
            ("archive", self.tr("Depósitos"), "folder-open", "Ctrl+D"),
        ):
            button = RailButton(look, name, icon, key)
            button.clicked.connect(lambda _checked=False, p=place: self.place_chosen.emit(p))
            self.places[place] = button
            box.addWidget(button)
        self.places["monitor"].hide()  # until it is known who sits here
        self.help = RailButton(look, self.tr("Ayuda"), "info", "")
        self.help.setToolTip(self.tr("Ayuda") + " · F1")
        self.help.setAccessibleDescription("F1")
        self.help.setCheckable(False)
        self.help.clicked.connect(self.help_chosen)
        fill(box, self.help, -1, look.px(8))
        fill(box, self._build_foot())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(body, name=self.tr("Bandejas")))

    def _build_foot(self) -> QWidget:
        foot = QWidget()
        box = QVBoxLayout(foot)
        box.setContentsMargins(self._look.px(8), 0, 0, 0)
        box.setSpacing(2)
        self.line_state, self.line_more = label("", tone="strong"), label("")
        self.token_state, self.token_more = label("", tone="strong"), label("")
        self.synchronise = PromptButton(self.tr("Sincronizar · F5"))
        self.synchronise.setAccessibleName(self.tr("Sincronizar"))
        self.synchronise.setProperty("kind", "quiet")
        self.synchronise.setShortcut("F5")
        self.synchronise.clicked.connect(self.synchronise_chosen)
        self.raise_state = label("")
        self.waiting = PromptButton(self.tr("Ver los que esperan"))
        self.waiting.setAccessibleName(self.tr("Ver los documentos que esperan sello de tiempo"))
        self.waiting.setProperty("kind", "quiet")
        self.waiting.clicked.connect(self.waiting_chosen)
        gap = self._look.px(8)
        fill(box, self.line_state, self.line_more, gap // 2, self.synchronise, gap)
        fill(box, self.raise_state, self.waiting, gap, self.token_state, self.token_more)
        return foot

    def show_here(self, place: Tray | None) -> None:
        """Mark where we are; None is Verificar or nothing of the rail."""
        for tray, button in self.buttons.items():
            button.setChecked(tray is place)
        self.verify.setChecked(False)
        self.show_place("")

    def show_verify(self) -> None:
        """We are in Verificar."""
        self.show_here(None)
        self.verify.setChecked(True)

    def show_place(self, place: str) -> None:
        """Monitor, reports, line, pouch or archive; "" for none of them."""
        for name, button in self.places.items():
            button.setChecked(name == place)

    def show_counts(self, counts: Mapping[Tray, int]) -> None:
        """Counts of what asks for an act; sent and archived things do not nag."""
        for tray, button in self.buttons.items():
            button.set_count(0 if tray in {Tray.SENT, Tray.ARCHIVE} else counts.get(tray, 0))

    def show_busy(self, *, busy: bool) -> None:
        """While the line is at work."""
        self.synchronise.setEnabled(not busy)
        self.synchronise.setText(self.tr("Sincronizando…") if busy else self.tr("Sincronizar · F5"))

    def show_status(self, status: DeskStatus, calendar: Calendar) -> None:
        """Whose desk, the line, the token."""
        whose = f"{status.entity} · {status.unit}" if status.unit else status.entity
        practice = self.tr("Oficina de práctica: sin valor legal")
        self.whose.setText(f"{whose}\n{practice}" if status.practice else whose)
        self.whose.setToolTip(f"{status.entity_name}\n{status.official_name} · {status.post}")
        self.places["monitor"].setVisible(status.oversees)
        self.places["archive"].rename(self.tr("Archivo central") if status.custodian else self.tr("Depósitos"))
        self._show_line(status, calendar)
        self._show_token(status, calendar)

    def _show_line(self, status: DeskStatus, calendar: Calendar) -> None:
        if status.connected:
            self.line_state.setText(self.tr("Con conexión"))
        elif status.offline_since is None:
            self.line_state.setText(self.tr("Sin conexión"))
        else:
            since = calendar.moment(status.offline_since)
            self.line_state.setText(self.tr("Sin conexión desde {since}").format(since=since))
        more = []
        if status.waiting:
            some = count(
                status.waiting,
                self.tr("1 envío en cola, se entregará solo"),
                self.tr("{n} envíos en cola, se entregarán solos"),
            )
            more.append(some)
        elif status.connected:
            more.append(self.tr("Todo está entregado"))
        self.line_more.setText("\n".join(more))
        self.line_more.setVisible(bool(more))
        self._show_waiting(status.to_raise, calendar)

    def _show_waiting(self, rows: tuple[WaitingRow, ...], calendar: Calendar) -> None:
        """How many wait for their timestamp, since when, and why the oldest one does; how many need a person."""
        willing = [row for row in rows if not row.aside]
        parts = [waiting_words(len(willing), len(rows) - len(willing))]
        if willing:
            parts.append(self.tr("El más antiguo, desde {since}.").format(since=calendar.moment(willing[0].since)))
            parts += [why] if (why := why_waiting(willing[0], self._say)) else []
        self.raise_state.setText("\n".join(parts))
        self.raise_state.setVisible(bool(rows))
        self.waiting.setVisible(bool(rows))

    def _show_token(self, status: DeskStatus, calendar: Calendar) -> None:
        token = status.token
        if token is None:
            self.token_state.setText(self.tr("Sin token"))
            self.token_more.setText(self.tr("Conéctelo cuando vaya a firmar"))
            return
        certificate = next((item for item in token.certificates if not item.unusable), None)
        if certificate is None:
            self.token_state.setText(self.tr("Token: {name}").format(name=token.label))
            self.token_more.setText(self.tr("No tiene un certificado que pueda firmar"))
            return
        self.token_state.setText(self.tr("Token: {name}").format(name=certificate.person.name))
        more = self.tr("Certificado vigente, {until}").format(until=calendar.until(certificate.not_after))
        if token.pin_state is not PinState.OK:
            more += "\n" + pin_state(token.pin_state).text
        self.token_more.setText(more)
