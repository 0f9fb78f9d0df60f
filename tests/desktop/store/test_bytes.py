"""Bytes by digest: whole or not there, and never believed unread."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.store.desk import DeskStore


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_what_is_put_is_got(store: DeskStore, data: bytes) -> None:
    sha256 = store.put_bytes(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert store.get_bytes(sha256) == data
    assert store.put_bytes(data) == sha256
    assert store.has_bytes(sha256)
    assert store.path_of(sha256).parts[-3:] == ("bytes", sha256[:2], sha256)


def test_missing_bytes_are_told(store: DeskStore) -> None:
    assert not store.has_bytes("a" * 64)
    with pytest.raises(OfficeError, match=r"store\.bytes_missing"):
        store.get_bytes("a" * 64)


def test_changed_bytes_are_found_and_put_right_by_putting_again(store: DeskStore) -> None:
    sha256 = store.put_bytes(b"one")
    store.path_of(sha256).write_bytes(b"two")
    with pytest.raises(OfficeError, match=r"store\.bytes_damaged"):
        store.get_bytes(sha256)
    store.put_bytes(b"one")
    assert store.get_bytes(sha256) == b"one"


@pytest.mark.parametrize("name", ["", "../" + "a" * 61, "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_name_that_is_no_digest_is_refused(store: DeskStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path_of(name)


def test_nothing_staged_is_left(store: DeskStore) -> None:
    sha256 = store.put_bytes(b"one")
    assert [path.name for path in store.path_of(sha256).parent.iterdir()] == [sha256]
