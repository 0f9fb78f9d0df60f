"""Rows on a desk of a million documents: searches, a chief's monitor, a tray. Each the worst of twenty, each on a connection of its own.

The desk is made once per run of the bench, which takes minutes; its size is told with the rows. What is measured is the store's
question and what it reads back, with the operating system's cache as it is after the making.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from desktop.routing.trays import Tray
from desktop.store.desk import DeskStore
from desktop.store.search import Asked
from tests.bench import million
from tests.bench.rows import stopwatch

_RUNS = 20
_SHOWN = 100  # rows of a tray that a window shows at a time


class _Shared:
    """The desk that all rows ask; ``close`` throws it away."""

    def __init__(self) -> None:
        self._made: tuple[tempfile.TemporaryDirectory[str], million.Million] | None = None

    def get(self) -> million.Million:
        if self._made is None:
            folder = tempfile.TemporaryDirectory(prefix="qillqa-million-")
            self._made = folder, million.write(Path(folder.name))
        return self._made[1]

    @property
    def size(self) -> str:
        """How large the database is, once it is made."""
        return f" ({self._made[1].gigabytes:.1f} GB)" if self._made else ""

    def close(self) -> None:
        if self._made is not None:
            self._made[0].cleanup()
            self._made = None


_SHARED = _Shared()
close = _SHARED.close


def note(name: str) -> str:
    """What is said with a row of these: the size of the database."""
    return _SHARED.size if name in ROWS else ""


def _worst(ask: Callable[[DeskStore], object], *, hits: int | None = None) -> float:
    """Milliseconds of the slowest of twenty. Raises OSError where the answer is not ``hits`` long: then nothing was measured."""
    home, slowest = _SHARED.get().home, 0.0
    for _ in range(_RUNS):
        with DeskStore.open(home, now=datetime.now(UTC)) as store, stopwatch() as read:
            found = ask(store)
            slowest = max(slowest, read())
        count = len(found) if isinstance(found, list) else None
        if hits is not None and count != hits:
            raise OSError(f"{count} hits instead of {hits}")
    return slowest


def search_common_word() -> float:
    return _worst(lambda store: store.search(_SHARED.get().common), hits=50)


def search_rare() -> float:
    return _worst(lambda store: store.search(_SHARED.get().rare), hits=4)


def search_two_words() -> float:
    made = _SHARED.get()
    return _worst(lambda store: store.search(f"{made.common} {made.apart[0]}"), hits=50)


def search_never_meet() -> float:
    return _worst(lambda store: store.search(" ".join(_SHARED.get().apart)), hits=0)


def search_prefix() -> float:
    return _worst(lambda store: store.search("ca"), hits=50)


def search_cite() -> float:
    return _worst(lambda store: store.search(_SHARED.get().cite), hits=1)


def search_person() -> float:
    name = million.name_of(7).split()[:2]
    ids = [[million.official_id(n) for n in range(million.OFFICIALS) if word in million.name_of(n)] for word in name]
    return _worst(lambda store: store.search(Asked("", by=" ".join(name), by_people=ids)), hits=50)


def search_dates() -> float:
    made = _SHARED.get()
    since = datetime(made.day.year, made.day.month, made.day.day, tzinfo=UTC)
    return _worst(lambda store: store.search(made.common, since=since, until=since + timedelta(days=30)), hits=50)


def monitor_1m() -> float:
    return _worst(lambda store: store.lying([_SHARED.get().unit]))


def tray_1m() -> float:
    made = _SHARED.get()
    who = made.official
    return _worst(lambda store: store.tray(Tray.PENDING, made.unit, who, serving=(who,), limit=_SHOWN))


def tray_counts_1m() -> float:
    made = _SHARED.get()
    return _worst(lambda store: store.tray_counts(made.unit, made.official, serving=(made.official,)))


ROWS: dict[str, Callable[[], float]] = {
    "search_common_word": search_common_word,
    "search_rare": search_rare,
    "search_two_words": search_two_words,
    "search_never_meet": search_never_meet,
    "search_prefix": search_prefix,
    "search_cite": search_cite,
    "search_person": search_person,
    "search_dates": search_dates,
    "monitor_1m": monitor_1m,
    "tray_1m": tray_1m,
    "tray_counts_1m": tray_counts_1m,
}
