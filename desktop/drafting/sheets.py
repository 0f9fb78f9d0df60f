"""The sheets in use; sizes in millimetres (research: PLANT's util.js)."""

from __future__ import annotations

from enum import StrEnum


class Sheet(StrEnum):
    """A sheet by its name in the office."""

    CARTA = "carta"
    OFICIO = "oficio"
    A4 = "a4"
    LEGAL = "legal"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in millimetres."""
        return {"carta": (216, 279), "oficio": (216, 330), "a4": (210, 297), "legal": (216, 356)}[self.value]
