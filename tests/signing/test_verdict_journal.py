"""The journal of a long run: what it knows, what it forgets, what a torn line does to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.errors import SigningError
from signing.file_walk import Place
from signing.report import FileVerdict, Outcome
from signing.sandbox import Question
from signing.trust import TrustStore
from signing.verdict_journal import VerdictJournal
from tests.fixtures.lab import shared_lab

QUESTION = Question(TrustStore())
PLACE = Place(Path("/a/ñ.pdf"), 10, 20)
VERDICT = FileVerdict("/a/ñ.pdf", "ab", Outcome.VALID, "file.valid", pages=2)


def test_what_was_kept_is_found(tmp_path: Path) -> None:
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        assert journal.find(PLACE) is None
        journal.keep(PLACE, VERDICT)
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        assert journal.find(PLACE) == VERDICT


@pytest.mark.parametrize(
    "other",
    [replace(PLACE, path=Path("/a/n.pdf")), replace(PLACE, size=11), replace(PLACE, modified=21)],
    ids=["path", "size", "time"],
)
def test_another_file_is_not_known(tmp_path: Path, other: Place) -> None:
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        journal.keep(PLACE, VERDICT)
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        assert journal.find(other) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(QUESTION, at=datetime(2026, 1, 1, tzinfo=UTC)),
        replace(QUESTION, online=True),
        replace(QUESTION, compare_pages=False),
        replace(QUESTION, trust=TrustStore.from_pem([shared_lab().root.pem])),
    ],
    ids=["moment", "online", "pages", "trust"],
)
def test_other_settings_are_another_run(tmp_path: Path, other: Question) -> None:
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        journal.keep(PLACE, VERDICT)
    with VerdictJournal(tmp_path / "j", other) as journal:
        assert journal.find(PLACE) is None


@pytest.mark.parametrize(
    "reason", ["file.not_found", "file.encrypted", "file.too_slow", "file.crashed", "file.changing"]
)
def test_what_may_pass_is_tried_again(tmp_path: Path, reason: str) -> None:
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        journal.keep(PLACE, replace(VERDICT, outcome=Outcome.UNREADABLE, reason=reason))
    with VerdictJournal(tmp_path / "j", QUESTION) as journal:
        assert journal.find(PLACE) is None


@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 1))
def test_a_torn_end_costs_that_line_only(tmp_path_factory: pytest.TempPathFactory, cut: float) -> None:
    path = tmp_path_factory.mktemp("torn") / "j"
    places = [replace(PLACE, size=number) for number in range(4)]
    with VerdictJournal(path, QUESTION) as journal:
        for place in places:
            journal.keep(place, VERDICT)
    whole = path.read_bytes()
    torn = whole[: int(len(whole) * cut)]
    path.write_bytes(torn)
    left = torn.count(b"}}")  # the end of a line, and of nothing else in it
    assert whole.count(b"}}") == 4
    with VerdictJournal(path, QUESTION) as journal:
        assert [journal.find(place) is not None for place in places] == [n < left for n in range(4)]
        journal.keep(places[3], VERDICT)
    with VerdictJournal(path, QUESTION) as journal:
        assert journal.find(places[3]) == VERDICT
        assert [journal.find(place) is not None for place in places[:3]] == [n < left for n in range(3)]


@pytest.mark.parametrize("content", [b"Acta de reuni\xf3n\n", b"no line end", b"{}\n", b'{"format":9,"key":"00"}\n'])
def test_a_file_of_another_kind_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "acta.txt"
    path.write_bytes(content)
    with pytest.raises(SigningError) as caught:
        VerdictJournal(path, QUESTION)
    assert caught.value.code == "journal.unusable"
    assert path.read_bytes() == content


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    with pytest.raises(SigningError):
        VerdictJournal(tmp_path, QUESTION)


def test_a_line_that_says_nonsense_is_judged_anew(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with VerdictJournal(path, QUESTION) as journal:
        journal.keep(PLACE, VERDICT)
    path.write_bytes(path.read_bytes().replace(b'"valid"', b'"glad"'))
    with VerdictJournal(path, QUESTION) as journal:
        assert journal.find(PLACE) is None
