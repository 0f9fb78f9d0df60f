"""Raising: only appended bytes, evidence of signer and TSA, and no promise that the evidence does not keep."""

from __future__ import annotations

import asyncio
import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from signing.chains import load_certificates
from signing.checks import intact
from signing.errors import SigningError
from signing.pades import sign_file
from signing.renewal import raise_file
from signing.report import Level, Outcome
from signing.timestamps import TimestampClient
from signing.tsa_http import Channel
from signing.verify import verify_file

CLAIMED = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def signed(lab, tmp_path_factory) -> dict[str, Path]:
    """B-B by one and by two people, and B-T."""
    folder = tmp_path_factory.mktemp("signed")
    made = {name: folder / f"{name}.pdf" for name in ("one", "two", "timed")}
    common = {"field": None, "stamp": None, "trust": lab.trust, "claimed_time": CLAIMED}
    with lab.worker() as worker:
        with lab.session(worker, "juana") as session:
            sign_file(lab.page, made["one"], session, level=Level.B_B, timestamps=None, **common)
            sign_file(lab.page, made["timed"], session, level=Level.B_T, timestamps=lab.client(), **common)
        with lab.session(worker, "saturnino") as session:
            sign_file(made["one"], made["two"], session, level=Level.B_B, timestamps=None, **common)
    return made


def contents_of(path: Path) -> list[bytes]:
    with path.open("rb") as stream:
        return [one.pkcs7_content for one in PdfFileReader(stream).embedded_regular_signatures]


@pytest.mark.parametrize("name", ["one", "two", "timed"])
def test_the_old_file_is_a_strict_prefix_of_the_raised_one(lab, signed, tmp_path, name):
    output = tmp_path / "raised.pdf"
    started = datetime.now(UTC) - timedelta(seconds=2)
    receipt = raise_file(signed[name], output, trust=lab.trust, timestamps=lab.client())
    before, after = signed[name].read_bytes(), output.read_bytes()
    assert after.startswith(before)
    assert len(after) > len(before)
    assert receipt.level is Level.B_LTA
    assert (receipt.before, receipt.after) == (hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
    assert receipt.timestamp is not None
    assert started <= receipt.timestamp <= datetime.now(UTC) + timedelta(seconds=2)
    assert contents_of(output) == contents_of(signed[name])
    with output.open("rb") as stream:
        reader = PdfFileReader(stream)
        (timestamp,) = reader.embedded_timestamp_signatures
        assert intact(timestamp)
        for signature in reader.embedded_regular_signatures:
            assert intact(signature)
            signature.compute_integrity_info()
            assert isinstance(signature.diff_result, DiffResult)
            assert signature.diff_result.modification_level <= ModificationLevel.FORM_FILLING
    with pikepdf.open(output) as pdf:
        assert len(pdf.Root.DSS.OCSPs) >= (2 if name == "two" else 1)
        assert len(pdf.Root.DSS.CRLs) >= 1
    assert [file.name for file in tmp_path.iterdir()] == ["raised.pdf"]


def test_xmp_and_info_stay(lab, signed, tmp_path):
    raise_file(signed["one"], tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client())
    with pikepdf.open(signed["one"]) as old, pikepdf.open(tmp_path / "out.pdf") as new:
        assert old.Root.Metadata.read_raw_bytes() == new.Root.Metadata.read_raw_bytes()
        assert str(old.docinfo.ModDate) == str(new.docinfo.ModDate)


def test_b_lt_from_b_t_is_evidence_alone(lab, signed, tmp_path):
    receipt = raise_file(
        signed["timed"], tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client(), level=Level.B_LT
    )
    assert (receipt.level, receipt.timestamp) == (Level.B_LT, None)
    with (tmp_path / "out.pdf").open("rb") as stream:
        assert "/DSS" in PdfFileReader(stream).root


def test_b_lt_from_b_b_needs_a_time_and_so_becomes_b_lta(lab, signed, tmp_path):
    receipt = raise_file(
        signed["one"], tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client(), level=Level.B_LT
    )
    assert receipt.level is Level.B_LTA


def test_b_t_from_b_b_is_a_timestamp_alone(lab, signed, tmp_path):
    receipt = raise_file(signed["one"], tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client(), level=Level.B_T)
    assert receipt.level is Level.B_T
    assert receipt.timestamp is not None
    with (tmp_path / "out.pdf").open("rb") as stream:
        assert "/DSS" not in PdfFileReader(stream).root


def test_renewing_adds_another_timestamp_over_the_first(lab, signed, tmp_path):
    source = signed["timed"]
    for number in range(3):
        output = tmp_path / f"{number}.pdf"
        raise_file(source, output, trust=lab.trust, timestamps=lab.client())
        assert output.read_bytes().startswith(source.read_bytes())
        source = output
    with source.open("rb") as stream:
        reader = PdfFileReader(stream)
        names = [one.field_name for one in reader.embedded_timestamp_signatures]
        assert names == ["sello-1", "sello-2", "sello-3"]
        assert all(intact(one) for one in reader.embedded_signatures)


def test_a_raised_b_t_file_passes_long_term_validation_offline(lab, signed, tmp_path):
    """EN 319 102-1 §5.6 by pyHanko, from the document's own evidence alone."""
    output = tmp_path / "out.pdf"
    raise_file(signed["timed"], output, trust=lab.trust, timestamps=lab.client())
    roots = load_certificates(anchor.der for anchor in lab.trust.anchors)
    spec = PdfSignatureValidationSpec(
        SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=roots),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        )
    )
    with output.open("rb") as stream:
        (signature,) = PdfFileReader(stream).embedded_regular_signatures
        result = asyncio.run(ades_lta_validation(signature, spec))
    assert result.ades_subindic is AdESPassed.OK


@pytest.mark.parametrize("name", ["one", "two", "timed"])
def test_our_own_verdict_of_a_raised_file_is_valid_without_the_network(lab, signed, tmp_path, name):
    output = tmp_path / "out.pdf"
    raise_file(signed[name], output, trust=lab.trust, timestamps=lab.client())
    verdict = verify_file(output, trust=lab.trust)
    assert verdict.outcome is Outcome.VALID, verdict
    assert all(one.level is Level.B_LTA for one in verdict.signatures if one.kind == "signature")


def test_the_tsa_is_asked_no_more_than_needed(lab, signed, tmp_path, monkeypatch):
    asked: list[object] = []
    real = Channel.post

    async def counted(self, request):
        asked.append(request)
        return await real(self, request)

    monkeypatch.setattr(Channel, "post", counted)
    client = lab.client()
    raise_file(signed["one"], tmp_path / "1.pdf", trust=lab.trust, timestamps=client)
    assert len(asked) == 2  # one to know the TSA's certificates, one for the document
    raise_file(signed["two"], tmp_path / "2.pdf", trust=lab.trust, timestamps=client)
    assert len(asked) == 3


def test_a_tsa_that_does_not_answer(lab, signed, tmp_path):
    with pytest.raises(SigningError) as caught:
        raise_file(
            signed["one"], tmp_path / "o.pdf", trust=lab.trust, timestamps=TimestampClient("http://127.0.0.1:9/")
        )
    assert (caught.value.code, caught.value.on_disk) == ("tsa.unreachable", "nothing")
    assert list(tmp_path.iterdir()) == []


def test_an_untrusted_chain(lab, signed, tmp_path):
    from signing.trust import TrustStore

    with pytest.raises(SigningError) as caught:
        raise_file(signed["one"], tmp_path / "out.pdf", trust=TrustStore(), timestamps=lab.client())
    assert caught.value.code == "chain.untrusted"
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_raise(lab, tmp_path):
    with pytest.raises(SigningError) as caught:
        raise_file(lab.page, tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client())
    assert caught.value.code == "raise.unsigned"
    with pytest.raises(SigningError) as caught:
        raise_file(lab.page, tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client(), level=Level.B_B)
    assert caught.value.code == "raise.no_level"


def test_a_changed_file_is_not_raised(lab, signed, tmp_path):
    data = bytearray(signed["one"].read_bytes())
    place = re.search(rb"/CreationDate", bytes(data)).end() + 8
    data[place] ^= 1
    (tmp_path / "bad.pdf").write_bytes(data)
    with pytest.raises(SigningError) as caught:
        raise_file(tmp_path / "bad.pdf", tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client())
    assert caught.value.code == "sign.earlier_signature_bad"


def test_a_signer_revoked_meanwhile(lab, signed, tmp_path):
    """María: no other test of this laboratory, in whatever order they come, needs her certificate to be good."""
    made = {"field": None, "stamp": None, "trust": lab.trust, "claimed_time": CLAIMED, "timestamps": None}
    with lab.worker() as worker, lab.session(worker, "maria") as session:
        sign_file(signed["one"], tmp_path / "two.pdf", session, level=Level.B_B, **made)
    lab.services.revoke("maria")
    with pytest.raises(SigningError) as caught:
        raise_file(tmp_path / "two.pdf", tmp_path / "out.pdf", trust=lab.trust, timestamps=lab.client())
    assert (caught.value.code, caught.value.facts["name"]) == ("certificate.revoked", "María Huanca Ayma")
    assert [path.name for path in tmp_path.iterdir()] == ["two.pdf"]
