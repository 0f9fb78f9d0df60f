"""The queue that raises documents by itself: what is owed, a round over it, and why something waits.

What is owed is read from the documents, never from a list that could forget one. Only what came of trying is remembered, so that a
service that is down is not asked for ever and a person can see why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from desktop.records.documents import DocumentState, DocumentView
from desktop.records.errors import Cancelled, Fact, OfficeError
from desktop.store.raising import RaisingTry
from desktop.store.turn import turn
from signing.errors import SigningError
from signing.evidence import is_service_trouble
from signing.report import Level

from . import copies
from .desk import Desk
from .raise_level import raise_level, require_raisable

RaisingProgress = Callable[[int, int, str], None]
"""``progress(done, total, cite)``; may raise ``Cancelled``."""

_STATES = (DocumentState.SIGNED, DocumentState.CONCLUDED)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
# Somebody else's turn, or other bytes by now: nothing is owed here any more, or it is owed anew.
_MOVED_ON = frozenset({"raise.not_appender", "document.forked", "document.act_forbidden"})


@dataclass(frozen=True, slots=True)
class Owed:
    """A document whose level is below the one that is wished. ``since``: when its last append was made (claimed).

    ``code`` and ``facts``: why the last try came to nothing, "" before the first. ``retry_at`` None: as soon as there is a line.
    ``aside``: it needs a person.
    """

    document: str
    cite: str
    level: Level
    wished: Level
    since: datetime
    tries: int = 0
    code: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    retry_at: datetime | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RaisingOutcome:
    """A round. ``raised``: (cite, level reached); ``waits``: why it ended before all was done, "" when it did not.

    ``problems`` are (code, facts) of documents that need a person. ``left``: still owed afterwards.
    """

    raised: tuple[tuple[str, Level], ...] = ()
    left: int = 0
    waits: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()


def wished_level(desk: Desk) -> Level:
    """The level that this desk's documents are raised to: the setting ``raise_level``, else B-LTA."""
    kept = desk.store.setting("raise_level")
    return Level(kept) if kept in [level.value for level in Level] else Level.B_LTA


def owed(desk: Desk) -> list[Owed]:
    """Everything that this desk owes and may append to now, the oldest first."""
    wished = wished_level(desk)
    tries = desk.store.raising_tries()
    return [
        _owed(view, wished, tries.get(view.id))
        for view in desk.store.documents_at_levels(_below(wished), _STATES)
        if _ours(desk, view)
    ]


def owed_of(desk: Desk, document: str) -> Owed | None:
    """The same of one document; None where nothing is owed."""
    view, wished = desk.store.document(document), wished_level(desk)
    if view.state not in _STATES or view.level not in _below(wished) or not _ours(desk, view):
        return None
    return _owed(view, wished, desk.store.raising_tries().get(document))


def _below(wished: Level) -> list[str]:
    return [level.value for level in Level if level.rank < wished.rank]


def _owed(view: DocumentView, wished: Level, tried: RaisingTry | None) -> Owed:
    last = view.appended[-1]
    row = Owed(view.id, view.cite, Level(last.level), wished, last.at)
    if tried is None:
        return row
    return replace(
        row, tries=tried.tries, code=tried.code, facts=tried.facts, retry_at=tried.retry_at, aside=tried.aside
    )


def _ours(desk: Desk, view: DocumentView) -> bool:
    try:
        require_raisable(desk, view)
    except OfficeError:
        return False
    return True


def due(row: Owed, now: datetime) -> bool:
    """Whether it may be tried: not set aside, and its waiting is over. A wait that no wait can be was set by a clock that was wrong."""
    if row.aside:
        return False
    return row.retry_at is None or row.retry_at <= now or row.retry_at - now > _LONGEST_WAIT


def raise_owed(desk: Desk, *, everything: bool = False, progress: RaisingProgress | None = None) -> RaisingOutcome:
    """One round over what is owed and due; ``everything``: what waits or was set aside too. One program at a time does it.

    Each document is an act of its own: a death in the middle leaves every one raised or as it was. The first trouble of a service ends the
    round. Raises nothing that is a document's or a service's own trouble.
    """
    if (notice := copies.notice(desk)) is not None:  # no timestamp is spent on what may not be signed
        return RaisingOutcome(left=len(owed(desk)), waits=notice.code, facts=notice.facts)
    with turn(desk.home / "raising.lock") as mine:
        if not mine:
            return RaisingOutcome(left=len(owed(desk)), waits="raise.elsewhere")
        desk.tidy()
        rows = [row for row in owed(desk) if everything or due(row, desk.clock())]
        round_ = _Round(desk, rows, progress)
        round_.run()
    return RaisingOutcome(tuple(round_.raised), len(owed(desk)), round_.waits, round_.facts, tuple(round_.problems))


@dataclass(slots=True)
class _Round:
    desk: Desk
    rows: list[Owed]
    progress: RaisingProgress | None
    raised: list[tuple[str, Level]] = field(default_factory=list)
    problems: list[tuple[str, Mapping[str, Fact]]] = field(default_factory=list)
    waits: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)

    def run(self) -> None:
        if self.rows and self.desk.timestamps is None:
            self.waits = "raise.no_timestamps"
            return
        try:
            for done, row in enumerate(self.rows):
                if self.progress is not None:
                    self.progress(done, len(self.rows), row.cite)
                if self._quota_spent() or not self._one(row):
                    return
        except Cancelled:
            self.waits = "raise.stopped"

    def _quota_spent(self) -> bool:
        assert self.desk.timestamps is not None
        if self.desk.timestamps.remaining(self.desk.clock()) == 0:
            self.waits = "raise.quota_spent"
        return self.waits != ""

    def _one(self, row: Owed) -> bool:
        """Whether the round goes on."""
        try:
            receipt = raise_level(self.desk, row.document, level=row.wished, allow_degraded=True)
        except OfficeError as error:
            if error.code not in _MOVED_ON:
                raise
            self._forget(row)
            return True
        except SigningError as error:
            self._remember(row, error.code, error.facts)
            return not is_service_trouble(error.code)
        self.raised.append((row.cite, receipt.level))
        if receipt.level.rank >= row.wished.rank:
            self._forget(row)
            return True
        self._remember(row, "raise.partly", {"cite": row.cite})
        return False

    def _forget(self, row: Owed) -> None:
        with self.desk.store.act() as act:
            act.drop_try(row.document)

    def _remember(self, row: Owed, code: str, facts: Mapping[str, Fact]) -> None:
        now = self.desk.clock()
        wait = min(_FIRST_WAIT * 2 ** min(row.tries, 20), _LONGEST_WAIT)
        aside = not is_service_trouble(code) and code != "raise.partly"
        kept = RaisingTry(row.document, row.tries + 1, code, facts, now, now + wait, aside)
        with self.desk.store.act() as act:
            act.put_try(kept)
        if aside:
            self.problems.append((code, facts))
        else:
            self.waits, self.facts = code, facts
