"""Composing an event: numbered, addressed, sealed, signed, kept and queued, all inside the caller's one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from desktop.records.errors import OfficeError
from desktop.records.events import Actor, BlobRef, Event, EventKind, Json, SignedEvent
from desktop.records.people import Directory

from .audience import Told, audience_of, is_confidential
from .blobs import seal
from .device import DeviceKey
from .events import sign_event
from .keys import Letter, Mail, blob_key
from .letters import seal_letter

# Outbox priorities, lowest first. push orders by readiness anyway; these only keep small things ahead in a listing.
OWN_PRIORITY = (
    -1
)  # into the own unit's mailbox: the others wait for it, so that no copy of this desk can miss what others know
EVENT_PRIORITY = 0
SMALL_BLOB_PRIORITY = 1
LARGE_BLOB_PRIORITY = 2
LARGE_BLOB = 512 * 1024  # bytes of ciphertext, as in ``pieces``: what is smaller goes before any file in pieces


@dataclass(frozen=True, slots=True)
class OutgoingBlob:
    """Plain bytes that travel with an event; ``role`` is ``document``, ``attachment``, ``text`` or ``history``."""

    data: bytes = field(repr=False)
    name: str
    media_type: str
    role: str


class ComposingAct(Told, Protocol):
    """What composing needs of the store's transaction (desktop.store.Act)."""

    def next_in_device(self, device: str) -> tuple[int, str]:
        """The next number of that device's own chain, and the digest of the event that it follows there ("" for the first)."""
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

    def outbox_serves(self, event: str) -> None:
        """What was queued since the last event belongs to this one (its digest)."""
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
    refs: Sequence[BlobRef] = (),
) -> SignedEvent:
    """Make one act of the office travel. ``audience`` are unit ids; the actor's own unit is always among them.

    Every blob is sealed to the devices of exactly the audience, and queued before the event that names it; ciphertexts lie in
    the store by digest, the outbox refers to them. ``refs`` are blobs that lie in the exchange already. Raises
    ``compose.unit_without_device`` where the unit that must act on a dispatch has no device that could open it,
    ``directory.unknown_unit``, ``event.malformed``.
    """
    units = tuple(dict.fromkeys((actor.unit, *audience)))
    for unit in units:
        directory.unit(unit)
    if kind is EventKind.DISPATCHED:
        _require_reader(directory, str(body["to_unit"]), now)
    recipients = recipients_of(directory, units, now, key)
    queued = [_queue_blob(act, blob, recipients) for blob in blobs]
    number, before = act.next_in_device(key.id)
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
        device_seq=number,
        prev=before,
        deliveries=tuple((unit, act.next_delivery_seq(key.id, unit)) for unit in units),
        on_behalf_of=on_behalf_of,
        body=dict(body),
        blobs=(*refs, *queued),
    )
    signed = sign_event(event, key)
    act.add_event(signed, now)
    enqueue_deliveries(act, signed, recipients)
    return signed


def enqueue_deliveries(act: ComposingAct, signed: SignedEvent, recipients: Sequence[tuple[str, str]]) -> None:
    """Queue an event for every mailbox it names, the own unit's first: from there this desk can be rebuilt.

    That of a reserved matter goes as a letter to ``recipients``, the devices of its audience, and in no other form.
    """
    event, data = signed.event, signed.jws.encode("ascii")
    kind: type[Mail | Letter] = Mail
    digest = signed.digest
    if is_confidential(act, event):
        data = seal_letter(signed.jws, recipients)
        kind, digest = Letter, hashlib.sha256(data).hexdigest()
    for unit, seq in sorted(event.deliveries, key=lambda item: item[0] != event.actor.unit):
        priority = OWN_PRIORITY if unit == event.actor.unit else EVENT_PRIORITY
        act.enqueue(kind(event.entity, unit, event.device, seq, digest).key, data, priority=priority)
    act.outbox_serves(signed.digest)


def readers_of(directory: Directory, event: Event, now: datetime, own: DeviceKey) -> list[tuple[str, str]]:
    """Whom an event is sealed to that is sent again: the devices of its audience, ended units standing for their successors."""
    units = audience_of(directory, actor_unit=event.actor.unit, extra=[unit for unit, _ in event.deliveries])
    return recipients_of(directory, units, now, own)


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
    priority = LARGE_BLOB_PRIORITY if len(sealed.cipher) > LARGE_BLOB else SMALL_BLOB_PRIORITY
    act.enqueue(blob_key(sealed.cipher_sha256), act.put_bytes(sealed.cipher), priority=priority)
    return sealed.ref(blob.name, blob.media_type, blob.role)
