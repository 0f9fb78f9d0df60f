"""A table's caption belongs to its Table element (ISO 32000-1 §14.8.4.3.4). Where a page ends right behind a table, typst leaves the
caption beside it, in a Div that holds both; here it goes where it belongs.
"""

from __future__ import annotations

from itertools import pairwise

import pikepdf
from pikepdf import Array, Dictionary, Name

_GROUPS = {Name.Div, Name.NonStruct}


def join_captions(document: pikepdf.Pdf) -> None:
    """Put each Caption that stands before its Table into it, as its first child. Nothing else is touched."""
    for group in [item for item in document.objects if isinstance(item, Dictionary) and item.get("/S") in _GROUPS]:
        inside = _elements(group)
        for caption, following in pairwise(inside):
            if caption.get("/S") == Name.Caption and (table := _only_table(following)) is not None:
                _move(caption, group, table)


def _elements(item: pikepdf.Object) -> list[pikepdf.Object]:
    held = item.get("/K")
    parts = list(held) if isinstance(held, Array) else [held]
    return [part for part in parts if isinstance(part, Dictionary) and "/S" in part]


def _only_table(item: pikepdf.Object) -> pikepdf.Object | None:
    """The Table that this is, or that groups hold and nothing else."""
    while item.get("/S") in _GROUPS:
        inside = _elements(item)
        if len(inside) != 1:
            return None
        item = inside[0]
    return (
        item if item.get("/S") == Name.Table and not any(e.get("/S") == Name.Caption for e in _elements(item)) else None
    )


def _move(caption: pikepdf.Object, group: pikepdf.Object, table: pikepdf.Object) -> None:
    group.K = Array([part for part in group.K if not (isinstance(part, Dictionary) and part.objgen == caption.objgen)])
    table.K = Array([caption, *(table.K if isinstance(table.K, Array) else [table.K])])
    caption.P = table
