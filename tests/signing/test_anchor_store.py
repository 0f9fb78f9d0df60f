"""The store of anchors: fingerprints compared, names pinned, practice kept out, damage told, nothing half written."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.anchor_store import (
    AnchorStore,
    StoredAnchor,
    choose_confirmed,
    find,
    is_practice,
    plain_fingerprint,
    require_anchor,
    trusted,
)
from signing.errors import SigningError
from signing.trust import Purpose, TrustStore
from tests.fixtures.lab import shared_lab

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def entry(der: bytes, kind: str = "anchor", purpose: Purpose = "both", **changes: object) -> StoredAnchor:
    facts: dict[str, object] = {
        "source": "ATT", "imported_by": "sistemas", "imported_at": NOW, "published": "https://autoridad.example",
        "read_on": date(2026, 11, 1), "country": "BO", "confirmed": "sha256" if kind == "anchor" else "",
    }  # fmt: skip
    return StoredAnchor(der=der, kind=kind, purpose=purpose, **{**facts, **changes})  # type: ignore[arg-type]


def code(raised: pytest.ExceptionInfo[SigningError]) -> str:
    return raised.value.code


@pytest.fixture
def store(tmp_path: Path) -> AnchorStore:
    return AnchorStore(tmp_path / "trust")


def test_what_is_put_in_comes_out_and_goes(store: AnchorStore) -> None:
    lab = shared_lab()
    assert store.load() == ()
    one = store.add(entry(lab.root.der, purpose="signing"))
    two = store.add(entry(lab.issuing.der, "intermediate"))
    assert AnchorStore(store.folder).load() == (one, two)
    kept = json.loads(store.path.read_text("utf-8"))["anchors"][0]
    assert kept["sha1"] == lab.root.asn1.sha1.hex()
    assert kept["subject"] == one.subject
    assert find(store.load(), one.sha1[:10].upper()) == one
    assert store.remove(one.sha256[:12]) == one
    assert store.load() == (two,)


def test_purposes_and_helpers_reach_the_trust_store(store: AnchorStore) -> None:
    lab = shared_lab()
    store.add(entry(lab.root.der, purpose="timestamping"))
    store.add(entry(lab.issuing.der, "intermediate"))
    trust = trusted(store.load(), TrustStore())
    assert [one.der for one in trust.anchors_for("timestamping")] == [lab.root.der]
    assert trust.anchors_for("signing") == ()
    assert trust.intermediates == (lab.issuing.der,)
    assert trust.anchors[0].source == "ATT"
    assert trusted([entry(lab.root.der, source="")], TrustStore()).anchors[0].source  # empty would say: no anchor


def test_the_same_again_replaces_and_a_twin_is_refused(store: AnchorStore) -> None:
    lab, other = shared_lab(), type(shared_lab())()
    store.add(entry(lab.root.der))
    store.add(entry(lab.root.der, purpose="signing"))
    assert [one.purpose for one in store.load()] == ["signing"]
    assert other.root.der != lab.root.der
    with pytest.raises(SigningError) as caught:
        store.add(entry(other.root.der))
    assert code(caught) == "trust.another_of_that_name"
    assert caught.value.facts["sha256"] == lab.root.asn1.sha256.hex()
    store.add(entry(other.root.der), also=True)
    assert len(store.load()) == 2


@pytest.mark.parametrize("digits", ["", "00", "zz" * 16, "0" * 64])
def test_a_beginning_that_tells_no_one(store: AnchorStore, digits: str) -> None:
    store.add(entry(shared_lab().root.der))
    with pytest.raises(SigningError) as caught:
        store.remove(digits)
    assert code(caught) == "trust.unknown_anchor"
    assert len(store.load()) == 1


# --- fingerprints


def test_the_certificate_with_the_fingerprint_is_chosen() -> None:
    lab = shared_lab()
    both = (lab.stranger_root.pem + lab.root.pem).encode()
    sha256, sha1 = lab.root.asn1.sha256.hex(), lab.root.asn1.sha1.hex()
    assert choose_confirmed(both, sha256, name="x") == (lab.root.der, "sha256")
    assert choose_confirmed(lab.root.der, sha1.upper(), name="x") == (lab.root.der, "sha1")
    written = "SHA256 Fingerprint=" + ":".join(sha256[n : n + 2] for n in range(0, 64, 2)).upper()
    assert choose_confirmed(both, written, name="x") == (lab.root.der, "sha256")


@pytest.mark.parametrize(
    ("fingerprint", "told"),
    [
        ("", "trust.bad_fingerprint"),
        ("ab" * 16, "trust.bad_fingerprint"),  # MD5 is no fingerprint
        ("zz" * 32, "trust.bad_fingerprint"),
        ("00" * 32, "trust.fingerprint_differs"),
        ("00" * 20, "trust.fingerprint_differs"),
    ],
)
def test_another_fingerprint_trusts_nobody(fingerprint: str, told: str) -> None:
    with pytest.raises(SigningError) as caught:
        choose_confirmed(shared_lab().root.der, fingerprint, name="raiz.crt")
    assert code(caught) == told
    assert shared_lab().root.asn1.sha256.hex() not in str(caught.value.facts)  # not offered for copying


@given(st.binary(min_size=32, max_size=32), st.sampled_from([":", " ", "-", "", "\n"]), st.booleans())
def test_fingerprints_however_they_are_written(digest: bytes, between: str, large: bool) -> None:
    text = between.join(f"{byte:02x}" for byte in digest)
    assert plain_fingerprint(text.upper() if large else text) == digest.hex()


@given(st.binary(min_size=32, max_size=32))
def test_no_other_digest_confirms(digest: bytes) -> None:
    root = shared_lab().root
    if digest != root.asn1.sha256:
        with pytest.raises(SigningError):
            choose_confirmed(root.der, digest.hex(), name="x")


# --- who may be an anchor


def test_only_an_authority_becomes_an_anchor() -> None:
    lab = shared_lab()
    require_anchor(lab.root.der, name="x", practice=False)
    with pytest.raises(SigningError) as caught:
        require_anchor(lab.alice.der, name="x", practice=False)
    assert code(caught) == "trust.no_authority"


def test_practice_stays_out_of_real_stores(tmp_path: Path) -> None:
    from desktop.practice.pki import ROOT, PracticePki

    pki = PracticePki.create(tmp_path / "pki", (), port=1, now=NOW)
    der = pki.certificate_of(ROOT)
    assert is_practice(der)
    assert not is_practice(shared_lab().root.der)
    with pytest.raises(SigningError) as caught:
        require_anchor(der, name="x", practice=False)
    assert code(caught) == "trust.practice_anchor"
    require_anchor(der, name="x", practice=True)


# --- damage


@pytest.fixture
def full(store: AnchorStore) -> AnchorStore:
    store.add(entry(shared_lab().root.der))
    store.add(entry(shared_lab().issuing.der, "intermediate"))
    return store


def test_a_store_cut_anywhere_is_told_never_read_in_part(full: AnchorStore) -> None:
    whole = full.path.read_bytes()
    for end in range(0, len(whole) - 1, 97):
        full.path.write_bytes(whole[:end])
        with pytest.raises(SigningError) as caught:
            full.load()
        assert code(caught) == "trust.store_damaged"
        with pytest.raises(SigningError):  # nor written over
            full.add(entry(shared_lab().stranger_root.der))
        assert full.path.read_bytes() == whole[:end]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("der", "AAAA"), ("der", "no base64!"), ("der", 1), ("sha256", "00" * 32), ("purpose", "everything"), ("kind", "root"),
        ("confirmed", ""), ("confirmed", "md5"), ("imported_at", "ayer"), ("read_on", "ayer"), ("source", None), ("country", 7),
    ],
)  # fmt: skip
def test_a_row_that_was_tampered_with_spoils_the_store(full: AnchorStore, field: str, value: object) -> None:
    kept = json.loads(full.path.read_text("utf-8"))
    kept["anchors"][0][field] = value
    full.path.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(SigningError) as caught:
        full.load()
    assert code(caught) == "trust.store_damaged"


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "null", '{"format": 1}', '{"format": 1, "anchors": {}}', '{"format": "1", "anchors": []}', "\xff"],
)
def test_what_is_no_store(full: AnchorStore, text: str) -> None:
    full.path.write_text(text, "latin-1")
    with pytest.raises(SigningError) as caught:
        full.load()
    assert code(caught) == "trust.store_damaged"


def test_a_newer_store_is_told_apart(full: AnchorStore) -> None:
    full.path.write_text('{"format": 2, "anchors": []}')
    with pytest.raises(SigningError) as caught:
        full.load()
    assert code(caught) == "trust.store_newer"


def test_a_folder_in_its_place_is_damage(store: AnchorStore) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(SigningError) as caught:
        store.load()
    assert code(caught) == "trust.store_damaged"


# --- many at once


def test_two_who_write_lose_nothing(store: AnchorStore) -> None:
    lab = shared_lab()
    ders = [lab.root.der, lab.issuing.der, lab.stranger_root.der, lab.alice.der, lab.bob.der]
    threads = [
        threading.Thread(target=AnchorStore(store.folder).add, args=(entry(der, "intermediate"),)) for der in ders
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.der for one in store.load()} == set(ders)


def test_another_process_that_holds_it_is_waited_for_and_told(
    store: AnchorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signing.shared_file import locked

    monkeypatch.setattr("signing.shared_file._SECONDS", 0.1)
    with locked(store.path):
        with pytest.raises(SigningError) as caught:
            store.add(entry(shared_lab().root.der))
    assert code(caught) == "trust.store_locked"
