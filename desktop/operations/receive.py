"""Recibir, rechazar, cancelar: what a unit does with a hop that is under way.

``behalf`` is in whose name, where not in one's own: a chief's, by his secretary, or that of somebody who is substituted.
"""

from __future__ import annotations

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.slips import require_act, require_addressee

from .acts import record
from .desk import Desk
from .read_text import index_sidecars


def receive(desk: Desk, slip: str, hop: str, *, official: str = "", behalf: str = "") -> None:
    """Receive a hop addressed to this unit. Raises ``slip.act_forbidden``, ``slip.not_addressee``, ``receive.bytes_missing``."""
    view = desk.store.slip(slip)
    found = require_act(view, hop, EventKind.RECEIVED, desk.unit_id)
    require_addressee(view, found, behalf)
    for document in found.documents:
        digest = desk.store.document(document).digest
        if not digest or not desk.store.has_bytes(digest):
            raise OfficeError("receive.bytes_missing", slip=view.number)
    _act(desk, EventKind.RECEIVED, slip, {"hop": hop}, official, behalf)
    index_sidecars(desk, found.documents)


def reject(desk: Desk, slip: str, hop: str, reason: str, *, official: str = "", behalf: str = "") -> None:
    """Refuse a hop with the reason. Raises ``slip.act_forbidden``, ``slip.not_addressee``, ``reject.no_reason``."""
    if not reason.strip():
        raise OfficeError("reject.no_reason")
    view = desk.store.slip(slip)
    require_addressee(view, require_act(view, hop, EventKind.REJECTED, desk.unit_id), behalf)
    _act(desk, EventKind.REJECTED, slip, {"hop": hop, "reason": reason.strip()}, official, behalf)


def cancel(desk: Desk, slip: str, hop: str, reason: str = "", *, official: str = "", behalf: str = "") -> None:
    """Take back a hop that nobody received yet. Raises ``slip.act_forbidden``."""
    require_act(desk.store.slip(slip), hop, EventKind.CANCELLED, desk.unit_id)
    _act(desk, EventKind.CANCELLED, slip, {"hop": hop, "reason": reason.strip()}, official, behalf)


def _act(desk: Desk, kind: EventKind, slip: str, body: dict[str, object], official: str, behalf: str) -> None:
    actor = desk.acting(official)
    principal = desk.store.slip(slip).document
    with desk.store.act() as act:
        record(desk, act, kind, document=principal, actor=actor, slip=slip, body=body, behalf=behalf)
