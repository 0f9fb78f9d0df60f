"""Appearance streams lifted out of a file, each alone on a page of a new one; what their dictionaries say before they are drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

_LARGEST = 14_400.0  # points: the size of a page has this limit (ISO 32000-1 annex C)
_DEEPEST = 8
_FLAT = 0.0001


@dataclass(frozen=True, slots=True)
class Form:
    """What the dictionaries say of an appearance before it is drawn."""

    pictures: bool
    layered: bool
    turn: int | None


def lift(data: bytes, references: Sequence[tuple[int, int]], *, password: str = "") -> tuple[bytes, list[Form | None]]:
    """The new file and what is told of each reference; None for what is no form XObject: its page is empty."""
    with pikepdf.open(io.BytesIO(data), password=password) as source, pikepdf.new() as target:
        forms = [_put(source, target, reference) for reference in references]
        out = io.BytesIO()
        target.save(out)
    return out.getvalue(), forms


def _put(source: pikepdf.Pdf, target: pikepdf.Pdf, reference: tuple[int, int]) -> Form | None:
    """Add a page with that appearance; None where it is none."""
    page = target.add_blank_page(page_size=(100, 100))
    found = source.get_object(reference)
    if not isinstance(found, pikepdf.Stream):
        return None
    box = [float(number) for number in found.get("/BBox", pikepdf.Array([0, 0, 100, 100]))]
    left, bottom, right, top = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    form = target.copy_foreign(found)
    form["/Subtype"] = pikepdf.Name.Form
    told = Form(*_look_through(form, 0), _turn(form))
    for key in ("/Matrix", "/OC", "/Group"):
        if key in form:
            del form[key]
    across, up = min(max(right - left, 1.0), _LARGEST), min(max(top - bottom, 1.0), _LARGEST)
    page.MediaBox = pikepdf.Array([left, bottom, left + across, bottom + up])
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
    page.Contents = target.make_stream(b"/X Do")
    return told


def _turn(form: Any) -> int | None:
    matrix = [float(number) for number in form.get("/Matrix", [1, 0, 0, 1, 0, 0])]
    if len(matrix) != 6:
        return None
    signs = [(number > _FLAT) - (number < -_FLAT) for number in matrix[:4]]
    turns = {0: [1, 0, 0, 1], 90: [0, 1, -1, 0], 180: [-1, 0, 0, -1], 270: [0, -1, 1, 0]}
    return next((degrees for degrees, wanted in turns.items() if signs == wanted), None)


def _look_through(form: Any, depth: int) -> tuple[bool, bool]:
    """(pictures, patterns or letters that are drawings; layers) that a form and those inside it use.

    Fonts that say how they are encoded lose ToUnicode: that is what programs read, the encoding what is drawn.
    """
    if depth > _DEEPEST:
        return True, True
    resources = form.get("/Resources", {})
    pictures, layered, inner = False, "/OC" in form, set()
    try:
        for one in pikepdf.parse_content_stream(form):
            operator, operands = str(one.operator), list(one.operands)
            named = [str(operand) for operand in operands if isinstance(operand, pikepdf.Name)]
            layered = layered or (operator in ("BDC", "DP") and named[:1] == ["/OC"])
            pictures = pictures or (operator in ("scn", "SCN") and bool(named))
            if operator == "Tf":
                pictures = _is_drawn(_named(resources, "/Font", named)) or pictures
            elif operator == "gs":
                pictures = pictures or "/Font" in (_named(resources, "/ExtGState", named) or {})
            elif operator == "Do":
                inner.update(named)
    except pikepdf.PdfError:
        return True, layered
    for name in inner:
        found = _named(resources, "/XObject", [name])
        if isinstance(found, pikepdf.Stream):
            also = _look_through(found, depth + 1)
            pictures, layered = pictures or also[0], layered or also[1]
    return pictures, layered


def _named(resources: Any, kind: str, names: list[str]) -> Any:
    return resources.get(kind, {}).get(names[0]) if names else None


def _is_drawn(font: Any) -> bool:
    """Whether its letters are drawings (ISO 32000-1 §9.6.5)."""
    if not isinstance(font, pikepdf.Dictionary):
        return False
    kind = str(font.get("/Subtype", ""))
    plain = kind in ("/Type1", "/TrueType", "/MMType1") and isinstance(font.get("/Encoding"), pikepdf.Name)
    if plain and "/ToUnicode" in font:
        del font["/ToUnicode"]
    return kind == "/Type3"
