from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

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


# Letters of the official alphabets: Spanish (RAE); Aymara and Quechua (Bolivia, DS 20227 of 1984) with their digraphs, aspirates
# and ejectives. The apostrophe of the ejectives is typed in four ways.
SPANISH = "aáeéiíoóuúübcdfghjklmnñpqrstvwxyz ¿¡«»“”‘’—–…ºª°§€·½²"
AYMARA = "a ä i ï u ü ch chh ch' j k kh k' l ll m n ñ p ph p' q qh q' r s t th t' w x y"
QUECHUA = "a e i o u ch chh ch' h j k kh k' l ll m n ñ p ph p' q qh q' r s sh t th t' w y"


@pytest.mark.parametrize("apostrophe", ["'", "’", "ʼ", "´"])
@pytest.mark.parametrize("alphabet", [SPANISH, AYMARA, QUECHUA], ids=["spanish", "aymara", "quechua"])
def test_every_letter_of_the_three_languages_is_drawn_upright_bold_and_slanted(
    resources: Path, alphabet: str, apostrophe: str
) -> None:
    """By each style of the fonts of text themselves, not by the fonts of signs that stand in for them; FreeType is the judge."""
    letters = tidy(alphabet.replace("'", apostrophe))
    wanted = sorted({*letters, *letters.upper()} - {" "})
    for family in ("NotoSerif", "NotoSans"):
        styles = sorted((resources / "fonts").glob(f"{family}-*.ttf"))
        assert len(styles) == 4
        for style in styles:
            font = ImageFont.truetype(style, 40)
            nothing = bytes(font.getmask("\uffff"))  # the box that stands for a letter that is not there
            assert [sign for sign in wanted if bytes(font.getmask(sign)) == nothing] == [], style.name
            assert bytes(font.getmask("漢")) == nothing
