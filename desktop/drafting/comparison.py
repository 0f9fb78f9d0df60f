"""What changed between two versions of a text: by blocks, and within them by words. Data for a window; difflib does the counting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from .body import Block, Body, Runs, text_of
from .body_json import write_runs
from .leaves import leaf, parts

LIKE = 0.5  # share of words from which two blocks are one that was changed
_WORDS = re.compile(r"\w+|\s+|.", re.DOTALL)
_MOST_PAIRS = 4000  # of blocks compared with each other in one changed stretch


class Kind(StrEnum):
    """What became of a block or a stretch of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    STYLED = "styled"


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of words in one leaf: in both, only in the new text, or only in the old; ``styled`` where only the look differs."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class LeafChange:
    """A leaf of a changed block with its words in reading order."""

    part: str
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class BlockChange:
    """One row: block ``old`` beside block ``new`` (numbers; None where there is none). Leaves only where something changed."""

    kind: Kind
    old: int | None
    new: int | None
    leaves: tuple[LeafChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rows in order, as two columns would show them."""

    rows: tuple[BlockChange, ...]

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return any(row.kind is not Kind.SAME for row in self.rows)


def compare(old: Body, new: Body) -> Comparison:
    """The rows between two bodies. Blocks that stand equal in both are paired first, the others by likeness."""
    matcher = SequenceMatcher(None, old.blocks, new.blocks, autojunk=False)
    rows: list[BlockChange] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            rows += [BlockChange(Kind.SAME, a + n, c + n) for n in range(b - a)]
        else:
            rows += _stretch(old.blocks, new.blocks, range(a, b), range(c, d))
    return Comparison(tuple(rows))


def _stretch(old: Sequence[Block], new: Sequence[Block], olds: range, news: range) -> list[BlockChange]:
    pairs = _pairs(old, new, olds, news)
    rows: list[BlockChange] = []
    at = news.start
    for number in olds:
        partner = pairs.get(number)
        if partner is None:
            rows.append(BlockChange(Kind.REMOVED, number, None))
            continue
        rows += [BlockChange(Kind.ADDED, None, n) for n in range(at, partner)]
        rows.append(_changed(old[number], new[partner], number, partner))
        at = partner + 1
    return rows + [BlockChange(Kind.ADDED, None, n) for n in range(at, news.stop)]


def _pairs(old: Sequence[Block], new: Sequence[Block], olds: range, news: range) -> dict[int, int]:
    """Which old block became which new one: the likest that keep their order."""
    if len(olds) * len(news) > _MOST_PAIRS:
        return {a: b for a, b in zip(olds, news, strict=False) if _likeness(old[a], new[b]) >= LIKE}
    likeness = {(a, b): _likeness(old[a], new[b]) for a in olds for b in news}
    best: dict[tuple[int, int], float] = {}
    for a in reversed(olds):
        for b in reversed(news):
            paired = likeness[a, b] + best.get((a + 1, b + 1), 0) if likeness[a, b] >= LIKE else 0
            best[a, b] = max(paired, best.get((a + 1, b), 0), best.get((a, b + 1), 0))
    pairs: dict[int, int] = {}
    a, b = olds.start, news.start
    while a in olds and b in news:
        if likeness[a, b] >= LIKE and best[a, b] == likeness[a, b] + best.get((a + 1, b + 1), 0):
            pairs[a] = b
            a, b = a + 1, b + 1
        elif best.get((a + 1, b), 0) >= best.get((a, b + 1), 0):
            a += 1
        else:
            b += 1
    return pairs


def _likeness(one: Block, other: Block) -> float:
    """From 0 to 1: the share of words that both have; blocks without text are alike when they are of one kind."""
    first, second = _split(_text(one)), _split(_text(other))
    if not first and not second:
        return float(type(one) is type(other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def _changed(one: Block, other: Block, old: int, new: int) -> BlockChange:
    names = [*parts(other), *(part for part in parts(one) if part not in parts(other))]
    leaves = []
    for part in names:
        before, after = (leaf(block, part) if part in parts(block) else () for block in (one, other))
        if before != after:
            leaves.append(LeafChange(part, tuple(_words(before, after))))
    only_look = type(one) is type(other) and all(
        each.kind in {Kind.SAME, Kind.STYLED} for item in leaves for each in item.words
    )
    return BlockChange(Kind.STYLED if only_look else Kind.CHANGED, old, new, tuple(leaves))


def _words(before: Runs, after: Runs) -> list[Words]:
    old, new = _split(text_of(before)), _split(text_of(after))
    if old == new:
        styled = write_runs(before) != write_runs(after)
        return [Words(Kind.STYLED if styled else Kind.SAME, text_of(after))]
    out: list[Words] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            out.append(Words(Kind.SAME, "".join(new[c:d])))
            continue
        if b > a:
            out.append(Words(Kind.REMOVED, "".join(old[a:b])))
        if d > c:
            out.append(Words(Kind.ADDED, "".join(new[c:d])))
    return out


def _split(text: str) -> list[str]:
    return _WORDS.findall(text)


def _text(block: Block) -> str:
    return "\n".join(text_of(leaf(block, part)) for part in parts(block))
