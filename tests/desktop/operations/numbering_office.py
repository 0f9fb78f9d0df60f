"""Seats of one unit that number through a real exchange folder, and die between any two writes as a process does.

A death leaves the files as they are at that moment: they are kept, what the unwinding Python still does is undone, and the bytes are
written back into the same files. A copy of files is another thing: new files, as a person who restores a backup makes them.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from desktop.drafting.templates import TemplateSet
from desktop.operations.acts import record
from desktop.operations.desk import Desk
from desktop.operations.numbers import reserve_number
from desktop.operations.synchronise import synchronise
from desktop.records.errors import Fact, OfficeError
from desktop.records.events import EventKind
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import Act, DeskStore
from desktop.store.mark import NumberMark
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, publish
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import device_of, make_office

SERIES = "cite-unit-a-NI"
START = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
# Without numbers or a line, or a copy: it is told so, and waits.
_ANSWERS = frozenset({"cite.no_numbers", "storage.unreachable", "desk.copy_must_sync", "desk.cloned"})


class Death:
    """Counts write points; at the chosen one it keeps the files of the home and kills."""

    def __init__(self, home: Path, at: int | None) -> None:
        self._home, self._at, self._count = home, at, 0
        self.kept: dict[Path, bytes] | None = None

    def step(self) -> None:
        """A point between two writes."""
        if self._count == self._at and self.kept is None:
            self.kept = {path: path.read_bytes() for path in _files(self._home)}
            raise Killed
        self._count += 1

    def settle(self) -> None:
        """The files as they were at the moment of death, in the same inodes."""
        for path in _files(self._home):
            if self.kept is not None and path not in self.kept:
                path.unlink()
        for path, data in (self.kept or {}).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("r+b" if path.exists() else "wb") as file:
                file.write(data)
                file.truncate()


def _files(home: Path) -> list[Path]:
    return [path for path in sorted(home.rglob("*")) if path.is_file() and not path.name.endswith("-shm")]


class _DyingStore(DeskStore):
    death: Death

    @contextmanager
    def act(self) -> Iterator[Act]:
        with super().act() as act:
            yield act
        self.death.step()


class _DyingExchange(Counting):
    def put_if_absent(self, key: str, data: bytes) -> bool:
        self._die()
        done = super().put_if_absent(key, data)
        self._die()
        return done


@dataclass
class Seat:
    """A home, and the device that works there; a clone has the device of another."""

    home: Path
    key: DeviceKey
    documents: dict[str, int] = field(default_factory=dict)  # what this home was told, since its last restoring


@dataclass
class NumberingOffice:
    """One unit, two devices, one exchange. Every number that a caller was told is kept with its document."""

    folder: Path
    seats: list[Seat] = field(default_factory=list)
    told: dict[tuple[str, int, int], str] = field(default_factory=dict)
    backups: list[tuple[int, Path]] = field(default_factory=list)
    deaths: int = 0

    def __post_init__(self) -> None:
        office = make_office()
        devices = (device_of(office.key_a, "unit-a", ("juana",)), device_of(office.key_b, "unit-a", ("juana",)))
        self.directory = replace(office.directory, devices=devices)
        self.pins = DirectoryPins(office.admin.public()[0])
        self.exchange = open_storage(f"folder:{self.folder / 'exchange'}", create=True)
        publish(self.exchange, self.directory, office.admin)
        self._names, self.now = itertools.count(1), START
        self.seats = [Seat(self._empty(f"home-{n}"), key) for n, key in enumerate((office.key_a, office.key_b))]

    def _empty(self, name: str) -> Path:
        home = self.folder / name
        DeskStore.open(home, now=START).close()
        return home

    # -- what happens at a seat
    def work(self, seat: Seat, act: Callable[[Desk], None], *, line: bool = True, die_at: int | None = None) -> bool:
        """Open the desk, act, close; False where it died on the way. Being without numbers or line is an answer, too."""
        self.now += timedelta(minutes=2)
        death = Death(seat.home, die_at)
        write = NumberMark.write

        def mark(own: NumberMark, *told: Any) -> None:
            death.step()
            write(own, *told)
            death.step()

        store = None
        try:
            with patch.object(NumberMark, "write", mark), patch.object(_DyingStore, "death", death, create=True):
                store = _DyingStore.open(seat.home, now=self.now)
                act(self._desk(seat, store, line, death))
        except Killed:
            self.deaths += 1
            return False
        except OfficeError as error:
            if error.code not in _ANSWERS:
                raise
        finally:
            if store is not None:
                store.close()
            if death.kept is not None:
                death.settle()
        return True

    def _desk(self, seat: Seat, store: DeskStore, line: bool, death: Death) -> Desk:
        def exchange() -> ObjectStore:
            if not line:
                raise OfficeError("storage.unreachable", url=self.exchange.url, reason="test")
            return _DyingExchange(self.exchange, die=death.step)

        nothing: Any = None
        return Desk(
            home=seat.home, store=store, key=seat.key, directory=self.directory, pins=self.pins, unit_id="unit-a",
            clock=lambda: self.now, ids=lambda: f"01HZ{next(self._names):022d}", exchange=exchange, templates=TemplateSet({}),
            heading=nothing, resources=nothing, archive=nothing, worker=nothing, verifier=nothing, trust=nothing,
            official="juana", block_size=4,
        )  # fmt: skip

    def number(self, seat: Seat, document: str, year: int = 2026, **how: Any) -> None:
        """A document gets its number; told to the caller it counts as given, whatever dies later."""

        def act(desk: Desk) -> None:
            number = reserve_number(desk, SERIES, year, document)
            self._tell(seat, document, year, number)
            with desk.store.act() as transaction:
                if not desk.store.events_of_document(document):
                    self._record(desk, transaction, document, year, number)

        self.work(seat, act, **how)

    def _tell(self, seat: Seat, document: str, year: int, number: int) -> None:
        bearer = self.told.setdefault((SERIES, year, number), document)
        assert bearer == document, f"{year}/{number} was given to {bearer} and again to {document}"
        assert seat.documents.setdefault(f"{document}/{year}", number) == number

    def _record(self, desk: Desk, act: Act, document: str, year: int, number: int) -> None:
        actor = desk.acting()
        drafted = record(
            desk, act, EventKind.DRAFTED, document=document, actor=actor, body={"kind": "nota_interna", "subject": "x"}
        )
        body = {"cite": f"A/NI/{number}/{year}", "series": SERIES, "year": year, "number": number}
        record(
            desk, act, EventKind.NUMBERED, document=document, actor=actor, body=body, parents=(drafted.digest,)
        )  # fmt: skip

    def synchronise(self, seat: Seat, **how: Any) -> None:
        """Push, pull, take stock."""
        self.work(seat, lambda desk: assert_none_doubled(synchronise(desk).problems), **how)

    # -- what people do to files
    def back_up(self, place: int) -> None:
        """Copy a home."""
        copy = self.folder / f"backup-{next(self._names)}"
        shutil.copytree(self.seats[place].home, copy)
        self.backups.append((place, copy))

    def restore(self, backup: int, *, whole: bool) -> None:
        """Put a copy back: the whole home, or the database alone over the one that is there."""
        place, copy = self.backups[backup]
        seat = self.seats[place]
        if whole:
            shutil.rmtree(seat.home)
            shutil.copytree(copy, seat.home)
        else:
            for path in seat.home.glob("desk.sqlite3-*"):
                path.unlink()
            shutil.copy(copy / "desk.sqlite3", seat.home / "desk.sqlite3")
        seat.documents.clear()

    def clone(self, place: int) -> None:
        """The home once more, elsewhere; both go on."""
        home = self.folder / f"clone-{next(self._names)}"
        shutil.copytree(self.seats[place].home, home)
        self.seats.append(Seat(home, self.seats[place].key))

    def require_no_conflict(self) -> None:
        """Everybody tells everybody, twice over; no number stands on two documents anywhere."""
        for seat in (*self.seats, *self.seats):
            self.now += timedelta(days=1)  # a full listing is due

            def look(desk: Desk) -> None:
                synchronise(desk)
                assert desk.store.number_conflicts() == []

            self.work(seat, look)


def assert_none_doubled(problems: tuple[tuple[str, Mapping[str, Fact]], ...]) -> None:
    """Clones of one device are told of gaps, which is right; nobody is ever told of a number on two documents."""
    assert [code for code, _ in problems if code == "cite.doubled"] == []
