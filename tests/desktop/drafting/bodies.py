"""Random bodies for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from desktop.drafting import body as blocks
from desktop.drafting.body import Body

texts = st.text(st.characters(exclude_characters=blocks.NOTE, exclude_categories=["Cs"]), max_size=30)
_links = st.sampled_from(["", "", "https://oruro.gob.bo/a?b=1", "mailto:a@oruro.gob.bo"])


@st.composite
def drawn_runs(
    draw: st.DrawFn, text: st.SearchStrategy[str] = texts, most: int = 3, *, notes: bool = True, links: bool = True
) -> blocks.Runs:
    styles = st.booleans()
    styled = st.builds(blocks.Run, text, styles, styles, styles, _links if links else st.just(""))
    note = st.lists(st.builds(blocks.Run, text.filter(str.strip), styles), min_size=1, max_size=2).map(
        lambda runs: blocks.footnote(*runs)
    )
    return tuple(draw(st.lists(styled | note if notes else styled, max_size=most)))


@st.composite
def tables(draw: st.DrawFn, text: st.SearchStrategy[str] = texts) -> blocks.Table:
    columns = draw(st.integers(1, 4))
    head = drawn_runs(text, 2, notes=False, links=False)
    row = st.tuples(*[drawn_runs(text, 2)] * columns)
    widths = draw(st.just(()) | st.tuples(*[st.integers(1, 1000)] * columns))
    aligns = draw(st.just(()) | st.tuples(*[st.sampled_from(blocks.ALIGNMENTS)] * columns))
    groups = []
    for _ in range(draw(st.integers(0, 2))):
        left, cells = columns, []
        while left:
            cells.append(blocks.Group(draw(head), draw(st.integers(1, left))))
            left -= cells[-1].across
        groups.append(tuple(cells))
    rows = tuple(draw(st.lists(row, max_size=3)))
    return blocks.Table(draw(st.tuples(*[head] * columns)), rows, draw(text), widths, aligns, tuple(groups))


def any_block(text: st.SearchStrategy[str] = texts) -> st.SearchStrategy[blocks.Block]:
    """Any block but a picture."""
    runs, levels = drawn_runs(text), st.integers(0, 3)
    return st.one_of(
        st.builds(blocks.Heading, text, st.integers(1, 3)),
        st.builds(blocks.Paragraph, runs, st.just("") | st.sampled_from(blocks.ALIGNMENTS), levels),
        st.builds(blocks.ListItem, runs, st.sampled_from(blocks.LIST_KINDS), levels, st.none() | st.integers(0, 99)),
        st.builds(blocks.Article, runs, st.none() | st.integers(1, 99), st.just("") | text),
        tables(text),
        st.builds(blocks.Quote, runs, text),
        st.just(blocks.PageBreak()),
    )


_images = st.builds(
    blocks.Image, texts, texts, texts, st.sampled_from(blocks.MEDIA_TYPES), texts, st.integers(1, 100)
)
bodies = st.lists(any_block() | _images, max_size=6).map(lambda items: Body(tuple(items)))
