"""The words of the stick's pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from desktop.ui.pouch.office import Errand
from desktop.ui.wording import Tinted, count, translate

if TYPE_CHECKING:
    from desktop.ui.pouch.office import PouchReading, StickOutcome, StickRow


def bytes_words(size: int) -> str:
    """As 3,8 GB."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def state_words(found: PouchReading) -> str:
    """What waits, and what travels for whom."""
    if not found.waiting and not found.by_unit:
        return translate("Pouch", "Nada espera: no hay envíos en cola ni cartas sin acuse en memorias.")
    parts = []
    if found.waiting:
        one = translate("Pouch", "1 envío espera entrega o acuse.")
        parts.append(count(found.waiting, one, translate("Pouch", "{n} envíos esperan entrega o acuse.")))
    if found.aloft:
        one = translate("Pouch", "En memorias va 1 carta.")
        parts.append(count(found.aloft, one, translate("Pouch", "En memorias van {n} cartas.")))
    if found.by_unit:
        names = ", ".join(f"{name} ({number})" for name, number in found.by_unit)
        parts.append(translate("Pouch", "Cartas sin acuse por unidad: {names}.").format(names=names))
    return " ".join(parts)


def ack_words(stick: StickRow) -> Tinted:
    """How much of a stick is known to have arrived."""
    if not stick.letters:
        return Tinted(translate("Pouch", "no lleva cartas"), "dim")
    if not stick.unacknowledged:
        return Tinted(translate("Pouch", "con acuse"), "good")
    if stick.unacknowledged == stick.letters:
        return Tinted(translate("Pouch", "sin acuse todavía"), "care")
    words = translate("Pouch", "faltan {n} de {total}")
    return Tinted(words.format(n=stick.unacknowledged, total=stick.letters), "care")


def outcome_words(found: StickOutcome) -> tuple[str, str]:
    """What an errand did, and what that means."""
    match found.errand:
        case Errand.WRITE:
            return _written(found)
        case Errand.READ:
            return _read(found)
        case Errand.RELAY:
            return _relayed(found)
        case Errand.ANEW:
            return _asked(found)


def _asked(found: StickOutcome) -> tuple[str, str]:
    if found.by_line:
        what = translate("Pouch", "La solicitud de admisión está en el intercambio.")
        means = translate("Pouch", "Cuando la entidad la haya aceptado, sincronice.")
    else:
        what = translate("Pouch", "La solicitud de admisión está en la memoria.")
        means = translate("Pouch", "Désela a quien viaje donde hay conexión; cuando vuelva, elija «Leer memoria».")
    return what, means


def left_lines(found: StickOutcome) -> list[str]:
    """After a new admission was asked for: what still goes by itself, and each act that is to be done again."""
    told = []
    if found.waiting:
        one = translate("Pouch", "1 acto firmado con la llave anterior todavía espera salir. No lo repita.")
        many = translate("Pouch", "{n} actos firmados con la llave anterior todavía esperan salir. No los repita.")
        told.append(count(found.waiting, one, many))
    if found.unsent:
        told.append(translate("Pouch", "Nunca salió de aquí; hágalo otra vez cuando llegue la admisión:"))
        told += [f"· {subject}" for subject in found.unsent]
    return told


def _written(found: StickOutcome) -> tuple[str, str]:
    if not found.letters:
        return (
            translate("Pouch", "La memoria está lista; no lleva cartas."),
            translate("Pouch", "Lleva los acuses de este equipo, y traerá lo que espera a esta unidad."),
        )
    one = translate("Pouch", "La memoria está lista: lleva 1 carta.")
    what = count(found.letters, one, translate("Pouch", "La memoria está lista: lleva {n} cartas."))
    means = translate("Pouch", "Para {names}. Solo sus equipos pueden abrirlas. Siguen aquí hasta que llegue el acuse.")
    return what, means.format(names=", ".join(found.to))


def _read(found: StickOutcome) -> tuple[str, str]:
    if not found.pouches:
        return (
            translate("Pouch", "No se pudo tomar nada de la memoria."),
            translate("Pouch", "Lo que trae quedó en ella, sin cambios."),
        )
    parts = []
    if found.events:
        parts.append(count(found.events, translate("Pouch", "1 novedad"), translate("Pouch", "{n} novedades")))
    if found.files:
        parts.append(count(found.files, translate("Pouch", "1 archivo"), translate("Pouch", "{n} archivos")))
    if found.acks:
        parts.append(count(found.acks, translate("Pouch", "1 acuse"), translate("Pouch", "{n} acuses")))
    if not parts:
        return translate("Pouch", "La memoria no trae nada nuevo para esta unidad."), ""
    came = translate("Pouch", "Llegó por la memoria: {what}.").format(what=", ".join(parts))
    return came, translate("Pouch", "Lo nuevo está en Entrante.") if found.events else ""


def _relayed(found: StickOutcome) -> tuple[str, str]:
    if not found.put and not found.fetched:
        return translate("Pouch", "No había nada nuevo que llevar, en ninguno de los dos sentidos."), ""
    what = translate("Pouch", "Entregado sin abrir: {put}. Puesto en la memoria: {fetched}.")
    means = translate("Pouch", "Devuelva la memoria a quien la trajo: lleva lo que le espera y los acuses.")
    return what.format(put=found.put, fetched=found.fetched), means
