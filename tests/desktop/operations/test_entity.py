"""The administrator's acts: one directory each, nothing forgotten, nothing that a later event would contradict."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from desktop.operations import entity
from desktop.operations.entity import EntityDesk
from desktop.records.events import EventKind
from desktop.records.people import Directory, Official, Unit
from desktop.storage import open_storage
from desktop.store.desk import DeskStore
from desktop.sync.device import DeviceKey, choose_vault
from desktop.sync.directory import DirectoryPins, latest, publish
from desktop.sync.events import read_event, sign_event
from tests.desktop.sync.office import ENTITY, NOW, Office, Seat, device_of, make_office
from tests.fixtures.office import refused

TODAY = date(2026, 3, 5)


@pytest.fixture
def office() -> Office:
    office = make_office()
    people = (*office.directory.officials, Official("rosa", "Rosa Colque Nina", "3333333", "Jefa", "unit-b"))
    units = tuple(replace(u, chief="rosa") if u.id == "unit-b" else u for u in office.directory.units)
    office.directory = replace(office.directory, officials=people, units=units)
    return office


@pytest.fixture
def at(office: Office, tmp_path: Path) -> EntityDesk:
    exchange = open_storage(f"folder:{tmp_path / 'exchange'}", create=True)
    folder = tmp_path / "entidad"
    folder.mkdir()
    choose_vault(folder).save(office.admin)
    publish(exchange, office.directory, office.admin)
    return EntityDesk(folder, ENTITY, exchange, NOW)


@pytest.fixture
def juana(office: Office, at: EntityDesk, tmp_path: Path) -> Iterator[Seat]:
    (tmp_path / "home-a").mkdir()
    with DeskStore.open(tmp_path / "home-a", now=NOW) as store:
        yield Seat(office, office.key_a, "unit-a", "juana", store, at.exchange)


def published(at: EntityDesk, office: Office) -> Directory:
    return latest(at.exchange, ENTITY, DirectoryPins(office.admin.public()[0]))


# --- units


def test_a_unit_is_added_and_renamed_and_stays_the_same(at: EntityDesk, office: Office) -> None:
    entity.add_unit(at, Unit("unit-d", "Jurídica", "GADOR-J"))
    with refused("entity.unit_exists"):
        entity.add_unit(at, Unit("unit-e", "Otra Jurídica", "GADOR-J"))
    entity.change_unit(at, "unit-d", name="Asesoría Jurídica", chief="juana", line=False)
    found = published(at, office)
    assert found.unit("unit-d") == Unit("unit-d", "Asesoría Jurídica", "GADOR-J", chief="juana", line=False)
    assert found.number == office.directory.number + 2
    assert entity.change_unit(at, "unit-d", chief="juana").directory.number == found.number  # nothing changed


def test_two_units_merge_into_one(at: EntityDesk, office: Office) -> None:
    done = entity.end_units(at, ["unit-a", "unit-b"], ["unit-c"]).directory
    assert done == published(at, office)
    assert {u.id: (u.ended_on, u.successors) for u in done.units if u.id != "unit-c"} == {
        "unit-a": (TODAY, ("unit-c",)),
        "unit-b": (TODAY, ("unit-c",)),
    }
    assert {(o.unit, o.former) for o in done.officials} == {
        ("unit-c", (("unit-a", TODAY),)),
        ("unit-c", (("unit-b", TODAY),)),
    }
    assert {d.id for d in done.devices_of("unit-c")} == {"device-a", "device-b"}
    assert set(done.mailboxes_of("unit-c")) == {"unit-a", "unit-b", "unit-c"}
    before = sign_event(office.event(), office.key_a)  # what they did before is what it was
    assert read_event(before.jws, done) == before


def test_a_unit_splits_in_two(at: EntityDesk, office: Office) -> None:
    entity.add_unit(at, Unit("unit-d", "Redes", "GADOR-RED"))
    done = entity.end_units(at, ["unit-b"], ["unit-c", "unit-d"], moves={"rosa": "unit-d"}).directory
    assert (done.official("pedro").unit, done.official("rosa").unit) == ("unit-c", "unit-d")
    assert done.successors_of("unit-b") == ("unit-c", "unit-d")
    assert [d.id for d in done.devices_of("unit-c")] == ["device-b"]
    assert done.devices_of("unit-d") == ()
    assert "unit-b" in done.mailboxes_of("unit-d")


def test_what_cannot_end_so(at: EntityDesk) -> None:
    with refused("entity.heir_ended"):
        entity.end_units(at, ["unit-a"], ["unit-a"])
    with refused("entity.officials_left"):
        entity.end_units(at, ["unit-a"], [])
    with refused("entity.not_an_heir"):
        entity.end_units(at, ["unit-a"], ["unit-c"], moves={"juana": "unit-b"})
    entity.end_units(at, ["unit-a"], ["unit-c"])
    with refused("entity.unit_ended"):
        entity.end_units(at, ["unit-a"], ["unit-b"])
    with refused("entity.heir_ended"):
        entity.end_units(at, ["unit-b"], ["unit-a"])
    with refused("entity.unit_ended"):
        entity.move_official(at, "pedro", "unit-a")


# --- officials


def test_who_is_added(at: EntityDesk, office: Office) -> None:
    entity.add_official(at, Official("nuevo", "Luis Ari", "4444444", "Auxiliar", "unit-c"))
    with refused("entity.official_exists"):
        entity.add_official(at, Official("otro", "Luis Ari", " 4444444 ", "Chofer", "unit-a"))
    with refused("directory.unknown_unit"):
        entity.add_official(at, Official("otro", "Ana", "5", "Chofer", "nowhere"))
    assert published(at, office).official("nuevo").unit == "unit-c"


def test_who_moves_leaves_his_pc_and_his_acts_behind(at: EntityDesk, office: Office, juana: Seat) -> None:
    first = juana.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"})
    secret = {"kind": "informe", "subject": "x", "access": 4}
    sealed = juana.act(EventKind.DRAFTED, "doc-2", secret)
    juana.push()
    later = NOW + timedelta(hours=2)
    done = entity.move_official(replace(at, now=later), "juana", "unit-c", post="Directora")
    assert done.devices == ("device-a",)
    device = done.directory.device("device-a")
    assert (device.revoked_at, device.last_seq) == (
        later + timedelta(seconds=1),
        2,
    )  # the letter counts, though it does not tell its number
    assert read_event(first.jws, done.directory) == first
    backdated = office.event(device_seq=3, prev=sealed.digest, claimed_at=NOW - timedelta(days=1))
    with refused("event.device_revoked"):
        read_event(sign_event(backdated, office.key_a).jws, done.directory)


def test_a_pc_whose_clock_is_ahead_loses_no_act_of_before(at: EntityDesk, office: Office, juana: Seat) -> None:
    ahead = itertools.count(9 * 24 * 60)
    juana.clock = ahead
    signed = juana.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"})
    juana.push()
    done = entity.revoke_device(at, "device-a").directory
    assert signed.event.claimed_at > at.now + timedelta(days=8)
    assert read_event(signed.jws, done) == signed


@pytest.mark.parametrize("announced", [False, True])
def test_who_leaves_a_pc_whose_clock_is_ahead_loses_no_act_of_before(
    at: EntityDesk, office: Office, juana: Seat, *, announced: bool
) -> None:
    """His day refuses them for the time being, the revocation does not; once the day is corrected they count, and nothing later."""
    juana.clock = itertools.count(9 * 24 * 60)
    signed = juana.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"})
    juana.push()
    if announced:
        assert entity.official_leaves(at, "juana", TODAY + timedelta(days=1)).devices == ()
    left = entity.official_leaves(at, "juana", TODAY).directory
    assert left.device("device-a").last_seq == 1
    with refused("event.official_left"):  # not event.device_revoked, which no directory takes back
        read_event(signed.jws, left)
    corrected = entity.official_leaves(at, "juana", TODAY + timedelta(days=9)).directory
    assert read_event(signed.jws, corrected) == signed
    later = juana.act(EventKind.DRAFTED, "doc-2", {"kind": "informe", "subject": "x"})
    with refused("event.device_revoked"):
        read_event(later.jws, corrected)


def test_the_end_of_a_pc_that_came_with_its_unit_is_that_of_both_mailboxes(
    at: EntityDesk, office: Office, juana: Seat
) -> None:
    juana.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"})
    juana.push()
    juana.office.directory = entity.end_units(at, ["unit-a"], ["unit-c"]).directory
    juana.act(EventKind.DRAFTED, "doc-2", {"kind": "informe", "subject": "x"})
    juana.push()
    assert entity.revoke_device(at, "device-a").directory.device("device-a").last_seq == 2


def test_a_forged_number_in_the_mailbox_gives_a_revoked_pc_nothing(at: EntityDesk, office: Office, juana: Seat) -> None:
    """Whoever may write there would else let a stolen key sign on in the past."""
    juana.act(EventKind.DRAFTED, "doc-1", {"kind": "informe", "subject": "x"})
    juana.push()
    thief = DeviceKey.generate("device-a")
    forged = sign_event(office.event(device_seq=900), thief)
    at.exchange.put_if_absent(
        f"units/{ENTITY}/unit-a/in/device-a/0000000900-{forged.digest}.jws", forged.jws.encode("ascii")
    )
    assert (entity.revoke_device(at, "device-a").directory.device("device-a").last_seq or 0) <= 2


def test_a_pc_that_others_use_stays(at: EntityDesk, office: Office) -> None:
    shared = device_of(office.key_b, "unit-b", ("pedro", "rosa"))
    old = published(at, office)
    devices = tuple(shared if d.id == "device-b" else d for d in old.devices)
    publish(at.exchange, replace(old, devices=devices, number=old.number + 1), office.admin)
    done = entity.move_official(at, "pedro", "unit-c")
    assert done.devices == ()
    assert done.directory.devices_of("unit-c") == ()  # and what is sent to his new unit does not open there
    with refused("entity.is_chief"):
        entity.official_leaves(at, "rosa", TODAY)
    assert entity.official_leaves(at, "rosa", TODAY + timedelta(days=3), chief="juana").devices == ()
    assert entity.official_leaves(at, "rosa", TODAY, chief="juana").devices == ()  # pedro, of another unit now, serves
    assert published(at, office).unit("unit-b").chief == "juana"


def test_who_leaves(at: EntityDesk, office: Office) -> None:
    done = entity.official_leaves(at, "juana", TODAY)
    assert (done.devices, done.directory.official("juana").until) == (("device-a",), TODAY)
    with refused("entity.not_serving"):
        entity.change_unit(replace(at, now=NOW + timedelta(days=1)), "unit-a", chief="juana")
    with refused("entity.device_revoked"):
        entity.revoke_device(at, "device-a")
    returns = entity.official_leaves(at, "juana", TODAY + timedelta(days=300)).directory.official("juana")
    assert returns.until == TODAY + timedelta(days=300)


# --- what the entity chose


def test_actions_and_holidays(at: EntityDesk, office: Office) -> None:
    entity.set_actions(at, ["Para su informe", " Archivar ", "Archivar"])
    bridge = date(2026, 6, 22)
    entity.set_holidays(at, [2026], more=[bridge], fewer=[date(2026, 1, 1)])
    entity.set_holidays(at, [2027])
    found = published(at, office)
    assert found.actions == ("Para su informe", "Archivar")
    assert bridge in found.holidays
    assert date(2026, 1, 1) not in found.holidays
    assert {day.year for day in found.holidays} == {2026, 2027}
    assert date(2026, 8, 6) in found.holidays
    with refused("entity.no_actions"):
        entity.set_actions(at, [" "])
    with refused("calendar.unknown"):
        entity.set_holidays(at, [2026], subdivision="XX")


def test_a_recovery_key_is_kept_before_it_is_named(at: EntityDesk, office: Office, tmp_path: Path) -> None:
    from pyrage import decrypt, encrypt, x25519

    out = tmp_path / "recuperacion.txt"
    done = entity.new_recovery(at, out)
    (recipient,) = published(at, office).recovery
    sealed = encrypt(b"copia", [x25519.Recipient.from_str(recipient)])
    assert decrypt(sealed, [x25519.Identity.from_str(out.read_text("utf-8").strip())]) == b"copia"
    with refused("entity.recovery_exists"):
        entity.new_recovery(at, out)
    with refused("entity.recovery_unwritable"):
        entity.new_recovery(at, out / "dentro")
    assert published(at, office).number == done.directory.number
