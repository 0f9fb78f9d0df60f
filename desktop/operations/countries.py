"""Where each country publishes whom it trusts: data for whoever imports an anchor (resources/trust/countries.toml). Trusts nothing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Publication:
    """``code``: ISO 3166-1 alpha-2, or EU. ``kind``: ``root``, ``list`` or ``accredited``. ``place``: where to look, as text."""

    code: str
    country: str
    kind: str
    publisher: str
    place: str
    root: str = ""
    note: str = ""


@cache
def load_countries(resources: Path) -> tuple[Publication, ...]:
    """Every row, in the order of the codes."""
    rows = tomllib.loads((resources / "trust" / "countries.toml").read_text("utf-8"))
    return tuple(Publication(code, **row) for code, row in sorted(rows.items()))


def publication_of(resources: Path, common_name: str) -> Publication | None:
    """The publication whose root bears that common name: a named root. None for others."""
    wanted = " ".join(common_name.split()).casefold()
    rows = load_countries(resources)
    return next((row for row in rows if row.root and row.root.casefold() == wanted), None)
