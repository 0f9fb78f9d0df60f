"""A PDF opened by PDFium, or a revision of one: the first bytes of the file, of which no copy is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium


@contextmanager
def opened(data: bytes, end: int | None = None, *, password: str = "") -> Iterator[pypdfium2.PdfDocument]:
    """The revision that ends at ``end`` (None: the whole file). Raises PdfiumError where there is no page to show."""
    secret = (password + "\0").encode("utf-8") if password else None
    raw = pdfium.FPDF_LoadMemDocument64(data, len(data) if end is None else end, secret)
    if pdfium.FPDF_GetPageCount(raw) < 1:
        if raw:
            pdfium.FPDF_CloseDocument(raw)
        raise pypdfium2.PdfiumError("no page", err_code=pdfium.FPDF_GetLastError())
    document = pypdfium2.PdfDocument(raw)
    try:
        yield document
    finally:
        document.close()
        del data  # PDFium reads from these bytes until then
