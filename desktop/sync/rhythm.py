"""When to ask the line again: soon after news, seldom when nothing comes, ever more seldom while there is none."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

BUSY = timedelta(seconds=30)
QUIET = timedelta(minutes=2)
FIRST_RETRY = timedelta(seconds=30)
LONGEST_RETRY = timedelta(minutes=15)
SPREAD = 0.2  # so that the desks of an office do not all come at one moment after a power cut


@dataclass(slots=True)
class Rhythm:
    """The waits of one desk. ``chance`` gives numbers from 0 to 1; nothing here looks at a clock."""

    chance: random.Random = field(default_factory=random.SystemRandom)
    failures: int = 0

    def after_success(self, *, news: bool) -> timedelta:
        """How long to wait after an exchange that worked; ``news``: something went or came."""
        self.failures = 0
        return self._spread(BUSY if news else QUIET)

    def after_failure(self) -> timedelta:
        """How long to wait after one that did not: twice as long each time, up to a quarter of an hour."""
        wait = min(FIRST_RETRY * 2 ** min(self.failures, 10), LONGEST_RETRY)
        self.failures += 1
        return self._spread(wait)

    def _spread(self, wait: timedelta) -> timedelta:
        return wait * (1 + SPREAD * (2 * self.chance.random() - 1))
