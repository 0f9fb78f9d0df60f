from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting import body as blocks
from desktop.drafting.body import Body
from desktop.records.errors import OfficeError

_text = st.text(max_size=30)
_runs = st.lists(st.builds(blocks.Run, _text, st.booleans(), st.booleans(), st.booleans()), max_size=3).map(tuple)
_items = st.lists(_runs, max_size=3).map(tuple)
_aligns = st.sampled_from(blocks.ALIGNMENTS)


@st.composite
def _tables(draw: st.DrawFn) -> blocks.Table:
    columns = draw(st.integers(1, 4))
    row = st.tuples(*[_runs] * columns)
    widths = draw(st.just(()) | st.tuples(*[st.integers(1, 1000)] * columns))
    aligns = draw(st.just(()) | st.tuples(*[_aligns] * columns))
    return blocks.Table(draw(row), tuple(draw(st.lists(row, max_size=3))), draw(_text), widths, aligns)


bodies = st.lists(
    st.one_of(
        st.builds(blocks.Heading, _text, st.integers(1, 3)),
        st.builds(blocks.Paragraph, _runs, st.just("") | _aligns),
        st.builds(blocks.BulletList, _items),
        st.builds(blocks.NumberedList, _items, st.integers(0, 999)),
        _tables(),
        st.builds(blocks.Image, _text, _text, _text, st.sampled_from(blocks.MEDIA_TYPES), _text, st.integers(1, 100)),
        st.builds(blocks.Quote, _runs, _text),
        st.just(blocks.PageBreak()),
    ),
    max_size=6,
).map(lambda items: Body(tuple(items)))


@given(bodies)
def test_a_body_comes_back_from_json_as_it_was(body: Body) -> None:
    assert Body.from_json(json.loads(json.dumps(body.to_json()))) == body


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "runs", "text"]), inner),
    max_leaves=8,
)


@given(_json, st.sampled_from(["heading", "paragraph", "bullets", "numbers", "table", "image", "quote"]), _json)
def test_anything_else_is_refused_with_its_place(inside: Any, kind: str, whole: Any) -> None:
    for data in (whole, {"format": 1, "blocks": [{"type": kind, "runs": inside, "items": inside, "header": inside}]}):
        refusal = _refusal(data)
        if refusal is not None:
            assert refusal.code in {"drafting.bad_body", "drafting.body_newer"}
            assert refusal.facts.get("place") or refusal.facts.get("format")


def _refusal(data: Any) -> OfficeError | None:
    try:
        Body.from_json(data)
    except OfficeError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"type": "heading", "text": "x", "level": 4}, "blocks[0].level"),
        ({"type": "heading", "text": "x", "level": True}, "blocks[0].level"),
        ({"type": "paragraph", "runs": [{"text": "x", "bold": "yes"}]}, "blocks[0].runs[0]"),
        ({"type": "paragraph", "runs": [], "align": "middle"}, "blocks[0].align"),
        ({"type": "table", "header": [], "rows": []}, "blocks[0].header"),
        ({"type": "table", "header": [[]], "rows": [[[], []]]}, "blocks[0].rows[0]"),
        ({"type": "table", "header": [[]], "rows": [], "widths": [0]}, "blocks[0].widths"),
        ({"type": "table", "header": [[]], "rows": [], "aligns": ["left", "left"]}, "blocks[0].aligns"),
        ({"type": "image", "sha256": "0", "name": "x", "media_type": "image/svg+xml"}, "blocks[0].media_type"),
        ({"type": "script"}, "blocks[0].type"),
        ("text", "blocks[0]"),
    ],
)
def test_the_place_of_what_is_wrong_is_named(block: object, place: str) -> None:
    with pytest.raises(OfficeError) as caught:
        Body.from_json({"format": 1, "blocks": [block]})
    assert (caught.value.code, caught.value.facts["place"]) == ("drafting.bad_body", place)


def test_a_body_of_a_newer_program_is_told_apart() -> None:
    with pytest.raises(OfficeError) as caught:
        Body.from_json({"format": 2, "blocks": []})
    assert caught.value.code == "drafting.body_newer"


def test_plain_text_becomes_paragraphs() -> None:
    body = Body.from_text("Uno\ndos\r\n\r\n\n tres ")
    assert body.blocks == (blocks.Paragraph(blocks.plain("Uno\ndos")), blocks.Paragraph(blocks.plain("tres")))
    assert [place for place, _ in body.texts()] == ["blocks[0]", "blocks[1]"]
