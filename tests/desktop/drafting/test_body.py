from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting import body as blocks
from desktop.drafting.body import Body
from desktop.records.errors import OfficeError
from tests.desktop.drafting.bodies import bodies


@given(bodies)
def test_a_body_comes_back_from_json_as_it_was(body: Body) -> None:
    assert Body.from_json(json.loads(json.dumps(body.to_json()))) == body


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "runs", "text"]), inner),
    max_leaves=8,
)


@given(_json, st.sampled_from(["heading", "paragraph", "item", "article", "bullets", "table", "image", "quote"]), _json)
def test_anything_else_is_refused_with_its_place(inside: Any, kind: str, whole: Any) -> None:
    block = {"type": kind, "runs": inside, "items": inside, "header": inside, "groups": inside, "level": inside}
    for data in (whole, {"format": 1, "blocks": [block]}, {"format": 2, "blocks": [block]}):
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
        ({"type": "item", "runs": [], "kind": "star"}, "blocks[0].kind"),
        ({"type": "item", "runs": [], "level": 6}, "blocks[0].level"),
        ({"type": "article", "runs": [], "number": 0}, "blocks[0].number"),
        ({"type": "paragraph", "runs": [{"text": "x", "link": "javascript:x"}]}, "blocks[0].runs[0].link"),
        ({"type": "paragraph", "runs": [{"text": "x", "link": "qillqa-field:firma-1"}]}, "blocks[0].runs[0].link"),
        ({"type": "paragraph", "runs": [{"note": []}]}, "blocks[0].runs[0].note"),
        ({"type": "paragraph", "runs": [{"note": [{"note": [{"text": "x"}]}]}]}, "blocks[0].runs[0].note[0].note"),
        ({"type": "table", "header": [[], []], "rows": [], "groups": [[{"runs": []}]]}, "blocks[0].groups[0]"),
        ({"type": "table", "header": [[{"note": [{"text": "x"}]}]], "rows": []}, "blocks[0].header"),
        ({"type": "bullets", "items": []}, "blocks[0].type"),
        ({"type": "script"}, "blocks[0].type"),
        ("text", "blocks[0]"),
    ],
)
def test_the_place_of_what_is_wrong_is_named(block: object, place: str) -> None:
    with pytest.raises(OfficeError) as caught:
        Body.from_json({"format": 2, "blocks": [block]})
    assert (caught.value.code, caught.value.facts["place"]) == ("drafting.bad_body", place)


def test_a_body_of_a_newer_program_is_told_apart() -> None:
    with pytest.raises(OfficeError) as caught:
        Body.from_json({"format": 3, "blocks": []})
    assert caught.value.code == "drafting.body_newer"


def test_a_body_of_format_1_is_raised_without_loss() -> None:
    old = [
        {"type": "heading", "level": 2, "text": "Uno"},
        {"type": "paragraph", "runs": [{"text": "a\ufffcb", "bold": True}], "align": "center"},
        {"type": "bullets", "items": [[{"text": "x"}], [{"text": "y"}]]},
        {"type": "bullets", "items": [[{"text": "z"}]]},
        {"type": "numbers", "start": 4, "items": [[{"text": "m"}], [{"text": "n", "italic": True}]]},
        {
            "type": "table",
            "caption": "",
            "header": [[]],
            "rows": [[[{"text": "1"}]]],
            "widths": [],
            "aligns": ["right"],
        },
    ]
    body = Body.from_json({"format": 1, "blocks": old})
    assert body.blocks == (
        blocks.Heading("Uno", 2),
        blocks.Paragraph((blocks.Run("ab", bold=True),), "center"),
        blocks.ListItem(blocks.plain("x"), "bullet", 0, 1),
        blocks.ListItem(blocks.plain("y")),
        blocks.ListItem(blocks.plain("z"), "bullet", 0, 1),
        blocks.ListItem(blocks.plain("m"), "number", 0, 4),
        blocks.ListItem((blocks.Run("n", italic=True),), "number"),
        blocks.Table(((),), ((blocks.plain("1"),),), aligns=("right",)),
    )
    assert body.to_json()["format"] == 2
    assert Body.from_json(body.to_json()) == body


def test_plain_text_becomes_paragraphs() -> None:
    body = Body.from_text("Uno\ndos\r\n\r\n\n tres ")
    assert body.blocks == (blocks.Paragraph(blocks.plain("Uno\ndos")), blocks.Paragraph(blocks.plain("tres")))
    assert [place for place, _ in body.texts()] == ["blocks[0]", "blocks[1]"]
