"""Anchors, their folder, and whose certificate it is."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from signing.errors import SigningError
from signing.subject import describe_certificate, read_person
from signing.trust import Anchor, TrustStore
from signing.wire import trust_from_json, trust_to_json
from tests.fixtures.lab import shared_lab


def test_pem_texts_become_anchors_with_fingerprints() -> None:
    lab = shared_lab()
    trust = TrustStore.from_pem([lab.root.pem + lab.stranger_root.pem], intermediates=[lab.issuing.pem])
    assert len(trust.anchors) == 2
    assert trust.anchors[0].sha256 == lab.root.asn1.sha256.hex()
    assert trust.intermediates == (lab.issuing.der,)


def test_a_folder_sorts_anchors_by_purpose(tmp_path: Path) -> None:
    lab = shared_lab()
    for name, holder in (("signing", lab.root), ("timestamping", lab.stranger_root), ("intermediates", lab.issuing)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one.crt").write_text(holder.pem)
    (tmp_path / "notes.txt").write_text("not a certificate")
    trust = TrustStore.load_folder(tmp_path)
    assert [anchor.der for anchor in trust.anchors_for("signing")] == [lab.root.der]
    assert [anchor.der for anchor in trust.anchors_for("timestamping")] == [lab.stranger_root.der]
    assert trust.intermediates == (lab.issuing.der,)


@pytest.mark.parametrize("damage", [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(damage: bytes) -> None:
    with pytest.raises(SigningError) as caught:
        TrustStore.from_pem([damage])
    assert caught.value.code == "trust.bad_certificate"


def test_a_truncated_certificate_is_refused() -> None:
    with pytest.raises(SigningError) as caught:
        Anchor.of(shared_lab().root.der[:-3], source="x")
    assert caught.value.code == "trust.bad_certificate"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(SigningError) as caught:
        TrustStore.load_folder(tmp_path / "nowhere")
    assert caught.value.code == "trust.no_folder"


def test_a_store_travels_to_a_child(tmp_path: Path) -> None:
    trust = TrustStore.from_pem([shared_lab().root.pem], cache=tmp_path)
    assert pickle.loads(pickle.dumps(trust)) == trust
    assert trust_from_json(trust_to_json(trust)) == trust


def test_a_person_is_read_by_oid() -> None:
    lab = shared_lab()
    person = read_person(lab.bob.asn1)
    assert (person.name, person.ci, person.document_type, person.post) == (
        "Saturnino Ñuñez Condori",
        "7788990",
        "CI",
        "Director",
    )


def test_what_makes_a_certificate_unusable() -> None:
    lab = shared_lab()
    assert describe_certificate(lab.alice.der, now=lab.now).unusable == ""
    assert describe_certificate(lab.alice.der, now=lab.now, has_private_key=False).unusable == "no_private_key"
    assert describe_certificate(lab.expired.der, now=lab.now).unusable == "expired"
    assert describe_certificate(lab.root.der, now=lab.now).unusable == "is_ca"
    with pytest.raises(SigningError) as caught:
        describe_certificate(b"no")
    assert caught.value.code == "certificate.unreadable"
