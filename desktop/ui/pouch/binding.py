"""The pouch of one desk bound to its operations. No Qt here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from desktop.operations import anew, copies, pouch, pouch_log, pouch_relay
from desktop.operations.pouch_stick import about_stick
from desktop.operations.trays import unit_name

from .office import Errand, PouchReading, StickOutcome, StickRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from threading import Lock

    from desktop.operations.desk import Desk
    from desktop.ui.office import PinProvider

_TURN = 0.2  # seconds between two questions whether the person still waits for the exchange to end


class BoundPouch:
    """``PouchVerbs`` of one desk; ``exchanging`` is held by whatever reads or empties its mailboxes."""

    def __init__(self, desk: Desk, exchanging: Lock) -> None:
        self._desk = desk
        self._exchanging = exchanging

    def read(self) -> PouchReading:
        """What is on its way, and the sticks."""
        desk, found = self._desk, pouch.status(self._desk)
        sticks = tuple(
            StickRow(one.number, one.at, self._names(one.units), one.letters, one.unacknowledged)
            for one in pouch_log.prepared(desk)
        )
        by_unit = tuple((unit_name(desk, unit), count) for unit, count in found.by_unit)
        others = [unit for unit in desk.directory.units if unit.ended_on is None and unit.id != desk.unit_id]
        units = tuple(sorted(((unit.id, unit.name) for unit in others), key=lambda one: one[1].casefold()))
        return PouchReading(found.waiting, found.aloft, by_unit, sticks, units, anew.standing(desk))

    def write(self, stick: Path, units: Sequence[str], progress: Callable[[int, int, str], None]) -> StickOutcome:
        """Prepare a stick."""
        with self._turn(stick, progress):
            done = pouch.write(self._desk, stick, to=units, progress=lambda n, total: progress(n, total, ""))
        return StickOutcome(Errand.WRITE, letters=done.letters, to=self._names(done.for_units), problems=done.problems)

    def take(self, stick: Path, progress: Callable[[int, int, str], None]) -> StickOutcome:
        """Read a stick."""
        with self._turn(stick, progress):
            came = pouch.read(self._desk, stick, progress=lambda n, total: progress(n, total, ""))
        problems = came.problems
        if not copies.is_admitted(self._desk):
            problems = (*problems, ("pouch.not_admitted", {"path": str(stick)}))
        return StickOutcome(
            Errand.READ,
            pouches=came.pouches,
            events=came.events,
            files=came.blobs,
            acks=came.acks,
            problems=problems,
        )

    def relay(self, stick: Path, progress: Callable[[int, int, str], None]) -> StickOutcome:
        """Carry a stick on."""
        with self._turn(stick, progress):
            done = pouch_relay.relay(self._desk, stick, progress=lambda n, total: progress(n, total, ""))
        return StickOutcome(Errand.RELAY, put=done.put, fetched=done.fetched, problems=done.problems)

    def ask_anew(self, stick: Path | None, pin: PinProvider, progress: Callable[[int, int, str], None]) -> StickOutcome:
        """New admission; no exchange runs meanwhile."""
        with self._turn(stick, progress):
            left = anew.ask(self._desk, pin=pin, stick=stick)
        unsent = tuple(dict.fromkeys(one.subject or one.document for one in left.unsent))
        return StickOutcome(Errand.ANEW, unsent=unsent, waiting=left.waiting, by_line=stick is None)

    @contextmanager
    def _turn(self, stick: Path | None, progress: Callable[[int, int, str], None]) -> Iterator[None]:
        while not self._exchanging.acquire(timeout=_TURN):
            progress(0, 0, "")  # raises where the person no longer waits
        try:
            with about_stick(stick) if stick is not None else nullcontext():
                yield
        finally:
            self._exchanging.release()

    def _names(self, units: Sequence[str]) -> tuple[str, ...]:
        return tuple(unit_name(self._desk, unit) for unit in units)
