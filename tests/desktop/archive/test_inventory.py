"""The inventory: properties that hold for every history, and what is refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.archive.inventory import Inventory, User, next_inventory, object_folder, sidecar
from desktop.records.errors import OfficeError
from desktop.storage import key_problem

USER = User("Archivo", "urn:qillqa:custodian")
NOW = datetime(2026, 3, 5, 10, 0, tzinfo=timezone(timedelta(hours=-4)))


def _digest(text: str) -> str:
    return hashlib.sha512(text.encode()).hexdigest()


_segment = st.one_of(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="/"), min_size=1, max_size=8
    ),
    st.sampled_from(
        ["CON", "a.", "A", "a", "METS.xml", "mets.XML", "ñandú", "x" * 140, "b c", "e\u0301", "é", "…", ".h"]
    ),
)
_path = st.lists(_segment, min_size=1, max_size=4).map("/".join).filter(lambda p: "\x7f" not in p)
_files = st.dictionaries(_path, st.sampled_from([_digest(c) for c in "abcdefgh"]), min_size=1, max_size=8)


def _fits(paths: set[str]) -> bool:
    return not any(set(p.split("/")) & {".", ".."} for p in paths) and not any(
        "/".join(p.split("/")[:n]) in paths for p in paths for n in range(1, p.count("/") + 1)
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(_files, min_size=1, max_size=4))
def test_any_history_reads_back_and_holds_every_byte_once_per_name(history: list[dict[str, str]]) -> None:
    inventory: Inventory | None = None
    state: dict[str, str] = {}
    stored: dict[str, str] = {}
    for number, files in enumerate(history, 1):
        merged = {**state, **files}
        if not _fits(set(merged)):
            with pytest.raises(OfficeError):
                next_inventory("urn:x", inventory, files, created=NOW, message="m", user=USER)
            continue
        known = set(stored.values())
        inventory, store = next_inventory("urn:x", inventory, files, created=NOW, message="m", user=USER)
        state = merged
        assert inventory.state == state
        for content, logical in store.items():
            assert content.startswith(f"{inventory.head}/content/")
            assert len(content) <= 150
            assert not key_problem(content)
            assert files[logical] not in known
            assert content not in stored
            stored[content] = files[logical]
        folded = [path.casefold() for path in store]
        assert len(set(folded)) == len(folded), "two files that a Windows folder cannot tell apart"
        assert inventory.manifest == stored
        assert set(stored.values()) >= set(state.values())
        assert number >= len(inventory.versions)
    if inventory is not None:
        data = inventory.to_bytes()
        assert Inventory.from_bytes(data) == inventory
        assert Inventory.from_bytes(data).to_bytes() == data
        assert sidecar(data).decode().split() == [hashlib.sha512(data).hexdigest(), "inventory.json"]


def test_the_first_version_is_the_readable_package() -> None:
    """Each logical path has bytes of its own name, even where two files are the same."""
    files = {"METS.xml": _digest("m"), "a/1.pdf": _digest("same"), "a/2.pdf": _digest("same")}
    _, store = next_inventory("urn:x", None, files, created=NOW, message="m", user=USER)
    assert store == {f"v1/content/{path}": path for path in files}


def test_what_no_system_can_name_is_stored_by_digest() -> None:
    files = {"a/CON.pdf": _digest("1"), "b" * 150: _digest("2"), "ok.pdf": _digest("3"), "OK.PDF": _digest("4")}
    _, store = next_inventory("urn:x", None, files, created=NOW, message="m", user=USER)
    by_logical = {logical: content for content, logical in store.items()}
    assert by_logical["a/CON.pdf"] == f"v1/content/{_digest('1')[:32]}"
    assert by_logical["b" * 150] == f"v1/content/{_digest('2')[:32]}"
    assert {by_logical["ok.pdf"], by_logical["OK.PDF"]} == {"v1/content/OK.PDF", f"v1/content/{_digest('3')[:32]}"}


@pytest.mark.parametrize("path", ["", "/a", "a/", "a//b", "../a", "a/../b", "./a", "a\x00b", "a\nb", "\udc80"])
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(OfficeError) as caught:
        next_inventory("urn:x", None, {path: _digest("1")}, created=NOW, message="m", user=USER)
    assert caught.value.code == "archive.bad_path"


@pytest.mark.parametrize(
    ("object_id", "folder"),
    [  # the examples of the extension's own text
        ("object-01", "3c0/ff4/240/object-01"),
        ("..hor/rib:le-$id", "487/326/d8c/%2e%2ehor%2frib%3ale-%24id"),
    ],
)
def test_layout_0003(object_id: str, folder: str) -> None:
    assert object_folder(object_id) == folder


def test_layout_0003_long_id() -> None:
    object_id = "a" * 101
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    assert object_folder(object_id).split("/")[3] == "a" * 100 + "-" + digest


def _good() -> dict[str, Any]:
    inventory, _ = next_inventory(
        "urn:x", None, {"a": _digest("1"), "b/c": _digest("2")}, created=NOW, message="m", user=USER
    )
    raw: dict[str, Any] = json.loads(inventory.to_bytes())
    return raw


def _without(raw: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != key}


_BAD: dict[str, Callable[[dict[str, Any]], object]] = {
    "no id": lambda raw: _without(raw, "id"),
    "a key too many": lambda raw: {**raw, "x": 1},
    "other type": lambda raw: {**raw, "type": "https://ocfl.io/1.0/spec/#inventory"},
    "weaker digest": lambda raw: {**raw, "digestAlgorithm": "md5"},
    "head above": lambda raw: {**raw, "head": "v2"},
    "gap in versions": lambda raw: {**raw, "versions": {"v2": raw["versions"]["v1"]}, "head": "v2"},
    "no versions": lambda raw: {**raw, "versions": {}},
    "path out of the object": lambda raw: {
        **raw,
        "manifest": {_digest("1"): ["v1/content/../../x"], _digest("2"): ["v1/content/b"]},
    },
    "absolute path": lambda raw: {**raw, "manifest": {_digest("1"): ["/etc/passwd"], _digest("2"): ["v1/content/b"]}},
    "path outside content": lambda raw: {**raw, "manifest": {_digest("1"): ["v1/x"], _digest("2"): ["v1/content/b"]}},
    "later version": lambda raw: {**raw, "manifest": {_digest("1"): ["v2/content/x"], _digest("2"): ["v1/content/b"]}},
    "state without bytes": lambda raw: {**raw, "manifest": {_digest("1"): ["v1/content/a"]}},
    "bytes without state": lambda raw: {**raw, "manifest": {**raw["manifest"], _digest("3"): ["v1/content/z"]}},
    "not a digest": lambda raw: {**raw, "manifest": {"zz": ["v1/content/a"]}},
    "a list": lambda raw: [raw],
    "no user": lambda raw: {**raw, "versions": {"v1": _without(raw["versions"]["v1"], "user")}},
    "naive time": lambda raw: {**raw, "versions": {"v1": {**raw["versions"]["v1"], "created": "2026-03-05T10:00:00"}}},
    "file as folder": lambda raw: {
        **raw,
        "versions": {"v1": {**raw["versions"]["v1"], "state": {_digest("1"): ["b"], _digest("2"): ["b/c"]}}},
    },
    "logical path up": lambda raw: {
        **raw,
        "versions": {"v1": {**raw["versions"]["v1"], "state": {_digest("1"): ["../a"], _digest("2"): ["b/c"]}}},
    },
}


@pytest.mark.parametrize("name", _BAD)
def test_bad_inventories_are_refused(name: str) -> None:
    Inventory.from_bytes(json.dumps(_good()).encode())
    with pytest.raises(OfficeError) as caught:
        Inventory.from_bytes(json.dumps(_BAD[name](_good())).encode())
    assert caught.value.code == "archive.bad_inventory"


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"null", b'{"id": 1, "id": 2}', b"[" * 100_000])
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(OfficeError) as caught:
        Inventory.from_bytes(data)
    assert caught.value.code == "archive.bad_inventory"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_never_do_anything_else(data: bytes) -> None:
    with pytest.raises(OfficeError):
        Inventory.from_bytes(data)


def test_unknown_version() -> None:
    inventory = Inventory.from_bytes(json.dumps(_good()).encode())
    assert inventory.version("v1").created == datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
    for name in ("v0", "v2", "v01", "", "x"):
        with pytest.raises(OfficeError) as caught:
            inventory.version(name)
        assert caught.value.code == "archive.no_version"
