"""Entrega: where the copies of a document are on their way, in one word per document; and what the line set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from desktop.routing.hops import RETURNED, HopState
from desktop.store import pouches

from .desk import Desk
from .on_slip import own_units

if TYPE_CHECKING:
    from desktop.routing.slips import SlipView


class DeliveryState(StrEnum):
    """How far a document's last news has come. The window has a word for each."""

    QUEUED = "queued"  # en cola: something of it still waits here
    ALOFT = "aloft"  # en el sobre: written to a pouch, not acknowledged
    DELIVERED = "delivered"  # entregado: the exchange has all of it
    RECEIVED = "received"  # recibido: whoever it was sent to has received it


@dataclass(frozen=True, slots=True)
class SetAside:
    """An object of the exchange that was not believed, or not yet. ``code`` has words; ``at`` when it was first noticed."""

    key: str
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LineStatus:
    """What waits to go out, and since when there is no line; times are the PC's own."""

    waiting: int
    events: int
    failed: int
    last_contact: datetime | None
    offline_since: datetime | None


def states(desk: Desk, documents: Sequence[str]) -> dict[str, DeliveryState]:
    """The state of each of those documents; without the ids that this desk does not know.

    Raises nothing but what the store does.
    """
    queued, aloft = desk.store.unsent(documents), pouches.aloft(desk.store, documents)
    mine = frozenset(own_units(desk))
    found: dict[str, DeliveryState] = {}
    for view in desk.store.documents_of(documents):
        if view.id in queued - aloft:
            found[view.id] = DeliveryState.QUEUED
        elif view.slip is not None and _is_received(desk.store.slip(view.slip), mine):
            found[view.id] = DeliveryState.RECEIVED
        elif view.id in aloft:
            found[view.id] = DeliveryState.ALOFT
        else:
            found[view.id] = DeliveryState.DELIVERED
    return found


def set_aside(desk: Desk) -> list[SetAside]:
    """What the mailboxes held that was not taken, the latest first. What only waits for its file is among them."""
    return [SetAside(one.key, one.code, one.at) for one in desk.store.quarantined()]


def status(desk: Desk) -> LineStatus:
    """How the line stands, without asking it."""
    counts = desk.store.outbox_counts()
    return LineStatus(counts.waiting, counts.events, counts.failed, desk.last_contact, desk.offline_since)


def _is_received(slip: SlipView, mine: frozenset[str]) -> bool:
    """Whether all that these units sent last of it, and was not returned, has been received."""
    sent = [hop for hop in slip.hops if hop.from_unit in mine and hop.state not in RETURNED and not hop.void]
    return bool(sent) and all(hop.state is not HopState.SENT for hop in sent)
