"""Justificar la demora: say why what a unit holds takes longer, and until when."""

from __future__ import annotations

from datetime import date

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_act

from .desk import Desk
from .on_slip import Doer, note, unit_for


def justify(
    desk: Desk, slip: str, hop: str, reason: str, *, until: date | None = None, official: str = "", behalf: str = ""
) -> None:
    """Note the reason on a hop that this unit has received. Its deadline stays what it was.

    Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped``, ``justify.no_reason``.
    """
    if not reason.strip():
        raise OfficeError("justify.no_reason")
    view = desk.store.slip(slip)
    unit = unit_for(desk, view.hop(hop).to_unit)
    require_act(view, hop, EventKind.JUSTIFIED, unit)
    body = {"hop": hop, "reason": reason.strip(), "until": until.isoformat() if until else None}
    doer = Doer(desk.acting(official), unit, behalf)
    with desk.store.act() as act:
        note(desk, act, EventKind.JUSTIFIED, view, doer, body)
