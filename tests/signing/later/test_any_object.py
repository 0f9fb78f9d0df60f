"""Whatever is reached from a page's content: no change of it is ever permitted, whichever object and whichever value."""

from __future__ import annotations

import functools
import io
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

from signing.report import LaterChanges
from tests.fixtures.foreign_signed.updates import Base, with_stream, with_table
from tests.fixtures.lab import plain_pdf, shared_lab
from tests.fixtures.later import judge


@functools.cache
def deep(mode: str) -> bytes:
    """A page with a font and its parts, a form in a form, a picture with a mask, a pattern, a shading with its function, a colour space."""
    with pikepdf.open(io.BytesIO(plain_pdf())) as pdf:
        page = pdf.pages[0].obj
        whole = pdf.make_indirect
        program = pdf.make_stream(b"font program", Length1=12)
        describes = whole(Dictionary(Type=Name.FontDescriptor, FontName=Name.AAAAAA, Flags=4, FontFile2=program))
        names = pdf.make_stream(b"begincmap endcmap")
        font = whole(
            Dictionary(
                Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name.AAAAAA, FontDescriptor=describes, ToUnicode=names,
                Widths=whole(Array([500, 600])), Encoding=whole(Dictionary(Differences=Array([65, Name.A]))),
            )
        )  # fmt: skip
        mask = pdf.make_stream(
            b"\x00",
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=1,
            Height=1,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
        )
        picture = pdf.make_stream(
            b"\x00\x00\x00",
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=1,
            Height=1,
            ColorSpace=Name.DeviceRGB,
            BitsPerComponent=8,
            SMask=mask,
        )
        inner = pdf.make_stream(
            b"/P Do",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 9, 9],
            Resources=Dictionary(XObject=Dictionary(P=picture)),
        )
        outer = pdf.make_stream(
            b"/I Do",
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, 9, 9],
            Resources=Dictionary(XObject=Dictionary(I=inner)),
        )
        function = whole(Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1))
        shading = whole(
            Dictionary(ShadingType=2, ColorSpace=Name.DeviceGray, Coords=Array([0, 0, 1, 1]), Function=function)
        )
        state = whole(Dictionary(Type=Name.ExtGState, ca=1))
        page.Resources.Font.F2 = font
        page.Resources.XObject = whole(Dictionary(P=outer))
        page.Resources.Shading = Dictionary(S=shading)
        page.Resources.ExtGState = Dictionary(G=state)
        page.Contents = Array([page.Contents, pdf.make_stream(b"q /P Do Q")])
        out = io.BytesIO()
        pdf.save(out, compress_streams=False, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode[mode])
    return shared_lab().sign(out.getvalue())


@functools.cache
def below_the_page(mode: str) -> tuple[int, ...]:
    """Numbers of all objects that the content of page 1 is made of."""
    with pikepdf.open(io.BytesIO(deep(mode))) as pdf:
        page = pdf.pages[0].obj
        pending: list[Any] = [page.Contents, page.Resources]
        found: set[int] = set()
        while pending:
            item = pending.pop()
            if not isinstance(item, pikepdf.Object) or (item.is_indirect and item.objgen[0] in found):
                continue
            if item.is_indirect:
                found.add(item.objgen[0])
            if isinstance(item, Dictionary | pikepdf.Stream):
                pending += [item[key] for key in item.keys() if key != "/Parent"]  # noqa: SIM118 - pikepdf's own keys
            elif isinstance(item, Array):
                pending += list(item)
    return tuple(sorted(found))


VALUES = st.one_of(
    st.integers(-9, 9999).map(lambda number: b"%d" % number),
    st.sampled_from(
        [
            b"null",
            b"true",
            b"[]",
            b"<<>>",
            b"(x)",
            b"/Name",
            b"[1 0 R]",
            b"<</Type/Page>>",
            b"<</Type/Font/Subtype/Type3>>",
        ]
    ),
    st.binary(max_size=20).map(lambda body: b"<</Length %d>>\nstream\n%s\nendstream" % (len(body), body)),
)


@pytest.mark.parametrize("mode", ["disable", "generate"])
def test_there_is_something_below(mode: str) -> None:
    assert len(below_the_page(mode)) >= 15


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), mode=st.sampled_from(["disable", "generate"]), body=VALUES, packed=st.booleans())
def test_no_change_below_a_page_is_permitted(data: st.DataObject, mode: str, body: bytes, packed: bool) -> None:
    number = data.draw(st.sampled_from(below_the_page(mode)))
    base = Base.of(deep(mode))
    if packed and b"endstream" not in body:
        after = with_stream(base, {}, {number: body})
    else:
        after = with_table(base, {number: body})
    later = judge(after)
    assert later.changes is LaterChanges.SUSPICIOUS, (number, later)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), mode=st.sampled_from(["disable", "generate"]))
def test_the_same_objects_written_again_are_no_change(data: st.DataObject, mode: str) -> None:
    numbers = data.draw(st.sets(st.sampled_from(below_the_page(mode)), min_size=1))
    base = Base.of(deep(mode))
    with pikepdf.open(io.BytesIO(base.data)) as pdf:
        bodies = {}
        for number in numbers:
            found = pdf.get_object((number, 0))
            if isinstance(found, pikepdf.Stream):
                raw = found.read_raw_bytes()
                bodies[number] = found.stream_dict.unparse(resolved=True) + b"\nstream\n" + raw + b"\nendstream"
            else:
                bodies[number] = found.unparse(resolved=True)
    assert judge(with_table(base, bodies)).changes is LaterChanges.PERMITTED
