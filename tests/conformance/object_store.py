"""What every object store must do. Each implementation subclasses ``ObjectStoreConformance`` and gives the ``store`` fixture."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore


class ObjectStoreConformance:
    """One suite for all. ``store`` is empty at the start of each test."""

    def test_bytes_come_back_as_they_went(self, store: ObjectStore) -> None:
        data = bytes(range(256)) * 40
        assert store.put_if_absent("blobs/ab", data)
        assert store.get("blobs/ab") == data
        assert store.get_tagged("blobs/ab")[0] == data

    def test_an_empty_object_is_an_object(self, store: ObjectStore) -> None:
        assert store.put_if_absent("hints/empty", b"")
        assert store.get("hints/empty") == b""
        assert [entry.size for entry in store.list("hints/")] == [0]

    def test_second_put_if_absent_changes_nothing(self, store: ObjectStore) -> None:
        assert store.put_if_absent("k/one", b"first")
        assert not store.put_if_absent("k/one", b"second")
        assert store.get("k/one") == b"first"

    def test_of_many_writers_exactly_one_wins(self, store: ObjectStore) -> None:
        barrier = threading.Barrier(6)

        def write(number: int) -> bool:
            barrier.wait(timeout=20)
            return store.put_if_absent("race/key", f"writer {number}".encode())

        with ThreadPoolExecutor(6) as pool:
            won = list(pool.map(write, range(6)))
        assert won.count(True) == 1
        assert store.get("race/key") == f"writer {won.index(True)}".encode()

    def test_put_replaces(self, store: ObjectStore) -> None:
        store.put("heads/d1", b"1")
        store.put("heads/d1", b"22")
        assert store.get("heads/d1") == b"22"

    def test_put_if_match_takes_the_current_tag_only(self, store: ObjectStore) -> None:
        store.put_if_absent("cas/x", b"one")
        _, tag = store.get_tagged("cas/x")
        assert store.put_if_match("cas/x", b"two", tag)
        assert not store.put_if_match("cas/x", b"three", tag)
        assert store.get("cas/x") == b"two"

    def test_put_if_match_of_a_missing_key_is_a_conflict(self, store: ObjectStore) -> None:
        store.put_if_absent("cas/y", b"one")
        _, tag = store.get_tagged("cas/y")
        assert not store.put_if_match("cas/absent", b"new", tag)
        assert store.head("cas/absent") is None

    def test_no_update_is_lost(self, store: ObjectStore) -> None:
        store.put_if_absent("cas/counter", b"0")

        def add(_: int) -> None:
            for _round in range(5):
                while True:
                    data, tag = store.get_tagged("cas/counter")
                    if store.put_if_match("cas/counter", str(int(data) + 1).encode(), tag):
                        break

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(add, range(4)))
        assert store.get("cas/counter") == b"20"

    def test_head(self, store: ObjectStore) -> None:
        assert store.head("nothing/here") is None
        store.put_if_absent("some/where", b"12345")
        entry = store.head("some/where")
        assert entry is not None
        assert (entry.key, entry.size) == ("some/where", 5)
        assert entry.tag == store.get_tagged("some/where")[1]

    @pytest.mark.parametrize("key", ["missing", "missing/deeper", "there/below"])
    def test_missing_is_said(self, store: ObjectStore, key: str) -> None:
        store.put_if_absent("there", b"a file, not a folder")
        with pytest.raises(OfficeError) as caught:
            store.get(key)
        assert caught.value.code == "storage.not_found"
        assert caught.value.facts["key"] == key

    def test_list_is_sorted_by_key_and_not_by_folder(self, store: ObjectStore) -> None:
        keys = ["a/b/c", "a/b-c", "a/b", "a.b", "a/Z", "ab/x", "a/b0", "a/!b", "a/b b"]
        keys.remove("a/b")  # a folder store cannot hold a file where there is a folder
        for key in keys:
            assert store.put_if_absent(key, key.encode())
        assert [(entry.key, entry.size) for entry in store.list("")] == [
            (key, len(key.encode())) for key in sorted(keys)
        ]
        assert [e.key for e in store.list("a/")] == sorted(k for k in keys if k.startswith("a/"))
        assert [e.key for e in store.list("a/b")] == sorted(k for k in keys if k.startswith("a/b"))
        assert list(store.list("zz/")) == []

    def test_list_after(self, store: ObjectStore) -> None:
        keys = [f"in/d{d}/{n:03}" for d in range(3) for n in range(4)]
        for key in keys:
            store.put_if_absent(key, b"x")
        for after in ("", "in/d0/002", "in/d0/", "in/d0", "in/d1", "in/d", "in/d1/003", "in/d1/zzz", "in/d2/003", "zz"):
            assert [e.key for e in store.list("in/", after=after)] == [k for k in keys if k > after]
        assert [e.key for e in store.list("in/d1/", after="in/d1/001")] == ["in/d1/002", "in/d1/003"]

    @pytest.mark.parametrize(
        "key", ["ñandú/Quispe 100%+1.pdf", "日本/ø", "x/" + "m" * 200, "a/0=ocfl_object_1.1", "a/urn%3Auuid"]
    )
    def test_unusual_keys_are_kept(self, store: ObjectStore, key: str) -> None:
        assert store.put_if_absent(key, b"1")
        assert store.get(key) == b"1"
        assert [e.key for e in store.list("")] == [key]

    @pytest.mark.parametrize(
        ("key", "reason"),
        [
            ("", "empty"),
            ("/abs", "slash"),
            ("a//b", "slash"),
            ("a/", "slash"),
            ("../up", "dot"),
            ("a/../../up", "dot"),
            ("a/./b", "dot"),
            ("a/.hidden", "dot"),
            ("a\\b", "character"),
            ("C:/x", "character"),
            ("a/b\n", "character"),
            ("a/what?", "character"),
            ("a/con", "reserved"),
            ("a/NUL.txt", "reserved"),
            ("a/COM1/x", "reserved"),
            ("a/end.", "ending"),
            ("a/end ", "ending"),
            ("n\u0303", "unicode"),
            ("a/\udc80", "unicode"),
            ("x" * 256, "long"),
            ("/".join(["abcdefghi"] * 91), "long"),
        ],
    )
    def test_bad_keys_are_refused_everywhere(self, store: ObjectStore, key: str, reason: str) -> None:
        for call in (
            lambda: store.get(key),
            lambda: store.put(key, b""),
            lambda: store.put_if_absent(key, b""),
            lambda: store.put_if_match(key, b"", "t"),
            lambda: store.head(key),
        ):
            with pytest.raises(OfficeError) as caught:
                call()
            assert caught.value.code == "storage.bad_key"
            assert caught.value.facts["reason"] == reason
        assert list(store.list("")) == []

    @pytest.mark.parametrize("prefix", ["../", "/", "a/../b", "a//", "a\\"])
    def test_bad_prefixes_are_refused(self, store: ObjectStore, prefix: str) -> None:
        with pytest.raises(OfficeError) as caught:
            list(store.list(prefix))
        assert caught.value.code == "storage.bad_key"

    def test_keys_beyond_ascii_are_listed_once(self, store: ObjectStore) -> None:
        keys = {"a/é", "a/Z", "a/ñandú/x", "日本/x"}
        for key in keys:
            store.put_if_absent(key, b"")
        assert sorted(entry.key for entry in store.list("")) == sorted(keys)
