"""Acknowledgements of what came by pouch: up to which number a device has everything of each sender (docs/formats/exchange.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.people import Device

from .envelopes import canonical, read_canonical, require_signature, seal_payload, take_apart

if TYPE_CHECKING:
    from desktop.records.people import Directory

    from .device import DeviceKey

ACK = "qillqa-ack+jws"
TYPE = "qillqa-ack"
FORMAT = 1
MOST_LACKING = 1000  # ciphertexts that are asked for at a time
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Acked:
    """``seen`` maps the id of a sending device to the number up to which ``device`` has all it put into ``unit``'s mailbox.

    ``lacks`` asks for ciphertexts (SHA-256) of events that are there, by whatever way those came.
    """

    entity: str
    unit: str
    device: str
    seen: Mapping[str, int]
    lacks: tuple[str, ...] = ()


def seal_ack(acked: Acked, key: DeviceKey) -> str:
    """The compact JWS by the reading device."""
    payload = {"v": FORMAT, "type": TYPE, "entity": acked.entity, "unit": acked.unit, "device": acked.device}
    lacks = {"lacks": sorted(set(acked.lacks))[:MOST_LACKING]} if acked.lacks else {}
    return seal_payload(canonical({**payload, **lacks, "seen": dict(acked.seen)}), key, ACK)


def peek_ack(jws: bytes | str) -> Acked:
    """Read one without believing it. Raises ``envelope.*``, ``pouch.ack_refused``."""
    return _read(take_apart(jws, ACK).payload)


def read_ack_paper(jws: bytes | str, directory: Directory) -> Acked:
    """Check one: a device that reads that unit's mailbox signed it.

    Raises ``envelope.*``, and ``pouch.ack_refused`` for another entity, and for a device that is unknown, revoked or of another unit.
    """
    envelope = take_apart(jws, ACK)
    acked = _read(envelope.payload)
    device = next((item for item in directory.devices if item.id == envelope.kid), None)
    if device is None or device.id != acked.device or acked.entity != directory.entity.id:
        raise OfficeError("pouch.ack_refused", device=acked.device)
    require_signature(envelope, device.verify_key)
    if device not in reading_devices(directory, acked.unit):
        raise OfficeError("pouch.ack_refused", device=acked.device)
    return acked


def reading_devices(directory: Directory, unit: str, now: datetime | None = None) -> list[Device]:
    """The devices that read that mailbox: its unit's, or its successors'; not the revoked, nor (with ``now``) those past their end."""
    found: dict[str, Device] = {}
    for reader in directory.units:
        if unit in directory.mailboxes_of(reader.id):
            found |= {device.id: device for device in directory.devices_of(reader.id)}
    return [device for device in found.values() if now is None or device.valid_until > now]


def _read(payload: bytes) -> Acked:
    value = read_canonical(payload)
    try:
        if value["type"] != TYPE or value["v"] != FORMAT:
            raise ValueError("type")
        texts = [value[name] for name in ("entity", "unit", "device")]
        seen = dict(value["seen"])
        if not all(isinstance(text, str) for text in [*texts, *seen]):
            raise TypeError("text")
        if not all(type(number) is int and number >= 0 for number in seen.values()):
            raise TypeError("number")
        lacks = value.get("lacks", [])
        if not isinstance(lacks, list) or len(lacks) > MOST_LACKING:
            raise ValueError("lacks")
        if not all(isinstance(one, str) and _DIGEST.fullmatch(one) for one in lacks):
            raise TypeError("lacks")
    except (KeyError, TypeError, ValueError) as error:
        raise OfficeError("pouch.ack_refused", device="") from error
    return Acked(texts[0], texts[1], texts[2], seen, tuple(lacks))
