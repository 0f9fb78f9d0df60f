"""docs/scale.md holds what follows from its own figures, and those of the bench name rows that there are."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.scale import PLACES, Assumed, bends, figures, needs, tables

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scale.md"


@pytest.mark.parametrize("line", [*figures().splitlines(), *filter(None, tables().splitlines())])
def test_the_page_says_what_follows(line: str) -> None:
    assert line in PAGE.read_text("utf-8").splitlines()


def test_a_table_of_the_page_that_nothing_follows_from_would_be_seen() -> None:
    said = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(("| ", "### "))]
    known = set(tables().splitlines())
    followed = [line for line in said if line in known]
    assert followed == [line for line in tables().splitlines() if line.startswith(("| ", "### "))]


def test_its_rows_are_rows_of_the_bench() -> None:
    rows = tomllib.loads((ROOT / "tests" / "bench" / "limits.toml").read_text("utf-8"))
    for name in ("archive_s3", "aip_folder", "catalogue_100k", "fixity_10gb", "verify_b_lta", "quiet_pull_requests"):
        assert name in rows
        assert f"`{name}`" in PAGE.read_text("utf-8")


def test_twice_the_officials_need_twice_as_much() -> None:
    """By hand: 3 160 officials, two documents a day, three in a dossier, nineteen keys."""
    found = {what: day for what, day, _ in needs(PLACES[0])}
    assert (found["documents signed"], found["dossiers kept"], found["keys in the archive"]) == (
        "6 320",
        "2 110",
        "40 030",
    )
    double = {what: day for what, day, _ in needs(PLACES[0], Assumed(documents_per_official=4))}
    assert double["documents signed"] == "12 640"
    assert dict(bends(PLACES[1]))["dossiers in each root"] == "10.7 million"
