"""What lies on a page of a foreign file: read in the sandbox child only (``sandbox.Verifier.layout``)."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from .placement import Box, PageLayout

_MOST = 20_000  # boxes of one page


def layout_of(path: Path, page: int) -> PageLayout:
    """The layout of page ``page`` from 0. Raises IndexError for a page that is not there, and what PDFium raises."""
    document = pypdfium2.PdfDocument(path)
    try:
        if not 0 <= page < len(document):
            raise IndexError(page)
        document.init_forms()
        return _layout(document[page])
    finally:
        document.close()


def page_count(path: Path) -> int:
    """How many pages there are."""
    document = pypdfium2.PdfDocument(path)
    try:
        return len(document)
    finally:
        document.close()


def _layout(page: pypdfium2.PdfPage) -> PageLayout:
    left, bottom, right, top = page.get_cropbox()
    rotation = int(page.get_rotation())
    size = (right - left, top - bottom)
    width, height = size if rotation in (0, 180) else size[::-1]
    bare = PageLayout(width, height, rotation, left, bottom)

    def seen(rect: tuple[float, float, float, float]) -> Box:
        return bare.from_user_space(rect)

    text = [seen(rect) for rect in _text(page)]
    images = [seen(item.get_bounds()) for item in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=4)]
    widgets = [seen(rect) for rect in _annotations(page)]
    return PageLayout(
        width, height, rotation, left, bottom, _on_page(text, bare), _on_page(images, bare), _on_page(widgets, bare)
    )


def _text(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    words = page.get_textpage()
    try:
        return [words.get_rect(number) for number in range(min(words.count_rects(), _MOST))]
    finally:
        words.close()


def _annotations(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    found = []
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation: Any = pdfium.FPDFPage_GetAnnot(page, number)
        rect = pdfium.FS_RECTF()
        if annotation and pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(rect)):
            found.append((float(rect.left), float(rect.bottom), float(rect.right), float(rect.top)))
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _on_page(boxes: list[Box], page: PageLayout) -> tuple[Box, ...]:
    """Those that can be seen and have a size."""
    whole = Box(0, 0, page.width, page.height)
    return tuple(box for box in boxes if box.x1 > box.x0 and box.y1 > box.y0 and box.meets(whole))
