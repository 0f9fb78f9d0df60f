"""Writing in a draft: nothing typed is lost, whatever dies; two windows; versions."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from desktop.drafting import editing
from desktop.drafting.body import Body, Paragraph, plain, text_of
from desktop.drafting.changes import Anchor, Position
from desktop.drafting.leaves import leaf
from desktop.operations import writing
from desktop.operations.writing import open_writing, read_version, versions
from desktop.records.errors import OfficeError
from desktop.store import record_log
from desktop.store.desk import DeskStore
from desktop.store.drafts import Draft

NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
TYPIST = """
import sys
from pathlib import Path
from tests.desktop.operations.test_writing import small_desk
from desktop.drafting import editing
from desktop.drafting.changes import Position
from desktop.operations.writing import open_writing
desk = small_desk(Path(sys.argv[1]))
with open_writing(desk, "d1") as text:
    for number in range(100_000):
        text.do(editing.insert(text.body, Position(0, "text", 3 + number), "ñ"), kind="typing", at=number * 5)
        print(number + 1, flush=True)
"""


def small_desk(home: Path) -> Any:
    """What writing needs of a desk, with its real store."""
    acting = lambda official="": SimpleNamespace(id=official or "juana")  # noqa: E731
    return SimpleNamespace(store=DeskStore.open(home, now=NOW), clock=lambda: NOW, acting=acting)


def draft_of(text: str) -> Draft:
    body = json.dumps(Body.from_text(text).to_json(), ensure_ascii=False)
    return Draft("d1", "nota_interna", "juana", "{}", body, (), ("juana",), (), 0, NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Any]:
    made = small_desk(tmp_path / "home")
    made.store.save_draft(draft_of("uno"))
    yield made
    made.store.close()


def shown(text: writing.Writing) -> str:
    return text_of(leaf(text.body.blocks[0], "text"))


def typed(text: writing.Writing, at: int, words: str) -> None:
    text.do(editing.insert(text.body, Position(0, "text", at), words))


def test_a_killed_process_loses_no_keystroke(desk: Any, tmp_path: Path) -> None:
    """Kill -9 in the middle of typing: every keystroke that was carried out is there, with its history."""
    child = subprocess.Popen(
        [sys.executable, "-c", TYPIST, str(tmp_path / "home")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= 300:
            break
    child.kill()
    told = [300, *(int(line) for line in child.stdout.read().splitlines() if line)]
    child.wait()
    child.stdout.close()
    with open_writing(desk, "d1") as text:
        assert shown(text).startswith("uno" + "ñ" * max(told))
        assert text.recovered == ""
        text.undo()
        assert shown(text) == "uno"
    kept = desk.store.draft("d1")
    assert kept is not None
    assert "ñ" not in kept.body


def test_the_medium_has_it_within_two_seconds(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of several keystrokes, a field's among them: the journal that holds it is synced in time, and not because it is closed."""
    synced: list[tuple[float, int]] = []
    sync = record_log.os.fsync

    def noted(file: int) -> None:
        size = os.fstat(file).st_size
        sync(file)
        synced.append((time.monotonic(), size))

    monkeypatch.setattr(record_log.os, "fsync", noted)
    journal = desk.store.path.parent / "drafts" / "d1.edits"
    with open_writing(desk, "d1") as text:
        for number in range(3):
            typed(text, 3, " dos")
            text.set_field("referencia", f"Agua {number}")
            began, size = time.monotonic(), journal.stat().st_size
            while not any(after >= began and held >= size for after, held in synced):
                assert time.monotonic() - began < 2
                time.sleep(0.01)


def test_undo_and_places_survive_a_restart(desk: Any) -> None:
    with open_writing(desk, "d1") as text:
        text.put_anchor("observación-1", Anchor(Position(0, "text", 0), Position(0, "text", 3)))
        typed(text, 3, " dos")
        typed(text, 0, "¡")
        text.undo()
    with open_writing(desk, "d1") as text:
        assert shown(text) == "uno dos"
        text.redo()
        assert shown(text) == "¡uno dos"
        assert text.session.anchors["observación-1"] == Anchor(Position(0, "text", 1), Position(0, "text", 4))
        text.undo()
        text.undo()
        assert shown(text) == "uno"
        text.drop_anchor("observación-1")
        assert not text.session.anchors


def test_a_second_window_is_told_and_nothing_is_lost(desk: Any) -> None:
    with open_writing(desk, "d1") as text:
        typed(text, 3, " dos")
        with pytest.raises(OfficeError) as caught:
            open_writing(desk, "d1")
        assert caught.value.code == "draft.open_elsewhere"
        typed(text, 7, " tres")
    with open_writing(desk, "d1") as text:
        assert shown(text) == "uno dos tres"


def test_a_row_that_another_program_changed_meanwhile_counts_and_the_other_text_is_kept(desk: Any) -> None:
    text = open_writing(desk, "d1")
    typed(text, 3, " dos")
    text._ended.set()  # the program ends without saving
    text._syncing.join()
    text._log.close()
    desk.store.save_draft(replace(draft_of("otro"), updated_at=NOW))
    with open_writing(desk, "d1") as text:
        assert shown(text) == "otro"
        assert text.recovered == "Texto de otra ventana"
    (version,) = versions(desk, "d1")
    assert read_version(desk, version) == Body((Paragraph(plain("uno dos")),))


def test_a_full_disk_keeps_the_text_and_says_so(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with open_writing(desk, "d1") as text:
        typed(text, 3, " dos")
        with monkeypatch.context() as patch:
            patch.setattr(record_log.os, "write", full)
            with pytest.raises(OfficeError) as caught:
                typed(text, 7, " tres")
        assert caught.value.code == "store.disk_full"
        assert shown(text) == "uno dos tres"
        typed(text, 12, "!")
        journal = RecordCounter(desk)
    assert journal.text == "uno dos tres!"


class RecordCounter:
    """What a crash at this moment would leave."""

    def __init__(self, desk: Any) -> None:
        home = desk.store.path.parent / "drafts"
        copy = home / "copy.edits"
        copy.write_bytes((home / "d1.edits").read_bytes())
        log = record_log.RecordLog.open(copy)
        log.close()
        session, whole = writing._replayed(log.records, {})
        assert whole
        self.text = text_of(leaf(session.body.blocks[0], "text"))


def test_a_long_journal_is_compacted(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "COMPACT_AFTER", 50)
    with open_writing(desk, "d1") as text:
        for number in range(120):
            text.do(editing.insert(text.body, Position(0, "text", 3 + number), "a"), kind="typing", at=number)
        lines = (desk.store.path.parent / "drafts" / "d1.edits").read_bytes().count(b"\n")
        assert lines <= 51
    with open_writing(desk, "d1") as text:
        assert len(shown(text)) == 123


def test_a_damaged_journal_gives_what_can_be_read(desk: Any) -> None:
    text = open_writing(desk, "d1")
    typed(text, 3, " dos")
    typed(text, 7, " tres")
    text._ended.set()
    text._syncing.join()
    text._log.close()
    path = desk.store.path.parent / "drafts" / "d1.edits"
    data = bytearray(path.read_bytes())
    data[data.index(b"tres")] ^= 1
    path.write_bytes(data + b"\n")
    with open_writing(desk, "d1") as text:
        assert shown(text) == "uno dos"
        assert text.recovered.startswith("Hasta el último paso legible")


def test_versions_are_kept_and_read(desk: Any) -> None:
    assert versions(desk, "d1") == []
    with open_writing(desk, "d1") as text:
        text.keep_version("Antes de la vía")
        typed(text, 3, " dos")
        text.keep_version("Corregido", official="wara")
    first, second = versions(desk, "d1")
    assert (first.label, first.author, first.at) == ("Antes de la vía", "juana", NOW)
    assert second.author == "wara"
    assert read_version(desk, first) == Body.from_text("uno")
    assert read_version(desk, second) == Body.from_text("uno dos")


def test_a_draft_that_is_not_there_is_said(desk: Any) -> None:
    with pytest.raises(OfficeError) as caught:
        open_writing(desk, "d2")
    assert caught.value.code == "draft.unknown"
    assert not (desk.store.path.parent / "drafts" / "d2.edits").exists()
