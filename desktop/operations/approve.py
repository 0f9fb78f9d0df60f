"""V°B° and observation: the acts of the vía that are not a signature."""

from __future__ import annotations

import json
from collections.abc import Sequence

from desktop.drafting.body import Body
from desktop.drafting.marks import placed
from desktop.records.documents import DocumentView, require_observer, require_turn
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.observations import Mark

from .acting import turn_used
from .acts import record
from .desk import Desk


def approve(desk: Desk, document: str, *, official: str = "") -> None:
    """Give the V°B°, one's own or that of somebody for whom one may act today. Raises ``document.not_your_turn``."""
    who = desk.acting(official)
    with desk.store.act() as act:
        view = act.document(document)
        turn = turn_used(desk, view, who.id, EventKind.APPROVED)
        require_turn(view, turn, EventKind.APPROVED)
        body = {"digest": view.digest}
        record(desk, act, EventKind.APPROVED, document=document, actor=who, body=body, behalf=turn)


def observe(desk: Desk, document: str, remark: str, *, marks: Sequence[Mark] = (), official: str = "") -> None:
    """Send it back to its author with a remark, and with marks at words of its text; the CITE stays.

    Without a remark the marks' own words are it. Raises ``observe.no_remark``, ``document.not_your_turn``,
    ``document.act_forbidden`` after the first dispatch, ``observe.words_not_found`` and ``observe.words_ambiguous``.
    """
    who = desk.acting(official)
    told = remark.strip() or "\n".join(mark.text.strip() for mark in marks).strip()
    if not told or any(not mark.text.strip() for mark in marks):
        raise OfficeError("observe.no_remark")
    with desk.store.act() as act:
        view = act.document(document)
        turn = turn_used(desk, view, who.id, EventKind.OBSERVED)
        require_observer(view, turn)
        text = frozen_text(desk, view)
        kept = [placed(text, mark) for mark in marks] if text is not None else marks
        body: dict[str, object] = {"remark": told, "digest": view.digest}
        if view.versions[-1].text:
            body["text"] = view.versions[-1].text
        if kept:
            body["marks"] = [mark.to_json() for mark in kept]
        record(desk, act, EventKind.OBSERVED, document=document, actor=who, body=body, behalf=turn)


def frozen_text(desk: Desk, view: DocumentView) -> Body | None:
    """The text that the standing bytes were set from; None where this desk does not have it."""
    digest = view.versions[-1].text if view.versions else ""
    if not digest or not desk.store.has_bytes(digest):
        return None
    return Body.from_json(json.loads(desk.store.get_bytes(digest)))
