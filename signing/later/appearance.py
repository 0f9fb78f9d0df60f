"""What an appearance stream shows: its text, whether that can be seen, and what else is drawn (ISO 32000-1 §12.5.5).

Each appearance is put alone on a page of a new file, which pdfium reads as any other: fonts and encodings are its business.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from signing.pages import picture_of
from signing.raster import Picture, contrast

from .letters import Letter, in_order, is_seen, letters_of
from .strokes import Stroke, strokes_of

if TYPE_CHECKING:
    from .lifted import Form

_SCALE, _MOST = 3.0, 2_000_000  # pixels for each point, and at most in all: a decimal point is some pixels broad
_LEGIBLE = 48  # of 255 greys between a letter and what it stands on
_RIM = 8.0  # points from the right and lower edge where a text that is too long is cut


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
    from .lifted import lift  # pikepdf is a seventh of this process's start, and most files need it not

    lifted, drawn = lift(data, references, password=password)
    document = pypdfium2.PdfDocument(lifted)
    try:
        return [None if form is None else _read(document, index, form) for index, form in enumerate(drawn)]
    finally:
        document.close()


def squeeze(text: str) -> str:
    """Text as it is compared: compatibility forms made equal, white space and invisible characters left out."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if is_seen(letter))


def _read(document: pypdfium2.PdfDocument, index: int, form: Form) -> Shown:
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
