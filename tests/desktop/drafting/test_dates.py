from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting.dates import MONTHS, date_in_words


@pytest.mark.parametrize(
    ("day", "place", "words"),
    [
        (date(2026, 3, 5), "Oruro", "Oruro, 5 de marzo de 2026"),
        (date(2026, 9, 1), " Curahuara de Carangas ", "Curahuara de Carangas, 1 de septiembre de 2026"),
        (date(2024, 2, 29), "", "29 de febrero de 2024"),
    ],
)
def test_as_bolivian_documents_write_it(day: date, place: str, words: str) -> None:
    assert date_in_words(day, place) == words


@given(st.dates())
def test_every_day_can_be_read_back(day: date) -> None:
    number, month, year = date_in_words(day, "").split(" de ")
    assert date(int(year), MONTHS.index(month) + 1, int(number)) == day
