"""Working days: weekends and the entity's holidays are left out, and a calendar that is not there is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.people import RoutingRules
from desktop.routing.deadlines import Urgency, count_days, due, has_calendar, working_day, working_days

HOLIDAYS = frozenset(
    {date(2026, 2, 16), date(2026, 2, 17), date(2026, 4, 3), date(2026, 4, 4)}
)  # the last one a Saturday
DAYS = st.dates(date(2025, 12, 1), date(2026, 12, 31))
SOME = st.frozensets(DAYS, max_size=12)


@pytest.mark.parametrize(
    ("since", "until", "count"),
    [
        (date(2026, 2, 13), date(2026, 2, 13), 0),
        (date(2026, 2, 13), date(2026, 2, 15), 0),  # Friday to Sunday
        (date(2026, 2, 13), date(2026, 2, 18), 1),  # over Carnival
        (date(2026, 2, 10), date(2026, 2, 13), 3),
        (date(2026, 2, 18), date(2026, 2, 10), 0),
        (date(2026, 3, 30), date(2026, 4, 6), 4),  # Good Friday; a holiday on a Saturday takes nothing away
        (date(2026, 3, 2), date(2026, 3, 30), 20),
    ],
)
def test_working_days(since: date, until: date, count: int) -> None:
    assert working_days(since, until, HOLIDAYS) == count


@given(DAYS, st.integers(0, 400), SOME)
def test_counting_is_what_walking_counts(since: date, days: int, holidays: frozenset[date]) -> None:
    until = since + timedelta(days=days)
    walked = sum(working_day(since + timedelta(days=n), holidays) for n in range(1, days + 1))
    assert working_days(since, until, holidays) == walked


@given(DAYS, st.integers(0, 60), SOME)
def test_what_is_due_is_that_many_working_days_later(start: date, days: int, holidays: frozenset[date]) -> None:
    day = due(start, days, holidays)
    assert working_days(start, day, holidays) == days
    assert day == start if days == 0 else working_day(day, holidays)


@pytest.mark.parametrize(
    ("today", "deadline", "held", "left", "urgency"),
    [  # since Monday 2 March 2026
        (2, None, 0, None, Urgency.GOOD),
        (4, None, 2, None, Urgency.GOOD),
        (5, None, 3, None, Urgency.CARE),
        (8, None, 4, None, Urgency.CARE),  # a Sunday
        (9, None, 5, None, Urgency.BAD),
        (2, 10, 0, 6, Urgency.GOOD),
        (5, 10, 3, 3, Urgency.CARE),
        (10, 10, 6, 0, Urgency.CARE),
        (11, 10, 7, -1, Urgency.BAD),
        (7, 6, 4, -1, Urgency.BAD),  # overdue on a Saturday, though no working day lies between
        (16, 13, 10, -1, Urgency.BAD),  # over a weekend
        (6, 8, 4, 0, Urgency.CARE),  # a deadline on a Sunday: today is the last day
    ],
)
def test_days(today: int, deadline: int | None, held: int, left: int | None, urgency: Urgency) -> None:
    until = date(2026, 3, deadline) if deadline else None
    days = count_days(date(2026, 3, 2), until, date(2026, 3, today), HOLIDAYS)
    assert (days.held, days.left, days.urgency, days.calendar) == (held, left, urgency, True)


def test_when_it_is_late_is_the_entitys_choice() -> None:
    strict = RoutingRules(care=1, bad=2)
    days = [count_days(date(2026, 3, 2), None, date(2026, 3, day), HOLIDAYS, strict).urgency for day in (2, 3, 4)]
    assert days == [Urgency.GOOD, Urgency.CARE, Urgency.BAD]
    assert count_days(date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 3), HOLIDAYS, strict).urgency is Urgency.GOOD


def test_a_year_without_holidays_is_told() -> None:
    assert has_calendar(HOLIDAYS, date(2026, 1, 1), date(2026, 12, 31))
    assert not has_calendar(HOLIDAYS, date(2026, 12, 1), date(2027, 1, 4))
    assert not count_days(date(2026, 3, 2), None, date(2026, 3, 3)).calendar
    assert not count_days(date(2026, 12, 28), date(2027, 1, 4), date(2026, 12, 29), HOLIDAYS).calendar
    assert not count_days(date(2026, 12, 28), None, date(2027, 1, 4), HOLIDAYS).calendar


def test_days_are_never_negative() -> None:
    assert count_days(date(2026, 3, 5), None, date(2026, 3, 1), HOLIDAYS).held == 0
