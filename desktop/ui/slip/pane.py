"""The hoja de ruta: where it went, who has it, and whether its events prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.routing.slips import HopMode, HopState
from desktop.ui.widgets.basics import card as card_frame
from desktop.ui.widgets.basics import clear, fill, label
from desktop.ui.widgets.evidence import Point, Points
from desktop.ui.wording import Calendar, Tinted, action_word, count, sheets, translate

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.office import DocumentCard, HopLine, SlipProof

_ROLE = {
    HopState.SENT: "care",
    HopState.REJECTED: "bad",
    HopState.CANCELLED: "dim",
}


def stops(hops: tuple[HopLine, ...], calendar: Calendar, *, brief: bool) -> list[Point]:
    """The slip as points: where it began, then where each hop went."""
    if not hops:
        return []
    first = hops[0]
    began = Tinted(translate("Slip", "Salió {when}").format(when=calendar.moment(first.sent_at)), "dim")
    points = [Point(_who(first.from_person, first.from_unit), (began,))]
    points += [_stop(hop, calendar, brief=brief) for hop in hops if not (brief and hop.mode is HopMode.COPY)]
    return points


def _who(person: str, unit: str) -> str:
    return ", ".join(part for part in (person, unit) if part)


def _stop(hop: HopLine, calendar: Calendar, *, brief: bool) -> Point:
    what = [action_word(hop.action)] if hop.action else []
    if hop.mode is HopMode.COPY:
        what.append(translate("Slip", "copia"))
    if hop.sheets and not brief:
        what.append(sheets(hop.sheets))
    lines = [Tinted(" · ".join(what), "dim")] if what else []
    if hop.urgent:
        lines.append(Tinted(translate("Slip", "Urgente"), "bad"))
    if not brief:
        sent = translate("Slip", "Enviado {when} por {who}")
        lines.append(Tinted(sent.format(when=calendar.moment(hop.sent_at), who=hop.from_person), "dim"))
    state = [_state(hop, calendar)]
    if hop.deadline and hop.state in {HopState.SENT, HopState.RECEIVED}:
        state.append(translate("Slip", "Plazo: {day}").format(day=calendar.day(hop.deadline)))
    lines.append(Tinted(". ".join(state), _ROLE.get(hop.state, "dim")))
    if hop.reason:
        lines.append(Tinted(translate("Slip", "Motivo: {reason}").format(reason=hop.reason), "dim"))
    role = "bad" if hop.state is HopState.REJECTED else "accent"
    hollow = hop.state in {HopState.SENT, HopState.CANCELLED}
    return Point(_who(hop.to_person, hop.to_unit), tuple(lines), "" if brief else hop.remark, role, hollow)


def _state(hop: HopLine, calendar: Calendar) -> str:
    match hop.state:
        case HopState.SENT:
            return translate("Slip", "Aún no recibido")
        case HopState.REJECTED:
            return translate("Slip", "Rechazado")
        case HopState.CANCELLED:
            return translate("Slip", "Derivación cancelada")
        case HopState.RECEIVED | HopState.PASSED_ON | HopState.CONCLUDED:
            words = {
                HopState.RECEIVED: translate("Slip", "Recibido"),
                HopState.PASSED_ON: translate("Slip", "Recibido y derivado"),
                HopState.CONCLUDED: translate("Slip", "Recibido y concluido"),
            }[hop.state]
            return f"{words} {calendar.moment(hop.received_at)}" if hop.received_at else words


def proof_words(proof: SlipProof) -> tuple[str, str, str]:
    """Tone, sentence and what it means."""
    if proof.altered:
        return (
            "bad",
            count(
                proof.altered,
                translate("Slip", "Un paso de esta hoja de ruta fue alterado"),
                translate("Slip", "{n} pasos de esta hoja de ruta fueron alterados"),
            ),
            translate("Slip", "Su firma no corresponde a lo que dice. Avise al encargado de sistemas antes de actuar."),
        )
    if proof.missing:
        return (
            "care",
            count(
                proof.missing,
                translate("Slip", "Falta un paso de esta hoja de ruta"),
                translate("Slip", "Faltan {n} pasos de esta hoja de ruta"),
            ),
            translate("Slip", "Puede que todavía no haya llegado. Sincronice; si continúa, pida la hoja a su origen."),
        )
    return (
        "good",
        translate("Slip", "La cadena está completa"),
        count(
            proof.hops,
            translate("Slip", "Un paso, firmado por el equipo de quien lo hizo. Ninguno falta y ninguno cambió."),
            translate(
                "Slip", "{n} pasos, cada uno firmado por el equipo de quien lo hizo. Ninguno falta y ninguno cambió."
            ),
        ),
    )


class SlipPane(QWidget):
    """The full hoja de ruta, as a tab of the reader."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._box = QVBoxLayout(self)
        px = bench.look.px
        self._box.setContentsMargins(px(24), px(18), px(24), px(24))
        self._box.setSpacing(px(12))

    def show_card(self, card: DocumentCard) -> None:
        """The slip of that document."""
        clear(self._box)
        if card.slip is None or not card.hops:
            fill(
                self._box,
                label(self.tr("Todavía no tiene hoja de ruta"), bold=True),
                label(self.tr("Se abre sola cuando lo derive por primera vez."), tone="dim"),
                -1,
            )
            return
        fill(
            self._box,
            label(self.tr("Hoja de ruta {number}").format(number=card.slip.number), size="title", selectable=True),
        )
        if card.slip.conflict:
            fill(
                self._box,
                card_frame(
                    "bad",
                    label(self.tr("Hay dos derivaciones oficiales desde un mismo lugar"), tone="bad", bold=True),
                    label(
                        self.tr(
                            "Dos equipos lo derivaron sin saber uno del otro. Acuerde con ellos cuál vale y cancele la otra."
                        )
                    ),
                ),
            )
        if card.proof is not None:
            tone, sentence, means = proof_words(card.proof)
            fill(self._box, card_frame(tone, label(sentence, tone=tone, bold=True), label(means, size="body-small")))
        points = Points(self._bench.look)
        points.show_points(stops(card.hops, self._bench.calendar, brief=False))
        fill(self._box, points, -1)
