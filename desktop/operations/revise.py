"""Corregir: another text or other header fields for a draft that is its author's, before freezing or after an observation."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher

from desktop.drafting.body import Body
from desktop.drafting.changes import Exchange, Refill
from desktop.drafting.leaves import tidied
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind

from .acting import stands_for
from .desk import Desk
from .writing import open_writing


def revise(
    desk: Desk,
    document: str,
    *,
    body: Body | None = None,
    fields: Mapping[str, object] | None = None,
    official: str = "",
) -> None:
    """Put another text, or some other fields, into the draft; what was there is one undo away, and blocks that stay keep their remarks.

    Raises ``freeze.not_author``, ``draft.unknown``, ``draft.frozen``, ``draft.open_elsewhere``.
    """
    who = desk.acting(official)
    kept = desk.store.draft(document)
    if kept is None:
        raise OfficeError("draft.unknown", document=document)
    if kept.author not in stands_for(desk, who.id, EventKind.FROZEN):
        raise OfficeError("freeze.not_author", name=desk.directory.official(kept.author).name)
    with open_writing(desk, document) as text:
        text.do((*_refills(text.fields, fields or {}), *(_exchanges(text.body, body) if body is not None else ())))


def _refills(old: Mapping[str, object], new: Mapping[str, object]) -> tuple[Refill, ...]:
    return tuple(Refill(name, old.get(name), value) for name, value in new.items() if old.get(name) != value)


def _exchanges(old: Body, new: Body) -> tuple[Exchange, ...]:
    """From the last block to the first, so that each counts in the body that it meets."""
    blocks = tuple(tidied(block) for block in new.blocks)
    matcher = SequenceMatcher(None, old.blocks, blocks, autojunk=False)
    return tuple(
        Exchange(a, old.blocks[a:b], blocks[c:d])
        for tag, a, b, c, d in reversed(matcher.get_opcodes())
        if tag != "equal"
    )
