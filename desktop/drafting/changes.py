"""Changes of a draft, each carrying what it takes out and what it puts in, so that each can be turned round.

``Splice`` changes signs in one leaf; ``Exchange`` changes blocks and says which text went where; ``Refill`` changes a
header field. Places that people hold on to (``Anchor``: a remark's words) are carried through by ``moved``. Offsets count
code points, a footnote as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from desktop.records.errors import OfficeError

from .body import Block, Body, Runs, cut, joined, text_of
from .body_json import read_block, read_runs, write_block, write_runs
from .leaves import fitting, leaf, parts, with_leaf


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two signs: block number, leaf (``leaves.parts``; "" is the block itself), code points before it."""

    block: int
    part: str = "text"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """A stretch of text that somebody pointed at. Equal ends: its words are gone."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True)
class Kept:
    """Signs ``start`` to ``end`` of a leaf stand after the exchange in another, from ``at``. Blocks count from the exchange's first."""

    block: int
    part: str
    start: int
    end: int
    to_block: int
    to_part: str
    at: int


@dataclass(frozen=True, slots=True)
class Splice:
    """In one leaf, ``removed`` at ``offset`` gives way to ``inserted``."""

    place: Position
    removed: Runs
    inserted: Runs


@dataclass(frozen=True, slots=True)
class Exchange:
    """From block ``at`` on, ``removed`` give way to ``inserted``; ``kept`` tells where their text went."""

    at: int
    removed: tuple[Block, ...]
    inserted: tuple[Block, ...]
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Refill:
    """Header field ``name`` held ``removed`` and holds ``inserted``: JSON values, None where nothing is filled in."""

    name: str
    removed: Any
    inserted: Any


Change = Splice | Exchange | Refill


def refilled(fields: Mapping[str, Any], change: Refill) -> dict[str, Any]:
    """The header fields after the change. Raises ``drafting.edit_mismatch`` where they do not hold what it takes out."""
    if fields.get(change.name) != change.removed:
        raise OfficeError("drafting.edit_mismatch", place=f"fields.{change.name}")
    others = {name: value for name, value in fields.items() if name != change.name}
    return others if change.inserted is None else {**others, change.name: change.inserted}


def applied(body: Body, change: Splice | Exchange) -> Body:
    """The body after the change. Raises ``drafting.edit_mismatch`` where it does not hold what the change takes out."""
    if isinstance(change, Exchange):
        end = change.at + len(change.removed)
        if change.at < 0 or body.blocks[change.at : end] != change.removed:
            raise OfficeError("drafting.edit_mismatch", place=f"blocks[{change.at}]")
        return Body((*body.blocks[: change.at], *change.inserted, *body.blocks[end:]))
    place = change.place
    block = block_at(body, place.block)
    runs = leaf(block, place.part)
    end = place.offset + len(text_of(change.removed))
    fits = fitting(block, place.part, change.inserted) == joined(change.inserted)
    if place.offset < 0 or not fits or cut(runs, place.offset, end) != joined(change.removed):
        raise OfficeError("drafting.edit_mismatch", place=f"blocks[{place.block}].{place.part}")
    runs = joined(cut(runs, 0, place.offset), change.inserted, cut(runs, end, len(text_of(runs))))
    return with_block(body, place.block, with_leaf(block, place.part, runs))


def block_at(body: Body, number: int) -> Block:
    """Raises ``drafting.no_such_place``."""
    if not 0 <= number < len(body.blocks):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}]")
    return body.blocks[number]


def with_block(body: Body, number: int, block: Block) -> Body:
    """The body with another block in that place."""
    return Body((*body.blocks[:number], block, *body.blocks[number + 1 :]))


def turned_round(change: Change) -> Change:
    """The change that takes it back."""
    if isinstance(change, Refill):
        return Refill(change.name, change.inserted, change.removed)
    if isinstance(change, Splice):
        return Splice(change.place, change.inserted, change.removed)
    kept = (
        Kept(each.to_block, each.to_part, each.at, each.at + each.end - each.start, each.block, each.part, each.start)
        for each in change.kept
    )
    return Exchange(change.at, change.inserted, change.removed, tuple(kept))


def whole(block: Block, number: int, to_number: int) -> tuple[Kept, ...]:
    """A block that stands elsewhere with all its text."""
    told = [(part, len(text_of(leaf(block, part)))) for part in parts(block)]
    return tuple(Kept(number, part, 0, length, to_number, part, 0) for part, length in [("", 0), *told])


# --- places


def moved_anchor(anchor: Anchor, change: Change) -> Anchor:
    """Where its words stand after the change. What is put in at its edge does not join it."""
    start, end = moved(anchor.start, change, late=True), moved(anchor.end, change, late=False)
    return Anchor(start, end) if start <= end else Anchor(end, end)


def moved(place: Position, change: Change, *, late: bool) -> Position:
    """Where a place stands after the change; ``late``: behind what is put in exactly there, else before it."""
    if isinstance(change, Refill):
        return place
    return _spliced(place, change, late=late) if isinstance(change, Splice) else _exchanged(place, change, late=late)


def _spliced(place: Position, change: Splice, *, late: bool) -> Position:
    at = change.place
    if (place.block, place.part) != (at.block, at.part) or place.offset < at.offset:
        return place
    old, new = text_of(change.removed), text_of(change.inserted)
    head = _alike(old, new)  # signs that only changed their style carry their places with them
    tail = min(_alike(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    start, end = at.offset + head, at.offset + len(old) - tail
    after = start + len(new) - head - tail
    if place.offset < start or (place.offset == start and (start < end or not late)):
        return place
    if place.offset >= end:
        return replace(place, offset=place.offset - end + after)
    return replace(place, offset=after if late else start)


def _alike(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _exchanged(place: Position, change: Exchange, *, late: bool) -> Position:
    number = place.block - change.at
    if number < 0:
        return place
    if number >= len(change.removed):
        return replace(place, block=place.block + len(change.inserted) - len(change.removed))
    candidates = [
        each
        for each in change.kept
        if (each.block, each.part) == (number, place.part) and each.start <= place.offset <= each.end
    ]
    if candidates:
        # of two that meet there the later one holds what follows the place, the earlier one what goes before it
        choose = max if late else min
        chosen = choose(candidates, key=lambda each: (each.start, each.end))
        return Position(change.at + chosen.to_block, chosen.to_part, chosen.at + place.offset - chosen.start)
    return _nearest(place, change)


def _nearest(place: Position, change: Exchange) -> Position:
    """Its text is gone: the end of the nearest text before it that is kept, else the block where the exchange began."""
    number = place.block - change.at
    before = [
        each
        for each in change.kept
        if each.block < number or (each.block == number and each.part == place.part and each.end <= place.offset)
    ]
    if before:
        last = max(before, key=lambda each: (each.block, each.end))
        return Position(change.at + last.to_block, last.to_part, last.at + last.end - last.start)
    return Position(change.at, "", 0)


# --- to and from JSON (the journal)


def write_change(change: Change) -> dict[str, Any]:
    """A change as JSON."""
    if isinstance(change, Refill):
        return {"field": change.name, "out": change.removed, "in": change.inserted}
    if isinstance(change, Splice):
        place = change.place
        out, into = write_runs(change.removed), write_runs(change.inserted)
        return {"at": [place.block, place.part, place.offset], "out": out, "in": into}
    return {
        "from": change.at,
        "out": [write_block(block) for block in change.removed],
        "in": [write_block(block) for block in change.inserted],
        "kept": [[k.block, k.part, k.start, k.end, k.to_block, k.to_part, k.at] for k in change.kept],
    }


def read_change(data: Mapping[str, Any]) -> Change:
    """The change of that JSON. Raises ``drafting.bad_body``, or KeyError, TypeError, ValueError for what is no change at all."""
    if "field" in data:
        return Refill(str(data["field"]), data["out"], data["in"])
    if "at" in data:
        block, part, offset = data["at"]
        place = Position(int(block), str(part), int(offset))
        return Splice(place, read_runs(data["out"], "out"), read_runs(data["in"], "in"))
    kept = tuple(
        Kept(int(a), str(part), int(b), int(c), int(d), str(to), int(e)) for a, part, b, c, d, to, e in data["kept"]
    )
    out = tuple(read_block(block, f"out[{n}]") for n, block in enumerate(data["out"]))
    into = tuple(read_block(block, f"in[{n}]") for n, block in enumerate(data["in"]))
    return Exchange(int(data["from"]), out, into, kept)


def write_anchor(anchor: Anchor) -> list[Any]:
    """An anchor as JSON."""
    return [[place.block, place.part, place.offset] for place in (anchor.start, anchor.end)]


def read_anchor(data: Any) -> Anchor:
    """The anchor of that JSON."""
    start, end = (Position(int(block), str(part), int(offset)) for block, part, offset in data)
    return Anchor(start, end)
