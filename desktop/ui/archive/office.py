"""What the window asks of the archive. Rows are those of the operations. No Qt here.

``LOCAL`` lane: :meth:`ArchiveVerbs.deposits`, :meth:`ArchiveVerbs.deposit_again`,
:meth:`ArchiveVerbs.take_back`, :meth:`ArchiveVerbs.givers` and the drafts; all others ``POOL``. A
verb with ``progress`` is ended between two pieces once that raises ``Cancelled``: what was done until then stands, and is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from desktop.operations.accept import Accepted
    from desktop.operations.archive_doctor import Checkup
    from desktop.operations.archive_runs import BackupRun
    from desktop.operations.catalogue import Listed
    from desktop.operations.deposits_made import DepositMade
    from desktop.operations.deposits_waiting import DepositWaiting
    from desktop.operations.dossier_page import DossierPage
    from desktop.operations.evidence import EvidenceMade, Standing
    from desktop.operations.fixity import FixityState, ReadingReport
    from desktop.operations.renew_archive import Ageing, Renewed

    Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class DepositRow:
    """A deposit of this unit. ``principal`` is the document that it is opened by, ``cite`` that document's; ``series`` its name."""

    made: DepositMade
    principal: str
    cite: str
    series: str = ""


@dataclass(frozen=True, slots=True)
class TakingIn:
    """What became of deposits. ``asked`` is how many were to be answered: fewer rows mean that it was stopped."""

    rows: tuple[Accepted, ...]
    asked: int


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What ages, with the dossier's name. ``cite`` and ``title`` are empty where the catalogue does not know it."""

    ages: Ageing
    cite: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class RenewalReading:
    """The calendar, the soonest first; ``stamps``: whether somebody gives timestamps here. ``at`` is the office's now."""

    rows: tuple[AgeingRow, ...]
    evidence: tuple[Standing, ...]
    unreadable: tuple[str, ...]
    at: datetime
    stamps: bool


class ArchiveVerbs(Protocol):
    """The archive, as one desk has to do with it."""

    def deposits(self) -> Sequence[DepositRow]:
        """Those of this unit, the latest first; each receipt's signature verified now."""
        ...

    def deposit_again(self, document: str) -> None:
        """Hand in anew what was refused. Raises as ``deposit`` does."""
        ...

    def take_back(self, document: str) -> None:
        """Take what was refused back to Pendientes, to be mended there. Raises as ``reopen`` does."""
        ...

    def waiting(self, progress: Progress) -> Sequence[DepositWaiting]:
        """Custodian: what waits for an answer. Raises ``accept.not_custodian``, ``archive.none_here``, storage's codes."""
        ...

    def accept(self, deposits: Sequence[str], progress: Progress) -> TakingIn:
        """Custodian: examine those, take them in or refuse them, answer each with a signed receipt. Raises as ``waiting`` does."""
        ...

    def dossiers(self, typed: str) -> Listed:
        """What is kept, as far as this desk may see it; all of it where nothing is typed. Raises ``find.bad_day``, storage's codes."""
        ...

    def dossier(self, name: str) -> DossierPage:
        """One of them with its documents, versions, evidence and events. Raises ``archive.not_found``, the archive's codes."""
        ...

    def export(self, names: Sequence[str], folder: Path, *, bag: bool, progress: Progress) -> int:
        """Copies into a new folder, as a BagIt bag or for a reader; how many files. Raises ``export.…``, OSError."""
        ...

    def givers(self, unit: str) -> Sequence[tuple[str, str]]:
        """Who may hand over for that unit: (id, name)."""
        ...

    def draft_inventory(self, objects: Sequence[str]) -> str:
        """An inventory of those, to be signed; the draft's id. Raises ``inventory.…`` and as drafting does."""
        ...

    def draft_transfer(self, objects: Sequence[str], giver: str) -> str:
        """An acta of transfer of those, to be signed; the draft's id. Raises ``acta.several_units`` and as drafting does."""
        ...

    def fixity(self) -> FixityState:
        """How each series stands, read and not; nothing is read for it. Raises storage's codes."""
        ...

    def verify(self, progress: Progress) -> ReadingReport:
        """Read all of it, or go on where it was stopped. Raises ``fixity.busy``, storage's codes."""
        ...

    def save_fixity(self, path: Path) -> None:
        """A report; its form by the end of the name (.pdf, .html, .csv). Raises ``report.…``."""
        ...

    def renewal(self, progress: Progress) -> RenewalReading:
        """What ages when. Raises storage's codes."""
        ...

    def renew(self, objects: Sequence[str], progress: Progress) -> Renewed:
        """A new timestamp for those that gain by it. Raises ``accept.not_custodian``, storage's codes."""
        ...

    def cover(self) -> EvidenceMade:
        """One hash tree over what no evidence covers, stamped where somebody stamps. Raises as ``make_evidence`` does."""
        ...

    def examine(self) -> Checkup:
        """Try what the store of the archive really does, and note it. Raises ``archive.none_here``, storage's codes."""
        ...

    def last_backup(self) -> BackupRun | None:
        """The latest second copy that the archive's log tells of."""
        ...

    def back_up(self, folder: Path, progress: Progress) -> BackupRun:
        """Bring the copy in that folder up to the archive; made there where the folder is empty. Raises ``archive.copy_…``."""
        ...
