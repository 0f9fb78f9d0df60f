"""El custodio como servicio: round after round over what waits, until it is told to stop.

One service per root and PC, so that they do not do each other's work twice; that two on one root harm nothing is the root's own
protocol (docs/decisions/0003, 0045) and not this lock's. The line may be gone for days: then it is asked ever more seldom.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import platformdirs

from desktop.archive.index import refresh
from desktop.records.errors import OfficeError
from desktop.store.turn import turn
from desktop.sync.rhythm import Rhythm
from signing.evidence import is_service_trouble

from .accept import Accepted, accept_all
from .desk import Desk
from .raise_archive import raise_archive
from .strangers import lay_beside

BATCH = 20  # deposits after which the log and the index are brought up to date
EVERY = timedelta(minutes=1)
SWEEP = timedelta(days=1)  # after which everything is looked through for what is owed
PIECE = 100  # objects of a sweep between two looks at what waits
_OTHERS_AT_IT = frozenset({"archive.busy", "archive.conflict"})  # another custodian: the next round has its turn
_NO_TIMESTAMPS = frozenset({"raise.no_timestamps", "raise.quota_spent"})
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)  # of a deposit that cannot be answered yet


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: no name, title or CITE, so that whoever runs the machine may read it.

    ``what`` is ``started``, ``accepted``, ``refused``, ``waits``, ``raised``, ``damaged``, ``trouble``, ``well`` (again) or
    ``stopped``.
    """

    at: datetime
    what: str
    deposit: str = ""
    object: str = ""
    version: str = ""
    raised: str = ""
    code: str = ""
    owed: tuple[str, ...] = ()


@dataclass(slots=True)
class _Later:
    """When a deposit that could not be answered is tried again."""

    at: datetime
    wait: timedelta = _FIRST_WAIT


@dataclass(slots=True)
class CustodyService:
    """The loop. ``stop`` may be set from a signal or another thread: the deposit under way is finished, then it ends."""

    desk: Desk
    tell: Callable[[Line], None]
    official: str = ""
    every: timedelta = EVERY
    stop: threading.Event = field(default_factory=threading.Event)
    rhythm: Rhythm = field(default_factory=Rhythm)
    _known: dict[str, tuple[int, str]] = field(default_factory=dict)
    _later: dict[str, _Later] = field(default_factory=dict)
    _trouble: str = ""
    _sweep_at: datetime | None = None  # when everything is looked through again; None: as soon as nothing waits
    _folders: list[str] = field(default_factory=list)  # of objects that this sweep has still to look at
    _index_at: float | None = None  # monotonic seconds; None: indice.csv has everything that was taken
    _index_wait: float = 0.0  # seconds

    def run(self) -> None:
        """Until it is told to stop. Raises ``accept.elsewhere`` where one runs already, ``accept.not_custodian``, ``archive.none_here``,
        and what a root or exchange says that is not merely out of reach.
        """
        with turn(lock_of(self.desk.archive().url)) as mine:
            if not mine:
                raise OfficeError("accept.elsewhere", url=self.desk.archive().url)
            self._tell("started")
            while not self.stop.is_set():
                self._sleep(self.round())
            self._index(now=True)
            self._tell("stopped")

    def round(self) -> timedelta:
        """Answer what can be answered; gives how long to wait for the next round."""
        try:
            rows = accept_all(
                self.desk,
                official=self.official,
                cancelled=self.stop.is_set,
                wanted=self._due,
                most=BATCH,
                known=self._known,
                index=False,
            )
            self._note(rows)
            more = len(rows) == BATCH or (not rows and self._sweep())
            self._index(now=self.stop.is_set())
        except OfficeError as error:
            if not error.code.startswith("storage.") and error.code not in _OTHERS_AT_IT:
                raise
            if error.code != self._trouble:
                self._tell("trouble", code=error.code)
            self._trouble = error.code
            return self.rhythm.after_failure()
        if self._trouble:
            self._tell("well")
        self._trouble, self.rhythm.failures = "", 0
        return timedelta(0) if more else self.every

    def _due(self, deposit: str) -> bool:
        later = self._later.get(deposit)
        now = self.desk.clock()
        return later is None or later.at <= now or later.at - now > _LONGEST_WAIT  # longer: by a clock that was wrong

    def _note(self, rows: Sequence[Accepted]) -> None:
        for row in rows:
            if row.accepted or row.refused:
                self._later.pop(row.deposit, None)
            else:
                before = self._later.get(row.deposit)
                wait = min(before.wait * 2, _LONGEST_WAIT) if before else _FIRST_WAIT
                self._later[row.deposit] = _Later(self.desk.clock() + wait, wait)
            if row.accepted and self._index_at is None:
                self._index_at = time.monotonic() + self._index_wait
            self._tell(
                "accepted" if row.accepted else "refused" if row.refused else "waits",
                deposit=row.deposit,
                object=row.object,
                version=row.version,
                raised=row.raised,
                code=row.code,
                owed=row.owed,
            )

    def _sweep(self) -> bool:
        """Once a day, while nothing waits: raise what earlier rounds owed, whichever program they ran in. In pieces, so that no deposit
        waits long for it; gives whether a piece is left. A service that does not answer ends it until later; a damaged object is told.
        """
        now, root = self.desk.clock(), self.desk.archive()
        if not self._folders:
            late = self._sweep_at is not None and timedelta(0) < self._sweep_at - now <= SWEEP
            if late or self.desk.timestamps is None:
                return False
            self._folders = sorted(root.object_folders(), reverse=True)
        self._sweep_at = now + SWEEP
        for _ in range(PIECE):
            if self.stop.is_set() or not self._folders:
                break
            folder = self._folders.pop()
            try:
                if not self._raise(root.inventory_at(folder).id):
                    self._folders.clear()
                    self._sweep_at = now + _LONGEST_WAIT
            except OfficeError as error:
                if not error.code.startswith("archive."):
                    raise
                self._tell("damaged", object=folder, code=error.code)
        return bool(self._folders)

    def _raise(self, object_id: str) -> bool:
        """False when a service did not answer: it is not asked for the next object."""
        done = raise_archive(self.desk, official=self.official, objects=[object_id])
        for one, version in done.versions:
            self._tell("raised", object=one, version=version)
        return not any(is_service_trouble(one.code) or one.code in _NO_TIMESTAMPS for one in done.owed)

    def _index(self, *, now: bool) -> None:
        """Bring indice.csv up to date, seldom enough that it takes a twentieth of the time at most: it is read by people."""
        if self._index_at is None or (not now and time.monotonic() < self._index_at):
            return
        began = time.monotonic()
        refresh(self.desk.archive())
        lay_beside(self.desk)
        self._index_at, self._index_wait = None, 19 * (time.monotonic() - began)

    def _tell(
        self,
        what: str,
        *,
        deposit: str = "",
        object: str = "",  # noqa: A002 - as the log names it
        version: str = "",
        raised: str = "",
        code: str = "",
        owed: tuple[str, ...] = (),
    ) -> None:
        self.tell(Line(self.desk.clock(), what, deposit, object, version, raised, code, owed))

    def _sleep(self, wait: timedelta) -> None:
        """In pieces: a wait on Windows does not hear Ctrl+C."""
        until = time.monotonic() + wait.total_seconds()
        while not self.stop.is_set() and (left := until - time.monotonic()) > 0:
            self.stop.wait(min(left, 1.0))


def lock_of(url: str) -> Path:
    """The file by which services of this PC's user know of each other: by the root's address, whichever desk opens it."""
    folder = Path(platformdirs.user_state_dir("qillqa", appauthor=False)) / "custodia"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.lock"
