"""Independent judges of the practice services: pyHanko and the openssl command."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
from pathlib import Path

import pikepdf
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation.ades import AdESLTAValidationResult
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from desktop.practice.pki import PracticePki
from tests.fixtures.judges import pyhanko_lta, run

__all__ = ["SigningError", "judge_lta", "openssl", "sign_lta"]


def anchor(pki: PracticePki) -> asn1_x509.Certificate:
    """The practice root as pyHanko wants it."""
    return asn1_x509.Certificate.load(pki.certificate_of("root"))


def sign_lta(pki: PracticePki, label: str) -> bytes:
    """A one-page PDF signed at B-LTA by pyHanko's own signer, with everything asked from the services."""
    page = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(page)
    return asyncio.run(_sign_lta(pki, label, page))


async def _sign_lta(pki: PracticePki, label: str, page: io.BytesIO) -> bytes:
    store = SimpleCertificateStore()
    store.register_multiple(asn1_x509.Certificate.load(der) for der in pki.chain_of(label))
    der = pki.key_of(label).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(pki.certificate_of(label)),
        signing_key=PrivateKeyInfo.load(der),
        cert_registry=store,
    )
    context = ValidationContext(trust_roots=[anchor(pki)], allow_fetching=True, revocation_mode="require")
    try:
        output = await signers.async_sign_pdf(
            IncrementalPdfFileWriter(page),
            signers.PdfSignatureMetadata(
                field_name="firma-1",
                subfilter=SigSeedSubFilter.PADES,
                md_algorithm="sha256",
                embed_validation_info=True,
                use_pades_lta=True,
                validation_context=context,
            ),
            signer=signer,
            timestamper=HTTPTimeStamper(pki.tsa_url),
        )
    finally:
        await context.aclose()
    return bytes(output.getbuffer())


def judge_lta(pki: PracticePki, pdf: bytes) -> AdESLTAValidationResult:
    """EN 319 102-1 validation with archival data, from what the file carries alone."""
    (result,) = pyhanko_lta(io.BytesIO(pdf), pki.certificate_of("root"))
    return result


def openssl(folder: Path, *arguments: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """Run openssl in ``folder``; the caller reads its code and words."""
    return run(folder, "openssl", *arguments)
