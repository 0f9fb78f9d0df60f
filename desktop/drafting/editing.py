"""What a person does to a body, as changes: typing, styles, splitting and joining blocks, kinds of block, lists, pasting.

Every function reads a body and gives the changes; nothing is changed here. A place that is not there is
``drafting.no_such_place``. Tables have their own module, ``editing_tables``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Literal

from desktop.records.errors import OfficeError

from .body import (
    DEEPEST,
    NOTE,
    Article,
    Block,
    Body,
    Heading,
    ListItem,
    Paragraph,
    Quote,
    Run,
    Runs,
    cut,
    footnote,
    joined,
    plain,
    text_of,
)
from .body_json import LINK
from .changes import Change, Exchange, Kept, Position, Splice, block_at, whole
from .leaves import fitting, leaf, parts, takes_notes, tidied

Style = Literal["bold", "italic", "underline"]
Textual = Heading | Paragraph | ListItem | Article | Quote


def insert(body: Body, place: Position, text: str | Runs) -> tuple[Change, ...]:
    """Put text in; plain text takes the style of the sign before it (of the one after it at the start)."""
    block, runs = _leaf(body, place)
    if isinstance(text, str):
        text = (replace(_style_at(runs, place.offset), text=text),) if text else ()
    text = fitting(block, place.part, text)
    return (Splice(place, (), text),) if text else ()


def delete(body: Body, start: Position, end: Position) -> tuple[Change, ...]:
    """Take text out of one leaf, or from inside one block to inside another, whose rests then are one block."""
    if start.block == end.block and start.part == end.part:
        _, runs = _leaf(body, start)
        _leaf(body, end)
        removed = cut(runs, start.offset, end.offset)
        return (Splice(start, removed, ()),) if removed else ()
    first, last = _textual(body, start), _textual(body, end)
    span = end.block - start.block
    head = _with_runs(first, cut(_runs(first), 0, start.offset))
    merged, kept = _appended(head, last, end.offset, span)
    kept = (*_stays(first, start.offset), *kept)
    return (Exchange(start.block, body.blocks[start.block : end.block + 1], (merged,), kept),)


def restyle(body: Body, start: Position, end: Position, **style: Any) -> tuple[Change, ...]:
    """Set ``bold``, ``italic``, ``underline`` or ``link`` of a stretch of one leaf. Raises ``drafting.bad_link``."""
    if style.get("link") and not LINK.fullmatch(style["link"]):
        raise OfficeError("drafting.bad_link", link=style["link"])
    block, runs = _leaf(body, start)
    _leaf(body, end)
    old = cut(runs, start.offset, end.offset)
    new = fitting(block, start.part, tuple(replace(run, **style) for run in old))
    return () if new == old else (Splice(start, old, new),)


def put_note(body: Body, place: Position, note: Runs) -> tuple[Change, ...]:
    """Put a footnote in, or give the one that stands behind ``place`` another text; an empty text takes it out."""
    block, runs = _leaf(body, place)
    if not takes_notes(block, place.part):
        raise OfficeError("drafting.no_note_here", place=place.part)
    old = tuple(run for run in cut(runs, place.offset, place.offset + 1) if run.note)
    inner = tuple(replace(run, note=()) for run in joined(note) if not run.note)
    new = (footnote(*inner),) if text_of(inner).strip() else ()
    return () if old == new else (Splice(place, old, new),)


def split(body: Body, place: Position) -> tuple[Change, ...]:
    """Enter: what stands behind the place becomes a block of its own. After a heading comes a paragraph."""
    block = _textual(body, place)
    runs = _runs(block)
    end = _length(block)
    before, after = cut(runs, 0, place.offset), cut(runs, place.offset, end)
    kept = (
        Kept(0, "", 0, 0, 0, "", 0),
        Kept(0, "text", 0, place.offset, 0, "text", 0),
        Kept(0, "text", place.offset, end, 1, "text", 0),
        *((Kept(0, "source", 0, len(block.source), 1, "source", 0),) if isinstance(block, Quote) else ()),
    )
    head = _with_runs(block, before)
    if isinstance(head, Quote):
        head = replace(head, source="")
    return (Exchange(place.block, (block,), (head, _next(block, after)), kept),)


def _next(block: Textual, runs: Runs) -> Block:
    match block:
        case Heading():
            return Paragraph(runs)
        case ListItem():
            return replace(block, runs=runs, start=None)
        case Article():
            return Article(runs)
        case _:
            return _with_runs(block, runs)


def merge(body: Body, number: int) -> tuple[Change, ...]:
    """Backspace at the start of a block: its text goes to the end of the one above."""
    if number < 1:
        raise OfficeError("drafting.no_such_place", place="blocks[-1]")
    first, second = (_textual(body, Position(each)) for each in (number - 1, number))
    joint, kept = _appended(first, second, 0, 1)
    return (Exchange(number - 1, (first, second), (joint,), (*_stays(first, _length(first)), *kept)),)


def turn_into(body: Body, number: int, wanted: Textual) -> tuple[Change, ...]:
    """Make a block of text another kind; ``wanted`` says which, its own text is not looked at."""
    block = _textual(body, Position(number))
    bare = replace(wanted, source="") if isinstance(wanted, Quote) else wanted
    new, kept = _appended(_with_runs(bare, ()), block, 0, 0)
    if new == block:
        return ()
    kept = (Kept(0, "", 0, 0, 0, "", 0), *kept)
    return (Exchange(number, (block,), (new,), kept),)


def shift(body: Body, first: int, last: int, by: int) -> tuple[Change, ...]:
    """Move items and paragraphs of blocks ``first`` to ``last`` in or out by levels; others stay."""
    removed = tuple(block_at(body, number) for number in range(first, last + 1))
    inserted = tuple(
        replace(block, level=min(max(block.level + by, 0), DEEPEST))
        if isinstance(block, ListItem | Paragraph)
        else block
        for block in removed
    )
    kept = tuple(each for n, block in enumerate(removed) for each in whole(block, n, n))
    return () if inserted == removed else (Exchange(first, removed, inserted, kept),)


def put_blocks(body: Body, number: int, blocks: tuple[Block, ...]) -> tuple[Change, ...]:
    """Put blocks in before block ``number`` (or at the end)."""
    if not 0 <= number <= len(body.blocks):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}]")
    return (Exchange(number, (), tuple(tidied(block) for block in blocks)),) if blocks else ()


def take_blocks(body: Body, first: int, last: int) -> tuple[Change, ...]:
    """Take blocks ``first`` to ``last`` out."""
    removed = tuple(block_at(body, number) for number in range(first, last + 1))
    return (Exchange(first, removed, ()),)


def change_block(body: Body, number: int, block: Block) -> tuple[Change, ...]:
    """Give a block other properties (alignment, width, start …); leaves of the same name and text keep their places."""
    old, new = block_at(body, number), tidied(block)
    same = set(parts(new))
    kept = tuple(
        each
        for each in whole(old, 0, 0)
        if not each.part or (each.part in same and leaf(old, each.part) == leaf(new, each.part))
    )
    return () if old == new else (Exchange(number, (old,), (new,), kept),)


def move_block(body: Body, number: int, to: int) -> tuple[Change, ...]:
    """Move a block so that it stands as number ``to``."""
    block_at(body, number)
    block_at(body, to)
    if number == to:
        return ()
    first, last = min(number, to), max(number, to)
    order = list(range(first, last + 1))
    order.insert(to - first, order.pop(number - first))
    removed = body.blocks[first : last + 1]
    kept = tuple(each for new, old in enumerate(order) for each in whole(body.blocks[old], old - first, new))
    return (Exchange(first, removed, tuple(body.blocks[old] for old in order), kept),)


def paste(body: Body, place: Position, blocks: tuple[Block, ...]) -> tuple[Change, ...]:
    """Put copied blocks in: a single paragraph joins the text at the place, more part the block there."""
    if not blocks:
        return ()
    if len(blocks) == 1 and isinstance(blocks[0], Paragraph):
        return insert(body, place, blocks[0].runs)
    block = block_at(body, place.block)
    if place.part != "text" or not isinstance(block, Textual):
        return put_blocks(body, place.block + 1, blocks)
    parting = split(body, place)
    return (*parting, Exchange(place.block + 1, (), tuple(tidied(each) for each in blocks)))


def replace_all(body: Body, find: str, put: str, *, exact: bool = False, words: bool = False) -> tuple[Change, ...]:
    """Replace every find; ``exact``: capitals count; ``words``: whole words only. Each takes the style of its first sign."""
    if not find:
        return ()
    pattern = re.compile(
        rf"(?<!\w){re.escape(find)}(?!\w)" if words else re.escape(find), 0 if exact else re.IGNORECASE
    )
    changes: list[Change] = []
    for number, block in enumerate(body.blocks):
        for part in parts(block):
            runs = leaf(block, part)
            for found in reversed(list(pattern.finditer(text_of(runs)))):
                old = cut(runs, found.start(), found.end())
                new = joined((replace(old[0], text=put, note=()),))
                if old != new:
                    changes.append(Splice(Position(number, part, found.start()), old, new))
    return tuple(changes)


# --- what the functions above stand on


def _leaf(body: Body, place: Position) -> tuple[Block, Runs]:
    block = block_at(body, place.block)
    runs = leaf(block, place.part)
    if not 0 <= place.offset <= len(text_of(runs)):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{place.block}].{place.part}[{place.offset}]")
    return block, runs


def _textual(body: Body, place: Position) -> Textual:
    block, _ = _leaf(body, place)
    if not isinstance(block, Textual) or place.part != "text":
        raise OfficeError("drafting.no_such_place", place=f"blocks[{place.block}].{place.part}")
    return block


def _runs(block: Textual) -> Runs:
    return leaf(block, "text")


def _length(block: Textual) -> int:
    return len(text_of(_runs(block)))


def _with_runs(block: Textual, runs: Runs) -> Textual:
    runs = fitting(block, "text", runs)
    return replace(block, text=text_of(runs)) if isinstance(block, Heading) else replace(block, runs=runs)


def _stays(block: Textual, end: int) -> tuple[Kept, ...]:
    """The block itself, its text before ``end`` and its other leaves stay where they are."""
    return tuple(replace(each, end=end) if each.part == "text" else each for each in whole(block, 0, 0))


def _appended(first: Textual, source: Textual, start: int, number: int) -> tuple[Textual, tuple[Kept, ...]]:
    """``first`` with the text of ``source`` (block ``number``) from ``start`` on behind its own, and where that went.

    Footnotes get lost where none may stand. Where a quotation came from is kept: as such, or else as text.
    """
    at = _length(first)
    runs = cut(_runs(source), start, _length(source))
    kept = []
    for piece in re.finditer(".*" if takes_notes(first, "text") else f"[^{NOTE}]+|^$", text_of(runs), re.DOTALL):
        if piece.group() or not piece.start():
            kept.append(Kept(number, "text", start + piece.start(), start + piece.end(), 0, "text", at))
            at += len(piece.group())
    origin = source.source if isinstance(source, Quote) else ""
    joint = _with_runs(first, joined(_runs(first), runs))
    if isinstance(joint, Quote) and not joint.source and origin:
        return replace(joint, source=origin), (*kept, Kept(number, "source", 0, len(origin), 0, "source", 0))
    if origin:
        joint = _with_runs(joint, joined(_runs(joint), plain(f" {origin}")))
        kept.append(Kept(number, "source", 0, len(origin), 0, "text", at + 1))
    return joint, tuple(kept)


def _style_at(runs: Runs, offset: int) -> Run:
    """An empty run in the style that text typed there takes; a link does not grow at its ends, a footnote gives none."""
    before, after = cut(runs, max(offset - 1, 0), offset), cut(runs, offset, offset + 1)
    near = (before or after or (Run(""),))[0]
    inside = before and after and before[0].link == after[0].link
    return replace(near, text="", note=(), link=near.link if inside else "")
