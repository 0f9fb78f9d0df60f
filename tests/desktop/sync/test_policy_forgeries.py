"""What the bucket's policy lets through on SeaweedFS does no harm; each with the defence taken away, too, and then it does."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from desktop.operations.exchange_check import check_exchange
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings, open_storage
from desktop.storage.policy import Member, Place, bucket_policy
from desktop.storage.protocol import ObjectStore
from desktop.store.desk import DeskStore
from desktop.sync import blocks, envelopes, events
from desktop.sync.blocks import read_ledger, take_block
from desktop.sync.directory import DirectoryPins, latest, publish
from desktop.sync.events import sign_event
from desktop.sync.keys import Ack, Letter, Mail, block_key, head_key
from desktop.sync.letters import open_letter, seal_letter
from desktop.words import words
from tests.desktop.sync.office import ENTITY, NOW, Office, Seat
from tests.desktop.sync.test_policy_attacks import Attacker, refused

UNITS = ("unit-a", "unit-b", "unit-c")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    with SeaweedServer(tmp_path_factory.mktemp("forged"), identities=UNITS, admins=("chief",)) as running:
        yield running


@dataclass
class World:
    """Juana's desk in unit A, Pedro's in unit B, and what unit C's keys reach; ``keeper`` reaches everything."""

    juana: Seat
    pedro: Seat
    thief: ObjectStore
    keeper: ObjectStore


def guard(server: SeaweedServer, prefix: str, *, admin: str = "", versions: bool = True) -> None:
    """The policy of an exchange under that prefix; ``versions`` False takes away that they are read."""
    members = [Member(name, server.arn(name), (f"device-{name[-1]}",), admin=name == admin) for name in UNITS]
    policy = bucket_policy(Place(server.bucket, ENTITY, prefix), members, [])
    for part in policy["Statement"]:
        if part["Effect"] == "Allow" and not versions:
            part["Action"] = [each for each in part["Action"] if "Version" not in each]
    Attacker(server, "practica")("put_bucket_policy", Policy=json.dumps(policy))


def reach(server: SeaweedServer, prefix: str, name: str) -> ObjectStore:
    access, secret = server.keys[name]
    return open_storage(f"{server.url}/{prefix}", s3=S3Settings(server.endpoint, access, secret))


@contextmanager
def world(server: SeaweedServer, office: Office, folder: Path, empty_home: Path, **more: Any) -> Iterator[World]:
    prefix = folder.name.replace("_", "-")
    guard(server, prefix, **more)
    at = {name: reach(server, prefix, name) for name in (*UNITS, "practica")}
    for name in ("a", "b"):
        shutil.copytree(empty_home, folder / name)
    with DeskStore.open(folder / "a", now=NOW) as a, DeskStore.open(folder / "b", now=NOW) as b:
        juana = Seat(office, office.key_a, "unit-a", "juana", a, at["unit-a"])
        pedro = Seat(office, office.key_b, "unit-b", "pedro", b, at["unit-b"])
        yield World(juana, pedro, at["unit-c"], at["practica"])
    for store in at.values():
        store.close()


def send(seat: Seat, number: int = 1) -> str:
    """One paper to unit B; the key of its event there."""
    seat.make(f"doc-{number}", b"%PDF-1.7 prueba", number)
    out = seat.dispatch(f"doc-{number}", f"slip-{number}", "unit-b")
    assert seat.push().problems == ()
    return Mail(ENTITY, "unit-b", "device-a", dict(out.event.deliveries)["unit-b"], out.digest).key


SENTENCES = {
    "envelope.bad_signature": "no corresponde a la clave de su escritorio (device-a)",
    "mail.misplaced": "copiado a un buzón o a un lugar que no es el suyo: «units/",
    "mail.damaged": "sobrescrito o está dañado: «units/",
    "mail.gap": "del 1 al 1 del escritorio device-a",
    "mail.hint_ahead": "device-a",
}
"""What the official is told of each attack, with its facts filled in."""


def codes(report: Any) -> list[str]:
    """The codes told, each of which says what happened, what it means and what to do, in both languages."""
    for code, facts in report.problems:
        assert SENTENCES[code] in words(code, "es", facts).what
        for language in ("es", "en"):
            said = words(code, language, facts)
            assert all((said.what, said.means, said.do))
            assert "{" not in f"{said.what}{said.means}{said.do}"
    return [code for code, _ in report.problems]


@pytest.mark.parametrize("defended", [True, False])
def test_an_event_in_the_name_of_another_device(
    server: SeaweedServer,
    office: Office,
    empty_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    defended: bool,
) -> None:
    with world(server, office, tmp_path, empty_home) as at:
        send(at.juana)
        base = office.event(document="doc-9", deliveries=(("unit-b", 2),), device_seq=99)
        payload = envelopes.canonical(base.to_payload())
        jws = envelopes.seal_payload(payload, replace(office.key_b, id="device-a"), envelopes.EVENT)
        at.thief.put(Mail(ENTITY, "unit-b", "device-a", 2, envelopes.digest_of(jws)).key, jws.encode())
        if not defended:
            monkeypatch.setattr(events, "require_signature", lambda *_: None)
        report = at.pedro.pull()
        assert (report.events, codes(report)) == ((1, ["envelope.bad_signature"]) if defended else (2, []))


@pytest.mark.parametrize("seq", [1, 2])
def test_a_true_event_under_another_s_number(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path, seq: int
) -> None:
    """Unit C puts an event of its neighbour where it was not addressed: only under its own number is it taken."""
    with world(server, office, tmp_path, empty_home) as at:
        true = sign_event(office.event(document="doc-9", deliveries=(("unit-b", 1),)), office.key_a)
        at.thief.put(Mail(ENTITY, "unit-b", "device-a", seq, true.digest).key, true.jws.encode())
        report = at.pedro.pull(full=True)
        assert report.events == (1 if seq == 1 else 0)
        assert ("mail.misplaced" in codes(report)) == (seq != 1)


@pytest.mark.parametrize("defended", [True, False])
def test_what_a_delete_marker_hides_is_found(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path, defended: bool
) -> None:
    with world(server, office, tmp_path, empty_home, versions=defended) as at:
        key = send(at.juana)
        with pytest.raises(OfficeError, match=r"storage\.denied"):
            at.thief.hide(key)  # type: ignore[attr-defined]
        at.keeper.hide(key)  # type: ignore[attr-defined]
        send(at.juana, 2)
        report = at.pedro.pull(full=True)
        assert (report.events, codes(report)) == ((2, []) if defended else (1, ["mail.gap"]))


@pytest.mark.parametrize("hint", [b"0", b"1", b"junk", b"9999999999"])
def test_a_hint_written_over_hides_nothing(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path, hint: bytes
) -> None:
    """The quick look may miss news behind a lowered hint (the defence taken away); the full listing does not."""
    with world(server, office, tmp_path, empty_home) as at:
        send(at.juana)
        assert at.pedro.pull().events == 1
        send(at.juana, 2)
        at.thief.put(head_key(ENTITY, "unit-b", "device-a"), hint)
        assert at.pedro.pull().events == (0 if hint == b"1" else 1)
        codes(at.pedro.pull(full=True))
        assert at.pedro.store.slip("slip-2").hops


@pytest.mark.parametrize("defended", [True, False])
def test_an_old_directory_is_replayed_with_the_admin_s_stolen_keys(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path, defended: bool
) -> None:
    with world(server, office, tmp_path, empty_home, admin="unit-c") as at:
        old = publish(at.thief, office.directory, office.admin)
        new = publish(at.thief, replace(office.directory, number=2), office.admin)
        pins = DirectoryPins(office.admin.public()[0], 2)
        assert latest(at.pedro.exchange, ENTITY, pins, store=at.pedro.store).number == 2
        with pytest.raises(OfficeError, match=r"storage\.denied"):
            at.juana.exchange.put(new, b"x")
        at.thief.put(new, at.thief.get(old))
        if defended:
            assert latest(at.pedro.exchange, ENTITY, pins, store=at.pedro.store).number == 2
            with pytest.raises(OfficeError, match=r"directory\.replayed"):
                latest(at.juana.exchange, ENTITY, pins)  # invited, and has seen none yet
        else:  # neither remembers nor was told a least number
            assert latest(at.juana.exchange, ENTITY, replace(pins, least_number=1)).number == 1


def test_the_next_directory_number_squatted(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path
) -> None:
    with world(server, office, tmp_path, empty_home, admin="unit-c") as at:
        pins = DirectoryPins(office.admin.public()[0])
        first = publish(at.thief, office.directory, office.admin)
        at.thief.put(first.replace("0000000001", "0000000002"), b"squatted")
        publish(at.thief, replace(office.directory, number=2), office.admin)
        assert latest(at.pedro.exchange, ENTITY, pins).number == 2


@pytest.mark.parametrize("defended", [True, False])
def test_the_next_block_squatted(
    server: SeaweedServer,
    office: Office,
    empty_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    defended: bool,
) -> None:
    with world(server, office, tmp_path, empty_home) as at:
        size, take = 10, ("I", 2026)
        shared = {"now": NOW, "directory": office.directory}
        first = take_block(at.juana.exchange, ENTITY, *take, office.key_a, size=size, **shared)
        forged = {**blocks.block_payload(replace(first, ordinal=2, first=500, last=509), ENTITY, NOW)}
        jws = envelopes.seal_payload(envelopes.canonical(forged), replace(office.key_b, id="device-a"), envelopes.BLOCK)
        at.thief.put(block_key(ENTITY, *take, 2), jws.encode())
        at.thief.put(block_key(ENTITY, *take, 3), b"squatted")
        if not defended:
            monkeypatch.setattr(blocks, "require_signature", lambda *_: None)
        next_one = take_block(at.pedro.exchange, ENTITY, *take, office.key_b, size=size, **shared)
        assert (next_one.ordinal, next_one.first) == (4, 11 if defended else 510)
        assert len(read_ledger(at.juana.exchange, ENTITY, *take, office.directory).blocks) == (2 if defended else 3)


def test_letters_of_a_pouch_are_read_by_all_and_opened_by_one(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path
) -> None:
    with world(server, office, tmp_path, empty_home) as at:
        signed = sign_event(office.event(), office.key_a)
        sealed = seal_letter(signed.jws, [("device-b", office.key_b.public()[1])])
        key = Letter(ENTITY, "unit-b", "device-a", 1, envelopes.digest_of(signed.jws)).pouch_key
        at.juana.exchange.put(key, sealed)
        stolen = at.thief.get(key)
        assert signed.event.body["subject"].encode() not in stolen  # type: ignore[union-attr]
        assert "no fue cifrado para este escritorio" in words("letter.not_for_us").what
        with pytest.raises(OfficeError, match=r"letter\.not_for_us"):
            open_letter(stolen, replace(office.key_a, id="device-c"))
        assert open_letter(stolen, office.key_b) == signed.jws


def test_a_pouch_s_acknowledgement_is_written_over_as_it_grows(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path
) -> None:
    with world(server, office, tmp_path, empty_home) as at:
        key = Ack(ENTITY, "unit-b", "device-b").key
        for text in (b"1", b"2"):
            at.pedro.exchange.put(key, text)
            assert at.juana.exchange.get(key) == text


@pytest.mark.parametrize("denied", [True, False])
def test_a_deny_binds_also_who_may_everything(server: SeaweedServer, denied: bool) -> None:
    """An identity of SeaweedFS with static Admin; without the Deny it deletes a version for good."""
    keeper, chief = Attacker(server, "practica"), Attacker(server, "chief")
    key = f"units/{ENTITY}/unit-a/in/admin-{denied}"
    version = keeper("put_object", Key=key, Body=b"x")["VersionId"]
    policy = bucket_policy(Place(server.bucket, ENTITY), [Member("unit-a", server.arn("chief"))], [])
    if not denied:
        policy["Statement"] = [part for part in policy["Statement"] if part["Effect"] == "Allow"]
    keeper("put_bucket_policy", Policy=json.dumps(policy))
    expected = "denied" if denied else ""
    assert refused(lambda: chief("delete_object", Key=key, VersionId=version)) == expected
    suspended = {"Status": "Suspended"}
    got = refused(lambda: chief("put_bucket_versioning", VersioningConfiguration=suspended))
    assert (got == "denied") is denied
    assert refused(lambda: chief("put_bucket_policy", Policy=json.dumps(policy))) == expected


@pytest.mark.parametrize("lacking", ["", "everything", "own_is_read", "others_written"])
def test_the_check_tells_what_the_credentials_may(
    server: SeaweedServer, office: Office, empty_home: Path, tmp_path: Path, lacking: str
) -> None:
    with world(server, office, tmp_path, empty_home) as at:
        send(at.juana)
        hint = head_key(ENTITY, "unit-b", "device-a")
        before = at.keeper.get(hint)
        exchange, unit = at.juana.exchange, "unit-a"
        if lacking == "everything":
            exchange = at.keeper
        if lacking == "own_is_read":
            unit = "unit-c"
        if lacking == "others_written":
            keeper = Attacker(server, "practica")
            policy = json.loads(keeper("get_bucket_policy")["Policy"])
            for part in policy["Statement"]:
                if part["Sid"].startswith("Write"):
                    part["Resource"] = [each for each in part["Resource"] if "/heads/" not in each]
            keeper("put_bucket_policy", Policy=json.dumps(policy))
        found = check_exchange(exchange, ENTITY, unit, "device-a", "unit-b")
        bad = {one.code.removeprefix("exchange.") for one in found if not one.good}
        expected = {"no_marker", "no_deletion", "others_shut"} if lacking == "everything" else {lacking} - {""}
        assert bad == expected
        assert len(found) == 6
        assert at.keeper.get(hint) == before
        assert at.pedro.pull().problems == ()


def test_the_check_refuses_what_keeps_no_versions(server: SeaweedServer, tmp_path: Path) -> None:
    keeper = Attacker(server, "practica")
    keeper.client.create_bucket(Bucket="plain")
    access, secret = server.keys["practica"]
    plain = open_storage("s3://plain", s3=S3Settings(server.endpoint, access, secret))
    for store in (plain, open_storage(f"folder:{tmp_path / 'x'}", create=True)):
        with pytest.raises(OfficeError, match=r"exchange\.unversioned"):
            check_exchange(store, ENTITY, "unit-a", "device-a", "unit-b")
        store.close()
