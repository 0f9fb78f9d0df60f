"""Recibir, rechazar, cancelar: what a unit does with a hop that is under way, and with those of its group.

``behalf`` is in whose name, where not in one's own: a chief's, by his secretary, or that of somebody who is substituted.
"""

from __future__ import annotations

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_act, require_addressee
from desktop.routing.deadlines import working_day, working_days
from desktop.routing.hops import Hop
from desktop.routing.sheet import SlipView

from .desk import Desk
from .on_slip import Doer, bytes_here, note, together, unit_for, with_group
from .read_text import index_sidecars


def receive(desk: Desk, slip: str, hop: str, *, paper: str = "", official: str = "", behalf: str = "") -> None:
    """Receive a hop addressed to this unit; ``paper`` says which paper came with it.

    Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped``, ``slip.not_addressee``, ``receive.bytes_missing``.
    """
    view = desk.store.slip(slip)
    found = view.hop(hop)
    unit = unit_for(desk, found.to_unit)
    require_addressee(view, require_act(view, hop, EventKind.RECEIVED, unit), behalf)
    came = together(desk, view, found)
    documents = tuple(dict.fromkeys(document for _, each in came for document in each.documents))
    for document in documents:
        if not bytes_here(desk, document, attachments=False):
            raise OfficeError("receive.bytes_missing", slip=view.number)
    said = {"paper": paper.strip()} if paper.strip() else {}
    _act(desk, EventKind.RECEIVED, view, came, said, official, behalf, unit)
    index_sidecars(desk, documents)


def reject(desk: Desk, slip: str, hop: str, reason: str, *, official: str = "", behalf: str = "") -> None:
    """Refuse a hop with the reason.

    Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped``, ``slip.not_addressee``, ``reject.no_reason``, and
    ``reject.another_day`` where the entity lets a hop be rejected only on the working day on which it came.
    """
    if not reason.strip():
        raise OfficeError("reject.no_reason")
    view = desk.store.slip(slip)
    found = view.hop(hop)
    unit = unit_for(desk, found.to_unit)
    require_addressee(view, require_act(view, hop, EventKind.REJECTED, unit), behalf)
    _require_same_day(desk, view, found)
    said = {"reason": reason.strip()}
    _act(desk, EventKind.REJECTED, view, together(desk, view, found), said, official, behalf, unit)


def _require_same_day(desk: Desk, slip: SlipView, hop: Hop) -> None:
    if not desk.directory.rules.reject_same_day:
        return
    came = (desk.store.arrived_at(hop.digest) or hop.sent_at).astimezone(desk.zone).date()
    today, holidays = desk.now_local().date(), frozenset(desk.directory.holidays)
    passed = working_days(came, today, holidays)
    if passed > (0 if working_day(came, holidays) else 1):  # what came on a day off came on the next working day
        raise OfficeError("reject.another_day", slip=slip.number, day=came.isoformat())


def cancel(desk: Desk, slip: str, hop: str, reason: str = "", *, official: str = "", behalf: str = "") -> None:
    """Take back a hop that nobody received yet. Raises ``slip.act_forbidden``, ``slip.superseded``, ``slip.grouped``."""
    view = desk.store.slip(slip)
    found = view.hop(hop)
    unit = unit_for(desk, found.from_unit)
    require_act(view, hop, EventKind.CANCELLED, unit)
    said = {"reason": reason.strip()}
    _act(desk, EventKind.CANCELLED, view, together(desk, view, found), said, official, behalf, unit)


def _act(
    desk: Desk,
    kind: EventKind,
    principal: SlipView,
    hops: list[tuple[SlipView, Hop]],
    said: dict[str, str],
    official: str,
    behalf: str,
    unit: str,
) -> None:
    doer = Doer(desk.acting(official), unit, behalf)
    with desk.store.act() as act:
        for view, hop in hops:
            note(desk, act, kind, view, doer, {"hop": hop.id, **said, **with_group(principal, view)})
