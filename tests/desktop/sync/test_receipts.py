"""Receipts: the custodian's unit and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop.records.errors import OfficeError
from desktop.records.people import Directory
from desktop.sync.device import DeviceKey
from desktop.sync.events import sign_event
from desktop.sync.receipts import read_manifest, read_receipt, sign_receipt
from tests.desktop.sync.office import NOW, Office


@pytest.fixture
def directory(office: Office) -> Directory:
    units = tuple(replace(unit, custodian=unit.id == "unit-b") for unit in office.directory.units)
    return replace(office.directory, units=units)


def test_the_custodians_receipt(office: Office, directory: Directory) -> None:
    jws = sign_receipt(b'{"state": "accepted"}', office.key_b)
    assert read_receipt(jws, directory) == b'{"state": "accepted"}'


def test_a_receipt_by_anybody_else(
    office: Office, directory: Directory, change_device: Callable[..., Directory]
) -> None:
    own = sign_receipt(b"{}", office.key_a)
    for jws, known, code in (
        (own, directory, "receipt.not_custodian"),
        (sign_receipt(b"{}", DeviceKey.generate("x")), directory, "receipt.unknown_device"),
        (sign_receipt(b"{}", replace(office.key_a, id="device-b")), directory, "envelope.bad_signature"),
        (
            sign_receipt(b"{}", office.key_b),
            change_device(directory, "device-b", revoked_at=NOW),
            "receipt.unknown_device",
        ),
        (
            sign_receipt(b"{}", office.key_b),
            change_device(directory, "device-b", enrolments=()),
            "receipt.unknown_device",
        ),
        (sign_event(office.event(), office.key_a).jws, directory, "envelope.wrong_type"),
    ):
        with pytest.raises(OfficeError) as caught:
            read_receipt(jws, known)
        assert caught.value.code == code
    assert read_manifest(own, directory) == (b"{}", "unit-a")
