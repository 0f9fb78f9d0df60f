"""What a form's author demands: met where it can be met without asking, else refused by name; pyHanko's own judgement agrees."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    MDPPerm,
    SeedSignatureType,
    SigCertConstraintFlags,
    SigCertConstraints,
    SigFieldSpec,
    SigSeedSubFilter,
    SigSeedValFlags,
    SigSeedValueSpec,
    append_signature_field,
)
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from signing.errors import SigningError
from signing.options import SignOptions
from signing.pades import sign_file
from signing.report import Level
from signing.revisions import open_reader
from signing.seed_values import apply_seed_values, seed_values_of
from signing.trust import TrustStore
from tests.fixtures.lab import Lab as SoftLab
from tests.fixtures.soft_session import SoftSession
from tests.signing.conftest import frozen_page

Flag = SigSeedValFlags


@pytest.fixture(scope="module")
def page() -> bytes:
    return frozen_page(1)


def demanding(page: bytes, **demands: Any) -> bytes:
    stream = io.BytesIO(page)
    writer = IncrementalPdfFileWriter(stream)
    append_signature_field(
        writer, SigFieldSpec("exigente", box=(10, 10, 90, 60), seed_value_dict=SigSeedValueSpec(**demands))
    )
    writer.write_in_place()
    return stream.getvalue()


def sign(soft: SoftLab, folder: Path, data: bytes, **wishes: Any) -> bytes:
    source, output = folder / "in.pdf", folder / "out.pdf"
    source.write_bytes(data)
    output.unlink(missing_ok=True)
    sign_file(
        source, output, SoftSession(soft.alice), field="exigente", stamp=None, level=Level.B_B, trust=TrustStore(),
        timestamps=None, claimed_time=datetime.now(UTC), options=SignOptions(**wishes),
    )  # fmt: skip
    return output.read_bytes()


async def _status(soft: SoftLab, data: bytes) -> Any:
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    context = ValidationContext(
        trust_roots=[soft.root.asn1], other_certs=[soft.issuing.asn1], revocation_mode="soft-fail"
    )
    return await async_validate_pdf_signature(signature, context)


def judged(soft: SoftLab, data: bytes) -> Any:
    import asyncio

    return asyncio.run(_status(soft, data))


@pytest.mark.parametrize(
    ("demands", "wishes"),
    [
        ({"flags": Flag.DIGEST_METHOD, "digest_methods": ["sha384"]}, {}),
        ({"flags": Flag.DIGEST_METHOD, "digest_methods": ["sha1", "sha512"]}, {}),
        ({"flags": Flag.DIGEST_METHOD, "digest_methods": ["sha256", "sha384"]}, {"digest": "sha384"}),
        ({"flags": Flag.REASONS, "reasons": ["Conforme"]}, {}),
        ({"flags": Flag.REASONS, "reasons": ["Conforme", "Visto"]}, {"reason": "Visto"}),
        ({"flags": Flag.REASONS, "reasons": ["."]}, {}),
        ({"flags": Flag.SUBFILTER, "subfilters": [SigSeedSubFilter.PADES]}, {}),
        ({"seed_signature_type": SeedSignatureType(MDPPerm.FILL_FORMS)}, {}),
        ({"seed_signature_type": SeedSignatureType(None)}, {}),
        ({"digest_methods": ["sha512"], "reasons": ["Otro"]}, {}),  # recommended only
    ],
)
def test_what_can_be_met_is_met(soft, page, tmp_path, demands, wishes):
    status = judged(soft, sign(soft, tmp_path, demanding(page, **demands), **wishes))
    assert status.bottom_line
    assert status.has_seed_values
    assert status.seed_value_ok, status.seed_value_constraint_error


def constraint(soft: SoftLab) -> SigCertConstraints:
    return SigCertConstraints(flags=SigCertConstraintFlags.SUBJECT, subjects=[soft.bob.asn1])


@pytest.mark.parametrize(
    ("demands", "wishes", "code"),
    [
        ({"flags": Flag.DIGEST_METHOD, "digest_methods": ["ripemd160"]}, {}, "seed.digest"),
        ({"flags": Flag.DIGEST_METHOD, "digest_methods": ["sha384"]}, {"digest": "sha256"}, "seed.digest"),
        ({"flags": Flag.REASONS, "reasons": ["Conforme", "Visto"]}, {}, "seed.reason"),
        ({"flags": Flag.REASONS, "reasons": ["Conforme"]}, {"reason": "Otro"}, "seed.reason"),
        ({"flags": Flag.REASONS, "reasons": ["."]}, {"reason": "Otro"}, "seed.no_reason"),
        ({"flags": Flag.SUBFILTER, "subfilters": [SigSeedSubFilter.ADOBE_PKCS7_DETACHED]}, {}, "seed.subfilter"),
        ({"flags": Flag.ADD_REV_INFO, "add_rev_info": True, "subfilters": [SigSeedSubFilter.ADOBE_PKCS7_DETACHED]}, {}, "seed.revocation"),
        ({"flags": Flag.APPEARANCE_FILTER, "appearance": "Sello"}, {}, "seed.appearance"),
        ({"flags": Flag.LEGAL_ATTESTATION, "legal_attestations": ["Doy fe"]}, {}, "seed.attestation"),
        ({"timestamp_required": True, "timestamp_server_url": "http://tsa.invalid"}, {}, "seed.timestamp"),
        ({"seed_signature_type": SeedSignatureType(None)}, {"certify": 2}, "seed.no_certification"),
        ({"seed_signature_type": SeedSignatureType(MDPPerm.FILL_FORMS)}, {"certify": 3}, "seed.certification"),
    ],
)  # fmt: skip
def test_what_cannot_be_met_is_refused_by_name(soft, page, tmp_path, demands, wishes, code):
    with pytest.raises(SigningError) as caught:
        sign(soft, tmp_path, demanding(page, **demands), **wishes)
    assert (caught.value.code, caught.value.on_disk) == (code, "nothing")
    assert not (tmp_path / "out.pdf").exists()


def test_who_may_sign(soft, page, tmp_path):
    with pytest.raises(SigningError) as caught:
        sign(soft, tmp_path, demanding(page, cert=constraint(soft)))
    assert caught.value.code == "seed.certificate"
    seeds = seed_values_of(open_reader(io.BytesIO(demanding(page, cert=constraint(soft)))), "exigente")
    assert apply_seed_values(seeds, SignOptions(), field="exigente", certificate=soft.bob.der) == SignOptions()
    assert apply_seed_values(seeds, SignOptions(), field="exigente", certificate=None) == SignOptions()


def test_a_demanded_timestamp_is_never_quietly_left_out(page):
    seeds = seed_values_of(
        open_reader(io.BytesIO(demanding(page, timestamp_required=True, timestamp_server_url="http://x"))), "exigente"
    )
    wishes = apply_seed_values(seeds, SignOptions(level=Level.B_T), field="exigente", certificate=None)
    assert not wishes.allow_degraded


def test_a_field_without_demands_changes_nothing(page):
    reader = open_reader(io.BytesIO(page))
    assert seed_values_of(reader, "firma-1") is None
    assert apply_seed_values(None, SignOptions(reason="x"), field="firma-1", certificate=None) == SignOptions(
        reason="x"
    )


def test_a_damaged_dictionary_is_told(page):
    import pikepdf

    with pikepdf.open(io.BytesIO(page)) as pdf:
        pdf.Root.AcroForm.Fields[0].SV = pikepdf.Dictionary(Type=pikepdf.Name.SV, Ff=2, SubFilter=7)
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises(SigningError) as caught:
        seed_values_of(open_reader(out), "firma-1")
    assert caught.value.code == "seed.unreadable"
