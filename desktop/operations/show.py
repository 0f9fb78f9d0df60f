"""Ver: everything about one document that a screen or the command line shows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from desktop.drafting.dates import date_in_words
from desktop.records.documents import DocumentState, DocumentView, require_observer
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.routing.acts import allowed
from desktop.routing.sheet import SlipView
from desktop.sync.proof import SlipProof

from .acting import stands_for, turn_used
from .deposits_made import DepositMade, deposit_of, was_refused
from .desk import Desk
from .on_slip import OF_THE_CHIEF, as_chief, own_units
from .verify import verify_slip


@dataclass(frozen=True, slots=True)
class Card:
    """One document. ``pdf`` is None until it is frozen or while its bytes have not arrived; ``acts`` are possible now.

    ``deposit``: where it was handed to the archive, how far that came.
    """

    view: DocumentView
    slip: SlipView | None
    pdf: Path | None
    attachments: tuple[tuple[str, Path | None], ...]
    proof: SlipProof | None
    acts: tuple[EventKind, ...]
    deposit: DepositMade | None = None


def card(desk: Desk, document: str) -> Card:
    """Raises ``document.unknown`` for a document this desk has never heard of."""
    view = desk.store.document(document)
    slip = desk.store.slip(view.slip) if view.slip else None
    pdf = desk.store.path_of(view.digest) if view.digest and desk.store.has_bytes(view.digest) else None
    attachments = tuple(
        (item.name, desk.store.path_of(item.sha256) if desk.store.has_bytes(item.sha256) else None)
        for item in view.attachments
    )
    proof = verify_slip(desk, slip.id) if slip else None
    made = deposit_of(desk, document) if view.state is DocumentState.DEPOSITED else None
    return Card(view, slip, pdf, attachments, proof, possible_acts(desk, view, slip), made)


def place_and_date(desk: Desk, view: DocumentView) -> str:
    """The line of the page: "Oruro, 5 de marzo de 2026"."""
    day = view.created_at.astimezone(desk.zone).date() if view.created_at else desk.now_local().date()
    return date_in_words(day, desk.place)


def possible_acts(desk: Desk, view: DocumentView, slip: SlipView | None) -> tuple[EventKind, ...]:
    """What the official at this desk may do with it now, by the same rules that refuse the rest."""
    acts: list[EventKind] = []
    if view.state is DocumentState.FROZEN and view.next_official in stands_for(desk, desk.official, EventKind.SIGNED):
        waits_for_approval = any(who not in view.approved for who in view.approvers)
        acts.append(EventKind.APPROVED if waits_for_approval else EventKind.SIGNED)
    if _may_observe(desk, view):
        acts.append(EventKind.OBSERVED)
    if view.state is DocumentState.OBSERVED and view.author in stands_for(desk, desk.official, EventKind.FROZEN):
        acts.append(EventKind.FROZEN)
    if slip is not None:
        acts += _slip_acts(desk, slip)
    elif view.state is DocumentState.SIGNED and view.unit in own_units(desk):
        acts += [EventKind.DISPATCHED, EventKind.CONCLUDED]
    may = view.state is DocumentState.CONCLUDED or was_refused(desk, view)
    if may and (slip is None or slip.holder in own_units(desk)):
        acts += [EventKind.DEPOSITED, EventKind.REOPENED]
    return tuple(dict.fromkeys(acts))


def _may_observe(desk: Desk, view: DocumentView) -> bool:
    try:
        require_observer(view, turn_used(desk, view, desk.official, EventKind.OBSERVED))
    except OfficeError:
        return False
    return True


def _slip_acts(desk: Desk, slip: SlipView) -> list[EventKind]:
    """What the table allows this unit on any hop, or on the slip; reopening is told with the document's state."""
    found: set[EventKind] = set()
    for unit in own_units(desk):
        for hop in (None, *(each.id for each in slip.hops)):
            found |= {kind for kind in allowed(slip, unit, hop=hop) if _in_charge(desk, unit, kind)}
    return [kind for kind in EventKind if kind in found - {EventKind.REOPENED}]


def _in_charge(desk: Desk, unit: str, kind: EventKind) -> bool:
    """Whether it is no matter of the unit's chief, or he sits here, or somebody who stands for him."""
    if kind not in OF_THE_CHIEF:
        return True
    with suppress(OfficeError):
        as_chief(desk, unit, kind)
        return True
    return False
