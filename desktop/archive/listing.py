"""What an archive holds, as an archivist lists it: by series, with folios and volumes, and the digest by which each can be proven."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from desktop.drafting.body import Block, Body, Paragraph, Runs, Table, plain
from desktop.records.documents import AccessClass
from desktop.store.catalogue_rows import Shelved

from .description import ACCESS_WORDS, LEVEL_WORDS
from .index import WITHHELD, harmless
from .manifest import SchemeRow
from .volumes import Leaf, volumes_of

COLUMNS = (
    "numero", "serie", "identificador", "cite", "hoja_de_ruta", "titulo", "unidad", "desde", "hasta", "documentos", "fojas", "tomos",
    "acceso", "ingreso", "version", "inventario_sha512",
)  # fmt: skip
NO_SERIES = "Sin serie asignada"


@dataclass(frozen=True, slots=True)
class Listed:
    """A dossier of the archive. ``told_cite``, ``told_title`` and ``told_slip`` are what its deposit says.

    ``path`` is its place in the scheme, from the fonds down; ``days`` first and last of its documents, ISO 8601; ``leaves`` the documents
    with their folios. ``entered`` is when v1 was made; ``versions`` the SHA-512 of each version's inventory, v1 first.
    """

    object: str
    unit: str
    unit_name: str
    told_cite: str
    told_title: str
    told_slip: str
    path: tuple[SchemeRow, ...]
    days: tuple[str, str]
    documents: int
    folios: int
    leaves: tuple[Leaf, ...]
    access_class: AccessClass
    entered: datetime
    versions: tuple[str, ...]
    restricted: bool = False

    @classmethod
    def of(cls, shelved: Shelved) -> Listed:
        """As the catalogue has it."""
        it = shelved.dossier
        return cls(
            it.object, it.unit, it.unit_name, it.cite, it.title, it.slip, tuple(SchemeRow(*row) for row in shelved.path),
            (it.since, it.until), it.documents, it.folios, tuple(Leaf(*one) for one in shelved.folios), AccessClass(it.access),
            datetime.fromisoformat(it.received), shelved.inventories, it.restricted,
        )  # fmt: skip

    @property
    def cite(self) -> str:
        """Empty for one that is restricted: a list circulates."""
        return "" if self.restricted else self.told_cite

    @property
    def slip(self) -> str:
        """The same of its hoja de ruta."""
        return "" if self.restricted else self.told_slip

    @property
    def title(self) -> str:
        """What it is about, but for one that is restricted."""
        return WITHHELD if self.restricted else self.told_title

    @property
    def access(self) -> str:
        """In words."""
        return "Restringida" if self.restricted else ACCESS_WORDS[self.access_class]

    @property
    def volumes(self) -> int:
        """How many volumes its folios make."""
        return len(volumes_of(self.leaves))

    @property
    def series(self) -> SchemeRow | None:
        """The row of the classification scheme in which it lies."""
        return self.path[-1] if self.path else None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dossiers: objects (all where none is named), of a unit's id, below a series' code, that came in those days, both counted."""

    objects: frozenset[str] = frozenset()
    unit: str = ""
    series: str = ""
    since: date | None = None
    until: date | None = None

    def takes(self, item: Listed, came: date) -> bool:
        """Whether it is one of them. ``came``: the day on which it came, in the entity's zone."""
        codes = {row.code for row in item.path}
        return (
            (not self.objects or item.object in self.objects)
            and self.unit in ("", item.unit)
            and (not self.series or self.series in codes)
            and (self.since is None or came >= self.since)
            and (self.until is None or came <= self.until)
        )


@dataclass(frozen=True, slots=True)
class Extent:
    """How much they are together."""

    dossiers: int
    folios: int
    volumes: int
    first: str
    last: str

    @classmethod
    def of(cls, items: Sequence[Listed]) -> Extent:
        """Of at least one dossier."""
        days = [item.days for item in items]
        return cls(
            len(items),
            sum(item.folios for item in items),
            sum(item.volumes for item in items),
            min(first for first, _ in days),
            max(last for _, last in days),
        )

    @property
    def words(self) -> str:
        """As it is printed."""
        parts = ((self.dossiers, "expediente"), (self.folios, "foja"), (self.volumes, "tomo"))
        return ", ".join(f"{count} {name if count == 1 else f'{name}s'}" for count, name in parts)


def in_order(items: Iterable[Listed]) -> list[Listed]:
    """By series (what has none last), unit, first day and CITE."""

    def place(item: Listed) -> tuple[bool, tuple[str, ...], str, str, str, str]:
        path = tuple(row.code for row in item.path)
        return (not path, path, item.unit_name, item.days[0], item.told_cite, item.object)

    return sorted(items, key=place)


def listing_csv(items: Iterable[Listed]) -> bytes:
    """RFC 4180, UTF-8 with a mark; the newest version and its inventory's digest."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for number, item in enumerate(items, 1):
        cells = (
            str(number), " / ".join(row.code for row in item.path), item.object, item.cite,
            item.slip, item.title, item.unit_name, *item.days, str(item.documents),
            str(item.folios), str(item.volumes), item.access, item.entered.isoformat(timespec="seconds"),
            f"v{len(item.versions)}", item.versions[-1],
        )  # fmt: skip
        writer.writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def listing_body(items: Sequence[Listed], opening: str, *, as_they_came: bool) -> Body:
    """The text of an inventory or an acta: a table for each series, then the digests.

    ``as_they_came``: those of version 1, which the receipts name; otherwise those of the newest.
    """
    blocks: list[Block] = [Paragraph(plain(opening))]
    numbers = {item.object: str(number) for number, item in enumerate(items, 1)}
    groups: dict[tuple[SchemeRow, ...], list[Listed]] = {}
    for item in items:
        groups.setdefault(item.path, []).append(item)
    for path, members in groups.items():
        rows = [_row(numbers[item.object], item) for item in members]
        blocks.append(_table(_caption(path), _HEADER, rows, (1, 6, 7, 3, 3, 2, 2, 3)))
    which = "con que ingresaron" if as_they_came else "de su versión más reciente"
    seals = [_seal(numbers[item.object], item, 0 if as_they_came else -1) for item in items]
    blocks.append(_table(f"Huellas (SHA-512) de los inventarios {which}", _SEALS, seals, (1, 6, 2, 9)))
    return Body(tuple(blocks))


_HEADER = ("N.º", "CITE", "Título", "Desde", "Hasta", "Fojas", "Tomos", "Acceso")
_SEALS = ("N.º", "Identificador", "Versión", "SHA-512")
_RIGHT = frozenset({"N.º", "Fojas", "Tomos"})


def _caption(path: Sequence[SchemeRow]) -> str:
    return " · ".join(f"{LEVEL_WORDS[row.level]} {row.code}, {row.title}" for row in path) or NO_SERIES


def _row(number: str, item: Listed) -> tuple[str, ...]:
    access = item.access.partition(" (")[0]
    return (number, item.cite or item.object, item.title, *item.days, str(item.folios), str(item.volumes), access)


def _seal(number: str, item: Listed, at: int) -> tuple[str, ...]:
    """The digest in groups, so that it can be read aloud and breaks between them."""
    digest = item.versions[at]
    version = f"v{len(item.versions) if at else 1}"
    return (number, item.object, version, " ".join(digest[start : start + 16] for start in range(0, len(digest), 16)))


def _table(caption: str, header: Sequence[str], rows: Iterable[Sequence[str]], widths: tuple[int, ...]) -> Table:
    aligns = tuple("right" if name in _RIGHT else "left" for name in header)
    return Table(_cells(header), tuple(_cells(row) for row in rows), caption, widths, aligns)


def _cells(texts: Iterable[str]) -> tuple[Runs, ...]:
    return tuple(plain(text) for text in texts)
