"""Large ciphertexts in pieces: what has gone is not sent again, what came is not fetched again, and nothing false is believed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore, open_storage
from desktop.sync.keys import blob_key, piece_key, pieces_key
from desktop.sync.pieces import LARGE, PIECE, Paused, fetch_blob, forget, put_pieces
from tests.desktop.sync.exchanges import After, Counting, Killed

DATA = os.urandom(5 * PIECE + 7)
CIPHER = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def exchange(tmp_path: Path) -> ObjectStore:
    return open_storage(f"folder:{tmp_path / 'exchange'}", create=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / CIPHER
    path.write_bytes(DATA)
    return path


def test_a_file_goes_in_pieces_and_comes_back(exchange: ObjectStore, file: Path, tmp_path: Path) -> None:
    assert put_pieces(exchange, CIPHER, file) == 6
    assert put_pieces(exchange, CIPHER, file) == 0  # twice changes nothing
    got = fetch_blob(exchange, CIPHER, tmp_path / "incoming", large=True)
    assert got.read_bytes() == DATA
    forget(tmp_path / "incoming", CIPHER)
    assert list((tmp_path / "incoming").iterdir()) == []


@pytest.mark.parametrize("guess", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_the_guess_costs_a_question_and_nothing_else(
    exchange: ObjectStore, file: Path, tmp_path: Path, *, guess: bool, whole: bool
) -> None:
    if whole:
        exchange.put_if_absent(blob_key(CIPHER), DATA)
    else:
        put_pieces(exchange, CIPHER, file)
    assert fetch_blob(exchange, CIPHER, tmp_path / "in", large=guess).read_bytes() == DATA


def test_what_has_gone_is_not_sent_again(exchange: ObjectStore, file: Path) -> None:
    with pytest.raises(Paused):
        put_pieces(exchange, CIPHER, file, pause=After(4))
    assert exchange.head(pieces_key(CIPHER)) is None
    watched = Counting(exchange)
    assert put_pieces(watched, CIPHER, file) == 2
    assert sum(name == "put_if_absent" for name, _ in watched.calls) == 3  # two pieces and the list


def test_what_came_is_not_fetched_again(exchange: ObjectStore, file: Path, tmp_path: Path) -> None:
    put_pieces(exchange, CIPHER, file)
    with pytest.raises(Paused):
        fetch_blob(exchange, CIPHER, tmp_path / "in", large=True, pause=After(4))
    (broken,) = (tmp_path / "in" / CIPHER).glob("000001-*")
    broken.write_bytes(b"torn")  # by a power cut
    watched = Counting(exchange)
    assert fetch_blob(watched, CIPHER, tmp_path / "in", large=True).read_bytes() == DATA
    assert sum(name == "get" and ".d/" in key for name, key in watched.calls) == 3


@pytest.mark.parametrize("direction", ["put", "fetch"])
def test_dying_at_any_call_converges(exchange: ObjectStore, file: Path, tmp_path: Path, direction: str) -> None:
    if direction == "fetch":
        put_pieces(exchange, CIPHER, file)

    def run(through: ObjectStore) -> None:
        if direction == "put":
            put_pieces(through, CIPHER, file)
        else:
            fetch_blob(through, CIPHER, tmp_path / "in", large=True)

    for death in range(100):
        try:
            run(Counting(exchange, die_at=death))
            break
        except Killed:
            continue
    assert 3 < death < 50  # what had gone before a death counts
    assert fetch_blob(exchange, CIPHER, tmp_path / "in", large=True).read_bytes() == DATA


def test_a_file_that_is_not_what_its_name_says_never_gets_a_list(exchange: ObjectStore, file: Path) -> None:
    file.write_bytes(DATA[:-1] + b"x" if DATA[-1:] != b"x" else DATA[:-1] + b"y")
    with pytest.raises(OfficeError, match=r"store\.bytes_damaged"):
        put_pieces(exchange, CIPHER, file)
    assert exchange.head(pieces_key(CIPHER)) is None
    file.unlink()
    with pytest.raises(OfficeError, match=r"store\.bytes_missing"):
        put_pieces(exchange, CIPHER, file)


def _other_piece(exchange: ObjectStore) -> None:
    exchange.put(piece_key(CIPHER, 2, hashlib.sha256(DATA[2 * PIECE : 3 * PIECE]).hexdigest()), b"x" * PIECE)


def _other_list(exchange: ObjectStore) -> None:
    piece = b"other"
    digest = hashlib.sha256(piece).hexdigest()
    exchange.put(piece_key(CIPHER, 0, digest), piece)
    exchange.put(pieces_key(CIPHER), json.dumps([digest]).encode())


def _no_list(exchange: ObjectStore) -> None:
    exchange.put(pieces_key(CIPHER), b"[" * 100_000)


@pytest.mark.parametrize("attack", [_other_piece, _other_list, _no_list])
def test_other_bytes_are_never_taken(
    exchange: ObjectStore, file: Path, tmp_path: Path, attack: Callable[[ObjectStore], None]
) -> None:
    put_pieces(exchange, CIPHER, file)
    attack(exchange)
    with pytest.raises(OfficeError, match=r"mail\.damaged"):
        fetch_blob(exchange, CIPHER, tmp_path / "in", large=True)
    assert not (tmp_path / "in" / f"{CIPHER}.age").exists()


@pytest.mark.parametrize("attack", [_other_piece, _other_list, _no_list])
def test_a_store_with_versions_gives_the_true_ones(
    s3_url: str, s3_settings: object, file: Path, tmp_path: Path, attack: Callable[[ObjectStore], None]
) -> None:
    store = open_storage(s3_url, s3=s3_settings)  # type: ignore[arg-type]
    put_pieces(store, CIPHER, file)
    attack(store)
    assert fetch_blob(store, CIPHER, tmp_path / "in", large=True).read_bytes() == DATA
    store.close()


@pytest.mark.parametrize("listed", [b"[]", b"{}", b"[1]", b'["x"]', b"\xff", json.dumps(["a" * 64] * 3).encode()])
def test_a_list_that_is_none(exchange: ObjectStore, tmp_path: Path, listed: bytes) -> None:
    exchange.put(pieces_key(CIPHER), listed)
    with pytest.raises(OfficeError, match=r"mail\.damaged|storage\.not_found"):
        fetch_blob(exchange, CIPHER, tmp_path / "in", large=True)


def test_nothing_there_is_not_found(exchange: ObjectStore, tmp_path: Path) -> None:
    for guess in (True, False):
        with pytest.raises(OfficeError, match=r"storage\.not_found"):
            fetch_blob(exchange, CIPHER, tmp_path / "in", large=guess)
    assert LARGE > PIECE
