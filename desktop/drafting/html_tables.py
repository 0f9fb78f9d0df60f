"""A table of HTML as one of ours: header rows found, merged cells parted, every row as long as the header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from lxml.html import HtmlElement

from .body import Block, Group, Paragraph, Run, Runs, Table, joined, text_of

CellReader = Callable[[HtmlElement], Runs]
MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[tuple[Runs, int], ...]  # what it says and over how many columns
    header: bool

    @property
    def width(self) -> int:
        return sum(across for _, across in self.cells)


def read_table(element: HtmlElement, cell: CellReader, left: Counter[str]) -> list[Block]:
    """The table; a mere frame around text (one cell) becomes that text. ``left`` counts what had to change."""
    rows = _rows(element, cell, left)
    rows = [row for row in rows if any(text_of(runs).strip() for runs, _ in row.cells)]
    if not rows:
        return []
    columns = min(max(row.width for row in rows), MOST_COLUMNS)
    if columns == 1 and len(rows) == 1:
        return [Paragraph(rows[0].cells[0][0])]
    heads = next((n for n, row in enumerate(rows) if not row.header), len(rows))
    if not heads:
        left["header"] += 1
    heads = max(heads, 1)
    *over, last = rows[:heads]
    header, _ = _parted(last, columns, left)
    body = tuple(_parted(row, columns, left)[0] for row in rows[heads:])
    caption = element.find("caption")
    words = text_of(cell(caption)).strip() if caption is not None else ""
    groups = tuple(_groups(row, columns) for row in over)
    return [Table(tuple(_bare(runs) for runs in header), body, words, groups=groups)]


def _rows(element: HtmlElement, cell: CellReader, left: Counter[str]) -> list[_Row]:
    out: list[_Row] = []
    hanging: dict[int, int] = {}  # column → rows that a cell above still covers
    for row in (part for part in element.iter("tr") if next(part.iterancestors("table")) is element):
        cells: list[tuple[Runs, int]] = []
        column = 0
        covered, hanging = hanging, {at: count - 1 for at, count in hanging.items() if count > 1}
        parts = [part for part in row if part.tag in {"td", "th"}]
        for part in parts:
            column = _past(cells, column, covered)
            across, down = _span(part, "colspan"), _span(part, "rowspan")
            if down > 1:
                left["merged"] += 1
                hanging |= {column + n: down - 1 for n in range(across)}
            cells.append((cell(part), across))
            column += across
        _past(cells, column, covered)
        head = bool(parts) and (row.getparent().tag == "thead" or all(part.tag == "th" for part in parts))
        out.append(_Row(tuple(cells), head))
    return out


def _past(cells: list[tuple[Runs, int]], column: int, covered: dict[int, int]) -> int:
    while column in covered:
        cells.append(((), 1))
        column += 1
    return column


def _span(part: HtmlElement, name: str) -> int:
    value = part.get(name, "1")
    return min(max(int(value), 1), MOST_COLUMNS) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _parted(row: _Row, columns: int, left: Counter[str]) -> tuple[tuple[Runs, ...], int]:
    cells: list[Runs] = []
    for runs, across in row.cells:
        left["merged"] += across > 1
        cells += [runs, *[()] * (across - 1)]
    cells += [()] * (columns - len(cells))
    return tuple(cells[:columns]), len(cells)


def _groups(row: _Row, columns: int) -> tuple[Group, ...]:
    groups: list[Group] = []
    room = columns
    for runs, across in row.cells:
        across = min(across, room)
        if across:
            groups.append(Group(_bare(runs), across))
        room -= across
    return (*groups, Group((), room)) if room else tuple(groups)


def _bare(runs: Runs) -> Runs:
    """A header cell: header rows are bold anyway, and hold neither links nor footnotes."""
    return joined(tuple(Run(run.text, False, run.italic, run.underline) for run in runs if not run.note))
