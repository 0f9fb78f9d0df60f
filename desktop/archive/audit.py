"""The archive's log (*bitácora*): who did what to which dossier and when, readable without the program, each entry chained to the last.

One line of JSON per entry; ``anterior`` is the SHA-256 of the line before it. Whoever changes or takes out an entry breaks the chain from
there on; whoever writes the whole rest anew, or cuts its end, is found by what a desk (or a paper) remembers of a number and its sum, and
by the versions in the root that no entry tells of. Where the lines lie is ``desktop.archive.audit_places``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol

from desktop.records.errors import Fact, OfficeError
from desktop.store.catalogue_rows import Noted

from .json_reading import parse_object

NOTHING_BEFORE = "0" * 64
_TRIES = 200  # how often another writer may be quicker
_AT_ONCE = 500  # entries that are written in one go

BROKEN, UNREADABLE, GAP = "audit.broken", "audit.unreadable", "audit.gap"
CUT, OTHER = "audit.cut", "audit.other"


class Act(StrEnum):
    """What an entry tells. The value is what lies in the log."""

    VERSION = "version"  # of an object: came in, was raised, renewed, restricted; its message says which
    FOUND = "hallazgo"  # a version that lay in the root and that no entry told of
    REFUSED = "rechazo"
    RESTRICTED = "restriccion"
    LIFTED = "levantamiento"
    FIXITY = "integridad"
    GIVEN = "entrega"
    BACKED_UP = "respaldo"
    REPAIRED = "reparacion"
    EXAMINED = "examen"
    DECLARED = "declaracion"
    REVIEWED = "revision"
    REBUILT = "catalogo"
    SEALED = "bloqueo"


@dataclass(frozen=True, slots=True)
class Entry:
    """``object`` and ``version`` are empty where the act is of no object; ``device`` is the id of the device that wrote it."""

    number: int
    time: datetime
    act: str
    by: str
    device: str
    object: str = ""
    version: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    before: str = NOTHING_BEFORE

    def line(self) -> bytes:
        """The line, without its end."""
        whole = {
            "n": self.number,
            "hora": self.time.astimezone(UTC).isoformat(timespec="seconds"),
            "acto": self.act,
            "expediente": self.object,
            "version": self.version,
            "quien": self.by,
            "equipo": self.device,
            "datos": dict(sorted(self.facts.items())),
            "anterior": self.before,
        }
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    @classmethod
    def read(cls, line: bytes) -> Entry:
        """Raises ``audit.unreadable``."""
        raw = parse_object(line, UNREADABLE)
        try:
            return _parsed(raw)
        except (KeyError, TypeError, ValueError) as error:
            raise OfficeError(UNREADABLE, place="", reason=str(error)[:200]) from error

    def noted(self, digest: str) -> Noted:
        """As the catalogue keeps it."""
        facts = json.dumps(dict(self.facts), ensure_ascii=False, sort_keys=True)
        time = self.time.astimezone(UTC).isoformat()
        return Noted(self.number, time, self.act, self.object, self.version, self.by, facts, digest)


@dataclass(frozen=True, slots=True)
class News:
    """What an entry is to tell."""

    act: Act
    object: str = ""
    version: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


def digest_of(line: bytes) -> str:
    """The sum by which the next entry names this one: SHA-256 of the line without its end."""
    return hashlib.sha256(line).hexdigest()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it lies there, and where, for people."""

    place: str
    data: bytes


class Place(Protocol):
    """Where the lines lie."""

    def lines(self, after: int = 0) -> Iterator[Line]:
        """The lines in order, from some entry not after number ``after`` + 1 on. Raises storage's codes."""
        ...

    def last(self, known: int) -> bytes | None:
        """The last entry's line; ``known`` is the number of an entry that was there once. Raises storage's codes."""
        ...

    def add(self, number: int, month: str, lines: Sequence[bytes], last: bytes | None) -> int:
        """Put the lines of that number and the next ones last, durably; gives how many, none when ``last`` is not the last any more.

        Raises storage's codes.
        """
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written; ``place`` for people, ``number`` of the entry concerned."""

    code: str
    place: str
    number: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What reading the whole log gave. ``torn`` are pieces of lines whose writer died: they stand there and prove nothing."""

    entries: int
    last: Noted | None
    problems: tuple[Problem, ...]
    torn: int = 0


class AuditLog:
    """The log at one place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def add(self, news: Sequence[News], *, by: str, device: str, now: datetime, known: int = 0) -> list[Noted]:
        """Write entries after the last one, whoever else is writing. ``known`` is the number of an entry that was there once.

        Raises ``archive.busy`` when others never let it, and storage's codes: what was written before that stays written.
        """
        done: list[Noted] = []
        month = f"{now.astimezone(UTC):%Y-%m}"
        for _ in range(_TRIES + len(news) // _AT_ONCE):
            if len(done) == len(news):
                return done
            last = self._place.last(known)
            number, before = (Entry.read(last).number + 1, digest_of(last)) if last is not None else (1, NOTHING_BEFORE)
            share: list[tuple[bytes, Noted]] = []
            for place, new in enumerate(news[len(done) : len(done) + _AT_ONCE], number):
                entry = Entry(place, now, new.act.value, by, device, new.object, new.version, dict(new.facts), before)
                line = entry.line()
                before = digest_of(line)
                share.append((line, entry.noted(before)))
            added = self._place.add(number, month, [line for line, _ in share], last)
            done += [noted for _, noted in share[:added]]
        if len(done) == len(news):
            return done
        raise OfficeError("archive.busy", on_disk="unchanged", object="bitacora")

    def copy_to(self, other: AuditLog) -> int:
        """Add to the other log what this one tells beyond it, line for line; gives how many.

        Raises ``audit.copy_differs`` where the other's last entry is not this log's of that number (by the chain all before it are the
        same then), ``audit.copy_ahead`` where the other tells more than this one, ``archive.busy`` and storage's codes.
        """
        last = other._place.last(0)
        number = _number(last)
        mine = self._place.last(number)
        if _number(mine) < number:
            other._require(_number(mine), mine)
            raise OfficeError("audit.copy_ahead", number=_number(mine), other=number)
        self._require(number, last)
        copied = 0
        rest = (line.data for line in self._place.lines(number) if _number(line.data) > number)
        while share := list(islice(rest, _AT_ONCE)):
            first = Entry.read(share[0])
            added = other._place.add(first.number, f"{first.time.astimezone(UTC):%Y-%m}", share, last)
            copied, last = copied + added, share[-1]
            if added != len(share):
                raise OfficeError("archive.busy", on_disk="unchanged", object="bitacora")
        return copied

    def _require(self, number: int, line: bytes | None) -> None:
        """That the entry of that number is that line."""
        if line is None:
            return
        for own in self._place.lines(max(number - 1, 0)):
            if _number(own.data) == number:
                if own.data == line:
                    return
                break
        raise OfficeError("audit.copy_differs", number=number)

    def entries(self, after: int = 0) -> Iterator[Noted]:
        """The entries of a higher number that can be read, in order; whether they are what was written is ``chain``'s to say."""
        for line in self._place.lines(after):
            try:
                entry = Entry.read(line.data)
            except OfficeError:
                continue
            if entry.number > after:
                yield entry.noted(digest_of(line.data))

    def chain(
        self, remembered: Mapping[int, str] | None = None, *, each: Callable[[Noted], None] | None = None
    ) -> Chain:
        """Read the whole and check each link; ``remembered`` are sums of entries that somebody wrote down. ``each`` is told every entry."""
        count, last = 0, None
        problems: list[Problem] = []
        wanted, torn = dict(remembered or {}), 0
        number, before = 0, NOTHING_BEFORE
        pieces: list[str] = []
        for line in self._place.lines():
            try:
                entry = Entry.read(line.data)
            except OfficeError:
                pieces.append(line.place)
                continue
            if entry.number != number + 1:
                problems += [Problem(UNREADABLE, place, number + 1) for place in pieces]
                problems.append(Problem(GAP, line.place, entry.number))
            elif entry.before != before:
                problems.append(Problem(BROKEN, line.place, entry.number))
            else:
                torn += len(pieces)
            pieces = []
            number, before = entry.number, digest_of(line.data)
            if wanted.pop(number, before) != before:
                problems.append(Problem(OTHER, line.place, number))
            count, last = count + 1, entry.noted(before)
            if each is not None:
                each(last)
        torn += len(pieces)
        problems += [Problem(CUT, str(number), missing) for missing in sorted(wanted)]
        return Chain(count, last, tuple(problems), torn)


def _number(line: bytes | None) -> int:
    """The number of an entry; 0 for a line that is none."""
    try:
        return Entry.read(line or b"").number
    except OfficeError:
        return 0


def _parsed(raw: Mapping[str, Any]) -> Entry:
    time = datetime.fromisoformat(raw["hora"])
    texts = [raw[name] for name in ("acto", "quien", "equipo", "expediente", "version", "anterior")]
    number, facts = raw["n"], raw["datos"]
    if not isinstance(number, int) or isinstance(number, bool) or number < 1 or time.tzinfo is None:
        raise ValueError("n or hora")
    if not all(isinstance(text, str) for text in texts) or not isinstance(facts, dict):
        raise TypeError("not text")
    if not all(isinstance(value, str | int | float | bool | None) for value in facts.values()):
        raise TypeError("datos")
    act, by, device, object_id, version, before = texts
    return Entry(number, time, act, by, device, object_id, version, facts, before)
