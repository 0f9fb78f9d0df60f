"""What an append of ours may touch: each kind of foreign change is told apart, each kind of ours is let through."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.appended import foreign_changes
from signing.pades import sign_file
from signing.renewal import raise_file
from signing.report import Level

NOW = datetime(2026, 3, 5, tzinfo=UTC)
Change = Callable[[Any], None]


class Quiet(IncrementalPdfFileWriter):
    def _update_meta(self) -> None:
        return


@pytest.fixture(scope="module")
def signed(lab, tmp_path_factory) -> bytes:
    output = tmp_path_factory.mktemp("appended") / "signed.pdf"
    with lab.worker() as worker, lab.session(worker, "juana") as session:
        sign_file(
            lab.page, output, session, field=None, stamp=None, level=Level.B_LT, trust=lab.trust,
            timestamps=lab.client(), claimed_time=NOW,
        )  # fmt: skip
    return output.read_bytes()


def changed(data: bytes, change: Change) -> list[str]:
    stream = io.BytesIO(data)
    before = PdfFileReader(io.BytesIO(data)).total_revisions
    writer = Quiet(stream)
    change(writer)
    writer.write_in_place()
    reader = PdfFileReader(stream)
    assert reader.total_revisions == before + 1
    return foreign_changes(reader, before)


def page_content(writer: Any) -> None:
    writer.add_stream_to_page(0, writer.add_object(generic.StreamObject(stream_data=b"0 0 9 9 re f")))


def content_stream(writer: Any) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    reference = page.raw_get("/Contents")
    stream = generic.StreamObject(stream_data=b"")
    writer.objects[(0, reference.idnum)] = stream


def page_key(key: str, value: Any) -> Change:
    def change(writer: Any) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page[pdf_name(key)] = value
        writer.update_container(page)

    return change


def root_key(key: str, value: Any) -> Change:
    def change(writer: Any) -> None:
        writer.root[pdf_name(key)] = value
        writer.update_root()

    return change


def remove_annotation(writer: Any) -> None:
    page = writer.root["/Pages"]["/Kids"][1]
    page["/Annots"].pop()
    writer.update_container(page["/Annots"])
    writer.update_container(page)


def remove_field(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    form["/Fields"].pop(0)
    writer.update_container(form["/Fields"])
    writer.update_container(form)


def field_key(number: int, key: str, value: Any) -> Change:
    def change(writer: Any) -> None:
        field = writer.root["/AcroForm"]["/Fields"][number]
        field[pdf_name(key)] = value
        writer.update_container(field)

    return change


def empty_store(writer: Any) -> None:
    store = writer.root["/DSS"]
    store[pdf_name("/Certs")] = generic.ArrayObject()
    writer.update_container(store)
    writer.update_root()


def form_key(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/NeedAppearances")] = generic.BooleanObject(True)
    writer.update_container(form)
    writer.update_root()


def signature_value(writer: Any) -> None:
    value = writer.root["/AcroForm"]["/Fields"][0]["/V"]
    value[pdf_name("/Reason")] = generic.pdf_string("otro")
    writer.update_container(value)


def info(writer: Any) -> None:
    reference = writer.prev.trailer.raw_get("/Info")
    found = reference.get_object()
    found[pdf_name("/Title")] = generic.pdf_string("otro")
    writer.mark_update(reference)


@pytest.mark.parametrize(
    "change",
    [
        page_content,
        content_stream,
        page_key("/Rotate", generic.NumberObject(90)),
        root_key("/Metadata", generic.NullObject()),
        root_key("/OpenAction", generic.NullObject()),
        root_key("/Names", generic.DictionaryObject()),
        remove_annotation,
        remove_field,
        field_key(0, "/AP", generic.DictionaryObject()),  # of the field that is signed
        field_key(0, "/V", generic.NullObject()),
        field_key(1, "/Rect", generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 9, 9))),
        field_key(1, "/T", generic.pdf_string("otro")),
        empty_store,
        form_key,
        signature_value,
        info,
    ],
)
def test_what_is_not_ours_is_found(signed: bytes, change: Change):
    assert changed(signed, change)


def new_object(writer: Any) -> None:
    writer.add_object(generic.StreamObject(stream_data=b"nobody refers to it"))


@pytest.mark.parametrize(
    "change",
    [
        new_object,
        field_key(1, "/V", generic.DictionaryObject()),
        field_key(1, "/AP", generic.DictionaryObject()),
        root_key("/Extensions", generic.DictionaryObject()),
    ],
)
def test_what_a_signature_adds_is_let_through(signed: bytes, change: Change):
    assert changed(signed, change) == []


def test_our_own_appends_of_every_kind_are_clean(lab, worker, tmp_path):
    """Signature in a field, a second one in a new field, validation data, timestamp, renewal."""
    source = lab.page
    for number, (label, field, level) in enumerate(
        (("juana", "firma-1", Level.B_B), ("pedro", None, Level.B_LTA), ("saturnino", None, Level.B_T))
    ):
        before = PdfFileReader(io.BytesIO(source.read_bytes())).total_revisions
        output = tmp_path / f"{number}.pdf"
        with lab.session(worker, label) as session:
            sign_file(
                source, output, session, field=field, stamp=None, level=level, trust=lab.trust,
                timestamps=lab.client(), claimed_time=NOW,
            )  # fmt: skip
        assert foreign_changes(PdfFileReader(io.BytesIO(output.read_bytes())), before) == []
        source = output
    for number in (8, 9):
        before = PdfFileReader(io.BytesIO(source.read_bytes())).total_revisions
        output = tmp_path / f"{number}.pdf"
        raise_file(source, output, trust=lab.trust, timestamps=lab.client())
        assert foreign_changes(PdfFileReader(io.BytesIO(output.read_bytes())), before) == []
        source = output
