"""PCs that are put back from a backup, doubled, cut off for long, and reserved papers: perils of a world beside its acts.

What a copy may be told is told only where there was one; what nobody but a lost disk had is noted, to be asserted exactly.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from desktop.operations import backup, copies, entity, join, rejoin
from desktop.operations.copies import CopyState
from desktop.operations.restore import restore
from desktop.operations.settings import DeskSettings, save_settings
from desktop.operations.synchronise import synchronise
from desktop.records.errors import OfficeError
from desktop.storage import open_storage
from desktop.storage.protocol import Entry, ObjectStore
from desktop.store import own_line
from desktop.sync import enrolment
from desktop.sync.device import DeviceKey, FileVault
from desktop.sync.envelopes import digest_of, seal_payload
from desktop.sync.keys import Delivery, Mail, read_delivery, read_pouch_letter
from desktop.sync.letters import open_letter
from tests.desktop.sync.office import ENTITY, device_of

from .acts import attempt, make
from .line import HostileLine
from .reserved import Reserved
from .world import START, Place, World

_TERM = timedelta(days=3600)


class CopyLine(HostileLine):
    """Tells a copy all that its device did. On a listing that lacks the newest two copies both go on: 0042 says how that is settled."""

    def __init__(self, before: HostileLine, own: str) -> None:
        super().__init__(before._inner, before._rng)
        self.calm, self.cut, self.none, self._own = before.calm, before.cut, before.none, own

    def list(self, prefix: str, *, after: str = "") -> Iterator[Entry]:
        if prefix.endswith(f"/{self._own}/"):
            self._pass()
            yield from self._inner.list(prefix, after=after)
        else:
            yield from super().list(prefix, after=after)


@dataclass
class Given:
    """A home that was put back: until where its acts were known to somebody, and the numbers that it held then."""

    device: str
    known: frozenset[str]
    blocks: tuple[tuple[str, int, int, int], ...]  # series, year, first, last
    book: frozenset[tuple[str, int, int]]
    """Numbers that a document had already, which they stay with."""


@dataclass
class Noted:
    """What the run did, for the invariants."""

    gone: dict[str, str] = field(default_factory=dict)
    """Acts that only a lost disk had, with the device."""
    held: dict[str, str] = field(default_factory=dict)
    """Acts that a clone held back, with the device."""
    restored: list[Given] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class Copies:
    """The perils of a world's PCs. ``pairs`` work with one key; ``stopped`` were told that they are the second."""

    def __init__(self, world: World) -> None:
        self.world, self.noted = world, Noted()
        self.done: Counter[str] = Counter()
        self.second: ObjectStore = open_storage(f"folder:{world.folder / 'second'}", create=True)
        self.pairs: list[tuple[Place, Place]] = []
        self.stopped: list[Place] = []
        self.saved: list[Place] = []
        self.away: set[str] = set()
        self.reserved = Reserved(world)
        self._copied: set[str] = set()
        secret = world.folder / "recovery"
        world.directory = entity.new_recovery(world.admin_desk, secret).directory
        self._identity = secret.read_text("utf-8").strip()
        for place in world.places:
            self._settings(place)
            with _well(place):
                synchronise(place.desk)

    def _settings(self, place: Place) -> None:
        FileVault(place.home).save(place.key)
        at = DeskSettings(ENTITY, place.enrolled_for, place.key.id, self.world.exchange.url, self.world.pins.admin_key)
        save_settings(place.home, at)

    # what happens
    def step(self) -> None:
        """One thing happens somewhere; a copy that is told to stop does."""
        world = self.world
        world.now += timedelta(minutes=3)
        place, dice = world.rng.choice(world.places), world.rng.random()
        if dice < 0.02:
            self.back_up(place)
        elif dice < 0.03:
            self.put_back(world.rng.choice(self.saved or [place]))
        elif dice < 0.04:
            self.double(place)
        elif dice < 0.05:
            self.turn_line(world.rng.choice(world.directory.units).id)
        elif dice < 0.08 and self.stopped:
            self.admit_anew(world.rng.choice(self.stopped))
        elif dice < 0.10:
            world.kill_soon(place)
        elif dice < 0.12:
            place.line.cut = not place.line.cut
        elif dice < 0.22:
            with self._copy_stops(place):
                self.reserved.attempt(place)
        elif dice < 0.50:
            self.synchronise(place)
        else:
            with self._copy_stops(place):
                attempt(world, place, new=dice > 0.9)

    def synchronise(self, place: Place) -> None:
        """One exchange, which may tell that somebody else works with this key."""
        with self._copy_stops(place):
            self.world.synchronise(place)
        if place.line.none:
            self.reserved.look_at_sticks()

    @contextmanager
    def _copy_stops(self, place: Place) -> Iterator[None]:
        """A copy may be told that it is one; nobody else may."""
        try:
            yield
        except OfficeError as error:
            state = copies.state(place.desk)
            if error.code != copies.REFUSAL.get(state) or place.key.id not in self._copied:
                raise
            self.done[error.code] += 1
            if state is CopyState.CLONED and place not in self.stopped:
                self._stops(place)

    def back_up(self, place: Place) -> None:
        """Into the second place, by the daily backup."""
        if place in self._busy() or not place.desk.directory.recovery:
            return
        with self.world.perils(place):
            backup.backup(place.desk, self.second)
            if place not in self.saved:
                self.saved.append(place)

    def put_back(self, place: Place) -> None:
        """The disk is lost, and the newest backup becomes the home. A pair has lost enough."""
        if place not in self.saved or place in self._busy():
            return
        world = self.world
        self._stick_arrives(place)
        before, reached = own_acts(place), self.reached(place)
        place.desk.store.close()
        shutil.rmtree(place.home)
        restore(
            place.home, self.second, identity=lambda: self._identity, device=place.key.id, admin_key=world.pins.admin_key
        )  # fmt: skip
        self._become_copy(place)
        world._open(place)
        kept = own_acts(place)
        if copies.state(place.desk) is not CopyState.RESTORED:
            self.noted.faults.append(f"{place.key.id}: put back, and nobody noticed")
        self.noted.gone |= dict.fromkeys(before - kept - reached, place.key.id)
        self.noted.restored.append(Given(place.key.id, frozenset(kept | reached), _blocks(place), _book(place)))
        self.done["put back"] += 1
        self.done["acts gone"] += len(before - kept - reached)
        if place.line.none and world.rng.random() < 0.5:
            self._borrow_a_line(place)

    def _stick_arrives(self, place: Place) -> None:
        """Whoever carries it arrives before the PC is mended; 0042 says what comes of a stick that arrives later."""
        for _ in range(50):
            if place.stick is None or not place.stick.away:
                break
            self.world.carry(place)
        if place.stick is not None and place.stick.empty:
            place.stick = None  # it was in the PC

    def double(self, place: Place) -> None:
        """The home is copied to a second PC while it is closed; both go on."""
        if place in self._busy() or place.line.none or len(self.pairs) > 1:
            return
        world, home = self.world, self.world.folder / f"{place.key.id}-{self._name()}"
        place.desk.store.close()
        shutil.copytree(place.home, home)
        world._open(place)
        self._become_copy(place)
        dice = random.Random(f"{world.seed}-{home.name}")  # lanes throw them in any order
        line = CopyLine(HostileLine(world.exchange, dice), place.key.id)
        twin = replace(place, home=home, line=line, stick=None)
        world._open(twin)
        world.places.append(twin)
        self.pairs.append((place, twin))
        self.done["doubled"] += 1

    def _busy(self) -> list[Place]:
        return [*self.stopped, *(one for pair in self.pairs for one in pair)]

    def _name(self) -> str:
        return self.world.fresh()[-5:]

    def _become_copy(self, place: Place) -> None:
        self._copied.add(place.key.id)
        place.line = CopyLine(place.line, place.key.id)

    def _stops(self, place: Place) -> None:
        """The second of a pair: what it alone has is what it says that it held back, and nothing else."""
        self.stopped.append(place)
        pair = next((one for one in self.pairs if place in one), None)
        if pair is None:
            self.noted.faults.append(f"{place.key.id}: told that it is a clone, and there is no other")
            return
        self.pairs.remove(pair)
        alone = own_acts(place) - self.reached(place)
        held = {one.digest for one in own_line.held_back(place.desk.store)}
        if alone != held or len(copies.held_back(place.desk)) != len(held):
            self.noted.faults.append(f"{place.key.id}: {len(alone)} acts never left, it lists {len(held)}")
        self.noted.held |= dict.fromkeys(alone, place.key.id)
        self.done["held back"] += len(held)

    def admit_anew(self, place: Place) -> None:
        """``desk anew``, with the entity's answer. Only the token is left out."""
        world = self.world
        self.stopped.remove(place)
        place.desk.store.close()
        with patch.object(rejoin, "ask_admission", lambda home, _invitation, **asked: self._ask(place, home, **asked)):
            rejoin.ask_anew(place.home, pin=None, exchange=world.exchange)
        join.enter(place.home, exchange=world.exchange)
        world._open(place)
        self.saved = [one for one in self.saved if one is not place]
        self.done["anew"] += 1

    def _ask(self, place: Place, home: Path, *, people: list[tuple[str, None]], **_rest: object) -> str:
        world, now = self.world, self.world.now + place.skew
        key = DeviceKey.generate(f"{place.key.id}-{self._name()}")
        FileVault(home).save(key)
        serving = [who for who, _ in people if world.directory.serving(who, now.date())]
        unit = world.directory.official(serving[0]).unit
        row = replace(device_of(key, unit, ()), valid_until=START + _TERM)
        asked = [
            enrolment.ask(key, entity=ENTITY, unit=unit, official=who, until=row.valid_until, now=now)
            for who in serving
        ]
        told = [seal_payload(one.to_payload(), key, "enrolment", kid=key.id) for one in asked]
        row = replace(row, enrolments=tuple(zip(serving, told, strict=True)))
        new = replace(world.directory, devices=(*world.directory.devices, row))
        world.directory = world.admin_desk.enter(new, world.directory).directory
        world.keys[key.id] = place.key = key
        place.officials, place.enrolled_for = tuple(serving), unit
        place.came = True
        return key.id

    def turn_line(self, unit: str) -> None:
        """A unit has no line any more, and the directory says so; or it has one again."""
        world = self.world
        if not self.world.directory.unit(unit).line and unit not in self.away:
            return  # it never had one
        if unit not in self.away and (self.away or any(p.unit == unit for pair in self.pairs for p in pair)):
            return
        cut = unit not in self.away
        self.away ^= {unit}
        world.directory = entity.change_unit(world.admin_desk, unit, line=not cut).directory
        for place in world.places:
            if place.enrolled_for == unit:
                place.line.none = cut
        self.done["line lost" if cut else "line back"] += 1

    def finish(self) -> None:
        """What the dice left out happens; every line is there again, every pair has parted and every copy may act again."""
        self._certainly()
        for unit in sorted(self.away):
            self.turn_line(unit)
        for pair in list(self.pairs):
            for _ in range(5):
                if pair not in self.pairs:
                    break
                self._part(pair)
            else:
                self.noted.faults.append(f"{pair[0].key.id}: two go on with one key")
        for place in list(self.stopped):
            self.admit_anew(place)
        for place in self.world.places:  # a unit without a line borrows one for that
            if copies.state(place.desk) is CopyState.RESTORED:
                self._borrow_a_line(place)
        for place in self.world.places:
            if place.key.id in {given.device for given in self.noted.restored}:
                self._begins_a_slip(place)

    def _begins_a_slip(self, place: Place) -> None:
        """A PC that was put back takes a number: out of a block that it asked for since, not of one that it held before."""
        before = self.world.done["new"]
        with _well(place):
            attempt(self.world, place, new=True)
        self.done["numbers again"] += self.world.done["new"] - before

    def _certainly(self) -> None:
        dice = self.world.rng
        lined = [place for place in self.world.places if not place.line.none and place not in self._busy()]
        ahead = max(lined, key=lambda place: place.skew)  # no number is refused to a clock that is ahead
        lined.remove(ahead)
        with _well(ahead):
            attempt(self.world, ahead, new=True)  # it holds numbers
            backup.backup(ahead.desk, self.second)
            make(ahead.desk, self.world.fresh())  # what nobody will have
        self.saved.append(ahead)
        self.put_back(ahead)
        for unit in self.world.directory.units if not self.done["line lost"] else ():
            self.turn_line(unit.id)
        for place in self.world.places:
            if place.enrolled_for in self.away:
                with self._copy_stops(place):
                    self.reserved.attempt(place)
                self.synchronise(place)
        lined = [place for place in lined if not place.line.none]
        for place in lined if not self.done["doubled"] else ():
            self.double(place)
        while not (self.reserved.documents and self.reserved.sticks):
            place = dice.choice(self.world.places)
            with self._copy_stops(place):
                self.reserved.attempt(place)
            self.synchronise(next(one for one in self.world.places if one.line.none))

    def _borrow_a_line(self, place: Place) -> None:
        """The PC is carried to where there is one, for one exchange."""
        with _well(place):
            synchronise(place.desk)

    def _part(self, pair: tuple[Place, Place]) -> None:
        """Both look, both act, both send."""
        for rounds in range(3):
            for place in pair:
                if place in self.stopped:
                    return
                with _well(place), self._copy_stops(place):
                    if rounds == 1:
                        today = place.desk.now_local().date()
                        place.desk.official = next(
                            who for who in place.officials if place.desk.directory.serving(who, today)
                        )
                        make(place.desk, self.world.fresh())
                    else:
                        synchronise(place.desk)

    def reached(self, place: Place) -> set[str]:
        """Its device's acts that lie in the exchange or at anybody else's."""
        found: set[str] = set()
        for prefix in ("units/", "pouch/"):
            for entry in self.world.exchange.list(prefix):
                mail = read_delivery(entry.key) or read_pouch_letter(entry.key)
                if mail is not None and mail.device == place.key.id:
                    found |= event_of(mail, self.world.exchange.get(entry.key), place.key)
        for other in self.world.places:
            if other is not place and not any(place in pair and other in pair for pair in self.pairs):
                found |= _acts(other, place.key.id)
        return found


def own_acts(place: Place) -> set[str]:
    """What bears its device's name in its own store."""
    return _acts(place, place.key.id)


def _acts(place: Place, device: str) -> set[str]:
    with place.desk.store.reading() as connection:
        rows = connection.exec_driver_sql("select digest from events where device = ?", (device,))
        return {str(digest) for (digest,) in rows}


def _blocks(place: Place) -> tuple[tuple[str, int, int, int], ...]:
    with place.desk.store.reading() as connection:
        return tuple(
            (str(series), int(year), int(first), int(last))
            for series, year, first, last in connection.exec_driver_sql(
                "select series, year, first, last from number_blocks"
            )
        )


def _book(place: Place) -> frozenset[tuple[str, int, int]]:
    with place.desk.store.reading() as connection:
        rows = connection.exec_driver_sql("select series, year, number from issued_numbers")
        return frozenset((str(series), int(year), int(number)) for series, year, number in rows)


def event_of(mail: Delivery, data: bytes, key: DeviceKey) -> set[str]:
    """The event in a delivery, where that key opens it."""
    if isinstance(mail, Mail):
        return {mail.digest}
    try:
        return {digest_of(open_letter(data, key))}
    except OfficeError as error:
        if error.code != "letter.not_for_us":
            raise
        return set()


@contextmanager
def _well(place: Place) -> Iterator[None]:
    """A line that is well, and nobody dies."""
    store: Any = place.desk.store
    line, store.die_in = place.line, -1
    before = line.calm, line.none
    line.calm, line.none = True, False
    try:
        yield
    finally:
        line.calm, line.none = before
