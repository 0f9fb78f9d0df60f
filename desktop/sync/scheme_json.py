"""The classification scheme inside the directory, as JSON and back (docs/formats/exchange.md, "Directory")."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.records.documents import AccessClass
from desktop.records.events import Json
from desktop.records.series import Disposition, Phases, Series, SeriesLevel


def scheme_payload(row: Series) -> dict[str, Json]:
    """The JSON object of one row; members that say nothing are left out."""
    phases = {"office": row.phases.office, "central": row.phases.central, "intermediate": row.phases.intermediate}
    optional: dict[str, Json] = {
        "parent": row.parent,
        "phases": {name: years for name, years in phases.items() if years is not None},
        "norm": row.norm,
        "access": int(row.access),
        "kinds": list(row.kinds),
        "units": list(row.units),
    }
    return {
        "id": row.id,
        "code": row.code,
        "title": row.title,
        "level": row.level.value,
        "disposition": row.disposition.value,
        **{name: value for name, value in optional.items() if value},
    }


def read_series(item: Mapping[str, Json]) -> Series:
    """Read one back. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is none: the directory says ``malformed``."""
    phases = item.get("phases", {})
    return Series(
        id=_text(item["id"]),
        code=_text(item["code"]),
        title=_text(item["title"]),
        parent=None if item.get("parent") is None else _text(item["parent"]),
        level=SeriesLevel(item["level"]),
        phases=Phases(_years(phases, "office"), _years(phases, "central"), _years(phases, "intermediate")),
        disposition=Disposition(item["disposition"]),
        norm=_text(item.get("norm", "")),
        access=AccessClass(item.get("access", 0)),
        kinds=tuple(_text(kind) for kind in item.get("kinds", ())),
        units=tuple(_text(unit) for unit in item.get("units", ())),
    )


def _years(phases: Mapping[str, Json], name: str) -> int | None:
    years = phases.get(name)
    if years is None:
        return None
    if not isinstance(years, int) or isinstance(years, bool) or not 0 <= years <= 200:
        raise ValueError("years")
    return years


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value
