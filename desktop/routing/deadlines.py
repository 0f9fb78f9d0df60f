"""Days: counted in working days of the entity's calendar. Words belong to the window."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from desktop.records.people import RoutingRules

_ONE = timedelta(days=1)
_WEEK = 5  # working days, Monday to Friday
_USUAL = RoutingRules()


class Urgency(StrEnum):
    """How a row is coloured; the window always adds the words."""

    NONE = "none"
    GOOD = "good"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Days:
    """``held`` working days since reception; ``left`` until the deadline (negative when overdue), None without one.

    ``calendar`` is False where a year that was counted has no holiday in the directory: then only weekends were left out.
    """

    held: int
    left: int | None
    urgency: Urgency
    calendar: bool = True


def working_day(day: date, holidays: Collection[date]) -> bool:
    """Whether the office works on that day."""
    return day.weekday() < _WEEK and day not in holidays


def working_days(since: date, until: date, holidays: Collection[date]) -> int:
    """Working days after ``since`` up to and with ``until``; none where that is not later."""
    if until <= since:
        return 0
    weeks, rest = divmod((until - since).days, 7)
    end = since + timedelta(days=7 * weeks)
    count = weeks * _WEEK + sum((end + n * _ONE).weekday() < _WEEK for n in range(1, rest + 1))
    return count - sum(since < day <= until and day.weekday() < _WEEK for day in set(holidays))


def due(start: date, days: int, holidays: Collection[date]) -> date:
    """The day on which that many working days after ``start`` are over; ``start`` itself where there are none to count."""
    day, known = start, frozenset(holidays)
    while days > 0:
        day += _ONE
        days -= working_day(day, known)
    return day


def has_calendar(holidays: Collection[date], *days: date) -> bool:
    """Whether the directory knows holidays in every year between those days."""
    years = {day.year for day in holidays}
    return all(year in years for year in range(min(days).year, max(days).year + 1))


def count_days(
    since: date,
    deadline: date | None,
    today: date,
    holidays: Collection[date] = (),
    rules: RoutingRules = _USUAL,
) -> Days:
    """Days held and left. ``rules.care`` and ``rules.bad`` are days held, without a deadline; with one, care begins at ``rules.care`` left.

    A deadline that has passed is overdue, though no working day lies between.
    """
    held = working_days(since, today, holidays)
    days = (since, max(since, today)) if deadline is None else (since, max(since, today), deadline)
    known = has_calendar(holidays, *days)
    if deadline is None:
        urgency = Urgency.BAD if held >= rules.bad else Urgency.CARE if held >= rules.care else Urgency.GOOD
        return Days(held, None, urgency, known)
    if deadline < today:
        return Days(held, -max(working_days(deadline, today, holidays), 1), Urgency.BAD, known)
    left = working_days(today, deadline, holidays)
    return Days(held, left, Urgency.CARE if left <= rules.care else Urgency.GOOD, known)
