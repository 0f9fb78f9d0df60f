"""Times as text: UTC, ISO 8601 with microseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def write_time(moment: datetime) -> str:
    """Raises ValueError for a time without zone: a bug, not an input."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """The aware UTC time that ``write_time`` wrote."""
    return datetime.fromisoformat(text)
