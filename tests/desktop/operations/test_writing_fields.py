"""The header fields of a draft in work: as durable as its text, undone with it, and nobody's value is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop.drafting.body import Body
from desktop.operations import writing
from desktop.operations.writing import open_writing
from desktop.store.record_log import RecordLog
from tests.desktop.operations.test_writing import ROOT, draft_of, shown, small_desk, typed

TYPIST = """
import sys
from pathlib import Path
from tests.desktop.operations.test_writing import small_desk
from desktop.operations.writing import open_writing
desk = small_desk(Path(sys.argv[1]))
with open_writing(desk, "d1") as text:
    for number in range(100_000):
        text.set_field("referencia", "ñ" * (number % 1000 + 1), at=number * 5)
        print(number % 1000 + 1, flush=True)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Any]:
    made = small_desk(tmp_path / "home")
    made.store.save_draft(replace(draft_of("uno"), fields='{"referencia": "Agua", "copia": ["Archivo"]}'))
    yield made
    made.store.close()


def row(desk: Any) -> dict[str, Any]:
    kept = desk.store.draft("d1")
    return dict(json.loads(kept.fields))


def save_row(desk: Any, **fields: object) -> None:
    kept = desk.store.draft("d1")
    desk.store.save_draft(replace(kept, fields=json.dumps({**row(desk), **fields}, ensure_ascii=False)))


def died(text: writing.Writing) -> None:
    """The program ends without saving."""
    text._ended.set()
    text._syncing.join()
    text._log.close()


def test_a_killed_process_loses_no_keystroke_in_a_header_field(desk: Any, tmp_path: Path) -> None:
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
    assert row(desk)["referencia"] == "Agua"
    with open_writing(desk, "d1") as text:
        assert str(text.fields["referencia"]) in {
            "ñ" * told[-1],
            "ñ" * (told[-1] % 1000 + 1),
        }  # one may not have been told
        assert text.recovered == ""
    assert set(row(desk)["referencia"]) == {"ñ"}


def test_undo_goes_through_fields_and_text_alike_across_restarts(desk: Any) -> None:
    with open_writing(desk, "d1") as text:
        text.set_field("referencia", "Agua potable")
        typed(text, 3, " dos")
        text.set_field("copia", None)
    assert row(desk) == {"referencia": "Agua potable"}
    with open_writing(desk, "d1") as text:
        text.undo()
        assert text.fields == {"referencia": "Agua potable", "copia": ["Archivo"]}
        text.undo()
        assert (shown(text), text.fields["referencia"]) == ("uno", "Agua potable")
        text.undo()
        assert text.fields == {"referencia": "Agua", "copia": ["Archivo"]}
        text.redo()
    assert row(desk)["referencia"] == "Agua potable"


def test_typing_in_one_field_is_one_act_until_a_pause_or_another_field(desk: Any) -> None:
    with open_writing(desk, "d1") as text:
        for at, words in ((0, "Agua p"), (100, "Agua po"), (5000, "Agua pot")):
            text.set_field("referencia", words, at=at)
        text.set_field("mosca", "JMQ", at=5001)
        text.set_field("mosca", "JMQ", at=5002)  # nothing new is no act
        text.undo()
        assert "mosca" not in text.fields
        text.undo()
        assert text.fields["referencia"] == "Agua po"
        text.undo()
        assert text.fields["referencia"] == "Agua"
        assert not text.session.can_undo


def test_what_another_hand_filled_in_meanwhile_counts_and_ones_own_is_one_undo_away(desk: Any) -> None:
    with open_writing(desk, "d1") as text:
        text.set_field("referencia", "Agua potable")
        text.set_field("mosca", "JMQ")
        save_row(desk, referencia="Riego", copia=["Archivo", "SDPD"])
    assert row(desk) == {"referencia": "Riego", "copia": ["Archivo", "SDPD"], "mosca": "JMQ"}
    with open_writing(desk, "d1") as text:
        text.undo()
        assert text.fields["referencia"] == "Agua potable"
    assert row(desk)["referencia"] == "Agua potable"


def test_after_a_crash_fields_of_both_are_there(desk: Any) -> None:
    text = open_writing(desk, "d1")
    text.set_field("referencia", "Agua potable")
    died(text)
    save_row(desk, copia=[])
    with open_writing(desk, "d1") as text:
        assert text.fields == {"referencia": "Agua potable", "copia": []}
    text = open_writing(desk, "d1")
    text.set_field("referencia", "Agua potable para Sabaya")
    died(text)
    save_row(desk, referencia="Riego")
    kept = desk.store.draft("d1")
    desk.store.save_draft(replace(kept, body=draft_of("otro").body))  # the text as well
    with open_writing(desk, "d1") as text:
        assert (shown(text), text.fields["referencia"]) == ("otro", "Riego")
        text.undo()
        assert text.fields["referencia"] == "Agua potable para Sabaya"


def test_a_journal_of_before_takes_the_rows_fields(desk: Any) -> None:
    """Journals that a program wrote that kept no fields in them."""
    session = {"body": Body.from_text("uno").to_json(), "anchors": {}, "done": [], "undone": []}
    kept = desk.store.draft("d1")
    log = RecordLog.open(writing.drafts_folder(desk) / "d1.edits")
    log.replace([{"session": session, "row": writing._digest(kept.body)}])
    log.close()
    with open_writing(desk, "d1") as text:
        assert text.fields == row(desk) == {"referencia": "Agua", "copia": ["Archivo"]}
        assert not text.session.can_undo
