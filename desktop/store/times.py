"""Times as text: UTC, ISO 8601 with microseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def write_time(moment: datetime) -> str:
    """Raises ValueError for a time without zone: a bug, not an input."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """The aware UTC time that ``write_time`` wrote."""
    return datetime.fromisoformat(text)


def has_passed(since: str | None, now: datetime, span: timedelta) -> bool:
    """Whether that long has passed since a time kept as text; also where none was kept or the clock has been set back behind it."""
    return not since or not timedelta() <= now - datetime.fromisoformat(since) < span
