"""Rows and columns of a table, put in and taken out; the groups of its header follow."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from desktop.records.errors import OfficeError

from .body import Body, Group, Runs, Table, text_of
from .changes import Change, Exchange, Kept, block_at, whole
from .leaves import leaf

T = TypeVar("T")


def put_row(body: Body, number: int, row: int) -> tuple[Change, ...]:
    """An empty row before row ``row`` (or at the end)."""
    table = _table(body, number)
    if not 0 <= row <= len(table.rows):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}].rows[{row}]")
    empty: tuple[Runs, ...] = ((),) * len(table.header)
    new = replace(table, rows=(*table.rows[:row], empty, *table.rows[row:]))
    return _exchanged(number, table, new, rows=[n if n < row else n + 1 for n in range(len(table.rows))])


def take_row(body: Body, number: int, row: int) -> tuple[Change, ...]:
    """Row ``row`` out."""
    table = _table(body, number)
    if not 0 <= row < len(table.rows):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}].rows[{row}]")
    new = replace(table, rows=(*table.rows[:row], *table.rows[row + 1 :]))
    places = [None if n == row else n - (n > row) for n in range(len(table.rows))]
    return _exchanged(number, table, new, rows=places)


def put_column(body: Body, number: int, column: int) -> tuple[Change, ...]:
    """An empty column before column ``column`` (or at the end); a group around it grows."""
    table = _table(body, number)
    if not 0 <= column <= len(table.header):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}].header[{column}]")
    new = replace(
        table,
        header=_with(table.header, column, ()),
        rows=tuple(_with(row, column, ()) for row in table.rows),
        widths=_with(table.widths, column, _middle(table.widths)) if table.widths else (),
        aligns=_with(table.aligns, column, "left") if table.aligns else (),
        groups=tuple(_grown(row, column) for row in table.groups),
    )
    return _exchanged(number, table, new, columns=[n if n < column else n + 1 for n in range(len(table.header))])


def take_column(body: Body, number: int, column: int) -> tuple[Change, ...]:
    """Column ``column`` out; a group around it shrinks, or goes with its last column. The last column stays."""
    table = _table(body, number)
    if not 0 <= column < len(table.header) or len(table.header) == 1:
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}].header[{column}]")
    new = replace(
        table,
        header=_without(table.header, column),
        rows=tuple(_without(row, column) for row in table.rows),
        widths=_without(table.widths, column),
        aligns=_without(table.aligns, column),
        groups=tuple(_shrunk(row, column) for row in table.groups),
    )
    places = [None if n == column else n - (n > column) for n in range(len(table.header))]
    return _exchanged(number, table, new, columns=places)


def _table(body: Body, number: int) -> Table:
    block = block_at(body, number)
    if not isinstance(block, Table):
        raise OfficeError("drafting.no_such_place", place=f"blocks[{number}].rows")
    return block


def _with(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place:])


def _without(values: tuple[T, ...], place: int) -> tuple[T, ...]:
    return (*values[:place], *values[place + 1 :])


def _middle(widths: tuple[int, ...]) -> int:
    return max(sum(widths) // len(widths), 1)


def _grown(row: tuple[Group, ...], column: int) -> tuple[Group, ...]:
    first = 0
    for n, group in enumerate(row):
        if first < column < first + group.across:
            return (*row[:n], replace(group, across=group.across + 1), *row[n + 1 :])
        if column <= first:
            return _with(row, n, Group(()))
        first += group.across
    return (*row, Group(()))


def _shrunk(row: tuple[Group, ...], column: int) -> tuple[Group, ...]:
    first = 0
    for n, group in enumerate(row):
        if first <= column < first + group.across:
            return (
                _without(row, n)
                if group.across == 1
                else (*row[:n], replace(group, across=group.across - 1), *row[n + 1 :])
            )
        first += group.across
    return row


def _exchanged(
    number: int,
    old: Table,
    new: Table,
    *,
    rows: list[int | None] | None = None,
    columns: list[int | None] | None = None,
) -> tuple[Change, ...]:
    """The exchange, with each cell's new place: ``rows`` and ``columns`` tell where each went, None for gone."""
    row_of: list[int | None] = rows if rows is not None else [*range(len(old.rows))]
    column_of: list[int | None] = columns if columns is not None else [*range(len(old.header))]
    kept = [each for each in whole(old, 0, 0) if each.part in {"", "caption"}]
    cells = [(f"header.{c}", f"header.{to}") for c, to in enumerate(column_of) if to is not None]
    cells += [
        (f"rows.{r}.{c}", f"rows.{to_row}.{to}")
        for r, to_row in enumerate(row_of)
        for c, to in enumerate(column_of)
        if to is not None and to_row is not None
    ]
    cells += _group_places(old, new)
    kept += [Kept(0, part, 0, len(text_of(leaf(old, part))), 0, to_part, 0) for part, to_part in cells]
    return (Exchange(number, (old,), (new,), tuple(kept)),)


def _group_places(old: Table, new: Table) -> list[tuple[str, str]]:
    """Groups keep their order: the one that went or came is where the two rows part."""
    places = []
    for r, (before, after) in enumerate(zip(old.groups, new.groups, strict=True)):
        gap = next(
            (
                n
                for n, (a, b) in enumerate(zip(before, after, strict=False))
                if a.runs != b.runs or a.across != b.across
            ),
            min(len(before), len(after)),
        )
        by = len(after) - len(before)
        places += [
            (f"groups.{r}.{g}", f"groups.{r}.{g if g < gap or not by else g + by}")
            for g in range(len(before))
            if g < gap or not by or g + by >= gap
        ]
    return places
