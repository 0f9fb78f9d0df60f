"""Receipts of the archive: JWS by a device of the custodian's unit. The archive room is handed these two as callables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError

from .envelopes import RECEIPT, require_signature, seal_payload, take_apart

if TYPE_CHECKING:
    from desktop.records.people import Directory

    from .device import DeviceKey


def sign_receipt(payload: bytes, key: DeviceKey) -> str:
    """The compact JWS of a receipt, or of a deposit's manifest, by this device."""
    return seal_payload(payload, key, RECEIPT)


def read_receipt(jws: str, directory: Directory) -> bytes:
    """The payload of a receipt by the custodian. Raises ``receipt.unknown_device``, ``receipt.not_custodian``, ``envelope.*``."""
    payload, unit = _read(jws, directory)
    if unit not in {item.id for item in directory.custodians()}:
        raise OfficeError("receipt.not_custodian", unit=unit)
    return payload


def read_manifest(jws: str, directory: Directory) -> tuple[bytes, str]:
    """Payload and unit of a paper by any enrolled device: what the custodian reads. Raises ``receipt.unknown_device``, ``envelope.*``."""
    return _read(jws, directory)


def _read(jws: str, directory: Directory) -> tuple[bytes, str]:
    envelope = take_apart(jws, RECEIPT)
    device = next((item for item in directory.devices if item.id == envelope.kid), None)
    if device is None or device.revoked_at is not None or not device.enrolments:
        raise OfficeError("receipt.unknown_device", device=envelope.kid)
    require_signature(envelope, device.verify_key)
    return envelope.payload, device.unit
