"""The world: units, officials, desks with real stores and real keys, one exchange folder. No token: documents are bytes."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.drafting.templates import TemplateSet
from desktop.operations import entity
from desktop.operations.desk import Desk
from desktop.operations.entity import Entered, EntityDesk
from desktop.operations.synchronise import synchronise
from desktop.records.errors import OfficeError
from desktop.records.people import Directory, Entity, Official, Unit
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import Act, DeskStore
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, latest, publish, read_directory
from tests.desktop.sync.exchanges import Killed
from tests.desktop.sync.office import ENTITY, device_of

from .line import HostileLine
from .sticks import Stick

UNWELL = frozenset({"storage.unreachable", "directory.replayed", "storage.emptied"})
"""What an unwell line is told as; a stale listing may hide the directory that was read before, or all of them."""
START = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
GUEST = "who-guest"
"""Sits at the PC of somebody else, and leaves in mid-run."""


@dataclass(frozen=True)
class Pace:
    """How an office works: ``step`` passes between two things that happen, and the dice say which, by rising limits.

    Under ``dies`` a desk will die soon, under ``cut`` its line goes or comes, under ``exchange`` it exchanges; of the rest, which acts,
    what is above ``old`` begins a document. An act is on one of the ``window`` newest slips that a desk knows, so that slips end.
    How much rather a slip
    goes on its way than anything else is done with it, ``steady`` says, and
    ``idle`` how often nothing is done where nothing would move it. After ``hops`` derivations who holds it concludes it.
    One desk in ``wrong_clocks`` is wrong by days.
    Of the exchanges of a desk without a line, ``sticks`` are a leg of its stick.
    Of the lines that could be cut, ``cuts`` are; ``bad`` is how bad they are while they are there.
    """

    step: timedelta = timedelta(minutes=3)
    dies: float = 0.02
    cut: float = 0.06
    cuts: float = 1.0
    exchange: float = 0.40
    old: float = 0.90
    window: int = 1_000
    steady: int = 1
    idle: float = 0.3
    hops: int = 1_000
    sticks: float = 1.0
    wrong_clocks: int = 1
    bad: float = 1.0


class DyingStore(DeskStore):
    """Dies at the ``die_in``-th act from now: before its commit or after it. SQLite drops what was not committed, as at a kill."""

    die_in = -1
    die_after = False

    @contextmanager
    def act(self) -> Iterator[Act]:
        self.die_in -= 1
        dies = self.die_in == 0
        with super().act() as act:
            yield act
            if dies and not self.die_after:
                raise Killed
        if dies:
            raise Killed


@dataclass
class Place:
    """One desk of the world: ``skew`` is how wrong its clock is."""

    home: Path
    key: DeviceKey
    enrolled_for: str
    officials: tuple[str, ...]
    skew: timedelta
    line: HostileLine
    desk: Desk
    stick: Stick | None = None
    came: bool = False
    """Whether its key was admitted in mid-run."""

    @property
    def unit(self) -> str:
        """The unit that it works for by what it knows of the directory."""
        return self.desk.unit_id

    @property
    def reads(self) -> frozenset[str]:
        """The mailboxes that it reads."""
        return frozenset(self.desk.directory.mailboxes_of(self.unit))


class _Entity(EntityDesk):
    """The administrator, whose key is the world's."""

    key: DeviceKey

    def enter(self, change: Directory, old: Directory) -> Entered:
        new = replace(change, number=old.number + 1)
        publish(self.exchange, new, self.key)
        return Entered(new)

    def newest(self) -> Directory:
        return latest(self.exchange, self.entity, DirectoryPins(self.key.public()[0]))


def seats_of(units: int, desks: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """(device, unit, officials): the last unit has one PC and no line, two people share the first PC, and one of them has another."""
    lined = units - 1
    found = [(f"device-{n:02}", f"unit-{n % lined:02}", (f"who-{n:02}",)) for n in range(desks - 1)]
    found[0] = (found[0][0], found[0][1], ("who-00", GUEST))
    found[lined] = (found[lined][0], found[lined][1], ("who-00",))
    return [*found, (f"device-{desks - 1:02}", f"unit-{lined:02}", (f"who-{desks - 1:02}",))]


class World:
    """Everything that runs. The same ``seed`` and sizes give the same run of acts (keys and signatures differ)."""

    def __init__(
        self,
        folder: Path,
        seed: int,
        *,
        units: int = 8,
        desks: int = 20,
        only: Collection[int] | None = None,
        life: int = 0,
        pace: Pace | None = None,
        at: datetime | None = None,
    ) -> None:
        """``only`` are the desks of this process, by number; ``at`` is the time where a run of several processes stands."""
        self.folder, self.seed, self.now, self.pace = folder, seed, START, pace or Pace()
        self._journal = folder / "journal.json"
        kept = json.loads(self._journal.read_text("utf-8")) if self._journal.exists() else {}
        self.life = life or int(kept.get("life", 0)) + 1
        """How often the world was started; ids and dice of each start are its own."""
        self.rng = random.Random(f"{seed}-acts-{self.life}")
        self._names = itertools.count(self.life * 10**9)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.deaths = 0
        self.corrected = False
        """Whether the guest's last day had to be corrected, since acts of before it claimed later days."""
        seats = seats_of(units, desks)
        names = list(dict.fromkeys(unit for _, unit, _ in seats))
        people = {who: unit for _, unit, officials in seats for who in officials}
        secrets: dict[str, str] = kept.get("keys") or {
            device: DeviceKey.generate(device).to_secret() for device in ["admin", *(device for device, _, _ in seats)]
        }
        self.keys = {device: DeviceKey.from_secret(text) for device, text in secrets.items()}
        self.admin = self.keys["admin"]
        self.now = at or self.now + timedelta(days=30 * (self.life - 1) if only is None else self.life // 1000)
        folder.mkdir(parents=True, exist_ok=True)
        if only is None:
            half = self._journal.with_suffix(".new")
            half.write_text(json.dumps({"life": self.life, "keys": secrets}), "utf-8")
            half.replace(self._journal)
        self.directory = Directory(
            number=1,
            entity=Entity(ENTITY, "Gobierno Autónomo Departamental de Oruro", "GADOR", practice=True),
            units=tuple(
                Unit(name, name, f"GADOR-{name.upper()}", chief=_first(people, name), line=name != names[-1]) for name in names
            ),
            officials=tuple(
                Official(who, f"Persona {who}", f"{n}00", "Técnico", unit) for n, (who, unit) in enumerate(people.items())
            ),
            devices=tuple(
                replace(device_of(self.keys[device], unit, officials), valid_until=START + timedelta(days=3600))
                for device, unit, officials in seats
            ),
        )  # fmt: skip
        self.pins = DirectoryPins(self.admin.public()[0])
        self.exchange: ObjectStore = open_storage(f"folder:{folder / 'exchange'}", create=True)
        if kept:
            self.directory = latest(self.exchange, ENTITY, self.pins)
        else:
            publish(self.exchange, self.directory, self.admin)
        self.places: list[Place] = []
        for n, (device, unit, officials) in enumerate(seats):
            if only is None or n in only:
                self.places.append(self._place(n, device, unit, officials))
        for place in self.places if not kept else ():  # each PC was on the line once, and took numbers with it
            place.line.calm = True
            synchronise(place.desk)
            place.line.calm = False
        for place in self.places:
            place.line.none = not self.directory.unit(place.enrolled_for).line

    def _place(self, n: int, device: str, unit: str, officials: tuple[str, ...]) -> Place:
        off = random.Random(f"{self.seed}-clock-{n}").randint(-9, 9)
        skew = timedelta(days=off) if n % self.pace.wrong_clocks == 0 else timedelta(seconds=30 * off)
        line = HostileLine(self.exchange, random.Random(f"{self.seed}-line-{n}"), bad=self.pace.bad)
        nothing: Any = None
        place = Place(self.folder / device, self.keys[device], unit, officials, skew, line, nothing)
        self._open(place)
        return place

    def _open(self, place: Place) -> None:
        nothing: Any = None
        store = DyingStore.open(place.home, now=self.now + place.skew)
        known = store.directory()
        directory = read_directory(known[1], self.pins) if known is not None else self.directory
        at = directory.unit_at(place.key.id, place.enrolled_for)
        place.desk = Desk(
            home=place.home, store=store, key=place.key, directory=directory, pins=self.pins, unit_id=at,
            clock=lambda: self.now + place.skew, ids=self.fresh, exchange=lambda: place.line, templates=TemplateSet({}),
            heading=nothing, resources=nothing, archive=nothing, worker=nothing, verifier=nothing, trust=nothing,
            official=place.officials[0], block_size=20,
        )  # fmt: skip

    def fresh(self) -> str:
        """The next id of the world."""
        return f"01HZ{next(self._names):022d}"

    def reopen(self, place: Place) -> None:
        """The program starts again on the same files."""
        place.desk.store.close()
        self._open(place)

    def kill_soon(self, place: Place) -> None:
        """One of its next acts is its last."""
        store: Any = place.desk.store
        store.die_in, store.die_after = self.rng.randint(1, 6), self.rng.random() < 0.5

    def synchronise(self, place: Place) -> None:
        """One exchange, which the line may break and a death may end; by stick where there is no line. Raises every other error."""
        if place.line.none:
            if place.line.calm or self.pace.sticks >= 1 or self.rng.random() < self.pace.sticks:
                self.carry(place)
            return
        with self.perils(place):
            self.problems.update(code for code, _ in synchronise(place.desk).problems)

    def carry(self, place: Place) -> None:
        """One leg of the stick's way between a PC without a line and whoever happens to travel."""
        place.stick = place.stick or Stick(self.folder / f"stick-{place.key.id}-{self.fresh()}", self.rng)
        carrier = self.rng.choice([other for other in self.places if not other.line.none])
        who = carrier if place.stick.away else place
        with self.perils(who):
            if place.stick.leg(place.desk, carrier.desk, calm=place.line.calm):
                self.done[place.stick.end] += 1
                place.stick = None

    @contextmanager
    def perils(self, place: Place) -> Iterator[None]:
        """What a bad line tells is counted, and who dies starts again."""
        try:
            yield
        except OfficeError as error:
            if place.line.calm or error.code not in UNWELL:
                raise
            self.refused[error.code] += 1
        except Killed:
            self.died(place)

    @property
    def admin_desk(self) -> _Entity:
        """Where the directory is changed."""
        at = _Entity(self.folder, ENTITY, self.exchange, self.now)
        object.__setattr__(at, "key", self.admin)  # the base is frozen
        return at

    def merge(self) -> None:
        """The last but two of the units becomes part of the one after it."""
        ended, heir = self.directory.units[-3].id, self.directory.units[-2].id
        self.directory = entity.end_units(self.admin_desk, [ended], [heir]).directory

    def guest_leaves(self) -> None:
        """Today is his last day."""
        self.directory = entity.official_leaves(self.admin_desk, GUEST, self.now.date()).directory

    def died(self, place: Place) -> None:
        """Count it and start again."""
        self.deaths += 1
        self.reopen(place)

    def heal(self, rounds: int = 10) -> None:
        """All lines well, nobody dies, everybody exchanges until nothing moves any more, a bounded number of times.

        At each PC sits somebody who is in office: what is to be handed on waits where only one who left does.
        """
        for place in self.places:
            store: Any = place.desk.store
            place.line.calm, store.die_in = True, -1
            place.desk.official = next(who for who in place.officials if self.directory.official(who).until is None)
        self._settle(rounds)
        if self._set_aside(
            "event.official_left"
        ):  # done before he left, at a PC whose clock was ahead: its day is corrected
            left = self.directory.official(GUEST).until
            assert left is not None
            self.directory = entity.official_leaves(self.admin_desk, GUEST, left + timedelta(days=12)).directory
            self.corrected = True
            self._settle(rounds)

    def _set_aside(self, code: str) -> bool:
        return any(item.code == code for place in self.places for item in place.desk.store.quarantined())

    def _settle(self, rounds: int) -> None:
        before = -1
        for _ in range(rounds):
            self.now += timedelta(days=1)  # rows that failed are due again, and so is a full listing
            for place in self.places:
                for _leg in range(3 if place.line.none else 1):
                    self.synchronise(place)
            held = sum(_count(place) for place in self.places)
            if held == before and not any(place.desk.store.outbox_counts().waiting for place in self.places):
                return
            before = held

    def close(self) -> None:
        """Shut every store."""
        for place in self.places:
            place.desk.store.close()


def _first(people: dict[str, str], unit: str) -> str:
    return next(who for who, of in people.items() if of == unit)


def _count(place: Place) -> int:
    with place.desk.store.reading() as connection:
        return int(connection.exec_driver_sql("select count(*) from events").scalar_one())
