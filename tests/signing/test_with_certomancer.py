"""Our signing and verifying among parts that are not ours: certomancer's CA, OCSP, CRLs and TSA; pyHanko, openssl and pdfsig as judges."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import AdESLTAValidationResult

from desktop.practice.tokens import find_library, find_program
from signing.appearance import Stamp
from signing.errors import SigningError
from signing.pades import sign_file
from signing.policy import PRACTICE
from signing.renewal import raise_file
from signing.report import Level, Outcome, SignReceipt
from signing.timestamps import TimestampClient
from signing.trust import TrustStore
from signing.verify import verify_file
from signing.worker import TokenWorker
from tests.fixtures import judges
from tests.fixtures.certomancer_lab import EC, REVOKED, ROOT, RSA, CertomancerLab, certomancer_lab

CLAIMED = datetime.now(UTC).replace(microsecond=0)
GOOD_SIGNATURE, GOOD_TIMESTAMP, GOOD_TO_POPPLER = (
    "CAdES Verification successful",
    "Verification: OK",
    "Signature is Valid.",
)


class Desk:
    """A person's desk that trusts certomancer's root and nothing else."""

    def __init__(self, outside: CertomancerLab, worker: TokenWorker, page: Path, font_folder: Path) -> None:
        self.outside = outside
        self.worker = worker
        self.page = page
        self.fonts = font_folder
        self.trust = TrustStore.from_pem([outside.root_pem.read_bytes()], policy=PRACTICE)

    def sign(
        self, label: str, output: Path, level: Level, *, source: Path | None = None, tsa: str = "", **options: bool
    ) -> SignReceipt:
        token = next(one for one in self.worker.tokens() if one.label == label)
        certificate = next(one for one in token.certificates if not one.unusable)
        stamp = Stamp(certificate.person.name, certificate.person.post, "Gobernación", "19/11/2026 10:42", self.fonts)
        with self.worker.open(token, certificate, lambda *_: self.outside.pins[label]) as session:
            return sign_file(
                source or self.page, output, session, field=None, stamp=stamp, level=level, trust=self.trust,
                timestamps=TimestampClient(tsa or self.outside.tsa_url), claimed_time=CLAIMED, **options,
            )  # fmt: skip

    def accepted(self, path: Path, folder: Path, *, signatures: int = 1, timestamps: int) -> None:
        """Every judge that needs no network agrees."""
        assert judges.pdfsig(path) == [GOOD_TO_POPPLER] * signatures
        said = judges.openssl_signatures(path, folder, self.outside.root_pem)
        assert [one.splitlines()[-1] for one in said] == [GOOD_SIGNATURE] * signatures, said
        stamped = judges.openssl_timestamps(path, folder, self.outside.root_pem)
        assert [one.splitlines()[-1] for one in stamped] == [GOOD_TIMESTAMP] * timestamps, stamped

    def judged(self, path: Path) -> list[AdESLTAValidationResult]:
        with path.open("rb") as stream:
            return judges.pyhanko_lta(stream, self.outside.der(ROOT))


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CertomancerLab]:
    with certomancer_lab(tmp_path_factory.mktemp("certomancer"), find_library(), find_program()) as running:
        yield running


@pytest.fixture
def desk(outside: CertomancerLab, lab) -> Iterator[Desk]:
    with TokenWorker([outside.module], environment=outside.environment()) as worker:
        yield Desk(outside, worker, lab.page, lab.font_folder)


@pytest.fixture
def desk_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "judged"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("label", [RSA, EC])
def test_every_level_is_accepted_by_every_judge(desk: Desk, tmp_path: Path, desk_folder: Path, label: str) -> None:
    stamps = {Level.B_B: 0, Level.B_T: 1, Level.B_LT: 1, Level.B_LTA: 2}
    for level in Level:
        output = tmp_path / f"{level.value}.pdf"
        receipt = desk.sign(label, output, level)
        assert (receipt.level, receipt.degraded) == (level, "")
        desk.accepted(output, desk_folder, timestamps=stamps[level])
        verdict = verify_file(output, trust=desk.trust, online=True)
        assert (verdict.outcome, verdict.signatures[0].level) == (Outcome.VALID, level), verdict
    (judged,) = desk.judged(output)
    assert (judged.ades_subindic, judged.api_status.bottom_line) == (AdESPassed.OK, True)
    assert verify_file(output, trust=desk.trust).outcome is Outcome.VALID  # offline, by the file's own evidence


def test_who_signed_is_read_from_a_foreign_certificate(desk: Desk, tmp_path: Path) -> None:
    output = tmp_path / "signed.pdf"
    desk.sign(RSA, output, Level.B_B)
    person = verify_file(output, trust=desk.trust).signatures[0].person
    assert person is not None
    assert (person.name, person.ci, person.complement) == ("Juana Mamani Quispe", "4512345", "1A")
    assert (person.document_type, person.nit, person.post) == ("CI", "1020304050", "Técnica en Gestión Documental")


def test_a_basic_signature_says_nothing_of_revocation_until_somebody_is_asked(desk: Desk, tmp_path: Path) -> None:
    output = tmp_path / "signed.pdf"
    desk.sign(RSA, output, Level.B_B)
    offline = verify_file(output, trust=desk.trust)
    assert (offline.outcome, offline.reason) == (Outcome.INDETERMINATE, "signature.intact_revocation_unknown")
    asked = verify_file(output, trust=desk.trust, online=True).signatures[0]
    assert (asked.outcome, asked.revocation.status, asked.revocation.source) == (Outcome.VALID, "good", "ocsp")


def test_a_basic_signature_is_raised(desk: Desk, tmp_path: Path, desk_folder: Path) -> None:
    basic, raised = tmp_path / "basic.pdf", tmp_path / "raised.pdf"
    desk.sign(EC, basic, Level.B_B)
    receipt = raise_file(basic, raised, trust=desk.trust, timestamps=TimestampClient(desk.outside.tsa_url))
    assert receipt.level is Level.B_LTA
    assert raised.read_bytes().startswith(basic.read_bytes())
    desk.accepted(raised, desk_folder, timestamps=1)
    signature = verify_file(raised, trust=desk.trust).signatures[0]
    assert (signature.outcome, signature.level) == (Outcome.VALID, Level.B_LTA)
    assert (signature.proven_by, signature.proven_time) == ("document_timestamp", receipt.timestamp)


def test_two_people_sign_one_file(desk: Desk, tmp_path: Path, desk_folder: Path) -> None:
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    desk.sign(RSA, first, Level.B_T)
    desk.sign(EC, second, Level.B_LTA, source=first)
    desk.accepted(second, desk_folder, signatures=2, timestamps=3)
    verdict = verify_file(second, trust=desk.trust, online=True)
    assert [one.outcome for one in verdict.signatures] == [Outcome.VALID] * 3
    results = desk.judged(second)
    assert [one.ades_subindic for one in results] == [AdESPassed.OK] * 2


def test_a_revoked_signer_is_refused_before_he_signs_and_seen_afterwards(desk: Desk, tmp_path: Path) -> None:
    output = tmp_path / "signed.pdf"
    with pytest.raises(SigningError) as caught:
        desk.sign(REVOKED, output, Level.B_LT)
    assert (caught.value.code, caught.value.on_disk) == ("certificate.revoked", "nothing")
    assert list(tmp_path.iterdir()) == []
    desk.sign(REVOKED, output, Level.B_B)  # offline nobody can know
    assert verify_file(output, trust=desk.trust).reason == "signature.intact_revocation_unknown"
    verdict = verify_file(output, trust=desk.trust, online=True)
    assert (verdict.outcome, verdict.reason) == (Outcome.INVALID, "signature.revoked")
    assert verdict.signatures[0].revocation.status == "revoked"
    with pytest.raises(SigningError) as caught:
        raise_file(output, tmp_path / "raised.pdf", trust=desk.trust, timestamps=TimestampClient(desk.outside.tsa_url))
    assert caught.value.code == "certificate.revoked"


def test_the_answer_that_refused_a_signer_is_kept(desk: Desk, tmp_path: Path) -> None:
    desk.trust = replace(desk.trust, cache=tmp_path / "kept")
    desk.sign(REVOKED, tmp_path / "signed.pdf", Level.B_B)
    with pytest.raises(SigningError):
        desk.sign(REVOKED, tmp_path / "refused.pdf", Level.B_LT)
    verdict = verify_file(tmp_path / "signed.pdf", trust=desk.trust)  # offline
    assert (verdict.outcome, verdict.reason) == (Outcome.INVALID, "signature.revoked")


def test_without_a_tsa_the_signature_stays_basic_and_says_so(desk: Desk, tmp_path: Path, desk_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/tsa"
    output = tmp_path / "signed.pdf"
    receipt = desk.sign(RSA, output, Level.B_LTA, tsa=nobody, allow_degraded=True)
    assert (receipt.level, receipt.degraded) == (Level.B_B, "tsa.unreachable")
    desk.accepted(output, desk_folder, timestamps=0)
    assert verify_file(output, trust=desk.trust, online=True).outcome is Outcome.VALID


def test_a_changed_byte_is_seen_by_us_and_by_the_judges(desk: Desk, tmp_path: Path, desk_folder: Path) -> None:
    output = tmp_path / "signed.pdf"
    desk.sign(RSA, output, Level.B_B)
    data = bytearray(output.read_bytes())
    data[data.index(b"/CreationDate") + 20] ^= 1
    output.write_bytes(data)
    assert verify_file(output, trust=desk.trust, online=True).outcome is Outcome.INVALID
    assert judges.pdfsig(output) == ["Digest Mismatch."]
    (said,) = judges.openssl_signatures(output, desk_folder, desk.outside.root_pem)
    assert GOOD_SIGNATURE not in said


def test_the_practice_offices_timestamps_are_accepted_too(lab, worker, tmp_path: Path, desk_folder: Path) -> None:
    """The team's own TSA by the same measure as certomancer's."""
    output, root = tmp_path / "signed.pdf", tmp_path / "root.pem"
    root.write_text(lab.pki.anchors_pem())
    with lab.session(worker, "juana") as session:
        sign_file(
            lab.page, output, session, field=None, stamp=None, level=Level.B_LTA, trust=lab.trust,
            timestamps=lab.client(), claimed_time=CLAIMED,
        )  # fmt: skip
    assert judges.openssl_timestamps(output, desk_folder, root) == ["Verification: OK"] * 2
    assert [one.splitlines()[-1] for one in judges.openssl_signatures(output, desk_folder, root)] == [GOOD_SIGNATURE]
