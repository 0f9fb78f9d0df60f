"""The root in a bucket: the suite of all roots, zombies, hidden and overwritten keys, sealing; on a real SeaweedFS."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.archive.inventory import object_folder
from desktop.archive.reading import read_file
from desktop.archive.roots import Root, open_root
from desktop.archive.s3_root import S3Root
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, S3Settings
from tests.conformance.archive_root import FIRST, NOW, ONE, TWO, USER, ArchiveRootConformance, Died, Place, write
from tests.judges.verdicts import judge_ocfl_root

Stores = Callable[[], LockingStore]


class Mortal:
    """A client whose every call fails once it has died: what the server sees of a killed writer."""

    def __init__(self, store: LockingStore) -> None:
        self._store = store
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        if self.dead:
            raise Died
        return getattr(self._store, name)


class S3Place:
    """A root under a prefix."""

    steps = ("leased", "first put", "version put", "committed", "sidecar put")

    def __init__(self, stores: Stores) -> None:
        self._store = stores()

    def open(self, *, create: bool = False, die_at: str = "", later: timedelta = timedelta(0)) -> S3Root:
        """Dies by losing its connection; a real kill is tested apart."""
        store: Any = Mortal(self._store)

        def fault(step: str) -> None:
            if step == die_at:
                store.dead = True
                raise Died

        return S3Root(store, create=create, fault=fault, clock=lambda: datetime.now(UTC) + later)


@pytest.fixture
def place(s3_stores: Stores) -> S3Place:
    return S3Place(s3_stores)


class TestS3Root(ArchiveRootConformance):
    """SeaweedFS."""

    @pytest.fixture
    def place(self, s3_stores: Stores) -> Place:
        return S3Place(s3_stores)

    @pytest.fixture
    def tree(self, tree: Callable[[], Path]) -> Callable[[], Path]:
        return tree

    @pytest.fixture
    def damage(self, s3_store: LockingStore) -> Callable[[str, bytes], None]:
        return lambda path, data: s3_store.put(f"root/{path}", data)


def test_a_killed_writer_blocks_only_until_its_lease_expires(
    s3_url: str, s3_settings: S3Settings, place: S3Place, tree: Callable[[], Path]
) -> None:
    write(place.open(create=True))
    program = (
        "import os, signal, sys\n"
        "from desktop.archive.roots import open_root\n"
        "from desktop.archive.inventory import User\n"
        "from desktop.storage import S3Settings\n"
        "from datetime import UTC, datetime\n"
        "def fault(step):\n"
        "    if step == 'version put': os.kill(os.getpid(), signal.SIGKILL)\n"
        "url, one, *rest = sys.argv[1:]\n"
        "root = open_root(url, s3=S3Settings(*rest), fault=fault)\n"
        "root.write_version(one, {'killed': b'1'}, base='v1', message='m', user=User('u', 'urn:u'),"
        " now=datetime.now(UTC))\n"
    )
    settings = [s3_settings.endpoint, s3_settings.access_key, s3_settings.secret_key]
    done = subprocess.run([sys.executable, "-c", program, s3_url, ONE, *settings], check=False, timeout=60)
    assert done.returncode == -9
    with pytest.raises(OfficeError) as caught:
        write(place.open(), files={"x": b"1"}, base="v1")
    assert caught.value.code == "archive.busy"
    assert place.open().repair().objects == ()  # not ours to touch yet
    later = place.open(later=timedelta(hours=1))
    assert later.repair().objects == (object_folder(ONE),)
    assert write(later, files={"x": b"1"}, base="v1") == "v2"
    judged = judge_ocfl_root(tree())
    assert judged.valid, judged.messages


@pytest.mark.parametrize("step", ["leased", "first put", "version put"])
def test_a_zombie_is_refused_or_harmless(
    place: S3Place, s3_stores: Stores, tree: Callable[[], Path], step: str
) -> None:
    """A writer is paused, its lease is taken over, another commits, then it goes on."""
    write(place.open(create=True))

    def meanwhile(name: str) -> None:
        if name == step:
            write(place.open(later=timedelta(hours=1)), files={"METS.xml": b"winner", "w": b"1"}, base="v1")

    zombie = S3Root(s3_stores(), fault=meanwhile)
    with pytest.raises(OfficeError) as caught:
        write(zombie, files={"METS.xml": b"zombie", "z": b"2"}, base="v1")
    assert caught.value.code == "archive.conflict"
    root = place.open(later=timedelta(hours=2))
    root.repair()
    assert read_file(root, ONE, "METS.xml") == b"winner"
    judged = judge_ocfl_root(tree())
    assert judged.valid, judged.messages


def test_what_somebody_hid_is_put_back(place: S3Place, s3_store: LockingStore, tree: Callable[[], Path]) -> None:
    root = place.open(create=True)
    write(root)
    folder = object_folder(ONE)
    hidden = ("v1/content/METS.xml", "v1/inventory.json", "0=ocfl_object_1.1", "inventory.json.sha512")
    for path in hidden:
        s3_store.hide(f"root/{folder}/{path}")
    assert root.repair().objects == (folder,)
    assert read_file(root, ONE, "METS.xml") == FIRST["METS.xml"]
    judged = judge_ocfl_root(tree())
    assert judged.valid, judged.messages


@pytest.mark.parametrize("how", ["hidden", "overwritten"])
def test_a_commit_that_somebody_hid_or_wrote_over_is_put_back(
    place: S3Place, s3_store: LockingStore, tree: Callable[[], Path], how: str
) -> None:
    """The root inventory is the commit: without it nothing else of the object may be taken for a leftover."""
    root = place.open(create=True)
    write(root)
    write(root, files={"x": b"2"}, base="v1")
    key = f"root/{object_folder(ONE)}/inventory.json"
    if how == "hidden":
        s3_store.hide(key)
    else:
        s3_store.put(key, b'{"half": ')
    assert place.open().repair().objects == (object_folder(ONE),)
    inventory = place.open().inventory(ONE)
    assert inventory is not None
    assert inventory.head == "v2"
    assert read_file(root, ONE, "METS.xml") == FIRST["METS.xml"]
    judged = judge_ocfl_root(tree())
    assert judged.valid, judged.messages


def test_leftovers_are_hidden_and_not_destroyed(place: S3Place, s3_store: LockingStore) -> None:
    root = place.open(create=True)
    write(root)
    key = f"root/{object_folder(ONE)}/v1/content/extra.txt"
    s3_store.put(key, b"put here by hand")
    assert root.repair().leftovers == 1
    assert s3_store.head(key) is None
    kept = [version for version in s3_store.versions(key) if not version.marker]
    assert s3_store.get_version(key, kept[0].version) == b"put here by hand"


class TestSealing:
    """COMPLIANCE retention: after the quarantine, on exactly what the inventory names, extended and never shortened."""

    TERM, QUARANTINE = timedelta(minutes=2), timedelta(days=7)

    def test_not_before_the_quarantine(self, place: S3Place, s3_store: LockingStore) -> None:
        root = place.open(create=True)
        write(root)
        assert root.seal(NOW + timedelta(days=6), quarantine=self.QUARANTINE, term=self.TERM).locked == 0
        assert self._locked(s3_store) == set()

    def test_exactly_what_the_inventory_names(self, place: S3Place, s3_store: LockingStore) -> None:
        root = place.open(create=True)
        write(root)
        now = datetime.now(UTC)
        inventory = root.inventory(ONE)
        assert inventory is not None
        s3_store.put(f"root/{object_folder(ONE)}/v1/content/extra.txt", b"not named")
        sealed = root.seal(now, quarantine=self.QUARANTINE, term=self.TERM)
        assert (sealed.objects, sealed.locked, sealed.refused) == (1, len(inventory.named_paths()), ())
        start = f"root/{object_folder(ONE)}/"
        assert self._locked(s3_store) == {start + path for path in inventory.named_paths()}
        entry = s3_store.head(f"{start}v1/content/METS.xml")
        assert entry is not None
        assert not s3_store.purge_version(entry.key, entry.version)

    def test_a_second_run_extends_only_what_needs_it(self, place: S3Place, s3_store: LockingStore) -> None:
        root = place.open(create=True)
        write(root)
        now = datetime.now(UTC)
        first = root.seal(now, quarantine=self.QUARANTINE, term=self.TERM)
        again = root.seal(now, quarantine=self.QUARANTINE, term=self.TERM, renew_within=timedelta(minutes=1))
        assert (first.locked > 0, again.locked) == (True, 0)
        key = f"root/{object_folder(ONE)}/v1/content/METS.xml"
        before = s3_store.retained_until(key)
        assert root.seal(now + timedelta(minutes=2), quarantine=self.QUARANTINE, term=self.TERM).locked == first.locked
        after = s3_store.retained_until(key)
        assert before is not None
        assert after is not None
        assert after - before >= timedelta(minutes=2) - timedelta(seconds=1)

    def test_a_young_version_of_an_old_object_waits(self, place: S3Place, s3_store: LockingStore) -> None:
        root = place.open(create=True)
        write(root)
        now = datetime.now(UTC)
        root.write_version(ONE, {"n": b"young"}, base="v1", message="m", user=USER, now=now)
        root.seal(now, quarantine=self.QUARANTINE, term=self.TERM)
        names = {key.removeprefix(f"root/{object_folder(ONE)}/") for key in self._locked(s3_store)}
        assert "v1/content/METS.xml" in names
        assert not {name for name in names if name.startswith("v2/")}
        assert "inventory.json" not in names

    def test_overwritten_bytes_are_never_locked(self, place: S3Place, s3_store: LockingStore) -> None:
        root = place.open(create=True)
        write(root)
        key = f"root/{object_folder(ONE)}/v1/content/METS.xml"
        s3_store.put(key, b"forged")
        sealed = root.seal(datetime.now(UTC), quarantine=self.QUARANTINE, term=self.TERM)
        assert sealed.refused == (key,)
        assert key not in self._locked(s3_store)

    def test_a_damaged_inventory_stops_no_other_object(self, place: S3Place, s3_store: LockingStore) -> None:
        root = place.open(create=True)
        write(root)
        write(root, TWO)
        key = f"root/{object_folder(ONE)}/inventory.json"
        s3_store.put(key, b"{")
        sealed = root.seal(datetime.now(UTC), quarantine=self.QUARANTINE, term=self.TERM)
        assert sealed.refused == (key,)
        assert any(name.startswith(f"root/{object_folder(TWO)}/") for name in self._locked(s3_store))

    @staticmethod
    def _locked(store: LockingStore) -> set[str]:
        return {entry.key for entry in store.list("root/") if store.retained_until(entry.key) is not None}


def test_opening_by_address(s3_url: str, s3_settings: S3Settings) -> None:
    with pytest.raises(OfficeError) as caught:
        open_root(s3_url, s3=s3_settings)
    assert caught.value.code == "archive.not_a_root"
    root: Root = open_root(s3_url, s3=s3_settings, create=True)
    assert root.url == s3_url
    assert list(root.object_folders()) == []
    root.close()


def test_a_prefix_that_holds_something_else_is_not_taken(place: S3Place, s3_store: LockingStore) -> None:
    s3_store.put("root/holiday.jpg", b"")
    with pytest.raises(OfficeError) as caught:
        place.open(create=True)
    assert caught.value.code == "archive.not_empty"


@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_who_remembers_what_is_written_is_told_before_the_commit_and_may_forbid_it(
    kind: str, tmp_path: Path, s3_url: str, s3_settings: S3Settings
) -> None:
    url = f"folder:{tmp_path / 'archivo'}" if kind == "folder" else s3_url
    open_root(url, s3=s3_settings, create=True).close()
    told: list[tuple[str, bool]] = []

    def writing(name: str) -> None:
        told.append((name, root.inventory(name) is None))
        if len(told) == 1:
            raise OfficeError("store.disk_full", path="x")

    root = open_root(url, s3=s3_settings, writing=writing)
    with pytest.raises(OfficeError, match="disk_full"):
        root.write_version(ONE, {"a": b"1"}, base=None, message="m", user=USER, now=NOW)
    assert root.inventory(ONE) is None
    root.write_version(ONE, {"a": b"1"}, base=None, message="m", user=USER, now=NOW)
    assert told == [(ONE, True), (ONE, True)]
    root.close()
