"""The classification scheme (*cuadro de clasificación*) of an entity: fonds, sections, series, each with how long and why it is kept.

It is data of the entity, distributed with the directory. The program ships none and disposes of nothing: a row says what a
commission decided, and under which rule (``norm``). ISAD(G) 3.1.4 names the levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from .documents import AccessClass
from .errors import OfficeError


class SeriesLevel(StrEnum):
    """ISAD(G) levels of description above the dossier. The value travels."""

    FONDS = "fonds"
    SECTION = "section"
    SERIES = "series"
    SUBSERIES = "subseries"


class Disposition(StrEnum):
    """What becomes of a series in the end. There is no value for destruction: that takes an act of a commission, not a program."""

    PENDING = "pending"  # pendiente de valoración
    PERMANENT = "permanent"  # conservación permanente


@dataclass(frozen=True, slots=True)
class Phases:
    """Years in each archive (*de gestión, central, intermedio*); None where nobody decided."""

    office: int | None = None
    central: int | None = None
    intermediate: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One row of the scheme. ``id`` is a ULID; ``code`` is printed (*código de referencia*); ``parent`` is the row above.

    ``kinds`` are the types of document that go here when nobody says otherwise; ``units`` whose dossiers, all when empty.
    """

    id: str
    code: str
    title: str
    parent: str | None = None
    level: SeriesLevel = SeriesLevel.SERIES
    phases: Phases = Phases()
    disposition: Disposition = Disposition.PENDING
    norm: str = ""
    access: AccessClass = AccessClass.UNCLASSIFIED
    kinds: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


def path_of(scheme: Iterable[Series], series_id: str) -> tuple[Series, ...]:
    """From the fonds down to that row. Raises ``series.unknown``."""
    rows = {row.id: row for row in scheme}
    found: list[Series] = []
    wanted: str | None = series_id
    while wanted is not None:
        row = rows.get(wanted)
        if row is None or row in found:
            raise OfficeError("series.unknown", series=series_id)
        found.append(row)
        wanted = row.parent
    return tuple(reversed(found))


def usual_series(scheme: Iterable[Series], *, kind: str, unit: str) -> Series | None:
    """The row for a document of that kind made in that unit: one that names both before one that names the kind alone.

    None where no row names the kind, or several do equally: then a person chooses.
    """
    holding = [row for row in scheme if row.level in HOLDS_DOSSIERS and kind in row.kinds]
    for fitting in ([row for row in holding if unit in row.units], [row for row in holding if not row.units]):
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def require_consistent_scheme(scheme: Iterable[Series]) -> None:
    """Ids and codes once each; every parent exists, stands above its child, and leads to an end. Raises ``directory.inconsistent``."""
    listed = tuple(scheme)
    rows: Mapping[str, Series] = {row.id: row for row in listed}
    if len(rows) != len(listed) or len({row.code for row in listed}) != len(listed):
        raise OfficeError("directory.inconsistent", what="series", reason="twice")
    for row in listed:
        if not (row.id and row.code.strip() and row.title.strip()):
            raise OfficeError("directory.inconsistent", what="series", reason="unknown")
        if row.disposition is not Disposition.PENDING and not row.norm.strip():
            raise OfficeError("directory.inconsistent", what="series_norm", reason="unknown")
        if row.parent is not None:
            above = rows.get(row.parent)
            if above is None or not _stands_above(above.level, row.level):
                raise OfficeError("directory.inconsistent", what="series", reason="unknown")
            try:
                path_of(listed, row.id)
            except OfficeError:
                raise OfficeError("directory.inconsistent", what="series", reason="cycle") from None


def _stands_above(upper: SeriesLevel, lower: SeriesLevel) -> bool:
    """Sections may lie in sections, nothing else in its like."""
    return _DEPTH[upper] < _DEPTH[lower] or upper is lower is SeriesLevel.SECTION


HOLDS_DOSSIERS = frozenset({SeriesLevel.SERIES, SeriesLevel.SUBSERIES})
_DEPTH = {level: depth for depth, level in enumerate(SeriesLevel)}
