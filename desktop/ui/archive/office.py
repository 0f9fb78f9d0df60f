"""What the window asks of the archive. Rows are those of the operations. No Qt here.

``LOCAL`` lane: :meth:`ArchiveVerbs.deposits`, :meth:`ArchiveVerbs.deposit_again`, :meth:`ArchiveVerbs.take_back`; all others ``POOL``. A
verb with ``progress`` is ended between two pieces once that raises ``Cancelled``: what was done until then stands, and is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop.operations.accept import Accepted
    from desktop.operations.deposits_made import DepositMade
    from desktop.operations.deposits_waiting import DepositWaiting

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
