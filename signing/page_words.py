"""The text of a page, sign by sign with where each is seen: read in the sandbox child only (``sandbox.Verifier.words``)."""

from __future__ import annotations

import ctypes
from array import array
from typing import TYPE_CHECKING

import pypdfium2.raw as pdfium

from .pages import document_of, page_of
from .report import PageWords

if TYPE_CHECKING:
    import pypdfium2

MOST = 60_000  # signs of one page


def words_of(data: bytes, page: int, *, password: str = "") -> PageWords:
    """The words of a page (from 1). Raises IndexError for a page that is not there, and what PDFium raises."""
    with document_of(data, password) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        with page_of(document, page - 1) as leaf:
            return _words(leaf)


def _words(leaf: pypdfium2.PdfPage) -> PageWords:
    words = leaf.get_textpage()
    try:
        count = min(pdfium.FPDFText_CountChars(words), MOST)
        signs = [_sign(words, number) for number in range(count)]
        boxes = array("f")
        for number, sign in enumerate(signs):
            boxes.extend((0.0, 0.0, 0.0, 0.0) if sign.isspace() else _seen(leaf, words, number))
    finally:
        words.close()
    return PageWords("".join(signs), boxes)


def _sign(words: pypdfium2.PdfTextPage, number: int) -> str:
    """One sign of text for each of PDFium's, so that places agree; what is none is a space."""
    code = pdfium.FPDFText_GetUnicode(words, number)
    sign = chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else " "
    return sign if sign in "\n\t" or sign.isprintable() else "\n" if sign == "\r" else " "


def _seen(leaf: pypdfium2.PdfPage, words: pypdfium2.PdfTextPage, number: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in points from the upper left corner of the page as it is drawn: cropped and turned."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(words, number, left, right, bottom, top):
        return (0.0, 0.0, 0.0, 0.0)
    corners = [_on_page(leaf, x.value, y.value) for x, y in ((left, top), (right, bottom))]
    (x0, y0), (x1, y1) = corners
    return (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _on_page(leaf: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """PDFium's own turning and cropping, in hundredths of a point."""
    across, down = ctypes.c_int(), ctypes.c_int()
    width, height = round(leaf.get_width() * 100), round(leaf.get_height() * 100)
    pdfium.FPDF_PageToDevice(leaf, 0, 0, width, height, 0, x, y, across, down)
    return across.value / 100, down.value / 100
