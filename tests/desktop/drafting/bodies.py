"""Random bodies for property tests."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from desktop.drafting import body as blocks
from desktop.drafting.body import Body

texts = st.text(st.characters(exclude_characters=blocks.NOTE, exclude_categories=["Cs"]), max_size=30)
_links = st.sampled_from(["", "", "https://oruro.gob.bo/a?b=1", "mailto:a@oruro.gob.bo"])


@cache
def drawn_runs(
    text: st.SearchStrategy[str] = texts, most: int = 3, *, notes: bool = True, links: bool = True
) -> st.SearchStrategy[blocks.Runs]:
    """Runs of such texts; strategies are costly to make and kept."""
    styles = st.booleans()
    styled = st.builds(blocks.Run, text, styles, styles, styles, _links if links else st.just(""))
    noted = st.lists(st.builds(blocks.Run, text.filter(str.strip), styles), min_size=1, max_size=2)
    note = noted.map(lambda runs: blocks.footnote(*runs))
    return st.lists(styled | note if notes else styled, max_size=most).map(tuple)


@cache
def _tables_of(columns: int, text: st.SearchStrategy[str]) -> st.SearchStrategy[blocks.Table]:
    head = drawn_runs(text, 2, notes=False, links=False)
    row = st.tuples(*[drawn_runs(text, 2)] * columns)
    # where one group ends and the next begins
    cuts = st.lists(st.booleans(), min_size=columns - 1, max_size=columns - 1).map(lambda ends: [*ends, True])
    group_row = st.tuples(cuts, st.tuples(*[head] * columns)).map(_group_row)
    return st.builds(
        blocks.Table,
        st.tuples(*[head] * columns),
        st.lists(row, max_size=3).map(tuple),
        text,
        st.just(()) | st.tuples(*[st.integers(1, 1000)] * columns),
        st.just(()) | st.tuples(*[st.sampled_from(blocks.ALIGNMENTS)] * columns),
        st.lists(group_row, max_size=2).map(tuple),
    )


def _group_row(drawn: tuple[list[bool], tuple[blocks.Runs, ...]]) -> tuple[blocks.Group, ...]:
    groups, across = [], 0
    for ends, runs in zip(*drawn, strict=True):
        across += 1
        if ends:
            groups.append(blocks.Group(runs, across))
            across = 0
    return tuple(groups)


@cache
def any_block(text: st.SearchStrategy[str] = texts) -> st.SearchStrategy[blocks.Block]:
    """Any block but a picture."""
    runs, levels = drawn_runs(text), st.integers(0, 3)
    return st.one_of(
        st.builds(blocks.Heading, text, st.integers(1, 3)),
        st.builds(blocks.Paragraph, runs, st.just("") | st.sampled_from(blocks.ALIGNMENTS), levels),
        st.builds(blocks.ListItem, runs, st.sampled_from(blocks.LIST_KINDS), levels, st.none() | st.integers(0, 99)),
        st.builds(blocks.Article, runs, st.none() | st.integers(1, 99), st.just("") | text),
        *[_tables_of(columns, text) for columns in (1, 2, 4)],
        st.builds(blocks.Quote, runs, text),
        st.just(blocks.PageBreak()),
    )


_images = st.builds(blocks.Image, texts, texts, texts, st.sampled_from(blocks.MEDIA_TYPES), texts, st.integers(1, 100))
bodies = st.lists(any_block() | _images, max_size=6).map(lambda items: Body(tuple(items)))
