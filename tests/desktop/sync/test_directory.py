"""The directory: one key signs it, and no desk goes back behind what it has seen."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Delegation, Directory, Secretary
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.sync import envelopes
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, kept_directory, latest, publish, read_directory
from desktop.sync.directory_json import from_payload, to_payload
from desktop.sync.keys import directory_key
from tests.desktop.sync.office import ENTITY, NOW, Office

RECEIVED = EventKind.RECEIVED.value


def pins_of(office: Office, least: int = 1) -> DirectoryPins:
    return DirectoryPins(office.admin.public()[0], least)


def full(directory: Directory) -> Directory:
    return replace(
        directory,
        delegations=(
            Delegation(
                "juana", "pedro", "MEMO 1", date(2026, 1, 1), date(2026, 1, 31), "Secretaria a.i.", "Secretaria"
            ),
        ),
        anchors=("-----BEGIN CERTIFICATE-----",),
        actions=("archivar",),
        holidays=(date(2026, 2, 10),),
        extra=(("plan", "Ñ"),),
        secretaries=(Secretary("pedro", "juana", (RECEIVED,), "MEMO 2", date(2026, 1, 1), date(2026, 1, 31)),),
        devices=(replace(directory.devices[0], revoked_at=NOW, last_seq=7), directory.devices[1]),
    )


def test_a_directory_survives_its_json(office: Office) -> None:
    directory = full(office.directory)
    assert from_payload(to_payload(directory)) == directory


def test_published_is_read(exchange: ObjectStore, office: Office) -> None:
    directory = full(office.directory)
    key = publish(exchange, directory, office.admin)
    assert publish(exchange, directory, office.admin) == key
    assert latest(exchange, ENTITY, pins_of(office)) == directory
    newer = replace(directory, number=2)
    publish(exchange, newer, office.admin)
    assert latest(exchange, ENTITY, pins_of(office)) == newer


def test_signed_by_a_wrong_key(exchange: ObjectStore, office: Office) -> None:
    publish(exchange, office.directory, DeviceKey.generate("admin"))
    with pytest.raises(OfficeError, match=r"directory\.wrong_key"):
        latest(exchange, ENTITY, pins_of(office))


def test_an_enrolled_device_cannot_sign_a_directory(exchange: ObjectStore, office: Office) -> None:
    publish(exchange, office.directory, office.admin)
    forged = envelopes.seal_payload(
        envelopes.canonical(to_payload(replace(office.directory, number=9))),
        office.key_a,
        envelopes.DIRECTORY,
        kid="admin",
    )
    exchange.put_if_absent(directory_key(ENTITY, 9, envelopes.digest_of(forged)), forged.encode())
    assert latest(exchange, ENTITY, pins_of(office)).number == 1


def test_replayed_old_directory(exchange: ObjectStore, office: Office) -> None:
    publish(exchange, office.directory, office.admin)
    with pytest.raises(OfficeError, match=r"directory\.replayed"):
        latest(exchange, ENTITY, pins_of(office, least=2))


def test_a_desk_never_goes_back_and_puts_back_what_was_deleted(tmp_path: Path, office: Office) -> None:
    exchange, wiped = (open_storage(f"folder:{tmp_path / name}", create=True) for name in ("exchange", "wiped"))
    publish(exchange, office.directory, office.admin)
    publish(wiped, office.directory, office.admin)
    newer = replace(office.directory, number=2)
    publish(exchange, newer, office.admin)
    with DeskStore.open(tmp_path / "home", now=NOW) as store:
        assert kept_directory(store, pins_of(office)) is None
        assert latest(exchange, ENTITY, pins_of(office), store=store) == newer
        assert kept_directory(store, pins_of(office)) == newer
        assert latest(wiped, ENTITY, pins_of(office), store=store) == newer
    assert latest(wiped, ENTITY, pins_of(office)) == newer


def test_a_kept_directory_of_another_admin_is_not_believed(tmp_path: Path, office: Office) -> None:
    with DeskStore.open(tmp_path / "home", now=NOW) as store:
        exchange = open_storage(f"folder:{tmp_path / 'exchange'}", create=True)
        publish(exchange, office.directory, office.admin)
        latest(exchange, ENTITY, pins_of(office), store=store)
        assert kept_directory(store, DirectoryPins(office.key_a.public()[0])) is None


def test_foreign_and_damaged_files_stop_nobody(exchange: ObjectStore, office: Office) -> None:
    key = publish(exchange, office.directory, office.admin)
    exchange.put(f"directory/{ENTITY}/0000000099-{'0' * 64}.jws", exchange.get(key))  # right paper, wrong name
    exchange.put(f"directory/{ENTITY}/0000000098-{hashlib.sha256(b'x').hexdigest()}.jws", b"x")
    exchange.put(f"directory/{ENTITY}/LEEME.txt", b"hola")
    exchange.put(f"directory/{ENTITY}/requests/{'0' * 64}.jws", b"x")
    assert latest(exchange, ENTITY, pins_of(office)) == office.directory
    publish(exchange, replace(office.directory, number=2), office.admin)
    assert latest(exchange, ENTITY, pins_of(office)).number == 2


def test_nothing_there(exchange: ObjectStore, office: Office) -> None:
    with pytest.raises(OfficeError, match=r"directory\.none"):
        latest(exchange, ENTITY, pins_of(office))


def test_numbers_only_rise_and_nobody_is_forgotten(exchange: ObjectStore, office: Office) -> None:
    publish(exchange, replace(office.directory, number=3), office.admin)
    with pytest.raises(OfficeError, match=r"directory\.number_taken"):
        publish(exchange, replace(office.directory, number=3, holidays=(date(2026, 1, 1),)), office.admin)
    with pytest.raises(OfficeError, match=r"directory\.number_taken"):
        publish(exchange, replace(office.directory, number=2), office.admin)
    with pytest.raises(OfficeError, match=r"directory\.forgets"):
        publish(exchange, replace(office.directory, number=4, devices=office.directory.devices[:1]), office.admin)


def test_two_versions_of_one_number_give_every_desk_the_same(exchange: ObjectStore, office: Office) -> None:
    one, other = office.directory, replace(office.directory, holidays=(date(2026, 1, 1),))
    found = {}
    for item in (one, other):
        jws = envelopes.seal_payload(
            envelopes.canonical(to_payload(item)), office.admin, envelopes.DIRECTORY, kid="admin"
        )
        found[envelopes.digest_of(jws)] = item
        exchange.put_if_absent(directory_key(ENTITY, 1, envelopes.digest_of(jws)), jws.encode())
    assert latest(exchange, ENTITY, pins_of(office)) == found[min(found)]


def test_a_newer_format_is_told(exchange: ObjectStore, office: Office) -> None:
    payload = {**to_payload(office.directory), "v": 2}
    jws = envelopes.seal_payload(envelopes.canonical(payload), office.admin, envelopes.DIRECTORY, kid="admin")
    exchange.put_if_absent(directory_key(ENTITY, 1, envelopes.digest_of(jws)), jws.encode())
    with pytest.raises(OfficeError, match=r"directory\.newer_format"):
        latest(exchange, ENTITY, pins_of(office))


@pytest.mark.parametrize(
    "change", [{"number": "1"}, {"units": [{}]}, {"holidays": ["2026-13-01"]}, {"extra": []}, {"entity": None}]
)
def test_malformed(office: Office, change: dict[str, object]) -> None:
    payload = envelopes.canonical({**to_payload(office.directory), **change})
    jws = envelopes.seal_payload(payload, office.admin, envelopes.DIRECTORY, kid="admin")
    with pytest.raises(OfficeError, match=r"directory\.malformed"):
        read_directory(jws, pins_of(office))


def test_inconsistent_ones_are_not_published(exchange: ObjectStore, office: Office) -> None:
    first, second = office.directory.devices
    days = (date(2026, 1, 1), date(2026, 1, 31))
    for bad in (
        replace(office.directory, delegations=(Delegation("juana", "juana", "MEMO 1", *days),)),
        replace(office.directory, delegations=(Delegation("juana", "pedro", " ", *days),)),
        replace(office.directory, delegations=(Delegation("juana", "pedro", "MEMO 1", *days[::-1]),)),
        replace(office.directory, secretaries=(Secretary("juana", "ghost", (RECEIVED,), "MEMO 1", *days),)),
        replace(office.directory, secretaries=(Secretary("juana", "pedro", ("document.signed",), "M", *days),)),
        replace(office.directory, devices=(first, replace(second, verify_key=first.verify_key))),
        replace(office.directory, devices=(first, replace(second, unit="nowhere"))),
        replace(office.directory, officials=office.directory.officials * 2),
        replace(office.directory, entity=replace(office.directory.entity, zone="America/Nowhere")),
        replace(office.directory, number=0),
        replace(office.directory, devices=(replace(first, enrolments=(("ghost", "x"),)),)),
    ):
        with pytest.raises(OfficeError, match=r"directory\.inconsistent"):
            publish(exchange, bad, office.admin)
    assert NOW + timedelta(0) == NOW
