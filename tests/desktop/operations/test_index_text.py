"""Words of the body: a document is found by what it says, where it was written and where it came to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.drafting import pdf_text
from desktop.drafting.pdf_text import PdfTextReader, answer
from desktop.operations import find, index_text, synchronise
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_a_document_is_found_by_its_text_where_it_was_written(frozen_stage: Stage, stages: Stages) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    assert "nunumayani" not in desk.store.document(stage.document).subject.casefold()
    assert find.matching(desk, "ñuñumayani jallalla") == [stage.document]
    desk.store.rebuild_projections()
    assert find.matching(desk, "jallalla") == [stage.document]


def test_where_it_came_to_it_is_found_by_the_text_of_its_pdf(
    signed_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = office.desk(PLANNING), office.desk(FINANCE)
    from desktop.operations import dispatch

    dispatch.dispatch(here, stage.document, office.to_finance())
    synchronise.synchronise(here)
    has = there.store.has_bytes
    with monkeypatch.context() as patched:  # the news is there before the file
        patched.setattr(there.store, "has_bytes", lambda sha256: False)
        synchronise.synchronise(there)
    assert has(there.store.document(stage.document).digest)
    assert find.matching(there, "jallalla") == []
    synchronise.synchronise(there)
    assert find.matching(there, "jallalla ñuñumayani") == [stage.document]
    assert there.store.setting("text.waiting") == "[]"


def test_each_is_read_once(signed_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = stages(signed_stage).office.desk(PLANNING)
    index_text.index_new(desk)
    monkeypatch.setattr(index_text, "_read", lambda *_: pytest.fail("read again"))
    index_text.index_new(desk)


def test_a_file_that_is_no_pdf_has_no_text(tmp_path: Path) -> None:
    path = tmp_path / "roto.pdf"
    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    assert answer({"path": str(path)}) == ({"failed": "unreadable"}, b"")
    with PdfTextReader() as reader:
        assert reader.text(path) == ""
        assert reader.text(tmp_path / "falta.pdf") == ""


def test_what_is_read_is_bounded(frozen_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = stages(frozen_stage)
    desk = stage.office.desk(PLANNING)
    path = str(desk.store.path_of(desk.store.document(stage.document).digest))
    _, whole = answer({"path": path})
    assert "Jallalla" in whole.decode()
    monkeypatch.setattr(pdf_text, "MOST_CHARACTERS", 40)
    assert len(answer({"path": path})[1].decode()) == 40
    monkeypatch.setattr(pdf_text, "MOST_PAGES", 0)
    assert answer({"path": path}) == ({}, b"")


def test_a_file_that_is_none_starts_no_child(
    signed_stage: Stage, stages: Stages, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stage = stages(signed_stage)
    desk = stage.office.desk(PLANNING)
    other = tmp_path / "otro"
    other.write_bytes(b"no PDF")
    monkeypatch.setattr(desk.store, "path_of", lambda _sha256: other)
    monkeypatch.setattr(index_text, "_of_text", lambda *_: None)
    monkeypatch.setattr(index_text, "PdfTextReader", lambda: pytest.fail("a child was started"))
    desk.store.set_setting("text.read", "0")
    assert index_text.index_new(desk) == ()
    assert find.matching(desk, "jallalla") == [stage.document]  # what was known stays
