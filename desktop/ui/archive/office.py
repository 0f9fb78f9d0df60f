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
    from pathlib import Path

    from desktop.operations.accept import Accepted
    from desktop.operations.catalogue import Listed
    from desktop.operations.deposits_made import DepositMade
    from desktop.operations.deposits_waiting import DepositWaiting
    from desktop.operations.dossier_page import DossierPage

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
