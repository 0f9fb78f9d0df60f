"""How long an algorithm is trusted: a dated table (algorithms.toml, after ETSI TS 119 312), and what an entity's policy sets beside it.

Strength is a matter of time: what was strong when a signature provably existed keeps its worth (EN 319 102-1 §5.2.8, §5.6.2.4).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from .report import Algorithm

_TABLE = Path(__file__).with_name("algorithms.toml")


@dataclass(frozen=True, slots=True)
class Limit:
    """An entity's own last day for an algorithm, for keys of at most ``bits`` (0: whatever their size).

    It can only shorten the table's, unless ``prolongs``, which the machine's locked policy alone may say.
    """

    name: str
    until: date
    bits: int = 0
    prolongs: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Trusted from ``least`` bits on. ``until``: the last trusted day, None where no end is known. ``source`` of that date."""

    least: int
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Strength:
    """What the table says of one algorithm and size: ``known`` is False where it is in no row, which is never trusted."""

    known: bool
    until: date | None = None
    source: str = ""

    def trusted_at(self, moment: datetime) -> bool:
        """Whether ``moment`` (aware) lies on or before the last trusted day, by UTC."""
        return self.known and (self.until is None or moment.astimezone(UTC).date() <= self.until)

    def end(self) -> datetime | None:
        """The last second at which it is trusted, aware; None where no end is known."""
        return None if self.until is None else datetime.combine(self.until, time(23, 59, 59), UTC)


def strength_of(name: str, bits: int, limits: Sequence[Limit] = ()) -> Strength:
    """What is known of a digest or signature algorithm by asn1crypto's name (``sha256``, ``rsassa_pss`` …) and key size in bits."""
    found = _looked_up(name, bits)
    for limit in limits:
        if limit.name != name or (limit.bits and bits > limit.bits) or not (found.known or limit.prolongs):
            continue
        if limit.prolongs or found.until is None or limit.until < found.until:
            found = Strength(known=True, until=limit.until, source="policy")
    return found


def judge_algorithm(
    name: str, bits: int, moment: datetime, *, use: str = "signature", limits: Sequence[Limit] = ()
) -> Algorithm:
    """What is told of one use. ``moment``: the best time known for it, aware. ``bits`` 0 for a digest: the table knows its size.

    An algorithm in no row is weak and has no last day: it never was trusted.
    """
    strength = strength_of(name, bits, limits)
    return Algorithm(
        use=use,
        name=name,
        bits=bits or digest_bits(name),
        trusted_until=strength.until,
        weak=not strength.trusted_at(moment),
    )


def digest_bits(name: str) -> int:
    """The size of a digest, 0 where the table does not know it."""
    return int(_rows()[0].get(name, 0))


def known_names() -> frozenset[str]:
    """Every name that the table has a row for: what a policy may speak of."""
    return frozenset(_rows()[1])


@lru_cache(maxsize=512)
def _looked_up(name: str, bits: int) -> Strength:
    rows = [row for row in _rows()[1].get(name, ()) if row.least <= max(bits, 0)]
    return Strength(known=True, until=rows[-1].until, source=rows[-1].source) if rows else Strength(known=False)


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, int], Mapping[str, tuple[Row, ...]]]:
    table: dict[str, Any] = tomllib.loads(_TABLE.read_text("utf-8"))
    sizes = {name: row["bits"] for name, row in table["digest"].items()}
    rows: dict[str, tuple[Row, ...]] = {
        name: (Row(0, row.get("until"), row["source"]),) for name, row in table["digest"].items()
    }
    for name, steps in table["signature"].items():
        rows[name] = tuple(Row(step["from"], step.get("until"), step["source"]) for step in steps)
    return sizes, rows
