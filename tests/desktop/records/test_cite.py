"""The cite: patterns that give unique cites, and numbers that are never issued twice (docs/formats/cite.md)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.records.cite import DEFAULT_CITE, DEFAULT_SLIP, CitePattern, Gap, NumberBlock, gaps, next_number
from desktop.records.errors import OfficeError


def test_default_patterns() -> None:
    cite = DEFAULT_CITE.render(entity="GADOR", unit="GADOR-SDPD", kind="NI", number=45, year=2026)
    assert cite == "GADOR-SDPD/NI/00045/2026"
    assert DEFAULT_SLIP.render(entity="GADOR", unit="X", kind="I", number=546, year=2026) == "I-2026-00546"


def test_short_year_and_literal_text() -> None:
    pattern = CitePattern("{unit}-A/{number:3}/{year:2}")
    assert pattern.render(entity="", unit="DESP", kind="", number=10, year=2021) == "DESP-A/010/21"


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("{unit}/{number}/{year", "unclosed", 17),
        ("{unit}/{number}/{year}}", "unclosed", 23),
        ("}{unit}/{number}/{year}", "unclosed", 1),
        ("{day}/{number}/{year}", "unknown", 1),
        ("{unit}/{Number}/{year}", "unknown", 8),
        ("{}/{number}/{year}", "unknown", 1),
        ("{unit}/{number:}/{year}", "unknown", 8),
        ("{unit:3}/{number}/{year}", "width", 1),
        ("{unit}/{number:0}/{year}", "width", 8),
        ("{unit}/{number:10}/{year}", "width", 8),
        ("{unit}/{number}/{year:1}", "width", 17),
        ("{unit}/{year}", "needs_once", 14),
        ("{number}/{unit}", "needs_once", 16),
        ("{number}/{number}/{year}", "needs_once", 10),
        ("", "needs_once", 1),
        ("{number}{year}", "adjacent", 9),
        ("{unit}{number}/{year}", "adjacent", 7),
        ("{unit}1{number}/{year}", "digit", 7),
        ("{unit}/{number}0/{year}", "digit", 16),
        (" {number}/{year}", "sign", 1),
        ("{number}/{year} ", "sign", 16),
        ("{number}\n{year}", "sign", 9),
        ("{number}/\u202e{year}", "sign", 10),
        ("{number}/{year}/" + "x" * 100, "long", 101),
    ],
)
def test_a_bad_pattern_is_refused_with_its_place_and_an_example(text: str, reason: str, place: int) -> None:
    with pytest.raises(OfficeError, match=r"cite\.bad_pattern") as caught:
        CitePattern(text)
    facts = caught.value.facts
    assert (facts["reason"], facts["place"]) == (reason, place)
    example = CitePattern(str(facts["example"]))
    assert example.render(entity="GADOR", unit="GADOR-SDPD", kind="NI", number=45, year=2026) == facts["gives"]


_PATTERNS = (
    "{unit}/{type}/{number:5}/{year}", "{entity}/{unit}/{type}/Nro.{number:4}/{year}", "{unit}-{type}-{number:4}/{year}",
    "{type}-{year}-{number:5}", "DESP-A/{number:3}/{year:2}", "{number}-{year}",
)  # fmt: skip
_names = st.text("AB12-/", min_size=1, max_size=4)


@given(st.sampled_from(_PATTERNS), _names, _names, st.data())
def test_one_series_never_prints_one_cite_twice(text: str, unit: str, kind: str, data: st.DataObject) -> None:
    """Whatever prefix and code are, digits and strokes among them."""
    numbered = st.tuples(st.integers(1, 10**6), st.integers(2000, 2099))
    one, other = data.draw(numbered), data.draw(numbered)
    first, second = (
        CitePattern(text).render(entity="E", unit=unit, kind=kind, number=number, year=year)
        for number, year in (one, other)
    )
    assert (first == second) == (one == other)


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


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["kept", "dropped", "other"])), max_size=6), st.data())
def test_every_number_is_borne_or_lies_in_exactly_one_gap(sizes: list[tuple[int, str]], data: st.DataObject) -> None:
    at, kept, dropped = 1, [], []
    for ordinal, (size, whose) in enumerate(sizes, 1):
        block = NumberBlock("s", 2026, ordinal, at, at + size - 1, "d")
        at += size
        {"kept": kept, "dropped": dropped}.get(whose, []).append(block)
    known = frozenset(data.draw(st.sets(st.integers(1, at + 3))))
    first = data.draw(st.integers(1, 4))
    found = gaps(known, kept, dropped, first)
    told = [number for gap in found for number in range(gap.first, gap.last + 1)]
    top = max((0, *known, *(block.last for block in (*kept, *dropped))))
    assert sorted([*told, *known]) == list(range(1, top + 1))
    held = {n for block in kept for n in range(block.first, block.last + 1)}
    assert all(gap.why != "unused" or held >= set(range(gap.first, gap.last + 1)) for gap in found)


def test_why_no_document_bears_a_number() -> None:
    kept, dropped = [NumberBlock("s", 2026, 2, 11, 20, "d")], [NumberBlock("s", 2026, 1, 6, 10, "d")]
    assert gaps(frozenset({6, 14, 23}), kept, dropped, 3) == (
        Gap(1, 2, "paper"), Gap(3, 5, "elsewhere"), Gap(7, 13, "dropped"), Gap(15, 20, "unused"), Gap(21, 22, "elsewhere"),
    )  # fmt: skip
