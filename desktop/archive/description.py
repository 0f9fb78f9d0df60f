"""The descriptive metadata of a dossier: Dublin Core, and EAD 2002 with the elements of ISAD(G) that an office knows."""

from __future__ import annotations

from desktop.records.documents import AccessClass

from .deposits import Deposit
from .markup import Maker, to_bytes

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
    """The dossier as EAD 2002; ISAD(G) rules in brackets: 3.1.1–3.1.5, 3.2.1, 3.2.4, 3.3.1, 3.4.1, 3.4.3."""
    ead = Maker(EAD)
    root = ead.root("ead", {"ead": EAD})
    header = ead.add(root, "eadheader")
    ead.add(header, "eadid", object_id)
    titles = ead.add(ead.add(header, "filedesc"), "titlestmt")
    ead.add(titles, "titleproper", deposit.title)
    description = ead.add(root, "archdesc", level="file")  # 3.1.4
    did = ead.add(description, "did")
    ead.add(did, "unitid", deposit.cite or object_id)  # 3.1.1
    ead.add(did, "unittitle", deposit.title)  # 3.1.2
    first, last = dates_of(deposit)
    ead.add(did, "unitdate", first if first == last else f"{first} – {last}", normal=f"{first}/{last}")  # 3.1.3
    ead.add(ead.add(did, "physdesc"), "extent", _extent(deposit))  # 3.1.5
    ead.add(ead.add(did, "origination"), "corpname", deposit.unit_name)  # 3.2.1
    ead.add(ead.add(did, "repository"), "corpname", deposit.entity_name)
    ead.add(ead.add(did, "langmaterial"), "language", "Español", langcode="spa")  # 3.4.3
    scope = f"Hoja de ruta {deposit.slip}." if deposit.slip else "Sin hoja de ruta."
    ead.add(ead.add(description, "scopecontent"), "p", scope)  # 3.3.1
    acquired = f"Transferido por {deposit.unit_name} ({deposit.made_by}), depósito {deposit.id}."
    ead.add(ead.add(description, "acqinfo"), "p", acquired)  # 3.2.4
    ead.add(ead.add(description, "accessrestrict"), "p", ACCESS_WORDS[deposit.access])  # 3.4.1
    parts = ead.add(description, "dsc", type="combined")
    for document in deposit.documents:
        item = ead.add(ead.add(parts, "c01", level="item"), "did")
        ead.add(item, "unitid", document.cite)
        ead.add(item, "unittitle", document.subject or document.kind)
        ead.add(item, "unitdate", document.day.isoformat(), normal=document.day.isoformat())
        ead.add(ead.add(item, "physdesc"), "extent", f"{document.folios} fojas")
        authors = ead.add(item, "origination")
        for name in dict.fromkeys((document.author, *document.signers)):
            ead.add(authors, "persname", name or "s/n")
    return to_bytes(root)


def _extent(deposit: Deposit) -> str:
    size = sum(file.size for file in deposit.files)
    return f"{len(deposit.documents)} documentos, {deposit.folios} fojas, {len(deposit.files)} archivos, {size} bytes"
