"""Days held and left in words, in both languages."""

from __future__ import annotations

import pytest

from desktop.routing.trays import Days, Urgency
from desktop.verdicts.days import days_in_words
from desktop.words import LANGUAGES


@pytest.mark.parametrize(
    ("held", "left", "arrived", "told"),
    [
        (0, None, True, "llegó hoy"),
        (1, None, True, "llegó hace 1 día hábil"),
        (4, None, True, "llegó hace 4 días hábiles"),
        (0, None, False, "recibido hoy, sin plazo"),
        (1, None, False, "1 día hábil, sin plazo"),
        (4, None, False, "4 días hábiles, sin plazo"),
        (4, -1, False, "vencido hace 1 día hábil"),
        (4, -3, True, "vencido hace 3 días hábiles"),
        (4, 0, False, "vence hoy"),
        (4, 1, False, "queda 1 día hábil"),
        (4, 2, True, "quedan 2 días hábiles"),
    ],
)
def test_in_words(held: int, left: int | None, arrived: bool, told: str) -> None:
    days = Days(held, left, Urgency.GOOD)
    assert days_in_words(days, arrived=arrived) == told
    unknown = Days(held, left, Urgency.GOOD, calendar=False)
    assert days_in_words(unknown, arrived=arrived) == f"{told} (sin calendario de feriados)"
    assert len({days_in_words(days, language, arrived=arrived) for language in LANGUAGES}) == len(LANGUAGES)
