"""Signing files with a token: every level, both kinds of key, and every way in which it may not succeed."""

from __future__ import annotations

import io
import os
import resource
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

import signing
from signing.appearance import Stamp
from signing.chains import load_certificates
from signing.checks import intact
from signing.errors import SigningError, TokenError
from signing.fields import signature_fields
from signing.pades import sign_file
from signing.report import Level
from signing.session import TokenSession
from signing.timestamps import TimestampClient

CLAIMED = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)


def stamp_of(lab) -> Stamp:
    return Stamp(
        "Juana Mamani Quispe", "Técnica", "Gobernación", "5/3/2026 10:30", lab.font_folder, qr="GADOR|NI/1|ABC"
    )


def sign(lab, session, source, output, **options):
    settings = {
        "field": None, "stamp": stamp_of(lab), "level": Level.B_B, "trust": lab.trust, "timestamps": lab.client(),
        "claimed_time": CLAIMED,
    }  # fmt: skip
    return sign_file(source, output, session, **{**settings, **options})


def judged(lab, path: Path) -> list:
    """The status that pyHanko gives of each signature, with the network allowed."""
    import asyncio

    async def run() -> list:
        with path.open("rb") as stream:
            found = []
            for one in PdfFileReader(stream).embedded_regular_signatures:
                roots = load_certificates(anchor.der for anchor in lab.trust.anchors)
                context = ValidationContext(trust_roots=roots, allow_fetching=True, revocation_mode="hard-fail")
                try:
                    found.append(await async_validate_pdf_signature(one, context))
                finally:
                    await context.aclose()
            return found

    return asyncio.run(run())


@pytest.mark.parametrize("label", ["juana", "elena"])
@pytest.mark.parametrize("level", list(Level))
def test_every_level_with_both_kinds_of_key(lab, worker, tmp_path, label, level):
    output = tmp_path / "signed.pdf"
    with lab.session(worker, label) as session:
        receipt = sign(lab, session, lab.page, output, level=level)
    assert (receipt.level, receipt.degraded, receipt.field) == (level, "", "firma-1")
    before, after = lab.page.read_bytes(), output.read_bytes()
    assert after.startswith(before)
    assert len(after) > len(before)
    (status,) = judged(lab, output)
    assert status.bottom_line
    assert (status.timestamp_validity is not None) == (level is not Level.B_B)
    with output.open("rb") as stream:
        reader = PdfFileReader(stream)
        assert ("/DSS" in reader.root) == (level.rank >= Level.B_LT.rank)
        assert len(reader.embedded_timestamp_signatures) == (level is Level.B_LTA)
        value = reader.embedded_regular_signatures[0].sig_object
        assert value["/SubFilter"] == "/ETSI.CAdES.detached"
        assert value["/M"].startswith("D:20260305143000")
    assert [file.name for file in tmp_path.iterdir()] == ["signed.pdf"]


def test_the_levels_by_the_documents_own_evidence(lab, worker, tmp_path):
    """The DSS of a B-LTA file holds an answer for the signer and for the TSA: nothing else is asked for later."""
    output = tmp_path / "signed.pdf"
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, output, level=Level.B_LTA)
    with pikepdf.open(output) as pdf:
        assert len(pdf.Root.DSS.OCSPs) >= 1
        assert len(pdf.Root.DSS.CRLs) >= 1
        assert len(pdf.Root.DSS.Certs) >= 4  # signer, issuing, TSA, root


def test_countersigning_keeps_the_first_signature(lab, worker, tmp_path):
    first, second = tmp_path / "1.pdf", tmp_path / "2.pdf"
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, first)
    with lab.session(worker, "pedro") as session:
        receipt = sign(lab, session, first, second)
    assert receipt.field == "firma-2"
    assert second.read_bytes().startswith(first.read_bytes())
    with second.open("rb") as stream:
        one, two = PdfFileReader(stream).embedded_regular_signatures
        for signature in (one, two):
            signature.compute_integrity_info()
            assert intact(signature)
        assert isinstance(one.diff_result, DiffResult)
        assert one.diff_result.modification_level == ModificationLevel.FORM_FILLING
        assert two.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert all(status.bottom_line for status in judged(lab, second))


def test_nothing_of_the_page_is_touched_but_the_field(lab, worker, tmp_path):
    output = tmp_path / "signed.pdf"
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, output, level=Level.B_LTA)
    with pikepdf.open(lab.page) as old, pikepdf.open(output) as new:
        assert old.Root.Metadata.read_raw_bytes() == new.Root.Metadata.read_raw_bytes()
        assert old.docinfo.keys() == new.docinfo.keys()
        assert all(str(old.docinfo[key]) == str(new.docinfo[key]) for key in old.docinfo)
        was, now = old.Root.AcroForm.Fields[0], new.Root.AcroForm.Fields[0]
        for key in ("/TU", "/T", "/F", "/StructParent"):
            assert was[key] == now[key]
        assert set(now.keys()) - set(was.keys()) == {"/V"}
        assert len(old.Root.StructTreeRoot.K) == len(new.Root.StructTreeRoot.K)
        assert new.Root.MarkInfo.Marked


def test_the_stamp_keeps_pdf_a(lab, worker, tmp_path):
    output = tmp_path / "signed.pdf"
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, output)
    with pikepdf.open(output) as pdf:
        form = pdf.Root.AcroForm.Fields[0].AP.N
        assert "/Group" not in form
        assert [float(x) for x in form.BBox] == [0, 0, 230, 70]
        assert b"BDC" not in form.read_bytes()
        assert len(form.Resources.Font) > 0
        for font in form.Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        for state in form.Resources.get("/ExtGState", {}).values():
            assert float(state.get("/ca", 1)) == float(state.get("/CA", 1)) == 1
            assert state.get("/SMask", "/None") == "/None"


def test_the_timestamp_field_suits_pdf_a_and_ua(lab, worker, tmp_path):
    output = tmp_path / "signed.pdf"
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, output, level=Level.B_LTA)
    with pikepdf.open(output) as pdf:
        widget = next(field for field in pdf.Root.AcroForm.Fields if str(field.T) == "sello-1")
        assert int(widget.F) & 4  # printed (PDF/A-2 §6.3.2) …
        assert not int(widget.F) & 2  # … and not hidden
        assert float(widget.Rect[0]) < 0  # outside the crop box: PDF/UA-1 §7.18.1 does not ask for a tag
        assert str(widget.TU)


def test_the_field_asked_for_or_a_new_invisible_one(lab, worker, tmp_path):
    with lab.session(worker, "juana") as session:
        source = lab.page
        for number, field in enumerate(("firma-2", None, None, None)):
            output = tmp_path / f"{number}.pdf"
            receipt = sign(lab, session, source, output, field=field, stamp=None)
            assert receipt.field == ("firma-2", "firma-1", "firma-3", "firma-4")[number]
            source = output
        for field, code in (("firma-1", "field.filled"), ("otra", "field.unknown")):
            with pytest.raises(SigningError) as caught:
                sign(lab, session, source, tmp_path / "no.pdf", field=field)
            assert (caught.value.code, caught.value.on_disk) == (code, "nothing")
    fields = {field.name: field for field in signature_fields(source)}
    assert fields["firma-3"].visible
    assert not fields["firma-4"].visible


def test_without_a_stamp_the_field_keeps_its_look(lab, worker, tmp_path):
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, tmp_path / "out.pdf", stamp=None)
    with pikepdf.open(tmp_path / "out.pdf") as pdf:
        assert pdf.Root.AcroForm.Fields[0].AP.N.read_bytes() == b""


def test_offline_it_degrades_only_where_that_is_allowed(lab, worker, tmp_path):
    nobody = TimestampClient("http://127.0.0.1:9/tsa")
    output = tmp_path / "out.pdf"
    with lab.session(worker, "juana") as session:
        with pytest.raises(SigningError) as caught:
            sign(lab, session, lab.page, output, level=Level.B_T, timestamps=nobody)
        assert (caught.value.code, caught.value.on_disk) == ("tsa.unreachable", "nothing")
        assert list(tmp_path.iterdir()) == []
        for level in (Level.B_T, Level.B_LTA):
            receipt = sign(lab, session, lab.page, output, level=level, timestamps=nobody, allow_degraded=True)
            assert (receipt.level, receipt.degraded) == (Level.B_B, "tsa.unreachable")
    assert judged(lab, output)[0].bottom_line


def test_a_tsa_switched_off_costs_one_signature_of_the_token(lab, worker, tmp_path, monkeypatch):
    calls = count_signatures(monkeypatch)
    lab.services.stop_tsa()
    try:
        with lab.session(worker, "juana") as session:
            receipt = sign(lab, session, lab.page, tmp_path / "out.pdf", level=Level.B_T, allow_degraded=True)
    finally:
        lab.services.start_tsa()
    assert receipt.degraded == "tsa.unreachable"
    assert len(calls) == 1


def test_revocation_that_does_not_answer_leaves_b_t(lab, worker, tmp_path, monkeypatch):
    from signing import chains

    real = chains._context
    monkeypatch.setattr(chains, "_context", lambda *a, **k: real(*a, **{**k, "allow_fetching": False, "crls": ()}))
    with lab.session(worker, "juana") as session:
        receipt = sign(lab, session, lab.page, tmp_path / "out.pdf", level=Level.B_LT, allow_degraded=True)
        assert (receipt.level, receipt.degraded) == (Level.B_T, "revocation.unreachable")
        with pytest.raises(SigningError) as caught:
            sign(lab, session, lab.page, tmp_path / "no.pdf", level=Level.B_LT)
        assert caught.value.code == "revocation.unreachable"
    assert not (tmp_path / "no.pdf").exists()
    assert judged(lab, tmp_path / "out.pdf")[0].bottom_line


def test_a_level_without_a_tsa_is_refused(lab, worker, tmp_path):
    with lab.session(worker, "juana") as session, pytest.raises(SigningError) as caught:
        sign(lab, session, lab.page, tmp_path / "out.pdf", level=Level.B_T, timestamps=None)
    assert caught.value.code == "tsa.none"


def test_a_revoked_signer_learns_it_before_the_token_signs(lab, worker, tmp_path, monkeypatch):
    calls = count_signatures(monkeypatch)
    lab.services.revoke("maria")
    with lab.session(worker, "maria") as session, pytest.raises(SigningError) as caught:
        sign(lab, session, lab.page, tmp_path / "out.pdf", level=Level.B_LTA)
    assert (caught.value.code, caught.value.facts["name"]) == ("certificate.revoked", "María Huanca Ayma")
    assert calls == []
    assert list(tmp_path.iterdir()) == []


def test_a_token_larger_than_foreseen_gets_another_round(lab, worker, tmp_path, monkeypatch):
    calls = count_signatures(monkeypatch)
    client = lab.client()
    client.token_size = -3000  # as if only half a token had been foreseen
    with lab.session(worker, "juana") as session:
        receipt = sign(lab, session, lab.page, tmp_path / "out.pdf", level=Level.B_T, timestamps=client)
    assert receipt.level is Level.B_T
    assert client.token_size > 1000
    assert len(calls) == 2
    assert judged(lab, tmp_path / "out.pdf")[0].bottom_line


def test_a_worker_killed_in_the_middle_leaves_nothing(lab, worker, tmp_path, monkeypatch):
    real = TokenSession.sign_raw

    def die_first(self, data, **options):
        os.kill(worker.process_ids()[0], signal.SIGKILL)
        return real(self, data, **options)

    output = tmp_path / "out.pdf"
    with lab.session(worker, "juana") as session:
        monkeypatch.setattr(TokenSession, "sign_raw", die_first)
        with pytest.raises(TokenError) as caught:
            sign(lab, session, lab.page, output)
    assert caught.value.code in ("token.module_crashed", "token.removed")
    assert caught.value.on_disk == "nothing"
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_an_older_output_as_it_was(lab, worker, tmp_path):
    output = tmp_path / "out.pdf"
    output.write_bytes(b"older")
    with lab.session(worker, "juana") as session:
        with pytest.raises(SigningError):
            sign(lab, session, lab.page, output, field="otra")
        assert output.read_bytes() == b"older"
        sign(lab, session, lab.page, output)
    assert output.read_bytes().startswith(b"%PDF")


def test_never_over_the_input(lab, worker, tmp_path):
    source = tmp_path / "in.pdf"
    shutil.copy(lab.page, source)
    link = tmp_path / "link.pdf"
    link.symlink_to(source)
    with lab.session(worker, "juana") as session:
        for output in (source, link):
            with pytest.raises(SigningError) as caught:
                sign(lab, session, source, output)
            assert caught.value.code == "output.is_input"
    assert source.read_bytes() == lab.page.read_bytes()


def test_a_full_disk_is_said_and_leaves_nothing(lab, worker, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with lab.session(worker, "juana") as session:
        resource.setrlimit(resource.RLIMIT_FSIZE, (lab.page.stat().st_size + 2000, limits[1]))
        try:
            with pytest.raises(SigningError) as caught:
                sign(lab, session, lab.page, tmp_path / "out.pdf")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (caught.value.code, caught.value.on_disk) == ("output.cannot_write", "nothing")
    assert list(tmp_path.iterdir()) == []


def test_sources_that_are_no_pdf(lab, worker, tmp_path):
    locked, rubbish, cut = tmp_path / "locked.pdf", tmp_path / "rubbish.pdf", tmp_path / "cut.pdf"
    with pikepdf.open(lab.page) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="a", owner="b"))
    rubbish.write_bytes(b"not a pdf")
    cut.write_bytes(lab.page.read_bytes()[:5000])
    with lab.session(worker, "juana") as session:
        for source, code in (
            (locked, "pdf.encrypted"),
            (rubbish, "pdf.unreadable"),
            (cut, "pdf.unreadable"),
            (tmp_path / "absent.pdf", "source.unreadable"),
        ):
            with pytest.raises(SigningError) as caught:
                sign(lab, session, source, tmp_path / "out.pdf")
            assert caught.value.code == code


def test_a_spoilt_first_signature_is_not_countersigned(lab, worker, tmp_path, monkeypatch):
    first, spoilt, added = tmp_path / "1.pdf", tmp_path / "spoilt.pdf", tmp_path / "added.pdf"
    with lab.session(worker, "juana") as session:
        sign(lab, session, lab.page, first)
    data = bytearray(first.read_bytes())
    place = data.index(b"/CreationDate") + 20
    data[place] ^= 1
    spoilt.write_bytes(data)
    with first.open("rb") as stream:
        from pyhanko.pdf_utils import generic
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

        writer = IncrementalPdfFileWriter(stream)
        writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f")))
        buffer = io.BytesIO()
        writer.write(buffer)
        added.write_bytes(buffer.getvalue())
    calls = count_signatures(monkeypatch)
    with lab.session(worker, "pedro") as session:
        for source in (spoilt, added):
            with pytest.raises(SigningError) as caught:
                sign(lab, session, source, tmp_path / "2.pdf")
            assert caught.value.code == "sign.earlier_signature_bad"
    assert calls == []


def test_a_certification_that_forbids_more_is_respected(lab, worker, tmp_path):
    locked = tmp_path / "locked.pdf"
    certify(lab, locked)
    with lab.session(worker, "juana") as session, pytest.raises(SigningError) as caught:
        sign(lab, session, locked, tmp_path / "out.pdf")
    assert caught.value.code == "sign.certified_no_changes"


def test_importing_signing_is_cheap():
    import subprocess
    import sys

    script = "import sys, signing; signing.Level; print('pyhanko' in sys.modules, 'asn1crypto' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == ["False", "False"]
    assert set(signing._HOME) == set(signing.__all__)
    assert all(getattr(signing, name) is not None for name in signing.__all__)


def count_signatures(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    calls: list[bytes] = []
    real = TokenSession.sign_raw

    def counted(self, data, **options):
        calls.append(data)
        return real(self, data, **options)

    monkeypatch.setattr(TokenSession, "sign_raw", counted)
    return calls


def certify(lab, path: Path) -> None:
    """A certification signature that allows no changes (DocMDP P1), with a key in software."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm
    from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

    folder = lab.pki.folder
    signer = SimpleSigner.load(str(folder / "keys/pedro.pem"), str(folder / "certs/pedro.der"))
    meta = PdfSignatureMetadata(field_name="firma-3", certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    with lab.page.open("rb") as stream:
        path.write_bytes(sign_pdf(IncrementalPdfFileWriter(stream), meta, signer).getvalue())


def test_a_frozen_document_stays_pdf_a_and_ua_through_three_signatures_and_timestamps(lab, worker, tmp_path):
    """The whole way on the real page of drafting: three visible stamps, one in a spare field, evidence, a document timestamp."""
    from desktop.drafting.preflight import preflight
    from desktop.drafting.samples import check_template
    from desktop.drafting.templates import load_template
    from signing.report import Outcome
    from signing.verify import verify_file

    resources = lab.font_folder.parent
    frozen = check_template(load_template(resources / "templates" / "nota_interna"), resources)
    source = tmp_path / "frozen.pdf"
    source.write_bytes(frozen.pdf)
    assert preflight(frozen.pdf) == ()
    fields = [field.name for field in signature_fields(source)]
    people = (("juana", Level.B_B), ("elena", Level.B_T), ("pedro", Level.B_LTA))
    for number, (label, level) in enumerate(people, start=1):
        output = tmp_path / f"{number}.pdf"
        with lab.session(worker, label) as session:
            receipt = sign(lab, session, source, output, level=level)
        assert (receipt.field, receipt.level) == (fields[number - 1], level)
        assert output.read_bytes().startswith(source.read_bytes())
        assert (
            preflight(output.read_bytes()) == ()
        )  # the timestamp's field lies outside the crop box: no tag is asked for there
        source = output
    verdict = verify_file(source, trust=lab.trust, online=True)
    assert verdict.outcome is Outcome.VALID, verdict
    assert [one.kind for one in verdict.signatures].count("signature") == 3
