"""The audience rule: who is told, who can open, what only a letter may carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from desktop.records.documents import AccessClass
from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Directory
from desktop.sync.audience import audience_of
from desktop.sync.blobs import open_blob
from desktop.sync.device import DeviceKey
from desktop.sync.keys import blob_key, read_letter, read_mail
from desktop.sync.letters import open_letter
from tests.desktop.sync.office import Office, Seat, device_of, document_blob

DAY = date(2026, 3, 1)
SECRET_WORDS = (b"Sumario", b"Quispe", b"reservad", b"doc-1")


def ended(directory: Directory, unit: str, *heirs: str) -> Directory:
    return replace(
        directory,
        units=tuple(
            replace(each, ended_on=DAY, successors=heirs) if each.id == unit else each for each in directory.units
        ),
    )


def test_the_rule(office: Office) -> None:
    whole = audience_of(
        office.directory,
        actor_unit="unit-b",
        slip_units=("unit-a", "unit-b"),
        chain_units=("unit-c",),
        extra=("unit-b",),
    )
    assert set(whole) == {"unit-a", "unit-b", "unit-c"}
    assert audience_of(office.directory, actor_unit="unit-a") == ("unit-a",)
    with pytest.raises(OfficeError, match=r"directory\.unknown_unit"):
        audience_of(office.directory, actor_unit="unit-a", extra=("nowhere",))


def test_an_ended_unit_stands_for_its_living_successors(office: Office) -> None:
    split = ended(office.directory, "unit-b", "unit-c", "unit-a")
    assert audience_of(split, actor_unit="unit-c", slip_units=("unit-b",)) == ("unit-c", "unit-a")
    assert audience_of(ended(office.directory, "unit-b"), actor_unit="unit-a", slip_units=("unit-b",)) == ("unit-a",)


def test_an_official_who_moves_takes_no_pc_with_him(office: Office) -> None:
    """What is sent to the unit that he went to must not open on the PC that he left behind."""
    moved = replace(
        office.directory,
        officials=tuple(replace(each, unit="unit-b") for each in office.directory.officials),
    )
    assert [device.id for device in moved.devices_of("unit-b")] == ["device-b"]
    assert [device.id for device in moved.devices_of("unit-a")] == ["device-a"]


def test_the_pc_of_an_ended_unit_works_for_the_unit_its_official_went_to(office: Office) -> None:
    split = ended(office.directory, "unit-b", "unit-a", "unit-c")
    assert split.devices_of("unit-b") == (split.device("device-b"),)  # nobody has moved yet
    moved = replace(
        split, officials=tuple(replace(o, unit="unit-c") if o.id == "pedro" else o for o in split.officials)
    )
    assert moved.working_unit(moved.device("device-b")) == "unit-c"
    assert [device.id for device in moved.devices_of("unit-c")] == ["device-b"]
    assert [device.id for device in moved.devices_of("unit-a")] == ["device-a"]


def _keys(seat: Seat) -> list[str]:
    """What of the acts so far lies in the exchange."""
    seat.push()
    return [entry.key for entry in seat.exchange.list("units/")]


def _reserve(seat: Seat, access: AccessClass) -> None:
    body = {"kind": "informe", "subject": "Sumario a Quispe", "signers": ["juana"], "access": int(access)}
    seat.act(EventKind.DRAFTED, "doc-1", body, blobs=[document_blob(b"acta reservada")], units=("unit-b",))


@pytest.mark.parametrize("access", list(AccessClass))
def test_from_reservado_on_an_act_goes_as_a_letter_only(juana: Seat, access: AccessClass) -> None:
    _reserve(juana, access)
    juana.act(EventKind.NUMBERED, "doc-1", {"cite": "X/1"}, units=("unit-b",))  # its body says nothing of the class
    sealed = [key for key in _keys(juana) if read_letter(key)]
    plain = [key for key in _keys(juana) if read_mail(key)]
    assert (len(sealed), len(plain)) == ((4, 0) if access >= AccessClass.RESERVED else (0, 4))


def test_a_letter_opens_on_the_devices_of_the_audience_and_nowhere_else(juana: Seat, office: Office) -> None:
    stranger = DeviceKey.generate("device-c")
    directory = replace(office.directory, devices=(*office.directory.devices, device_of(stranger, "unit-c", ())))
    juana.office = replace(juana.office, directory=directory)
    _reserve(juana, AccessClass.RESERVED)
    data = juana.exchange.get(next(key for key in _keys(juana) if read_letter(key)))
    signed = juana.store.events_of_document("doc-1")[0]
    assert open_letter(data, office.key_a) == open_letter(data, office.key_b) == signed.jws
    with pytest.raises(OfficeError, match=r"letter\.not_for_us"):
        open_letter(data, stranger)
    ref = signed.event.blobs[0]
    with pytest.raises(OfficeError, match=r"blob\.not_for_us"):
        open_blob(juana.exchange.get(blob_key(ref.cipher)), ref, stranger)
    assert not [word for word in SECRET_WORDS if word in data]


def test_all_that_lies_on_a_slip_decides(juana: Seat) -> None:
    """A slip of an open matter to which a reserved document was tied tells of it in every remark from then on."""
    juana.make("doc-2", b"%PDF abierto")
    juana.act(EventKind.OPENED, "doc-2", {"number": "1", "subject": "Abierto"}, slip="s-1")
    assert not [key for key in _keys(juana) if read_letter(key)]
    _reserve(juana, AccessClass.CONFIDENTIAL)
    before = len([key for key in _keys(juana) if read_mail(key)])
    body = {"to_unit": "unit-b", "mode": "oficial", "action": "x", "documents": ["doc-2", "doc-1"]}
    juana.act(EventKind.DISPATCHED, "doc-2", body, slip="s-1", units=("unit-b",))
    juana.act(EventKind.CANCELLED, "doc-2", {"hop": juana.store.slip("s-1").hops[0].id}, slip="s-1")
    assert len([key for key in _keys(juana) if read_mail(key)]) == before


def test_what_is_not_known_here_is_sealed(juana: Seat) -> None:
    """A rebuilt desk sends its acts again while it still waits for the event that tells the class."""
    juana.act(EventKind.NUMBERED, "doc-9", {"cite": "X/9"}, units=("unit-b",))
    assert not [key for key in _keys(juana) if read_mail(key)]
