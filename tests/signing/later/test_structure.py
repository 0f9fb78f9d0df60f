"""Cross-references that lead elsewhere, and objects that are reached by no path that was compared."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest
from pikepdf import Dictionary, Name

from signing.opening import open_file
from signing.report import ChangeKind as Kind
from signing.report import LaterChanges
from tests.fixtures.lab import plain_pdf, shared_lab
from tests.fixtures.later import Edit, changed, judge, kinds, rich_pdf, signed


def appended_table(data: bytes, entries: dict[int, int], *, prev: int | None = None, extra: bytes = b"") -> bytes:
    """An update that is nothing but a cross-reference table."""
    last = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
    start = len(data)
    body = b"xref\n0 1\n0000000000 65535 f \n" + b"".join(
        b"%d 1\n%010d 00000 n \n" % (number, place) for number, place in sorted(entries.items())
    )
    return data + body + b"trailer\n<</Size %d/Root %d 0 R/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, root, last if prev is None else prev, extra, start,
    )  # fmt: skip


def hidden_twin() -> tuple[bytes, int, int]:
    """A signed file in which another content of page 1 lies inside a stream that nobody reads; number and place of it."""
    twin = b"\n00000 0 obj\n<</Length 4>>\nstream\nq Q \nendstream\nendobj\n"
    with pikepdf.open(io.BytesIO(rich_pdf())) as pdf:
        pdf.Root.PieceInfo = pdf.make_stream(twin)
        out = io.BytesIO()
        pdf.save(
            out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True
        )
    number = first_content(out.getvalue())
    data = shared_lab().sign(out.getvalue().replace(b"00000 0 obj", b"%05d 0 obj" % number))
    return data, number, data.index(b"%05d 0 obj" % number)


def first_content(data: bytes) -> int:
    """Number of the content stream of page 1."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return int(pdf.pages[0].obj.Contents.objgen[0])


def test_a_table_that_swaps_in_a_hidden_object() -> None:
    data, number, place = hidden_twin()
    assert judge(data).changes is LaterChanges.NONE
    later = judge(appended_table(data, {number: place}))
    assert {(Kind.STRUCTURE, False), (Kind.CONTENT, False)} <= kinds(later)


def test_a_table_that_repeats_what_was_there_is_honest() -> None:
    """Some writers write the whole table again."""
    data, number, _ = hidden_twin()
    place = next(match.start() for match in re.finditer(rb"(?m)^%d 0 obj" % number, data))
    assert judge(appended_table(data, {number: place})).changes is LaterChanges.PERMITTED


def test_an_update_that_the_chain_skips() -> None:
    data = signed()
    first = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    edit = Edit(data)
    edit.pdf.Root.Lang = pikepdf.String("xx")
    edit.touch(edit.pdf.Root)
    skipped = edit.done()
    later = judge(appended_table(skipped, {}, prev=first))
    assert (Kind.STRUCTURE, False) in kinds(later)


def test_a_chain_that_skips_the_signed_revision() -> None:
    data = signed()
    earlier = int(re.findall(rb"startxref\s+(\d+)", data)[0])
    number = first_content(data)
    place = next(match.start() for match in re.finditer(rb"(?m)^%d 0 obj" % number, data))
    opened = open_file(appended_table(data, {number: place}, prev=earlier))
    assert all(found.signature is None for found in opened.fields)  # such a document has no signature at all


def test_a_second_hidden_table() -> None:
    """Readers that know such tables see other objects than those that do not (ISO 32000-1 §7.5.8.4)."""
    data = signed()
    entries = bytes([1]) + len(data).to_bytes(4, "big") + b"\0"
    table = (
        b"900 0 obj\n<</Type/XRef/Size 901/W[1 4 1]/Index[900 1]/Length 6>>\nstream\n%s\nendstream\nendobj\n" % entries
    )
    later = judge(appended_table(data + table, {}, extra=b"/XRefStm %d" % len(data)))
    assert (Kind.STRUCTURE, False) in kinds(later)


def test_an_object_that_was_named_before_it_was_there() -> None:
    """Shadow attack: the signed page names an object that does not exist; the update makes it."""
    with pikepdf.open(io.BytesIO(rich_pdf())) as pdf:
        page = pdf.pages[0].obj
        page.Contents = pikepdf.Array([page.Contents, pdf.make_stream(b"q Q")])
        out = io.BytesIO()
        pdf.save(
            out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True
        )
    data = out.getvalue()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[0].obj.Contents[1].objgen[0]
    assert 9 < number < 99  # so that no offset moves
    data = re.sub(rb" %d 0 R" % number, b" 99 0 R", data)
    before = shared_lab().sign(data)
    assert judge(before).changes is LaterChanges.NONE
    for generation in (0, 1):
        body = b"99 %d obj\n<</Length 40>>\nstream\n%s\nendstream\nendobj\n" % (
            generation,
            b"0 0 612 792 re f".ljust(40),
        )
        last = int(re.findall(rb"startxref\s+(\d+)", before)[-1])
        place, start = len(before), len(before) + len(body)
        root = Edit(before).base.root
        after = before + body + b"xref\n99 1\n%010d %05d n \ntrailer\n<</Size 100/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
            place, generation, root, last, start,
        )  # fmt: skip
        assert (Kind.CONTENT, False) in kinds(judge(after)), generation


def outside_the_tree(*, there: bool) -> tuple[bytes, int]:
    """A signed page whose /Parent is a node that no list of kids names; ``there``: or that does not exist yet."""
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        node = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=pikepdf.Array([]), Count=0))
        pdf.pages[0].obj.Parent = node
        out = io.BytesIO()
        pdf.save(
            out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True
        )
    data = out.getvalue()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.pages[0].obj.Parent.objgen[0]
    if not there:
        data = data.replace(b"/Parent %d 0 R" % number, b"/Parent 98 0 R" if number > 9 else b"/Parent 8 0 R", 1)
        number = 98 if number > 9 else 8
    return shared_lab().sign(data), number


@pytest.mark.parametrize("there", [True, False])
def test_a_parent_outside_the_tree_of_pages(there: bool) -> None:
    data, number = outside_the_tree(there=there)
    edit = Edit(data)
    edit.objects[number] = b"<</Type/Pages/Kids[]/Count 0/Rotate 180/MediaBox[0 0 300 300]>>"
    later = judge(edit.done())
    assert later.changes is LaterChanges.SUSPICIOUS, later


def test_an_object_stream_is_not_replaced() -> None:
    data = signed(mode="generate")
    edit = Edit(data)
    found = re.search(rb"(\d+) 0 obj[^\x00]{0,80}?/ObjStm", data)
    assert found is not None
    holder = edit.pdf.get_object((int(found[1]), 0))
    body = holder.read_bytes().replace(b"[ 0 0 612 792 ]", b"[ 0 0 612 300 ]")
    assert body != holder.read_bytes()
    head = b"<</Type/ObjStm/N %d/First %d/Length %d>>" % (holder.N, holder.First, len(body))
    edit.objects[int(found[1])] = head + b"\nstream\n" + body + b"\nendstream"
    assert (Kind.STRUCTURE, False) in kinds(judge(edit.done()))


def test_freed_objects() -> None:
    """A freed content stream is a change of content; a freed object that nothing names is none."""

    def freed(number: int) -> bytes:
        data = signed()
        table = appended_table(data, {number: 0})
        return table.replace(b"%d 1\n0000000000 00000 n " % number, b"%d 1\n0000000000 00001 f " % number)

    assert (Kind.CONTENT, False) in kinds(judge(freed(first_content(signed()))))


def test_everything_that_is_unreachable_may_be_written() -> None:
    def make(edit: Edit) -> None:
        edit.add(b"<</Type/Whatever>>")

    assert changed(make).changes is LaterChanges.PERMITTED


def test_a_length_that_is_an_object() -> None:
    """The content stays, its /Length is another: readers that believe it read other bytes."""
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
        length = len(pdf.pages[0].obj.Contents.read_raw_bytes())
        size = int(pdf.trailer.Size)
    old, new = b"/Length %d" % length, b"/Length %d 0 R" % size
    edit = Edit(plain_pdf())
    body = edit.pdf.get_object((number, 0)).read_raw_bytes()
    edit.objects[size] = b"%d" % length
    edit.objects[number] = b"<<%s>>\nstream\n%s\nendstream" % (new, body)
    assert old != new
    signed_once = shared_lab().sign(edit.done())
    assert judge(signed_once).changes is LaterChanges.NONE
    again = Edit(signed_once)
    again.objects[size] = b"%d" % (length - 20)
    assert judge(again.done()).changes is LaterChanges.SUSPICIOUS


def test_a_place_behind_the_end() -> None:
    """The signed table names the byte behind the end, or the last white space before it, where nothing stands yet."""
    plain = rich_pdf()
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        number = pdf.pages[0].obj.Contents.objgen[0]
    entry = b"%010d 00000 n" % (plain.index(b"\n%d 0 obj" % number) + 1)
    assert plain.count(entry) == 1
    length = len(shared_lab().sign(plain))
    for place in (length, length - 1):
        data = shared_lab().sign(plain.replace(entry, b"%010d 00000 n" % place))
        assert len(data) == length
        body = b"%d 0 obj\n<</Length 4>>\nstream\nq Q \nendstream\nendobj\n" % number
        later = judge(appended_table(data + body, {}))
        assert (later.changes, later.reason) == (LaterChanges.SUSPICIOUS, "signature.bad_coverage"), place


def test_a_smaller_size_hides_objects() -> None:
    later = judge(re.sub(rb"/Size \d+(?!.*/Size)", b"/Size 9", appended_table(signed(), {}), flags=re.DOTALL))
    assert (Kind.STRUCTURE, False) in kinds(later)


def test_a_new_key_of_the_trailer() -> None:
    assert (Kind.UNKNOWN, False) in kinds(judge(appended_table(signed(), {}, extra=b"/Extra 1 0 R")))
    assert judge(appended_table(signed(), {}, extra=b"/DocChecksum /ABC")).changes is LaterChanges.PERMITTED


def test_a_stamp_in_a_linearised_file() -> None:
    """Its first table stands at the beginning: the signed revision still ends where the file did."""
    once = signed(mode="preserve")
    assert b"/Linearized" in once
    later = judge(shared_lab().sign(once, shared_lab().bob, field_name="firma-2"))
    assert {(Kind.SIGNATURE, True)} <= kinds(later) <= {(Kind.SIGNATURE, True), (Kind.BOOKKEEPING, True)}, later
