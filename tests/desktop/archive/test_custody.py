"""Custody: a deposit becomes an object and a receipt, once, whatever dies in between; or a signed refusal."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.archive.custody import Answer, accept, object_id_of, pending
from desktop.archive.deposits import Place
from desktop.archive.eark import DATA, DEPOSIT_JSON, VERDICTS
from desktop.archive.index import read_index, refresh
from desktop.archive.inventory import object_folder
from desktop.archive.reading import deposit_of, read_file
from desktop.archive.roots import Root
from desktop.records.errors import OfficeError
from desktop.sync.receipts import read_receipt, sign_receipt
from tests.conformance.archive_root import Died
from tests.desktop.archive.conftest import ENTITY, Archive
from tests.desktop.archive.dossiers import CONTENTS, NOTE, RECEIVED_AT, make_deposit
from tests.judges.verdicts import judge_eark, judge_ocfl_root

LATER = RECEIVED_AT + timedelta(days=3)
OBJECT = object_id_of(make_deposit().dossier)
PDF = "01-GADOR-SDPD-NI-00045-2026/nota.pdf"


def _stored(archive: Archive, place: Place) -> Answer:
    """The answer as a desk reads it."""
    return Answer.from_payload(read_receipt(archive.exchange.get(place.answer).decode(), archive.directory))


def test_a_deposit_is_taken_into_custody(archive: Archive, root: Root) -> None:
    place = archive.send()
    answer = accept(archive.custodian(root), place, now=RECEIVED_AT)
    assert (answer.state, answer.object, answer.version, answer.document) == ("accepted", OBJECT, "v1", NOTE)
    assert (answer.time, answer.custodian) == (RECEIVED_AT, "Archivo departamental")
    assert answer == _stored(archive, place)
    inventory = b"".join(root.chunks(object_folder(OBJECT), "v1/inventory.json"))
    assert answer.inventory_sha512 == hashlib.sha512(inventory).hexdigest()
    assert answer.deposit_sha256 == hashlib.sha256(archive.exchange.get(place.manifest)).hexdigest()
    assert read_file(root, OBJECT, DATA + PDF) == CONTENTS[PDF]
    assert json.loads(read_file(root, OBJECT, f"{VERDICTS}{NOTE}.json"))["verdict"] == "valid"
    assert json.loads(read_file(root, OBJECT, DEPOSIT_JSON))["id"] == place.id
    assert deposit_of(root, OBJECT).title == make_deposit().title
    assert list(pending(archive.custodian(root), ENTITY)) == []


def test_the_judges_agree(archive: Archive, folder_root: Root, tmp_path: Path) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
    judged = judge_ocfl_root(tmp_path / "archivo" / "root")
    assert (judged.valid, judged.messages) == (True, ())
    package = tmp_path / "archivo" / "root" / object_folder(OBJECT) / "v1" / "content"
    assert judge_eark([package])[str(package)].messages == ()


def test_accepting_twice_gives_the_same_receipt_and_no_second_version(archive: Archive, root: Root) -> None:
    place = archive.send()
    first = accept(archive.custodian(root), place, now=RECEIVED_AT)
    jws = archive.exchange.get(place.answer)
    assert accept(archive.custodian(root), place, now=LATER) == first
    assert archive.exchange.get(place.answer) == jws
    inventory = root.inventory(OBJECT)
    assert inventory is not None
    assert inventory.head == "v1"


@pytest.mark.parametrize("step", ["unpacked", "written", "committed"])
def test_dying_in_between_changes_nothing_about_the_receipt(archive: Archive, root: Root, step: str) -> None:
    place = archive.send()

    def fault(name: str) -> None:
        if name == step:
            raise Died

    with pytest.raises(Died):
        accept(archive.custodian(root, fault=fault), place, now=RECEIVED_AT)
    assert archive.exchange.head(place.answer) is None
    assert list(pending(archive.custodian(root), ENTITY)) == [place]
    answer = accept(archive.custodian(root), place, now=LATER)
    assert answer.time == (LATER if step == "unpacked" else RECEIVED_AT)
    assert answer == _stored(archive, place)
    inventory = root.inventory(OBJECT)
    assert inventory is not None
    assert inventory.head == "v1"


@pytest.mark.parametrize("verdict", ["invalid", "unsigned", "unreadable", "", "surprise"])
def test_a_broken_signature_is_refused_and_nothing_is_stored(archive: Archive, folder_root: Root, verdict: str) -> None:
    archive.verdicts = {CONTENTS["02-informe/informe.pdf"]: verdict}
    place = archive.send()
    answer = accept(archive.custodian(folder_root), place, now=RECEIVED_AT)
    assert (answer.state, answer.code) == ("refused", "deposit.signature_refused")
    assert dict(answer.facts)["path"] == "02-informe/informe.pdf"
    assert answer == _stored(archive, place)
    assert folder_root.inventory(OBJECT) is None
    assert accept(archive.custodian(folder_root), place, now=LATER) == answer
    assert list(pending(archive.custodian(folder_root), ENTITY)) == []


def test_an_undecided_signature_is_taken_and_said(archive: Archive, folder_root: Root) -> None:
    archive.verdicts = {CONTENTS[PDF]: "indeterminate"}
    assert accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT).state == "accepted"
    assert b"<premis:eventOutcome>indeterminate<" in read_file(folder_root, OBJECT, "metadata/preservation/premis.xml")


def test_every_signed_document_is_judged_on_its_own_bytes(archive: Archive, folder_root: Root) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
    assert archive.judged == [CONTENTS[PDF], CONTENTS["02-informe/informe.pdf"]]


def test_a_damaged_file_is_refused(archive: Archive, folder_root: Root) -> None:
    packed = archive.pack()
    place = archive.send(packed)
    archive.exchange.put(place.prefix + packed.deposit.files[1].cipher, b"damaged")
    answer = accept(archive.custodian(folder_root), place, now=RECEIVED_AT)
    assert (answer.state, answer.code) == ("refused", "deposit.damaged_file")
    assert folder_root.inventory(OBJECT) is None


def test_a_file_that_has_not_arrived_is_waited_for_and_then_refused(archive: Archive, folder_root: Root) -> None:
    packed = archive.pack()
    for key, data in packed.objects[1:]:
        archive.exchange.put_if_absent(key, data)
    place = Place(packed.deposit.entity, packed.deposit.unit, packed.deposit.id)
    with pytest.raises(OfficeError) as caught:
        accept(archive.custodian(folder_root), place, now=RECEIVED_AT)
    assert caught.value.code == "deposit.missing_file"
    assert list(pending(archive.custodian(folder_root), ENTITY)) == [place]
    answer = accept(archive.custodian(folder_root), place, now=RECEIVED_AT + timedelta(days=8))
    assert (answer.state, answer.code) == ("refused", "deposit.missing_file")


@pytest.mark.parametrize("who", ["stranger", "keeper"])
def test_nobody_is_answered_who_may_not_deposit_there(archive: Archive, folder_root: Root, who: str) -> None:
    place = archive.send(archive.pack(by=getattr(archive, who)))
    with pytest.raises(OfficeError):
        accept(archive.custodian(folder_root), place, now=RECEIVED_AT)
    assert archive.exchange.head(place.answer) is None
    assert folder_root.inventory(OBJECT) is None


def test_a_second_deposit_of_the_same_dossier_is_refused(archive: Archive, folder_root: Root) -> None:
    accept(archive.custodian(folder_root), archive.send(), now=RECEIVED_AT)
    again = archive.send(archive.pack(replace(make_deposit(), id="01JQ6ZZZZZ8XKQ4T0R7M2B9C5F")))
    answer = accept(archive.custodian(folder_root), again, now=LATER)
    assert (answer.state, answer.code) == ("refused", "deposit.dossier_exists")
    inventory = folder_root.inventory(OBJECT)
    assert inventory is not None
    assert inventory.head == "v1"


def test_a_forged_answer_neither_counts_nor_blocks(archive: Archive, folder_root: Root) -> None:
    """Whoever writes into the exchange can put something there first; only a custodian's signature makes it an answer."""
    place = archive.send()
    genuine = accept(archive.custodian(folder_root), place, now=RECEIVED_AT)
    for forger in (archive.stranger, archive.desk):
        archive.exchange.put(place.answer, sign_receipt(genuine.to_payload(), forger).encode())
        assert list(pending(archive.custodian(folder_root), ENTITY)) == [place]
        assert accept(archive.custodian(folder_root), place, now=LATER) == genuine
        assert _stored(archive, place) == genuine
    archive.exchange.put(place.answer, b"\xff not ASCII")
    assert accept(archive.custodian(folder_root), place, now=LATER) == genuine


def test_an_answer_for_another_deposit_does_not_count(archive: Archive, folder_root: Root) -> None:
    place = archive.send()
    genuine = accept(archive.custodian(folder_root), place, now=RECEIVED_AT)
    other = replace(genuine, deposit="01JQ6ZZZZZ8XKQ4T0R7M2B9C5F")
    archive.exchange.put(place.answer, sign_receipt(other.to_payload(), archive.keeper).encode())
    assert accept(archive.custodian(folder_root), place, now=LATER) == genuine


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"v":1,"type":"receipt","state":"maybe"}'])
def test_receipts_that_say_nothing(payload: bytes) -> None:
    with pytest.raises(OfficeError) as caught:
        Answer.from_payload(payload)
    assert caught.value.code == "receipt.malformed"


def test_a_manifest_is_not_a_receipt(archive: Archive) -> None:
    with pytest.raises(OfficeError):
        Answer.from_payload(make_deposit().to_payload())


class TestIndex:
    """``indice.csv``: for whoever comes with a file browser."""

    def test_it_can_be_rebuilt(self, archive: Archive, root: Root) -> None:
        accept(archive.custodian(root), archive.send(), now=RECEIVED_AT)
        assert refresh(root) == 1
        data = root.read_beside("indice.csv")
        assert data is not None
        assert data.startswith(b"\xef\xbb\xbf")
        row = read_index(root)[0]
        assert (row.identificador, row.cite) == (OBJECT, "GADOR-SDPD/NI/00045/2026")
        assert row.carpeta == f"root/{object_folder(OBJECT)}"
        assert refresh(root) == 1
        assert root.read_beside("indice.csv") == data
        root.write_beside("indice.csv", b"garbage")
        assert refresh(root) == 1
        assert root.read_beside("indice.csv") == data
        assert root.read_beside("LEEME.txt") is not None

    @pytest.mark.parametrize("title", ["=1+1", "@SUM(A1)", "-x", "'quoted", 'a,b;"c"\nd'])
    def test_no_cell_is_a_formula(self, archive: Archive, folder_root: Root, title: str) -> None:
        accept(archive.custodian(folder_root), archive.send(archive.pack(make_deposit(title=title))), now=RECEIVED_AT)
        refresh(folder_root)
        assert read_index(folder_root)[0].titulo == title
        data: Any = folder_root.read_beside("indice.csv")
        assert f",{title}".encode() not in data

    def test_an_object_that_is_not_ours_is_left_out(self, archive: Archive, folder_root: Root) -> None:
        custodian = archive.custodian(folder_root)
        folder_root.write_version("urn:x", {"a": b"1"}, base=None, message="m", user=custodian.user, now=RECEIVED_AT)
        assert refresh(folder_root) == 0
