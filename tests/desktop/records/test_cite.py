"""The cite: patterns that give unique cites, and numbers that are never issued twice (docs/formats/cite.md)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.cite import DEFAULT_CITE, DEFAULT_SLIP, CitePattern, NumberBlock, next_number
from desktop.records.errors import OfficeError


def test_default_patterns() -> None:
    cite = DEFAULT_CITE.render(entity="GADOR", unit="GADOR-SDPD", kind="NI", number=45, year=2026)
    assert cite == "GADOR-SDPD/NI/00045/2026"
    assert DEFAULT_SLIP.render(entity="GADOR", unit="X", kind="I", number=546, year=2026) == "I-2026-00546"


def test_short_year_and_literal_text() -> None:
    pattern = CitePattern("{unit}-A/{number:3}/{year:2}")
    assert pattern.render(entity="", unit="DESP", kind="", number=10, year=2021) == "DESP-A/010/21"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{unit}/{number}/{year", "unclosed"),
        ("{unit}/{number}/{year}}", "unclosed"),
        ("{day}/{number}/{year}", "unknown"),
        ("{unit}/{year}", "needs_once"),
        ("{number}/{unit}", "needs_once"),
        ("{number}/{number}/{year}", "needs_once"),
        ("{number}{year}", "adjacent"),
    ],
)
def test_patterns_that_cannot_be_unique_are_refused(text: str, reason: str) -> None:
    with pytest.raises(OfficeError, match=r"cite\.bad_pattern") as caught:
        CitePattern(text)
    assert caught.value.facts["reason"] == reason


@pytest.mark.parametrize("number", [0, -1])
def test_numbers_begin_at_one(number: int) -> None:
    with pytest.raises(OfficeError, match=r"cite\.bad_number"):
        DEFAULT_CITE.render(entity="", unit="U", kind="NI", number=number, year=2026)


@given(
    st.tuples(st.integers(1, 10**6), st.integers(2000, 2999)), st.tuples(st.integers(1, 10**6), st.integers(2000, 2999))
)
def test_two_numbers_never_give_one_cite(one: tuple[int, int], other: tuple[int, int]) -> None:
    def render(pair: tuple[int, int]) -> str:
        return DEFAULT_CITE.render(entity="GADOR", unit="GADOR-SDPD", kind="NI", number=pair[0], year=pair[1])

    assert (render(one) == render(other)) == (one == other)
    assert re.fullmatch(r"GADOR-SDPD/NI/\d{5,}/\d{4}", render(one))


def test_block_must_not_be_empty() -> None:
    for first, last in ((0, 5), (5, 4)):
        with pytest.raises(OfficeError, match=r"cite\.bad_block"):
            NumberBlock("s", 2026, 1, first, last, "d")


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6), st.data())
def test_devices_with_disjoint_blocks_never_issue_one_number_twice(sizes: list[int], data: st.DataObject) -> None:
    """Blocks go to two devices by chance; both issue until nothing is left; a device may forget what lies in gaps."""
    first, blocks = 1, []
    for ordinal, size in enumerate(sizes, 1):
        device = data.draw(st.sampled_from(["a", "b"]))
        blocks.append(NumberBlock("s", 2026, ordinal, first, first + size - 1, device))
        first += size
    issued: list[int] = []
    for device in ("a", "b"):
        own = tuple(block for block in blocks if block.device == device)
        used: set[int] = set()
        while own:
            if used and max(used) == own[-1].last:
                with pytest.raises(OfficeError, match=r"cite\.no_numbers"):
                    next_number(own, frozenset(used))
                break
            number = next_number(own, frozenset(used))
            assert any(block.first <= number <= block.last for block in own)
            used.add(number)
            issued.append(number)
            if data.draw(st.booleans()):  # a restored copy knows the highest number only
                used = {max(used)}
    assert len(issued) == len(set(issued)) == sum(sizes)
