"""What ages when: until which day the newest timestamp of each archived document holds, by its certificates and its algorithms.

It is told from the verdicts that lie in each object. The end of an algorithm is looked up anew by who asks: tables grow older, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from desktop.records.errors import OfficeError

from .inventory import Inventory
from .raising import level_of, signed_documents, verdict_of
from .reading import is_dossier
from .roots import Root

Trusted = Callable[[Mapping[str, Any]], datetime | None]
"""An algorithm as a verdict tells it → the last moment at which it is trusted; None where no end is known."""

NEWLY = timedelta(days=30)  # a timestamp younger than that shows what the service gives now: another would gain nothing


class Ages(StrEnum):
    """Why a document must be renewed by then."""

    CERTIFICATE = "certificate"
    ALGORITHM = "algorithm"
    UNSTAMPED = "unstamped"  # no document timestamp: only its own certificate holds it
    UNKNOWN = "unknown"  # no verdict lies with it


@dataclass(frozen=True, slots=True)
class Ageing:
    """An object, by that of its documents that ages first. ``end`` is None where it is not known, ``stamped_at`` where nothing is."""

    object: str
    version: str
    document: str
    end: datetime | None
    why: Ages
    stamped_at: datetime | None = None
    level: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """``rows`` the soonest first, those without a known end before all; ``unreadable`` are folders of objects that could not be told."""

    rows: tuple[Ageing, ...]
    unreadable: tuple[str, ...]

    def years(self) -> dict[int | None, int]:
        """How many objects age in which year; None: not known."""
        found: dict[int | None, int] = {}
        for row in self.rows:
            year = row.end.year if row.end else None
            found[year] = found.get(year, 0) + 1
        return found


def calendar_of(root: Root, trusted: Trusted, *, cancelled: Callable[[], bool] = lambda: False) -> Calendar:
    """Look at every dossier with a signed document. Raises storage's codes."""
    rows: list[Ageing] = []
    unreadable: list[str] = []
    for folder in root.object_folders():
        if cancelled():
            break
        try:
            inventory = root.inventory_at(folder)
            found = ageing_of(root, inventory, trusted) if is_dossier(inventory) else None
        except (OfficeError, ValueError) as error:
            if isinstance(error, OfficeError) and error.code.startswith("storage."):
                raise
            unreadable.append(folder)
            continue
        if found is not None:
            rows.append(found)
    return Calendar(tuple(sorted(rows, key=soonest)), tuple(unreadable))


def ageing_of(root: Root, inventory: Inventory, trusted: Trusted) -> Ageing | None:
    """That of its signed documents that ages first; None where it has none. Raises the archive's codes and storage's."""
    rows = [
        _ageing(inventory, document, verdict_of(root, inventory, document), trusted)
        for document in signed_documents(root, inventory)
    ]
    return min(rows, key=soonest, default=None)


def soonest(row: Ageing) -> tuple[datetime, str]:
    """To sort by: what is not known comes first."""
    return row.end or datetime.min.replace(tzinfo=UTC), row.object


def due(rows: Iterable[Ageing], *, now: datetime, within: timedelta) -> Iterator[Ageing]:
    """Those that must be renewed before ``now + within``, unless a timestamp of these days ends no later than what they have.

    What the service gives now is seen from the newest timestamps: one more from it would hold no longer, and fill the archive.
    """
    listed = list(rows)
    newest = best_end(listed, now)
    return (row for row in listed if is_due(row, newest, now=now, within=within))


def best_end(rows: Iterable[Ageing], now: datetime) -> datetime | None:
    """Until when the timestamps of these days hold at best; None where there are none."""
    ends = [row.end for row in rows if row.end and row.stamped_at and now - row.stamped_at <= NEWLY]
    return max(ends, default=None)


def is_due(row: Ageing, newest: datetime | None, *, now: datetime, within: timedelta) -> bool:
    """PURE. Whether renewing it gains something. ``newest``: ``best_end``."""
    if row.end is not None and row.end > now + within:
        return False
    if row.stamped_at is None:
        return True
    if now - row.stamped_at <= NEWLY:
        return False
    return newest is None or row.end is None or row.end < newest


def _ageing(inventory: Inventory, document: str, verdict: Mapping[str, Any], trusted: Trusted) -> Ageing:
    signatures = [item for item in verdict.get("signatures", ()) if isinstance(item, dict)]
    stamps = [item for item in signatures if item.get("kind") == "timestamp"]
    level = level_of(verdict) if signatures else ""
    common = inventory.id, inventory.head, document
    if not signatures:
        return Ageing(*common, None, Ages.UNKNOWN)
    if not stamps:
        ends = [one for item in signatures for one in _ends(item, trusted)]
        return Ageing(*common, min(ends)[0] if ends else None, Ages.UNSTAMPED, level=level)
    newest = max(stamps, key=lambda item: (_moment(item), int(item.get("signed_revision") or 0)))
    ends = _ends(newest, trusted)
    if not ends:
        return Ageing(*common, None, Ages.UNKNOWN, _moment(newest), level)
    end, why = min(ends)
    return Ageing(*common, end, why, _moment(newest), level)


def _ends(item: Mapping[str, Any], trusted: Trusted) -> list[tuple[datetime, Ages]]:
    """Of the certificates below the anchor, and of the algorithms."""
    links = [link for link in item.get("chain") or () if not link.get("anchor")]
    found = [(_time(link["not_after"]), Ages.CERTIFICATE) for link in links if link.get("not_after")]
    algorithms = (trusted(use) for use in item.get("algorithms") or ())
    return found + [(end, Ages.ALGORITHM) for end in algorithms if end is not None]


def _moment(item: Mapping[str, Any]) -> datetime:
    """When a document timestamp was given."""
    told = item.get("claimed_time") or item.get("proven_time")
    return _time(told) if told else datetime.min.replace(tzinfo=UTC)


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
