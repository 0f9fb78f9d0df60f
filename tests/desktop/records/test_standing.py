"""In whose name somebody acts: the period, the post, what a secretary may. Rules, checked over drawn offices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.errors import OfficeError
from desktop.records.events import EventKind
from desktop.records.people import Delegation, Directory, Entity, Official, Secretary, Unit
from desktop.records.standing import DELEGABLE, SECRETARIAL, holders_for, require_standing, substitute_of

DAY = date(2026, 3, 5)
PEOPLE = ("juana", "pedro", "ana")
BASE = Directory(
    1,
    Entity("e", "Gobierno", "GADOR"),
    (Unit("a", "Sistemas", "GADOR-S"),),
    tuple(Official(who, who.title(), str(n), f"Cargo de {who}", "a") for n, who in enumerate(PEOPLE)),
)
MEMO = Delegation("ana", "pedro", "Memorándum 12/2026", DAY, DAY + timedelta(days=3), "Directora a.i.", "Cargo de ana")
OFFICE = replace(BASE, delegations=(MEMO,))


def test_a_substitute_acts_within_the_period_in_the_post_and_it_is_printed() -> None:
    standing = require_standing(OFFICE, "pedro", "ana", EventKind.SIGNED, DAY)
    assert standing.to_json() == {"memorandum": "Memorándum 12/2026", "post": "Cargo de ana"}
    assert standing.printed("Ana") == "Directora a.i. de Ana, Memorándum 12/2026"
    assert holders_for(OFFICE, "pedro", EventKind.APPROVED, DAY) == ("ana",)
    assert substitute_of(OFFICE, "ana", DAY) == MEMO


@pytest.mark.parametrize("day", [DAY - timedelta(days=1), DAY + timedelta(days=4)])
def test_the_day_before_and_the_day_after_he_may_not(day: date) -> None:
    with pytest.raises(OfficeError, match=r"event\.no_delegation"):
        require_standing(OFFICE, "pedro", "ana", EventKind.SIGNED, day)
    assert substitute_of(OFFICE, "ana", day) is None


def test_a_holder_who_changed_posts_is_not_substituted_in_the_new_one() -> None:
    moved = replace(OFFICE, officials=(*BASE.officials[:2], replace(BASE.officials[2], post="Gobernadora")))
    with pytest.raises(OfficeError, match=r"event\.no_delegation"):
        require_standing(moved, "pedro", "ana", EventKind.SIGNED, DAY)
    assert holders_for(moved, "pedro", EventKind.SIGNED, DAY) == ()


DAYS = st.integers(-5, 5).map(lambda n: DAY + timedelta(days=n))
WHO = st.sampled_from(PEOPLE)
DELEGATIONS = st.builds(
    Delegation, WHO, WHO, st.sampled_from(["M-1", "M-2"]), DAYS, DAYS, st.just("Suplente"),
    st.sampled_from(["", "Cargo de ana", "Cargo de pedro"]),
)  # fmt: skip
SECRETARIES = st.builds(
    Secretary, WHO, WHO, st.lists(st.sampled_from([kind.value for kind in EventKind])).map(tuple), st.just("M-3"), DAYS, DAYS
)  # fmt: skip


@given(st.lists(DELEGATIONS, max_size=4), st.lists(SECRETARIES, max_size=3), WHO, WHO, st.sampled_from(EventKind), DAYS)
def test_nobody_acts_for_another_without_a_paper_of_that_day(
    delegations: list[Delegation], secretaries: list[Secretary], actor: str, holder: str, kind: EventKind, day: date
) -> None:
    office = replace(BASE, delegations=tuple(delegations), secretaries=tuple(secretaries))
    papers = [
        d.memorandum
        for d in delegations
        if (d.holder, d.substitute) == (holder, actor)
        and d.first_day <= day <= d.last_day
        and d.post in {"", f"Cargo de {holder}"}
        and kind in DELEGABLE
    ] + [
        s.memorandum
        for s in secretaries
        if (s.chief, s.official) == (holder, actor)
        and s.first_day <= day <= s.last_day
        and kind.value in s.acts
        and kind in SECRETARIAL
    ]
    assert (holder in holders_for(office, actor, kind, day)) == bool(papers)
    if not papers:
        with pytest.raises(OfficeError, match=r"event\.(no_delegation|secretary_only)"):
            require_standing(office, actor, holder, kind, day)
        return
    standing = require_standing(office, actor, holder, kind, day)
    assert standing.memorandum in papers
    if kind in {EventKind.APPROVED, EventKind.SIGNED, EventKind.OBSERVED}:
        assert standing.memorandum != "M-3"  # never by being a secretary, whatever the directory says


def test_numbering_and_drafting_are_done_in_nobodys_name() -> None:
    for kind in (EventKind.DRAFTED, EventKind.NUMBERED, EventKind.VOIDED, EventKind.RAISED, EventKind.DEPOSITED):
        with pytest.raises(OfficeError, match=r"event\.no_delegation"):
            require_standing(OFFICE, "pedro", "ana", kind, DAY)


def test_what_a_secretary_and_a_substitute_may_ever_do() -> None:
    sending = {f"slip.{act}" for act in ["opened", "dispatched", "cancelled", "received", "rejected", "paper_moved"]}
    assert {kind.value for kind in SECRETARIAL} == sending
    further = {
        f"slip.{act}"
        for act in ["answered", "concluded", "reopened", "grouped", "ungrouped", "justified", "reassigned", "settled"]
    }
    document = {f"document.{act}" for act in ["frozen", "approved", "observed", "signed"]}
    assert {kind.value for kind in DELEGABLE} == sending | further | document
