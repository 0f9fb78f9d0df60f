"""Letters of an appearance as they stand on the page: a text can be read by programs in another order than by people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

_LEVEL = 0.05  # of the letter's size
_BACK = 0.25  # of a letter's height, that the next one may begin before it: kerning, accents
_FROM_THE_RIGHT = ("R", "AL", "AN")  # bidirectional classes: Hebrew, Arabic


@dataclass(frozen=True, slots=True)
class Letter:
    """``sign`` and its ink's edges in points. ``upright``: neither turned nor mirrored."""

    sign: str
    left: float
    bottom: float
    right: float
    top: float
    upright: bool

    @property
    def middle(self) -> tuple[float, float]:
        """Across and up."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


def is_seen(letter: str) -> bool:
    """Whether it has ink."""
    return not letter.isspace() and unicodedata.category(letter) not in ("Cf", "Cc")


def letters_of(text: pypdfium2.PdfTextPage, left: float, bottom: float) -> Iterator[Letter]:
    """All that should be seen. ``left``, ``bottom``: the page's own corner."""
    for index in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text.raw, index)
        sign = chr(code) if code < 0x110000 else "\ufffd"
        if pdfium.FPDFText_IsGenerated(text.raw, index) == 1 or not is_seen(sign):
            continue
        box = text.get_charbox(index)
        yield Letter(sign, box[0] - left, box[1] - bottom, box[2] - left, box[3] - bottom, _is_upright(text, index))


def in_order(letters: Sequence[Letter]) -> bool:
    """Whether each stands right of the one before, or on a line below it."""
    return all(_follows(one, other) for one, other in pairwise(letters))


def _is_upright(text: pypdfium2.PdfTextPage, index: int) -> bool:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFText_GetMatrix(text.raw, index, matrix):
        return False
    return bool(matrix.a > 0 and matrix.d > 0 and abs(matrix.b) <= _LEVEL * matrix.a)


def _follows(one: Letter, other: Letter) -> bool:
    if unicodedata.combining(other.sign) or unicodedata.bidirectional(other.sign) in _FROM_THE_RIGHT:
        return True
    if other.top <= one.bottom or other.middle[1] < one.bottom - _BACK * (one.top - one.bottom):
        return True  # on a line below
    return other.middle[0] > one.middle[0] and other.left >= one.right - _BACK * (other.top - other.bottom)
