"""Which sticks this desk prepared, and how much of each is known to have arrived."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from desktop.store import pouches
from desktop.sync.keys import read_pouch_letter

if TYPE_CHECKING:
    from desktop.store.act import Act

    from .desk import Desk

_LOG = "pouch-log"
_MOST = 20  # sticks; older ones tell nothing that these do not


@dataclass(frozen=True, slots=True)
class Prepared:
    """A stick: the ``number`` of its pouch, ``at`` when, how many ``letters`` for which ``units`` (ids), how many are not acknowledged."""

    number: int
    at: datetime
    letters: int
    units: tuple[str, ...]
    unacknowledged: int


def keep_prepared(desk: Desk, act: Act, number: int, letters: Iterable[pouches.PouchLetter]) -> None:
    """Remember in that act what the finished pouch of that number holds."""
    last: dict[str, int] = {}
    count = 0
    for letter in letters:
        found = read_pouch_letter(letter.key)
        if found is not None:
            count += 1
            last[letter.unit] = max(last.get(letter.unit, 0), found.seq)
    row = {"number": number, "at": desk.clock().isoformat(), "letters": count, "last": last}
    rows = [*_rows(desk), row][-_MOST:]
    act.set_setting(_LOG, json.dumps(rows, sort_keys=True))


def prepared(desk: Desk) -> tuple[Prepared, ...]:
    """The latest sticks first. A letter counts as not acknowledged on each stick that holds it."""
    waiting = [
        (letter.unit, found.seq)
        for letter in pouches.open_letters(desk.store)
        if (found := read_pouch_letter(letter.key)) is not None
    ]
    return tuple(
        Prepared(
            row["number"],
            datetime.fromisoformat(row["at"]),
            row["letters"],
            tuple(row["last"]),
            min(sum(seq <= row["last"].get(unit, -1) for unit, seq in waiting), row["letters"]),
        )
        for row in reversed(_rows(desk))
    )


def _rows(desk: Desk) -> list[dict[str, Any]]:
    return list(json.loads(desk.store.setting(_LOG) or "[]"))
