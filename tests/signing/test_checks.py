"""The look back at what was written: each thing that may have gone wrong is found."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

import pytest

from signing.checks import check_appended
from signing.errors import SigningError
from signing.pades import sign_file
from signing.report import Level


@pytest.fixture(scope="module")
def made(lab, tmp_path_factory) -> tuple[bytes, bytes, bytes]:
    """The page, the page signed, the signer's certificate."""
    output = tmp_path_factory.mktemp("made") / "signed.pdf"
    with lab.worker() as worker, lab.session(worker, "juana") as session:
        sign_file(
            lab.page, output, session, field="firma-1", stamp=None, level=Level.B_B, trust=lab.trust, timestamps=None,
            claimed_time=datetime(2026, 3, 5, tzinfo=UTC),
        )  # fmt: skip
        return lab.page.read_bytes(), output.read_bytes(), session.certificate.der


def check(before: bytes, after: bytes, field: str, certificate: bytes) -> None:
    digest = hashlib.sha256(before).hexdigest()
    check_appended(
        io.BytesIO(after), before_size=len(before), before_digest=digest, field=field, certificate=certificate
    )


def spoilt(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def respelt(data: bytes, place: int) -> bytes:
    """Another digit at that place of a hexadecimal string, so that it stays one."""
    return data[:place] + (b"1" if data[place : place + 1] == b"0" else b"0") + data[place + 1 :]


def test_a_good_one_passes(made):
    check(*made[:2], "firma-1", made[2])


def test_what_went_wrong_is_named(lab, made):
    before, after, certificate = made
    inside = before.index(b"/CreationDate") + 20  # a digit of a date: the file stays readable
    start = after.index(b"/Contents <", len(before))
    hexadecimal = after[start : after.index(b">", start)]
    appended = start + len(hexadecimal.rstrip(b"0")) - 20  # the signature's value ends the CMS of a B-B signature
    for output, field, signer, what in (
        (spoilt(after, inside), "firma-1", certificate, "prefix"),
        (after, "firma-2", certificate, "field"),
        (after, "firma-1", lab.pki.certificate_of("pedro"), "certificate"),
    ):
        with pytest.raises(SigningError) as caught:
            check(before, output, field, signer)
        assert (caught.value.code, caught.value.facts["check"]) == ("output.check_failed", what)
    with pytest.raises(SigningError) as caught:
        check(spoilt(before, inside), spoilt(after, inside), "firma-1", certificate)
    assert (caught.value.code, caught.value.facts["check"]) == ("output.check_failed", "integrity")
    with pytest.raises(SigningError) as caught:
        check(before, respelt(after, appended), "firma-1", certificate)
    assert (caught.value.code, caught.value.facts["check"]) == ("output.check_failed", "integrity")
