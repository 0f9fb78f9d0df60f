"""Where things lie in a stamp: the one place that knows, for the page source and for the code that is drawn beside its text. Points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

BORDER = 0.75
_WHITE = 4  # ISO/IEC 18004: four modules are kept white on every side


@dataclass(frozen=True, slots=True)
class Layout:
    """``code`` is the side of the QR code, 0 for none; ``code_x`` and ``code_y`` its lower left corner; ``quiet`` the white beside it."""

    width: float
    height: float
    foot: float
    pad_x: float
    pad_y: float
    code: float = 0.0
    code_x: float = 0.0
    code_y: float = 0.0
    quiet: float = 0.0

    @property
    def inner(self) -> float:
        """Height between the paddings."""
        return self.height - BORDER / 2 - self.foot - 2 * self.pad_y


def lay_out(width: float, height: float, modules: int) -> Layout:
    """The layout of a field of that size; ``modules``: the QR code's rows, 0 for none.

    The page may draw its own line right below the field, so the foot stays clear of it.
    """
    foot = min(3.5, height * 0.06)
    pad_x = max(3.0, min(7.0, height * 0.1))
    plain = Layout(width, height, foot, pad_x, min(5.0, pad_x))
    if not modules:
        return plain
    side = min((height - BORDER / 2 - foot - 2 * BORDER) / (1 + 2 * _WHITE / modules), width * 0.3)
    quiet = max(pad_x, _WHITE * side / modules)
    top = BORDER / 2 + plain.pad_y + (plain.inner - side) / 2
    return Layout(
        width, height, foot, pad_x, plain.pad_y, side, width - BORDER / 2 - quiet - side, height - top - side, quiet
    )


@lru_cache(maxsize=256)
def code_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """The modules of the QR code (ISO/IEC 18004, error correction M); empty for no text."""
    if not text:
        return ()
    import segno

    return tuple(tuple(bool(cell) for cell in row) for row in segno.make_qr(text, error="m").matrix)


def draw_code(layout: Layout, rows: tuple[tuple[bool, ...], ...]) -> bytes:
    """Content operators of the code: black runs in DeviceGray, which every output intent allows (ISO 19005-2 §6.2.4.3)."""
    if not rows:
        return b""
    unit = layout.code / len(rows)
    runs = [b"q 0 g"]
    for number, row in enumerate(rows):
        bottom = layout.code_y + layout.code - (number + 1) * unit
        runs += [
            b"%.4f %.4f %.4f %.4f re" % (layout.code_x + start * unit, bottom, length * unit, unit)
            for start, length in _runs(row)
        ]
    return b"\n".join([*runs, b"f Q"])


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Start and length of each black run."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, dark in enumerate((*row, False)):
        if dark and start is None:
            start = place
        elif not dark and start is not None:
            found.append((start, place - start))
            start = None
    return found
