"""A house with two PCs of one unit, of which one is copied: put back, doubled, overwritten."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.drafting.templates import TemplateSet
from desktop.operations import synchronise
from desktop.operations.acts import record
from desktop.operations.desk import Desk
from desktop.records.documents import AccessClass
from desktop.records.events import EventKind
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, publish
from desktop.sync.events import peek_event
from desktop.sync.keys import read_mail
from tests.desktop.sync.office import NOW, asked_for, device_of, make_office

RUBBISH = b"rubbish"


@dataclass
class House:
    """One unit with two PCs: ours, which is copied, and another that sees what came of it."""

    folder: Path
    now: datetime = NOW
    opened: list[Desk] = field(default_factory=list)

    def __post_init__(self) -> None:
        office = make_office()
        devices = tuple(device_of(key, "unit-a", ("juana",)) for key in (office.key_a, office.key_b))
        self.directory = replace(office.directory, devices=devices)
        self.key, self.other_key, self.admin = office.key_a, office.key_b, office.admin
        self.pins = DirectoryPins(office.admin.public()[0])
        self.exchange = open_storage(f"folder:{self.folder / 'exchange'}", create=True)
        publish(self.exchange, self.directory, office.admin)
        self.ids = itertools.count(1)

    def desk(
        self, name: str, key: DeviceKey | None = None, *, exchange: ObjectStore | None = None, unit: str = "unit-a"
    ) -> Desk:
        home, nothing = self.folder / name, None
        made: Any = Desk(
            home=home, store=DeskStore.open(home, now=self.tick()), key=key or self.key, directory=self.directory, pins=self.pins,
            unit_id=unit, clock=self.tick, ids=lambda: f"01HZ{next(self.ids):022d}",
            exchange=lambda: exchange or self.exchange, templates=TemplateSet({}), heading=nothing, resources=nothing,
            archive=nothing, worker=nothing, verifier=nothing, trust=nothing, official="juana", block_size=4,
        )  # type: ignore[arg-type]  # fmt: skip
        self.opened.append(made)
        return made  # type: ignore[no-any-return]

    def tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def copy(self, name: str, to: str) -> None:
        """As a backup program does it while nobody works."""
        shutil.copytree(self.folder / name, self.folder / to)

    def put_back(self, copy: str, name: str) -> None:
        shutil.rmtree(self.folder / name)
        self.copy(copy, name)

    def overwrite(self, copy: str, name: str) -> None:
        """A snapshot of the whole machine: the same files with older bytes. Nothing here tells it apart."""
        for path in (self.folder / name).rglob("*"):
            if path.is_file() and not (self.folder / copy / path.relative_to(self.folder / name)).exists():
                path.unlink()
        for path in (self.folder / copy).rglob("*"):
            if path.is_file():
                (self.folder / name / path.relative_to(self.folder / copy)).write_bytes(path.read_bytes())

    def admit(self, key: DeviceKey) -> None:
        """A further PC of the unit, by the next directory."""
        row = asked_for(key, "unit-a", "juana", at=self.tick())
        self.directory = replace(
            self.directory, number=self.directory.number + 1, devices=(*self.directory.devices, row)
        )
        publish(self.exchange, self.directory, self.admin)

    def events_in_the_exchange(self) -> list[tuple[str, int, str]]:
        """(device, its number, digest) of everything that lies in the unit's mailbox."""
        keys = [entry.key for entry in self.exchange.list("units/") if read_mail(entry.key)]
        found = [peek_event(data) for key in keys if (data := self.exchange.get(key)) != RUBBISH]
        return [(item.event.device, item.event.device_seq, item.digest) for item in found]

    def numbers_known_to(self, desk: Desk) -> list[int]:
        """The numbers of our device's acts there, letters too."""
        with desk.store.reading() as connection:
            found = connection.exec_driver_sql("SELECT device_seq FROM events WHERE device = ?", (self.key.id,))
            return sorted(found.scalars())

    def require_one_line(self) -> None:
        numbers = Counter((device, seq) for device, seq, _ in self.events_in_the_exchange())
        assert [number for number, count in numbers.items() if count > 1] == []


def act(desk: Desk, document: str, *, access: AccessClass = AccessClass.UNCLASSIFIED) -> str:
    with desk.store.act() as inside:
        body: dict[str, object] = {"kind": "informe", "subject": f"Asunto {document}", "access": int(access)}
        return record(desk, inside, EventKind.DRAFTED, document=document, actor=desk.acting(), body=body).digest


def close(*desks: Desk) -> None:
    for desk in desks:
        desk.store.close()


def yesterday(house: House, *, unsent: bool = False) -> Desk:
    """A desk that has acted, was copied, and acted once more; closed where ``home`` lies. The copy is ``copy``."""
    desk = house.desk("home")
    act(desk, "doc-1")
    synchronise.synchronise(desk)
    close(desk)
    house.copy("home", "copy")
    desk = house.desk("home")
    act(desk, "doc-2")
    if not unsent:
        synchronise.synchronise(desk)
    close(desk)
    return desk


def cloned(house: House) -> tuple[Desk, Desk]:
    """(the copy, the first): two PCs that work with one key and have done one thing."""
    desk = house.desk("home")
    act(desk, "doc-1")
    synchronise.synchronise(desk)
    close(desk)
    house.copy("home", "copy")
    return house.desk("copy"), house.desk("home")
