"""Independent judges of the practice services: pyHanko and the openssl command."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation.ades import AdESLTAValidationResult, ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    CertValidationPolicySpec,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertRevTrustPolicy
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager

from desktop.practice.pki import PracticePki

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
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[anchor(pki)]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    spec = PdfSignatureValidationSpec(SignatureValidationSpec(policy, gathering))
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    return asyncio.run(ades_lta_validation(signature, spec))


def openssl(folder: Path, *arguments: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """Run openssl in ``folder``; the caller reads its code and words."""
    command: Sequence[str | os.PathLike[str]] = ["openssl", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=30)
