"""The archive bound to the operations of one desk. No Qt here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from desktop.operations import (
    accept,
    archive_runs,
    catalogue,
    conclude,
    deposit,
    deposits_made,
    deposits_waiting,
    dossier_page,
    evidence,
    export_dossier,
    fixity,
    inventory_list,
    renew_archive,
)
from desktop.resources import find_resources

from .office import AgeingRow, DepositRow, RenewalReading, TakingIn
from .stopping import Stoppable

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Lock

    from desktop.operations.archive_doctor import Checkup
    from desktop.operations.archive_runs import BackupRun
    from desktop.operations.catalogue import Listed
    from desktop.operations.deposits_made import DepositMade
    from desktop.operations.deposits_waiting import DepositWaiting
    from desktop.operations.desk import Desk
    from desktop.operations.dossier_page import DossierPage
    from desktop.operations.evidence import EvidenceMade
    from desktop.operations.fixity import FixityState, ReadingReport
    from desktop.operations.renew_archive import Renewed
    from signing.report import FileVerdict

    from .office import Progress

_WHENEVER = timedelta(days=36_500)
MOST = 500  # hits of a search
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

    def dossiers(self, typed: str) -> Listed:
        """Found, or all of them by unit, day and cite."""
        if typed.strip():
            return catalogue.find_dossiers(self._desk, typed, limit=MOST)
        return catalogue.list_dossiers(self._desk)

    def dossier(self, name: str) -> DossierPage:
        """Read from the root."""
        return dossier_page.dossier_page(self._desk, name)

    def export(self, names: Sequence[str], folder: Path, *, bag: bool, progress: Progress) -> int:
        """A bag has every version, a reader's copy the report of verification."""
        if bag:
            return export_dossier.export_bag(self._desk, names, folder).files

        def report(path: Path, verdicts: Sequence[FileVerdict]) -> None:
            from desktop.verdicts.phrases import Phrases  # with them comes the page engine
            from desktop.verdicts.writing import Setting, write_reports

            phrases = Phrases(zone=self._desk.directory.entity.zone)
            write_reports([path], verdicts, Setting(None, version("qillqa"), find_resources(), phrases))

        given = export_dossier.export_for_reader(
            self._desk, names, folder, report, progress=lambda done, total: progress(done, total, "")
        )
        return sum(len(one.files) for one in given.dossiers)

    def givers(self, unit: str) -> Sequence[tuple[str, str]]:
        """Those who serve there today."""
        today = self._desk.now_local().date()
        directory = self._desk.directory
        serving = [one for one in directory.officials_of(unit) if directory.serving(one.id, today)]
        return [(one.id, one.name) for one in serving]

    def draft_inventory(self, objects: Sequence[str]) -> str:
        """Signed by whoever acts here."""
        return inventory_list.draft_inventory(self._desk, inventory_list.of_objects(self._desk, objects), [])

    def draft_transfer(self, objects: Sequence[str], giver: str) -> str:
        """Signed by both."""
        return inventory_list.draft_transfer(self._desk, inventory_list.of_objects(self._desk, objects), giver)

    # -- care

    def fixity(self) -> FixityState:
        """By what this PC read."""
        return fixity.fixity_state(self._desk)

    def verify(self, progress: Progress) -> ReadingReport:
        """What was read until a pause is kept; noted in the archive's log once it is finished."""
        asked = Stoppable(progress)
        return fixity.check_archive(self._desk, progress=asked.progress, cancelled=asked.cancelled)

    def save_fixity(self, path: Path) -> None:
        """With every dossier, as far as its form tells them."""
        from desktop.verdicts.fixity_paper import FixityPaper, write_fixity  # with it comes the page engine
        from desktop.verdicts.phrases import Phrases

        desk = self._desk
        paper = FixityPaper(
            self.fixity(),
            lambda: fixity.objects_read(desk),
            version("qillqa"),
            find_resources(),
            Phrases(zone=desk.directory.entity.zone),
        )
        write_fixity([path], paper)

    def renewal(self, progress: Progress) -> RenewalReading:
        """With names from the catalogue."""
        asked, desk = Stoppable(progress), self._desk
        found = renew_archive.renewal_calendar(desk, cancelled=asked.cancelled)
        names = {one.object: one for one in catalogue.list_dossiers(desk).dossiers}
        rows = []
        for one in found.rows:
            known = names.get(one.object)
            rows.append(AgeingRow(one, known.cite, known.title) if known else AgeingRow(one))
        standing = tuple(evidence.evidence_state(desk))
        return RenewalReading(tuple(rows), standing, found.unreadable, desk.clock(), desk.timestamps is not None)

    def renew(self, objects: Sequence[str], progress: Progress) -> Renewed:
        """Whenever it ends, as long as it gains by it; the one under way is finished."""
        asked = Stoppable(progress)
        return renew_archive.renew_archive(
            self._desk,
            within=_WHENEVER,
            objects=frozenset(objects),
            progress=asked.progress,
            cancelled=asked.cancelled,
        )

    def cover(self) -> EvidenceMade:
        """The tree alone where nobody stamps."""
        return evidence.make_evidence(self._desk)

    def examine(self) -> Checkup:
        """Noted in the archive's log."""
        return archive_runs.examine(self._desk)

    def last_backup(self) -> BackupRun | None:
        """By the archive's log."""
        return archive_runs.last_backup(self._desk)

    def back_up(self, folder: Path, progress: Progress) -> BackupRun:
        """Noted in the archive's log."""
        return archive_runs.back_up(self._desk, folder, progress=lambda done, total: progress(done, total, ""))

    @contextmanager
    def _turn(self, progress: Progress) -> Iterator[None]:
        while not self._exchanging.acquire(timeout=_TURN):
            progress(0, 0, "")  # raises where the person no longer waits
        try:
            yield
        finally:
            self._exchanging.release()
