"""Resources that the form and the pages share: what the form may add to, without changing what any page shows.

LibreOffice gives pages, form and appearances one dictionary; whoever signs next adds a font to the form's part of it (ISO 32000-1 §12.7.2).
Such a name is harmless when nothing that is drawn uses it: a name without a meaning could have been put there to get one later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils import generic

from .graph import Graph
from .past import items_of, number_of, raw
from .step import Step
from .waiting import wait_for_font

_GROWING = frozenset(
    {"/Font", "/Encoding", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"}
)  # ISO 32000-1 table 33, and what Acrobat's forms have beside it
_MOST = 64 << 20  # bytes of drawing to look through
_PAGES = 20_000
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


def settle_shared(step: Step, graph: Graph, older: Any, newer: Any) -> None:
    """Mark the form's resource dictionaries, as far as they are objects, as equal to what they were. ``older``, ``newer``: the catalogs."""
    old, new = (raw(resolve(raw(root, "/AcroForm")), "/DR") for root, resolve in ((older, step.old), (newer, step.new)))
    shared, names = set[int](), set[str]()
    for one, other, part in _dictionaries(step, old, new):
        number = number_of(one)
        if number is None or number != number_of(other) or number not in step.live:
            continue
        added = _added(step, step.old(one), step.new(other), part=part)
        if added is None:
            return
        shared.add(number)
        names |= added
    if wait_for_font(step, step.new(raw(newer, "/AcroForm")), names):
        return
    if shared and (not names or not _drawn_with(step, graph, names)):
        step.settled |= shared
        step.visited |= shared


def _dictionaries(step: Step, old: Any, new: Any) -> Iterator[tuple[Any, Any, bool]]:
    """The resources and their parts that may grow, each with whether it is such a part."""
    yield from ((raw(step.old(old), key), raw(step.new(new), key), True) for key in sorted(_GROWING))
    yield old, new, False


def _added(step: Step, old: Any, new: Any, *, part: bool) -> set[str] | None:
    """Names that were added; None where something else happened than that named resources were added."""
    if not isinstance(old, generic.DictionaryObject) or not isinstance(new, generic.DictionaryObject):
        return None
    if part:
        kept = all(step.same(raw(old, key), raw(new, key)) for key in old)
        return {str(key) for key in new if key not in old} if kept else None
    added: set[str] = set()
    for key in {*old, *new}:
        one, other = raw(old, key), raw(new, key)
        if key in _GROWING:
            empty = generic.DictionaryObject()  # type: ignore[no-untyped-call]
            inner = _added(step, empty if one is None else step.old(one), step.new(other), part=True)
            if inner is None:
                return None
            added |= inner
        elif not step.same(one, other):
            return None
    return added


def _drawn_with(step: Step, graph: Graph, names: set[str]) -> bool:
    """Whether anything that the older revision draws may use one of these names; True as well where that cannot be told."""
    if graph.has_glyph_procedures:
        return True
    wanted = [name.encode("utf-8", "surrogateescape") for name in names]
    size = 0
    for stream in _drawings(step, graph):
        try:
            body = stream.data
        except Exception:  # noqa: BLE001 - what cannot be decoded cannot be looked through
            return True
        size += len(body)
        if size > _MOST:
            return True
        if b"#" in body:
            body = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), body)
        if any(name in body for name in wanted):
            return True
    return False


def _drawings(step: Step, graph: Graph) -> Iterator[generic.StreamObject]:
    """Content streams of pages, form XObjects and patterns of the older revision."""
    root = step.old(raw(step.past.reader.trailer.flatten(step.before), "/Root"))
    pending: list[Any] = [raw(root, "/Pages")]
    for _ in range(_PAGES):
        if not pending:
            break
        node = step.old(pending.pop())
        pending += items_of(step.old(raw(node, "/Kids")))
        contents = raw(node, "/Contents")
        held = step.old(contents)
        for part in items_of(held) or [contents]:
            stream = step.old(part)
            if isinstance(stream, generic.StreamObject):
                yield stream
    for number in graph.drawn:
        stream = step.past.read(number, step.before)
        if isinstance(stream, generic.StreamObject):
            yield stream
