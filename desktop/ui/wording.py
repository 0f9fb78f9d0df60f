"""The window's own words for values: days, states, trays, actions, moments. Spanish is the source; Qt translates it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop.records.documents import DocumentState
from desktop.routing.slips import HopMode, HopState
from desktop.routing.trays import Tray, Urgency
from signing.report import Level, Outcome, PinState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.operations.delivery import DeliveryState
    from desktop.ui.messages import Say
    from desktop.ui.rail.office import WaitingRow
    from desktop.ui.trays.office import TrayRow

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Tinted:
    """Words with the role that colours them: colour never stands alone."""

    text: str
    role: str  # good, care, bad, accent, dim


def count(number: int, one: str, many: str) -> str:
    """``one`` for 1, else ``many`` with its ``{n}`` filled."""
    return one if number == 1 else many.format(n=number)


def sheets(number: int) -> str:
    """How many sheets."""
    return count(number, translate("Wording", "1 hoja"), translate("Wording", "{n} hojas"))


def tray_name(tray: Tray) -> str:
    """The tray as the rail names it."""
    return {
        Tray.INCOMING: translate("Wording", "Entrante"),
        Tray.PENDING: translate("Wording", "Pendientes"),
        Tray.TO_SIGN: translate("Wording", "Por firmar"),
        Tray.SENT: translate("Wording", "Enviados"),
        Tray.ARCHIVE: translate("Wording", "Archivo"),
        Tray.DRAFTS: translate("Wording", "Borradores"),
    }[tray]


def empty_tray(tray: Tray) -> tuple[str, str]:
    """What an empty tray says: a title and a calm sentence."""
    return {
        Tray.INCOMING: (
            translate("Wording", "Nada por recibir"),
            translate("Wording", "Lo que otras unidades le deriven aparecerá aquí."),
        ),
        Tray.PENDING: (
            translate("Wording", "Está al día"),
            translate("Wording", "No tiene documentos pendientes."),
        ),
        Tray.TO_SIGN: (
            translate("Wording", "Nada por firmar"),
            translate("Wording", "Los documentos que esperan su firma aparecerán aquí."),
        ),
        Tray.SENT: (
            translate("Wording", "Nada enviado todavía"),
            translate("Wording", "Lo que derive quedará aquí, con su recepción."),
        ),
        Tray.ARCHIVE: (
            translate("Wording", "El archivo está vacío"),
            translate("Wording", "Los documentos concluidos se conservan aquí. Nada se borra."),
        ),
        Tray.DRAFTS: (
            translate("Wording", "No hay borradores"),
            translate("Wording", "Empiece uno con «Nuevo documento»."),
        ),
    }[tray]


URGENCY_ROLE = {Urgency.NONE: "dim", Urgency.GOOD: "good", Urgency.CARE: "care", Urgency.BAD: "bad"}


def row_pill(tray: Tray, row: TrayRow) -> Tinted:
    """The pill of a row: how pressing it is, in words."""
    match tray:
        case Tray.TO_SIGN:
            if row.mine:
                return Tinted(translate("Wording", "le toca a usted"), "accent")
            return Tinted(translate("Wording", "espera a {name}").format(name=_short_name(row.waits_for)), "dim")
        case Tray.SENT if row.hop_state is HopState.SENT and row.delivery is not None:
            return delivery_word(row.delivery)
        case Tray.SENT:
            return hop_state(row.hop_state)
        case Tray.ARCHIVE | Tray.DRAFTS:
            return document_state(row.state)
        case Tray.INCOMING | Tray.PENDING:
            if row.void:
                return Tinted(translate("Wording", "sin efecto: archívelo"), "care")
            if row.contested:
                return Tinted(translate("Wording", "en conflicto"), "bad")
            return day_words(row, arrived=tray is Tray.INCOMING)


def day_words(row: TrayRow, *, arrived: bool) -> Tinted:
    """Working days held or left, in words."""
    days = row.days
    if days is None:
        return Tinted(translate("Wording", "por derivar"), "accent")
    role = URGENCY_ROLE[days.urgency]
    if days.left is not None:
        return Tinted(left_words(days.left), role)
    if days.held == 0:
        return Tinted(translate("Wording", "recién llegado") if arrived else held_words(0), role)
    return Tinted(held_words(days.held), role)


def held_words(held: int) -> str:
    """Working days since it came."""
    if held == 0:
        return translate("Wording", "recién recibido")
    return count(held, translate("Wording", "hace 1 día hábil"), translate("Wording", "hace {n} días hábiles"))


def left_words(left: int) -> str:
    """Working days until a deadline, or since it passed."""
    if left < 0:
        one, many = (
            translate("Wording", "venció hace 1 día hábil"),
            translate("Wording", "venció hace {n} días hábiles"),
        )
        return count(-left, one, many)
    if left == 0:
        return translate("Wording", "último día hábil")
    return count(left, translate("Wording", "queda 1 día hábil"), translate("Wording", "quedan {n} días hábiles"))


def delivery_word(state: DeliveryState) -> Tinted:
    """How far a document that was sent has come."""
    return {
        "queued": Tinted(translate("Wording", "en cola"), "care"),
        "aloft": Tinted(translate("Wording", "en el sobre"), "care"),
        "delivered": Tinted(translate("Wording", "entregado"), "accent"),
        "received": Tinted(translate("Wording", "recibido"), "good"),
    }[state.value]


def no_calendar() -> str:
    """What is told beside days of a year of which the entity has published no holiday."""
    return translate("Wording", "Sin calendario de feriados: solo se descuentan sábados y domingos.")


def hop_state(state: HopState | None) -> Tinted:
    """What became of a derivation."""
    match state:
        case HopState.SENT:
            return Tinted(translate("Wording", "aún no recibido"), "care")
        case HopState.RECEIVED:
            return Tinted(translate("Wording", "recibido"), "good")
        case HopState.PASSED_ON:
            return Tinted(translate("Wording", "derivado"), "good")
        case HopState.CONCLUDED:
            return Tinted(translate("Wording", "concluido"), "good")
        case HopState.REJECTED:
            return Tinted(translate("Wording", "rechazado"), "bad")
        case HopState.CANCELLED:
            return Tinted(translate("Wording", "anulado"), "dim")
        case None:
            return Tinted(translate("Wording", "en camino"), "dim")


def document_state(state: DocumentState) -> Tinted:
    """Where a document stands."""
    match state:
        case DocumentState.DRAFT:
            return Tinted(translate("Wording", "borrador"), "dim")
        case DocumentState.FROZEN:
            return Tinted(translate("Wording", "por firmar"), "accent")
        case DocumentState.OBSERVED:
            return Tinted(translate("Wording", "observado"), "care")
        case DocumentState.SIGNED:
            return Tinted(translate("Wording", "firmado"), "good")
        case DocumentState.REGISTERED:
            return Tinted(translate("Wording", "registrado"), "good")
        case DocumentState.CONCLUDED:
            return Tinted(translate("Wording", "concluido"), "good")
        case DocumentState.DEPOSITED:
            return Tinted(translate("Wording", "depositado"), "good")
        case DocumentState.VOID:
            return Tinted(translate("Wording", "anulado"), "bad")


def mode_word(mode: HopMode) -> str:
    """OFICIAL or copia."""
    return translate("Wording", "oficial") if mode is HopMode.OFFICIAL else translate("Wording", "copia")


def action_word(action: str) -> str:
    """An action of the catalogue; the entity's own words pass unchanged."""
    known = {
        "elaborar_informe": translate("Wording", "Elaborar informe"),
        "elaborar_respuesta": translate("Wording", "Elaborar respuesta"),
        "para_su_consideracion": translate("Wording", "Para su consideración"),
        "para_su_conocimiento": translate("Wording", "Para su conocimiento"),
        "visto_bueno": translate("Wording", "V°B°"),
        "archivar": translate("Wording", "Archivar"),
        "otro": translate("Wording", "Otro"),
    }
    return known.get(action, action)


def outcome_word(outcome: Outcome) -> Tinted:
    """A verdict in a word or two, for lists."""
    match outcome:
        case Outcome.VALID:
            return Tinted(translate("Wording", "íntegra y vigente"), "good")
        case Outcome.INDETERMINATE:
            return Tinted(translate("Wording", "no se puede afirmar"), "care")
        case Outcome.INVALID:
            return Tinted(translate("Wording", "no válida"), "bad")
        case Outcome.UNSIGNED:
            return Tinted(translate("Wording", "sin firma"), "dim")
        case Outcome.UNREADABLE:
            return Tinted(translate("Wording", "no se puede leer"), "bad")


def level_words(level: Level | None) -> str:
    """A PAdES level, first as what it gives, last in the standard's term."""
    match level:
        case Level.B_B:
            return translate("Wording", "Firma sin sello de tiempo (B‑B)")
        case Level.B_T:
            return translate("Wording", "Con sello de tiempo (B‑T)")
        case Level.B_LT:
            return translate("Wording", "Con sello de tiempo y datos de validación (B‑LT)")
        case Level.B_LTA:
            return translate("Wording", "Preparada para conservarse (B‑LTA)")
        case None:
            return translate("Wording", "Nivel no reconocido")


def level_state(level: Level) -> str:
    """A document's level in a sentence, of what the events claim."""
    match level:
        case Level.B_B:
            return translate("Wording", "Firmado sin sello de tiempo (B‑B).")
        case Level.B_T:
            return translate("Wording", "Firmado con sello de tiempo (B‑T).")
        case Level.B_LT:
            return translate("Wording", "Firmado con sello de tiempo y datos de validación (B‑LT).")
        case Level.B_LTA:
            return translate("Wording", "Firmado para conservar (B‑LTA).")


def waiting_words(willing: int, needy: int) -> str:
    """How many documents wait for their timestamp, and how many of the others need a person; "" for none."""
    parts = []
    if willing:
        parts.append(
            count(
                willing,
                translate("Wording", "1 documento espera sello de tiempo; se elevará solo."),
                translate("Wording", "{n} documentos esperan sello de tiempo; se elevarán solos."),
            )
        )
    if needy:
        parts.append(
            count(
                needy,
                translate("Wording", "1 documento necesita atención."),
                translate("Wording", "{n} documentos necesitan atención."),
            )
        )
    return " ".join(parts)


def why_waiting(row: WaitingRow, say: Say) -> str:
    """Why it waits; and what to do, where nothing will happen by itself."""
    words = say(row.code, row.facts)
    if words is None:
        return ""
    return f"{words.what} {words.do}" if row.aside or row.code == "raise.no_timestamps" else words.what


def pin_state(state: PinState) -> Tinted:
    """How the token's PIN stands."""
    match state:
        case PinState.OK:
            return Tinted(translate("Wording", "PIN sin intentos fallidos"), "good")
        case PinState.LOW:
            return Tinted(translate("Wording", "Hubo un intento fallido: escriba el PIN con cuidado"), "care")
        case PinState.FINAL_TRY:
            return Tinted(
                translate("Wording", "Último intento: si el PIN no es correcto, el token se bloqueará"), "bad"
            )
        case PinState.LOCKED:
            return Tinted(translate("Wording", "PIN bloqueado: este token no puede firmar"), "bad")
        case PinState.UNINITIALISED:
            return Tinted(translate("Wording", "El token todavía no tiene un PIN"), "bad")


def masked_ci(ci: str) -> str:
    """The last four digits of an identity number, as the visible stamp shows it."""
    return f"···{ci[-4:]}" if len(ci) > 4 else ci


def _short_name(name: str) -> str:
    parts = name.split()
    return " ".join(parts[:2])


def _whole(words: str) -> str:
    """A date that no line breaks: no-break spaces, and no abbreviation points."""
    return words.replace(".", "").replace(" ", "\u00a0")


class Calendar:
    """Moments in the entity's zone, as people say them. ``now`` is an input."""

    def __init__(self, zone: str, now: Callable[[], datetime]) -> None:
        self.zone = ZoneInfo(zone)
        self._now = now

    def today(self) -> date:
        """Today in the entity's zone."""
        return self._now().astimezone(self.zone).date()

    def day(self, day: date) -> str:
        """One of hoy, ayer, 19 nov, or 19 nov 2025 in another year."""
        gap = (self.today() - day).days
        if gap == 0:
            return translate("Wording", "hoy")
        if gap == 1:
            return translate("Wording", "ayer")
        form = "d MMM" if day.year == self.today().year else "d MMM yyyy"
        return _whole(QLocale().toString(QDate(day.year, day.month, day.day), form))

    def moment(self, moment: datetime) -> str:
        """As hoy 10:51, or 19 nov 10:51."""
        local = moment.astimezone(self.zone)
        return _whole(f"{self.day(local.date())} {local:%H:%M}")

    def full(self, moment: datetime) -> str:
        """As 19 nov 2026 18:03, never relative: for evidence."""
        local = moment.astimezone(self.zone)
        day = QLocale().toString(QDate(local.year, local.month, local.day), "d MMM yyyy")
        return _whole(f"{day} {local:%H:%M}")

    def until(self, moment: datetime) -> str:
        """How long until a moment: "vence en 7 meses", "vence en 12 días", "venció el 3 oct"."""
        days = (moment.astimezone(self.zone).date() - self.today()).days
        if days < 0:
            return translate("Wording", "venció el {day}").format(day=self.day(moment.astimezone(self.zone).date()))
        if days < 60:
            return count(days, translate("Wording", "vence en 1 día"), translate("Wording", "vence en {n} días"))
        if days < 730:
            return translate("Wording", "vence en {n} meses").format(n=days // 30)
        return translate("Wording", "vence en {n} años").format(n=days // 365)


def system_now() -> datetime:
    """The PC's clock, aware; the one place where the window reads it."""
    return datetime.now(UTC)
