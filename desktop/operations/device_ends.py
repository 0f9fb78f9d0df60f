"""How far a device had come, as the exchange tells: the last number that is still believed when it is revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.sync.events import read_event
from desktop.sync.keys import mail_prefix, pouch_prefix, read_letter, read_mail, read_pouch_letter

if TYPE_CHECKING:
    from desktop.records.events import Event
    from desktop.records.people import Device, Directory
    from desktop.storage.protocol import ObjectStore


@dataclass(frozen=True, slots=True)
class DeviceEnd:
    """``number`` is that of its last act, 0 where there is none; ``claimed_at`` what its clock said then, where that can be read."""

    number: int = 0
    claimed_at: datetime | None = None


def end_of(exchange: ObjectStore, directory: Directory, device: Device) -> DeviceEnd:
    """The last act that the device has put into its own unit's mailbox, by the line or by stick; that of the unit it came with counts, too.

    A letter does not tell its number: each counts one after the last event that can be read. Whoever revokes a device whose
    official still has acts to send lets him synchronise, or has his stick relayed, first: what lies nowhere is not believed.
    """
    ends = [_end_in(exchange, directory, device, unit) for unit in {device.unit, directory.working_unit(device)}]
    return max(ends, key=lambda end: end.number)


def _end_in(exchange: ObjectStore, directory: Directory, device: Device, unit: str) -> DeviceEnd:
    found = {}
    entity = directory.entity.id
    for prefix in (
        pouch_prefix(entity, unit, device.id),
        mail_prefix(entity, unit, device.id),
    ):  # what came by line tells more
        for entry in exchange.list(prefix):
            mail = read_mail(entry.key) or read_letter(entry.key) or read_pouch_letter(entry.key)
            if mail is not None:
                found[mail.seq] = entry.key
    behind = 0
    for seq in sorted(found, reverse=True):
        if found[seq].endswith(".jws") and (event := _event(exchange, found[seq], directory, device)) is not None:
            return DeviceEnd(event.device_seq + behind, event.claimed_at)
        behind += 1
    return DeviceEnd(behind)


def _event(exchange: ObjectStore, key: str, directory: Directory, device: Device) -> Event | None:
    """None for what is not a true event by that device: anybody may write there, so it counts one and no more, like a letter."""
    try:
        event = read_event(exchange.get(key), directory).event
    except OfficeError as error:
        if error.code.startswith("storage.") and error.code != "storage.not_found":
            raise
        return None
    return event if event.device == device.id else None
