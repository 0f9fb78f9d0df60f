"""Verdicts: indication by the procedure of the level found, time proven or claimed, revocation known or not."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from signing.report import FileVerdict, Indication, LaterChanges, Level, Outcome, SignatureVerdict
from signing.trust import Anchor, TrustStore
from signing.verdict import exit_code, verdict_json
from signing.verify import verify_bytes, verify_file
from tests.fixtures.attacks.makers import gap_of, prepared, splice, victim
from tests.fixtures.lab import Lab, plain_pdf, shared_lab


@pytest.fixture(scope="module")
def pki() -> Lab:
    return shared_lab()


@pytest.fixture(scope="module")
def trust(pki: Lab) -> TrustStore:
    return TrustStore.from_pem([pki.root.pem])


def judge(data: bytes, trust: TrustStore, at: datetime | None = None) -> FileVerdict:
    return verify_bytes(data, name="nota.pdf", trust=trust, at=at)


def only(verdict: FileVerdict) -> SignatureVerdict:
    return next(item for item in verdict.signatures if item.kind == "signature")


def cached(trust: TrustStore, folder: Path, pki: Lab, *answers: bytes, crl: bytes | None = None) -> TrustStore:
    """Answers as a fetch would have kept them."""
    from asn1crypto import ocsp

    from signing import kept_answers

    for der in answers:
        single = ocsp.OCSPResponse.load(der).basic_ocsp_response["tbs_response_data"]["responses"][0]
        kept_answers._keep(kept_answers._ocsp_folder(folder, pki.alice.asn1), der, single["this_update"].native, {})
    listed = crl or pki.crl(pki.root, pki.now - timedelta(days=4), days=90)
    kept_answers._keep(
        kept_answers._crl_folder(folder, kept_answers.crl_urls(pki.issuing.asn1)[0]), listed, pki.now, {}
    )
    return TrustStore(trust.anchors, trust.intermediates, folder)


# --- B-B ---


def test_without_a_revocation_answer_it_is_never_valid(pki: Lab, trust: TrustStore) -> None:
    verdict = judge(pki.sign(plain_pdf()), trust)
    assert verdict.outcome is Outcome.INDETERMINATE
    assert verdict.reason == "signature.intact_revocation_unknown"
    signature = only(verdict)
    assert signature.revocation.status == "not_checked"
    assert signature.covers_whole_file
    assert signature.later_changes is LaterChanges.NONE
    assert signature.level is Level.B_B
    assert signature.proven_time is None
    assert signature.person is not None
    assert signature.person.ci == "4455667"
    assert verdict.unsigned_fields == ("firma-2", "firma-3")
    assert verdict.pages == 2


def test_a_cached_answer_serves_offline_with_its_date(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, pki.now))
    verdict = judge(pki.sign(plain_pdf()), known)
    assert (verdict.outcome, only(verdict).reason) == (Outcome.VALID, "signature.valid_time_claimed")
    assert only(verdict).revocation.date == pki.now
    assert only(verdict).revocation.source == "ocsp"


def test_an_old_answer_is_stale_not_good(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, pki.now - timedelta(days=3)))
    verdict = judge(pki.sign(plain_pdf()), known)
    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, "signature.intact_revocation_stale")


def test_an_answer_signed_by_nobody_entitled_is_no_answer(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, pki.now, forger=pki.bob))
    assert judge(pki.sign(plain_pdf()), known).outcome is Outcome.INDETERMINATE


def test_an_answer_about_somebody_else_is_no_answer(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.bob, pki.now))
    verdict = judge(pki.sign(plain_pdf()), known)
    assert verdict.reason == "signature.intact_revocation_unknown"


def test_revoked_before_it_was_signed(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, pki.now, revoked=pki.now - timedelta(days=1)))
    verdict = judge(pki.sign(plain_pdf()), known)
    assert (verdict.outcome, verdict.reason) == (Outcome.INVALID, "signature.revoked")
    assert only(verdict).indication is Indication.INDETERMINATE  # EN 319 102-1's own word, untouched
    assert only(verdict).subindication == "REVOKED_NO_POE"
    assert only(verdict).revocation.status == "revoked"


def test_an_old_answer_that_says_revoked_keeps_its_force(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    old = pki.now - timedelta(days=3)
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, old, revoked=old - timedelta(days=1)))
    assert judge(pki.sign(plain_pdf()), known).reason == "signature.revoked"


def test_revoked_after_an_unproven_time(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    data = pki.sign(plain_pdf())
    later = datetime.now(UTC) + timedelta(hours=2)
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, later, revoked=later - timedelta(minutes=5)))
    verdict = judge(data, known, at=later + timedelta(minutes=1))
    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, "signature.revoked_unproven")


def test_a_stranger_is_not_trusted(pki: Lab, trust: TrustStore) -> None:
    verdict = judge(pki.sign(plain_pdf(), pki.stranger), trust)
    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, "signature.untrusted_root")


def test_an_anchor_for_timestamps_is_none_for_signers(pki: Lab) -> None:
    trust = TrustStore((Anchor.of(pki.root.der, source="lab", purpose="timestamping"),))
    assert judge(victim(pki), trust).reason == "signature.untrusted_root"


def test_expired_and_nothing_proves_when(pki: Lab, trust: TrustStore) -> None:
    verdict = judge(pki.sign(plain_pdf(), pki.expired), trust)
    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, "signature.expired_unproven")


# --- a B-B raised later: decision 0007 ---


def test_a_raised_signature_is_proven_by_the_document_timestamp(pki: Lab, trust: TrustStore) -> None:
    time = pki.now - timedelta(days=2)
    verdict = judge(pki.raised(pki.sign(plain_pdf()), pki.alice, at=time), trust)
    signature = only(verdict)
    assert (verdict.outcome, signature.reason) == (Outcome.VALID, "signature.valid_time_proven")
    assert (signature.proven_time, signature.proven_by) == (time, "document_timestamp")
    assert signature.level is Level.B_LTA
    assert [item.reason for item in verdict.signatures if item.kind == "timestamp"] == ["timestamp.valid"]


def test_a_raised_signature_outlives_a_later_revocation(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    time = pki.now - timedelta(days=2)
    data = pki.raised(pki.sign(plain_pdf()), pki.alice, at=time)
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, pki.now, revoked=time + timedelta(days=1)))
    verdict = judge(data, known)
    assert (verdict.outcome, only(verdict).reason) == (Outcome.VALID, "signature.valid_time_proven")


def test_a_raised_signature_falls_to_a_revocation_before_its_proof(pki: Lab, trust: TrustStore, tmp_path: Path) -> None:
    time = pki.now - timedelta(days=2)
    data = pki.raised(pki.sign(plain_pdf()), pki.alice, at=time)
    known = cached(trust, tmp_path, pki, pki.ocsp_answer(pki.alice, pki.now, revoked=time - timedelta(hours=1)))
    assert judge(data, known).reason == "signature.revoked"


def test_a_timestamp_of_an_unknown_authority_proves_nothing(pki: Lab, trust: TrustStore) -> None:
    stranger = pki.issue("Other TSA", pki.stranger_root, usage=[ExtendedKeyUsageOID.TIME_STAMPING])
    data = pki.with_dss(pki.sign(plain_pdf()), **pki.good_answers(pki.alice, at=pki.now - timedelta(days=2)))
    verdict = judge(pki.timestamped(data, pki.now - timedelta(days=2), stranger), trust)
    assert verdict.outcome is Outcome.INDETERMINATE
    assert only(verdict).proven_time is None
    assert only(verdict).level is Level.B_B


def test_answers_added_after_the_timestamp_do_not_prove_the_past(pki: Lab, trust: TrustStore) -> None:
    """Only what the timestamp covers existed then: evidence slipped in behind it is not used for that time."""
    time = pki.now - timedelta(days=2)
    stamped = pki.timestamped(pki.sign(plain_pdf()), time)
    verdict = judge(pki.with_dss(stamped, **pki.good_answers(pki.alice, at=time), certs=(pki.issuing,)), trust)
    assert only(verdict).outcome is Outcome.INDETERMINATE


def test_a_later_signature_is_not_proven_by_an_earlier_timestamp(pki: Lab, trust: TrustStore) -> None:
    data = pki.raised(pki.sign(plain_pdf()), pki.alice, at=pki.now - timedelta(days=2))
    verdict = judge(pki.sign(data, pki.bob, field_name="firma-2"), trust)
    by_field = {item.field: item for item in verdict.signatures}
    assert by_field["firma-1"].outcome is Outcome.VALID
    assert by_field["firma-2"].proven_time is None
    assert by_field["firma-2"].outcome is Outcome.INDETERMINATE
    assert verdict.outcome is Outcome.INDETERMINATE  # as good as its worst


# --- with timestamps of their own ---


def test_levels_are_recognised(pki: Lab, trust: TrustStore) -> None:
    time = pki.now - timedelta(days=2)
    bt = pki.sign(prepared(pki), stamped=time)
    answers = pki.good_answers(pki.alice, at=time + timedelta(seconds=2))
    blt = pki.with_dss(pki.sign(plain_pdf(), stamped=time), **answers, certs=(pki.issuing,))
    blta = pki.timestamped(blt, time + timedelta(seconds=5))
    for data, level in ((blt, Level.B_LT), (blta, Level.B_LTA)):
        verdict = judge(data, trust)
        assert (verdict.outcome, only(verdict).level) == (Outcome.VALID, level)
        assert (only(verdict).proven_time, only(verdict).proven_by) == (time, "signature_timestamp")
    assert only(judge(bt, trust)).proven_time == time


def test_a_signature_timestamp_of_an_unknown_authority(pki: Lab) -> None:
    trust = TrustStore((Anchor.of(pki.root.der, source="lab", purpose="signing"),))
    verdict = judge(pki.sign(prepared(pki), stamped=pki.now), trust)
    assert (verdict.outcome, verdict.reason) == (Outcome.INDETERMINATE, "signature.timestamp_undecided")
    assert only(verdict).level is Level.B_B


def test_a_lying_timestamp_at_the_end_is_an_undecided_file(pki: Lab, trust: TrustStore) -> None:
    late = judge(pki.raised(victim(pki), pki.alice, at=pki.now), trust, at=pki.now + timedelta(days=200))
    assert late.outcome is Outcome.INDETERMINATE
    assert {item.reason for item in late.signatures} == {"timestamp.undecided", "signature.intact_revocation_stale"}


# --- whole files ---


def test_one_broken_signature_never_hides_the_others(pki: Lab, trust: TrustStore) -> None:
    data = pki.sign(victim(pki), pki.bob, field_name="firma-2")
    start = data.index(b"/Contents <") + len(b"/Contents <")
    verdict = judge(splice(data, start, b"00" * 200), trust)
    reasons = {item.field: item.reason for item in verdict.signatures}
    assert set(reasons) == {"firma-1", "firma-2"}
    assert "signature.malformed" in reasons.values()
    assert verdict.outcome is Outcome.INVALID


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file.empty"),
        (b"hola", "file.not_pdf"),
        (b"%PDF-1.7\n%%EOF", "file.damaged"),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF", "file.damaged"),
    ],
)
def test_what_cannot_be_read_is_a_verdict(data: bytes, reason: str, trust: TrustStore) -> None:
    verdict = judge(data, trust)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNREADABLE, reason)


def test_a_file_that_is_not_there(tmp_path: Path, trust: TrustStore) -> None:
    for path in (tmp_path / "none.pdf", tmp_path):
        assert verify_file(path, trust=trust).reason == "file.not_found"


def test_an_unsigned_file_lists_its_fields(trust: TrustStore) -> None:
    verdict = judge(plain_pdf(), trust)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNSIGNED, "file.unsigned")
    assert verdict.unsigned_fields == ("firma-1", "firma-2", "firma-3")


def test_a_timestamp_alone_is_no_signature(pki: Lab, trust: TrustStore) -> None:
    verdict = judge(pki.timestamped(prepared(pki), pki.now), trust)
    assert (verdict.outcome, verdict.reason) == (Outcome.UNSIGNED, "file.only_timestamped")


def test_a_locked_file_says_so(tmp_path: Path, trust: TrustStore) -> None:
    import io

    import pikepdf

    locked = tmp_path / "locked.pdf"
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert verify_file(locked, trust=trust).reason == "file.encrypted"


@settings(max_examples=60, deadline=None)
@given(where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_changed_signed_byte_is_never_valid(where: float, bit: int) -> None:
    pki, original = shared_lab(), _victim_bytes()
    data, at = bytearray(original), int(where * len(original))
    data[at] ^= 1 << bit
    verdict = judge(bytes(data), TrustStore.from_pem([pki.root.pem]))
    start, end = gap_of(original)
    if not start <= at < end:
        assert verdict.outcome is not Outcome.VALID
    elif verdict.outcome is Outcome.VALID:  # spare certificates in the CMS are not signed: no fact may come from them
        whole = judge(
            original, TrustStore.from_pem([pki.root.pem])
        )  # but where a spare one was found may be another place
        assert replace(only(verdict), evidence=()) == replace(only(whole), evidence=())


@settings(max_examples=30, deadline=None)
@given(length=st.floats(0, 1, exclude_max=True))
def test_a_truncated_file_is_never_valid(length: float) -> None:
    pki = shared_lab()
    whole = _victim_bytes()
    cut = whole[: int(length * len(whole))]
    assert judge(cut, TrustStore.from_pem([pki.root.pem])).outcome is not Outcome.VALID


def test_the_verdict_as_json(pki: Lab, trust: TrustStore) -> None:
    verdict = judge(pki.raised(pki.sign(plain_pdf()), pki.alice, at=pki.now), trust)
    shape = verdict_json(verdict, lambda code: (f"what {code}", "do"))
    signature = shape["signatures"][0]
    assert shape["verdict"] == "valid"
    assert signature["signer"]["ci"] == "4455667"
    assert signature["signer"]["serial"] == str(only(verdict).serial)
    assert signature["explanation"] == "what signature.valid_time_proven"
    assert {
        "field", "indication", "subindication", "verdict", "level", "signer", "claimed_time", "proven_time",
        "covers_whole_file", "later_changes", "revocation", "explanation", "advice",
    } <= set(signature)  # fmt: skip


def test_exit_codes_count_the_worst() -> None:
    def files(*outcomes: Outcome) -> list[FileVerdict]:
        return [FileVerdict("x", "", outcome, "") for outcome in outcomes]

    assert exit_code(files(Outcome.VALID)) == 0
    assert exit_code(files(Outcome.VALID, Outcome.UNSIGNED)) == 2
    assert exit_code(files(Outcome.INDETERMINATE, Outcome.INVALID)) == 1
    assert exit_code(files(Outcome.UNREADABLE)) == 1


_VICTIM: list[bytes] = []


def _victim_bytes() -> bytes:
    if not _VICTIM:
        _VICTIM.append(victim(shared_lab()))
    return _VICTIM[0]


# --- encrypted files


def encrypted(pki: Lab, password: str) -> bytes:
    """AES-256, signed by two while it was so."""
    with pikepdf.open(io.BytesIO(prepared(pki))) as pdf:
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="dueño", user=password))
    data = out.getvalue()
    for holder, field in ((pki.alice, "firma-1"), (pki.bob, "firma-2")):
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        writer.encrypt(password)
        metadata = signers.PdfSignatureMetadata(field_name=field, subfilter=fields.SigSeedSubFilter.PADES)
        signed = io.BytesIO()
        signers.PdfSigner(metadata, signer=pki.signer(holder)).sign_pdf(
            writer, existing_fields_only=True, output=signed, bytes_reserved=16384
        )
        data = signed.getvalue()
    return data


@pytest.mark.parametrize("password", ["", "contraseña ñ"])
def test_an_encrypted_file_is_judged_with_its_password(pki: Lab, trust: TrustStore, password: str) -> None:
    data = encrypted(pki, password)
    verdict = verify_bytes(data, name="x", trust=trust, password=password)
    assert {item.field: item.outcome for item in verdict.signatures} == {
        "firma-1": Outcome.VALID,
        "firma-2": Outcome.VALID,
    }
    assert verdict.signatures[0].later_changes is LaterChanges.PERMITTED
    if password:
        assert verify_bytes(data, name="x", trust=trust).reason == "file.encrypted"
        assert verify_bytes(data, name="x", trust=trust, password="otra").reason == "file.wrong_password"
        broken = verify_bytes(splice(data, 200, b"X"), name="x", trust=trust, password=password)
        assert broken.outcome is not Outcome.VALID
