"""What an appearance stream shows: its text, and whether pictures or drawings could imitate text (ISO 32000-1 §12.5.5).

Each appearance is put alone on a page of a new file, which pdfium reads as any other: fonts, encodings and ToUnicode are its business.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

_LARGEST = 14_400.0  # points: the size of a page has this limit (ISO 32000-1 annex C)


@dataclass(frozen=True, slots=True)
class Shown:
    """``text`` without white space; ``pictures``: images, shadings or patterns; ``curves`` and ``lines``: path segments."""

    text: str = ""
    pictures: bool = False
    curves: int = 0
    lines: int = 0


def read_appearances(data: bytes, references: Sequence[tuple[int, int]], *, password: str = "") -> list[Shown | None]:
    """What the form XObjects of these numbers and generations show; None for what cannot be shown."""
    with pikepdf.open(io.BytesIO(data), password=password) as source, pikepdf.new() as target:
        drawn = [_put(source, target, reference) for reference in references]
        out = io.BytesIO()
        target.save(out)
    document = pypdfium2.PdfDocument(out.getvalue())
    try:
        shown: list[Shown | None] = []
        for index, patterned in enumerate(drawn):
            shown.append(None if patterned is None else _read(document, index, patterned))
        return shown
    finally:
        document.close()


def squeeze(text: str) -> str:
    """Text as it is compared: compatibility forms made equal, white space and invisible characters left out."""
    kept = unicodedata.normalize("NFKC", text)
    return "".join(
        letter for letter in kept if not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc")
    )


def _put(source: pikepdf.Pdf, target: pikepdf.Pdf, reference: tuple[int, int]) -> bool | None:
    """Add a page with that appearance; whether it uses patterns, None where it is none."""
    page = target.add_blank_page(page_size=(100, 100))
    found = source.get_object(reference)
    if not isinstance(found, pikepdf.Stream):
        return None
    box = [float(number) for number in found.get("/BBox", pikepdf.Array([0, 0, 100, 100]))]
    left, bottom, right, top = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    form = target.copy_foreign(found)
    form["/Subtype"] = pikepdf.Name.Form
    for key in ("/Matrix", "/OC", "/Group"):
        if key in form:
            del form[key]
    page.MediaBox = pikepdf.Array([0, 0, min(max(right - left, 1.0), _LARGEST), min(max(top - bottom, 1.0), _LARGEST)])
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
    page.Contents = target.make_stream(f"q 1 0 0 1 {-left:f} {-bottom:f} cm /X Do Q".encode("ascii"))
    return _patterned(form, 0)


def _patterned(form: Any, depth: int) -> bool:
    resources = form.get("/Resources", {})
    if "/Pattern" in resources and len(resources["/Pattern"]):
        return True
    inner = resources.get("/XObject", {})
    return depth > 8 or any(_patterned(inner[name], depth + 1) for name in inner)


def _read(document: pypdfium2.PdfDocument, index: int, patterned: bool) -> Shown:
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            words = text.get_text_range()
        finally:
            text.close()
        kinds = [(found.type, found.raw) for found in page.get_objects(max_depth=15)]
        segments = list(_segments(kinds))
        curves = sum(kind == pdfium.FPDF_SEGMENT_BEZIERTO for kind in segments)
        pictures = patterned or any(
            kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING) for kind, _ in kinds
        )
        return Shown(squeeze(words), pictures, curves, len(segments) - curves)
    finally:
        page.close()


def _segments(kinds: list[tuple[int, Any]]) -> Iterator[int]:
    for kind, handle in kinds:
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            for at in range(pdfium.FPDFPath_CountSegments(handle)):
                yield pdfium.FPDFPathSegment_GetType(pdfium.FPDFPath_GetPathSegment(handle, at))
