"""V°B° and observation: the acts of the vía that are not a signature."""

from __future__ import annotations

from desktop.records.documents import require_turn
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind

from .acts import record
from .desk import Desk


def approve(desk: Desk, document: str, *, official: str = "") -> None:
    """Give the V°B°. Raises ``document.not_your_turn``."""
    who = desk.acting(official)
    view = desk.store.document(document)
    require_turn(view, who.id, EventKind.APPROVED)
    with desk.store.act() as act:
        record(desk, act, EventKind.APPROVED, document=document, actor=who, body={"digest": view.digest})


def observe(desk: Desk, document: str, remark: str, *, official: str = "") -> None:
    """Send it back to its author with a remark; the CITE stays. Raises ``observe.no_remark``, ``document.not_your_turn``."""
    who = desk.acting(official)
    if not remark.strip():
        raise OfficeError("observe.no_remark")
    view = desk.store.document(document)
    if view.next_official != who.id:
        raise OfficeError("document.not_your_turn", official=who.id, turn=view.next_official or "", cite=view.cite)
    with desk.store.act() as act:
        record(desk, act, EventKind.OBSERVED, document=document, actor=who, body={"remark": remark.strip()})
