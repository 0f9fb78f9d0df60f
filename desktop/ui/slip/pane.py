"""The hoja de ruta: where it went, who has it, and whether its events prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.records.events import EventKind
from desktop.routing.paper import PaperState
from desktop.routing.sheet import ConflictKind
from desktop.routing.slips import HopMode, HopState
from desktop.ui.widgets.basics import card as card_frame
from desktop.ui.widgets.basics import clear, fill, label, press
from desktop.ui.widgets.evidence import Point, Points
from desktop.ui.wording import Calendar, Tinted, action_word, count, sheets, translate

if TYPE_CHECKING:
    from desktop.ui.bench import Bench
    from desktop.ui.office import DocumentCard
    from desktop.ui.slip.office import Clash, HopLine, PaperPlace, SlipProof

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
    if hop.void:
        lines.append(Tinted(translate("Slip", "Quedó sin efecto: la jefatura resolvió que vale otra"), "care"))
    if hop.handed:
        lines.append(Tinted(_handed_words(hop, calendar), "dim"))
    if hop.delays:
        lines.append(Tinted(_delay_words(hop, calendar), "care"))
    if not brief:
        lines += _more(hop)
    role = "bad" if hop.state is HopState.REJECTED else "care" if hop.void else "accent"
    hollow = hop.state in {HopState.SENT, HopState.CANCELLED}
    return Point(_who(hop.to_person, hop.to_unit), tuple(lines), "" if brief else hop.remark, role, hollow)


def _more(hop: HopLine) -> list[Tinted]:
    """What else the dispatch says, and where it was archived."""
    told = (
        (translate("Slip", "Coordinar con: {text}"), hop.coordinate),
        (translate("Slip", "Adjuntos que no se escanean: {text}"), hop.unscanned),
        (translate("Slip", "Carpeta: {text}"), hop.folder),
    )
    found = [Tinted(words.format(text=text), "dim") for words, text in told if text]
    return [*found, words] if (words := hop_paper(hop)) is not None else found


def hop_paper(hop: HopLine) -> Tinted | None:
    """What is told of the paper of a hop; None where there is none."""
    match hop.paper_state:
        case PaperState.UNDER_WAY:
            return Tinted(translate("Slip", "Papel que viene con ella: {text}").format(text=hop.paper), "dim")
        case PaperState.MISSING:
            return Tinted(
                translate("Slip", "Papel anunciado: {text}. No consta que llegó").format(text=hop.paper), "care"
            )
        case PaperState.PART:
            return Tinted(translate("Slip", "Papel que llegó: {text}").format(text=hop.paper_came or hop.paper), "care")
        case PaperState.CAME:
            return Tinted(translate("Slip", "Papel que llegó: {text}").format(text=hop.paper_came or hop.paper), "dim")
        case PaperState.NONE:
            return Tinted(translate("Slip", "Papel: {text}").format(text=hop.paper), "dim") if hop.paper else None


def _handed_words(hop: HopLine, calendar: Calendar) -> str:
    note = hop.handed[-1]
    words = translate("Slip", "Reasignado a {to} {when} por {who}: {reason}")
    to = note.to or translate("Slip", "cualquiera de la unidad")
    return words.format(to=to, when=calendar.moment(note.at), who=note.who, reason=note.reason)


def _delay_words(hop: HopLine, calendar: Calendar) -> str:
    note = hop.delays[-1]
    words = translate("Slip", "Demora justificada {when} por {who}: {reason}")
    said = words.format(when=calendar.moment(note.at), who=note.who, reason=note.reason)
    if note.until is not None:
        said += ". " + translate("Slip", "Estará para: {day}").format(day=calendar.day(note.until))
    return said


def hop_words(hop: HopLine, calendar: Calendar) -> str:
    """A hop in a sentence, to be told from another."""
    said = translate("Slip", "A {to}, enviado {when} por {who}: {state}")
    said = said.format(
        to=_who(hop.to_person, hop.to_unit),
        when=calendar.moment(hop.sent_at),
        who=hop.from_person,
        state=_state(hop, calendar).lower(),
    )
    return f"{said}. «{hop.remark}»" if hop.remark else said


def paper_words(paper: PaperPlace, calendar: Calendar) -> str:
    """Where the paper is; "" where nobody said."""
    if not paper.where and not paper.what:
        return ""
    if paper.under_way:
        where = translate("Slip", "en camino a {unit}").format(unit=paper.unit)
    else:
        where = ", ".join(part for part in (paper.where, paper.unit) if part)
    what = f"{paper.what}: " if paper.what else ""
    since = translate("Slip", ", desde {when}").format(when=calendar.moment(paper.since)) if paper.since else ""
    return f"{what}{where}{since}"


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
    """The full hoja de ruta, as a tab of the reader. ``act_chosen`` asks for an act that the text offers."""

    act_chosen = Signal(object)  # EventKind

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
        if card.slip is None:
            fill(
                self._box,
                label(self.tr("Todavía no tiene hoja de ruta"), bold=True),
                label(self.tr("Se abre sola cuando lo derive por primera vez."), tone="dim"),
                -1,
            )
            return
        title = self.tr("Hoja de ruta {number}").format(number=card.slip.number)
        fill(self._box, label(title, size="title", selectable=True))
        for clash in card.sheet.clashes:
            fill(self._box, self._clash(card, clash))
        self._show_void(card)
        self._show_paper(card)
        self._show_sheet(card)
        if card.proof is not None:
            tone, sentence, means = proof_words(card.proof)
            fill(self._box, card_frame(tone, label(sentence, tone=tone, bold=True), label(means, size="body-small")))
        if not card.hops:
            fill(self._box, label(self.tr("Está abierta y todavía no se derivó."), tone="dim"), -1)
            return
        points = Points(self._bench.look)
        points.show_points(stops(card.hops, self._bench.calendar, brief=False))
        fill(self._box, points, -1)

    def _clash(self, card: DocumentCard, clash: Clash) -> QWidget:
        """A conflict: what contradicts what, who settles it, or how it was settled."""
        if clash.ruling is not None:
            return self._ruling(card, clash)
        lines = [hop_words(hop, self._bench.calendar) for hop in card.hops if hop.hop in clash.hops]
        if clash.about is ConflictKind.CANCELLED and len(clash.hops) == 1:
            what = self.tr("La derivación se canceló cuando ya había sido recibida")
            means = self.tr("La recepción vale: está con quien la recibió. La jefatura de {unit} toma nota.")
            tone = "care"
        else:
            what = self.tr("Hay dos derivaciones oficiales desde un mismo lugar")
            means = self.tr(
                "Dos equipos la derivaron sin saber uno del otro. Nadie sigue con ella hasta que la jefatura de {unit} resuelva cuál vale."
            )
            tone = "bad"
        words = [label(what, tone=tone, bold=True), label(means.format(unit=clash.unit))]
        words += [label(f"• {line}", size="body-small") for line in lines]
        if EventKind.SETTLED in card.acts:
            return card_frame(tone, *words, self._button(self.tr("Resolver ahora"), EventKind.SETTLED))
        return card_frame(tone, *words)

    def _ruling(self, card: DocumentCard, clash: Clash) -> QWidget:
        ruling = clash.ruling
        kept = next((hop for hop in card.hops if ruling is not None and hop.hop == ruling.keep), None)
        if ruling is None:
            return card_frame("plain")
        when = self._bench.calendar.moment(ruling.at)
        what = self.tr("Resuelto por {who} {when}").format(who=ruling.who, when=when)
        words = [label(what, bold=True, size="body-small")]
        if kept is not None:
            vale = self.tr("Vale: {hop}").format(hop=hop_words(kept, self._bench.calendar))
            words.append(label(vale, size="body-small"))
        words.append(label(self.tr("Motivo: {reason}").format(reason=ruling.reason), size="body-small", tone="dim"))
        return card_frame("plain", *words)

    def _show_void(self, card: DocumentCard) -> None:
        """What was dropped and still lies here: what it means and what to do."""
        opened = next((hop for hop in card.hops if hop.hop == card.hop), None)
        if opened is None or not opened.void:
            return
        words: list[QWidget] = [
            label(self.tr("Esta derivación quedó sin efecto"), tone="care", bold=True),
            label(
                self.tr(
                    "La jefatura que la envió resolvió que vale otra. Archívela y devuelva el papel, si llegó, a quien lo envió."
                )
            ),
        ]
        if EventKind.CONCLUDED in card.acts:
            words.append(self._button(self.tr("Archivar ahora"), EventKind.CONCLUDED))
        fill(self._box, card_frame("care", *words))

    def _show_paper(self, card: DocumentCard) -> None:
        """Paper that was announced and is not here: what to do once it comes."""
        opened = next((hop for hop in card.hops if hop.hop == card.hop), None)
        if opened is None or opened.paper_state not in {PaperState.MISSING, PaperState.PART}:
            return
        what = (
            self.tr("El papel no llegó")
            if opened.paper_state is PaperState.MISSING
            else self.tr("Falta parte del papel")
        )
        words: list[QWidget] = [label(what, tone="care", bold=True)]
        if (told := hop_paper(opened)) is not None:
            words.append(label(f"{told.text}.", size="body-small"))
        if opened.hop in card.targets.get(EventKind.PAPER_MOVED, ()) and EventKind.PAPER_MOVED in card.acts:
            words.append(
                label(
                    self.tr("Cuando llegue, anote dónde queda; si no llega, pídalo a quien lo envió."),
                    size="body-small",
                )
            )
            words.append(self._button(self.tr("Anotar que llegó"), EventKind.PAPER_MOVED))
        fill(self._box, card_frame("care", *words))

    def _show_sheet(self, card: DocumentCard) -> None:
        """Group, paper, folder, deadline: one line each, only what there is."""
        sheet, calendar = card.sheet, self._bench.calendar
        told = []
        if sheet.principal:
            told.append(
                self.tr("Va agrupada con la {number}: se deriva y concluye con ella.").format(number=sheet.principal)
            )
        if sheet.members:
            names = ", ".join(member.number for member in sheet.members)
            told.append(self.tr("Es la principal de un grupo. Van con ella: {numbers}.").format(numbers=names))
        if paper := paper_words(sheet.paper, calendar):
            told.append(self.tr("Papel: {where}.").format(where=paper))
        if sheet.folder:
            told.append(self.tr("Archivada en la carpeta «{folder}».").format(folder=sheet.folder))
        if sheet.deadline is not None:
            told.append(self.tr("Plazo de toda la hoja de ruta: {day}.").format(day=calendar.day(sheet.deadline)))
        if sheet.procedure:
            told.append(self.tr("Trámite: {text}.").format(text=sheet.procedure))
        if sheet.addressee:
            told.append(self.tr("Destinatario: {text}.").format(text=sheet.addressee))
        if told:
            fill(self._box, card_frame("outline", *(label(text, size="body-small") for text in told)))

    def _button(self, text: str, kind: EventKind) -> QWidget:
        button = press(QPushButton(text), "link")
        button.clicked.connect(lambda: self.act_chosen.emit(kind))
        row = QWidget()
        inner = QHBoxLayout(row)
        inner.setContentsMargins(0, 0, 0, 0)
        fill(inner, button, -1)
        return row
