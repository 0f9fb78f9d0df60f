"""Letters and the names of what issue 6 puts into an exchange."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.storage.protocol import ObjectStore, check_key
from desktop.sync import keys, letters
from desktop.sync.device import DeviceKey
from desktop.sync.events import read_event, sign_event
from desktop.sync.letters import open_letter, seal_letter
from tests.desktop.sync.office import Office

DIGEST, OTHER = "ab" * 32, "cd" * 32


def to(*readers: DeviceKey) -> list[tuple[str, str]]:
    return [(key.id, key.public()[1]) for key in readers]


def test_every_addressed_device_opens_it_and_nobody_else(office: Office) -> None:
    signed = sign_event(office.event(), office.key_a)
    letter = seal_letter(signed.jws, to(office.key_a, office.key_b))
    for key in (office.key_a, office.key_b):
        assert read_event(open_letter(letter, key), office.directory) == signed
    with pytest.raises(OfficeError, match=r"letter\.not_for_us"):
        open_letter(letter, DeviceKey.generate("stranger"))


def test_nothing_of_it_is_read_on_the_way(office: Office) -> None:
    signed = sign_event(office.event(body={"kind": "informe", "subject": "SECRETO"}), office.key_a)
    letter = seal_letter(signed.jws, to(office.key_a, office.key_b))
    head, _, _ = letter.partition(b"\n---")
    assert head.count(b"-> X25519 ") == 2
    secrets = [signed.jws.split(".")[1][:40], "SECRETO", office.key_a.id, office.key_b.id]
    secrets += [key.public()[1] for key in (office.key_a, office.key_b)]
    assert not [secret for secret in secrets if secret.encode() in letter]
    assert seal_letter(signed.jws, to(office.key_b)) != seal_letter(signed.jws, to(office.key_b))


@pytest.mark.parametrize("damage", ["cut", "altered", "junk", "empty", "header"])
def test_what_is_no_letter(office: Office, damage: str) -> None:
    good = seal_letter("a.b.c", to(office.key_b))
    data = {
        "cut": good[:-3],
        "altered": good[:-1] + bytes([good[-1] ^ 1]),
        "junk": b"<html>virus</html>",
        "empty": b"",
        "header": good[:30],
    }[damage]
    with pytest.raises(OfficeError, match=r"letter\.damaged"):
        open_letter(data, office.key_b)


@pytest.mark.parametrize("content", ["ñ".encode(), b"\xff\xfe"])
def test_a_letter_that_holds_no_jws(office: Office, content: bytes) -> None:
    import pyrage

    recipient = pyrage.x25519.Recipient.from_str(office.key_b.public()[1])
    with pytest.raises(OfficeError, match=r"letter\.damaged"):
        open_letter(pyrage.encrypt(content, [recipient]), office.key_b)


def test_a_letter_is_bounded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = seal_letter("x" * 2000, to(office.key_b))
    monkeypatch.setattr(letters, "MAX_CHARACTERS", 1999)
    with pytest.raises(OfficeError, match=r"letter\.damaged"):
        open_letter(letter, office.key_b)
    with pytest.raises(OfficeError, match=r"letter\.damaged"):
        seal_letter("x" * 2000, to(office.key_b))
    monkeypatch.setattr(letters, "MAX_BYTES", len(letter) - 1)
    with pytest.raises(OfficeError, match=r"letter\.damaged") as caught:
        open_letter(letter, DeviceKey.generate("stranger"))  # not even tried
    assert caught.value.facts == {"reason": "size"}


def test_a_letter_needs_readers(office: Office) -> None:
    with pytest.raises(OfficeError, match=r"blob\.no_recipients"):
        seal_letter("a.b.c", [])
    with pytest.raises(OfficeError, match=r"blob\.bad_recipient") as caught:
        seal_letter("a.b.c", [("device-x", "age1nonsense")])
    assert caught.value.facts == {"device": "device-x"}


LETTER = keys.Letter("e", "u", "d", 7, DIGEST)
NAMES = {
    LETTER.key: f"units/e/u/in/d/0000000007-{DIGEST}.age",
    LETTER.pouch_key: f"pouch/e/u/d/0000000007-{DIGEST}.age",
    keys.Ack("e", "u", "d").key: "pouch/e/u/acks/d.jws",
    keys.piece_key(OTHER, 3, DIGEST): f"blobs/{OTHER}.d/000003-{DIGEST}",
    keys.pieces_key(OTHER): f"blobs/{OTHER}.pieces",
}
READERS = (
    keys.read_mail,
    keys.read_letter,
    keys.read_pouch_letter,
    keys.read_ack,
    keys.read_piece_key,
    keys.read_pieces_key,
    keys.read_blob_key,
    keys.read_directory_key,
)


def test_names_are_these_and_each_is_read_by_one_reader() -> None:
    for name, expected in NAMES.items():
        assert name == expected == check_key(name)
        assert len([reader for reader in READERS if reader(name) is not None]) == 1
    assert keys.read_letter(LETTER.key) == keys.read_pouch_letter(LETTER.pouch_key) == LETTER
    assert keys.read_ack("pouch/e/u/acks/d.jws") == keys.Ack("e", "u", "d")
    assert keys.read_piece_key(f"blobs/{OTHER}.d/000003-{DIGEST}") == keys.Piece(OTHER, 3, DIGEST)
    assert keys.Piece(OTHER, 3, DIGEST).key == keys.piece_key(OTHER, 3, DIGEST)
    assert keys.read_pieces_key(f"blobs/{OTHER}.pieces") == OTHER


@pytest.mark.parametrize(
    "name",
    [
        f"units/e/u/in/d/7-{DIGEST}.age",
        f"units/e/u/in/d/0000000007-{DIGEST}.age.age",
        f"units/e/u/x/in/d/0000000007-{DIGEST}.age",
        f"pouch/e/u/0000000007-{DIGEST}.age",
        f"pouch/e/u/d/0000000007-{DIGEST.upper()}.age",
        "pouch/e/u/acks/d",
        "pouch/e/u/acks/a/b.jws",
        f"blobs/{OTHER}.d/3-{DIGEST}",
        f"blobs/{OTHER}.d/",
        f"blobs/{OTHER[1:]}.pieces",
    ],
)
def test_other_names_are_nobodys(name: str) -> None:
    assert [reader for reader in READERS if reader(name) is not None] == []


@given(n=st.integers(0, 999_999), seq=st.integers(1, 10**10 - 1))
def test_listings_are_in_order(n: int, seq: int) -> None:
    assert keys.read_piece_key(keys.piece_key(OTHER, n, DIGEST)) == keys.Piece(OTHER, n, DIGEST)
    assert keys.piece_key(OTHER, n, DIGEST) <= keys.piece_key(OTHER, n + 1, DIGEST) or n == 999_999
    assert keys.read_letter(keys.Letter("e", "u", "d", seq, DIGEST).key) == keys.Letter("e", "u", "d", seq, DIGEST)


def test_a_blob_whole_and_in_parts_lie_beside_each_other(exchange: ObjectStore) -> None:
    for name in (keys.blob_key(OTHER), keys.piece_key(OTHER, 0, DIGEST), keys.pieces_key(OTHER)):
        assert exchange.put_if_absent(name, b"x")
    assert [item.key for item in exchange.list(keys.piece_prefix(OTHER))] == [keys.piece_key(OTHER, 0, DIGEST)]
