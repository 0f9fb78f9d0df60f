"""The directory: looking people, units and devices up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

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


def _ended(name: str, *after: str) -> Unit:
    return Unit(name, name, name, ended_on=date(2026, 1, 31), successors=after)


LATER = replace(
    DIRECTORY,
    units=(
        *DIRECTORY.units,
        _ended("merged", "a"),
        _ended("split", "b", "a"),
        _ended("older", "split", "merged", "closed"),
        _ended("closed"),
    ),
)


def test_who_has_what_an_ended_unit_had() -> None:
    assert LATER.successors_of("a") == ("a",)
    assert LATER.successors_of("merged") == ("a",)
    assert LATER.successors_of("split") == ("b", "a")  # the first gets the open slips
    assert LATER.successors_of("older") == ("b", "a")
    assert LATER.successors_of("closed") == ()
    with pytest.raises(OfficeError, match=r"directory\.unknown_unit"):
        LATER.successors_of("nobody")


def test_whose_mailboxes_a_desk_reads() -> None:
    assert LATER.mailboxes_of("a") == ("a", "merged", "split", "older")
    assert LATER.mailboxes_of("b") == ("b", "split", "older")
    assert LATER.mailboxes_of("closed") == ("closed", "older")
    assert DIRECTORY.mailboxes_of("a") == ("a",)


def test_a_succession_in_a_circle_ends() -> None:
    """Readers refuse such a directory; whoever has one all the same does not hang."""
    circle = replace(DIRECTORY, units=(_ended("x", "y"), _ended("y", "x")))
    assert circle.successors_of("x") == ()
    assert circle.mailboxes_of("x") == ("x", "y")


def test_an_official_serves_up_to_his_last_day() -> None:
    left = replace(DIRECTORY, officials=(replace(DIRECTORY.officials[0], until=date(2026, 5, 31)),))
    assert left.serving("juana", date(2026, 5, 31))
    assert not left.serving("juana", date(2026, 6, 1))
    assert DIRECTORY.serving("juana", date(2099, 1, 1))
