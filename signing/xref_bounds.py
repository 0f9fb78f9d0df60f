"""A cross-reference stream read no further than its data goes (ISO 32000-1 §7.5.8.2).

pyHanko fills in what ``/Index`` promises beyond the data, entry by entry (always, where entries have no width): one changed digit, and it
counts for minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import xref
from pyhanko.pdf_utils.misc import PdfReadError, pair_iter

_SHORT = 1000  # entries that a careless writer may leave out
_before: list[Any] = []  # pyHanko's own function, once it was replaced


def bound_tables() -> None:
    """Have pyHanko refuse, in all of this process, a table that promises far more entries than it holds."""
    if not _before:
        _before.append(xref.parse_xref_stream)
        xref.parse_xref_stream = _parse  # type: ignore[assignment]


def _parse(stream: Any, strict: bool = True) -> Iterator[Any]:
    for number, found in enumerate(_before[0](stream, strict)):
        if not number:
            _require_held(stream)
        yield found


def _require_held(stream: Any) -> None:
    """Called when the first entry was read: sizes are numbers and the data is decoded. Raises PdfReadError."""
    promised = sum(size for _, size in pair_iter(stream.get("/Index", [0, stream.get("/Size")])))  # type: ignore[no-untyped-call]
    width = sum(stream.get("/W"))
    if promised > _SHORT + (len(stream.data) // width if width > 0 else 0):
        raise PdfReadError("XRef stream holds fewer entries than it promises.")
