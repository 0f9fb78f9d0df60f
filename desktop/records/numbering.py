"""How an entity numbers: patterns, when a number is given and who gives it, by unit and type (docs/formats/cite.md).

The text is TOML and travels in the directory, signed by the entity's key, so that every desk numbers by the same rules.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .cite import DEFAULT_CITE, DEFAULT_SLIP, CitePattern
from .errors import Fact, OfficeError
from .people import Entity, Unit

LARGEST = 100_000  # characters of the text
LARGEST_BLOCK = 1000
OWN_SLIP, OUTSIDE_SLIP = (
    "I",
    "E",
)  # what hojas de ruta of the unit's own documents, and of letters from outside, are called
_LINE = re.compile(r"line (\d+)")


class Assigned(StrEnum):
    """When a document gets its number."""

    FREEZE = "freeze"
    GENERATION = "generation"


@dataclass(frozen=True, slots=True)
class Numbering:
    """How one unit numbers one type. ``owner`` is the only device that may (empty: each by blocks); ``block`` 0: as the desk is set."""

    series: str
    pattern: CitePattern
    assigned: Assigned
    owner: str = ""
    block: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a unit (id or prefix) and a type (code); empty means any. What is None is left to wider rules."""

    unit: str = ""
    kind: str = ""
    pattern: CitePattern | None = None
    assigned: Assigned | None = None
    owner: str | None = None
    block: int | None = None
    line: int = 0

    def fits(self, unit: Unit, kind: str) -> bool:
        """Whether it speaks of that unit and type."""
        return self.unit in ("", unit.id, unit.prefix) and self.kind in ("", kind)

    @property
    def narrow(self) -> int:
        """The narrower rule goes first: unit and type, unit, type, neither."""
        return 2 * bool(self.unit) + bool(self.kind)


@dataclass(frozen=True, slots=True)
class Start:
    """A book that began on paper: the first number that the program gives in that year."""

    year: int
    first: int
    unit: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class NumberingRules:
    """All rules of an entity. Without any, what this program has always done."""

    rules: tuple[Rule, ...] = ()
    starts: tuple[Start, ...] = ()
    slip: CitePattern = field(default=DEFAULT_SLIP)

    def of(self, entity: Entity, unit: Unit, kind: str) -> Numbering:
        """How that unit numbers that type (its code)."""
        fitting = sorted((rule for rule in self.rules if rule.fits(unit, kind)), key=lambda rule: -rule.narrow)
        by = next((rule for rule in fitting if rule.pattern is not None), Rule())
        pattern = by.pattern or DEFAULT_CITE
        return Numbering(
            _series(entity, unit, kind, pattern, by),
            pattern,
            _first((rule.assigned for rule in fitting), Assigned.FREEZE),
            _first((rule.owner for rule in fitting), ""),
            _first((rule.block for rule in fitting), 0),
        )

    def slip_of(self, kind: str) -> CitePattern:
        """How hojas de ruta of that kind are numbered. A pattern without type is for those of own documents alone."""
        return self.slip if kind == OWN_SLIP or "type" in self.slip.fields else DEFAULT_SLIP

    def first_number(self, unit: Unit, kind: str, year: int) -> int:
        """Where the book of that year begins."""
        fitting = [one for one in self.starts if one.year == year and _names(one, unit, kind)]
        return max((one.first for one in fitting), default=1)

    def require_apart(
        self, entity: Entity, units: Sequence[Unit], kinds: Sequence[str], *, before: NumberingRules | None = None
    ) -> None:
        """Raises ``numbering.same_print`` where two series would print the same, CITE or number of a hoja de ruta: of these rules,
        or one of these and one of those that held before.
        """
        there: dict[str, dict[str, str]] = {}  # outline: series: a unit that prints it
        for one in before.printing(entity, units, kinds) if before is not None else ():
            there.setdefault(one.outline, {}).setdefault(one.series, one.unit)
        for one in self.printing(entity, units, kinds):
            others = there.setdefault(one.outline, {})
            for series, other in others.items():
                if series != one.series:
                    raise OfficeError(
                        "numbering.same_print", outline=one.outline, unit=one.unit, other=other, kind=one.kind
                    )
            others[one.series] = one.unit

    def printing(self, entity: Entity, units: Sequence[Unit], kinds: Sequence[str]) -> Iterator[Printing]:
        """Every series with what it prints, unit by unit."""
        for unit in units:
            for kind in kinds:
                found = self.of(entity, unit, kind)
                outline = found.pattern.outline(entity=entity.acronym, unit=unit.prefix, kind=kind)
                yield Printing(outline, found.series, unit.prefix, kind)
            for kind in (OWN_SLIP, OUTSIDE_SLIP):
                outline = self.slip_of(kind).outline(entity=entity.acronym, unit=unit.prefix, kind=kind)
                yield Printing(outline, slip_series(kind), unit.prefix, kind)


@dataclass(frozen=True, slots=True)
class Printing:
    """What one series prints in a unit: ``outline`` is what all its numbers share."""

    outline: str
    series: str
    unit: str
    kind: str


def slip_series(kind: str) -> str:
    """The series of hojas de ruta of a kind: one for the whole entity."""
    return f"slip-{kind}"


def _series(entity: Entity, unit: Unit, kind: str, pattern: CitePattern, by: Rule) -> str:
    """Ids, never printed prefixes. What the pattern does not print, and no rule tells apart, shares its numbers."""
    of_unit = "unit" in pattern.fields or bool(by.unit)
    of_kind = "type" in pattern.fields or bool(by.kind)
    return f"cite-{unit.id if of_unit else entity.id}{f'-{kind}' if of_kind else ''}"


def _names(start: Start, unit: Unit, kind: str) -> bool:
    return start.unit in ("", unit.id, unit.prefix) and start.kind in ("", kind)


def _first(values: Iterable[Any], otherwise: Any) -> Any:
    return next((value for value in values if value is not None), otherwise)


# --- reading -------------------------------------------------------------------------------------------------------
def read_rules(text: str) -> NumberingRules:
    """The rules of a text; an empty one gives those that have always held.

    Raises ``numbering.bad_file`` with ``line``, ``key`` and ``reason``, and ``numbering.bad_pattern`` with ``line`` and what
    ``cite.bad_pattern`` tells.
    """
    if len(text) > LARGEST:
        raise OfficeError("numbering.bad_file", line=1, key="", reason="large")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise OfficeError("numbering.bad_file", line=line, key="", reason="toml") from error
    source = _Source(text)
    if strange := sorted(told.keys() - {"rule", "start", "slip"}):
        raise source.bad(strange[0], 0, strange[0], "unknown")
    rules = [_rule(source, row, place) for place, row in enumerate(_tables(source, told, "rule"))]
    for place, rule in enumerate(rules):
        if (rule.unit, rule.kind) in {(one.unit, one.kind) for one in rules[:place]}:
            raise source.bad("rule", place, "", "twice")
    starts = [_start(source, row, place) for place, row in enumerate(_tables(source, told, "start"))]
    slip = told.get("slip", {})
    if not isinstance(slip, dict):
        raise source.bad("slip", 0, "", "form")
    source.only("slip", 0, slip, {"pattern"})
    return NumberingRules(tuple(rules), tuple(starts), _pattern(source, "slip", 0, slip) or DEFAULT_SLIP)


@dataclass(frozen=True, slots=True)
class _Source:
    """The text as its author sees it: tells on which line something stands."""

    text: str

    def line(self, table: str, place: int, key: str = "") -> int:
        """The line of a key in the ``place``-th table of that name, else of its heading, else of the name."""
        lines = self.text.splitlines()
        heads = [n for n, line in enumerate(lines) if re.match(rf"\s*\[+\s*{re.escape(table)}\s*\]", line)]
        if place >= len(heads):
            return next((n + 1 for n, line in enumerate(lines) if table in line), 1)
        for n in range(heads[place] + 1, len(lines)):
            if re.match(r"\s*\[", lines[n]):
                break
            if key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", lines[n]):
                return n + 1
        return heads[place] + 1

    def bad(self, table: str, place: int, key: str, reason: str) -> OfficeError:
        """What is wrong there."""
        return OfficeError("numbering.bad_file", line=self.line(table, place, key), key=key or table, reason=reason)

    def only(self, table: str, place: int, row: Mapping[str, Any], known: set[str]) -> None:
        """Refuse a key that is not known: a misspelt one must not pass for absent."""
        if strange := sorted(row.keys() - known):
            raise self.bad(table, place, strange[0], "unknown")


def _tables(source: _Source, told: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise source.bad(name, 0, "", "form")
    return rows


def _rule(source: _Source, row: Mapping[str, Any], place: int) -> Rule:
    source.only("rule", place, row, {"unit", "type", "pattern", "assigned", "owner", "block"})

    def read(key: str, good: Callable[[Any], bool]) -> Any:
        return _value(source, "rule", place, row, key, good)

    assigned = read("assigned", lambda value: value in list(Assigned))
    return Rule(
        unit=read("unit", _full) or "",
        kind=read("type", _full) or "",
        pattern=_pattern(source, "rule", place, row),
        assigned=Assigned(assigned) if assigned is not None else None,
        owner=read("owner", lambda value: isinstance(value, str)),
        block=read("block", lambda value: _whole(value, LARGEST_BLOCK)),
        line=source.line("rule", place),
    )


def _start(source: _Source, row: Mapping[str, Any], place: int) -> Start:
    source.only("start", place, row, {"unit", "type", "year", "first"})
    for key in ("year", "first"):
        if key not in row:
            raise source.bad("start", place, key, "missing")
    return Start(
        year=_value(source, "start", place, row, "year", lambda value: _whole(value, 9999)),
        first=_value(source, "start", place, row, "first", lambda value: _whole(value, 10**9)),
        unit=_value(source, "start", place, row, "unit", _full) or "",
        kind=_value(source, "start", place, row, "type", _full) or "",
    )


def _pattern(source: _Source, table: str, place: int, row: Mapping[str, Any]) -> CitePattern | None:
    text = _value(source, table, place, row, "pattern", lambda value: isinstance(value, str))
    if text is None:
        return None
    try:
        return CitePattern(text)
    except OfficeError as error:
        facts: dict[str, Fact] = {**error.facts, "line": source.line(table, place, "pattern")}
        raise OfficeError("numbering.bad_pattern", on_disk=None, **facts) from error


def _value(
    source: _Source, table: str, place: int, row: Mapping[str, Any], key: str, good: Callable[[Any], bool]
) -> Any:
    value = row.get(key)
    if value is not None and not good(value):
        raise source.bad(table, place, key, "value")
    return value


def _full(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
