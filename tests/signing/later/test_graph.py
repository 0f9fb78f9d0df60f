"""References read from the bytes: never fewer than a parser finds."""

from __future__ import annotations

import io

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from signing.later.graph import Graph, _references
from signing.later.past import Past
from tests.fixtures.foreign_signed.updates import Base, with_stream, with_table
from tests.fixtures.lab import plain_pdf
from tests.fixtures.later import rich_pdf, signed


def graph_of(data: bytes) -> tuple[Graph, Past]:
    past = Past(PdfFileReader(io.BytesIO(data)))
    return Graph(data, past), past


# what could mislead someone who looks for "12 0 R" and for the end of an object
TRICKS = [
    b"<</A 3 0 R>>",
    b"<</A(endobj) /B 3 0 R>>",
    b"<</A(>>stream\n) /B 3 0 R>>",
    b"<</A(\\)endobj) /B 3 0 R>>",
    b"<</A(((endobj))) /B 3 0 R>>",
    b"<</A(a\\\\) /B(endobj) /C 3 0 R>>",
    b"<</A 1 % ) endobj\n /B 3 0 R>>",
    b"<</A 1 % ( \n /B (>>stream\n) /C 3 0 R>>",
    b"<</A/endobjx /B 3 0 R>>",
    b"<</A[1 2 [3 0 R]]>>",
    b"<</A 3%c\n0%c\nR>>",
    b"<</A 3\n0\tR>>",
    b"<</A<65>/B<</C<</D 3 0 R>>>>>>",
]


@pytest.mark.parametrize("body", TRICKS)
def test_no_reference_is_missed(body: bytes) -> None:
    base = Base.of(plain_pdf())
    number = base.size
    for data in (with_table(base, {number: body}), with_stream(base, {}, {number: body})):
        graph, _ = graph_of(data)
        assert number in graph.above({3}), body
        assert 3 in graph.below({number})


@pytest.mark.parametrize(
    "make", [rich_pdf, lambda: rich_pdf("generate"), lambda: rich_pdf("preserve"), signed, plain_pdf]
)
def test_a_parser_finds_no_more(make) -> None:  # type: ignore[no-untyped-def]
    graph, past = graph_of(make())
    seen = 0
    for revision in range(past.last + 1):
        for number, _ in past.entries(revision):
            for _, target in _references(past.read(number, revision)):
                seen += 1
                assert target in graph.below({number}), (number, target)
    assert seen > 10


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.one_of(
            st.sampled_from([b"3 0 R", b"4 0 R", b"(endobj)", b"(>>stream\n)", b"(\\()", b"<4142>", b"/N", b"12", b"[5 0 R]"]),
            st.binary(max_size=6).map(lambda raw: b"(" + raw.replace(b"\\", b"").replace(b"(", b"").replace(b")", b"") + b")"),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_any_object_that_can_be_parsed(parts: list[bytes]) -> None:
    base = Base.of(plain_pdf())
    body = b"[" + b" ".join(parts) + b"]"
    graph, past = graph_of(with_table(base, {base.size: body}))
    for _, target in _references(past.read(base.size, past.last)):
        assert target in graph.below({base.size})


def test_edges_that_lead_back_do_not_make_every_page_live() -> None:
    with pikepdf.open(io.BytesIO(plain_pdf(30))) as pdf:
        pages = [page.obj.objgen[0] for page in pdf.pages]
    graph, _ = graph_of(plain_pdf(30))
    assert graph.above({pages[3]}).isdisjoint(set(pages) - {pages[3]} - {pages[-1]})
