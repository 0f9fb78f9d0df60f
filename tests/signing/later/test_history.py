"""One history for all signatures of a file; encrypted files; what cannot be read; pyHanko's own analysis beside ours."""

from __future__ import annotations

import io
from time import perf_counter

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer
from pyhanko.sign import fields, signers
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel

from signing.changes import Coverage, Later, read_coverage, read_later_changes
from signing.later import history
from signing.later.history import History
from signing.opening import open_file
from signing.report import Change, LaterChanges
from signing.report import ChangeKind as Kind
from tests.fixtures.attacks.makers import second_signature, victim
from tests.fixtures.lab import plain_pdf, shared_lab
from tests.fixtures.later import Edit, judge, kinds, rich_pdf, signed
from tests.signing.later import test_changes_by_object as cases


def many(count: int) -> bytes:
    """A file with ``count`` signatures, one after the other."""
    lab = shared_lab()
    data = plain_pdf(fields_on_last=0)
    for number in range(count):
        spec = fields.SigFieldSpec(f"firma-{number}", on_page=0)
        data = lab.sign(data, field_name=f"firma-{number}", new_field=spec)
    return data


def all_changes(data: bytes) -> tuple[list[tuple[Change, ...]], float]:
    opened = open_file(data)
    started = perf_counter()
    shared = History(data, opened.reader)
    signatures = [found.signature for found in opened.fields if found.signature is not None]
    changes = [shared.changes_after(signature, read_coverage(data, signature)) for signature in signatures]
    return changes, perf_counter() - started


def test_each_step_is_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """51 signatures: as many steps, whatever is asked; each signature is told of all that came after it."""
    judged: list[int] = []
    judge_step = History._judge_step

    def counting(self: History, number: int) -> list[history.Found]:
        judged.append(number)
        return judge_step(self, number)

    monkeypatch.setattr(History, "_judge_step", counting)
    changes, seconds = all_changes(many(51))
    assert len(changes) == 51
    assert len(judged) == len(set(judged)) <= 51 * 2
    assert sorted(sum(item.kind is Kind.SIGNATURE for item in items) for items in changes) == list(range(51))
    assert all(item.permitted for items in changes for item in items)
    assert seconds < 5


def encrypted(password: str = "") -> bytes:
    writer = copy_into_new_writer(PdfFileReader(io.BytesIO(rich_pdf())))
    writer.encrypt("dueño", password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def signed_encrypted(data: bytes, name: str) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    writer.encrypt("")
    out = io.BytesIO()
    metadata = signers.PdfSignatureMetadata(field_name=name, subfilter=fields.SigSeedSubFilter.PADES)
    signer = shared_lab().signer(shared_lab().alice)
    signers.PdfSigner(metadata, signer=signer).sign_pdf(writer, output=out, bytes_reserved=16384)
    return out.getvalue()


def first_of(data: bytes) -> Later:
    """What came after the oldest signature."""
    opened = open_file(data)
    found = [one.signature for one in opened.fields if one.signature is not None]
    oldest = min(found, key=lambda one: one.signed_revision)
    return read_later_changes(data, oldest, read_coverage(data, oldest), History(data, opened.reader))


def test_encrypted_files_are_compared_as_they_read() -> None:
    once = signed_encrypted(encrypted(), "firma-1")
    assert first_of(once).changes is LaterChanges.NONE
    twice = first_of(signed_encrypted(once, "firma-2"))
    assert twice.changes is LaterChanges.PERMITTED, twice
    writer = IncrementalPdfFileWriter(io.BytesIO(once))
    writer.encrypt("")
    field = next(item.get_object() for item in writer.root["/AcroForm"]["/Fields"] if item.get_object()["/T"] == "nota")
    field[generic.pdf_name("/V")] = generic.pdf_string("otra cosa")
    writer.update_container(field)
    out = io.BytesIO()
    writer.write(out)
    assert (Kind.FORM_CHANGED, False) in kinds(first_of(out.getvalue()))  # its picture still says what it said


def test_a_bad_range_is_told_as_it_is() -> None:
    data = victim(shared_lab())
    opened = open_file(data)
    signature = opened.fields[0].signature
    assert signature is not None
    problem = Coverage(0, covers_whole_file=False, problem="signature.bytes_in_gap")
    later = read_later_changes(data, signature, problem)
    assert (later.changes, later.reason) == (LaterChanges.SUSPICIOUS, "signature.bytes_in_gap")


def test_what_cannot_be_read_is_suspicious(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(history, "judge_document", broken)
    later = judge(second_signature(shared_lab()))
    assert (later.changes, later.reason) == (LaterChanges.SUSPICIOUS, "signature.changes_unreadable")


def test_a_loop_of_objects_ends() -> None:
    edit = Edit(victim(shared_lab()))
    one = edit.add(b"<</Title(a)/Next %d 0 R>>" % (edit.base.size + 1))
    edit.add(b"<</Title(b)/Next %d 0 R/Prev %d 0 R>>" % (one, one))
    edit.pdf.Root.Outlines = edit.reference(one)
    edit.touch(edit.pdf.Root)
    assert (Kind.BEHAVIOUR, False) in kinds(judge(edit.done()))


def pyhanko_says(data: bytes, field: str = "firma-1") -> ModificationLevel:
    signature = next(one for one in PdfFileReader(io.BytesIO(data)).embedded_signatures if one.field_name == field)
    signature.compute_integrity_info()  # type: ignore[no-untyped-call]
    result = signature.diff_result
    return result.modification_level if isinstance(result, DiffResult) else ModificationLevel.OTHER


# what we permit and pyHanko's default policy does not, with the reason
KINDER = {"metadata": "a page's /LastModified (ISO 32000-1 §14.5) is not known there"}


def test_pyhanko_beside_ours() -> None:
    """Where both look at one file: what pyHanko calls unexplained is suspicious here too, but for what is listed."""
    for make in [make for make, _ in (*cases.HONEST, *cases.HOSTILE)]:
        edit = Edit(signed())
        make(edit)
        data = edit.done()
        ours = judge(data).changes
        theirs = pyhanko_says(data)
        name = make.__name__
        if theirs is ModificationLevel.OTHER and ours is not LaterChanges.SUSPICIOUS:
            assert name in KINDER, name
        elif name in KINDER:
            pytest.fail(f"{name} need not be listed: {theirs}")
