"""Two units, two officials, two devices: the smallest office that sends itself papers. Times and ids are fixed."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from desktop.records.events import Actor, Event, EventKind, SignedEvent
from desktop.records.people import Device, Directory, Entity, Official, Unit
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.sync.compose import OutgoingBlob, compose
from desktop.sync.device import DeviceKey
from desktop.sync.enrolment import ask
from desktop.sync.luggage import pack_history
from desktop.sync.pull import PullReport, pull
from desktop.sync.push import PushReport, push

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
        event = replace(base, **changes)  # type: ignore[arg-type]
        return event if event.prev or event.device_seq == 1 else replace(event, prev="0" * 64)


def device_of(key: DeviceKey, unit: str, officials: tuple[str, ...]) -> Device:
    verify, recipient = key.public()
    return Device(key.id, unit, verify, recipient, NOW + timedelta(days=365), tuple((who, "jws") for who in officials))


def asked_for(key: DeviceKey, unit: str, official: str, *, at: datetime = NOW) -> Device:
    """A device whose enrolment says when it was asked for."""
    statement = ask(key, entity=ENTITY, unit=unit, official=official, until=at + timedelta(days=300), now=at)
    payload = base64.urlsafe_b64encode(statement.to_payload()).rstrip(b"=").decode()
    return replace(device_of(key, unit, ()), enrolments=((official, f"e30.{payload}.e30"),))


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


@dataclass
class Seat:
    """One desk at work: what the operations will do, with fake bytes for documents."""

    office: Office
    key: DeviceKey
    unit: str
    official: str
    store: DeskStore
    exchange: ObjectStore
    clock: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> datetime:
        return NOW + timedelta(minutes=next(self.clock))

    def act(
        self,
        kind: EventKind,
        document: str,
        body: dict[str, object],
        *,
        slip: str | None = None,
        blobs: Sequence[OutgoingBlob] = (),
        units: Sequence[str] = (),
        parents: Sequence[str] | None = None,
    ) -> SignedEvent:
        """One operation: one transaction, one event."""
        with self.store.act() as act:
            return compose(
                act,
                key=self.key,
                directory=self.office.directory,
                event_id=self.office.ids(),
                kind=kind,
                document=document,
                slip=slip,
                parents=self.store.heads_of_document(document) if parents is None else parents,
                actor=self.office.actor(self.official),
                body=body,
                blobs=blobs,
                audience=(*units, *(self.store.slip_units(slip) if slip else ())),
                now=self.now(),
            )

    def make(self, document: str, pdf: bytes, number: int = 1) -> str:
        """Draft, number, freeze and sign; returns the digest of the signed bytes."""
        signed = pdf + b" firmado"
        old, new = self.store.put_bytes(pdf), self.store.put_bytes(signed)
        self.act(
            EventKind.DRAFTED, document, {"kind": "informe", "subject": f"Asunto {number}", "signers": [self.official]}
        )
        self.act(EventKind.NUMBERED, document, {"cite": f"{self.unit}/{number}"})
        self.act(EventKind.FROZEN, document, {"digest": old, "pages": 1}, blobs=[document_blob(pdf)])
        self.act(EventKind.SIGNED, document, {"old": old, "new": new, "level": "B-B"}, blobs=[document_blob(signed)])
        return new

    def dispatch(self, document: str, slip: str, to: str, *, mode: str = "oficial") -> SignedEvent:
        """Open the slip where it is new, and send the document with its whole history."""
        if not self.store.slip_units(slip):
            self.act(EventKind.OPENED, document, {"number": slip, "subject": "Asunto"}, slip=slip)
        documents = self.store.slip(slip).documents
        events = {item.digest: item for one in documents for item in self.store.events_of_document(one)}
        blobs = [document_blob(self.store.get_bytes(self.store.document(one).digest)) for one in documents]
        blobs.append(OutgoingBlob(pack_history(events.values()), "historia.json", "application/json", "history"))
        body = {"to_unit": to, "mode": mode, "action": "para_su_consideracion", "documents": list(documents)}
        return self.act(EventKind.DISPATCHED, self.store.slip(slip).document, body, slip=slip, blobs=blobs, units=(to,))

    def push(self, exchange: ObjectStore | None = None) -> PushReport:
        return push(self.store, exchange or self.exchange, now=self.now())

    def pull(self, exchange: ObjectStore | None = None, **more: object) -> PullReport:
        kept: dict[str, object] = {"directory": self.office.directory, "now": self.now(), **more}
        return pull(self.store, exchange or self.exchange, self.key, units=(self.unit,), **kept)  # type: ignore[arg-type]

    def sync(self) -> PullReport:
        self.push()
        return self.pull()


def document_blob(data: bytes) -> OutgoingBlob:
    return OutgoingBlob(data, "documento.pdf", "application/pdf", "document")
