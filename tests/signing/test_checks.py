"""The look back at what was written: each thing that may have gone wrong is found, and nothing else."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.checks import check_earlier, check_raised, check_signed
from signing.cms_check import cms_holds
from signing.errors import SigningError
from signing.pades import sign_file
from signing.renewal import raise_file
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
    check_signed(
        io.BytesIO(after), before_size=len(before), before_digest=hashlib.sha256(before).hexdigest(),
        revisions=PdfFileReader(io.BytesIO(before)).total_revisions, field=field, certificate=certificate,
    )  # fmt: skip


def spoilt(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def respelt(data: bytes, place: int) -> bytes:
    """Another digit at that place of a hexadecimal string, so that it stays one."""
    return data[:place] + (b"1" if data[place : place + 1] == b"0" else b"0") + data[place + 1 :]


def test_a_good_one_passes(made):
    check(*made[:2], "firma-1", made[2])


def test_a_file_on_disk_is_read_like_one_in_memory(made, tmp_path):
    path = tmp_path / "signed.pdf"
    path.write_bytes(made[1])
    with path.open("rb") as stream:
        check_signed(
            stream, before_size=len(made[0]), before_digest=hashlib.sha256(made[0]).hexdigest(), revisions=1,
            field="firma-1", certificate=made[2],
        )  # fmt: skip


def test_what_went_wrong_is_named(lab, made):
    before, after, certificate = made
    inside = before.index(b"/CreationDate") + 20  # a digit of a date: the file stays readable
    start = after.index(b"/Contents <", len(before))
    hexadecimal = after[start : after.index(b">", start)]
    appended = start + len(hexadecimal.rstrip(b"0")) - 20  # the signature's value ends the CMS of a B-B signature
    moment = after.index(b"ETSI.CAdES.detached", len(before)) + 5
    numbers = after.index(b"/ByteRange [0", len(before)) + 12
    for old, new, field, signer, what in (
        (before, spoilt(after, inside), "firma-1", certificate, "prefix"),
        (before, after, "firma-2", certificate, "field"),
        (before, after, "firma-1", lab.pki.certificate_of("pedro"), "integrity"),
        (spoilt(before, inside), spoilt(after, inside), "firma-1", certificate, "integrity"),
        (before, respelt(after, appended), "firma-1", certificate, "integrity"),
        (before, spoilt(after, moment), "firma-1", certificate, "integrity"),
        (before, respelt(after, numbers), "firma-1", certificate, "coverage"),
    ):
        with pytest.raises(SigningError) as caught:
            check(old, new, field, signer)
        assert (caught.value.code, caught.value.facts["check"]) == ("output.check_failed", what)


def test_more_than_a_signature_is_found(made):
    """A page changed in the revision of the signature itself: the mathematics hold, and still it is refused."""
    before, after, certificate = made
    with pikepdf.open(io.BytesIO(before)) as pdf:
        pdf.pages[0].Rotate = 90
        other = io.BytesIO()
        pdf.save(other, deterministic_id=True)
    assert other.getvalue() != before
    stream = io.BytesIO(after)
    writer = IncrementalPdfFileWriter(stream)
    writer.root["/Lang"] = writer.root["/Lang"]
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = page.get("/Rotate", 0) or page["/MediaBox"][0]
    writer.update_container(page)
    writer.write_in_place()
    with pytest.raises(SigningError) as caught:
        check(before, stream.getvalue(), "firma-1", certificate)
    assert caught.value.facts["check"] == "added"


def test_a_raised_file_is_checked_whole(lab, made, tmp_path):
    signed, raised = tmp_path / "signed.pdf", tmp_path / "raised.pdf"
    signed.write_bytes(made[1])
    raise_file(signed, raised, trust=lab.trust, timestamps=lab.client())
    before, after = made[1], raised.read_bytes()
    place = after.rindex(b"/Contents <")
    end = after.index(b">", place)
    last = place + len(after[place:end].rstrip(b"0")) - 20  # inside the TSA's signature

    def check_it(data: bytes) -> None:
        check_raised(
            io.BytesIO(data), before_size=len(before), before_digest=hashlib.sha256(before).hexdigest(),
            revisions=PdfFileReader(io.BytesIO(before)).total_revisions,
        )  # fmt: skip

    check_it(after)
    for data, what in (
        (spoilt(after, before.index(b"/CreationDate") + 20), "prefix"),
        (respelt(after, last), "integrity"),
    ):
        with pytest.raises(SigningError) as caught:
            check_it(data)
        assert (caught.value.code, caught.value.facts["check"]) == ("output.check_failed", what)


def test_an_earlier_signature_is_not_followed_by_another_picture_of_an_empty_field(lab, tmp_path):
    """The picture of an empty signature field exchanged after a certification that allows nothing."""
    from pyhanko.pdf_utils import generic
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

    folder = lab.pki.folder
    signer = SimpleSigner.load(str(folder / "keys/pedro.pem"), str(folder / "certs/pedro.der"))
    meta = PdfSignatureMetadata(field_name="firma-3", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    with lab.page.open("rb") as stream:
        certified = sign_pdf(IncrementalPdfFileWriter(stream), meta, signer)
    check_earlier(PdfFileReader(certified))
    writer = IncrementalPdfFileWriter(certified)
    field = writer.root["/AcroForm"]["/Fields"][0]
    look = generic.StreamObject({generic.pdf_name("/Subtype"): generic.pdf_name("/Form")}, stream_data=b"0 0 9 9 re f")
    field["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): writer.add_object(look)})
    writer.update_container(field)
    filled = io.BytesIO()
    writer.write(filled)
    with pytest.raises(SigningError) as caught:
        check_earlier(PdfFileReader(filled))
    assert caught.value.code == "sign.earlier_signature_bad"
    assert caught.value.facts["check"] == "form_changed"


class TestCms:
    """The CMS alone, read by code of its own."""

    def holds(self, made, contents: bytes, digest: bytes | None = None, certificate: bytes | None = None) -> bool:
        with pikepdf.open(io.BytesIO(made[1])) as pdf:
            ranges = [int(n) for n in pdf.Root.AcroForm.Fields[0].V.ByteRange]
        covered = made[1][: ranges[1]] + made[1][ranges[2] : ranges[2] + ranges[3]]
        right = hashlib.sha256(covered).digest()
        return cms_holds(contents, lambda name: digest or right, certificate or made[2])

    @pytest.fixture
    def contents(self, made) -> bytes:
        with pikepdf.open(io.BytesIO(made[1])) as pdf:
            return bytes(pdf.Root.AcroForm.Fields[0].V.Contents)

    def test_it_holds_with_zeroes_behind(self, made, contents):
        assert self.holds(made, contents)
        assert self.holds(made, contents.rstrip(b"\0") + bytes(9))

    def test_another_digest_or_certificate_does_not(self, lab, made, contents):
        assert not self.holds(made, contents, digest=bytes(32))
        assert not self.holds(made, contents, certificate=lab.pki.certificate_of("pedro"))
        assert not self.holds(made, b"")
        assert not self.holds(made, contents[:50])

    def test_the_binding_to_the_certificate_is_looked_at(self, made, contents, monkeypatch):
        """Same key, other certificate: only signing-certificate-v2 tells."""
        from signing import cms_check

        monkeypatch.setattr(cms_check, "_verify", lambda *_: None)
        assert self.holds(made, contents)
        assert not self.holds(made, contents, certificate=b"another certificate with the same key")

    def test_every_changed_byte_of_attributes_and_signature_breaks_it(self, made, contents):
        body = contents.rstrip(b"\0")
        start = body.index(bytes.fromhex("06092a864886f70d010903"))  # the first signed attribute: content-type
        survivors = [
            place
            for place in range(start, len(body))
            if self.holds(made, body[:place] + bytes([body[place] ^ 0x04]) + body[place + 1 :])
        ]
        # the algorithm identifier of the signature (its OID's last byte, its NULL) is not covered by anything (RFC 5652 §5.4)
        assert len(survivors) <= 13, survivors
