"""--stamp and what belongs to it: where the stamp goes in files that have no field for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from desktop.resources import find_resources
from signing.errors import SigningError

if TYPE_CHECKING:
    from signing.placement import Placed, Wish


@dataclass(frozen=True, slots=True)
class StampLook:
    """How the stamp is wished. ``wish`` None: only fields that are there are stamped."""

    shown: bool = False
    wish: Wish | None = None
    image: bytes = b""
    delegation: str = ""

    def places(self, files: Sequence[Path]) -> dict[Path, Placed]:
        """A free place in each file; what cannot be read gets none, pre-flight says why. Raises SigningError ``stamp.…``."""
        if self.image:
            from signing.pictures import picture_ratio

            picture_ratio(self.image)
        if self.wish is None:
            return {}
        from desktop.operations.stamp_places import place_in
        from signing.sandbox import Verifier

        found: dict[Path, Placed] = {}
        with Verifier() as verifier:
            for path in files:
                try:
                    found[path] = place_in(verifier, path, self.wish)
                except SigningError as error:
                    if not error.code.startswith("file."):
                        raise
        return found


def placement_wish(preset: str, at: str) -> Wish | None:
    """The wish of ``--place`` and ``--at``. Raises ``stamp.unknown_preset``, BadParameter."""
    if not preset and not at:
        return None
    from dataclasses import replace

    from desktop.operations.stamp_places import FOREIGN, load_presets, wish_for

    wish = wish_for(load_presets(find_resources()), preset or FOREIGN)
    if not at:
        return wish
    try:
        page, left, bottom, *size = (float(part) for part in at.split(","))
    except ValueError as error:
        raise typer.BadParameter("--at: HOJA,IZQUIERDA,ABAJO o HOJA,IZQUIERDA,ABAJO,ANCHO,ALTO en mm") from error
    if len(size) not in (0, 2):
        raise typer.BadParameter("--at: escriba también el alto, o ninguno de los dos")
    width, height = size or (wish.width, wish.height)
    return replace(wish, page=int(page), at=(left, bottom), width=width, height=height)
