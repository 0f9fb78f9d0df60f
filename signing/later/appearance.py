"""What an appearance stream shows: its text, whether that can be seen, and what else is drawn (ISO 32000-1 §12.5.5).

Each appearance is put alone on a page of a new file, which pdfium reads as any other: fonts and encodings are its business.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from signing.pages import picture_of
from signing.raster import Picture, contrast

from .letters import Letter, in_order, is_seen, letters_of
from .strokes import Stroke, strokes_of

_LARGEST = 14_400.0  # points: the size of a page has this limit (ISO 32000-1 annex C)
_SCALE, _MOST = 3.0, 2_000_000  # pixels for each point, and at most in all: a decimal point is some pixels broad
_LEGIBLE = 48  # of 255 greys between a letter and what it stands on
_RIM = 8.0  # points from the right and lower edge where a text that is too long is cut
_DEEPEST = 8
_FLAT = 0.0001


@dataclass(frozen=True, slots=True)
class Shown:
    """``text`` without white space; ``pictures``: images, shadings, patterns, or letters that are drawings.

    ``layered``: something is shown or not as a layer says. ``legible``: all letters that ``text`` names can be seen, except where a text
    that is too long is cut; they stand upright, one behind the other. ``turn``: degrees by which /Matrix turns it against the clock, None
    where it does something else. ``strokes``: what paths paint. ``size`` in points. ``picture``: the pixels.
    """

    text: str
    pictures: bool
    layered: bool
    legible: bool
    turn: int | None
    strokes: tuple[Stroke, ...]
    size: tuple[float, float]
    picture: Picture


def read_appearances(data: bytes, references: Sequence[tuple[int, int]], *, password: str = "") -> list[Shown | None]:
    """What the form XObjects of these numbers and generations show; None for what cannot be shown."""
    with pikepdf.open(io.BytesIO(data), password=password) as source, pikepdf.new() as target:
        drawn = [_put(source, target, reference) for reference in references]
        out = io.BytesIO()
        target.save(out)
    document = pypdfium2.PdfDocument(out.getvalue())
    try:
        return [None if form is None else _read(document, index, form) for index, form in enumerate(drawn)]
    finally:
        document.close()


def squeeze(text: str) -> str:
    """Text as it is compared: compatibility forms made equal, white space and invisible characters left out."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if is_seen(letter))


@dataclass(frozen=True, slots=True)
class _Form:
    """What the dictionaries say of an appearance before it is drawn."""

    pictures: bool
    layered: bool
    turn: int | None


def _put(source: pikepdf.Pdf, target: pikepdf.Pdf, reference: tuple[int, int]) -> _Form | None:
    """Add a page with that appearance; None where it is none."""
    page = target.add_blank_page(page_size=(100, 100))
    found = source.get_object(reference)
    if not isinstance(found, pikepdf.Stream):
        return None
    box = [float(number) for number in found.get("/BBox", pikepdf.Array([0, 0, 100, 100]))]
    left, bottom, right, top = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    form = target.copy_foreign(found)
    form["/Subtype"] = pikepdf.Name.Form
    told = _Form(*_look_through(form, 0), _turn(form))
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


def _read(document: pypdfium2.PdfDocument, index: int, form: _Form) -> Shown:
    page = document[index]
    try:
        left, bottom, right, top = page.get_mediabox()
        size = (right - left, top - bottom)
        picture = picture_of(page, scale=_SCALE, most=_MOST)
        text = page.get_textpage()
        try:
            words = text.get_text_range()
            letters = list(letters_of(text, left, bottom))
        finally:
            text.close()
        kinds = {found.type for found in page.get_objects(max_depth=15)}
        pictures = form.pictures or bool(kinds & {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING})
        strokes = tuple(one.shifted(-left, -bottom) for one in strokes_of(page))
        legible = all(one.upright for one in letters) and in_order(letters) and _is_legible(letters, size, picture)
        return Shown(squeeze(words), pictures, form.layered, legible, form.turn, strokes, size, picture)
    finally:
        page.close()


def _is_legible(letters: list[Letter], size: tuple[float, float], picture: Picture) -> bool:
    """Whether ink stands out where each letter is. One that is cut at the right must belong to a text that begins at the left."""
    scale = picture.width / size[0]
    rims = tuple(min(_RIM, length / 8) for length in size)
    begins, cut, seen = size[0], False, False
    for one in letters:
        across, up = one.middle
        if across < 0 or up > size[1]:
            return False
        edges = (one.left * scale, (size[1] - one.top) * scale, one.right * scale, (size[1] - one.bottom) * scale)
        box = (int(edges[0]) - 1, int(edges[1]) - 1, int(edges[2]) + 2, int(edges[3]) + 2)
        if contrast(picture, box) < _LEGIBLE:
            if across <= size[0] - rims[0] and up >= rims[1]:
                return False
            cut = cut or across > size[0] - rims[0]
            continue
        begins, seen = min(begins, one.left), True
    return not letters or (seen and not (cut and begins > size[0] / 4))
