"""What is told beside a verdict: timestamps, countersignatures, chain, evidence, certification, what the signer stated."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from asn1crypto import algos, cms, core
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from signing.report import FileVerdict, Indication, Integrity, Outcome, SignatureVerdict
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.attacks.makers import certified, gap_of, prepared, splice, victim
from tests.fixtures.lab import Holder, Lab, plain_pdf, shared_lab


@pytest.fixture(scope="module")
def pki() -> Lab:
    return shared_lab()


def judge(data: bytes, pki: Lab) -> FileVerdict:
    return verify_bytes(data, name="nota.pdf", trust=TrustStore.from_pem([pki.root.pem], source="raiz.pem"))


def first(data: bytes, pki: Lab) -> SignatureVerdict:
    return next(item for item in judge(data, pki).signatures if item.kind == "signature")


def countersigned(data: bytes, holder: Holder, *, over: bytes | None = None) -> bytes:
    """The only signature of ``data`` with a countersignature (RFC 5652 §11.4) put into its unsigned attributes."""
    start, end = gap_of(data)
    content = cms.ContentInfo.load(bytes.fromhex(data[start + 1 : end - 1].decode("ascii")))
    signer = content["content"]["signer_infos"][0]
    value = signer["signature"].native if over is None else over
    attributes = cms.CMSAttributes(
        [cms.CMSAttribute({"type": "message_digest", "values": [core.OctetString(hashlib.sha256(value).digest())]})]
    )
    counter = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": holder.asn1.issuer, "serial_number": holder.asn1.serial_number},
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
            "signature": holder.key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256()),
        }
    )
    signer["unsigned_attrs"] = [cms.CMSAttribute({"type": "counter_signature", "values": [counter]})]
    content["content"]["certificates"].append(cms.CertificateChoices("certificate", holder.asn1))
    digits = content.dump(force=True).hex().encode("ascii")
    return splice(data, start + 1, digits.ljust(end - start - 2, b"0"))


def test_the_chain_is_told_from_the_signer_to_where_trust_was_set(pki: Lab) -> None:
    chain = first(victim(pki), pki).chain
    assert next(link.subject.split(",")[0] for link in chain) == "Juana Mamani Quispe"
    assert [bool(link.anchor) for link in chain] == [False, False, True]
    assert chain[-1].anchor == "raiz.pem"
    assert chain[0].sha256 == hashlib.sha256(pki.alice.der).hexdigest()


def test_the_evidence_is_told_with_its_source_and_date(pki: Lab) -> None:
    found = first(victim(pki), pki).evidence
    assert {item.kind for item in found} == {"certificate", "ocsp", "crl"}
    answer = next(item for item in found if item.kind == "ocsp")
    assert (answer.source, answer.about, answer.date) == ("file", "Juana Mamani Quispe", pki.now)
    assert next(item for item in found if item.kind == "certificate").source == "signature"


def test_a_revocation_is_told_with_its_date_and_cause(pki: Lab) -> None:
    when = pki.now - timedelta(days=1)
    revoked = pki.ocsp_answer(pki.alice, pki.now, revoked=when)
    crl = pki.crl(pki.root, pki.now - timedelta(minutes=1), days=90)
    told = first(pki.sign(pki.with_dss(plain_pdf(), ocsps=(revoked,), crls=(crl,))), pki).revocation
    assert (told.status, told.source, told.kept, told.revoked_at) == ("revoked", "ocsp", "file", when)
    assert told.next_update is not None


def test_signature_timestamps_are_listed_each_with_its_own_judgement(pki: Lab) -> None:
    (stamp,) = first(pki.sign(prepared(pki), stamped=pki.now), pki).timestamps
    assert (stamp.time, stamp.outcome, stamp.reason) == (pki.now, Outcome.VALID, "timestamp.valid")
    assert stamp.indication is Indication.TOTAL_PASSED
    assert stamp.authority


def test_a_broken_timestamp_proves_nothing_and_is_told(pki: Lab) -> None:
    """The token of another signature: its imprint is not of this signature value."""
    other, data = (
        pki.sign(prepared(pki), stamped=pki.now - timedelta(hours=1)),
        pki.sign(prepared(pki), stamped=pki.now),
    )
    swapped = with_unsigned(data, unsigned_of(other))
    signature = first(swapped, pki)
    assert signature.timestamps[0].outcome is Outcome.INVALID
    assert signature.proven_time is None
    assert signature.outcome is not Outcome.VALID


def test_a_countersignature_is_listed_with_who_made_it(pki: Lab) -> None:
    (counter,) = first(countersigned(victim(pki), pki.bob), pki).countersignatures
    assert counter.integrity is Integrity.INTACT
    assert counter.name


def test_a_countersignature_of_something_else_is_broken(pki: Lab) -> None:
    (counter,) = first(countersigned(victim(pki), pki.bob, over=b"another value"), pki).countersignatures
    assert counter.integrity is Integrity.BROKEN


@pytest.mark.parametrize("permission", [1, 2, 3])
def test_a_certification_tells_what_it_allows(pki: Lab, permission: int) -> None:
    assert first(certified(pki, permission), pki).certifies == permission
    assert first(victim(pki), pki).certifies == 0


def test_integrity_is_told_apart_from_later_changes(pki: Lab) -> None:
    data = victim(pki)
    assert first(data, pki).integrity is Integrity.INTACT
    broken = splice(data, data.index(b"1.000"), b"9.000")
    assert first(broken, pki).integrity is Integrity.BROKEN


def test_what_cannot_be_judged_hides_no_other_signature(pki: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    from signing import described

    twice = pki.sign(victim(pki), pki.bob, field_name="firma-2")
    whole = described.certification_of

    def fails(signature: object) -> int:
        if getattr(signature, "field_name", "") == "firma-1":
            raise ValueError("damaged")
        return whole(signature)  # type: ignore[arg-type]

    monkeypatch.setattr(described, "certification_of", fails)
    verdicts = {item.field: item.outcome for item in judge(twice, pki).signatures}
    assert verdicts == {"firma-1": Outcome.INVALID, "firma-2": Outcome.VALID}


def unsigned_of(data: bytes) -> bytes:
    start, end = gap_of(data)
    content = cms.ContentInfo.load(bytes.fromhex(data[start + 1 : end - 1].decode("ascii")))
    return bytes(content["content"]["signer_infos"][0]["unsigned_attrs"].untag().dump())


def with_unsigned(data: bytes, attributes: bytes) -> bytes:
    start, end = gap_of(data)
    content = cms.ContentInfo.load(bytes.fromhex(data[start + 1 : end - 1].decode("ascii")))
    content["content"]["signer_infos"][0]["unsigned_attrs"] = cms.CMSAttributes.load(attributes)
    return splice(data, start + 1, content.dump(force=True).hex().encode("ascii").ljust(end - start - 2, b"0"))


def test_algorithms_are_told_with_the_day_until_which_they_are_trusted(pki: Lab) -> None:
    found = {item.use: item for item in first(victim(pki), pki).algorithms}
    assert (found["digest"].name, found["digest"].bits) == ("sha256", 256)
    assert found["signature"].bits == 2048
    assert found["signature"].trusted_until is not None
    assert not any(item.weak for item in found.values())
