"""What DocMDP and locks permit: the whole table, and that nothing is ever kinder under a stricter rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.later.rules import REASONS, Rules, classify
from signing.later.step import Found
from signing.permissions import Lock
from signing.report import Change, LaterChanges
from signing.report import ChangeKind as Kind

NEVER = set(REASONS)
ALWAYS = {Kind.TIMESTAMP, Kind.VALIDATION_DATA, Kind.BOOKKEEPING}


@pytest.mark.parametrize("permission", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", Kind)
def test_the_table(kind: Kind, permission: int) -> None:
    rules = Rules(permission)
    if kind in NEVER:
        expected = False
    elif kind in ALWAYS:
        expected = True
    elif kind is Kind.ANNOTATION:
        expected = permission == 3
    else:
        expected = permission != 1
    assert rules.allow(Found(kind, harmless=True)) is expected
    if kind is Kind.ANNOTATION:
        assert not rules.allow(Found(kind))


@pytest.mark.parametrize("kind", [Kind.SIGNATURE, Kind.SIGNATURE_FIELD])
def test_visible_new_fields_after_a_certification(kind: Kind) -> None:
    assert Rules(0).allow(Found(kind, new_field=True, visible=True))
    for permission in (2, 3):
        assert not Rules(permission).allow(Found(kind, new_field=True, visible=True))
        assert Rules(permission).allow(Found(kind, new_field=True))
        assert Rules(permission).allow(Found(kind, visible=True))


FOUND = st.builds(
    Found,
    st.sampled_from(Kind),
    name=st.sampled_from(["", "a", "b", "a.c"]),
    new_field=st.booleans(),
    visible=st.booleans(),
    harmless=st.booleans(),
)
LOCKS = st.lists(st.sampled_from([Lock("all"), Lock("include", ("a",)), Lock("exclude", ("b",))]), max_size=2).map(
    tuple
)


@given(FOUND, LOCKS, LOCKS, st.sampled_from([(2, 1), (3, 2), (3, 1)]))
def test_stricter_rules_permit_no_more(
    found: Found, locks: tuple[Lock, ...], more: tuple[Lock, ...], pair: tuple[int, int]
) -> None:
    loose, strict = Rules(pair[0], locks), Rules(pair[1], locks + more)
    assert loose.allow(found) or not strict.allow(found)


@given(st.lists(st.builds(Change, st.sampled_from(Kind), st.booleans()), max_size=6))
def test_the_class_is_that_of_the_worst(changes: list[Change]) -> None:
    verdict, reason = classify(changes)
    if not changes:
        assert verdict is LaterChanges.NONE
    elif all(change.permitted for change in changes):
        assert (verdict, reason) == (LaterChanges.PERMITTED, "")
    else:
        assert verdict is LaterChanges.SUSPICIOUS
        wrong = {change.kind for change in changes if not change.permitted}
        assert reason == next((code for kind, code in REASONS.items() if kind in wrong), "signature.not_permitted")
