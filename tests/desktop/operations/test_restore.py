"""Putting a desk back: rehearsed on another PC, with the keyring and without, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError
from pyrage import x25519

from desktop.operations import backup, copies, second_place, synchronise
from desktop.operations.copies import CopyState
from desktop.operations.numbers import reserve_number
from desktop.operations.restore import restore
from desktop.operations.settings import load_settings
from desktop.records.errors import OfficeError
from desktop.storage.protocol import ObjectStore
from desktop.store.drafts import Draft
from desktop.store.own_line import COPY
from desktop.sync import backup_place
from desktop.sync.backup_place import (
    Listed,
    Manifest,
    SavedFile,
    chunk_key,
    list_backups,
    open_list,
    seal_chunk,
    seal_list,
)
from desktop.sync.device import DeviceKey, choose_vault
from desktop.sync.directory import publish
from tests.desktop.operations.copied_house import House, act, close
from tests.desktop.operations.test_backup import SECRET_WORDS, furnish
from tests.desktop.sync.exchanges import Counting, Killed
from tests.desktop.sync.office import ENTITY, NOW
from tests.fixtures.office import refused

SERIES = "cite-unit-a-NI"


class Ring(KeyringBackend):
    """A keyring of one session, in memory; handed in, and never found by those who look for the system's."""

    priority = -1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def recovery(house: House) -> Callable[[], str]:
    """The entity's recovery key: its public half in the directory, the secret one in a safe."""
    identity = x25519.Identity.generate()
    house.directory = replace(house.directory, number=2, recovery=(str(identity.to_public()),))
    publish(house.exchange, house.directory, house.admin)
    return lambda: f"{identity}\n"


def lose(house: House, name: str = "home") -> None:
    """The PC is gone, with its key."""
    close(*house.opened)
    shutil.rmtree(house.folder / name)


def test_the_rehearsal(house: House, place: ObjectStore, recovery: Callable[[], str]) -> None:
    """A desk with drafts, numbers and acts; the PC and its keyring lost; put back elsewhere; then the lost PC turns up again."""
    desk = furnish(house)
    other = house.desk("other", house.other_key)
    numbers = [reserve_number(desk, SERIES, 2026, f"doc-{n}") for n in (1, 2)]
    synchronise.synchronise(desk)
    backup.backup(desk, place)
    act(desk, "doc-after")
    synchronise.synchronise(desk)
    act(desk, "doc-unsent")
    close(desk)
    house.copy("home", "stolen")
    lose(house)

    found = restore(house.folder / "new home", place, identity=recovery)
    assert (found.device, found.unit, found.key_in) == (
        desk.key.id,
        "unit-a",
        choose_vault(house.folder / "new home").name,
    )
    new = house.desk("new home", choose_vault(found_home := house.folder / "new home").load(desk.key.id))
    assert new.key == desk.key
    assert copies.state(new) is CopyState.RESTORED
    with refused("desk.copy_must_sync"):
        act(new, "doc-x")
    assert new.store.draft("doc-9") == Draft(
        "doc-9", "informe", "juana", "{}", json.dumps({"t": SECRET_WORDS}), (), (), (), 0, NOW
    )
    assert SECRET_WORDS in (found_home / "drafts" / "doc-9.edits").read_text("utf-8")
    assert (found_home / "templates" / "propia" / "page.typ").read_text("utf-8") == "= Ñ"
    assert load_settings(found_home).exchange == house.exchange.url
    assert new.store.check() == ()
    synchronise.synchronise(new)
    assert numbers == [1, 2]
    assert [block.first for block in new.store.blocks(SERIES, 2026)] == [5]  # 3 and 4 are given up
    assert reserve_number(new, SERIES, 2026, "doc-y") == 5
    act(new, "doc-new")
    synchronise.synchronise(new)
    house.require_one_line()

    old = house.desk("stolen")
    with refused("desk.copy_must_sync"):
        act(old, "doc-z")
    with refused("desk.cloned"):
        synchronise.synchronise(old)
    assert [each.document for each in copies.held_back(old)] == ["doc-unsent"]
    act(new, "doc-more")
    synchronise.synchronise(new)
    house.require_one_line()
    other = house.desk("other", house.other_key)
    synchronise.synchronise(other)
    synchronise.synchronise(new)
    assert {view.id for view in other.store.documents()} == {"doc-1", "doc-after", "doc-new", "doc-more"}
    assert other.store.projection_digest() == new.store.projection_digest()


def test_where_the_keyring_still_has_the_key_nothing_else_is_needed(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    backup.backup(desk, place)
    ring = Ring()
    choose_vault(house.folder / "nowhere", ring).save(desk.key)
    lose(house)
    found = restore(house.folder / "home", place, backend=ring)
    assert found.key_in == "keyring"
    assert not (house.folder / "home" / "keys").exists()


def test_keyring_lost_and_no_recovery_key_is_told_with_the_way_out(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    backup.backup(desk, place)
    lose(house)
    with refused("restore.needs_recovery"):
        restore(house.folder / "home", place, backend=Ring())
    assert not (house.folder / "home").exists()
    again = house.desk("home")  # the exchange alone, with the key that this test still has
    synchronise.synchronise(again)
    assert again.store.draft("doc-9") is None


def test_another_key_opens_nothing(house: House, place: ObjectStore, recovery: Callable[[], str]) -> None:
    backup.backup(furnish(house), place)
    lose(house)
    for text, code in ((str(x25519.Identity.generate()), "restore.not_for_key"), ("hola", "restore.bad_identity")):
        with refused(code):
            restore(house.folder / "home", place, identity=lambda text=text: text)  # type: ignore[misc]
    assert not (house.folder / "home").exists()


def test_secrets_come_back_into_the_vault(house: House, place: ObjectStore, recovery: Callable[[], str]) -> None:
    from desktop.operations.settings import S3Access
    from desktop.sync.secrets import choose_secrets

    desk = furnish(house)
    second_place.keep_at(desk, "s3://copias/a", S3Access("https://s3", "llave", "muy secreto"))
    backup.backup(desk, place)
    lose(house)
    restore(house.folder / "home", place, identity=recovery)
    assert "muy secreto" in choose_secrets(house.folder / "home", desk.key.id).get(second_place.S3_SECRET)
    assert b"muy secreto" not in b"".join(place.get(entry.key) for entry in place.list("backups/"))


def test_a_folder_with_something_in_it_is_never_written_over(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    backup.backup(desk, place)
    before = {path: path.stat().st_mtime_ns for path in desk.home.rglob("*")}
    with refused("restore.not_empty"):
        restore(desk.home, place, identity=lambda: desk.key.age_identity)
    assert before == {path: path.stat().st_mtime_ns for path in desk.home.rglob("*")}


def test_an_earlier_one_by_its_moment_and_of_several_desks_the_named_one(house: House, place: ObjectStore) -> None:
    desk = furnish(house)
    first = backup.backup(desk, place)
    act(desk, "doc-2")
    backup.backup(desk, place)
    other = house.desk("other", house.other_key)
    from desktop.operations.settings import DeskSettings, save_settings

    save_settings(other.home, DeskSettings(ENTITY, "unit-a", other.key.id, house.exchange.url, "x"))
    backup.backup(other, place)
    close(*house.opened)
    with refused("restore.which_device"):
        restore(house.folder / "new", place, identity=lambda: desk.key.age_identity)
    at = first.key.rpartition("/")[2].partition("-")[0]
    with refused("restore.none"):
        restore(house.folder / "new", place, identity=lambda: desk.key.age_identity, device=desk.key.id, at="1999")
    restore(house.folder / "new", place, identity=lambda: desk.key.age_identity, device=desk.key.id, at=at)
    again = house.desk("new")
    assert [view.id for view in again.store.documents()] == ["doc-1"]


# --- damage and forgery --------------------------------------------------------------------------------------------
def _each_object(place: ObjectStore) -> list[str]:
    return [entry.key for entry in place.list("backups/")]


def test_whichever_object_is_damaged_or_gone_nothing_comes_back(
    house: House, place: ObjectStore, tmp_path: Path, recovery: Callable[[], str]
) -> None:
    backup.backup(furnish(house), place)
    lose(house)
    for key in _each_object(place):
        path = tmp_path / "second" / key
        whole = path.read_bytes()
        for bad in (b"", whole[:-1], whole[:-20] + bytes(20), None):
            path.unlink()
            if bad is not None:
                path.write_bytes(bad)
            with pytest.raises(OfficeError) as caught:
                restore(house.folder / "home", place, identity=recovery)
            assert caught.value.code in {"restore.damaged", "restore.none"}, key
            assert not (house.folder / "home").exists()
            path.write_bytes(whole)
    restore(house.folder / "home", place, identity=recovery)
    assert [path.name for path in house.folder.glob(".*")] == []


def test_chunks_put_in_each_others_place_are_noticed(
    house: House, place: ObjectStore, tmp_path: Path, recovery: Callable[[], str]
) -> None:
    backup.backup(furnish(house), place)
    lose(house)
    one, two = (tmp_path / "second" / key for key in [key for key in _each_object(place) if "/bytes/" in key][:2])
    data = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(data)
    with refused("restore.damaged"):
        restore(house.folder / "home", place, identity=recovery)


def _forged(
    house: House,
    place: ObjectStore,
    key: DeviceKey,
    files: dict[str, bytes],
    recovery: Callable[[], str],
    number: int = 9,
) -> None:
    """What somebody who may write in the place, and knows every public key, can put there."""
    listed = Listed(ENTITY, key.id, number, "20270101T000000Z")
    saved = []
    for name, data in files.items():
        digest = __import__("hashlib").sha256(data).hexdigest()
        place.put_if_absent(chunk_key(ENTITY, key.id, key, digest), seal_chunk(data, key))
        saved.append(SavedFile(name, len(data), (digest,)))
    manifest = Manifest(listed, "unit-a", key.to_secret(), {}, tuple(saved))
    readers = [str(x25519.Identity.from_str(recovery().strip()).to_public()), house.key.public()[1]]
    place.put_if_absent(listed.key, seal_list(manifest, key, readers))


def test_a_forged_backup_is_no_desk_of_the_entity(
    house: House, place: ObjectStore, recovery: Callable[[], str]
) -> None:
    desk = furnish(house)
    backup.backup(desk, place)
    manifest, _ = open_list(place.get(max(list_backups(place)).key), max(list_backups(place)), desk.key.age_identity)
    whole = {
        file.name: b"".join(
            backup_place.open_chunk(place.get(chunk_key(ENTITY, desk.key.id, desk.key, each)), each, desk.key)
            for each in file.chunks
        )
        for file in manifest.files
        if len(file.chunks) == 1
    }
    thief = replace(DeviceKey.generate(desk.key.id), id=desk.key.id)
    _forged(house, place, thief, whole, recovery)
    ring = Ring()
    choose_vault(house.folder / "nowhere", ring).save(desk.key)
    lose(house)
    with refused("restore.foreign"):  # the keyring knows better
        restore(house.folder / "home", place, backend=ring)
    with refused("restore.foreign"):  # and so does whoever has the invitation
        restore(house.folder / "home", place, identity=recovery, admin_key=house.pins.admin_key)
    restore(house.folder / "home", place, identity=recovery)  # without either nobody can tell: said in backup.md
    assert choose_vault(house.folder / "home").load(thief.id) == thief


def test_the_invitation_knows_the_true_one(house: House, place: ObjectStore, recovery: Callable[[], str]) -> None:
    desk = furnish(house)
    backup.backup(desk, place)
    lose(house)
    restore(house.folder / "home", place, identity=recovery, admin_key=house.pins.admin_key)


@pytest.mark.parametrize(
    "name", ["../fuera", "/etc/x", "a/../../x", "C:x", "a\\..\\x", ".ssh/x", "keys/x.key", "numbers.mark"]
)
def test_a_name_that_leads_out_of_the_home_is_refused(
    house: House, place: ObjectStore, recovery: Callable[[], str], name: str
) -> None:
    _forged(house, place, house.key, {name: b"x"}, recovery)
    with refused("restore.damaged"):
        restore(house.folder / "sub" / "home", place, identity=recovery)
    assert not (house.folder / "fuera").exists()
    assert list((house.folder / "sub").iterdir()) == []


def test_a_list_of_a_newer_program_is_told(house: House, place: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = furnish(house)
    monkeypatch.setattr(backup_place, "FORMAT", 2)
    backup.backup(desk, place)
    monkeypatch.undo()
    with refused("restore.newer"):
        restore(house.folder / "new", place, identity=lambda: desk.key.age_identity)


@pytest.mark.parametrize("die_at", range(0, 12, 3))
def test_a_restoring_that_dies_leaves_no_home_and_can_be_done_again(
    house: House, place: ObjectStore, recovery: Callable[[], str], die_at: int
) -> None:
    backup.backup(furnish(house), place)
    lose(house)
    with pytest.raises(Killed):
        restore(house.folder / "home", Counting(place, die_at=die_at), identity=recovery)
    assert not (house.folder / "home").exists()
    restore(house.folder / "home", place, identity=recovery)


def test_what_comes_back_says_of_itself_that_it_is_a_copy(
    house: House, place: ObjectStore, recovery: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the file system tells no file from another."""
    monkeypatch.setattr("desktop.store.desk.file_identity", lambda _path: "same")
    backup.backup(furnish(house), place)
    lose(house)
    restore(house.folder / "home", place, identity=recovery)
    assert house.desk("home").store.setting(COPY) == "restored"
