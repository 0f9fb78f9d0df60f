from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.drafting.glyphs import coverage, missing_characters, tidy


@pytest.mark.parametrize(
    "text", ["Saturnino Ñuñez Condori", "Wara Ch'uqi", "q’ipi — «ñandú» 25 °C", "3 ≤ 4 → ✓", "№ 12 €"]
)
def test_the_shipped_fonts_draw_what_people_write_here(resources: Path, text: str) -> None:
    assert missing_characters(text, resources / "fonts") == ()


def test_what_no_font_draws_is_named_once(resources: Path) -> None:
    assert missing_characters("漢字漢", resources / "fonts") == ("漢", "字")


def test_a_folder_without_fonts_draws_nothing(tmp_path: Path) -> None:
    assert coverage(tmp_path) == frozenset()


@given(st.text())
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


def test_what_draws_nothing_is_dropped() -> None:
    bidi_override, zero_width, bell = "\u202e", "\u200b", "\x07"
    assert tidy(f"pa{zero_width}go{bidi_override} de{bell}\tBs\r\n5\u2028x") == "pago de Bs\n5\nx"


def test_letters_are_composed() -> None:
    assert tidy("n\u0303") == "ñ"
