"""What the dated table does to a verdict: weak by today is undecided, unless a timestamp proves that it was made while it was strong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from signing.algorithms import Limit
from signing.kept_answers import keep_answers
from signing.policy import VerificationPolicy
from signing.report import Indication, Outcome, SignatureVerdict
from signing.revocation import Evidence
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.lab import Holder, Lab, plain_pdf, shared_lab


@pytest.fixture(scope="module")
def lab() -> Lab:
    return shared_lab()


def person(lab: Lab, bits: int, monkeypatch: pytest.MonkeyPatch) -> Holder:
    """A person of the laboratory whose key has that size."""
    really = rsa.generate_private_key
    monkeypatch.setattr(rsa, "generate_private_key", lambda public_exponent, key_size: really(public_exponent, bits))
    made = lab.issue(f"Persona {bits}", lab.issuing, ci="1234567")
    monkeypatch.undo()
    return made


def judged(lab: Lab, data: bytes, who: Holder, cache: Path, *limits: Limit) -> SignatureVerdict:
    from asn1crypto import crl, ocsp

    answers = Evidence(
        ocsps=(ocsp.OCSPResponse.load(lab.ocsp_answer(who, lab.now, hours=48)),),
        crls=(crl.CertificateList.load(lab.crl(lab.root, lab.now - timedelta(minutes=1), days=90)),),
    )
    keep_answers(cache, (who.asn1, lab.issuing.asn1, lab.root.asn1), answers)
    trust = TrustStore.from_pem([lab.root.pem], cache=cache, policy=VerificationPolicy(limits=limits))
    verdict = verify_bytes(data, name="x.pdf", trust=trust, at=lab.now + timedelta(minutes=5), compare_pages=False)
    return next(one for one in verdict.signatures if one.kind == "signature")


@pytest.mark.parametrize(
    ("bits", "outcome"), [(1024, Outcome.INDETERMINATE), (1536, Outcome.INDETERMINATE), (2048, Outcome.VALID)]
)
def test_a_key_that_is_too_short_today(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int, outcome: Outcome
) -> None:
    who = person(lab, bits, monkeypatch)
    found = judged(lab, lab.sign(plain_pdf(), who), who, tmp_path)
    assert found.outcome is outcome
    if outcome is not Outcome.VALID:
        assert found.indication is Indication.INDETERMINATE
        assert found.subindication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
        assert found.reason == "signature.weak_algorithm"


def test_an_entitys_own_last_day_and_a_timestamp_before_it(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = person(lab, 2000, monkeypatch)
    yesterday = Limit("rsassa_pkcs1v15", (lab.now - timedelta(days=1)).date(), bits=2000)
    bare = lab.sign(plain_pdf(), who)
    raised = lab.raised(bare, who, at=lab.now - timedelta(days=3))
    assert judged(lab, bare, who, tmp_path).outcome is Outcome.VALID
    assert judged(lab, bare, who, tmp_path, yesterday).reason == "signature.weak_algorithm"
    proven = judged(lab, raised, who, tmp_path, yesterday)
    assert (proven.outcome, proven.reason) == (Outcome.VALID, "signature.valid_time_proven")
    before = Limit("rsassa_pkcs1v15", (lab.now - timedelta(days=9)).date(), bits=2000)
    assert judged(lab, raised, who, tmp_path, before).outcome is Outcome.INDETERMINATE
