"""Filling the fields one after the other leaves every earlier signature untouched, for the verifier that we use."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop.drafting.jobs import SetPage
from desktop.drafting.preflight import preflight


@pytest.fixture(scope="module")
def signer() -> SimpleSigner:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Saturnino Ñuñez Condori")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(certificate),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


class _Quiet(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        """Leave XMP and Info as they were frozen."""


def test_each_signature_only_fills(frozen: SetPage, signer: SimpleSigner) -> None:
    pdf = frozen.pdf
    for name in frozen.fields:
        out = PdfSigner(PdfSignatureMetadata(field_name=name), signer).sign_pdf(
            _Quiet(io.BytesIO(pdf)), existing_fields_only=True
        )
        pdf = out.getvalue()
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert [one.field_name for one in signatures] == list(frozen.fields)
    for one in signatures:
        one.compute_integrity_info()
    levels = [one.diff_result.modification_level for one in signatures]
    assert levels == [ModificationLevel.FORM_FILLING] * 3 + [ModificationLevel.NONE]
    # pyHanko's own stamp writes in Courier and does not embed it; our stamp does not
    assert {finding.rule for finding in preflight(pdf)} == {"fonts_embedded"}
