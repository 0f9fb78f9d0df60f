"""Deposits: what a desk packs is what a custodian unpacks, or it is said what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.archive.deposits import Place, describe_file, unpack, waiting
from desktop.archive.manifest import Deposit, Description, FileRole, SchemeRow
from desktop.records.errors import OfficeError
from tests.desktop.archive.conftest import DESK_UNIT, ENTITY, Archive
from tests.desktop.archive.dossiers import CONTENTS, NOTE, make_deposit


def test_the_manifest_reads_back() -> None:
    deposit = make_deposit(practice=True)
    assert Deposit.from_payload(deposit.to_payload()) == deposit
    assert deposit.cite == "GADOR-SDPD/NI/00045/2026"


def test_what_is_said_of_the_dossier_travels_and_is_absent_where_nothing_is() -> None:
    plain = make_deposit()
    assert "description" not in json.loads(plain.to_payload())
    rows = (SchemeRow("fonds", "GADOR", "Gobierno"), SchemeRow("series", "GADOR-1", "Notas internas"))
    described = replace(plain, description=Description("01J", rows, scope="Compra de útiles", physical="PDF/A-2a"))
    assert Deposit.from_payload(described.to_payload()) == described
    assert json.loads(described.to_payload())["description"]["path"][1]["code"] == "GADOR-1"


def _wrong(change: Callable[[dict[str, Any]], object]) -> bytes:
    raw = json.loads(make_deposit().to_payload())
    change(raw)
    return json.dumps(raw).encode()


_WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "other type": lambda raw: raw.update(type="receipt"),
    "no id": lambda raw: raw.pop("id"),
    "id that is a path": lambda raw: raw.update(id="../../../x"),
    "unit that is a path": lambda raw: raw["unit"].update(id="a/b"),
    "unit that leads up": lambda raw: raw["unit"].update(id=".."),
    "time without zone": lambda raw: raw.update(time="2026-03-06T12:00:00"),
    "no document": lambda raw: raw.update(documents=[]),
    "a document twice": lambda raw: raw["documents"].append(raw["documents"][0]),
    "principal that is not there": lambda raw: raw.update(principal="x"),
    "path that leads up": lambda raw: raw["files"][0].update(path="../../root/x"),
    "absolute path": lambda raw: raw["files"][0].update(path="/etc/passwd"),
    "a path twice, but for case": lambda raw: raw["files"].append(
        {**raw["files"][0], "path": raw["files"][0]["path"].upper()}
    ),
    "cipher that is a path": lambda raw: raw["files"][0].update(cipher="../../out/x"),
    "file of no document": lambda raw: raw["files"][0].update(document="x"),
    "document without its file": lambda raw: raw["documents"][0].update(sha256="0" * 64),
    "unknown role": lambda raw: raw["files"][0].update(role="x"),
    "size of text": lambda raw: raw["files"][0].update(size="1"),
    "media type with a line end": lambda raw: raw["files"][0].update(type="text/plain\n<x>"),
    "access out of range": lambda raw: raw.update(access=9),
    "unknown level of the scheme": lambda raw: raw.update(
        description={"path": [{"level": "x", "code": "", "title": ""}]}
    ),
    "description of numbers": lambda raw: raw.update(description={"scope": 7}),
    "a list": lambda raw: raw.update(entity=[]),
}


@pytest.mark.parametrize("name", _WRONG)
def test_wrong_manifests_are_refused(name: str) -> None:
    Deposit.from_payload(_wrong(lambda raw: None))
    with pytest.raises(OfficeError) as caught:
        Deposit.from_payload(_wrong(_WRONG[name]))
    assert caught.value.code == "deposit.malformed"


def test_a_newer_format_is_told_apart() -> None:
    with pytest.raises(OfficeError) as caught:
        Deposit.from_payload(_wrong(lambda raw: raw.update(v=2)))
    assert caught.value.code == "deposit.newer_format"


@given(st.binary(max_size=100) | st.sampled_from([b"[]", b"{}", b"1", b"[" * 50_000, b'{"v":1,"v":1}']))
def test_noise_is_malformed(data: bytes) -> None:
    with pytest.raises(OfficeError) as caught:
        Deposit.from_payload(data)
    assert caught.value.code == "deposit.malformed"


def test_the_manifest_is_written_last_and_bytes_are_sealed(archive: Archive) -> None:
    packed = archive.pack()
    keys = [key for key, _ in packed.objects]
    assert keys[-1].endswith("/deposit.jws")
    assert len(keys) == len(CONTENTS) + 1
    for _, data in packed.objects[:-1]:
        assert data not in CONTENTS.values()
        assert b"%PDF" not in data


def test_what_is_packed_is_what_is_unpacked(archive: Archive, folder_root: Any) -> None:
    place = archive.send()
    assert list(waiting(archive.exchange, ENTITY)) == [place]
    custodian = archive.custodian(folder_root)
    found = unpack(archive.exchange, place, read=custodian.read, open_file=custodian.open_file)
    assert found.contents == CONTENTS
    assert replace(found.deposit, files=()) == replace(make_deposit(), files=())


def test_sending_twice_changes_nothing(archive: Archive) -> None:
    packed = archive.pack()
    archive.send(packed)
    before = list(archive.exchange.list(""))
    archive.send(packed)
    assert list(archive.exchange.list("")) == before


@pytest.mark.parametrize("change", ["missing", "other", "extra"])
def test_contents_must_be_what_the_manifest_says(archive: Archive, change: str) -> None:
    first = next(iter(CONTENTS))
    contents = dict(CONTENTS)
    if change == "missing":
        del contents[first]
    elif change == "other":
        contents[first] += b"x"
    else:
        contents["more"] = b"x"
    with pytest.raises(OfficeError) as caught:
        archive.pack(contents=contents)
    assert caught.value.code == "deposit.incomplete"


def _unpack(archive: Archive, place: Place, root: Any, **more: Any) -> Any:
    custodian = archive.custodian(root, **more)
    return unpack(archive.exchange, place, read=custodian.read, open_file=custodian.open_file)


def _key_of(archive: Archive, place: Place, packed: Any) -> str:
    return f"{place.prefix}{packed.deposit.files[0].cipher}"


def test_damaged_and_missing_files_are_named(archive: Archive, folder_root: Any) -> None:
    packed = archive.pack()
    place = archive.send(packed)
    key = _key_of(archive, place, packed)
    good = archive.exchange.get(key)
    archive.exchange.put(key, good[:-1] + bytes([good[-1] ^ 1]))
    with pytest.raises(OfficeError) as caught:
        _unpack(archive, place, folder_root)
    assert caught.value.code == "deposit.damaged_file"
    assert caught.value.facts["path"] == next(iter(CONTENTS))


def test_the_ciphertext_is_the_one_that_was_signed(archive: Archive, folder_root: Any) -> None:
    """Even where opening would not mind."""
    packed = archive.pack()
    place = archive.send(packed)
    archive.exchange.put(_key_of(archive, place, packed), b"another")
    read = archive.custodian(folder_root).read
    with pytest.raises(OfficeError) as caught:
        unpack(archive.exchange, place, read=read, open_file=lambda _, file: CONTENTS[file.path])
    assert caught.value.code == "deposit.damaged_file"


def test_the_plain_bytes_are_those_that_were_signed(archive: Archive, folder_root: Any) -> None:
    """Even where opening gives something else."""
    place = archive.send()
    read = archive.custodian(folder_root).read
    with pytest.raises(OfficeError) as caught:
        unpack(archive.exchange, place, read=read, open_file=lambda _, file: CONTENTS[file.path][::-1])
    assert caught.value.code == "deposit.damaged_file"


def test_a_missing_file_is_named(archive: Archive, folder_root: Any) -> None:
    packed = archive.pack()
    for key, data in packed.objects[1:]:
        archive.exchange.put_if_absent(key, data)
    with pytest.raises(OfficeError) as caught:
        _unpack(archive, Place(ENTITY, DESK_UNIT, packed.deposit.id), folder_root)
    assert caught.value.code == "deposit.missing_file"


def test_what_was_sealed_to_another_cannot_be_opened(archive: Archive, folder_root: Any) -> None:
    place = archive.send()
    with pytest.raises(OfficeError) as caught:
        _unpack(archive, place, folder_root, by=archive.stranger)
    assert caught.value.code == "deposit.damaged_file"


def test_a_copy_under_another_unit_is_misplaced(archive: Archive, folder_root: Any) -> None:
    place = archive.send()
    other = Place(ENTITY, "01JQ0000000000000000000009", place.id)
    for entry in list(archive.exchange.list(place.prefix)):
        archive.exchange.put_if_absent(
            other.prefix + entry.key.removeprefix(place.prefix), archive.exchange.get(entry.key)
        )
    with pytest.raises(OfficeError) as caught:
        _unpack(archive, other, folder_root)
    assert caught.value.code == "deposit.misplaced"


def test_a_manifest_by_another_units_device_is_misplaced(archive: Archive, folder_root: Any) -> None:
    """The archive's own device may not deposit in the name of a unit."""
    place = archive.send(archive.pack(by=archive.keeper))
    with pytest.raises(OfficeError) as caught:
        _unpack(archive, place, folder_root)
    assert caught.value.code == "deposit.misplaced"


def test_a_stranger_is_not_read(archive: Archive, folder_root: Any) -> None:
    place = archive.send(archive.pack(by=archive.stranger))
    with pytest.raises(OfficeError) as caught:
        _unpack(archive, place, folder_root)
    assert not caught.value.code.startswith("deposit.")


def test_only_whole_and_well_placed_deposits_wait(archive: Archive) -> None:
    packed = archive.pack()
    for key, data in packed.objects[:-1]:
        archive.exchange.put_if_absent(key, data)
    for stray in (
        "x.txt",
        f"{DESK_UNIT}/not-a-ulid/deposit.jws",
        f"{DESK_UNIT}/{packed.deposit.id}/deeper/deposit.jws",
    ):
        archive.exchange.put_if_absent(f"archive/in/{ENTITY}/{stray}", b"x")
    assert list(waiting(archive.exchange, ENTITY)) == []
    archive.send(packed)
    assert len(list(waiting(archive.exchange, ENTITY))) == 1


def test_a_file_may_belong_to_the_dossier_itself() -> None:
    data = b"x"
    deposit = make_deposit()
    extra = describe_file("indice.txt", data, "text/plain", FileRole.OTHER)
    assert Deposit.from_payload(replace(deposit, files=(*deposit.files, extra)).to_payload()).files[-1].document == ""
    assert deposit.files[0].document == NOTE
