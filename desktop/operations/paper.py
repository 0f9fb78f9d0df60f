"""El papel: say where it is, apart from where the slip is."""

from __future__ import annotations

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import require_paper

from .desk import Desk
from .on_slip import Doer, note, unit_for


def move_paper(
    desk: Desk, slip: str, where: str, *, paper: str = "", hop: str = "", official: str = "", behalf: str = ""
) -> None:
    """Say where the paper is: the slip's, or that of a ``hop``; ``paper`` says anew what it is.

    Raises ``slip.not_holder``, ``slip.act_forbidden``, ``paper.nowhere``.
    """
    if not where.strip():
        raise OfficeError("paper.nowhere")
    view = desk.store.slip(slip)
    unit = unit_for(desk, _whose(desk, slip, hop))
    require_paper(view, hop, unit)
    doer = Doer(desk.acting(official), unit, behalf)
    body = {"hop": hop, "paper": paper.strip(), "where": where.strip()}
    with desk.store.act() as act:
        note(desk, act, EventKind.PAPER_MOVED, view, doer, body)


def _whose(desk: Desk, slip: str, hop: str) -> str:
    view = desk.store.slip(slip)
    if not hop:
        return view.holder
    found = view.hop(hop)
    return found.to_unit if unit_for(desk, found.to_unit) == found.to_unit else found.from_unit
