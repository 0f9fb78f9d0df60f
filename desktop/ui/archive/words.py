"""Words of the archive's panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from desktop.operations.deposits_made import DepositState
from desktop.operations.renew_archive import Ages
from desktop.records.documents import AccessClass
from desktop.ui.wording import Tinted, count, translate

if TYPE_CHECKING:
    from desktop.operations.catalogue import Dossier
    from desktop.operations.deposits_made import DepositMade
    from desktop.operations.renew_archive import Ageing
    from desktop.ui.wording import Calendar


def deposit_word(made: DepositMade) -> Tinted:
    """How far a deposit came."""
    match made.state:
        case DepositState.QUEUED:
            return Tinted(translate("Archive", "en cola"), "care")
        case DepositState.WAITING:
            return Tinted(translate("Archive", "entregado"), "accent")
        case DepositState.ACCEPTED:
            return Tinted(translate("Archive", "aceptado"), "good")
        case DepositState.REFUSED:
            return Tinted(translate("Archive", "rechazado"), "bad")
        case DepositState.UNPROVEN:
            return Tinted(translate("Archive", "respuesta sin comprobar"), "bad")


def deposit_means(made: DepositMade) -> str:
    """What that state means, in a sentence."""
    match made.state:
        case DepositState.QUEUED:
            return translate("Archive", "Todavía está en este equipo. Se entregará solo con la próxima conexión.")
        case DepositState.WAITING:
            return translate("Archive", "Está en el intercambio. El archivo todavía no contestó.")
        case DepositState.ACCEPTED:
            return translate("Archive", "El archivo lo conserva. Lo depositado no se borra.")
        case DepositState.REFUSED:
            return translate("Archive", "El archivo no lo aceptó. Los documentos siguen aquí, enteros.")
        case DepositState.UNPROVEN:
            return translate(
                "Archive", "Lo que hay como respuesta no es un acuse del archivo. No lo tome por aceptado."
            )


def files_words(number: int) -> str:
    """How many files."""
    return count(number, translate("Archive", "1 archivo"), translate("Archive", "{n} archivos"))


def dossiers_words(number: int) -> str:
    """How many dossiers."""
    return count(number, translate("Archive", "1 expediente"), translate("Archive", "{n} expedientes"))


def size_words(size: int) -> str:
    """Bytes as people say them."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def access_word(dossier: Dossier) -> str:
    """Who may see it."""
    if dossier.restricted:
        return translate("Archive", "restringida")
    return {
        AccessClass.UNCLASSIFIED: translate("Archive", "sin clasificar"),
        AccessClass.PUBLIC: translate("Archive", "pública"),
        AccessClass.INTERNAL: translate("Archive", "interna"),
        AccessClass.RESERVED: translate("Archive", "reservada"),
        AccessClass.CONFIDENTIAL: translate("Archive", "confidencial"),
        AccessClass.SECRET: translate("Archive", "secreta"),
    }[AccessClass(dossier.access)]


def event_word(kind: str) -> str:
    """A kind of event of the Library of Congress' list, as people say it; one that is not known as it stands there."""
    return {
        "transfer": translate("Archive", "transferencia"),
        "decryption": translate("Archive", "apertura del cifrado"),
        "fixity check": translate("Archive", "comprobación de sumas"),
        "format identification": translate("Archive", "identificación del formato"),
        "digital signature validation": translate("Archive", "verificación de firmas"),
        "message digest calculation": translate("Archive", "cálculo de sumas"),
        "ingestion end": translate("Archive", "ingreso"),
        "validation": translate("Archive", "comprobación"),
        "modification": translate("Archive", "modificación"),
    }.get(kind, kind)


def ages_words(ages: Ageing, calendar: Calendar) -> tuple[str, str]:
    """Until when its evidence holds, and by what: a tone and a sentence."""
    if ages.end is None:
        return "care", translate("Archive", "No se sabe hasta cuándo vale su evidencia. Conviene renovarla.")
    day, over = calendar.full(ages.end), ages.end.astimezone(calendar.zone).date() < calendar.today()
    match ages.why:
        case Ages.CERTIFICATE:
            words = translate("Archive", "Su sello de tiempo vale hasta el {day}, por su certificado.")
            past = translate("Archive", "Su sello de tiempo valía hasta el {day}, por su certificado.")
        case Ages.ALGORITHM:
            words = translate("Archive", "Su sello de tiempo vale hasta el {day}, por su algoritmo.")
            past = translate("Archive", "Su sello de tiempo valía hasta el {day}, por su algoritmo.")
        case Ages.UNSTAMPED:
            words = translate("Archive", "No tiene sello de tiempo: lo sostiene su certificado hasta el {day}.")
            past = translate("Archive", "No tiene sello de tiempo, y su certificado terminó el {day}.")
        case Ages.UNKNOWN:
            words = past = translate("Archive", "No se sabe hasta cuándo vale su evidencia. Conviene renovarla.")
    if over:
        return "bad", past.format(day=day)
    return ("care" if ages.why in {Ages.UNSTAMPED, Ages.UNKNOWN} else "good"), words.format(day=day)


def file_name(text: str) -> str:
    """A text as the name of a folder on any system."""
    return "".join(sign if sign.isalnum() or sign in "-." else "-" for sign in text)[:80].strip("-.") or "expediente"
