"""No number is ever given twice: any interleaving of devices, offline spells, deaths, restored copies and clones, on real parts."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.desktop.operations.numbering_office import NumberingOffice

_SEAT = st.integers(0, 3)
_DEATH = st.one_of(st.none(), st.integers(0, 24))
_YEAR = st.sampled_from([2026, 2026, 2026, 2027])
_MOST_SEATS = 4


class Numbering(RuleBasedStateMachine):
    """Rules are what happens in an office in no order at all. That a number is new is asserted whenever one is told."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="qillqa-numbers-"))
        self.office = NumberingOffice(self.folder)
        self.asked: list[str] = []

    def _place(self, place: int) -> int:
        return place % len(self.office.seats)

    @rule(place=_SEAT, line=st.booleans(), die_at=_DEATH, year=_YEAR)
    def number(self, place: int, line: bool, die_at: int | None, year: int) -> None:
        document = f"doc-{len(self.asked)}"
        self.asked.append(document)
        self.office.number(self.office.seats[self._place(place)], document, year, line=line, die_at=die_at)

    @precondition(lambda self: self.asked)
    @rule(place=_SEAT, which=st.integers(0, 50), line=st.booleans())
    def ask_again(self, place: int, which: int, line: bool) -> None:
        """Also at another seat, or after the document's own program died while numbering it."""
        document = self.asked[which % len(self.asked)]
        self.office.number(self.office.seats[self._place(place)], document, line=line)

    @rule(place=_SEAT, die_at=_DEATH)
    def synchronise(self, place: int, die_at: int | None) -> None:
        self.office.synchronise(self.office.seats[self._place(place)], die_at=die_at)

    @rule(place=_SEAT)
    def back_up(self, place: int) -> None:
        self.office.back_up(self._place(place))

    @precondition(lambda self: self.office.backups)
    @rule(which=st.integers(0, 20), whole=st.booleans())
    def restore(self, which: int, whole: bool) -> None:
        self.office.restore(which % len(self.office.backups), whole=whole)

    @precondition(lambda self: self.office.backups)
    @rule(which=st.integers(0, 20), whole=st.booleans(), line=st.booleans(), more=st.integers(1, 3))
    def relapse(self, which: int, whole: bool, line: bool, more: int) -> None:
        """Numbers are given, the copy from before is put back, and numbering goes on at once."""
        place, _ = self.office.backups[which % len(self.office.backups)]
        for _ in range(more):
            self.number(place, line=False, die_at=None, year=2026)
        self.restore(which, whole=whole)
        self.number(place, line=line, die_at=None, year=2026)

    @precondition(lambda self: len(self.office.seats) < _MOST_SEATS)
    @rule(place=_SEAT)
    def clone(self, place: int) -> None:
        self.office.clone(self._place(place))

    @invariant()
    def numbers_are_whole(self) -> None:
        assert all(number >= 1 for _, _, number in self.office.told)

    def teardown(self) -> None:
        try:
            self.office.require_no_conflict()
        finally:
            shutil.rmtree(self.folder)


def _run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Numbering,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_no_interleaving_gives_a_number_twice() -> None:
    _run(12, 20)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_no_interleaving_gives_a_number_twice_at_length() -> None:
    _run(400, 50)


@pytest.mark.parametrize("die_at", range(16))
def test_a_death_between_any_two_writes(tmp_path: Path, die_at: int) -> None:
    """The first number of a desk: directory, block, book and mark are all written on the way."""
    office = NumberingOffice(tmp_path)
    one, other = office.seats
    office.number(one, "doc-1", die_at=die_at)
    office.number(other, "doc-2")
    office.number(one, "doc-3")
    office.number(one, "doc-1")
    office.require_no_conflict()
    assert set(office.told.values()) == {"doc-1", "doc-2", "doc-3"}
