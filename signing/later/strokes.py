"""Lines and curves of an appearance that was put alone on a page: frame, ground, divider, or something that could be a sign.

What frames a field runs along its edges from one end to the other.
Everything else could be a digit, a decimal point or a line through text.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_STRIP = 4.0  # points along an edge in which a frame may lie
_WIDEST = 8.0  # of its lines: what lies on the edge itself is half outside
_NARROW = 0.2  # part of a small field that such a strip may take
_ROUNDED = 0.05
_LONG = 0.8  # part of an edge that a line of its frame takes at least

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Stroke:
    """One part of a path, from where the pen is set down; in points of the page. ``curves``, ``lines``: segments."""

    points: tuple[Point, ...]
    curves: int
    lines: int
    width: float  # of the line, 0 where nothing is stroked

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        across, up = [x for x, _ in self.points], [y for _, y in self.points]
        return min(across), min(up), max(across), max(up)

    @property
    def _segments(self) -> list[tuple[Point, Point]]:
        """All that are longer than nothing: closing a path may add one."""
        return [pair for pair in pairwise(self.points) if pair[0] != pair[1]]

    def shifted(self, across: float, up: float) -> Stroke:
        """The same elsewhere."""
        return replace(self, points=tuple((x + across, y + up) for x, y in self.points))

    def is_frame(self, size: Point) -> bool:
        """Whether all of it lies along the edges of a field of that size, without a curve."""
        if self.curves or self.width > _WIDEST:
            return False
        strips = [min(_STRIP, length * _NARROW) + _ROUNDED for length in size]
        left, bottom, right, top = self.box
        inner = [length - 2 * strip for length, strip in zip(size, strips, strict=True)]
        goes_round = right - left >= inner[0] and top - bottom >= inner[1]  # as the edges of a sunken or raised field
        long = inner if goes_round else [_LONG * length for length in size]
        return all(_along(one, other, size, strips, long) for one, other in self._segments)

    def dividers(self, size: Point) -> list[float] | None:
        """Where upright lines from edge to edge stand, as parts of the width; None where it is something else."""
        pairs = self._segments
        upright = [
            one[0] / size[0]
            for one, other in pairs
            if abs(one[0] - other[0]) < 0.01 and abs(one[1] - other[1]) >= _LONG * size[1]
        ]
        return None if self.curves or self.width > _WIDEST or len(upright) != len(pairs) else upright


def strokes_of(page: pypdfium2.PdfPage) -> Iterator[Stroke]:
    """Everything that paths paint on the page, and what they are clipped by (a ground that is clipped is what the clip is)."""
    for found in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=15):
        outer = _outer(found)
        matrix = _times(tuple(found.get_matrix().get()), outer)
        fill, stroked = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(found.raw, fill, stroked)
        width = ctypes.c_float()
        pdfium.FPDFPageObj_GetStrokeWidth(found.raw, width)
        drawn = width.value * max(map(abs, matrix[:4])) if stroked.value else 0.0
        count = pdfium.FPDFPath_CountSegments(found.raw)
        parts = [pdfium.FPDFPath_GetPathSegment(found.raw, at) for at in range(count)]
        yield from _strokes(parts, matrix, drawn)
        yield from _clips(found, outer)


def _clips(found: Any, outer: Matrix) -> Iterator[Stroke]:
    clip = pdfium.FPDFPageObj_GetClipPath(found.raw)
    for index in range(max(pdfium.FPDFClipPath_CountPaths(clip), 0) if clip else 0):
        count = pdfium.FPDFClipPath_CountPathSegments(clip, index)
        yield from _strokes([pdfium.FPDFClipPath_GetPathSegment(clip, index, at) for at in range(count)], outer, 0.0)


def _strokes(segments: list[Any], matrix: Matrix, width: float) -> Iterator[Stroke]:
    points: list[Point] = []
    curves = lines = 0
    for segment in segments:
        kind = pdfium.FPDFPathSegment_GetType(segment)
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == pdfium.FPDF_SEGMENT_MOVETO and points:
            yield Stroke(tuple(points), curves, lines, width)
            points, curves, lines = [], 0, 0
        points.append(_moved((x.value, y.value), matrix))
        curves += kind == pdfium.FPDF_SEGMENT_BEZIERTO
        lines += kind == pdfium.FPDF_SEGMENT_LINETO
        if pdfium.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if points:
        yield Stroke(tuple(points), curves, lines, width)


def _outer(found: Any) -> Matrix:
    """From the space of the form XObject in which an object stands to the page."""
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    holder = found.container
    while holder is not None:
        matrix = _times(matrix, tuple(holder.get_matrix().get()))
        holder = holder.container
    return matrix


def _times(one: Any, other: Any) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _moved(point: Point, matrix: Matrix) -> Point:
    (x, y), (a, b, c, d, e, f) = point, matrix
    return a * x + c * y + e, b * x + d * y + f


def _along(one: Point, other: Point, size: Point, strips: list[float], long: list[float]) -> bool:
    """Whether a segment lies in the strip of one edge and is as long as it must be, or lies in a corner."""
    near = [_is_near(one[axis], other[axis], size[axis], strips[axis]) for axis in (0, 1)]
    runs = [abs(one[axis] - other[axis]) >= long[axis] for axis in (0, 1)]
    return (near[0] and near[1]) or (near[0] and runs[1]) or (near[1] and runs[0])


def _is_near(one: float, other: float, length: float, strip: float) -> bool:
    """Whether both lie at the same end."""
    return max(one, other) <= strip or min(one, other) >= length - strip
