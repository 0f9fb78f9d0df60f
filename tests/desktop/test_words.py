"""The table of words: filling, unknown codes, bad tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from desktop.words import LANGUAGES, Words, load_words, words


def test_facts_fill_the_places() -> None:
    found = words("practice.port_taken", "es", {"port": 20123})
    assert "20123" in found.what
    assert found.means
    assert found.do
    assert words("practice.port_taken", "en", {"port": 1}).what != found.what


def test_a_missing_fact_and_an_unknown_code_are_shown_not_raised() -> None:
    assert "‹port›" in words("practice.port_taken").what
    assert "no.such" in words("no.such", "en").what
    assert words("no.such", "qu") == words("no.such", "es")


def test_a_day_is_written_as_people_do_and_nothing_else_is_taken_for_one() -> None:
    facts = {"since": "2026-03-01", "until": "2026-01-01"}
    assert "(01/03/2026 a 01/01/2026)" in words("report.no_period", "es", facts).what
    assert "2026-03-01" in words("report.no_period", "en", facts).what
    assert "2026-03-01/7" in words("practice.port_taken", "es", {"port": "2026-03-01/7"}).what


def test_facts_are_values_not_formats() -> None:
    assert "{port}" in words("practice.port_taken", "es", {"port": "{port}"}).what


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[x", "toml"),
        ('["a.b"]\nwhat = "x"\nextra = "y"\n', "parts"),
        ('["a.b"]\nmeans = "x"\n', "parts"),
        ('a = "x"\n', "parts"),
    ],
)
def test_a_bad_table_is_told(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "es.d").mkdir()
    (tmp_path / "es.d" / "room.toml").write_text(text)
    with pytest.raises(OfficeError, match=r"words\.bad_table") as caught:
        load_words(tmp_path, "es")
    assert caught.value.facts["reason"] == reason


def test_a_code_stands_in_one_file_only(tmp_path: Path) -> None:
    (tmp_path / "es.d").mkdir()
    for room in ("one", "two"):
        (tmp_path / "es.d" / f"{room}.toml").write_text('["a.b"]\nwhat = "x"\n')
    with pytest.raises(OfficeError, match=r"words\.bad_table"):
        load_words(tmp_path, "es")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_loads(language: str) -> None:
    table = load_words(find_resources() / "words", language)
    assert all(isinstance(row, Words) and row.what.strip() for row in table.values())


def test_a_row_for_a_reason_goes_before_that_of_its_code() -> None:
    general, special = (
        words("tsa.unreachable", "es", {"url": "u"}),
        words("tsa.unreachable", "es", {"url": "u", "reason": "dns"}),
    )
    assert general != special
    assert "No se encontró" in special.what
    assert words("tsa.unreachable", "es", {"url": "u", "reason": "otra"}) == general
