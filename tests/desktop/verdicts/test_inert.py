"""Texts of strangers: nothing hidden survives, nothing runs in a spreadsheet, nothing is endless."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from desktop.verdicts.inert import LONGEST, cell, inert
from signing.visible import visible
from tests.fixtures.verdicts import HOSTILE

ANY = st.text(st.characters())  # surrogates, controls and all


@given(ANY)
def test_what_is_shown_can_be_seen_and_written_anywhere(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")  # no lone surrogate
    assert not [sign for sign in shown if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]
    element = etree.Element("x")
    element.text = shown  # lxml refuses what XML cannot hold
    assert visible(shown) == shown


@given(ANY)
def test_a_cell_never_starts_a_formula(text: str) -> None:
    assert cell(text)[:1] not in tuple("=+-@|%＝＋－＠\t\r\n")


@given(st.text(st.characters(), min_size=LONGEST + 1))
def test_a_long_text_loses_its_middle_and_keeps_its_ends(text: str) -> None:
    assert len(inert(text)) <= LONGEST * 11  # each sign at most ‹U+10FFFF›
    assert "…" in inert(text)
    assert inert("A" + text + ".pdf").endswith(".pdf")


def test_direction_and_controls_are_named() -> None:
    shown = inert(HOSTILE)
    assert "‹U+202E›gnp.exe‹U+2066›" in shown
    assert "‹U+DCE9›" in shown
    assert "\n" not in shown
    assert inert("año «ñ» O'Connor") == "año «ñ» O'Connor"
