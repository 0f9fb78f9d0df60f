"""Whatever is called a PDF gets a verdict within ten seconds and one gigabyte, never a traceback, never "valid" by mistake."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from signing.report import FileVerdict, Outcome
from signing.sandbox import MEMORY, SECONDS, Verifier
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.attacks.makers import prepared, victim
from tests.fixtures.damaged import cases
from tests.fixtures.hostile import hostile
from tests.fixtures.lab import Lab, plain_pdf, shared_lab
from tests.fuzz.seeds import moment, seeds

KILLING = 6  # seconds more until a killed process is gone, on a machine that does other things too
CUTS = 64
KILLED = {
    "appended_bomb",
    "thousand_certificates",
    "fifty_one_signatures",
}  # files that may end the child: after the others


@pytest.fixture(scope="module")
def trust() -> TrustStore:
    return TrustStore.from_pem([shared_lab().root.pem])


@pytest.fixture(scope="module")
def shared() -> Iterator[Verifier]:
    with Verifier() as made:
        made.start()
        yield made


@pytest.fixture
def judge(shared: Verifier, trust: TrustStore, tmp_path: Path):
    """The verdict, and that it came in time and within memory. A test whose file kills the shared child is the last to use it."""
    with contextlib.ExitStack() as own:
        before = shared.child
        verifier = shared if before is not None else own.enter_context(Verifier())
        yield functools.partial(_judge, verifier, trust, tmp_path)
        if shared.child != before:
            shared.close()


def _judge(
    verifier: Verifier,
    trust: TrustStore,
    folder: Path,
    data: bytes | Path,
    *,
    at: datetime | None = None,
    password: str = "",
) -> FileVerdict:
    path = data if isinstance(data, Path) else folder / "x.pdf"
    if isinstance(data, bytes):
        path.write_bytes(data)
    verifier.start()
    child = verifier.child
    began = time.monotonic()
    verdict = verifier.verify(path, trust=trust, at=at or shared_lab().now, password=password)
    assert time.monotonic() - began < SECONDS + KILLING
    if verifier.child == child and sys.platform == "linux":
        status = Path(f"/proc/{child}/status").read_text("ascii")
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert peak is not None
        assert int(peak[1]) * 1024 < MEMORY
    assert verdict.reason not in ("file.crashed", "file.not_judged")
    assert all(one.reason for one in verdict.signatures)
    return verdict


# what each must be called: the outcome, and the reason where only one is right
EXPECTED = {
    "unknown_subfilter": (Outcome.INDETERMINATE, "signature.unsupported"),
    "portfolio": (Outcome.UNSIGNED, "file.unsigned"),
    "form_of_xfa": (Outcome.UNSIGNED, "file.unsigned"),
    "ten_thousand_fields": (Outcome.UNSIGNED, "file.unsigned"),
    "ten_thousand_filled_fields": (Outcome.INVALID, "signature.malformed"),
    "fields_beyond_any_form": (Outcome.UNREADABLE, "file.too_demanding"),
    "field_too_deep": (Outcome.UNREADABLE, "file.too_demanding"),
    "hundred_thousand_objects": (Outcome.UNSIGNED, "file.unsigned"),
    "hundred_thousand_pages": (Outcome.UNSIGNED, "file.unsigned"),
    "contents_of_10_megabytes": (Outcome.INVALID, "signature.malformed"),
    "der_without_an_end": (Outcome.INVALID, "signature.malformed"),
    "der_of_depth": (Outcome.INVALID, "signature.malformed"),
    "loop_of_pages": (Outcome.UNSIGNED, "file.unsigned"),
    "loop_of_kids": (Outcome.UNSIGNED, "file.unsigned"),
    "loop_of_tables": (Outcome.UNREADABLE, "file.damaged"),
}


@pytest.mark.parametrize("name", sorted(hostile(), key=lambda name: (name in KILLED, name)))
def test_hostile_files(judge, name: str) -> None:
    verdict = judge(hostile()[name]())
    assert verdict.outcome is not Outcome.VALID
    if name in EXPECTED:
        assert (verdict.outcome, verdict.reason) == EXPECTED[name]
    if name.startswith("appended"):
        assert verdict.outcome in (Outcome.INVALID, Outcome.UNREADABLE)


def test_every_expected_file_is_made() -> None:
    assert EXPECTED.keys() <= hostile().keys()


@pytest.mark.parametrize("name", sorted(cases()))
def test_damaged_files(judge, tmp_path: Path, name: str) -> None:
    verdict = judge(cases()[name].make(tmp_path))
    assert verdict.outcome is not Outcome.VALID
    if "signature" in name or name == "page-changed-after-signing":
        assert verdict.outcome is not Outcome.UNSIGNED
    if cases()[name].code in ("source.unreadable", "source.not_a_file", "pdf.too_large", "pdf.encrypted"):
        assert verdict.outcome is Outcome.UNREADABLE or name == "owner-password-only"


def test_a_large_file_is_told_at_once(judge, tmp_path: Path) -> None:
    for name in ("two-gib", "eleven-gib") if sys.platform != "win32" else ():
        began = time.monotonic()
        folder = tmp_path / name
        folder.mkdir()
        assert judge(cases()[name].make(folder)).reason == "file.too_large"
        assert time.monotonic() - began < 2


@functools.cache
def _whole() -> dict[str, bytes]:
    lab = shared_lab()
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return {
        "b-b": lab.sign(plain_pdf()),
        "b-lta": lab.raised(lab.sign(plain_pdf(), stamped=lab.now), lab.alice, at=lab.now),
        "two": lab.sign(lab.sign(prepared(lab)), lab.bob, field_name="firma-2"),
        "streams": lab.sign(packed.getvalue()),
    }


@pytest.mark.parametrize("kind", ["b-b", "b-lta", "two", "streams"])
def test_truncated_anywhere(judge, kind: str) -> None:
    """Each 64th of the file; what is left of a file may be an earlier revision, which then is what it is."""
    data = _whole()[kind]
    ends = {match.end() for match in re.finditer(rb"%%EOF\r?\n?", data)}
    for part in range(CUTS):
        cut = len(data) * part // CUTS
        verdict = judge(data[:cut])
        assert verdict.outcome is not Outcome.VALID or cut in ends, (kind, cut, verdict.reason)


# --- passwords


def locked(**options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="usuario", owner="dueño", **options))
    return out.getvalue()


KINDS = {"rc4-128": {"R": 3, "aes": False, "metadata": False}, "aes-128": {"R": 4}, "aes-256": {"R": 6}}


@pytest.mark.parametrize("kind", KINDS)
def test_encrypted_files(judge, kind: str) -> None:
    data = locked(**KINDS[kind])
    assert (judge(data).outcome, judge(data).reason) == (Outcome.UNREADABLE, "file.encrypted")
    assert judge(data, password="otra").reason == "file.wrong_password"
    assert judge(data, password="usuario").reason == "file.unsigned"
    assert judge(data, password="dueño").reason == "file.unsigned"


# --- certificates and clocks


@dataclass(frozen=True)
class Raw:
    """A person whose certificate pyca refuses to read."""

    asn1: asn1_x509.Certificate
    asn1_key: Any


def negative(lab: Lab) -> Raw:
    """Alice with the same key and a serial number below zero, which RFC 5280 §4.1.2.2 forbids and authorities have issued."""
    certificate = asn1_x509.Certificate.load(lab.alice.der)
    certificate["tbs_certificate"]["serial_number"] = -(1 << 120)
    body = certificate["tbs_certificate"].dump(force=True)
    certificate["signature_value"] = lab.issuing.key.sign(body, padding.PKCS1v15(), hashes.SHA256())
    return Raw(asn1_x509.Certificate.load(certificate.dump(force=True)), lab.alice.asn1_key)


def test_a_negative_serial_number(judge) -> None:
    lab = shared_lab()
    verdict = judge(lab.sign(plain_pdf(), negative(lab)))
    (one,) = verdict.signatures
    assert one.serial < 0
    assert verdict.outcome in (Outcome.INDETERMINATE, Outcome.INVALID)


@pytest.mark.parametrize("year", [1970, 2099])
def test_the_signer_said_an_impossible_time(judge, year: int) -> None:
    """The claimed time is told as it is, and proves nothing."""
    data = shared_lab().with_dss(
        _claiming(year), **shared_lab().good_answers(shared_lab().alice), certs=(shared_lab().issuing,)
    )
    verdict = judge(data, at=shared_lab().now + timedelta(minutes=1))
    (one,) = verdict.signatures
    assert one.claimed_time is not None
    assert one.claimed_time.year == year
    assert one.proven_time is None


def _claiming(year: int) -> bytes:
    """PAdES has no signing-time in the CMS: /M is what is claimed, and what the ByteRange covers."""
    writer = IncrementalPdfFileWriter(io.BytesIO(plain_pdf()))
    embedder = PdfCMSEmbedder().write_cms(field_name="firma-1", writer=writer)
    next(embedder)
    value = SignatureObject(
        timestamp=datetime(year, 1, 2, tzinfo=UTC), bytes_reserved=16384, subfilter=SigSeedSubFilter.PADES
    )
    embedder.send(SigObjSetup(sig_placeholder=value))
    digest, out = embedder.send(SigIOSetup(md_algorithm="sha256", in_place=True))
    signer = shared_lab().signer(shared_lab().alice)
    embedder.send(asyncio.run(signer.async_sign(digest.document_digest, "sha256", use_pades=True)))
    return bytes(out.getvalue())


@pytest.mark.parametrize("years", [-30, 30])
def test_the_clock_of_this_computer_is_wrong(judge, years: int) -> None:
    moment = shared_lab().now + timedelta(days=365 * years)
    verdict = judge(victim(shared_lab()), at=moment)
    assert verdict.outcome in (Outcome.INDETERMINATE, Outcome.INVALID)


def test_honest_files_are_still_what_they_are(judge) -> None:
    assert judge(victim(shared_lab())).outcome is Outcome.VALID


def test_a_damaged_list_of_certificates_in_a_timestamp_hides_nothing(judge) -> None:
    """Found by fuzzing: the whole file was "not judged"."""
    data = _whole()["b-lta"]
    found = re.search(rb"/Contents\s*<([0-9a-fA-F]+)>", data)
    assert found is not None
    der = bytes.fromhex(found[1].decode())
    (signer,) = cms.ContentInfo.load(der)["content"]["signer_infos"]
    token = signer["unsigned_attrs"][0]["values"][0]
    listed = token["content"]["certificates"][0].dump()
    place = der.rindex(listed) + 1  # its length
    at = found.start(1) + 2 * place
    verdict = judge(data[:at] + b"ff" + data[at + 2 :])
    assert [one.kind for one in verdict.signatures] == ["signature", "timestamp"]
    assert verdict.outcome is not Outcome.VALID


def test_an_update_that_no_reader_can_draw_is_not_permitted(judge) -> None:
    """Found by fuzzing: a digit missing in the last table made the second signature vanish, and the file was called valid."""
    data = seeds()["two"].data
    table = data.rindex(b"\nxref\n")
    for row in re.finditer(rb"\d{10} \d{5} n", data[table:]):
        at = table + row.start() + 5
        verdict = judge(data[:at] + data[at + 1 :], at=moment())
        assert verdict.outcome is not Outcome.VALID, row


def test_a_table_that_one_reader_repairs_is_found_without_drawing() -> None:
    """The same without pages: an update whose table has a digit too few is not what the standard calls a table."""
    data, trust = seeds()["two"].data, TrustStore.from_pem([shared_lab().root.pem])
    table = data.rindex(b"\nxref\n")
    for row in re.finditer(rb"\d{10} \d{5} n", data[table:]):
        at = table + row.start() + 5
        verdict = verify_bytes(data[:at] + data[at + 1 :], name="x.pdf", trust=trust, at=moment(), compare_pages=False)
        assert verdict.outcome is Outcome.INVALID, row
