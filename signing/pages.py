"""What can be seen: pages of the signed revision against the pages of the file as it is now (pypdfium2).

Runs inside the limited child process. Bounded by a deadline, and says so when it was cut short. A page counts as changed when it
looks different outside the signature fields that the signer had already seen empty; filling those is what they were for.
"""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import pypdfium2
import pypdfium2.raw as pdfium

_SCALE = 1.25  # 90 dots per inch: every letter of a 7 point text still differs
_MARGIN = 2  # pixels around a field: strokes and antialiasing
_MAX_PIXELS = 40_000_000
_INK = 128  # a grey below this was ink in the signed revision


@dataclass(frozen=True, slots=True)
class PageComparison:
    """``changed``: page numbers from 1 that look different. ``suspicious``: a difference that no form field explains."""

    changed: tuple[int, ...] = ()
    suspicious: bool = False
    cut_short: bool = False
    unreadable: bool = False


Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom excluded


@dataclass(frozen=True, slots=True)
class _Picture:
    width: int
    height: int
    grey: bytes


def count_pages(data: bytes) -> int:
    """Number of pages, 0 where the renderer cannot tell."""
    try:
        with _document(data) as document:
            return len(document)
    except pypdfium2.PdfiumError:
        return 0


def compare_pages_of(data: bytes, end: int, *, deadline: float) -> PageComparison:
    """Compare the revision that ends at ``end`` with the whole file. ``deadline`` is a ``time.monotonic`` value."""
    try:
        with _document(data[:end]) as before, _document(data) as after:
            return _compare(before, after, deadline)
    except pypdfium2.PdfiumError:
        return PageComparison(unreadable=True)


def render_page(data: bytes, page: int, *, width: int) -> bytes:
    """PNG of a page (from 1), ``width`` pixels wide; raises IndexError or PdfiumError."""
    with _document(data) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        leaf = document[page - 1]
        try:
            points = max(leaf.get_width(), 1.0)
            scale = min(width / points, (_MAX_PIXELS / (points * max(leaf.get_height(), 1.0))) ** 0.5)
            bitmap = leaf.render(scale=scale, rev_byteorder=True, force_bitmap_format=pdfium.FPDFBitmap_BGR)
            try:
                return _png(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
            finally:
                bitmap.close()
        finally:
            leaf.close()


@contextmanager
def _document(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(data)
    try:
        document.init_forms()
        yield document
    finally:
        document.close()


def _compare(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, deadline: float) -> PageComparison:
    old, new = len(before), len(after)
    changed: list[int] = list(range(min(old, new) + 1, max(old, new) + 1))
    suspicious = bool(changed)
    cut_short = False
    for index in range(min(old, new)):
        if monotonic() > deadline:
            cut_short = True
            break
        seen, strange = _compare_page(before, after, index)
        suspicious = suspicious or strange
        if seen:
            changed.append(index + 1)
    return PageComparison(tuple(sorted(changed)), suspicious, cut_short)


def _compare_page(before: pypdfium2.PdfDocument, after: pypdfium2.PdfDocument, index: int) -> tuple[bool, bool]:
    """(looks different outside empty signature fields, and no field explains it)."""
    first, second = before[index], after[index]
    try:
        old, new = _picture(first), _picture(second)
        if old == new:
            return False, False
        if (old.width, old.height) != (new.width, new.height):
            return True, True
        fields = list(_fields(first, old))
        signatures = [box for kind, box in fields if kind == pdfium.FPDF_FORMFIELD_SIGNATURE]
        forms = [box for kind, box in fields if kind != pdfium.FPDF_FORMFIELD_SIGNATURE]
        known = set(signatures)
        added = [
            box for kind, box in _fields(second, new) if kind == pdfium.FPDF_FORMFIELD_SIGNATURE and box not in known
        ]
        harmless = [box for box in added if not _covers_ink(old, new, box)]
        return _differs(old, new, signatures + harmless), _differs(old, new, signatures + harmless + forms)
    finally:
        first.close()
        second.close()


def _picture(page: pypdfium2.PdfPage) -> _Picture:
    pixels = page.get_width() * page.get_height() * _SCALE * _SCALE
    scale = _SCALE if pixels <= _MAX_PIXELS else _SCALE * (_MAX_PIXELS / pixels) ** 0.5
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        raw, stride, width, height = bytes(bitmap.buffer), bitmap.stride, bitmap.width, bitmap.height
    finally:
        bitmap.close()
    grey = raw if stride == width else b"".join(raw[row * stride : row * stride + width] for row in range(height))
    return _Picture(width, height, grey)


def _fields(page: pypdfium2.PdfPage, picture: _Picture) -> Iterator[tuple[int, Box]]:
    """Widgets of the page: form field type (-1 unknown) and box in pixels."""
    form = page.formenv
    for index in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if pdfium.FPDFAnnot_GetSubtype(annotation) != pdfium.FPDF_ANNOT_WIDGET:
                continue
            kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation) if form else -1
            rect = pdfium.FS_RECTF()
            if pdfium.FPDFAnnot_GetRect(annotation, rect):
                yield kind, _box(page, picture, rect)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _box(page: pypdfium2.PdfPage, picture: _Picture, rect: pdfium.FS_RECTF) -> Box:
    corners = [_device(page, picture, x, y) for x, y in ((rect.left, rect.top), (rect.right, rect.bottom))]
    across, down = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    if across[0] == across[1] or down[0] == down[1]:
        return 0, 0, 0, 0  # invisible
    return across[0] - _MARGIN, down[0] - _MARGIN, across[1] + _MARGIN + 1, down[1] + _MARGIN + 1


def _device(page: pypdfium2.PdfPage, picture: _Picture, x: float, y: float) -> tuple[int, int]:
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(page, 0, 0, picture.width, picture.height, 0, x, y, across, down)
    return across.value, down.value


def _differs(old: _Picture, new: _Picture, explained: list[Box]) -> bool:
    width = old.width
    for row in range(old.height):
        start = row * width
        first, second = old.grey[start : start + width], new.grey[start : start + width]
        if first == second:
            continue
        spans = [(max(box[0], 0), min(box[2], width)) for box in explained if box[1] <= row < box[3]]
        if _without(first, spans) != _without(second, spans):
            return True
    return False


def _without(row: bytes, spans: list[tuple[int, int]]) -> bytes:
    if not spans:
        return row
    kept = bytearray(row)
    for left, right in spans:
        kept[left:right] = bytes(max(right - left, 0))
    return bytes(kept)


def _covers_ink(old: _Picture, new: _Picture, box: Box) -> bool:
    """Whether something legible that the signer saw looks different inside the box."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], old.width), min(box[3], old.height)
    for row in range(top, bottom):
        first = old.grey[row * old.width + left : row * old.width + right]
        second = new.grey[row * old.width + left : row * old.width + right]
        if first != second and any(was < _INK and was != now for was, now in zip(first, second, strict=True)):
            return True
    return False


def _png(width: int, height: int, stride: int, raw: bytes) -> bytes:
    """Plain RGB PNG (RFC 2083)."""
    rows = b"".join(b"\x00" + raw[row * stride : row * stride + width * 3] for row in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
