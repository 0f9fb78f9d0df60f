"""A dossier for a reader (OAIS: a dissemination package): its documents and attachments in their newest version, described, and a
LEEME that says where they come from, what of them is restricted, and how to check them. Nothing is redacted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.storage.protocol import key_problem

from .description import ACCESS_WORDS
from .eark import place_of
from .inventory import Inventory, object_folder
from .laying_out import LaidOut
from .manifest import Deposit, DepositDocument, DepositFile, FileRole
from .reading import deposit_of
from .roots import Root
from .volumes import place_words, volumes_of

DOCUMENTS = "documentos/"
FINDING_AID = "metadata/descriptive/ead.xml"
LONGEST = 150  # characters of a path
RESTRICTED = AccessClass.RESERVED  # from here on a dossier is not for everybody
_ODD = re.compile(r'[<>:"\\|?*]')


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of the package. ``path`` below it; ``document`` is the id of a signed PDF, empty for other files."""

    path: str
    sha256: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class GivenDossier:
    """What was given of one object, and by which inventory it can be proven."""

    object: str
    version: str
    inventory_sha512: str
    deposit: Deposit
    files: tuple[GivenFile, ...]

    @property
    def restricted(self) -> bool:
        """Whether it, or one of its documents, is not for everybody."""
        return closed_class(self.deposit) >= RESTRICTED


def closed_class(deposit: Deposit) -> AccessClass:
    """The most closed class of the dossier and its documents."""
    return max((deposit.access, *(one.access for one in deposit.documents)))


def give_dossier(root: Root, object_id: str, out: LaidOut, start: str = "") -> GivenDossier:
    """Write the dossier below ``start``. Raises ``archive.no_object``, ``archive.damaged``, ``archive.missing_file``, OSError."""
    inventory = root.inventory(object_id)
    if inventory is None:
        raise OfficeError("archive.no_object", object=object_id)
    deposit = deposit_of(root, object_id)
    files: list[GivenFile] = []
    taken: set[str] = set()
    for number, file in enumerate(deposit.files, 1):
        if file.role not in (FileRole.DOCUMENT, FileRole.ATTACHMENT):
            continue
        path = DOCUMENTS + _safe(file.path, number, taken)
        digest = _copied(root, inventory, place_of(file), out, start + path)
        files.append(GivenFile(path, digest, _document_of(deposit, file)))
    _copied(root, inventory, FINDING_AID, out, f"{start}descripcion.xml")
    digest = hashlib.sha512(inventory.to_bytes()).hexdigest()
    return GivenDossier(object_id, inventory.head, digest, deposit, tuple(files))


def _document_of(deposit: Deposit, file: DepositFile) -> str:
    if file.role is not FileRole.DOCUMENT:
        return ""
    return next((one.id for one in deposit.documents if (one.id, one.sha256) == (file.document, file.sha256)), "")


def _safe(path: str, number: int, taken: set[str]) -> str:
    """The path itself where every system can hold it; else without the signs that some cannot, or a short one with the same ending."""
    ending = PurePosixPath(path).suffix
    short = f"archivo-{number:03}{ending if ending.isascii() and ending[1:].isalnum() else ''}"
    for name in (path, _ODD.sub("_", path), short):
        if not key_problem(name) and len(name) <= LONGEST and name.casefold() not in taken:
            break
    taken.add(name.casefold())
    return name


def _copied(root: Root, inventory: Inventory, logical: str, out: LaidOut, target: str) -> str:
    """Copy one file of the newest version, its digest checked; gives its SHA-256."""
    digest = inventory.state.get(logical)
    if digest is None:
        raise OfficeError("archive.no_file", object=inventory.id, path=logical)
    content = inventory.content_path(digest)
    sha256 = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in root.chunks(object_folder(inventory.id), content):
            sha256.update(piece)
            yield piece

    if out.put(target, pieces()) != digest:
        raise OfficeError("archive.damaged", object=inventory.id, path=content)
    return sha256.hexdigest()


def readme(given: GivenDossier, archive: str, by: str, at: datetime, recipient: str = "") -> bytes:
    """LEEME.txt of what was given: by whom, to whom, when (with offset), from which archive, and what is restricted."""
    deposit = given.deposit
    volumes = volumes_of(deposit.documents)
    paths = {file.document: file for file in given.files if file.document}
    documents = "\n".join(
        _document_lines(one, paths[one.id], place_words(volumes, one.id))
        for one in deposit.documents
        if one.id in paths
    )
    attachments = "\n".join(f"  {one.path}\n    SHA-256 {one.sha256}" for one in given.files if not one.document)
    practice = "PRÁCTICA: SIN VALOR\n\n" if deposit.practice else ""
    to = f"\nEntregado a     {' '.join(recipient.split())}" if recipient.strip() else ""
    return f"""{practice}EJEMPLAR DE CONSULTA DE UN EXPEDIENTE ARCHIVADO

{deposit.title}

CITE            {deposit.cite}
Hoja de ruta    {deposit.slip or "ninguna"}
Entidad         {deposit.entity_name}
Unidad          {deposit.unit_name}
Fojas           {deposit.folios} en {len(volumes)} {"tomo" if len(volumes) == 1 else "tomos"}
Entregado por   {by}, {archive}{to}
Fecha           {at.isoformat(timespec="minutes")}

Acceso
{_access_lines(deposit)}
  Este ejemplar no omite ni tacha nada: quien lo entrega a otros responde por lo que contiene.

Documentos
{documents}

Adjuntos
{attachments or "  ninguno"}

Cómo comprobarlo
  verificacion.pdf dice qué vale cada firma, comprobado al entregar este ejemplar. Cada PDF lleva sus firmas y sellos de tiempo: cualquier
  programa que conozca PAdES los comprueba sin este archivo ni su programa. La suma SHA-256 de cada adjunto está impresa en el documento que
  lo lista. descripcion.xml es la descripción archivística (EAD, elementos de la ISAD(G)).

De dónde viene
  Objeto          {given.object}, versión {given.version}
  Inventario      SHA-512 {given.inventory_sha512}
""".encode()


def _document_lines(document: DepositDocument, file: GivenFile, place: str) -> str:
    signers = ", ".join(document.signers) or "nadie de la entidad"
    return (
        f"  {document.cite}  {document.day.isoformat()}  {document.subject}\n"
        f"    {file.path}\n"
        f"    Firmado por {signers}. {place}. Acceso: {ACCESS_WORDS[document.access]}.\n"
        f"    SHA-256 {file.sha256}"
    )


def _access_lines(deposit: Deposit) -> str:
    """The dossier's class, and the documents that not everybody may see."""
    lines = [f"  El expediente: {ACCESS_WORDS[deposit.access]}."]
    closed = [one for one in deposit.documents if one.access >= RESTRICTED]
    lines += [f"  Restringido: {one.cite} ({ACCESS_WORDS[one.access]})." for one in closed]
    lines += [] if closed else ["  Ningún documento está clasificado como reservado, confidencial o secreto."]
    return "\n".join(lines)
