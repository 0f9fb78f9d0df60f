"""The documents of a desk that wait for their timestamp, as the window shows them. No Qt here."""

from __future__ import annotations

from desktop.operations import raising
from desktop.operations.desk import Desk

from .office import WaitingRow


def waiting_rows(desk: Desk) -> tuple[WaitingRow, ...]:
    """What is owed, the oldest first; each with a reason that has words. No network."""
    found = raising.owed(desk)
    untried = _why_untried(desk) if any(not row.code for row in found) else ""
    return tuple(
        WaitingRow(
            row.document, row.cite, row.level, row.since, row.code or untried, row.facts, row.retry_at, row.aside
        )
        for row in found
    )


def _why_untried(desk: Desk) -> str:
    if desk.timestamps is None:
        return "raise.no_timestamps"
    return "raise.quota_spent" if desk.timestamps.remaining(desk.clock()) == 0 else "raise.waits_for_line"
