"""The keys of a version on their way into a bucket: how many at a time, what stops them, how often the server is asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desktop.archive.inventory import INVENTORY, SIDECAR, object_folder
from desktop.archive.lease import leased
from desktop.archive.s3_root import S3Root
from desktop.archive.sending import LANES, send_all
from desktop.records.errors import OfficeError
from desktop.storage import LockingStore
from tests.conformance.archive_root import FIRST, NOW, ONE, USER, write

SECONDS = 30.0


class Gate:
    """A store whose puts wait until ``wanted`` of them are there, or until nobody asks for that."""

    def __init__(self, wanted: int) -> None:
        self._meet = threading.Barrier(wanted)
        self._lock = threading.Lock()
        self.under_way = self.most = self.bytes = self.most_bytes = 0

    def put_if_absent(self, _key: str, data: bytes) -> bool:
        with self._lock:
            self.under_way, self.bytes = self.under_way + 1, self.bytes + len(data)
            self.most, self.most_bytes = max(self.most, self.under_way), max(self.most_bytes, self.bytes)
        if self._meet.parties > 1:
            self._meet.wait(SECONDS)
        with self._lock:
            self.under_way, self.bytes = self.under_way - 1, self.bytes - len(data)
        return True


def _keys(count: int, data: bytes = b"1") -> Iterator[tuple[str, bytes]]:
    return ((f"k/{number}", data) for number in range(count))


def test_several_go_at_a_time_and_not_more() -> None:
    store: Any = Gate(LANES)  # each waits for the others: with fewer lanes none would arrive
    assert send_all(store, _keys(3 * LANES))
    assert store.most == LANES
    assert store.under_way == 0


def test_large_ones_wait_for_each_other() -> None:
    store: Any = Gate(1)
    assert send_all(store, _keys(6, bytes(9 << 20)))
    assert store.most_bytes == 9 << 20


@pytest.mark.parametrize("taken", [0, 5, 40])
def test_a_place_that_is_taken_stops_the_rest(taken: int) -> None:
    sent: list[str] = []

    class Taken:
        def put_if_absent(self, key: str, _data: bytes) -> bool:
            sent.append(key)
            return key != f"k/{taken}"

    store: Any = Taken()
    assert send_all(store, _keys(41)) is False
    assert len(sent) <= taken + 1 + LANES


def test_what_fails_is_raised_and_nothing_is_under_way_then() -> None:
    class Broken:
        def put_if_absent(self, _key: str, _data: bytes) -> bool:
            raise OfficeError("storage.unreachable", url="", key="", reason="")

    store: Any = Broken()
    with pytest.raises(OfficeError, match=r"storage\.unreachable"):
        send_all(store, _keys(20))
    assert not [one for one in threading.enumerate() if one.name.startswith("archive")]


class Watched:
    """A bucket whose calls are noted when they have returned."""

    def __init__(self, store: LockingStore, *, tags: str = "") -> None:
        self._store, self._tags = store, tags
        self.calls: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._store, name)

        def noted(key: str, *rest: Any) -> Any:
            if name == "put_if_match" and self._tags and rest[1].startswith('"'):
                answer: Any = False  # a server that tags with something else than the MD5
            elif name == "put_if_match" and self._tags:
                answer = call(key, rest[0], rest[1].removeprefix(self._tags))
            else:
                answer = call(key, *rest)
            if name == "get_tagged" and self._tags:
                answer = answer[0], self._tags + answer[1]
            self.calls.append((name, key))
            return answer

        return noted if callable(call) else call


def test_a_new_object_costs_three_requests_more_than_its_keys(s3_store: LockingStore) -> None:
    S3Root(s3_store, create=True)
    watched: Any = Watched(s3_store)
    root = S3Root(watched)
    watched.calls.clear()
    write(root)
    found = root.inventory(ONE)
    assert found is not None
    keys = found.named_paths()
    made = Counter(name for name, _ in watched.calls[:-1])  # the last is ours
    assert made == {"put_if_absent": len(keys) + 1, "versions": 1, "put_if_match": 1}


def test_the_commit_comes_when_everything_else_has_arrived(s3_store: LockingStore) -> None:
    S3Root(s3_store, create=True)
    watched: Any = Watched(s3_store)
    files: Any = {**FIRST, **{f"many/{number}": b"%d" % number for number in range(20)}}
    S3Root(watched).write_version(ONE, files, base=None, message="m", user=USER, now=NOW)
    puts = [key.removeprefix(f"root/{object_folder(ONE)}/") for name, key in watched.calls if name.startswith("put")]
    assert puts[-3:-1] == [INVENTORY, SIDECAR]
    assert sum(key.startswith("v1/content/many/") for key in puts[:-3]) == 20


@pytest.mark.parametrize("tags", ["", "other-"])
def test_a_lease_is_given_back_whatever_the_server_tags_with(s3_store: LockingStore, tags: str) -> None:
    store: Any = Watched(s3_store, tags=tags)
    for _ in range(2):  # it would be busy
        with leased(store, "aaa/bbb/ccc/one", lambda: datetime.now(UTC), timedelta(minutes=5)):
            pass


@pytest.mark.parametrize("tags", ["", "other-"])
def test_a_lease_that_was_taken_over_is_left_to_the_other(
    s3_stores: Callable[[], LockingStore], s3_store: LockingStore, tags: str
) -> None:
    store: Any = Watched(s3_store, tags=tags)
    later = datetime.now(UTC) + timedelta(hours=1)
    with leased(s3_stores(), "aaa/bbb/ccc/two", lambda: datetime.now(UTC), timedelta(minutes=5)):
        other = leased(store, "aaa/bbb/ccc/two", lambda: later, timedelta(minutes=5))
        other.__enter__()
    with (
        pytest.raises(OfficeError, match=r"archive\.busy"),
        leased(s3_stores(), "aaa/bbb/ccc/two", lambda: later, timedelta(minutes=5)),
    ):
        pass
