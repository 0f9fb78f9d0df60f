"""What a pull knows of a mailbox while it reads it: how far it is, device by device, and where a full listing is taken up again."""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .keys import mail_prefix
from .mailbox import Gap, Hint, contiguous

if TYPE_CHECKING:
    from .intake import Intake
    from .push import Progress

_KEPT_EVERY = 1000  # steps of a full listing, of which most are a file: so often it is written down how far it is


@dataclass(slots=True)
class MailboxRun:
    """One run over one mailbox."""

    run: Intake
    unit: str
    full: bool
    progress: Progress | None
    cursors: dict[str, tuple[int, str]]
    hints: dict[str, Hint]
    expected: int = 0
    done: int = 0
    foreign: int = 0
    reached: str = ""
    steps: int = 0
    strangers: set[str] = field(default_factory=set)  # noted before, and not met again in this listing
    sizes: dict[str, int] = field(default_factory=dict)  # of the few that are not small
    before: frozenset[Gap] = frozenset()  # missing at the last look
    missing: list[Gap] = field(default_factory=list)  # at this look

    @property
    def entity(self) -> str:
        return self.run.directory.entity.id

    @property
    def prefix(self) -> str:
        return mail_prefix(self.entity, self.unit)

    @property
    def place(self) -> str:
        """The setting that says how far a full listing is: a key, and how many strangers were met up to there."""
        return f"pull.listing:{self.unit}"

    def reach(self, key: str) -> None:
        """A full listing that is ended here goes on behind that key; written down when it ends, and now and then for whoever is killed."""
        self.reached = json.dumps([key, self.foreign])
        self.steps += 1
        if self.steps % _KEPT_EVERY == 0:
            self.keep_place()

    def keep_place(self) -> None:
        """Write it down."""
        if self.reached:
            self.run.store.set_setting(self.place, self.reached)

    def read_missing(self) -> None:
        """What the last look missed."""
        kept = json.loads(self.run.store.setting(self._gaps) or "[]")
        self.before = frozenset(Gap(device, self.unit, first, last) for device, first, last in kept)

    def keep_missing(self) -> None:
        """What this look missed, for the next one."""
        if frozenset(self.missing) != self.before:
            told = [[one.device, one.first, one.last] for one in self.missing]
            self.run.store.set_setting(self._gaps, json.dumps(told))

    @property
    def _gaps(self) -> str:
        return f"pull.gaps:{self.unit}"

    def cursor(self, device: str) -> int:
        """Up to which number nothing of it was missing before this run."""
        return self.cursors.get(device, (0, ""))[0]

    def is_news(self, device: str) -> bool:
        """Whether it pays to look: its hint is ahead of what was read, or says nothing."""
        hint = self.hints.get(device)
        return hint is not None and (hint.seq > self.cursor(device) or hint.seq == 0)

    def told(self, count: int) -> None:
        """Progress, in deliveries; how many there will be is a guess by the hints."""
        self.done += count
        if self.progress is not None:
            self.progress(self.done, max(self.done, self.expected))


@dataclass(slots=True)
class DeviceRun:
    """What was met of one device in one mailbox; ``cursor`` is the number up to which nothing is missing.

    ``listed``: by a full listing, which remembers where it is; ``torn``: it was taken up in the middle: what is missing is not known.
    """

    id: str
    cursor: int
    listed: bool = False
    torn: bool = False
    at: str = ""  # the last key of the listing that was given out
    seen: set[int] = field(default_factory=set)
    refused: array[int] = field(default_factory=lambda: array("q"))  # in order but for those tried again, some twice

    def advance(self) -> bool:
        """Move the cursor as far as everything was there; what lies behind it need not be remembered."""
        reached = contiguous(self.cursor, self.seen)
        if reached == self.cursor:
            return False
        self.cursor = reached
        self.seen = {number for number in self.seen if number > reached}
        return True
