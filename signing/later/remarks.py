"""What a remark's picture may draw: a marking is as simple as what it marks, an icon is small (Mladenov et al. 2021, IV-A).

Outlines of letters are no text for any program; people read them.
"""

from __future__ import annotations

from .appearance import Shown

_MARKINGS = frozenset({"/Highlight", "/Underline", "/StrikeOut", "/Squiggly"})
_ICON = 40.0  # points: the longest side of what may be drawn as it likes
_STROKES, _BENDS = 4, 24  # for each quadrilateral: paths, and curves and lines in them


def writes(kind: str, shown: Shown, quadrilaterals: int) -> bool:
    """Whether a picture shows text, an image, or so much that it could be writing."""
    if shown.text or shown.pictures or shown.layered:
        return True
    if kind not in _MARKINGS and max(shown.size) <= _ICON:
        return False
    marked = max(quadrilaterals, 1)
    if len(shown.strokes) > _STROKES * marked:
        return True
    curves, lines = sum(one.curves for one in shown.strokes), sum(one.lines for one in shown.strokes)
    return curves + (0 if kind == "/Squiggly" else lines) > _BENDS * marked  # a wavy line has as many lines as it likes
