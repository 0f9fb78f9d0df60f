"""What the window asks of the line: how far each document has come, what was set aside, and a pause. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from desktop.operations.delivery import DeliveryState
    from desktop.records.errors import Fact


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A document that this unit sent, to whom, and how far it has come."""

    document: str
    number: str
    subject: str
    to: str
    since: datetime | None
    state: DeliveryState
    hop: str | None = None


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Something the exchange held that was not taken: a code with words, its facts, and when it was first noticed."""

    code: str
    at: datetime
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LineReading:
    """What the panel shows. ``last_contact`` is None before the first exchange."""

    waiting: int
    failed: int
    last_contact: datetime | None
    offline_since: datetime | None
    rows: tuple[DeliveryRow, ...] = ()
    aside: tuple[AsideRow, ...] = ()


class LineVerbs(Protocol):
    """The line of this desk."""

    def read(self) -> LineReading:
        """How it stands, without asking the network. LOCAL lane."""
        ...

    def pause(self) -> None:
        """End the exchange under way after the piece that is going; from any thread. The next one goes on from there."""
        ...


def in_order(rows: Sequence[DeliveryRow]) -> tuple[DeliveryRow, ...]:
    """What has not come far first, each kind the latest first."""
    far = {"queued": 0, "aloft": 1, "delivered": 2, "received": 3}
    by_time = sorted(rows, key=lambda row: row.since.timestamp() if row.since else 0.0, reverse=True)
    return tuple(sorted(by_time, key=lambda row: far.get(row.state.value, 0)))
