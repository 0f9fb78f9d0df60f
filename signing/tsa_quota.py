"""How many tokens a TSA still owes us: counted in a file that several processes share, before each is asked for.

A count is never too low: it is raised, and on the disk, before a request leaves; a crash may lose a few tokens, never spend one too many.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from .shared_file import locked, write_locked
from .tsa_fault import Fault

PERIODS = ("hour", "day", "month", "year", "total")
_FORMS = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "total": "total"}
_Counts = dict[str, dict[str, int]]  # name of a TSA → period → tokens spent in it
_FORMAT = 1
_KEPT = 24  # past periods of one TSA
_BLOCK = 16  # tokens taken from the file at once, so that not each costs a write to the disk


@dataclass(frozen=True, slots=True)
class Quota:
    """``tokens`` per ``period`` (hour, day, month, year, total), whose turn is read in ``zone``. Raises ValueError on another period."""

    tokens: int
    period: str = "month"
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        if self.period not in PERIODS or self.tokens < 0:
            raise ValueError("no such quota")

    def turn(self, now: datetime) -> str:
        """The period that ``now`` (aware) falls into."""
        return now.astimezone(self.zone).strftime(_FORMS[self.period])

    def until(self, now: datetime) -> datetime | None:
        """When the next period begins; None where there is none."""
        local = now.astimezone(self.zone).replace(minute=0, second=0, microsecond=0)
        midnight = local.replace(hour=0)
        return {
            "hour": local + timedelta(hours=1),
            "day": midnight + timedelta(days=1),
            "month": (midnight.replace(day=1) + timedelta(days=32)).replace(day=1),
            "year": midnight.replace(year=local.year + 1, month=1, day=1),
        }.get(self.period)


class Ledger:
    """The file of counts. Any number of processes and threads may use it at once.

    Its methods raise Fault ``tsa.ledger`` (``damaged``, ``locked``, or the system's own reason): without a count nothing is asked for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def remaining(self, name: str, quota: Quota, now: datetime) -> int:
        """Tokens left in the period of ``now``; blocks that are in somebody's hands count as spent."""
        if not self.path.exists():
            return quota.tokens
        with self._locked() as counts:  # also to read: Windows replaces no file that somebody has open
            return max(0, quota.tokens - counts.get(name, {}).get(quota.turn(now), 0))

    def take(self, name: str, quota: Quota, now: datetime, wanted: int) -> int:
        """Count up to ``wanted`` tokens as spent, on disk, and return how many: fewer near the end, so that others get theirs too."""
        with self._locked() as counts:
            used, turn = dict(counts.get(name, {})), quota.turn(now)
            left = quota.tokens - used.get(turn, 0)
            taken = min(wanted, max(1, left // 8)) if left > 0 else 0
            used[turn] = used.get(turn, 0) + taken
            counts[name] = dict(sorted(used.items())[-_KEPT:])
            self._write(counts)
        return taken

    def put_back(self, name: str, turn: str, count: int) -> None:
        """Return what was taken in that period and not used."""
        with self._locked() as counts:
            used = counts.setdefault(name, {})
            used[turn] = max(0, used.get(turn, 0) - count)
            self._write(counts)

    def _read(self) -> _Counts:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            used: _Counts = kept["used"]
            if kept["format"] != _FORMAT or not all(type(n) is int for turns in used.values() for n in turns.values()):
                raise ValueError
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._fault(type(error).__name__) from error
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._fault("damaged") from None
        return used

    @contextlib.contextmanager
    def _locked(self) -> Iterator[_Counts]:
        try:
            with locked(self.path):
                yield self._read()
        except TimeoutError as error:
            raise self._fault("locked") from error
        except OSError as error:
            raise self._fault(type(error).__name__) from error

    def _write(self, counts: _Counts) -> None:
        write_locked(self.path, json.dumps({"format": _FORMAT, "used": counts}, sort_keys=True).encode())

    def _fault(self, reason: str) -> Fault:
        return Fault("tsa.ledger", reason, file=self.path.name)


class Lease:
    """One operation's tokens of one TSA: taken from the ledger in small blocks, the rest put back at its end."""

    def __init__(self, ledger: Ledger, name: str, quota: Quota, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._name = name
        self._quota = quota
        self._clock = clock
        self._turn = ""
        self._held = 0
        self._taking = asyncio.Lock()

    async def take(self) -> str:
        """One token; returns the period that it was counted in. Raises Fault ``tsa.quota_spent`` (until when) and ``tsa.ledger``."""
        async with self._taking:
            now = self._clock()
            turn = self._quota.turn(now)
            if turn != self._turn:
                await self._return()
            if not self._held:
                self._turn = turn
                self._held = await asyncio.to_thread(self._ledger.take, self._name, self._quota, now, _BLOCK)
            if not self._held:
                again = self._quota.until(now)
                raise Fault("tsa.quota_spent", self._quota.period, until=again.isoformat() if again else "")
            self._held -= 1
            return turn

    def give_back(self, turn: str) -> None:
        """A token that was certainly not given; one of a period that is over stays counted there."""
        self._held += turn == self._turn

    async def close(self) -> None:
        """Put back what was not used."""
        async with self._taking:
            await self._return()

    async def _return(self) -> None:
        held, self._held = self._held, 0
        if held:
            await asyncio.to_thread(self._ledger.put_back, self._name, self._turn, held)
