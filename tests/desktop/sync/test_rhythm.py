"""When the line is asked again."""

from __future__ import annotations

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from desktop.sync.rhythm import BUSY, FIRST_RETRY, LONGEST_RETRY, QUIET, SPREAD, Rhythm


class Middle(random.Random):
    """No spread."""

    def random(self) -> float:
        return 0.5


def test_ever_more_seldom_while_there_is_none_and_soon_again_afterwards() -> None:
    rhythm = Rhythm(Middle())
    waits = [rhythm.after_failure() for _ in range(8)]
    assert waits[:3] == [FIRST_RETRY, 2 * FIRST_RETRY, 4 * FIRST_RETRY]
    assert waits[-1] == LONGEST_RETRY
    assert rhythm.after_success(news=False) == QUIET
    assert rhythm.after_success(news=True) == BUSY
    assert rhythm.after_failure() == FIRST_RETRY


@given(st.integers(0, 10_000), st.integers(0, 60))
def test_the_desks_of_an_office_do_not_come_at_one_moment(seed: int, failures: int) -> None:
    rhythm = Rhythm(random.Random(seed))
    for _ in range(failures):
        rhythm.after_failure()
    wait = rhythm.after_failure()
    assert FIRST_RETRY * (1 - SPREAD) <= wait <= LONGEST_RETRY * (1 + SPREAD)
    assert wait < timedelta(minutes=20)
