"""The directory: looking people, units and devices up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop.records.errors import OfficeError
from desktop.records.people import Device, Directory, Entity, Official, Unit

DEVICE = Device("d1", "a", "key", "age1", datetime(2027, 1, 1, tzinfo=UTC), (("juana", "jws"),))
DIRECTORY = Directory(
    number=3,
    entity=Entity("e", "Gobierno Autónomo Departamental de Oruro", "GADOR"),
    units=(Unit("a", "Sistemas", "GADOR-S"), Unit("b", "Archivo", "GADOR-A", custodian=True)),
    officials=(Official("juana", "Juana", "1", "Técnico", "a"), Official("pedro", "Pedro", "2", "Jefe", "b")),
    devices=(DEVICE, replace(DEVICE, id="d2", unit="b", revoked_at=datetime(2026, 1, 1, tzinfo=UTC))),
)


def test_lookups() -> None:
    assert DIRECTORY.unit("a").prefix == "GADOR-S"
    assert DIRECTORY.official("pedro").post == "Jefe"
    assert DIRECTORY.device("d1").enrolled("juana")
    assert not DIRECTORY.device("d1").enrolled("pedro")
    assert [unit.id for unit in DIRECTORY.custodians()] == ["b"]
    assert [person.id for person in DIRECTORY.officials_of("a")] == ["juana"]


def test_devices_of_a_unit_leave_out_the_revoked() -> None:
    assert [device.id for device in DIRECTORY.devices_of("a")] == ["d1"]
    assert DIRECTORY.devices_of("b") == ()


@pytest.mark.parametrize("what", ["unit", "official", "device"])
def test_unknown_ones_are_told(what: str) -> None:
    with pytest.raises(OfficeError, match=rf"directory\.unknown_{what}"):
        getattr(DIRECTORY, what)("nobody")
