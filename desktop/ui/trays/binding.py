"""The rows of a tray bound to the operations of one desk. No Qt here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.operations import acting, trays
from desktop.records.events import EventKind
from desktop.routing.paper import PaperState, paper_state

from .office import TrayRow

if TYPE_CHECKING:
    from desktop.operations.desk import Desk


def kind_name(desk: Desk, template: str) -> str:
    """The type of a document as people say it."""
    found = desk.templates.get(template)
    return found.name if found else template


def tray_row(desk: Desk, row: trays.TrayRow) -> TrayRow:
    """A row of a tray with the names of this desk."""
    view, slip, hop = row.document, row.slip, row.hop
    return TrayRow(
        document=view.id,
        slip=slip.id if slip else None,
        hop=hop.id if hop else None,
        number=slip.number if slip else "",
        cite=view.cite,
        kind=kind_name(desk, view.kind),
        subject=view.subject,
        person=row.person,
        unit=row.unit,
        sheets=row.sheets,
        days=row.days,
        since=row.since,
        urgent=bool(hop and hop.urgent),
        copy=bool(hop and hop.mode.value == "copia"),
        state=view.state,
        hop_state=hop.state if hop else None,
        waits_for=row.waits_for,
        mine=view.next_official in (None, *acting.stands_for(desk, desk.official, EventKind.SIGNED)),
        void=bool(hop and hop.void),
        grouped=bool(slip and slip.principal),
        contested=bool(slip and slip.contested),
        folder=(hop.folder if hop else "") or (slip.folder if slip and slip.concluded else ""),
        paper=paper_state(slip, hop) if slip and hop else PaperState.NONE,
    )
