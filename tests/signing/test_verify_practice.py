"""The verifying side against a living PKI: OCSP, CRL and TSA over HTTP, answers kept for offline use, raising by the signing side."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import keys, x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop.practice.pki import PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from signing import revocation
from signing.renewal import raise_file
from signing.report import Level, Outcome
from signing.sandbox import Verifier
from signing.timestamps import TimestampClient
from signing.trust import TrustStore
from signing.verify import verify_file
from tests.fixtures.lab import plain_pdf, shared_lab


@dataclass
class Office:
    pki: PracticePki
    services: PkiServices
    trust: TrustStore

    def sign(self, path: Path, label: str) -> Path:
        der, *chain = (self.pki.certificate_of(label), *self.pki.chain_of(label))
        key = self.pki.key_of(label).private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        store = SimpleCertificateStore()
        store.register_multiple([x509.Certificate.load(one) for one in chain])
        signer = signers.SimpleSigner(x509.Certificate.load(der), keys.PrivateKeyInfo.load(key), store)
        out = io.BytesIO()
        metadata = signers.PdfSignatureMetadata(field_name="firma-1", subfilter=SigSeedSubFilter.PADES)
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(plain_pdf())), metadata, signer, output=out)
        path.write_bytes(out.getvalue())
        return path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    pki = PracticePki.create(folder / "pki", port=free_port(), now=datetime.now(UTC))
    with PkiServices(pki) as services:
        yield Office(pki, services, TrustStore.from_pem([pki.anchors_pem()]))


def test_offline_then_online_then_offline_again(office: Office, tmp_path: Path) -> None:
    path = office.sign(tmp_path / "nota.pdf", "juana")
    trust = replace(office.trust, cache=tmp_path / "cache")
    before = verify_file(path, trust=trust)
    assert (before.outcome, before.reason) == (Outcome.INDETERMINATE, "signature.intact_revocation_unknown")
    asked = verify_file(path, trust=trust, online=True)
    assert (asked.outcome, asked.signatures[0].reason) == (Outcome.VALID, "signature.valid_time_claimed")
    kept = verify_file(path, trust=trust)
    assert kept.outcome is Outcome.VALID
    answer, again = asked.signatures[0].revocation, kept.signatures[0].revocation
    assert (answer.kept, again) == ("online", replace(answer, kept="cache"))
    assert kept.signatures[0].revocation.date is not None


def test_nothing_is_asked_about_a_stranger(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(revocation, "_get", lambda url, *_: asked.append(url))
    path = office.sign(tmp_path / "nota.pdf", "juana")
    verify_file(path, trust=TrustStore.from_pem([shared_lab().root.pem]), online=True)
    assert asked == []  # the certificate's own URLs are not ours to call before somebody trusts it
    verify_file(path, trust=office.trust)
    assert asked == []  # offline is offline
    verify_file(path, trust=office.trust, online=True)
    assert asked
    assert all(url.startswith(office.pki.url) for url in asked)


def test_raised_by_the_signing_side(office: Office, tmp_path: Path) -> None:
    path = office.sign(tmp_path / "nota.pdf", "maria")
    raised = tmp_path / "raised.pdf"
    raise_file(path, raised, trust=office.trust, timestamps=TimestampClient(office.pki.tsa_url))
    verdict = verify_file(raised, trust=office.trust)
    signature = verdict.signatures[0]
    assert (verdict.outcome, signature.reason) == (Outcome.VALID, "signature.valid_time_proven")
    assert (signature.level, signature.proven_by) == (Level.B_LTA, "document_timestamp")
    data = bytearray(raised.read_bytes())
    data[data.index(b"1.000")] ^= 8
    raised.write_bytes(data)
    assert verify_file(raised, trust=office.trust).outcome is Outcome.INVALID


def test_revoked_people_are_found_through_the_child(office: Office, tmp_path: Path) -> None:
    office.services.revoke("pedro")
    path = office.sign(tmp_path / "nota.pdf", "pedro")
    with Verifier() as verifier:
        verdict = verifier.verify(path, trust=office.trust, online=True)
    assert (verdict.outcome, verdict.reason) == (Outcome.INVALID, "signature.revoked")
    assert verdict.signatures[0].revocation.status == "revoked"


def test_a_dead_network_is_an_answer(office: Office, tmp_path: Path) -> None:
    path = office.sign(tmp_path / "nota.pdf", "juana")
    pki = PracticePki.create(tmp_path / "dead", port=free_port(), now=datetime.now(UTC))
    dead = Office(pki, office.services, TrustStore.from_pem([pki.anchors_pem()]))
    dead.sign(path, "juana")
    verdict = verify_file(path, trust=dead.trust, online=True)
    assert verdict.reason == "signature.intact_revocation_unknown"
