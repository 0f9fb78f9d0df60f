"""The directory: one key signs it, and no desk goes back behind what it has seen."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Delegation, Directory, RoutingRules, Secretary, Unit
from desktop.records.series import Disposition, Phases, Series, SeriesLevel
from desktop.storage import open_storage
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.sync import envelopes
from desktop.sync.device import DeviceKey
from desktop.sync.directory import DirectoryPins, kept_directory, latest, publish, read_directory
from desktop.sync.directory_json import from_payload, require_consistent, to_payload
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


def living(office: Office) -> Directory:
    """Unit B was split into C and A; Pedro left with it."""
    a, b, *_ = office.directory.units
    ended = replace(b, ended_on=date(2026, 6, 30), successors=("unit-c", "unit-a"), chief=None)
    fed = Unit("unit-c", "Municipio", "GADOR-MU", line=False)
    juana, pedro = office.directory.officials
    return replace(
        office.directory,
        units=(a, ended, fed),
        officials=(juana, replace(pedro, until=date(2026, 6, 30))),
        recovery=("age1qqqq",),
        rules=RoutingRules(2, 4, reject_same_day=True),
        scheme=(
            Series("f", "GADOR", "Gobierno", level=SeriesLevel.FONDS),
            Series(
                "s",
                "GADOR-1",
                "Informes",
                "f",
                phases=Phases(2, 5),
                disposition=Disposition.PERMANENT,
                norm="RA 7/2026",
                access=AccessClass.INTERNAL,
                kinds=("informe",),
                units=("unit-a",),
            ),
        ),
    )


def test_what_ends_and_what_the_entity_chose_survives_its_json(office: Office) -> None:
    directory = living(office)
    require_consistent(directory)
    assert from_payload(to_payload(directory)) == directory


def test_what_is_usual_is_not_written(office: Office) -> None:
    """So that a directory of an older program is read and written to the byte."""
    payload = to_payload(office.directory)
    assert not {"recovery", "rules", "scheme"} & payload.keys()
    assert not any({"ended_on", "successors", "line"} & unit.keys() for unit in payload["units"])
    assert not any("until" in official for official in payload["officials"])
    assert from_payload({**payload, "rules": {"bad": 9}}).rules == RoutingRules(bad=9)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("rules", {"care": "3"}),
        ("rules", {"reject_same_day": 1}),
        ("rules", []),
        ("recovery", [7]),
        ("scheme", [{"id": "s", "code": "S", "title": "Actas", "level": "shelf", "disposition": "pending"}]),
        ("scheme", [{"id": "s", "code": "S", "title": "Actas", "level": "series", "disposition": "destroy"}]),
        ("scheme", [{"id": "s", "code": 7, "title": "Actas", "level": "series", "disposition": "pending"}]),
        (
            "scheme",
            [
                {
                    "id": "s",
                    "code": "S",
                    "title": "",
                    "level": "series",
                    "disposition": "pending",
                    "phases": {"central": -1},
                }
            ],
        ),
        ("units", {"ended_on": "ayer"}),
        ("units", {"ended_on": 7}),
        ("units", {"successors": [1]}),
        ("units", {"line": "no"}),
        ("officials", {"until": "2026-02-30"}),
    ],
)
def test_later_members_of_a_wrong_form(office: Office, part: str, wrong: Any) -> None:
    payload = to_payload(office.directory)
    payload[part] = [{**payload[part][0], **wrong}] if part in {"units", "officials"} else wrong
    with pytest.raises(OfficeError, match=r"directory\.malformed"):
        from_payload(payload)


def _ended(*rows: tuple[str, tuple[str, ...]], chief: str | None = None) -> dict[str, object]:
    units = [Unit(name, name, name, ended_on=date(2026, 1, 1), successors=after) for name, after in rows]
    return {"units": (Unit("unit-a", "a", "A", chief=chief), Unit("unit-b", "b", "B"), *units)}


@pytest.mark.parametrize(
    "change",
    [
        _ended(("x", ("nowhere",))),
        _ended(("x", ("x",))),
        _ended(("x", ("y",)), ("y", ("z", "unit-a")), ("z", ("x",))),
        {"units": (Unit("unit-a", "a", "A", successors=("unit-b",)), Unit("unit-b", "b", "B"))},
        {"rules": RoutingRules(care=5, bad=4)},
        {"rules": RoutingRules(care=0)},
    ],
)
def test_ends_that_lead_nowhere(office: Office, change: dict[str, Any]) -> None:
    with pytest.raises(OfficeError, match=r"directory\.inconsistent"):
        require_consistent(replace(office.directory, **change))


def test_a_chief_has_not_left_while_his_unit_lives(office: Office) -> None:
    juana, pedro = office.directory.officials
    left = replace(office.directory, officials=(replace(juana, until=date(2026, 1, 1)), pedro))
    units = [replace(unit, chief="juana") for unit in left.units]
    with pytest.raises(OfficeError, match=r"directory\.inconsistent"):
        require_consistent(replace(left, units=tuple(units)))
    require_consistent(replace(left, units=tuple(replace(unit, chief=None) for unit in units)))
    ended = [replace(unit, ended_on=date(2026, 1, 1)) for unit in units]
    require_consistent(replace(left, units=tuple(ended)))


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
