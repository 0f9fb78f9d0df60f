"""What the rail's foot tells of documents that wait for their timestamp. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from desktop.records.errors import Fact
    from signing.report import Level


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A signed document of this desk that is owed a timestamp or validation data. ``since``: when it was last appended to.

    ``code`` and ``facts`` say why it waits, always with words. ``retry_at`` None: as soon as there is a line. ``aside``: it needs
    a person and is not tried again by itself.
    """

    document: str
    cite: str
    level: Level
    since: datetime
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    retry_at: datetime | None = None
    aside: bool = False


@dataclass(frozen=True, slots=True)
class RaisingResult:
    """A round of the queue. ``raised``: (CITE, level). ``waits``: code of why it ended before all was done, "" when it did not.

    ``problems`` are (code, facts) of documents that need a person; all codes have words. ``left``: still owed.
    """

    raised: tuple[tuple[str, Level], ...] = ()
    left: int = 0
    waits: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    problems: tuple[tuple[str, Mapping[str, Fact]], ...] = ()
