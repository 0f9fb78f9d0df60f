"""A municipality without a line, a department with one, and a third unit that carries sticks: real stores, real folders."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.drafting.templates import TemplateSet
from desktop.operations.desk import Desk
from desktop.operations.synchronise import SyncOutcome, synchronise
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind, SignedEvent
from desktop.records.people import Directory, Official
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, publish
from desktop.sync.directory_json import to_payload
from desktop.sync.envelopes import DIRECTORY, canonical, seal_payload
from tests.desktop.sync.office import NOW, Office, Seat, device_of, make_office

TOWN, DEPARTMENT, CARRIER = "unit-a", "unit-b", "unit-c"
PDF = b"%PDF-1.7 secreto del municipio"


@dataclass
class Place:
    """One desk and the hand that works there."""

    desk: Desk
    seat: Seat

    def sync(self) -> SyncOutcome:
        return synchronise(self.desk)

    def receive(self, hop: SignedEvent) -> SignedEvent:
        return self.seat.act(EventKind.RECEIVED, hop.event.document, {"hop": hop.event.id}, slip=hop.event.slip)


@dataclass
class PouchOffice:
    """``town`` has no line; ``department`` and ``carrier`` have one. ``stick`` is a folder as the system shows it."""

    folder: Path
    empty_home: Path
    now: datetime = NOW
    open: list[DeskStore] = field(default_factory=list)

    def __post_init__(self) -> None:
        office = make_office()
        self.key_c = DeviceKey.generate("device-c")
        units = tuple(replace(unit, line=unit.id != TOWN) for unit in office.directory.units)
        office.directory = replace(
            office.directory,
            units=units,
            officials=(*office.directory.officials, Official("rosa", "Rosa Colque", "3333333", "Chofer", CARRIER)),
            devices=(*office.directory.devices, device_of(self.key_c, CARRIER, ("rosa",))),
        )
        self.office: Office = office
        self.pins = DirectoryPins(office.admin.public()[0])
        self.exchange = open_storage(f"folder:{self.folder / 'exchange'}", create=True)
        self.jws = publish(self.exchange, office.directory, office.admin)
        self.stick = self.new_stick("stick")
        self._names = itertools.count(1)
        self.town = self.place("town", office.key_a, TOWN, "juana", line=False)
        self.department = self.place("department", office.key_b, DEPARTMENT, "pedro")
        self.carrier = self.place("carrier", self.key_c, CARRIER, "rosa")

    def new_stick(self, name: str) -> Path:
        stick = self.folder / name
        stick.mkdir()
        return stick

    def place(self, name: str, key: DeviceKey, unit: str, official: str, *, line: bool = True) -> Place:
        """A desk with the directory that everybody has."""
        home = self.folder / name
        home.mkdir()
        (home / "desk.sqlite3").write_bytes((self.empty_home / "desk.sqlite3").read_bytes())
        return self.reopened(name, key, unit, official, line=line)

    def reopened(self, name: str, key: DeviceKey, unit: str, official: str, *, line: bool) -> Place:
        """A desk whose home is there."""
        home = self.folder / name
        store = DeskStore.open(home, now=NOW)
        self.open.append(store)
        store.put_directory(self.office.directory.number, self.directory_jws())
        nothing: Any = None
        desk = Desk(
            home=home, store=store, key=key, directory=self.office.directory, pins=self.pins, unit_id=unit,
            clock=self.tick, ids=self.office.ids, exchange=lambda: self._line(line), templates=TemplateSet({}),
            heading=nothing, resources=nothing, archive=nothing, worker=nothing, verifier=nothing, trust=nothing,
            official=official, block_size=4,
        )  # fmt: skip
        return Place(desk, Seat(self.office, key, unit, official, store, self.exchange))

    def directory_jws(self, directory: Directory | None = None) -> str:
        payload = canonical(to_payload(directory or self.office.directory))
        return seal_payload(payload, self.office.admin, DIRECTORY, kid="admin")

    def publish(self, directory: Directory) -> None:
        """The next version, in the exchange; desks learn of it as they do."""
        publish(self.exchange, directory, self.office.admin)
        self.office.directory = directory

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def _line(self, line: bool) -> ObjectStore:
        if not line:
            raise OfficeError("storage.unreachable", url="folder:none", reason="test")
        return self.exchange

    def close(self) -> None:
        for store in self.open:
            store.close()


def send(place: Place, document: str, slip: str, to: str, number: int = 1) -> SignedEvent:
    """Make a document there and send it."""
    place.seat.make(document, PDF, number)
    return place.seat.dispatch(document, slip, to)
