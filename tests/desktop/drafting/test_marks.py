"""Remarks find their words: over any text and any stretch of it, exactly, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting.body import Body, Paragraph, plain, text_of
from desktop.drafting.changes import Anchor, Position
from desktop.drafting.leaves import leaf, parts
from desktop.drafting.marks import anchor_in, placed
from desktop.records.errors import OfficeError
from desktop.records.observations import Mark
from tests.desktop.drafting.bodies import any_block


def paragraphs(*texts: str) -> Body:
    return Body(tuple(Paragraph(plain(text)) for text in texts))


LAW = paragraphs("Según la ley vigente.", "Conforme a la ley anterior.", "Fin.")


def test_words_that_stand_once_are_found_whatever_the_spaces() -> None:
    mark = placed(LAW, Mark("x", " ley \n anterior"))
    assert (mark.quote, mark.before, mark.after) == (
        "ley anterior",
        "Según la ley vigente.\nConforme a la "[-40:],
        ".\nFin.",
    )
    assert mark.place == ((1, "text", 14), (1, "text", 26))


def test_a_quote_may_go_over_a_paragraphs_end() -> None:
    mark = placed(LAW, Mark("x", "vigente. Conforme"))
    assert mark.place == ((0, "text", 13), (1, "text", 8))


def test_what_stands_around_decides_between_places() -> None:
    assert placed(LAW, Mark("x", "ley", after=" anterior")).place == ((1, "text", 14), (1, "text", 17))
    with pytest.raises(OfficeError, match=r"observe\.words_ambiguous") as caught:
        placed(LAW, Mark("x", "ley"))
    assert caught.value.facts["count"] == 2
    with pytest.raises(OfficeError, match=r"observe\.words_not_found"):
        placed(LAW, Mark("x", "decreto"))


@pytest.mark.parametrize(
    "place", [((9, "text", 0), (9, "text", 1)), ((0, "text", 5), (0, "text", 2)), ((0, "alt", 0), (0, "alt", 0))]
)
def test_a_place_that_is_not_there_is_refused(place: object) -> None:
    with pytest.raises(OfficeError, match=r"drafting\.no_such_place"):
        placed(LAW, Mark("x", place=place))  # type: ignore[arg-type]
    assert anchor_in(LAW, Mark("x", place=place), same_text=True) is None  # type: ignore[arg-type]


def test_in_a_text_that_changed_the_words_count_and_not_the_place() -> None:
    mark = placed(LAW, Mark("x", "ley anterior"))
    changed = paragraphs("Nuevo.", *(text_of(block.runs) for block in LAW.blocks if isinstance(block, Paragraph)))
    assert anchor_in(changed, mark, same_text=False) == Anchor(Position(2, "text", 14), Position(2, "text", 26))
    assert anchor_in(paragraphs("Otra cosa."), mark, same_text=False) is None
    assert anchor_in(LAW, Mark("Todo."), same_text=True) is None


@given(st.data())
def test_any_stretch_of_any_text_is_found_again_by_its_place_and_by_its_words(data: st.DataObject) -> None:
    body = Body(tuple(data.draw(st.lists(any_block(), min_size=1, max_size=4))))
    leaves = [
        (n, part, len(text_of(leaf(block, part)))) for n, block in enumerate(body.blocks) for part in parts(block)
    ]
    leaves = [item for item in leaves if item[2]]
    if not leaves:
        return
    number, part, length = data.draw(st.sampled_from(leaves))
    start = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(start + 1, length))
    mark = placed(body, Mark("x", place=((number, part, start), (number, part, end))))
    anchor = Anchor(Position(number, part, start), Position(number, part, end))
    assert text_of(leaf(body.blocks[number], part))[start:end] == mark.quote
    assert anchor_in(body, mark, same_text=True) == anchor
    by_words = anchor_in(body, replace(mark, place=None), same_text=False)
    if by_words is not None:  # the same words, be it with other spaces around them
        text = text_of(leaf(body.blocks[by_words.start.block], by_words.start.part))
        if by_words.start.block == by_words.end.block and by_words.start.part == by_words.end.part:
            assert text[by_words.start.offset : by_words.end.offset].split() == mark.quote.split()
