"""The documents of a desk that wait for their timestamp, as the window shows them. No Qt here."""

from __future__ import annotations

from desktop.operations import raising
from desktop.operations.desk import Desk

from .rail.office import WaitingRow


def waiting_rows(desk: Desk) -> tuple[WaitingRow, ...]:
    """What is owed, the oldest first; each with a reason that has words. No network."""
    found = raising.owed(desk)
    untried = _why_untried(desk) if any(not row.code for row in found) else ""
    return tuple(_row(row, untried) for row in found)


def waiting_row(desk: Desk, document: str) -> WaitingRow | None:
    """The same of one document; None where it waits for nothing here."""
    found = raising.owed_of(desk, document)
    return None if found is None else _row(found, "" if found.code else _why_untried(desk))


def _row(row: raising.Owed, untried: str) -> WaitingRow:
    return WaitingRow(
        row.document, row.cite, row.level, row.since, row.code or untried, row.facts, row.retry_at, row.aside
    )


def _why_untried(desk: Desk) -> str:
    if desk.timestamps is None:
        return "raise.no_timestamps"
    return "raise.quota_spent" if desk.timestamps.remaining(desk.clock()) == 0 else "raise.waits_for_line"
