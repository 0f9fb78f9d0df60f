"""Days held and left, as the lists say them."""

from __future__ import annotations

from desktop.routing.trays import Days
from desktop.words import words


def days_in_words(days: Days, language: str = "es", *, arrived: bool = False) -> str:
    """E.g. ``vencido hace 2 días``, ``quedan 3 días``, ``4 días, sin plazo``; ``arrived``: it is not received yet.

    Where a year has no holidays in the directory, that is said too.
    """
    told = _told(days, language, arrived=arrived)
    return told if days.calendar else f"{told} ({words('days.no_calendar', language).what})"


def _told(days: Days, language: str, *, arrived: bool) -> str:
    kind, count = _kind(days, arrived=arrived)
    one = {0: "today", 1: "one"}.get(count, "many")
    return words(f"days.{kind}_{one}", language, {"count": count}).what


def _kind(days: Days, *, arrived: bool) -> tuple[str, int]:
    if days.left is not None and days.left < 0:
        return "late", -days.left
    if days.left is not None:
        return "left", days.left
    return ("arrived" if arrived else "held"), days.held
