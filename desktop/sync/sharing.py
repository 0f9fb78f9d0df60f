"""Keys handed on: a blob's one-time identity, sealed anew to a device of the unit that came after it (docs/formats/exchange.md)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import APART, BlobRef, Event, SignedEvent

from .audience import Told, is_confidential
from .blobs import age_recipient
from .enrolment import Enrolment
from .envelopes import payload_of

if TYPE_CHECKING:
    from desktop.records.people import Device, Directory
    from desktop.store.handed import Handed

    from .device import DeviceKey

STALE = timedelta(
    days=30
)  # how long after its enrolment a sender may still have written to a directory without the device


@dataclass
class Parcel:
    """What is to be handed on: blobs with the devices that lack them, and events that went as letters before a device was there."""

    refs: dict[str, tuple[BlobRef, str, dict[str, str]]] = field(default_factory=dict)
    letters: dict[str, SignedEvent] = field(default_factory=dict)
    newcomers: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.refs) + len(self.letters)


def entitled(directory: Directory, event: Event, mailboxes: Iterable[str], now: datetime) -> dict[str, Device]:
    """The devices, valid now, that read what this event brought into one of ``mailboxes``: those of the unit, or of the living
    units that took over what it had. Nobody asks for it: the directory and the event's own deliveries decide.
    """
    told = {unit for unit, _ in event.deliveries} & set(mailboxes)
    heirs = {heir for unit in told for heir in directory.successors_of(unit)} | told
    return {
        device.id: device
        for device in directory.devices
        if device.revoked_at is None and device.valid_until > now and directory.working_unit(device) in heirs
    }


def add_owed(
    parcel: Parcel,
    told: Told,
    signed: SignedEvent,
    readers: Mapping[str, Device],
    directory: Directory,
    key: DeviceKey,
    handed: Handed,
) -> None:
    """Note what those readers lack of that event and this desk can give."""
    event = signed.event
    if event.kind in APART:
        return
    for ref in event.blobs:
        mine = dict(ref.keys).get(key.id) or handed.opened_by.get(ref.cipher)
        lacking = {
            device.id: device.age_recipient
            for device in readers.values()
            if device.id not in dict(ref.keys) and (ref.cipher, device.id) not in handed.pairs
        }
        if mine is not None and lacking:
            _note(parcel, event, readers, directory, lacking)
            parcel.refs.setdefault(ref.cipher, (ref, mine, {}))[2].update(lacking)
    late = {
        device.id
        for device in readers.values()
        if device.id != event.device
        and (signed.digest, device.id) not in handed.pairs
        and event.claimed_at < _reads_since(directory, device, event) + STALE
    }
    if late and is_confidential(told, event):
        _note(parcel, event, readers, directory, late)
        parcel.letters[signed.digest] = signed
        parcel.newcomers |= late


def _note(
    parcel: Parcel, event: Event, readers: Mapping[str, Device], directory: Directory, who: Iterable[str]
) -> None:
    parcel.documents.add(event.document)
    parcel.units |= {directory.working_unit(readers[device]) for device in who}


def _reads_since(directory: Directory, device: Device, event: Event) -> datetime:
    """From when on senders could know that the device reads what is for those units: its enrolment, or the end of a unit that made
    it a reader of what is not for its own.
    """
    since = enrolled_at(device)
    told = {unit for unit, _ in event.deliveries}
    if device.unit not in told:
        ends = [directory.unit(unit).ended_on for unit in {device.unit, *told}]
        days = [datetime.combine(day, time.max, since.tzinfo) for day in ends if day is not None]
        since = max([since, *days])
    return since


def enrolled_at(device: Device) -> datetime:
    """When the first of its officials asked for it, as he signed; the beginning of time where that cannot be read."""
    times = []
    for _, jws in device.enrolments:
        try:
            times.append(Enrolment.from_payload(payload_of(jws)).asked_at)
        except OfficeError:
            continue
    return min(times, default=device.valid_until - timedelta(days=3660))


def reseal(ref: BlobRef, sealed: str, key: DeviceKey, recipients: Sequence[tuple[str, str]]) -> BlobRef:
    """The blob's name with keys for those devices only; its bytes stay where they are.

    Raises ``blob.damaged`` where what was sealed to this device is no age identity, ``blob.bad_recipient``.
    """
    import pyrage

    try:
        own = pyrage.x25519.Identity.from_str(key.age_identity)
        once = bytes(pyrage.decrypt(base64.b64decode(sealed, validate=True), [own]))
        pyrage.x25519.Identity.from_str(once.decode("ascii"))
    except (pyrage.DecryptError, pyrage.IdentityError, binascii.Error, ValueError) as error:
        raise OfficeError("blob.damaged", name=ref.name, reason="key") from error
    keys = {
        device: base64.b64encode(pyrage.encrypt(once, [age_recipient(device, recipient)])).decode("ascii")
        for device, recipient in recipients
    }
    return replace(ref, keys=tuple(sorted(keys.items())))
