"""Where a stamp goes by kind of document: presets as data, and the place found for one file without opening it in this process."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop.records.errors import OfficeError
from signing.placement import Anchor, PageLayout, Placed, Wish, place

if TYPE_CHECKING:
    from signing.sandbox import Verifier

FOREIGN = "ajeno"
_SIZES = ("width", "height", "margin")


def load_presets(resources: Path) -> Mapping[str, Wish]:
    """``stamps/presets.toml`` of the resources. Raises ``stamp.bad_presets`` with the table at fault."""
    path = resources / "stamps" / "presets.toml"
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise OfficeError("stamp.bad_presets", file=path.name, preset="") from error
    return {name: _wish(path, name, table) for name, table in tables.items()}


def wish_for(presets: Mapping[str, Wish], kind: str) -> Wish:
    """The preset of that kind. Raises ``stamp.unknown_preset``."""
    if kind not in presets:
        raise OfficeError("stamp.unknown_preset", preset=kind, known=", ".join(sorted(presets)))
    return presets[kind]


def place_in(verifier: Verifier, path: Path, wish: Wish) -> Placed:
    """A free place in that file, whose pages are read in the killable child. Raises as ``signing.placement.place``, and ``file.…``."""
    _, pages = verifier.layout(path, 0)

    def layout_of(page: int) -> PageLayout:
        return verifier.layout(path, page)[0]

    return place(wish, pages, layout_of)


def _wish(path: Path, name: str, table: Any) -> Wish:
    try:
        sizes = {key: float(table[key]) for key in _SIZES if key in table}
        if set(table) - {"page", "anchor", *_SIZES} or not all(0 < size <= 300 for size in sizes.values()):
            raise ValueError(name)
        wish = Wish(page=int(table.get("page", -1)), anchor=Anchor(table.get("anchor", Anchor.UNDER_TEXT)))
        return replace(
            wish,
            width=sizes.get("width", wish.width),
            height=sizes.get("height", wish.height),
            margin=sizes.get("margin", wish.margin),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise OfficeError("stamp.bad_presets", file=path.name, preset=name) from error
