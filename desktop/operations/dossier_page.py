"""Un expediente del archivo, para leerlo: the catalogue's row, its documents, how long it is proved, what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.archive.eark import PREMIS
from desktop.archive.manifest import DepositDocument
from desktop.archive.premis import PreservationEvent, events_told
from desktop.archive.reading import deposit_of, read_of
from desktop.archive.renewal_calendar import Ageing, ageing_of

from .catalogue import Shown, show_dossier
from .renew_archive import trusted_until

if TYPE_CHECKING:
    from .desk import Desk

__all__ = ["DepositDocument", "DossierPage", "PreservationEvent", "dossier_page"]


@dataclass(frozen=True, slots=True)
class DossierPage:
    """``events`` in the order in which they were done; ``ages`` by the document that ages first, None where none is signed.

    Without the archive at hand (``shown.away``) there are neither documents nor events.
    """

    shown: Shown
    documents: tuple[DepositDocument, ...] = ()
    events: tuple[PreservationEvent, ...] = ()
    ages: Ageing | None = None


def dossier_page(desk: Desk, name: str) -> DossierPage:
    """By any of its names. Raises as ``show_dossier`` does, and the archive's codes of damage."""
    shown = show_dossier(desk, name)
    if shown.away:
        return DossierPage(shown)
    root = desk.archive()
    inventory = root.inventory(shown.dossier.object)
    if inventory is None:
        return DossierPage(shown)
    return DossierPage(
        shown,
        deposit_of(root, shown.dossier.object).documents,
        events_told(read_of(root, inventory, PREMIS)),
        ageing_of(root, inventory, trusted_until),
    )
