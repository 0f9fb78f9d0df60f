"""The archive bound to the operations of one desk. No Qt here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop.operations import accept, conclude, deposit, deposits_made, deposits_waiting

from .office import DepositRow, TakingIn
from .stopping import Stoppable

if TYPE_CHECKING:
    from threading import Lock

    from desktop.operations.deposits_made import DepositMade
    from desktop.operations.deposits_waiting import DepositWaiting
    from desktop.operations.desk import Desk

    from .office import Progress

_TURN = 0.2  # seconds between two questions whether the person still waits for the exchange to end


class BoundArchive:
    """``ArchiveVerbs`` of one desk; ``exchanging`` is held by whatever reads or fills its mailboxes."""

    def __init__(self, desk: Desk, exchanging: Lock) -> None:
        self._desk = desk
        self._exchanging = exchanging
        self._known: dict[str, tuple[int, str]] = {}  # answers that are ones, so that they are not fetched again

    def custodian(self) -> bool:
        """Whether this unit keeps the archive, by the directory."""
        return self._desk.unit.custodian

    def deposits(self) -> Sequence[DepositRow]:
        """Those of this unit, with names."""
        return [self._row(made) for made in deposits_made.deposits(self._desk)]

    def _row(self, made: DepositMade) -> DepositRow:
        desk = self._desk
        principal = made.documents[0]
        known = desk.store.events_of_document(principal)
        series = next((row.title for row in desk.directory.scheme if row.id == made.series), "")
        return DepositRow(made, principal, desk.store.document(principal).cite if known else "", series)

    def deposit_again(self, document: str) -> None:
        """One act, under a new number."""
        deposit.deposit(self._desk, document)

    def take_back(self, document: str) -> None:
        """Back to Pendientes."""
        conclude.reopen(self._desk, document)

    def waiting(self, progress: Progress) -> Sequence[DepositWaiting]:
        """What waits in the exchange."""
        asked = Stoppable(progress)
        return deposits_waiting.deposits_waiting(
            self._desk, progress=asked.progress, cancelled=asked.cancelled, known=self._known
        )

    def accept(self, deposits: Sequence[str], progress: Progress) -> TakingIn:
        """Those deposits and no others; the one under way is finished."""
        chosen = frozenset(deposits)
        asked = Stoppable(progress)
        with self._turn(progress):
            rows = accept.accept_all(
                self._desk,
                progress=asked.progress,
                cancelled=asked.cancelled,
                wanted=chosen.__contains__,
                known=self._known,
            )
        return TakingIn(tuple(rows), len(chosen))

    @contextmanager
    def _turn(self, progress: Progress) -> Iterator[None]:
        while not self._exchanging.acquire(timeout=_TURN):
            progress(0, 0, "")  # raises where the person no longer waits
        try:
            yield
        finally:
            self._exchanging.release()
