"""PDFs of many producers, signed by the real command in one call, before judges that are not ours."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.policy_decl import (
    CertValidationPolicySpec,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertRevTrustPolicy
from pyhanko_certvalidator.policy_decl import NO_REVOCATION
from pyhanko_certvalidator.registry import SimpleTrustManager

from desktop.practice.pki import ROOT
from signing.report import LaterChanges, Outcome
from signing.verify import verify_file
from tests.fixtures.producers.corpus import corpus, heavy_corpus, producer_of, traits_of
from tests.signing.batch_command import Office, office_of, sign

FILES, PRODUCERS = 40, 12
LARGE = {"LibreOffice", "OpenPDF", "PDFKit", "Prawn", "Skia/PDF m", "TCPDF", "jsPDF", "pdfTeX"}
# pdfunite writes a trailer whose /Size is less than its own table, which ISO 32000-1 §7.5.5 forbids: strict readers refuse the file.
CROOKED = {"poppler-united.pdf"}
TRAITS = {
    "PDF 1.3", "PDF 1.4", "PDF 1.5", "PDF 1.6", "PDF 1.7", "PDF 2.0", "PDF/A", "A4", "Carta", "Oficio", "landscape A4", "attachment",
    "cropped", "rotated", "cross-reference stream", "cross-reference table", "embedded font", "form", "linearised", "many pages",
    "object streams", "outline", "picture", "tagged", "transparency",
}  # fmt: skip


@pytest.fixture(scope="module")
def office(practice_pki, practice_tokens, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_of(practice_pki, practice_tokens, tmp_path_factory.mktemp("anchors"))


def complaints(office: Office, before: Path, after: Path) -> list[str]:
    """What each judge has against one signed file; nothing is right."""
    data = after.read_bytes()
    found = [] if data.startswith(before.read_bytes()) and len(data) > before.stat().st_size else ["not appended"]
    found += [f"pyHanko: {said}" for said in _pyhanko(office, after, strict=before.name not in CROOKED)]
    found += [f"pdfsig: {said}" for said in _pdfsig(after)]
    found += [f"qpdf: {said}" for said in _syntax(after) if said not in _syntax(before)]
    verdict = verify_file(after, trust=office.trust)
    ours = verdict.signatures[-1]
    if verdict.outcome in (Outcome.INVALID, Outcome.UNREADABLE) or ours.later_changes is not LaterChanges.NONE:
        found.append(f"verify: {verdict.outcome} {verdict.reason} {ours.reason}")
    return found


def _pyhanko(office: Office, path: Path, *, strict: bool) -> list[str]:
    """EN 319 102-1 basic validation, and what pyHanko says of the bytes."""
    roots = [x509.Certificate.load(office.pki.certificate_of(ROOT))]
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=roots), revinfo_policy=CertRevTrustPolicy(NO_REVOCATION)
    )
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy, gathering)).signature_validation_spec
    with path.open("rb") as stream:
        (one,) = PdfFileReader(stream, strict=strict).embedded_signatures
        one.compute_integrity_info()
        digest = one.compute_digest()
        result = asyncio.run(ades_basic_validation(one.signed_data, spec, raw_digest=digest))
        wrong = [] if result.ades_subindic is AdESPassed.OK else [str(result.ades_subindic)]
        if one.coverage.name != "ENTIRE_FILE":
            wrong.append(one.coverage.name)
        return wrong


def _pdfsig(path: Path) -> list[str]:
    said = subprocess.run(["pdfsig", "-nocert", path.name], cwd=path.parent, capture_output=True, text=True).stdout
    wanted = ("Signature is Valid.", "Total document signed")
    return [] if all(text in said for text in wanted) and said.count("Signature #") == 1 else [said]


def _syntax(path: Path) -> list[str]:
    with pikepdf.open(path) as pdf:
        return [str(problem).replace(str(path), "") for problem in pdf.check_pdf_syntax()]


def test_the_corpus_is_what_it_says() -> None:
    files = corpus()
    producers = {name for name in map(producer_of, files) if name}
    traits = set().union(*map(traits_of, files))
    assert len(files) >= FILES
    assert len(producers) >= PRODUCERS, producers
    assert traits >= TRAITS, TRAITS - traits


def test_every_producers_files_are_signed_in_one_call(office: Office, tmp_path: Path) -> None:
    require_good(office, corpus(), tmp_path, "--stamp")


@pytest.mark.full
@pytest.mark.timeout(600)
def test_large_programs_files_are_signed_too(office: Office, tmp_path: Path) -> None:
    files = heavy_corpus()
    assert {name for name in map(producer_of, files) if name} >= LARGE
    require_good(office, files, tmp_path / "stamped", "--stamp")
    require_good(office, [*files, *corpus()], tmp_path / "unseen")


def require_good(office: Office, files: Sequence[Path], out: Path, *options: str) -> None:
    """Sign them in one call; no file is refused and no judge has anything against one."""
    rows = sign(office, files, out, *options)
    assert {name: row["error"] for name, row in rows.items() if row.get("error")} == {}
    wrong = {path.name: complaints(office, path, Path(rows[path.name]["output"])) for path in files}
    assert {name: said for name, said in wrong.items() if said} == {}
