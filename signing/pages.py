"""What can be seen: pages of the signed revision against the pages of the file as it is now (pypdfium2).

Runs inside the limited child process. Bounded by a deadline, and says so when it was cut short. A page counts as changed when it
looks different outside the signature fields that the signer had already seen empty; filling those is what they were for.
"""

from __future__ import annotations

import ctypes
import logging
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import pypdfium2
import pypdfium2.raw as pdfium

from .drawn import opened
from .raster import Picture, PixelBox, differing_rows, hides
from .report import Change, ChangeKind, PageDifferences

logging.getLogger("pypdfium2").setLevel(
    logging.ERROR
)  # it warns of each XFA form, which is drawn without XFA all the same
_SCALE = 1.25  # 90 dots per inch: every letter of a 7 point text still differs
_MARGIN = 2  # pixels around a field: strokes and antialiasing
_MAX_PIXELS = 40_000_000
_APART = 6  # rows of equal pixels between two regions that differ
_REMARKS = frozenset(
    {
        pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_UNDERLINE,
        pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT, pdfium.FPDF_ANNOT_CARET,
    }
)  # fmt: skip

Box = tuple[
    float, float, float, float
]  # left, top, right, bottom in points from the upper left corner of the page as it is seen


@dataclass(frozen=True, slots=True)
class PageComparison:
    """``changed``: page numbers from 1 that look different. ``suspicious``: a difference that nothing permitted explains."""

    changed: tuple[int, ...] = ()
    suspicious: bool = False
    cut_short: bool = False
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page to be looked at: page from 1, rectangle in PDF's own coordinates (/Rect). ``strict``: see ``raster.hides``.

    ``own``: something already lay there, and what it drew itself may go.
    """

    page: int
    rect: tuple[float, float, float, float]
    strict: bool = True
    own: bool = False


def count_pages(data: bytes, *, password: str = "") -> int:
    """Number of pages, 0 where the renderer cannot tell."""
    try:
        with opened(data, password=password) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def compare_pages_of(
    data: bytes, end: int, *, deadline: float, password: str = "", changes: Sequence[Change] | None = None
) -> PageComparison:
    """Compare the revision that ends at ``end`` with the whole file. ``deadline`` is a ``time.monotonic`` value.

    ``changes``: what the analysis found. Fields that were filled and remarks explain a difference where such a change is permitted on that
    page; without ``changes`` every form field explains one.
    """
    try:
        with document_of(data, password, end) as before, document_of(data, password) as after:
            return _compare(before, after, deadline, changes)
    except pypdfium2.PdfiumError:
        return PageComparison(unreadable=True)


def differing_regions(data: bytes, end: int, page: int, *, password: str = "") -> PageDifferences:
    """Where page ``page`` (from 1) of the file looks different from the revision that ends at ``end``.

    The whole page where one of the two lacks it or has another size. Raises IndexError for a page that neither has, and PdfiumError
    where nothing can be drawn.
    """
    with document_of(data, password, end) as before, document_of(data, password) as after:
        if not 1 <= page <= max(len(before), len(after)):
            raise IndexError(page)
        return PageDifferences(len(before), len(after), _differing(before, after, page))


def _differing(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, page: int) -> tuple[Box, ...]:
    if page > min(len(before), len(after)):
        size = (before if page <= len(before) else after)[page - 1].get_size()
        return ((0.0, 0.0, *size),)
    with page_of(before, page - 1) as first, page_of(after, page - 1) as second:
        old, new = picture_of(first), picture_of(second)
        if (old.width, old.height) != (new.width, new.height):
            return ((0.0, 0.0, second.get_width(), second.get_height()),)
        scale = old.width / max(first.get_width(), 1.0)
        return tuple(_in_points(box, scale) for box in _regions(differing_rows(old, new)))


def covered(before: bytes, after: bytes, spots: Sequence[Spot], *, password: str = "") -> list[bool]:
    """For each spot whether ink of ``before`` cannot be read in ``after`` any more; True as well where that cannot be told."""
    answers = [True] * len(spots)
    try:
        with document_of(before, password) as first, document_of(after, password) as second:
            for number in {spot.page for spot in spots}:
                _look(
                    first, second, number, [(at, spot) for at, spot in enumerate(spots) if spot.page == number], answers
                )
    except pypdfium2.PdfiumError:
        return [True] * len(spots)
    return answers


def _look(
    before: pypdfium2.PdfDocument,
    after: pypdfium2.PdfDocument,
    number: int,
    spots: list[tuple[int, Spot]],
    answers: list[bool],
) -> None:
    if not 1 <= number <= min(len(before), len(after)):
        return
    with page_of(before, number - 1) as first, page_of(after, number - 1) as second:
        old, new = picture_of(first), picture_of(second)
        if (old.width, old.height) != (new.width, new.height):
            return
        below = picture_of(first, alone=True) if any(spot.own for _, spot in spots) else None
        for at, spot in spots:
            answers[at] = hides(
                old, new, _box(first, old, spot.rect), strict=spot.strict, below=below if spot.own else None
            )


def render_page(data: bytes, page: int, *, width: int, password: str = "", end: int | None = None) -> bytes:
    """PNG of a page (from 1), ``width`` pixels wide, of the revision that ends at ``end``; raises IndexError or PdfiumError."""
    with document_of(data, password, end) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        with page_of(document, page - 1) as leaf:
            points = max(leaf.get_width(), 1.0)
            scale = min(width / points, (_MAX_PIXELS / (points * max(leaf.get_height(), 1.0))) ** 0.5)
            bitmap = leaf.render(scale=scale, rev_byteorder=True, force_bitmap_format=pdfium.FPDFBitmap_BGR)
            try:
                return _png(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            finally:
                bitmap.close()


@contextmanager
def document_of(data: bytes, password: str, end: int | None = None) -> Iterator[pypdfium2.PdfDocument]:
    """A document with its forms, let go at the end. Raises what PDFium raises."""
    with opened(data, end, password=password) as document:
        document.init_forms()
        yield document


@contextmanager
def page_of(document: pypdfium2.PdfDocument, index: int) -> Iterator[pypdfium2.PdfPage]:
    """A page from 0, let go at the end. Raises what PDFium raises."""
    page = document[index]
    try:
        yield page
    finally:
        page.close()


def _compare(
    before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, deadline: float, changes: Sequence[Change] | None
) -> PageComparison:
    old, new = len(before), len(after)
    changed: list[int] = list(range(min(old, new) + 1, max(old, new) + 1))
    suspicious = bool(changed)
    cut_short = False
    for index in range(min(old, new)):
        if monotonic() > deadline:
            cut_short = True
            break
        seen, strange = _compare_page(before, after, index, _explaining(changes, index + 1))
        suspicious = suspicious or strange
        if seen:
            changed.append(index + 1)
    return PageComparison(tuple(sorted(changed)), suspicious, cut_short)


def _explaining(changes: Sequence[Change] | None, page: int) -> frozenset[ChangeKind]:
    """Kinds of permitted changes on that page, or of none in particular."""
    if changes is None:
        return frozenset({ChangeKind.FORM_FILLED})
    return frozenset(change.kind for change in changes if change.permitted and change.page in (0, page))


def _compare_page(
    before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, index: int, permitted: frozenset[ChangeKind]
) -> tuple[bool, bool]:
    """(looks different outside empty signature fields, and nothing permitted explains it)."""
    with page_of(before, index) as first, page_of(after, index) as second:
        old, new = picture_of(first), picture_of(second)
        if old == new:
            return False, False
        if (old.width, old.height) != (new.width, new.height):
            return True, True
        signing = {pdfium.FPDF_FORMFIELD_SIGNATURE}
        if ChangeKind.SIGNATURE in permitted:
            signing |= {
                -1,
                pdfium.FPDF_FORMFIELD_UNKNOWN,
            }  # a type that stands in the parent of a widget is not always found
        fields = list(_fields(first, old))
        signatures = [box for kind, box in fields if kind in signing]
        filled = ChangeKind.FORM_FILLED in permitted
        forms = [box for kind, box in fields if kind not in signing] if filled else []
        remarks = list(_remarks(second, new)) if ChangeKind.ANNOTATION in permitted else []
        known = set(signatures)
        added = [box for kind, box in _fields(second, new) if kind in signing and box not in known]
        harmless = [box for box in added if not hides(old, new, box, strict=True)]
        rows = differing_rows(old, new, signatures + harmless)
        return bool(rows), bool(rows and differing_rows(old, new, signatures + harmless + forms + remarks))


def picture_of(
    page: pypdfium2.PdfPage, *, alone: bool = False, scale: float = _SCALE, most: int = _MAX_PIXELS
) -> Picture:
    """``alone``: without fields and annotations; ``scale``: pixels for each point, less where that makes more than ``most``."""
    pixels = page.get_width() * page.get_height() * scale * scale
    scale = scale if pixels <= most else scale * (most / pixels) ** 0.5
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=not alone, draw_annots=not alone)
    try:
        raw, stride, width, height = bytes(bitmap.buffer), bitmap.stride, bitmap.width, bitmap.height
    finally:
        bitmap.close()
    grey = raw if stride == width else b"".join(raw[row * stride : row * stride + width] for row in range(height))
    return Picture(width, height, grey)


def _annotations(page: pypdfium2.PdfPage, picture: Picture) -> Iterator[tuple[int, object, PixelBox]]:
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            rect = pdfium.FS_RECTF()
            if pdfium.FPDFAnnot_GetRect(annotation, rect):
                box = _box(page, picture, (rect.left, rect.bottom, rect.right, rect.top))
                yield pdfium.FPDFAnnot_GetSubtype(annotation), annotation, box
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _fields(page: pypdfium2.PdfPage, picture: Picture) -> Iterator[tuple[int, PixelBox]]:
    """Widgets of the page: form field type (-1 unknown) and box in pixels."""
    form = page.formenv
    for kind, annotation, box in _annotations(page, picture):
        if kind == pdfium.FPDF_ANNOT_WIDGET:
            yield pdfium.FPDFAnnot_GetFormFieldType(form, annotation) if form else -1, box


def _remarks(page: pypdfium2.PdfPage, picture: Picture) -> Iterator[PixelBox]:
    return (box for kind, _, box in _annotations(page, picture) if kind in _REMARKS)


def _box(page: pypdfium2.PdfPage, picture: Picture, rect: tuple[float, float, float, float]) -> PixelBox:
    corners = [_device(page, picture, x, y) for x, y in ((rect[0], rect[3]), (rect[2], rect[1]))]
    across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    if across[0] == across[1] or down[0] == down[1]:
        return 0, 0, 0, 0  # invisible
    return across[0] - _MARGIN, down[0] - _MARGIN, across[1] + _MARGIN + 1, down[1] + _MARGIN + 1


def _device(page: pypdfium2.PdfPage, picture: Picture, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, picture.width, picture.height, 0, x, y, across, down)
    return across.value, down.value


def _regions(rows: list[tuple[int, int, int]]) -> list[PixelBox]:
    """Rows that lie close together, as boxes."""
    found: list[PixelBox] = []
    for row, left, right in rows:
        if found and row - found[-1][3] < _APART:
            last = found[-1]
            found[-1] = (min(last[0], left), last[1], max(last[2], right), row + 1)
        else:
            found.append((left, row, right, row + 1))
    return found


def _in_points(box: PixelBox, scale: float) -> Box:
    left, top, right, bottom = (number / scale for number in box)
    return left, top, right, bottom


def _png(width: int, height: int, stride: int, raw: bytes) -> bytes:
    """Plain RGB PNG (RFC 2083)."""
    rows = b"".join(b"\x00" + raw[row * stride : row * stride + width * 3] for row in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
