"""Composing an event: numbered, addressed, sealed, signed, kept and queued, all inside the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desktop.records.errors import OfficeError
from desktop.records.events import Actor, BlobRef, Event, EventKind, Json, SignedEvent
from desktop.records.people import Directory

from .blobs import seal
from .device import DeviceKey
from .events import sign_event
from .keys import Mail, blob_key

# Outbox priorities, lowest first. push orders by readiness anyway; these only keep small things ahead in a listing.
EVENT_PRIORITY = 0
SMALL_BLOB_PRIORITY = 1
LARGE_BLOB_PRIORITY = 2
LARGE_BLOB = 256 * 1024  # bytes of ciphertext


@dataclass(frozen=True, slots=True)
class OutgoingBlob:
    """Plain bytes that travel with an event; ``role`` is ``document``, ``attachment``, ``text`` or ``history``."""

    data: bytes = field(repr=False)
    name: str
    media_type: str
    role: str


class ComposingAct(Protocol):
    """What composing needs of the store's transaction (desktop.store.Act)."""

    def next_device_seq(self, device: str) -> int:
        """The next number of that device's own chain."""
        ...

    def next_delivery_seq(self, device: str, unit: str) -> int:
        """The next number in (device, that unit's mailbox)."""
        ...

    def add_event(self, signed: SignedEvent, received_at: datetime) -> bool:
        """Keep it; False where it was known."""
        ...

    def put_bytes(self, data: bytes) -> str:
        """Keep bytes by digest."""
        ...

    def enqueue(self, key: str, data: bytes | str, *, priority: int) -> object:
        """Queue bytes, or the bytes of the store that have that SHA-256, to be put under ``key``."""
        ...


def compose(
    act: ComposingAct,
    *,
    key: DeviceKey,
    directory: Directory,
    event_id: str,
    kind: EventKind,
    document: str,
    slip: str | None,
    parents: Sequence[str],
    actor: Actor,
    body: Mapping[str, Json],
    blobs: Sequence[OutgoingBlob],
    audience: Sequence[str],
    now: datetime,
    on_behalf_of: str | None = None,
) -> SignedEvent:
    """Make one act of the office travel. ``audience`` are unit ids; the actor's own unit is always among them.

    Every blob is sealed to the devices of exactly the audience, and queued before the event that names it; ciphertexts lie in
    the store by digest, the outbox refers to them. Raises ``compose.unit_without_device`` where the unit that must act on a
    dispatch has no device that could open it, ``directory.unknown_unit``, ``event.malformed``.
    """
    units = tuple(dict.fromkeys((actor.unit, *audience)))
    for unit in units:
        directory.unit(unit)
    if kind is EventKind.DISPATCHED:
        _require_reader(directory, str(body["to_unit"]), now)
    recipients = recipients_of(directory, units, now, key)
    refs = [_queue_blob(act, blob, recipients) for blob in blobs]
    event = Event(
        id=event_id,
        kind=kind,
        entity=directory.entity.id,
        document=document,
        slip=slip,
        parents=tuple(dict.fromkeys(parents)),
        actor=actor,
        claimed_at=now,
        device=key.id,
        device_seq=act.next_device_seq(key.id),
        deliveries=tuple((unit, act.next_delivery_seq(key.id, unit)) for unit in units),
        on_behalf_of=on_behalf_of,
        body=dict(body),
        blobs=tuple(refs),
    )
    signed = sign_event(event, key)
    act.add_event(signed, now)
    enqueue_deliveries(act, signed)
    return signed


def enqueue_deliveries(act: ComposingAct, signed: SignedEvent) -> None:
    """Queue an event for every mailbox it names, the own unit's first: from there this desk can be rebuilt."""
    event, data = signed.event, signed.jws.encode("ascii")
    for unit, seq in sorted(event.deliveries, key=lambda item: item[0] != event.actor.unit):
        mail = Mail(event.entity, unit, event.device, seq, signed.digest)
        act.enqueue(mail.key, data, priority=EVENT_PRIORITY)


def recipients_of(directory: Directory, units: Sequence[str], now: datetime, own: DeviceKey) -> list[tuple[str, str]]:
    """(device id, age recipient) of every valid device of those units, and the own one in any case."""
    found = {own.id: own.public()[1]}
    for unit in units:
        found |= {item.id: item.age_recipient for item in directory.devices_of(unit) if item.valid_until > now}
    return sorted(found.items())


def has_reader(directory: Directory, unit: str, now: datetime) -> bool:
    """Whether somebody of that unit could open what is sent to it now."""
    return any(item.valid_until > now for item in directory.devices_of(unit))


def _require_reader(directory: Directory, unit: str, now: datetime) -> None:
    if not has_reader(directory, unit, now):
        raise OfficeError("compose.unit_without_device", unit=directory.unit(unit).name)


def _queue_blob(act: ComposingAct, blob: OutgoingBlob, recipients: Sequence[tuple[str, str]]) -> BlobRef:
    sealed = seal(blob.data, recipients)
    priority = LARGE_BLOB_PRIORITY if len(sealed.cipher) >= LARGE_BLOB else SMALL_BLOB_PRIORITY
    act.enqueue(blob_key(sealed.cipher_sha256), act.put_bytes(sealed.cipher), priority=priority)
    return sealed.ref(blob.name, blob.media_type, blob.role)
