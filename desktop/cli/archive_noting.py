"""Commands that work on an archive without opening its desk note what they did in its log all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.assembly import open_desk
from desktop.operations import archive_log
from desktop.records.errors import OfficeError

from .answers import error_words, tell
from .homes import default_home

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.operations.archive_log import News


def note_run(home: Path | None, news: News) -> None:
    """At a custodian's desk. What was done is done: where it cannot be noted that is told, and the command answers as it would have."""
    try:
        desk = open_desk(home or default_home())
        try:
            if desk.unit.custodian:
                archive_log.note_all(desk, [news])
        finally:
            desk.close()
    except OfficeError as error:
        for line in error_words(error):
            tell(line)
