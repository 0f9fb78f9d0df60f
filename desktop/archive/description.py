"""The descriptive metadata of a dossier: Dublin Core, and EAD 2002 with the elements of ISAD(G) that an office knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from desktop.records.documents import AccessClass
from desktop.records.series import SeriesLevel

from .manifest import Deposit, DepositDocument
from .markup import Maker, to_bytes
from .volumes import Part, places_of, volumes_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
EAD = "urn:isbn:1-931666-22-9"

ACCESS_WORDS = {
    AccessClass.UNCLASSIFIED: "Sin clasificar (no se publica)",
    AccessClass.PUBLIC: "Pública",
    AccessClass.INTERNAL: "Interna",
    AccessClass.RESERVED: "Reservada",
    AccessClass.CONFIDENTIAL: "Confidencial",
    AccessClass.SECRET: "Secreta",
}
LEVEL_WORDS: Mapping[str, str] = {
    SeriesLevel.FONDS: "Fondo",
    SeriesLevel.SECTION: "Sección",
    SeriesLevel.SERIES: "Serie",
    SeriesLevel.SUBSERIES: "Subserie",
}


def dates_of(deposit: Deposit) -> tuple[str, str]:
    """First and last day of the dossier's documents, ISO 8601."""
    days = sorted(document.day.isoformat() for document in deposit.documents)
    return days[0], days[-1]


def dublin_core(deposit: Deposit, object_id: str) -> bytes:
    """The dossier as simple Dublin Core."""
    root = Maker(OAI_DC).root("dc", {"oai_dc": OAI_DC, "dc": DC})
    dc = Maker(DC)
    first, last = dates_of(deposit)
    for identifier in (object_id, deposit.cite, deposit.slip):
        if identifier:
            dc.add(root, "identifier", identifier)
    dc.add(root, "title", deposit.title)
    for document in deposit.documents:
        dc.add(root, "description", f"{document.cite} · {document.subject}")
    dc.add(root, "creator", deposit.unit_name)
    dc.add(root, "publisher", deposit.entity_name)
    dc.add(root, "date", first if first == last else f"{first}/{last}")
    dc.add(root, "type", "Text")
    for media_type in sorted({file.media_type for file in deposit.files}):
        dc.add(root, "format", media_type)
    dc.add(root, "language", "es-BO")
    dc.add(root, "rights", ACCESS_WORDS[deposit.access])
    return to_bytes(root)


def finding_aid(deposit: Deposit, object_id: str) -> bytes:
    """The dossier as EAD 2002; the rule of ISAD(G) (2nd edition) stands beside each element.

    All 26 elements of the standard have their place; those of which nobody said anything, and of which nothing follows from the
    deposit, are left out: copies (3.5.2) and publications (3.5.4).
    """
    ead = Maker(EAD)
    root = ead.root("ead", {"ead": EAD})
    _header(ead, root, deposit, object_id)
    volumes = volumes_of(deposit.documents)
    description = ead.add(root, "archdesc", level="file", type="inventory")  # 3.1.4
    did = ead.add(description, "did")
    _identity(ead, did, deposit, object_id, len(volumes))
    for name, text in _context_and_content(deposit):
        if text:
            ead.add(ead.add(description, name), "p", text)
    process = ead.add(description, "processinfo")
    day = deposit.made_at.date().isoformat()
    made = f"Descrito por {deposit.made_by} al depositar, con los datos que la oficina registró de cada documento."
    ead.add(process, "p", made)  # 3.7.1
    ead.add(ead.add(process, "p"), "date", day, normal=day)  # 3.7.3
    parts = ead.add(description, "dsc", type="combined")
    for document in deposit.documents:
        _item(ead, parts, document, places_of(volumes, document.id))
    return to_bytes(root)


def _header(ead: Maker, root: Element, deposit: Deposit, object_id: str) -> None:
    header = ead.add(root, "eadheader", langencoding="iso639-2b", dateencoding="iso8601", countryencoding="iso3166-1")
    ead.add(header, "eadid", object_id, countrycode="BO")
    titles = ead.add(ead.add(header, "filedesc"), "titlestmt")
    ead.add(titles, "titleproper", deposit.title)
    profile = ead.add(header, "profiledesc")
    day = deposit.made_at.date().isoformat()
    ead.add(ead.add(profile, "creation", deposit.made_by), "date", day, normal=day)
    ead.add(ead.add(profile, "langusage"), "language", "Español", langcode="spa")
    ead.add(profile, "descrules", "ISAD(G): Norma Internacional General de Descripción Archivística, 2.ª ed.")  # 3.7.2


def _identity(ead: Maker, did: Element, deposit: Deposit, object_id: str, volumes: int) -> None:
    """3.1, and the creator and language of what is described."""
    codes = [row.code for row in deposit.description.path]
    ead.add(did, "unitid", " / ".join((*codes, deposit.cite or object_id)), countrycode="BO")  # 3.1.1
    ead.add(did, "unittitle", deposit.title)  # 3.1.2
    first, last = dates_of(deposit)
    ead.add(did, "unitdate", first if first == last else f"{first} – {last}", normal=f"{first}/{last}")  # 3.1.3
    extent = ead.add(did, "physdesc")  # 3.1.5
    ead.add(extent, "extent", _extent(deposit))
    ead.add(extent, "extent", f"{volumes} {'tomo' if volumes == 1 else 'tomos'}")
    ead.add(ead.add(did, "origination"), "corpname", deposit.unit_name)  # 3.2.1
    ead.add(ead.add(did, "repository"), "corpname", deposit.entity_name)
    ead.add(ead.add(did, "langmaterial"), "language", "Español", langcode="spa")  # 3.4.3
    for row in deposit.description.path:
        note = ead.add(did, "note", label="cuadro de clasificación")  # 3.1.1, 3.1.4
        ead.add(note, "p", f"{LEVEL_WORDS[row.level]} {row.code} · {row.title}")


def _context_and_content(deposit: Deposit) -> tuple[tuple[str, str], ...]:
    """EAD's element and its text, in the order of ISAD(G). What the office said goes before what follows from the deposit."""
    said = deposit.description
    slip = f"Hoja de ruta {deposit.slip}." if deposit.slip else "Sin hoja de ruta."
    formats = ", ".join(sorted({file.media_type for file in deposit.files}))
    return (
        ("bioghist", f"{deposit.unit_name}, unidad de {deposit.entity_name}."),  # 3.2.2
        ("custodhist", said.history),  # 3.2.3
        ("acqinfo", f"Transferido por {deposit.unit_name} ({deposit.made_by}), depósito {deposit.id}."),  # 3.2.4
        ("scopecontent", " ".join(filter(None, (said.scope, slip)))),  # 3.3.1
        ("appraisal", said.appraisal),  # 3.3.2
        (
            "accruals",
            "Expediente concluido: no se esperan documentos. Los sellos que se renuevan son versiones nuevas.",
        ),  # 3.3.3
        ("arrangement", said.arrangement or "En el orden en que los documentos entraron al expediente."),  # 3.3.4
        ("accessrestrict", ACCESS_WORDS[deposit.access]),  # 3.4.1
        ("userestrict", said.reproduction),  # 3.4.2
        ("phystech", said.physical or f"Electrónico. Formatos: {formats}."),  # 3.4.4
        ("otherfindaid", "metadata/descriptive/dc.xml; indice.csv, junto a la raíz del archivo."),  # 3.4.5
        ("originalsloc", "Los archivos de este paquete son los originales, firmados electrónicamente."),  # 3.5.1
        ("relatedmaterial", said.related),  # 3.5.3
        ("odd", said.note),  # 3.6.1
    )


def _item(ead: Maker, parts: Element, document: DepositDocument, places: Sequence[tuple[int, Part]]) -> None:
    component = ead.add(parts, "c01", level="item")
    item = ead.add(component, "did")
    ead.add(item, "unitid", document.cite)
    ead.add(item, "unittitle", document.subject or document.kind)
    ead.add(item, "unitdate", document.day.isoformat(), normal=document.day.isoformat())
    ead.add(ead.add(item, "physdesc"), "extent", f"{document.folios} fojas")
    for volume, part in places:
        ead.add(item, "container", str(volume), type="volume", label="tomo")
        if part.last >= part.first:
            ead.add(item, "container", f"{part.first}-{part.last}", type="folio", label="fojas")
    authors = ead.add(item, "origination")
    for name in dict.fromkeys((document.author, *document.signers)):
        ead.add(authors, "persname", name or "s/n")
    if document.access != AccessClass.UNCLASSIFIED:
        ead.add(ead.add(component, "accessrestrict"), "p", ACCESS_WORDS[document.access])


def _extent(deposit: Deposit) -> str:
    size = sum(file.size for file in deposit.files)
    return f"{len(deposit.documents)} documentos, {deposit.folios} fojas, {len(deposit.files)} archivos, {size} bytes"
