"""NDSA Levels 2.0: every cell follows from data, and falls when its data do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.archive.ndsa import LEVELS, REQUIREMENTS, Area, Declared, Known, Run, State, assess
from desktop.store.catalogue_rows import Figures
from desktop.words import words

NOW = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
PDFS = (("application/pdf", 30, 3_000),)
FIGURES = Figures(
    dossiers=10, files=30, size=3_000, documents=20, folios=90, in_series=10, described=10, named=10, classified=10,
    renewed=10, restricted=1, unreadable=0, sums_checked=10, formats_checked=30, media=PDFS,
)  # fmt: skip
HERE, SECOND, THIRD = "folder:/archivo", "s3://respaldo/archivo", "folder:/otra"


def _ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def _all_that_can_be(url: str = "s3://archivo/raiz") -> Known:
    said = Declared("Juana Mamani (Archivista)", _ago(3), "Sí")
    return Known(
        now=NOW, figures=FIGURES, url=url, indexed=10, entries=50, log_problems=0, custodians=2, devices=2, receipts=10,
        fixity=(Run(_ago(200), 10, 0, True), Run(_ago(10), 10, 0, True)),
        backups=(Run(_ago(5), 10, 0, True, SECOND), Run(_ago(5), 10, 0, True, THIRD)),
        repairs=(_ago(20),), given=(_ago(2),), examined=(Run(_ago(4), 0, 0, True),), reviews=(_ago(30),),
        declared=dict.fromkeys(REQUIREMENTS, said),
    )  # fmt: skip


def test_the_matrix_has_every_cell_and_every_requirement_of_version_2() -> None:
    found = assess(_all_that_can_be())
    counts = {(area, level): len(found.cell(area, level)) for area in Area for level in LEVELS}
    assert [[counts[area, level] for level in LEVELS] for area in Area] == [
        [3, 2, 3, 3], [3, 3, 3, 2], [1, 1, 1, 1], [2, 1, 2, 2], [1, 2, 1, 1],
    ]  # fmt: skip


def test_an_archive_that_does_everything_reaches_the_top() -> None:
    found = assess(_all_that_can_be())
    missing = [(one.code, one.reason) for one in found.requirements if not one.counts]
    assert missing == []
    assert [found.reached(area) for area in Area] == [4, 4, 4, 4, 4]


def test_an_empty_archive_reaches_nothing_and_says_why() -> None:
    nothing = Figures(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    found = assess(Known(NOW, nothing, HERE, 0, 0, 0, 0, 0))
    assert [found.reached(area) for area in Area] == [0, 0, 0, 0, 0]
    assert {one.state for one in found.requirements} == {State.MISSING, State.UNKNOWN, State.NOT_NEEDED}


@pytest.mark.parametrize(
    ("change", "falls"),
    [
        ({"backups": ()}, {"two_copies", "three_copies", "other_threat", "other_medium", "three_threats", "no_single_failure",
                           "inventory_apart", "repaired"}),
        ({"backups": (Run(_ago(5), 10, 0, True, SECOND),)}, {"three_copies", "three_threats", "no_single_failure"}),
        ({"backups": (Run(_ago(200), 10, 0, True, SECOND), Run(_ago(5), 10, 0, True, THIRD))},
         {"three_copies", "three_threats", "no_single_failure"}),
        ({"backups": (Run(_ago(5), 10, 1, True, SECOND), Run(_ago(5), 10, 0, True, THIRD))},
         {"three_copies", "three_threats", "no_single_failure"}),
        ({"backups": (Run(_ago(5), 9, 0, True, SECOND), Run(_ago(5), 10, 0, True, THIRD))},
         {"three_copies", "three_threats", "no_single_failure"}),
        ({"examined": (Run(_ago(4), 0, 2, True),)}, {"stable_storage", "agents_applied"}),
        ({"fixity": ()}, {"at_intervals", "checks_documented", "checks_on_demand", "after_events", "repaired"}),
        ({"fixity": (Run(_ago(10), 10, 0, True),)}, {"at_intervals"}),
        ({"fixity": (Run(_ago(900), 10, 0, True), Run(_ago(10), 10, 0, True))}, {"at_intervals"}),
        ({"fixity": (Run(_ago(800), 10, 0, True), Run(_ago(500), 10, 0, True))},
         {"at_intervals", "checks_documented", "checks_on_demand", "after_events", "repaired"}),
        ({"fixity": (Run(_ago(200), 10, 0, True), Run(_ago(10), 10, 3, True))}, {"repaired"}),
        ({"fixity": (Run(_ago(200), 10, 0, True), Run(_ago(10), 4, 0, False))}, {"at_intervals"}),
        ({"repairs": (_ago(1),)}, {"after_events"}),
        ({"log_problems": 1}, {"logs", "acts_recorded"}),
        ({"entries": 0}, {"logs", "acts_recorded"}),
        ({"reviews": ()}, {"logs_reviewed"}),
        ({"reviews": (_ago(400),)}, {"logs_reviewed"}),
        ({"custodians": 0}, {"agents_named"}),
        ({"indexed": 9}, {"inventory"}),
        ({"figures": replace(FIGURES, named=9)}, {"enough_metadata"}),
        ({"figures": replace(FIGURES, in_series=9)}, {"gaps_filled"}),
        ({"figures": replace(FIGURES, classified=9)}, {"gaps_filled"}),
        ({"figures": replace(FIGURES, described=9)}, {"standards_used"}),
        ({"figures": replace(FIGURES, media=(*PDFS, ("application/octet-stream", 1, 1)))}, {"formats_documented"}),
        ({"figures": replace(FIGURES, unreadable=1)}, {"sums_verified", "sums_made", "sums_apart", "inventory", "enough_metadata",
                                                      "standards_chosen", "gaps_filled", "standards_used"}),
        ({"figures": replace(FIGURES, formats_checked=29)}, {"formats_verified"}),
        ({"figures": replace(FIGURES, sums_checked=9)}, {"sums_verified"}),
    ],
)  # fmt: skip
def test_what_is_measured_falls_with_its_data_whatever_is_declared(change: dict[str, object], falls: set[str]) -> None:
    found = assess(replace(_all_that_can_be(), **change))  # type: ignore[arg-type]
    assert {one.code.removeprefix("ndsa.") for one in found.requirements if not one.counts} == falls


def test_what_nobody_can_measure_counts_only_when_somebody_answers_for_it() -> None:
    known = replace(_all_that_can_be(HERE), declared={})
    missing = {one.code for one in assess(known).requirements if not one.counts}
    assert {
        "ndsa.two_copies",
        "ndsa.virus",
        "ndsa.media_documented",
        "ndsa.agents_applied",
        "ndsa.producers",
    } <= missing
    for code in missing:
        said = replace(known, declared={code: Declared("Juana", _ago(1), "En Oruro y en La Paz")})
        (one,) = (one for one in assess(said).requirements if one.code == code)
        assert one.state is State.DECLARED
        assert (one.reason.facts["by"], one.reason.facts["text"]) == ("Juana", "En Oruro y en La Paz")


@given(st.sets(st.sampled_from(sorted(REQUIREMENTS))), st.integers(0, 10), st.booleans())
def test_a_level_is_reached_only_with_all_below_it(declared: set[str], named: int, backed_up: bool) -> None:
    said = Declared("x", NOW, "y")
    known = replace(
        _all_that_can_be(),
        declared=dict.fromkeys(declared, said),
        figures=replace(FIGURES, named=named),
        **({} if backed_up else {"backups": ()}),
    )
    found = assess(known)
    for area in Area:
        reached = found.reached(area)
        below = [one for level in LEVELS if level <= reached for one in found.cell(area, level)]
        assert all(one.counts for one in below)
        if reached < LEVELS[-1]:
            assert not all(one.counts for one in found.cell(area, reached + 1))


def test_every_reason_has_words_with_nothing_left_open() -> None:
    states = (
        _all_that_can_be(),
        _all_that_can_be(HERE),
        replace(_all_that_can_be(), fixity=(), backups=(), declared={}),
    )
    for known in states:
        for one in assess(known).requirements:
            said = words(one.reason.code, "es", one.reason.facts).what
            assert said
            assert "‹" not in said
            assert words(one.code, "es", {}).what
