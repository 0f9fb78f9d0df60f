"""Inventarios y actas de transferencia: what the archive holds, as a table, as a file, or as a document to be signed like any other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from desktop.archive.listing import Extent, Listed, Selection, in_order, listing_body
from desktop.drafting.body import Body
from desktop.drafting.dates import date_in_words
from desktop.drafting.jobs import PageJob, SetPage, SignerSlot, verification_code, verification_text
from desktop.drafting.setting import freeze
from desktop.drafting.values import FieldValue
from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError

from .archive_log import require_custodian
from .catalogue import note_left, opened
from .desk import Desk
from .draft import NewDocument, draft
from .strangers import lay_beside

INVENTORY, TRANSFER = "inventario_documental", "acta_transferencia"
MOST = 1000  # dossiers on pages: 98 pages, 4 s and 430 MB here; a table on disk has no bound


def dossiers(desk: Desk, selection: Selection) -> list[Listed]:
    """The dossiers of this desk's archive that are meant, in an archivist's order, by its catalogue as the archive's log is now.

    Raises ``accept.not_custodian``, ``archive.none_here``, ``inventory.nothing``, the catalogue's and storage's codes.
    """
    require_custodian(desk)
    note_left(desk)
    with opened(desk) as here:
        items = [Listed.of(one) for one in here.catalogue.shelved()]
    found = [item for item in items if selection.takes(item, item.entered.astimezone(desk.zone).date())]
    if not found:
        raise OfficeError("inventory.nothing")
    lay_beside(desk)
    return in_order(found)


def of_objects(desk: Desk, objects: Sequence[str]) -> list[Listed]:
    """Those dossiers, as ``dossiers`` gives them. Raises as it does."""
    return dossiers(desk, Selection(objects=frozenset(objects)))


def inventory_page(desk: Desk, items: Sequence[Listed], *, official: str = "") -> SetPage:
    """The inventory as PDF/A of today, without a number of the book, with places for the signature of who makes it and of others.

    Nothing is recorded. Raises ``inventory.too_long`` and what drafting raises.
    """
    actor = desk.acting(official)
    body, fields = _inventory(desk, items)
    entity, today = desk.directory.entity, desk.now_local()
    template = desk.templates[INVENTORY]
    label = f"{desk.unit.prefix} · {today.date().isoformat()}"
    code = verification_code(sha256("".join(item.versions[-1] for item in items).encode()).digest()[:10])
    return freeze(
        PageJob(
            template=template,
            fields={**fields, "entidad": entity.name, "unidad": desk.unit.name},
            body=body,
            cite=label,
            place_date=date_in_words(today.date(), desk.place),
            practice=entity.practice,
            qr=verification_text(entity.acronym, label, code),
            signers=(SignerSlot(actor.name, actor.post),),
            created=today.replace(microsecond=0),
            document_id=code,
            resources=desk.resources,
            sheet=template.sheet,
            letterhead=desk.letterhead,
        )
    )


def draft_inventory(desk: Desk, items: Sequence[Listed], signers: Sequence[str], *, official: str = "") -> str:
    """A draft of the inventory, to be frozen, numbered and signed as every document; returns its id.

    Raises ``inventory.too_long``, ``draft.no_signer`` and as ``draft`` does.
    """
    body, fields = _inventory(desk, items)
    new = NewDocument(INVENTORY, fields, body, signers or [desk.acting(official).id], access=_access(items))
    return draft(desk, new, official=official)


def draft_transfer(desk: Desk, items: Sequence[Listed], giver: str, *, official: str = "") -> str:
    """A draft of the acta by which a unit's dossiers pass to the archive: its official gives, whoever acts here receives.

    What it prints of each dossier is what the receipt says: version 1 and its inventory's digest. Returns the document's id. Raises
    ``accept.not_custodian``, ``acta.several_units``, ``inventory.too_long``, ``directory.unknown_official`` and as ``draft`` does.
    """
    actor = desk.acting(official)
    require_custodian(desk)
    units = sorted({item.unit_name for item in items})
    if len({item.unit for item in items}) > 1:
        raise OfficeError("acta.several_units", units=", ".join(units))
    _require_pages(items)
    giving = desk.directory.official(giver)
    extent = Extent.of(items)
    came = sorted(item.entered.astimezone(desk.zone).date() for item in items)
    days = f"el {_day(came[0])}" if came[0] == came[-1] else f"entre el {_day(came[0])} y el {_day(came[-1])}"
    opening = (
        f"{units[0]} transfiere a {desk.unit.name} {extent.words}, recibidos por medio electrónico {days}. La integridad, las firmas y el"
        " contenido de cada expediente fueron comprobados al ingresar, y de cada depósito se dio acuse firmado por el equipo del archivo."
    )
    fields = {
        **_heading(items, f"Transferencia de expedientes concluidos de {units[0]}"),
        "entrega": [f"{giving.name} | {giving.post}"],
        "recibe": [f"{actor.name} | {actor.post}"],
    }
    body = listing_body(items, opening, as_they_came=True)
    signers = list(dict.fromkeys((giving.id, actor.id)))
    return draft(desk, NewDocument(TRANSFER, fields, body, signers, access=_access(items)), official=official)


def _inventory(desk: Desk, items: Sequence[Listed]) -> tuple[Body, dict[str, FieldValue]]:
    _require_pages(items)
    units = sorted({item.unit_name for item in items})
    whose = units[0] if len(units) == 1 else f"{len(units)} unidades"
    opening = f"Expedientes en custodia de {desk.unit.name} a la fecha: {Extent.of(items).words}."
    return listing_body(items, opening, as_they_came=False), _heading(items, f"Inventario de expedientes de {whose}")


def _heading(items: Sequence[Listed], subject: str) -> dict[str, FieldValue]:
    extent = Extent.of(items)
    return {
        "objeto": subject,
        "productora": ", ".join(sorted({item.unit_name for item in items}))[:900],
        "fechas": f"{_day(date.fromisoformat(extent.first))} a {_day(date.fromisoformat(extent.last))}",
        "volumen": extent.words,
    }


def _access(items: Sequence[Listed]) -> AccessClass:
    """Titles tell what a dossier is about: the list is as closed as the most closed of them."""
    return max(AccessClass.INTERNAL, *(item.access_class for item in items))


def _require_pages(items: Sequence[Listed]) -> None:
    if len(items) > MOST:
        raise OfficeError("inventory.too_long", count=len(items), most=MOST)


def _day(day: date) -> str:
    return date_in_words(day, "")
