"""Operations, undo and redo, and places that stay with their words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from desktop.drafting import body as blocks
from desktop.drafting import editing, editing_tables
from desktop.drafting.body import Article, Body, Heading, Image, ListItem, Paragraph, Quote, Run, Table, plain, text_of
from desktop.drafting.changes import Anchor, Exchange, Kept, Position, moved_anchor
from desktop.drafting.leaves import leaf, parts
from desktop.drafting.session import EditSession
from desktop.records.errors import OfficeError
from tests.desktop.drafting.bodies import any_block, drawn_runs

TOKEN = "⟦palabra⟧"
short = st.text(st.sampled_from("abñ \n1"), max_size=5)
BLOCKS = any_block(short)
FEW = st.lists(BLOCKS, max_size=3).map(tuple)
START = st.lists(st.one_of(BLOCKS, st.just(Image("0" * 64, "x.png", "alt"))), max_size=5).map(
    lambda some: Body(tuple(some))
)
RUNS = drawn_runs(short)
_kinds = st.sampled_from([Heading("x", 2), Paragraph(()), ListItem((), "number", 1), Article(()), Quote(())])


def places(body: Body) -> list[Position]:
    """The end of every leaf of the body."""
    return [
        Position(number, part, len(text_of(leaf(block, part))))
        for number, block in enumerate(body.blocks)
        for part in parts(block)
    ]


def found(body: Body, word: str) -> list[Anchor]:
    return [
        Anchor(Position(end.block, end.part, at), Position(end.block, end.part, at + len(word)))
        for end in places(body)
        if (at := text_of(leaf(body.blocks[end.block], end.part)).find(word)) >= 0
    ]


@st.composite
def an_act(draw: st.DrawFn, body: Body) -> Any:
    """One act that the body allows, as changes; none when the dice choose a place where it is not possible."""
    ends = places(body)
    number = draw(st.integers(0, max(len(body.blocks) - 1, 0)))
    acts: list[Any] = [lambda: editing.put_blocks(body, number if body.blocks else 0, draw(FEW))]
    if body.blocks:
        acts += [
            lambda: editing.take_blocks(body, number, min(number + draw(st.integers(0, 1)), len(body.blocks) - 1)),
            lambda: editing.move_block(body, number, draw(st.integers(0, len(body.blocks) - 1))),
            lambda: editing.shift(body, 0, number, draw(st.sampled_from([-1, 1]))),
            lambda: editing.replace_all(body, draw(st.sampled_from(["a", "ñ", "a1"])), draw(short)),
            lambda: editing.merge(body, number),
            lambda: editing.turn_into(body, number, draw(_kinds)),
            lambda: editing_tables.put_row(body, number, draw(st.integers(0, 3))),
            lambda: editing_tables.take_row(body, number, draw(st.integers(0, 2))),
            lambda: editing_tables.put_column(body, number, draw(st.integers(0, 4))),
            lambda: editing_tables.take_column(body, number, draw(st.integers(0, 3))),
            lambda: editing.change_block(body, number, draw(BLOCKS)),
        ]
    if ends:
        end = draw(st.sampled_from(ends))
        start = Position(end.block, end.part, draw(st.integers(0, end.offset)))
        far = draw(st.sampled_from([place for place in ends if place >= start] or [end]))
        acts += [
            lambda: editing.insert(body, start, draw(short)),
            lambda: editing.insert(body, start, draw(RUNS)),
            lambda: editing.delete(body, start, end),
            lambda: editing.delete(body, start, far),
            lambda: editing.restyle(
                body, start, end, bold=draw(st.booleans()), link=draw(st.sampled_from(["", "https://a.bo"]))
            ),
            lambda: editing.put_note(body, start, draw(st.sampled_from([(), plain("nota")]))),
            lambda: editing.split(body, start),
            lambda: editing.paste(body, start, draw(FEW)),
        ]
    try:
        return draw(st.sampled_from(acts))()
    except OfficeError as error:
        if error.code not in {"drafting.no_such_place", "drafting.no_note_here"}:
            raise
        return ()


@settings(max_examples=60, deadline=None)
@given(st.data(), START)
def test_undone_gives_the_start_and_redone_the_end(data: st.DataObject, body: Body) -> None:
    session = EditSession(body)
    start = session.body
    seen = [start]
    for _ in range(data.draw(st.integers(1, 8))):
        session.do(data.draw(an_act(session.body)))
        assert Body.from_json(json.loads(json.dumps(session.body.to_json()))) == session.body
        if session.body != seen[-1]:
            seen.append(session.body)
    for wanted in reversed(seen):
        while session.body != wanted and session.can_undo:
            session.undo()
        assert session.body == wanted
    while session.can_undo:
        session.undo()
    assert session.body == start
    while session.can_redo:
        session.redo()
    assert session.body == seen[-1]


def test_a_place_goes_with_its_word_where_the_text_is_parted_at_its_start() -> None:
    """Found by the test below: parted at the very start of the marked word, the place stayed in the emptied half."""
    kept = (Kept(0, "text", 0, 0, 0, "text", 0), Kept(0, "text", 0, 7, 1, "", 0))
    word = Anchor(Position(0, "text", 0), Position(0, "text", 7))
    parted = Exchange(0, (Heading("palabra", 1),), (Heading("", 1), Paragraph(plain("palabra"))), kept)
    assert moved_anchor(word, parted) == Anchor(Position(1, "", 0), Position(1, "", 7))


@settings(max_examples=100, deadline=None)
@given(st.data(), START)
def test_places_stay_with_their_words(data: st.DataObject, body: Body) -> None:
    """Wherever the marked word goes whole, its anchor goes; undo brings back even those that were deleted."""
    session = EditSession(body)
    ends = [place for place in places(session.body) if not place.part.startswith("alt")]
    if not ends:
        return
    session.do(editing.insert(session.body, data.draw(st.sampled_from(ends)), TOKEN))
    (anchor,) = found(session.body, TOKEN)
    session.put_anchor("r1", anchor)
    history = []
    for _ in range(data.draw(st.integers(1, 8))):
        history.append((session.body, session.anchors))
        session.do(data.draw(an_act(session.body)))
        now = found(session.body, TOKEN)
        if len(now) == 1:
            assert session.anchors["r1"] == now[0]
        elif not now:
            break
    while session.can_undo:
        session.undo()
        if (known := [anchors for body, anchors in history if body == session.body]) and "r1" in known[0]:
            assert session.anchors == known[0] or session.anchors in known


def test_an_anchor_whose_words_were_deleted_comes_back_with_them() -> None:
    session = EditSession(Body((Paragraph(plain("uno dos tres")),)))
    two = Anchor(Position(0, "text", 4), Position(0, "text", 7))
    session.put_anchor("r", two)
    session.do(editing.delete(session.body, Position(0, "text", 2), Position(0, "text", 9)))
    assert session.anchors["r"] == Anchor(Position(0, "text", 2), Position(0, "text", 2))
    session.undo()
    assert session.anchors["r"] == two
    session.redo()
    assert session.anchors["r"].start == session.anchors["r"].end


def test_what_is_typed_at_the_edges_does_not_join_a_place_and_a_new_style_does_not_move_it() -> None:
    session = EditSession(Body((Paragraph(plain("uno dos tres")),)))
    session.put_anchor("r", Anchor(Position(0, "text", 4), Position(0, "text", 7)))
    session.do(editing.insert(session.body, Position(0, "text", 4), "x"))
    session.do(editing.insert(session.body, Position(0, "text", 8), "y"))
    session.do(editing.restyle(session.body, Position(0, "text", 0), Position(0, "text", 12), bold=True))
    anchor = session.anchors["r"]
    assert text_of(leaf(session.body.blocks[0], "text"))[anchor.start.offset : anchor.end.offset] == "dos"


class Typist(RuleBasedStateMachine):
    """A session, its journal, and restarts at any moment: history and text are those of a session that never ended."""

    def __init__(self) -> None:
        super().__init__()
        self.session = EditSession(Body((Paragraph(plain("Comienzo")),)))
        self.start = self.session.to_json()
        self.journal: list[Any] = []
        self.clock = 0

    def keep(self, record: Any) -> None:
        if record is not None:
            self.journal.append(json.loads(json.dumps(record)))

    @rule(text=short, pause=st.integers(0, 3000))
    def type_on(self, text: str, pause: int) -> None:
        self.clock += pause
        ends = places(self.session.body)
        if ends:
            self.keep(self.session.do(editing.insert(self.session.body, ends[-1], text), kind="typing", at=self.clock))

    @rule(data=st.data())
    def act(self, data: st.DataObject) -> None:
        self.keep(self.session.do(data.draw(an_act(self.session.body)), at=self.clock))

    @rule()
    def undo(self) -> None:
        self.keep(self.session.undo())

    @rule()
    def redo(self) -> None:
        self.keep(self.session.redo())

    @precondition(lambda self: self.session.body.blocks)
    @rule(name=st.sampled_from(["r1", "r2"]), drop=st.booleans())
    def remark(self, name: str, drop: bool) -> None:
        place = Position(0, "", 0)
        self.keep(self.session.drop_anchor(name) if drop else self.session.put_anchor(name, Anchor(place, place)))

    @rule()
    def restart(self) -> None:
        again = EditSession.from_json(json.loads(json.dumps(self.start)))
        for record in self.journal:
            again.replayed(record)
        assert again.to_json() == self.session.to_json()
        self.session = again

    @rule()
    def compact(self) -> None:
        self.start, self.journal = json.loads(json.dumps(self.session.to_json())), []

    @invariant()
    def anchors_point_into_the_text(self) -> None:
        for anchor in self.session.anchors.values():
            for place in (anchor.start, anchor.end):
                assert 0 <= place.block <= len(self.session.body.blocks)


TestTypist = Typist.TestCase
TestTypist.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)


def test_typing_is_taken_back_word_by_word() -> None:
    session = EditSession(Body((Paragraph(()),)))
    for at, sign in enumerate("uno dos"):
        session.do(editing.insert(session.body, Position(0, "text", at), sign), kind="typing", at=at * 100)
    session.do(editing.insert(session.body, Position(0, "text", 7), "s"), kind="typing", at=9000)
    told = []
    while session.undo():
        told.append(text_of(leaf(session.body.blocks[0], "text")))
    assert told == ["uno dos", "uno ", ""]


def test_erasing_is_one_act() -> None:
    session = EditSession(Body((Paragraph(plain("abcdef")),)))
    for at in (5, 4, 3):
        session.do(editing.delete(session.body, Position(0, "text", at), Position(0, "text", at + 1)), kind="erasing")
    session.undo()
    assert session.body.blocks[0] == Paragraph(plain("abcdef"))
    assert not session.can_undo


def test_text_takes_the_style_of_what_stands_before_it_but_links_do_not_grow() -> None:
    body = Body((Paragraph((Run("a", bold=True), Run("b", link="https://a.bo"))),))
    session = EditSession(body)
    session.do(editing.insert(session.body, Position(0, "text", 2), "c"))
    session.do(editing.insert(session.body, Position(0, "text", 1), "x"))
    assert session.body.blocks == (Paragraph((Run("ax", bold=True), Run("b", link="https://a.bo"), Run("c"))),)


def test_enter_and_backspace_know_the_kinds() -> None:
    body = Body((Heading("Título largo"), ListItem(plain("uno dos"), "number", 1, 4), Article(plain("tres"), 9)))
    assert EditSession(body).do(editing.split(body, Position(0, "text", 6))) is not None
    session = EditSession(body)
    session.do(editing.split(session.body, Position(1, "text", 3)))
    session.do(editing.split(session.body, Position(0, "text", 6)))
    assert session.body.blocks[:4] == (
        Heading("Título"),
        Paragraph(plain(" largo")),
        ListItem(plain("uno"), "number", 1, 4),
        ListItem(plain(" dos"), "number", 1),
    )
    session.do(editing.merge(session.body, 4))
    assert session.body.blocks[3] == ListItem(plain(" dostres"), "number", 1)


def test_columns_come_and_go_with_their_groups() -> None:
    groups = ((blocks.Group(plain("Bien")), blocks.Group(plain("Meses"), 2)),)
    table = Table(
        (plain("a"), plain("b"), plain("c")), ((plain("1"), plain("2"), plain("3")),), "", (1, 2, 3), (), groups
    )
    session = EditSession(Body((table,)))
    session.do(editing_tables.put_column(session.body, 0, 2))
    (wide,) = session.body.blocks
    assert isinstance(wide, Table)
    assert [group.across for group in wide.groups[0]] == [1, 3]
    assert wide.widths == (1, 2, 2, 3)
    session.do(editing_tables.take_column(session.body, 0, 0))
    (narrow,) = session.body.blocks
    assert isinstance(narrow, Table)
    assert narrow.groups == ((blocks.Group(plain("Meses"), 3),),)
    assert narrow.rows == ((plain("2"), (), plain("3")),)


def test_replacing_respects_words_and_capitals() -> None:
    body = Body((Paragraph((Run("El informe y el "), Run("Informe", bold=True), Run(" informes"))),))
    session = EditSession(body)
    session.do(editing.replace_all(session.body, "informe", "acta", words=True))
    assert session.body.blocks == (Paragraph((Run("El acta y el "), Run("acta", bold=True), Run(" informes"))),)
    session.undo()
    session.do(editing.replace_all(session.body, "Informe", "acta", exact=True))
    assert text_of(leaf(session.body.blocks[0], "text")) == "El informe y el acta informes"


def test_places_that_are_not_there_are_refused_and_nothing_changes() -> None:
    body = Body((Paragraph(plain("uno")), Image("0" * 64, "x.png", "alt"), Table((plain("a"),), ())))
    for act in (
        lambda: editing.insert(body, Position(0, "text", 4), "x"),
        lambda: editing.insert(body, Position(3, "text", 0), "x"),
        lambda: editing.split(body, Position(1, "alt", 0)),
        lambda: editing.put_note(body, Position(1, "alt", 0), plain("n")),
        lambda: editing_tables.take_column(body, 2, 0),
        lambda: editing_tables.put_row(body, 0, 0),
        lambda: editing.merge(body, 0),
    ):
        with pytest.raises(OfficeError) as caught:
            act()
        assert caught.value.code in {"drafting.no_such_place", "drafting.no_note_here"}
    with pytest.raises(OfficeError) as caught:
        editing.restyle(body, Position(0), Position(0, "text", 3), link="javascript:alert(1)")
    assert caught.value.code == "drafting.bad_link"
    session = EditSession(body)
    (change,) = editing.delete(body, Position(0), Position(0, "text", 3))
    session.do((change,))
    with pytest.raises(OfficeError) as caught:
        session.do((change,))
    assert caught.value.code == "drafting.edit_mismatch"
    assert text_of(leaf(session.body.blocks[0], "text")) == ""


@pytest.mark.parametrize("record", [{}, {"do": [{}], "kind": "x", "at": 0}, {"do": 3}, {"anchor": "r", "place": [1]}])
def test_a_record_that_is_none_is_refused(record: Any) -> None:
    with pytest.raises(OfficeError) as caught:
        EditSession(Body()).replayed(record)
    assert caught.value.code == "drafting.bad_record"
