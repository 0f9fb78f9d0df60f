"""The CITE: grammar of patterns, series and numbers (docs/formats/cite.md).

A pattern is text with fields in braces: ``{unit}/{type}/{number:5}/{year}`` gives ``GADOR-SDPD/NI/00045/2026``.
Known fields: ``entity``, ``unit``, ``type``, ``number`` (with an optional width of 1 to 9) and ``year`` (``{year:2}`` is short).
A number is never reused; its series restarts each gestión (year of the entity's zone).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import OfficeError

_FIELD = re.compile(r"\{([a-z]+)(?::([1-9]))?\}")
_KNOWN = frozenset({"entity", "unit", "type", "number", "year"})


@dataclass(frozen=True, slots=True)
class CitePattern:
    """A checked pattern. Raises ``cite.bad_pattern`` with the reason when it cannot give unique cites."""

    text: str

    def __post_init__(self) -> None:
        fields = [match.group(1) for match in _FIELD.finditer(self.text)]
        rest = _FIELD.sub("", self.text)
        if "{" in rest or "}" in rest:
            raise OfficeError("cite.bad_pattern", pattern=self.text, reason="unclosed")
        if unknown := [name for name in fields if name not in _KNOWN]:
            raise OfficeError("cite.bad_pattern", pattern=self.text, reason="unknown", field=unknown[0])
        for name in ("number", "year"):
            if fields.count(name) != 1:
                raise OfficeError("cite.bad_pattern", pattern=self.text, reason="needs_once", field=name)
        if re.search(r"\}\{", self.text):
            raise OfficeError("cite.bad_pattern", pattern=self.text, reason="adjacent")

    def render(self, *, entity: str, unit: str, kind: str, number: int, year: int) -> str:
        """The cite of that number. Raises ``cite.bad_number`` for a number below 1."""
        if number < 1:
            raise OfficeError("cite.bad_number", number=number)
        values = {"entity": entity, "unit": unit, "type": kind}

        def put(match: re.Match[str]) -> str:
            name, width = match.group(1), int(match.group(2) or 0)
            if name == "number":
                return str(number).zfill(width)
            if name == "year":
                return str(year)[-width:] if width else str(year)
            return values[name]

        return _FIELD.sub(put, self.text)


DEFAULT_CITE = CitePattern("{unit}/{type}/{number:5}/{year}")
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
