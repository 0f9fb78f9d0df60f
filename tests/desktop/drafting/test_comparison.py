"""Two versions of a text, compared by blocks and words."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.drafting.body import Body, Heading, PageBreak, Paragraph, Run, Table, plain, text_of
from desktop.drafting.comparison import BlockChange, Kind, LeafChange, Words, compare
from desktop.drafting.leaves import leaf, parts
from tests.desktop.drafting.bodies import any_block


def paragraphs(*texts: str) -> Body:
    return Body(tuple(Paragraph(plain(text)) for text in texts))


def test_a_changed_word_is_shown_in_its_block() -> None:
    old = paragraphs("Uno queda.", "El plazo es de diez días hábiles.", "Tres queda.")
    new = paragraphs("Uno queda.", "El plazo es de quince días hábiles.", "Nuevo.", "Tres queda.")
    rows = compare(old, new).rows
    assert rows == (
        BlockChange(Kind.SAME, 0, 0),
        BlockChange(
            Kind.CHANGED,
            1,
            1,
            (
                LeafChange(
                    "text",
                    (
                        Words(Kind.SAME, "El plazo es de "),
                        Words(Kind.REMOVED, "diez"),
                        Words(Kind.ADDED, "quince"),
                        Words(Kind.SAME, " días hábiles."),
                    ),
                ),
            ),
        ),
        BlockChange(Kind.ADDED, None, 2),
        BlockChange(Kind.SAME, 2, 3),
    )


def test_a_new_style_a_new_kind_and_a_table_cell() -> None:
    table = Table((plain("Bien"), plain("N.º")), ((plain("Silla"), plain("1")),))
    other = Table((plain("Bien"), plain("N.º")), ((plain("Silla"), plain("2")),))
    old = Body((Paragraph(plain("Se resuelve")), Paragraph(plain("CONCLUSIONES DEL CASO")), table, PageBreak()))
    new = Body((Paragraph((Run("Se resuelve", bold=True),)), Heading("CONCLUSIONES DEL CASO"), other))
    rows = compare(old, new).rows
    assert [(row.kind, row.old, row.new) for row in rows] == [
        (Kind.STYLED, 0, 0),
        (Kind.CHANGED, 1, 1),
        (Kind.CHANGED, 2, 2),
        (Kind.REMOVED, 3, None),
    ]
    assert rows[2].leaves == (LeafChange("rows.0.1", (Words(Kind.REMOVED, "1"), Words(Kind.ADDED, "2"))),)


_bodies = st.lists(any_block(st.text(st.sampled_from("abñ ."), max_size=6)), max_size=6).map(
    lambda some: Body(tuple(some))
)


@settings(max_examples=150, deadline=None)
@given(_bodies, _bodies)
def test_both_texts_can_be_read_out_of_a_comparison(old: Body, new: Body) -> None:
    rows = compare(old, new).rows
    assert [row.old for row in rows if row.old is not None] == list(range(len(old.blocks)))
    assert [row.new for row in rows if row.new is not None] == list(range(len(new.blocks)))
    for row in rows:
        for change in row.leaves:
            sides = ((Kind.ADDED, row.old, old), (Kind.REMOVED, row.new, new))
            for left_out, number, body in sides:
                assert number is not None
                block = body.blocks[number]
                wanted = text_of(leaf(block, change.part)) if change.part in parts(block) else ""
                assert "".join(each.text for each in change.words if each.kind is not left_out) == wanted
        if row.kind is Kind.SAME:
            assert old.blocks[row.old or 0] == new.blocks[row.new or 0]
    assert compare(old, new).changed is (old != new)


def test_forty_pages_are_compared_at_once() -> None:
    texts = [f"Párrafo {n}: " + "el estado de avance de las obras de conexión. " * 9 for n in range(320)]
    changed = [text.replace("avance", "ejecución") if n % 9 == 0 else text for n, text in enumerate(texts)]
    began = time.perf_counter()
    rows = compare(paragraphs(*texts), paragraphs(*changed)).rows
    assert time.perf_counter() - began < 3
    assert sum(row.kind is Kind.CHANGED for row in rows) == 36
