"""Signing an event and checking one (docs/formats/events.md). What passes here is known to come from an enrolled device."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from desktop.records.errors import OfficeError
from desktop.records.events import Event, EventKind, SignedEvent
from desktop.records.people import Device, Directory, Official
from desktop.records.standing import require_standing

from .bodies import require_body, require_shape
from .device import DeviceKey
from .envelopes import (
    EVENT,
    canonical,
    digest_of,
    read_canonical,
    require_signature,
    seal_payload,
    take_apart,
)


def sign_event(event: Event, key: DeviceKey) -> SignedEvent:
    """Sign by the device that the event names. The event given back is what a reader will read (JSON values, whole seconds).

    Raises ``event.other_device``, ``event.malformed``, ``envelope.malformed``.
    """
    if event.device != key.id:
        raise OfficeError("event.other_device", device=event.device, key=key.id)
    payload = canonical(event.to_payload())
    read = _to_event(payload)
    jws = seal_payload(payload, key, EVENT)
    return SignedEvent(read, digest_of(jws), jws)


def read_event(jws: str | bytes, directory: Directory) -> SignedEvent:
    """Check everything about one event that the event and the directory alone can tell.

    Raises ``envelope.*`` for a text that is not one, ``event.newer_format``, ``event.unknown_kind``, ``event.malformed``,
    ``event.unknown_device``, ``event.foreign_entity``, ``event.device_revoked``, ``event.device_expired``,
    ``event.unknown_official``, ``event.not_enrolled``, ``event.official_left``, ``event.wrong_unit``,
    ``event.no_delegation``, ``event.secretary_only``.
    """
    envelope = take_apart(jws, EVENT)
    device = _device(directory, envelope.kid)
    require_signature(envelope, device.verify_key)
    event = _to_event(envelope.payload)
    if event.device != device.id:
        raise OfficeError("event.other_device", device=event.device, key=device.id)
    if event.entity != directory.entity.id:
        raise OfficeError("event.foreign_entity", entity=event.entity)
    _require_valid_device(device, event)
    _require_actor(directory, device, event)
    return SignedEvent(event, envelope.digest, envelope.jws)


def peek_event(jws: str | bytes) -> SignedEvent:
    """Read an event without believing it: nothing is checked against a directory. For proofs and error messages only."""
    envelope = take_apart(jws, EVENT)
    return SignedEvent(_to_event(envelope.payload), envelope.digest, envelope.jws)


def _to_event(payload: bytes) -> Event:
    value = read_canonical(payload)
    if not isinstance(value, dict):
        raise OfficeError("event.malformed", reason="payload")
    event = Event.from_payload(value)
    if canonical(event.to_payload()) != payload:  # coerced, unknown or differently written fields
        raise OfficeError("event.malformed", reason="form")
    require_shape(event)
    require_body(event)
    return event


def _device(directory: Directory, device_id: str) -> Device:
    try:
        return directory.device(device_id)
    except OfficeError as error:
        raise OfficeError("event.unknown_device", device=device_id) from error


def _require_valid_device(device: Device, event: Event) -> None:
    """Revoked: by the claimed time, and by the last sequence number that its revocation grants, since a thief sets the clock."""
    if device.revoked_at is not None:
        if event.claimed_at >= device.revoked_at:
            raise OfficeError("event.device_revoked", device=device.id)
        if device.last_seq is not None and event.device_seq > device.last_seq:
            raise OfficeError("event.device_revoked", device=device.id)
    if event.claimed_at >= device.valid_until:
        raise OfficeError("event.device_expired", device=device.id)


def _require_actor(directory: Directory, device: Device, event: Event) -> None:
    actor = event.actor
    try:
        official = directory.official(actor.official)
    except OfficeError as error:
        raise OfficeError("event.unknown_official", official=actor.official) from error
    if not device.enrolled(official.id):
        raise OfficeError("event.not_enrolled", device=device.id, official=official.id)
    day = event.claimed_at.astimezone(ZoneInfo(directory.entity.zone)).date()
    if not directory.serving(official.id, day):
        raise OfficeError("event.official_left", official=official.id, until=str(official.until))
    if not _of_unit(directory, device, official, actor.unit, day):
        raise OfficeError("event.wrong_unit", official=official.id, unit=actor.unit)
    home = event.body.get("unit")  # an answer that his own unit wrote, to what an ended one had received
    if event.kind is EventKind.ANSWERED and home is not None and not _of_unit(directory, device, official, home, day):
        raise OfficeError("event.wrong_unit", official=official.id, unit=home)
    if event.on_behalf_of is not None:
        claimed = event.body.get("delegation", {})
        require_standing(directory, official.id, event.on_behalf_of, event.kind, day, claimed=claimed)


def _of_unit(directory: Directory, device: Device, official: Official, unit: str, day: date) -> bool:
    """Whether he acts for that unit on that day: his own, an ended one that his own took over first, or one he served until then.

    Days are claimed; the revocation of the device that he left behind has a last number, which no clock sets back. Where the
    directory tells nothing of his former units, the device's unit stands for them.
    """
    if unit == official.unit:
        return True
    try:
        if directory.unit(unit).ended_on is not None and directory.successors_of(unit)[:1] == (official.unit,):
            return True
    except OfficeError:
        return False  # a unit that the directory does not know
    if official.former:
        return any(unit == former and day <= last for former, last in official.former)
    return unit == device.unit
