"""Enrolment: who signed, for which keys, until when. The token is a stand-in here; journeys use a real one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.records.people import Directory
from desktop.storage import open_storage
from desktop.sync.device import DeviceKey
from desktop.sync.enrolment import Enrolment, admit, ask, pending, revoke, submit
from desktop.sync.envelopes import payload_of
from desktop.sync.keys import requests_prefix
from tests.desktop.sync.office import ENTITY, NOW, Office

UNTIL = NOW + timedelta(days=365)


@dataclass(frozen=True)
class Person:
    ci: str
    complement: str = ""


@dataclass(frozen=True)
class Certificate:
    person: Person
    issuer: str = "Entidad Certificadora Pública"
    not_after: datetime = NOW + timedelta(days=700)


@dataclass(frozen=True)
class Statement:
    payload: bytes
    certificate: Certificate


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(ci: str) -> Callable[[bytes], str]:
    return lambda payload: f"{b64(json.dumps({'ci': ci}).encode())}.{b64(payload)}.{b64(b'signature')}"


def read(jws: str) -> Statement:
    head = jws.split(".")[0]
    return Statement(payload_of(jws), Certificate(Person(json.loads(base64.urlsafe_b64decode(head + "=="))["ci"])))


@pytest.fixture
def empty(office: Office) -> Directory:
    return replace(office.directory, devices=())


def request(key: DeviceKey, ci: str = "1111111", **changes: object) -> str:
    asked = ask(key, entity=ENTITY, unit="unit-a", official="juana", until=UNTIL, now=NOW)
    return token(ci)(replace(asked, **changes).to_payload())  # type: ignore[arg-type]


def test_asked_signed_and_admitted(tmp_path: Path, empty: Directory) -> None:
    exchange = open_storage(f"folder:{tmp_path}", create=True)
    key = DeviceKey.generate("device-n")
    asked = ask(key, entity=ENTITY, unit="unit-a", official="juana", until=UNTIL, now=NOW)
    digest = submit(exchange, asked, token("1111111"))
    submit(exchange, asked, token("1111111"))
    exchange.put(f"{requests_prefix(ENTITY)}{'0' * 64}.jws", b"no es una solicitud")
    (found,) = pending(exchange, empty)
    assert (found.digest, found.asked) == (digest, asked)
    directory = admit(empty, found.jws, read=read, now=NOW)
    device = directory.device("device-n")
    assert directory.number == empty.number + 1
    assert (device.verify_key, device.age_recipient) == key.public()
    assert [who for who, _ in device.enrolments] == ["juana"]
    assert device.valid_until == UNTIL
    assert pending(exchange, directory) == []


def test_the_payload_survives(office: Office) -> None:
    asked = ask(office.key_a, entity=ENTITY, unit="unit-a", official="juana", until=UNTIL, now=NOW)
    assert Enrolment.from_payload(asked.to_payload()) == asked


def test_somebody_elses_token(empty: Directory) -> None:
    with pytest.raises(OfficeError, match=r"enrolment\.other_person"):
        admit(empty, request(DeviceKey.generate("device-n"), ci="2222222"), read=read, now=NOW)


def test_an_official_without_ci_is_nobody(empty: Directory) -> None:
    nobody = replace(empty, officials=tuple(replace(o, ci="") for o in empty.officials))
    with pytest.raises(OfficeError, match=r"enrolment\.other_person"):
        admit(nobody, request(DeviceKey.generate("device-n"), ci=""), read=read, now=NOW)


def test_the_complement_is_part_of_the_identity(empty: Directory) -> None:
    other = replace(empty, officials=tuple(replace(o, complement="1A") for o in empty.officials))
    with pytest.raises(OfficeError, match=r"enrolment\.other_person"):
        admit(other, request(DeviceKey.generate("device-n")), read=read, now=NOW)


def test_what_the_reader_refuses_is_refused(empty: Directory) -> None:
    def refusing(jws: str) -> Statement:
        raise OfficeError("statement.untrusted")

    with pytest.raises(OfficeError, match=r"statement\.untrusted"):
        admit(empty, request(DeviceKey.generate("device-n")), read=refusing, now=NOW)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"entity": "other"}, "enrolment.foreign_entity"),
        ({"official": "ghost"}, "directory.unknown_official"),
        ({"unit": "nowhere"}, "directory.unknown_unit"),
        ({"until": NOW}, "enrolment.expired"),
    ],
)
def test_refused(empty: Directory, changes: dict[str, object], code: str) -> None:
    with pytest.raises(OfficeError) as caught:
        admit(empty, request(DeviceKey.generate("device-n"), **changes), read=read, now=NOW)
    assert caught.value.code == code


def test_nobody_enrols_the_key_of_another_device(office: Office) -> None:
    stolen = replace(office.key_b, id="device-n")
    with pytest.raises(OfficeError, match=r"enrolment\.key_taken"):
        admit(office.directory, request(stolen), read=read, now=NOW)


def test_nobody_changes_the_keys_of_a_device(office: Office) -> None:
    with pytest.raises(OfficeError, match=r"enrolment\.key_differs"):
        admit(office.directory, request(DeviceKey.generate("device-a")), read=read, now=NOW)


def test_a_revoked_device_is_not_enrolled_again(office: Office) -> None:
    directory = revoke(office.directory, "device-a", at=NOW, last_seq=4)
    assert directory.device("device-a").last_seq == 4
    with pytest.raises(OfficeError, match=r"enrolment\.device_revoked"):
        admit(directory, request(office.key_a), read=read, now=NOW)


def test_nobody_enrols_himself_into_another_unit(empty: Directory) -> None:
    """He would read what is sent to that unit, and act in its name."""
    with pytest.raises(OfficeError, match=r"enrolment\.other_unit"):
        admit(empty, request(DeviceKey.generate("device-n"), unit="unit-b"), read=read, now=NOW)


def test_a_second_official_joins_and_the_first_end_counts(empty: Directory) -> None:
    empty = replace(empty, officials=tuple(replace(o, unit="unit-a") for o in empty.officials))
    key = DeviceKey.generate("device-n")
    one = admit(empty, request(key), read=read, now=NOW)
    both = admit(
        one, request(key, ci="2222222", official="pedro", until=UNTIL + timedelta(days=90)), read=read, now=NOW
    )
    device = both.device("device-n")
    assert [who for who, _ in device.enrolments] == ["juana", "pedro"]
    assert device.valid_until == UNTIL
    renewed = admit(both, request(key, until=UNTIL + timedelta(days=200)), read=read, now=NOW)
    assert renewed.device("device-n").valid_until == UNTIL + timedelta(days=90)


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"type":"qillqa-enrolment","v":1}', b"\xff"])
def test_what_is_no_enrolment(empty: Directory, payload: bytes) -> None:
    with pytest.raises(OfficeError, match=r"enrolment\.malformed"):
        admit(empty, token("1111111")(payload), read=read, now=NOW)


def _ended(directory: Directory, *, official: str, heir: str = "unit-c") -> Directory:
    """Unit A ended and ``official`` belongs to the heir now."""
    units = tuple(
        replace(u, ended_on=NOW.date(), successors=(heir,)) if u.id == "unit-a" else u for u in directory.units
    )
    people = tuple(replace(o, unit=heir) if o.id == official else o for o in directory.officials)
    return replace(directory, units=units, officials=people)


def test_a_pc_outlives_its_unit_but_none_is_made_for_it(empty: Directory) -> None:
    """Its official renews where he is now; a stranger to the heir does not, and no new PC reads an ended unit's mailbox."""
    key = DeviceKey.generate("device-n")
    one = _ended(admit(empty, request(key), read=read, now=NOW), official="juana")
    renewed = admit(one, request(key, until=UNTIL + timedelta(days=90)), read=read, now=NOW)
    assert renewed.device("device-n").valid_until == UNTIL + timedelta(days=90)
    with pytest.raises(OfficeError, match=r"enrolment\.other_unit"):  # pedro is of unit B
        admit(one, request(key, ci="2222222", official="pedro"), read=read, now=NOW)
    with pytest.raises(OfficeError, match=r"enrolment\.other_unit"):
        admit(_ended(empty, official="juana"), request(key), read=read, now=NOW)
    with pytest.raises(OfficeError, match=r"enrolment\.unit_ended"):
        admit(_ended(empty, official="nobody"), request(key), read=read, now=NOW)


def test_who_left_enrols_nothing(empty: Directory) -> None:
    left = replace(empty, officials=tuple(replace(o, until=NOW.date()) for o in empty.officials))
    key = DeviceKey.generate("device-n")
    assert admit(left, request(key), read=read, now=NOW).devices  # his last day
    with pytest.raises(OfficeError, match=r"enrolment\.left_office"):
        admit(left, request(key), read=read, now=NOW + timedelta(days=1))
