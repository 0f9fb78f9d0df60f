"""Header fields in an editing session: the journal's records give the same fields and history again, whatever was done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.drafting import editing
from desktop.drafting.body import Body, Paragraph, plain
from desktop.drafting.changes import Position, Refill
from desktop.drafting.session import EditSession
from desktop.records.errors import OfficeError

_VALUES = st.none() | st.text(max_size=4) | st.lists(st.text(max_size=2), max_size=2) | st.just([{"a": "x"}])
_ACTS = st.lists(
    st.tuples(st.just("field"), st.sampled_from(["referencia", "para", "mosca"]), _VALUES, st.integers(0, 4000))
    | st.tuples(st.sampled_from(["text", "undo", "redo", "reopen"])),
    max_size=14,
)


def state(session: EditSession) -> tuple[Any, ...]:
    return session.body, session.fields, session.can_undo, session.can_redo


@settings(max_examples=150, deadline=None)
@given(_ACTS, st.dictionaries(st.sampled_from(["referencia", "copia"]), st.text(max_size=3), max_size=2))
def test_records_replayed_give_the_same_and_undo_leads_back(acts: list[Any], fields: dict[str, Any]) -> None:
    start = Body((Paragraph(plain("uno")),))
    session, journal = EditSession(start, fields), EditSession(start, fields)
    at = 0
    for kind, *given_ in acts:
        if kind == "reopen":
            session = EditSession.from_json(json.loads(json.dumps(session.to_json())))
            continue
        if kind == "field":
            name, value, later = given_
            at += later
            record = session.do((Refill(name, session.fields.get(name), value),), kind="typing", at=at)
        elif kind == "text":
            record = session.do(editing.insert(session.body, Position(0, "text", 1), "ñ"), kind="typing", at=at)
        else:
            record = session.undo() if kind == "undo" else session.redo()
        if record is not None:
            journal.replayed(json.loads(json.dumps(record)))
        assert state(journal) == state(session)
    while session.can_redo:
        session.redo()
    last = state(session)[:2]
    while session.can_undo:
        session.undo()
    assert state(session)[:2] == (start, fields)
    while session.can_redo:
        session.redo()
    assert state(session)[:2] == last


def test_an_act_that_does_not_fit_changes_neither_fields_nor_text() -> None:
    session = EditSession(Body((Paragraph(plain("uno")),)), {"referencia": "Agua"})
    before = state(session)
    good = editing.insert(session.body, Position(0, "text", 0), "x")
    with pytest.raises(OfficeError) as caught:
        session.do((*good, Refill("referencia", "Otra", "Riego")))
    assert (caught.value.code, caught.value.facts["place"]) == ("drafting.edit_mismatch", "fields.referencia")
    assert state(session) == before
