"""``indice.csv`` and ``LEEME.txt`` beside a root: for whoever comes with a file browser. Both can be rebuilt at any time."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from dataclasses import astuple, dataclass, fields, replace

from desktop.records.errors import OfficeError

from .description import ACCESS_WORDS, dates_of
from .inventory import object_folder
from .manifest import Deposit
from .reading import deposit_of
from .restriction import restriction_at
from .roots import Root

INDEX = "indice.csv"
README = "LEEME.txt"
WITHHELD = "(expediente restringido)"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would take the cell for a formula


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One dossier; the field names are the columns."""

    identificador: str
    cite: str
    hoja_de_ruta: str
    titulo: str
    unidad: str
    desde: str
    hasta: str
    fojas: str
    acceso: str
    practica: str
    carpeta: str


def refresh(root: Root, *, again: Collection[str] | None = ()) -> int:
    """Bring the index up to the objects that are there; gives the number of rows.

    Rows that are there already are kept as they are, but for the folders to be read ``again``; None reads every object.
    """
    known = {row.carpeta: row for row in read_index(root)} if again is not None else {}
    for folder in again or ():
        known.pop(f"root/{folder}", None)
    rows = []
    for folder in root.object_folders():
        row = known.get(f"root/{folder}") or _row(root, folder)
        if row is not None:
            rows.append(row)
    root.write_beside(INDEX, index_csv(rows))
    root.write_beside(README, ROOT_README)
    return len(rows)


def read_index(root: Root) -> list[IndexRow]:
    """The rows as they stand; none when the index is missing or is not ours."""
    data = root.read_beside(INDEX)
    try:
        lines = list(csv.reader(io.StringIO((data or b"").decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return []
    if not lines or lines[0] != [field.name for field in fields(IndexRow)]:
        return []
    return [IndexRow(*(_undone(cell) for cell in line)) for line in lines[1:] if len(line) == len(lines[0])]


def _row(root: Root, folder: str) -> IndexRow | None:
    """From the object's own manifest; None for an object that cannot be read (fixity tells it)."""
    try:
        inventory = root.inventory_at(folder)
        deposit = deposit_of(root, inventory.id)
        restriction = restriction_at(root, inventory.id)
    except OfficeError as error:
        if error.code.startswith("storage."):
            raise
        return None
    row = row_of(deposit, inventory.id)
    return withheld(row) if restriction is not None and restriction.restricted else row


def withheld(row: IndexRow) -> IndexRow:
    """The row of a restricted dossier: that it is there, and nothing of what it is about."""
    return replace(row, cite="", hoja_de_ruta="", titulo=WITHHELD, acceso="Restringida")


def row_of(deposit: Deposit, object_id: str) -> IndexRow:
    """The dossier's row."""
    first, last = dates_of(deposit)
    return IndexRow(
        identificador=object_id,
        cite=deposit.cite,
        hoja_de_ruta=deposit.slip,
        titulo=deposit.title,
        unidad=deposit.unit_name,
        desde=first,
        hasta=last,
        fojas=str(deposit.folios),
        acceso=ACCESS_WORDS[deposit.access],
        practica="sí" if deposit.practice else "no",
        carpeta=f"root/{object_folder(object_id)}",
    )


def index_csv(rows: Iterable[IndexRow]) -> bytes:
    """RFC 4180, UTF-8 with a mark so that spreadsheets see the accents."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([field.name for field in fields(IndexRow)])
    for row in sorted(rows, key=lambda row: (row.unidad, row.desde, row.cite, row.identificador)):
        writer.writerow([harmless(cell) for cell in astuple(row)])
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith((*_DANGEROUS, "'")) else cell


def _undone(cell: str) -> str:
    return cell.removeprefix("'")


ROOT_README = """ARCHIVO DE DOCUMENTOS ELECTRÓNICOS

Esta carpeta se lee sin ningún programa especial.

indice.csv   un renglón por expediente: identificador, CITE, hoja de ruta, título, unidad, fechas, fojas, acceso y carpeta.
             Se abre con cualquier planilla de cálculo.
root/        los expedientes. Cada uno está en la carpeta que dice el índice, en el formato OCFL 1.1 (https://ocfl.io/1.1/spec/):
             v1/content/ es el expediente como ingresó (paquete E-ARK; empiece por documentation/LEEME.txt);
             v2/content/, v3/content/ … son lo que se agregó después, por ejemplo sellos de tiempo nuevos;
             inventory.json dice qué archivos componen cada versión, con la suma SHA-512 de cada uno.
comprobar.sh prueba un expediente en cualquier Linux sin el programa: la raíz, cada archivo, cada firma y cada sello de tiempo.
             sh comprobar.sh (sin nada más) explica cómo.
work/        espacio de trabajo del custodio. Puede estar vacía.

Nada se borra ni se modifica dentro de root/. Quien agrega expedientes es el custodio del archivo, con el programa.
Este archivo y el índice se pueden volver a hacer a partir de root/.
""".encode()
