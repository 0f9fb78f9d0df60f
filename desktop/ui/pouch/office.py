"""What the window asks of the pouch: how it stands, and the three things that are done with a stick. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from desktop.records.errors import Fact
    from desktop.ui.office import PinProvider


class Errand(StrEnum):
    """What is done with a stick."""

    WRITE = "write"
    READ = "read"
    RELAY = "relay"
    ANEW = "anew"


@dataclass(frozen=True, slots=True)
class StickRow:
    """A stick that was prepared here: for whom (names), how many letters, and how many of them nobody has acknowledged."""

    number: int
    at: datetime
    to: tuple[str, ...]
    letters: int
    unacknowledged: int


@dataclass(frozen=True, slots=True)
class PouchReading:
    """``waiting`` deliveries are not known to have arrived, ``aloft`` of them are on a stick. ``by_unit``: name and letters.

    ``units`` are (id, name) of those a stick can be prepared for. ``anew`` is ``operations.anew.Standing``: whether this desk is a copy
    that can ask for a new admission, or waits for one.
    """

    waiting: int
    aloft: int
    by_unit: tuple[tuple[str, int], ...] = ()
    sticks: tuple[StickRow, ...] = ()
    units: tuple[tuple[str, str], ...] = ()
    anew: str = ""


@dataclass(frozen=True, slots=True)
class StickOutcome:
    """What came of an errand. Written: ``letters`` and ``to`` (names). Read: ``events``, ``files``, ``acks``, of ``pouches`` believed.

    Relayed: ``put`` into the exchange, ``fetched`` onto the stick. Asked anew: ``unsent`` are subjects of acts that never left and are
    to be done again, ``waiting`` acts signed by the key of before that still go. ``problems`` are (code, facts) with words.
    """

    errand: Errand
    letters: int = 0
    to: tuple[str, ...] = ()
    pouches: int = 0
    events: int = 0
    files: int = 0
    acks: int = 0
    put: int = 0
    fetched: int = 0
    unsent: tuple[str, ...] = ()
    waiting: int = 0
    by_line: bool = False
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = field(default=())


class PouchVerbs(Protocol):
    """The pouch of this desk. Each errand runs in the POOL, one at a time with the exchange, and may be done again at any time.

    Raises ``pouch.…``, the exchange's ``storage.…``, and ``Cancelled`` with nothing lost.
    """

    def read(self) -> PouchReading:
        """How it stands. LOCAL lane."""
        ...

    def write(self, stick: Path, units: Sequence[str], progress: Callable[[int, int, str], None]) -> StickOutcome:
        """Prepare a stick for those units (ids); for all, without any."""
        ...

    def take(self, stick: Path, progress: Callable[[int, int, str], None]) -> StickOutcome:
        """Bring in what is for this desk."""
        ...

    def relay(self, stick: Path, progress: Callable[[int, int, str], None]) -> StickOutcome:
        """Carry it on unopened, and put on the stick what waits for its senders."""
        ...

    def ask_anew(self, stick: Path | None, pin: PinProvider, progress: Callable[[int, int, str], None]) -> StickOutcome:
        """A new admission for a copied desk, asked for on that stick or, without one, by the line. TOKEN lane: PINs are asked."""
        ...
