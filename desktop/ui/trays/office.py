"""What the window asks of a tray: its rows. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop.records.documents import DocumentState
from desktop.routing.paper import PaperState

if TYPE_CHECKING:
    from datetime import datetime

    from desktop.operations.delivery import DeliveryState
    from desktop.routing.slips import HopState
    from desktop.routing.trays import Days


@dataclass(frozen=True, slots=True)
class TrayRow:
    """One line of a tray: a hop, or a document without one. Texts are already the words of the office's data.

    ``kind`` is the document type as people say it ("Nota interna"); ``person`` and ``unit`` tell from whom (in Enviados: to
    whom). ``days`` is None where days do not count (drafts, archive). ``waits_for`` names whose signature is next; ``mine`` is
    True when that is the official of this desk. ``void``: a settlement dropped this hop. ``grouped``: it goes with a principal.
    ``contested``: two OFICIAL left from one place. ``folder`` is where it is archived. ``delivery`` is how far it has come, in Enviados;
    ``paper`` how it stands with the paper that goes with it.
    """

    document: str
    slip: str | None
    hop: str | None
    number: str
    cite: str
    kind: str
    subject: str
    person: str
    unit: str
    sheets: int
    days: Days | None = None
    since: datetime | None = None
    urgent: bool = False
    copy: bool = False
    state: DocumentState = DocumentState.SIGNED
    hop_state: HopState | None = None
    waits_for: str = ""
    mine: bool = True
    void: bool = False
    grouped: bool = False
    contested: bool = False
    folder: str = ""
    delivery: DeliveryState | None = None
    paper: PaperState = PaperState.NONE
