"""The line of one desk bound to its operations. No Qt here."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from desktop.operations import delivery
from desktop.operations import trays as tray_operations
from desktop.routing.trays import Tray

from .office import AsideRow, DeliveryRow, LineReading, in_order

if TYPE_CHECKING:
    from desktop.operations.desk import Desk

MOST = 500  # rows of the panel, the latest


class BoundLine:
    """``LineVerbs`` of one desk; it is also the ``Pause`` that an exchange asks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._paused = Event()

    def read(self) -> LineReading:
        """What lies in Enviados, how far it has come, and what was set aside."""
        status = delivery.status(self._desk)
        sent = tray_operations.rows(self._desk, Tray.SENT)[:MOST]
        states = delivery.states(self._desk, [row.document.id for row in sent])
        rows = [
            DeliveryRow(
                row.document.id,
                row.slip.number if row.slip else row.document.cite,
                row.document.subject,
                ", ".join(part for part in (row.person, row.unit) if part),
                row.since,
                states[row.document.id],
                row.hop.id if row.hop else None,
            )
            for row in sent
            if row.document.id in states
        ]
        aside = tuple(AsideRow(one.code, one.at, {"key": one.key}) for one in delivery.set_aside(self._desk))
        return LineReading(
            status.waiting, status.failed, status.last_contact, status.offline_since, in_order(rows), aside
        )

    def pause(self) -> None:
        """Asked by the exchange between pieces."""
        self._paused.set()

    def resume(self) -> None:
        """Before an exchange begins."""
        self._paused.clear()

    def requested(self) -> bool:
        """Whether somebody asked for a pause."""
        return self._paused.is_set()
