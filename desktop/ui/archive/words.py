"""Words of the archive's panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale

from desktop.operations.deposits_made import DepositState
from desktop.ui.wording import Tinted, count, translate

if TYPE_CHECKING:
    from desktop.operations.deposits_made import DepositMade


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
