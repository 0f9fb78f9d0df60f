"""Check boxes and radio buttons whose states were drawn anew: the mark must be one, and stand where it stood (ISO 32000-1 §12.7.4.2).

iText and others draw the state that they set again, in their own manner; what it says must not turn round.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from signing.raster import darker, uneven

from .appearance import Shown
from .strokes import Stroke

_MARGIN = 0.22  # of each side: frames stand there, round ones too
_TONE = 48  # of 255 greys
_MARK, _CLEAN = 0.03, 0.01  # parts of what is inside the frame
_PARTS = 3  # strokes that make one mark
_BENDS = 24  # curves and lines of one stroke
_CROSSES = frozenset("Xx")


def is_mark(shown: Shown, off: Shown) -> bool:
    """Whether a picture is one mark, beside what the state ``off`` shows as well, and nothing that could be read."""
    if shown.pictures or shown.layered or not shown.legible or shown.turn is None or not marks(shown, off):
        return False
    drawn = [one for one in shown.strokes if not one.is_frame(shown.size) and not _is_in(one, off)]
    if shown.text:
        return not drawn and len(shown.text) == 1 and _is_sign(shown.text)
    return len(drawn) <= _PARTS and all(_is_short(one) for one in drawn) and _lie_over_each_other(drawn)


def is_empty(shown: Shown) -> bool:
    """Whether a picture is no more than a frame and a ground."""
    if shown.pictures or shown.layered or shown.text:
        return False
    return uneven(shown.picture, _MARGIN, _TONE) <= _CLEAN


def marks(on: Shown, off: Shown) -> bool:
    """Whether one picture shows ink inside its frame where the other shows none."""
    return darker(off.picture, on.picture, _MARGIN, _TONE) >= _MARK


def _is_sign(letter: str) -> bool:
    return letter in _CROSSES or unicodedata.category(letter) == "So"


def _is_in(stroke: Stroke, off: Shown) -> bool:
    return any(one.points == stroke.points for one in off.strokes)


def _is_short(stroke: Stroke) -> bool:
    return stroke.curves + stroke.lines <= _BENDS


def _lie_over_each_other(strokes: list[Stroke]) -> bool:
    """Strokes beside or below each other could be letters."""
    return all(_overlap(one, other, 0) and _overlap(one, other, 1) for one, other in pairwise(strokes))


def _overlap(one: Stroke, other: Stroke, axis: int) -> bool:
    first, second = (one.box[axis], one.box[axis + 2]), (other.box[axis], other.box[axis + 2])
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return shared >= min(first[1] - first[0], second[1] - second[0]) / 2
