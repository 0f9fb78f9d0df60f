"""Two units, two officials, two devices: the smallest office that sends itself papers. Times and ids are fixed."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from desktop.records.events import Actor, Event, EventKind
from desktop.records.people import Device, Directory, Entity, Official, Unit
from desktop.sync.device import DeviceKey

NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
ENTITY = "01HZENTITY0000000000000000"
DIGEST = "ab" * 32


@dataclass
class Office:
    """Keys and the directory that publishes them; ``ids`` gives fresh ids in order."""

    admin: DeviceKey
    key_a: DeviceKey
    key_b: DeviceKey
    directory: Directory
    counter: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def ids(self) -> str:
        return f"01HZ{next(self.counter):022d}"

    def actor(self, who: str) -> Actor:
        official = self.directory.official(who)
        return Actor(official.id, official.post, official.unit)

    def event(self, **changes: object) -> Event:
        base = Event(
            id=self.ids(),
            kind=EventKind.DRAFTED,
            entity=ENTITY,
            document="doc-1",
            slip=None,
            parents=(),
            actor=self.actor("juana"),
            claimed_at=NOW,
            device=self.key_a.id,
            device_seq=1,
            deliveries=(("unit-a", 1),),
            body={"kind": "informe", "subject": "Ñandú: ¿qué pasó?", "signers": ["juana"]},
        )
        return replace(base, **changes)  # type: ignore[arg-type]


def device_of(key: DeviceKey, unit: str, officials: tuple[str, ...]) -> Device:
    verify, recipient = key.public()
    return Device(key.id, unit, verify, recipient, NOW + timedelta(days=365), tuple((who, "jws") for who in officials))


def make_office() -> Office:
    key_a, key_b = DeviceKey.generate("device-a"), DeviceKey.generate("device-b")
    directory = Directory(
        number=1,
        entity=Entity(ENTITY, "Gobierno Autónomo Departamental de Oruro", "GADOR", practice=True),
        units=(
            Unit("unit-a", "Secretaría", "GADOR-S"),
            Unit("unit-b", "Sistemas", "GADOR-SIS"),
            Unit("unit-c", "Archivo", "GADOR-AR"),
        ),
        officials=(
            Official("juana", "Juana Mamani Quispe", "1111111", "Secretaria", "unit-a"),
            Official("pedro", "Pedro Choque Flores", "2222222", "Técnico", "unit-b"),
        ),
        devices=(device_of(key_a, "unit-a", ("juana",)), device_of(key_b, "unit-b", ("pedro",))),
    )
    return Office(DeviceKey.generate("admin"), key_a, key_b, directory)
