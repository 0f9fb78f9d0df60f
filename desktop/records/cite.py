"""The CITE: grammar of patterns, series and numbers (docs/formats/cite.md).

A pattern is text with fields in braces: ``{unit}/{type}/{number:5}/{year}`` gives ``GADOR-SDPD/NI/00045/2026``.
A number is never reused; its series restarts each gestión (year of the entity's zone).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from .errors import OfficeError

EXAMPLE, EXAMPLE_GIVES = "{unit}/{type}/{number:5}/{year}", "GADOR-SDPD/NI/00045/2026"
LONGEST = 100  # characters of a pattern
_PIECE = re.compile(r"\{([^{}]*)\}|([{}])|[^{}]+")
_FIELD = re.compile(r"([a-z]+)(?::([0-9]+))?")
_WIDTHS = {
    "entity": frozenset[int](),
    "unit": frozenset[int](),
    "type": frozenset[int](),
    "number": frozenset(range(1, 10)),
    "year": frozenset({2, 4}),
}
_COUNTED = ("number", "year")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Literal text, or a field with its width (0 where none is given). ``place`` is counted from 1, in characters."""

    place: int
    text: str = ""
    field: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class CitePattern:
    """A checked pattern: two numbers of one gestión never give one text, nor one number of two gestiones.

    Raises ``cite.bad_pattern`` with ``reason``, ``place`` (character, from 1), ``field`` and an example of one that is right.
    """

    text: str

    def __post_init__(self) -> None:
        _check(self.text, list(_pieces(self.text)))

    @property
    def fields(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(piece.field for piece in _pieces(self.text) if piece.field)

    def render(self, *, entity: str, unit: str, kind: str, number: int, year: int) -> str:
        """The cite of that number. Raises ``cite.bad_number`` for a number below 1."""
        if number < 1:
            raise OfficeError("cite.bad_number", number=number)
        values = {"entity": entity, "unit": unit, "type": kind, "number": str(number), "year": str(year)}
        return "".join(_put(piece, values[piece.field]) if piece.field else piece.text for piece in _pieces(self.text))

    def outline(self, *, entity: str, unit: str, kind: str) -> str:
        """What all cites of a series share, whatever the widths: two series with one outline would print one cite twice."""
        values = {"entity": entity, "unit": unit, "type": kind, "number": "{number}", "year": "{year}"}
        return "".join(values[piece.field] if piece.field else piece.text for piece in _pieces(self.text))


def _pieces(text: str) -> Iterator[_Piece]:
    for match in _PIECE.finditer(text):
        place = match.start() + 1
        if match[2]:
            raise _bad(text, "unclosed", place)
        if match[1] is None:
            yield _Piece(place, match[0])
            continue
        found = _FIELD.fullmatch(match[1])
        if found is None or found[1] not in _WIDTHS:
            raise _bad(text, "unknown", place, match[1])
        width = int(found[2] or 0)
        if found[2] is not None and width not in _WIDTHS[found[1]]:
            raise _bad(text, "width", place, match[1])
        yield _Piece(place, field=found[1], width=width)


def _check(text: str, pieces: list[_Piece]) -> None:
    if len(text) > LONGEST:
        raise _bad(text[:LONGEST], "long", LONGEST + 1)
    for place, sign in enumerate(text, 1):
        if not sign.isprintable() or (sign.isspace() and place in (1, len(text))):
            raise _bad(text, "sign", place)
    for name in _COUNTED:
        there = [piece.place for piece in pieces if piece.field == name]
        if len(there) != 1:
            raise _bad(text, "needs_once", there[1] if there else len(text) + 1, name)
    for one, other in pairwise(pieces):
        if one.field and other.field:
            raise _bad(text, "adjacent", other.place, other.field)
        # a digit beside a number reads as part of it: "{unit}1{number}" gives X11 for two of them
        if one.field in _COUNTED and other.text[:1].isdigit():
            raise _bad(text, "digit", other.place, one.field)
        if other.field in _COUNTED and one.text[-1:].isdigit():
            raise _bad(text, "digit", other.place - 1, other.field)


def _put(piece: _Piece, value: str) -> str:
    if piece.field == "number":
        return value.zfill(piece.width)
    return value[-piece.width :] if piece.width else value


def _bad(pattern: str, reason: str, place: int, field: str = "") -> OfficeError:
    return OfficeError(
        "cite.bad_pattern",
        pattern=pattern,
        reason=reason,
        place=place,
        field=field,
        example=EXAMPLE,
        gives=EXAMPLE_GIVES,
    )


DEFAULT_CITE = CitePattern(EXAMPLE)
DEFAULT_SLIP = CitePattern("{type}-{year}-{number:5}")


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers ``first`` to ``last`` of a series and year, taken by one device and by nobody else."""

    series: str
    year: int
    ordinal: int
    first: int
    last: int
    device: str

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise OfficeError("cite.bad_block", first=self.first, last=self.last)


def next_number(blocks: tuple[NumberBlock, ...], used: frozenset[int]) -> int:
    """The lowest number of the blocks that is above every number already used; raises ``cite.no_numbers``.

    Above every used one, not merely unused: a restored copy must not fill gaps that others have seen filled.
    """
    floor = max(used, default=0)
    for block in sorted(blocks, key=lambda item: item.first):
        candidate = max(block.first, floor + 1)
        if candidate <= block.last:
            return candidate
    raise OfficeError("cite.no_numbers", series=blocks[0].series if blocks else "")


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers ``first`` to ``last`` that no document bears, and ``why``: ``unused`` (this desk may still give them), ``dropped``
    (given up, never to be given), ``paper`` (before the program's first), ``elsewhere`` (another desk's, or not heard of yet).
    """

    first: int
    last: int
    why: str


def gaps(
    known: frozenset[int], kept: Iterable[NumberBlock], dropped: Iterable[NumberBlock], first: int
) -> tuple[Gap, ...]:
    """Every number from 1 to the highest known or held is borne by a document or lies in exactly one gap."""
    held, given_up = list(kept), list(dropped)
    top = max((0, *known, *(block.last for block in (*held, *given_up))))
    used = {id(block): max((n for n in known if block.first <= n <= block.last), default=0) for block in held}

    def why(number: int) -> str:
        if number < first:
            return "paper"
        if any(block.first <= number <= block.last for block in held):
            past = any(block.first <= number < used[id(block)] for block in held)
            return "dropped" if past else "unused"  # numbers only rise: what was passed over is never given
        if any(block.first <= number <= block.last for block in given_up):
            return "dropped"
        return "elsewhere"

    missing = [(number, why(number)) for number in range(1, top + 1) if number not in known]
    found: list[Gap] = []
    for number, reason in missing:
        if found and found[-1].last == number - 1 and found[-1].why == reason:
            found[-1] = Gap(found[-1].first, number, reason)
        else:
            found.append(Gap(number, number, reason))
    return tuple(found)
