"""Backups in a bucket, on a real SeaweedFS: keys from the vault, apart from the exchange, whole or not there, nothing deleted, put back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage import x25519

from desktop.cli.application import run
from desktop.operations import backup, copies, second_place, synchronise
from desktop.operations.copies import CopyState
from desktop.operations.desk import Desk
from desktop.operations.restore import restore
from desktop.operations.settings import S3Access, load_settings, save_settings
from desktop.practice.seaweed import SeaweedServer
from desktop.records.errors import OfficeError
from desktop.storage import S3Settings, open_storage
from desktop.storage.protocol import ObjectStore
from desktop.sync.backup_place import chunk_key, list_backups, open_list, read_list_key
from desktop.sync.directory import publish
from desktop.sync.secrets import choose_secrets
from desktop.words import words
from tests.desktop.operations.copied_house import House, act, close
from tests.desktop.operations.test_backup import furnish
from tests.desktop.operations.test_restore import Ring, lose
from tests.desktop.sync.exchanges import Counting, Killed
from tests.fixtures.office import refused


@pytest.fixture
def access(seaweed: SeaweedServer) -> S3Access:
    return S3Access(seaweed.endpoint, seaweed.access_key, seaweed.secret_key)


@pytest.fixture
def recovery(house: House) -> Callable[[], str]:
    identity = x25519.Identity.generate()
    house.directory = replace(house.directory, number=2, recovery=(str(identity.to_public()),))
    publish(house.exchange, house.directory, house.admin)
    return lambda: f"{identity}\n"


def in_bucket(desk: Desk, url: str, access: S3Access) -> None:
    """As if the exchange lay there."""
    save_settings(desk.home, replace(load_settings(desk.home), exchange=url, s3=access))


def test_daily_by_the_keys_in_the_vault_and_nowhere_else(
    house: House, s3_url: str, s3_store: ObjectStore, access: S3Access, recovery: Callable[[], str]
) -> None:
    desk = furnish(house)
    with refused("backup.needs_s3"):
        second_place.keep_at(desk, s3_url)
    second_place.keep_at(desk, s3_url, access)
    assert access.secret_key in choose_secrets(desk.home, desk.key.id).get(second_place.S3_SECRET)
    assert synchronise.synchronise(desk).problems == ()
    assert [each.number for each in list_backups(s3_store)] == [1]
    synchronise.synchronise(desk)
    assert [each.number for each in list_backups(s3_store)] == [1]
    house.now += timedelta(hours=21)
    synchronise.synchronise(desk)
    assert [each.number for each in list_backups(s3_store)] == [1, 2]
    assert backup.status(desk).place == s3_url
    secret = access.secret_key.encode()
    files = [path for path in desk.home.rglob("*") if path.is_file() and path.parent.name != "keys"]
    assert not [path for path in files if secret in path.read_bytes()]
    assert not [entry.key for entry in s3_store.list("") if secret in s3_store.get(entry.key)]
    choose_secrets(desk.home, desk.key.id).forget(second_place.S3_SECRET)
    house.now += timedelta(hours=21)
    failed = synchronise.synchronise(desk).problems
    assert [facts["code"] for code, facts in failed if code == "backup.failed"] == ["backup.needs_s3"]


def test_the_keys_lie_in_the_keyring_where_there_is_one(
    house: House, s3_url: str, s3_store: ObjectStore, access: S3Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, ring = furnish(house), Ring()
    for path in (desk.home / "keys").iterdir():
        path.unlink()
    (desk.home / "keys").rmdir()
    for room in ("device", "secrets"):
        monkeypatch.setattr(f"desktop.sync.{room}.system_keyring", lambda: ring)
    second_place.keep_at(desk, s3_url, access)
    backup.backup(desk, second_place.open_place(desk))
    assert len(list(list_backups(s3_store))) == 1
    assert any(access.secret_key in text for text in ring.kept.values())
    assert not (desk.home / "keys").exists()


def test_the_exchange_s_own_bucket_is_refused_inside_it_and_told_beside_it(
    house: House, s3_url: str, access: S3Access, s3_store: ObjectStore
) -> None:
    desk = furnish(house)
    in_bucket(desk, f"{s3_url}/intercambio", access)
    port = access.endpoint.rpartition(":")[2]
    written = replace(access, endpoint=f"HTTP://localhost:{port}/", access_key="otra", secret_key="otra")
    for url in (f"{s3_url}/intercambio", f"{s3_url}/intercambio/", f"{s3_url}/intercambio/copias"):
        for keys in (access, written):
            with refused("backup.same_place"):
                second_place.keep_at(desk, url, keys)
    second_place.keep_at(desk, f"{s3_url}/intercambio-copias", access)
    done = backup.backup(desk, second_place.open_place(desk))
    assert "backup.same_bucket" in [code for code, _ in done.problems]
    assert len(list(list_backups(s3_store, "intercambio-copias/backups/"))) == 0  # the prefix is the place's own
    assert len(list(list_backups(second_place.open_place(desk)))) == 1
    in_bucket(desk, s3_url.rpartition("/")[0], access)  # the whole bucket is the exchange
    with refused("backup.same_place"):
        backup.backup(desk, second_place.open_place(desk))
    elsewhere = replace(access, endpoint="https://otro.gob.bo")
    in_bucket(desk, f"{s3_url}/intercambio-copias", elsewhere)  # the same names at another server
    assert "backup.same_bucket" not in [code for code, _ in backup.backup(desk, second_place.open_place(desk)).problems]


def test_a_folder_inside_the_exchange_is_no_second_place(house: House) -> None:
    desk = furnish(house)
    with refused("backup.same_place"):
        second_place.keep_at(desk, f"{house.exchange.url}/copias")


# -- a bucket where nothing may be deleted


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedServer]:
    """A server with credentials that may write, read and list, and delete nothing."""
    import boto3
    from botocore.config import Config

    with SeaweedServer(tmp_path_factory.mktemp("guarded"), identities=("copias",)) as server:
        config = Config(s3={"addressing_style": "path"})
        client: Any = boto3.client(
            "s3", endpoint_url=server.endpoint, aws_access_key_id=server.access_key,
            aws_secret_access_key=server.secret_key, region_name=server.region, config=config,
        )  # fmt: skip
        who, here = server.arn("copias"), f"arn:aws:s3:::{server.bucket}"
        rows = [
            {"Effect": "Allow", "Principal": {"AWS": who}, "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"{here}/*"},
            {"Effect": "Allow", "Principal": {"AWS": who}, "Action": ["s3:ListBucket"], "Resource": here},
            {"Effect": "Deny", "Principal": {"AWS": who}, "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"], "Resource": f"{here}/*"},
        ]  # fmt: skip
        client.put_bucket_policy(Bucket=server.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": rows}))
        yield server


def test_where_deleting_is_denied_all_backups_stay_and_it_is_told(house: House, guarded: SeaweedServer) -> None:
    desk = furnish(house)
    key, secret = guarded.keys["copias"]
    second_place.keep_at(desk, f"{guarded.url}/guardadas", S3Access(guarded.endpoint, key, secret))
    place = second_place.open_place(desk)
    for n in range(13):
        done = backup.backup(desk, place)
        house.now += timedelta(days=8)
        desk.store.set_setting("x", str(n))
    assert done.removed == 0
    told = [facts["count"] for code, facts in done.problems if code == "backup.keeps_all"]
    kept = backup.kept_of(list(list_backups(place)))
    assert told == [13 - len(kept)]
    assert told[0] > 0
    assert sorted(each.number for each in list_backups(place)) == list(range(1, 14))
    for each in list_backups(place):  # and every one still opens whole
        manifest, own = open_list(place.get(each.key), each, desk.key.age_identity)
        for file in manifest.files:
            for digest in file.chunks:
                assert place.head(chunk_key(each.entity, each.device, own, digest)) is not None


def test_a_folder_where_deleting_is_denied_keeps_all_and_it_is_told(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = furnish(house)
    place = open_storage(f"folder:{tmp_path / 'second'}", create=True)

    unlink = Path.unlink

    def denied(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".age":  # a finished list
            raise PermissionError(str(path))
        unlink(path, missing_ok=missing_ok)

    for n in range(13):
        with monkeypatch.context() as patched:
            patched.setattr(Path, "unlink", denied)
            done = backup.backup(desk, place)
        house.now += timedelta(days=8)
        desk.store.set_setting("x", str(n))
    assert "backup.keeps_all" in [code for code, _ in done.problems]
    assert len(list(list_backups(place))) == 13
    whole(desk, place)
    done = backup.backup(desk, place)  # and where it may be done again, they go
    assert done.removed > 0
    assert "backup.keeps_all" not in [code for code, _ in done.problems]
    whole(desk, place)


# -- answers that are lost, and a PC that dies


class Deaf(Counting):
    """From the ``at``-th writing on the object is there, and the answer to it is lost."""

    def __init__(self, inner: ObjectStore, at: int) -> None:
        super().__init__(inner)
        self._left = at

    def put_if_absent(self, key: str, data: bytes) -> bool:
        done = super().put_if_absent(key, data)
        if self._left == 0:
            raise OfficeError("storage.unreachable", url=self.url, reason="answer lost")
        self._left -= 1
        return done


class DeafToList(Counting):
    """The answer to the list is lost."""

    def put_if_absent(self, key: str, data: bytes) -> bool:
        done = super().put_if_absent(key, data)
        if read_list_key(key) is not None:
            raise OfficeError("storage.unreachable", url=self.url, reason="answer lost")
        return done


def writes(desk: Desk, place: ObjectStore) -> int:
    counted = Counting(place)
    backup.backup(desk, counted)
    return sum(name == "put_if_absent" for name, _ in counted.calls)


def test_answers_that_are_lost_cost_nothing_but_the_backup_of_now(
    house: House, s3_store: ObjectStore, s3_stores: Callable[[], ObjectStore], tmp_path: Path
) -> None:
    desk = furnish(house)
    count = writes(desk, open_storage(f"folder:{tmp_path / 'count'}", create=True))
    assert count > 5
    for at in (0, count // 2):
        with refused("storage.unreachable"):
            backup.backup(desk, Deaf(s3_store, at))
        assert list(list_backups(s3_store)) == []
    with refused("storage.unreachable"):  # the answer to the list itself, which is there and whole
        backup.backup(desk, DeafToList(s3_store))
    assert [each.number for each in list_backups(s3_store)] == [1]
    house.now += timedelta(minutes=1)
    done = backup.backup(desk, s3_stores())
    assert sorted(each.number for each in list_backups(s3_store)) == [1, 2]
    assert done.sent <= 2  # the database, and nothing that lies there already
    whole(desk, s3_store)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_backup_that_dies_on_the_way_is_none_and_the_next_goes_on(
    house: House, s3_store: ObjectStore, tmp_path: Path, part: float
) -> None:
    desk = furnish(house)
    counted = Counting(open_storage(f"folder:{tmp_path / 'count'}", create=True))
    backup.backup(desk, counted)
    die_at = 1 + int(part * (len([one for one in counted.calls if one[0] == "put_if_absent"]) - 1))
    with pytest.raises(Killed):
        backup.backup(desk, Counting(s3_store, die_at=die_at))
    assert list(list_backups(s3_store)) == []
    there = len(list(s3_store.list("backups/")))
    assert there == die_at - 1
    backup.backup(desk, s3_store)
    assert [each.number for each in list_backups(s3_store)] == [1]
    whole(desk, s3_store)


def whole(desk: Desk, place: ObjectStore) -> None:
    """Every backup that is listed has all its chunks."""
    for each in list_backups(place):
        manifest, own = open_list(place.get(each.key), each, desk.key.age_identity)
        keys = {chunk_key(each.entity, each.device, own, one) for file in manifest.files for one in file.chunks}
        assert keys <= {entry.key for entry in place.list("backups/")}


# -- putting back


def test_the_rehearsal_from_a_bucket_with_the_keyring_emptied(
    house: House, s3_url: str, access: S3Access, s3_settings: S3Settings, recovery: Callable[[], str]
) -> None:
    desk = furnish(house)
    second_place.keep_at(desk, s3_url, access)
    assert synchronise.synchronise(desk).problems == ()
    act(desk, "doc-after")
    synchronise.synchronise(desk)
    lose(house)
    place, home = open_storage(s3_url, s3=s3_settings), house.folder / "home"
    with refused("restore.needs_recovery"):
        restore(home, place, backend=Ring())
    assert not home.exists()
    with refused("restore.not_for_key"):
        restore(home, place, backend=Ring(), identity=lambda: str(x25519.Identity.generate()))
    found = restore(home, place, identity=recovery)
    new = house.desk("home")
    assert (found.device, copies.state(new)) == (desk.key.id, CopyState.RESTORED)
    assert new.store.draft("doc-9") is not None
    synchronise.synchronise(new)
    assert copies.state(new) is CopyState.NONE
    assert new.store.document("doc-after").subject == "Asunto doc-after"
    act(new, "doc-new")
    house.now += timedelta(hours=21)
    assert synchronise.synchronise(new).problems == ()  # the keys of the bucket came back with it
    assert [each.number for each in list_backups(place)] == [1, 2]
    house.require_one_line()


def test_by_commands_and_with_wrong_keys(
    house: House,
    s3_url: str,
    access: S3Access,
    tmp_path: Path,
    recovery: Callable[[], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = furnish(house)
    synchronise.synchronise(desk)
    close(desk)
    keys, bad, safe = tmp_path / "s3.json", tmp_path / "mal.json", tmp_path / "recuperación.txt"
    keys.write_text(json.dumps(asdict(access)), "utf-8")
    bad.write_text(json.dumps({**asdict(access), "secret_key": "equivocada"}), "utf-8")
    safe.write_text(recovery(), "utf-8")
    home = ["--home", str(desk.home)]
    assert run(["desk", "backup", "--to", s3_url, *home]) == 66
    assert words("backup.needs_s3", "es", {"place": s3_url}).what in capsys.readouterr().err
    assert run(["desk", "backup", "--to", s3_url, "--s3", str(keys), *home]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("Copia hecha: ")
    assert access.secret_key not in said.out + said.err
    assert run(["desk", "backup", *home, "--json"]) == 0
    capsys.readouterr()
    lose(house)
    arguments = ["desk", "restore", "--from", s3_url, "--recovery", str(safe), *home]
    assert run([*arguments, "--s3", str(bad)]) == 65
    refusal = capsys.readouterr().err
    assert "equivocada" not in refusal
    assert "Traceback" not in refusal
    assert not desk.home.exists()
    assert run([*arguments, "--s3", str(keys), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["device"] == desk.key.id
