"""Where text stands in a block: each leaf has a name (its *part*), so that edits and remarks can point at it.

``text`` in headings, paragraphs, items, articles and quotes; ``source``, ``caption``, ``alt``; in tables ``header.C``,
``groups.R.G`` and ``rows.R.C``, counted from 0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from desktop.records.errors import OfficeError

from .body import Article, Block, Heading, Image, ListItem, Paragraph, Quote, Runs, Table, joined, plain, text_of

T = TypeVar("T")
_PLAIN = frozenset({"source", "caption", "alt"})


def parts(block: Block) -> tuple[str, ...]:
    """The names of its leaves, in reading order."""
    match block:
        case Heading() | Paragraph() | ListItem() | Article():
            return ("text",)
        case Quote():
            return ("text", "source")
        case Image():
            return ("caption", "alt")
        case Table():
            return ("caption", *_cells(block))
    return ()


def _cells(table: Table) -> tuple[str, ...]:
    groups = [f"groups.{r}.{g}" for r, row in enumerate(table.groups) for g in range(len(row))]
    header = [f"header.{c}" for c in range(len(table.header))]
    rows = [f"rows.{r}.{c}" for r, row in enumerate(table.rows) for c in range(len(row))]
    return (*groups, *header, *rows)


def takes_styles(block: Block, part: str) -> bool:
    """Whether the text of that leaf may be bold, italic, underlined."""
    return part not in _PLAIN and not isinstance(block, Heading)


def takes_notes(block: Block, part: str) -> bool:
    """Whether links and footnotes may stand there: not in header rows, which are drawn again on every page (PDF/UA-1 §7.1)."""
    return takes_styles(block, part) and not part.startswith(("header", "groups"))


def fitting(block: Block, part: str, runs: Runs) -> Runs:
    """The runs as that leaf can hold them."""
    if takes_notes(block, part):
        return joined(runs)
    bare = tuple(replace(run, link="") for run in runs if not run.note)
    return joined(bare) if takes_styles(block, part) else plain(text_of(bare))


def leaf(block: Block, part: str) -> Runs:
    """The runs of a leaf. Raises ``drafting.no_such_place``."""
    try:
        match block:
            case Heading(text, _) if part == "text":
                return plain(text)
            case Paragraph() | ListItem() | Article() | Quote() if part == "text":
                return block.runs
            case Quote() if part == "source":
                return plain(block.source)
            case Image() | Table() if part == "caption":
                return plain(block.caption)
            case Image() if part == "alt":
                return plain(block.alt)
            case Table():
                return _cell(block, part)
    except (IndexError, ValueError):
        pass
    raise OfficeError("drafting.no_such_place", place=part or "?")


def _cell(table: Table, part: str) -> Runs:
    name, *numbers = part.split(".")
    where = [int(number) for number in numbers]
    if min(where) >= 0:
        if name == "header" and len(where) == 1:
            return table.header[where[0]]
        if name == "rows" and len(where) == 2:
            return table.rows[where[0]][where[1]]
        if name == "groups" and len(where) == 2:
            return table.groups[where[0]][where[1]].runs
    raise ValueError(part)


def with_leaf(block: Block, part: str, runs: Runs) -> Block:
    """The block with other runs in that leaf; a leaf without styles keeps the signs alone."""
    leaf(block, part)
    runs = fitting(block, part, runs)
    match block:
        case Heading():
            return replace(block, text=text_of(runs))
        case Paragraph() | ListItem() | Article() | Quote() if part == "text":
            return replace(block, runs=runs)
        case Quote() | Image() | Table() if part in _PLAIN:
            changed: Block = replace(block, **{part: text_of(runs)})  # type: ignore[arg-type]
            return changed
        case Table():
            return _with_cell(block, part, runs)
    raise OfficeError("drafting.no_such_place", place=part)


def _with_cell(table: Table, part: str, runs: Runs) -> Table:
    name, *numbers = part.split(".")
    first, last = int(numbers[0]), int(numbers[-1])
    if name == "header":
        return replace(table, header=_put(table.header, first, runs))
    if name == "rows":
        return replace(table, rows=_put(table.rows, first, _put(table.rows[first], last, runs)))
    row = table.groups[first]
    return replace(table, groups=_put(table.groups, first, _put(row, last, replace(row[last], runs=runs))))


def _put(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])


def place_of(number: int, part: str) -> str:
    """A leaf as errors name it: ``blocks[3].rows[0][1]``; the main text of a block is the block."""
    name, *numbers = part.split(".")
    inner = "" if name == "text" else f".{name}"
    return f"blocks[{number}]{inner}" + "".join(f"[{each}]" for each in numbers)


def tidied(block: Block) -> Block:
    """The block with the runs of every leaf joined: two bodies that show the same are then equal."""
    for part in parts(block):
        block = with_leaf(block, part, leaf(block, part))
    return block
