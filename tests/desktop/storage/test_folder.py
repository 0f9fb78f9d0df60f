"""The folder store: the suite of all stores, and what only a folder can do wrong."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore, open_storage
from desktop.storage.folder import FolderStore
from tests.conformance.object_store import ObjectStoreConformance


class TestFolder(ObjectStoreConformance):
    """A folder with hard links."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> ObjectStore:
        return open_storage(f"folder:{tmp_path / 'exchange'}", create=True)


class TestFolderWithoutLinks(ObjectStoreConformance):
    """A share or a stick on which hard links cannot be made."""

    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(os, "link", refuse)
        return open_storage(f"folder:{tmp_path / 'stick'}", create=True)


def test_a_missing_folder_is_unreachable_and_is_not_made(tmp_path: Path) -> None:
    store = open_storage(f"folder:{tmp_path / 'unplugged'}")
    for call in (
        lambda: store.get("a"),
        lambda: store.put("a/b", b""),
        lambda: store.put_if_absent("a/b", b""),
        lambda: list(store.list("")),
        lambda: store.head("a"),
        lambda: store.put_if_match("a/b", b"", "t"),
    ):
        with pytest.raises(OfficeError) as caught:
            call()
        assert caught.value.code == "storage.unreachable"
    assert not (tmp_path / "unplugged").exists()


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """The limit on file size gives EFBIG where a full disk gives ENOSPC; in a child, since limits only fall."""
    store = open_storage(f"folder:{tmp_path / 'x'}", create=True)
    store.put("hint", b"old")
    program = (
        "import resource, sys\n"
        "from desktop.records.errors import OfficeError\n"
        "from desktop.storage import open_storage\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "store = open_storage('folder:' + sys.argv[1])\n"
        "for put in (store.put_if_absent, store.put):\n"
        "    try: put('new/big' if put == store.put_if_absent else 'hint', b'x' * 10000)\n"
        "    except OfficeError as error: print(error.code, error.on_disk)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["storage.disk_full", "unchanged"] * 2, done.stderr
    assert store.get("hint") == b"old"
    assert [p.name for p in (tmp_path / "x").rglob("*") if p.is_file()] == ["hint"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 4096


def test_a_writer_killed_while_writing_leaves_nothing_that_is_listed(tmp_path: Path) -> None:
    store = open_storage(f"folder:{tmp_path / 'x'}", create=True)
    program = (
        "import os, signal, sys\n"
        "from desktop.storage import open_storage\n"
        "store = open_storage('folder:' + sys.argv[1])\n"
        "os.link = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.put_if_absent('a/b', b'x' * 100)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "x")], timeout=60)
    assert done.returncode == -9
    assert list(store.list("")) == []
    assert store.put_if_absent("a/b", b"again")


def test_the_claim_of_a_dead_writer_is_taken_over(tmp_path: Path) -> None:
    root = tmp_path / "x"
    store = open_storage(f"folder:{root}", create=True)
    program = (
        "import os, signal, sys\n"
        "from desktop.storage import folder, open_storage\n"
        "store = open_storage('folder:' + sys.argv[1])\n"
        "folder._replace = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.put('hint', b'1')\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(root)], timeout=60).returncode == -9
    claims = list(root.glob(".claim-*"))
    assert len(claims) == 1
    old = time.time() - 3600
    os.utime(claims[0], (old, old))
    store.put("hint", b"2")
    assert store.get("hint") == b"2"
    assert not list(root.glob(".*"))


def test_the_claim_of_a_writer_that_just_died_is_outlasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was killed in a put and starts again at once waits for his own claim, and is not told that somebody holds it."""
    from desktop.storage import folder

    slack = folder._WAIT - folder._STALE_CLAIM
    monkeypatch.setattr(folder, "_STALE_CLAIM", 0.5)
    monkeypatch.setattr(folder, "_WAIT", 0.5 + slack)
    store = open_storage(f"folder:{tmp_path}")
    (tmp_path / f".claim-{hashlib.sha256(b'hint').hexdigest()[:32]}").touch()
    store.put("hint", b"2")
    assert store.get("hint") == b"2"


def test_a_held_claim_is_waited_for_and_then_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.storage.folder._WAIT", 0.05)
    store = open_storage(f"folder:{tmp_path}")
    store.put("hint", b"1")
    (tmp_path / f".claim-{hashlib.sha256(b'hint').hexdigest()[:32]}").touch()
    with pytest.raises(OfficeError) as caught:
        store.put("hint", b"2")
    assert (caught.value.code, caught.value.on_disk) == ("storage.busy", "unchanged")
    assert store.get("hint") == b"1"


def test_links_are_neither_listed_nor_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"of this PC")
    root = tmp_path / "x"
    store = open_storage(f"folder:{root}", create=True)
    (root / "inviting").symlink_to(tmp_path / "secret")
    (root / "folder").symlink_to(tmp_path)
    assert list(store.list("")) == []
    with pytest.raises(OfficeError) as caught:
        store.get("inviting")
    assert caught.value.code == "storage.not_found"
    assert not store.put_if_absent("inviting", b"x")


def test_denied_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the error the system gives: tests may run as root, whom no permission stops."""
    store = open_storage(f"folder:{tmp_path}")

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr("desktop.storage.folder._write_temporary", refuse)
    with pytest.raises(OfficeError) as caught:
        store.put_if_absent("a", b"")
    assert (caught.value.code, caught.value.on_disk) == ("storage.denied", "unchanged")


@pytest.mark.parametrize("url", ["", "folder:", "ftp://x", "s3://", "s3:bucket", "/path"])
def test_bad_addresses(url: str) -> None:
    with pytest.raises(OfficeError) as caught:
        open_storage(url)
    assert caught.value.code == "storage.bad_url"


def test_boto3_is_not_imported_for_a_folder(tmp_path: Path) -> None:
    program = (
        "import sys; from desktop.storage import open_storage; open_storage('folder:' + sys.argv[1]);"
        "open_storage('s3://bucket'); sys.exit('boto3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=60).returncode == 0


def test_a_share_that_goes_while_it_is_listed_is_no_shorter_listing(tmp_path: Path) -> None:
    root = tmp_path / "share"
    store = open_storage(f"folder:{root}", create=True)
    for key in ("a/1", "b/1", "c/1"):
        store.put_if_absent(key, b"x")
    found = store.list("")
    assert next(found).key == "a/1"
    root.rename(tmp_path / "gone")
    with pytest.raises(OfficeError) as caught:
        list(found)
    assert caught.value.code == "storage.unreachable"
    assert not root.exists()
    (tmp_path / "gone").rename(root)
    assert [entry.key for entry in store.list("")] == ["a/1", "b/1", "c/1"]


def test_a_share_that_goes_between_two_writings_is_noticed(tmp_path: Path) -> None:
    """What is left is an empty folder of the same name, on another disk: here another folder."""
    folder = tmp_path / "share"
    store = FolderStore(folder, create=True)
    assert store.put_if_absent("units/a", b"1")
    folder.rename(tmp_path / "unmounted")
    folder.mkdir()
    with pytest.raises(OfficeError, match=r"storage\.unreachable") as told:
        store.put_if_absent("units/b", b"2")
    assert told.value.facts["reason"] == "replaced"
    assert list(folder.iterdir()) == []
    folder.rmdir()
    (tmp_path / "unmounted").rename(folder)
    assert store.put_if_absent("units/b", b"2")


def test_a_listing_begins_behind_a_key_whatever_sorts_around_it(tmp_path: Path) -> None:
    """A folder sorts as its name with a slash: ``a-x`` lies before what is in ``a``, and ``a.b`` before ``a/``."""
    store = FolderStore(tmp_path)
    keys = sorted({"a-x", "a.b", "a/b", "a/c/d", "a/c-", "a0", "a0/x"} - {"a0"} | {"aa/b", "b", "ab"})
    for key in keys:
        store.put_if_absent(key, b"x")
    for after in [*keys, "", "a", "a/", "a/c", "a/c/", "a/c/e", "a0", "aa", "c"]:
        for prefix in ("", "a", "a/", "a/c"):
            found = [entry.key for entry in store.list(prefix, after=after)]
            assert found == [key for key in keys if key.startswith(prefix) and key > after], (prefix, after)
