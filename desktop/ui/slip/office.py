"""What the window asks of a hoja de ruta: the frozen rows of it and the verbs on it. No Qt here; names instead of ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from desktop.routing.paper import PaperState

if TYPE_CHECKING:
    from datetime import date, datetime

    from desktop.routing.sheet import ConflictKind
    from desktop.routing.slips import HopMode, HopState


@dataclass(frozen=True, slots=True)
class Note:
    """Why it takes longer (``until`` when), or to whom of the unit it was handed (``to``): who said it, when."""

    reason: str
    who: str
    at: datetime
    until: date | None = None
    to: str = ""


@dataclass(frozen=True, slots=True)
class HopLine:
    """One hop with names instead of ids. ``action`` is a code of ``routing.slips.ACTIONS`` or the directory's own words.

    ``void``: a settlement dropped it. ``delays`` and ``handed`` are the notes on it, the first first. ``paper`` was announced with it,
    ``paper_came`` is what its reception says of it, ``paper_state`` how it stands.
    """

    hop: str
    from_person: str
    from_unit: str
    to_person: str
    to_unit: str
    mode: HopMode
    state: HopState
    action: str
    remark: str
    urgent: bool
    deadline: date | None
    sheets: int
    sent_at: datetime
    received_at: datetime | None = None
    received_by: str = ""
    reason: str = ""
    void: bool = False
    delays: tuple[Note, ...] = ()
    handed: tuple[Note, ...] = ()
    unscanned: str = ""
    coordinate: str = ""
    paper: str = ""
    paper_came: str = ""
    paper_state: PaperState = PaperState.NONE
    folder: str = ""


@dataclass(frozen=True, slots=True)
class SlipProof:
    """What the signed events alone say of a slip: how many hops, how many events are missing, and how many were altered."""

    hops: int
    missing: int = 0
    altered: int = 0

    @property
    def whole(self) -> bool:
        """Nothing missing and nothing altered."""
        return not self.missing and not self.altered


@dataclass(frozen=True, slots=True)
class SlipChoice:
    """A slip that can be chosen for a group. ``heads``: it is already the principal of one, so it can only stay that."""

    slip: str
    number: str
    subject: str
    heads: bool = False


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """Where the paper is: ``where`` in ``unit``, or on its way there (``under_way``)."""

    what: str = ""
    where: str = ""
    unit: str = ""
    since: datetime | None = None
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a conflict was settled: which hop counts, why, by whom."""

    keep: str
    reason: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clash:
    """Hops that contradict each other; ``unit`` sent them, and its chief settles. ``ruling`` is None while nobody has."""

    about: ConflictKind
    hops: tuple[str, ...]
    unit: str
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True)
class SlipSheet:
    """What a slip tells beside its hops. ``principal`` is the number of the slip it goes with, "" for none."""

    principal: str = ""
    members: tuple[SlipChoice, ...] = ()
    paper: PaperPlace = PaperPlace()
    folder: str = ""
    deadline: date | None = None
    procedure: str = ""
    addressee: str = ""
    clashes: tuple[Clash, ...] = ()
    answer_to: str = ""  # id of the official who sent it here, to whom an answer goes

    @property
    def open_clashes(self) -> tuple[Clash, ...]:
        """Those that nobody has settled."""
        return tuple(clash for clash in self.clashes if clash.ruling is None)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the own unit who serves today."""

    official: str
    name: str
    post: str


class SlipVerbs(Protocol):
    """The acts on a slip beyond those of a document. LOCAL lane. Each raises what its operation does (code and facts with words)."""

    def groupable(self, slip: str) -> Sequence[SlipChoice]:
        """The other slips that lie with this unit and could go with this one."""
        ...

    def colleagues(self) -> Sequence[Colleague]:
        """To whom the chief may hand something."""
        ...

    def folders(self) -> Sequence[str]:
        """The folders of the unit's archive, by name."""
        ...

    def group(self, slips: Sequence[str], principal: str) -> None:
        """Agrupar."""
        ...

    def ungroup(self, members: Sequence[str]) -> None:
        """Desagrupar, one after the other."""
        ...

    def justify(self, slip: str, hop: str, reason: str, until: date | None) -> None:
        """Justificar la demora."""
        ...

    def move_paper(self, slip: str, hop: str, where: str, paper: str) -> None:
        """Say where the paper is; ``hop`` "" for the slip's own."""
        ...

    def reassign(self, slip: str, hop: str, official: str, reason: str) -> None:
        """Hand it to another official of the unit."""
        ...

    def settle(self, slip: str, keep: str, reason: str) -> None:
        """Which of the contradicting hops counts."""
        ...

    def put_away(self, slip: str, hop: str, remark: str, folder: str) -> None:
        """Archive a copy, or a hop that a settlement dropped."""
        ...
