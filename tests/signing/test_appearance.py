"""The stamp: the same bytes each time, embedded fonts only, words that stay honest."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from signing.appearance import Stamp, draw_stamp
from signing.errors import SigningError


@pytest.fixture
def stamp(lab) -> Stamp:
    return Stamp(
        name="Saturnino Ñuñez Condori",
        post="Responsable del Archivo Departamental",
        entity="Gobierno Autónomo Departamental de Oruro",
        claimed_time="5 de marzo de 2026, 10:32",
        font_folder=lab.font_folder,
        delegation="Suplente, Memorándum 12/2026",
        reason="Visto bueno",
        qr="GADOR|GADOR-SDPD/NI/00045/2026|7HQ2M9XK4TBVR3CD",
    )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(document[0].get_textpage().get_text_bounded().split())
    finally:
        document.close()


def test_the_same_stamp_gives_the_same_bytes(stamp):
    assert draw_stamp(stamp, 230, 70) == draw_stamp(stamp, 230, 70)
    assert draw_stamp(stamp, 230, 70) != draw_stamp(replace(stamp, reason="Autor"), 230, 70)


def test_it_prints_what_is_known_and_no_level(stamp):
    text = text_of(draw_stamp(stamp, 230, 90))
    for part in (stamp.name, stamp.post, stamp.entity, stamp.delegation, "Motivo: Visto bueno"):
        assert part in text
    assert "Firmado el 5 de marzo de 2026, 10:32 (hora del equipo)" in text
    assert "B-" not in text


def test_wording_that_says_it_already_is_not_doubled(stamp):
    text = text_of(draw_stamp(replace(stamp, claimed_time="Firmado el 5/3/2026 (hora del equipo)"), 230, 90))
    assert text.count("Firmado el") == text.count("hora del equipo") == 1


def test_one_page_of_the_size_of_the_field_even_when_much_is_said(stamp):
    crowded = replace(stamp, post="Directora " * 12, delegation="por delegación " * 9, reason="conformidad " * 9)
    with pikepdf.open(io.BytesIO(draw_stamp(crowded, 200, 60))) as pdf:
        (page,) = pdf.pages
        assert [float(x) for x in page.MediaBox] == [0, 0, 200, 60]
    assert "hora del equipo" in text_of(draw_stamp(crowded, 200, 60))


def test_fonts_are_embedded_subsets_with_unicode(stamp):
    with pikepdf.open(io.BytesIO(draw_stamp(stamp, 230, 70))) as pdf:
        fonts = pdf.pages[0].Resources.Font
        assert len(fonts) > 0
        for font in fonts.values():
            assert "+" in str(font.BaseFont)
            assert "/ToUnicode" in font
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_text_is_inert_data(stamp):
    tricky = '#read("/etc/passwd") *b* $x$ \\ "]}'
    assert '#read("/etc/passwd") *b* $x$ \\ "]}' in text_of(draw_stamp(replace(stamp, post=tricky), 300, 100))


def test_a_letter_that_the_font_lacks_is_said_not_dropped(stamp):
    with pytest.raises(SigningError) as caught:
        draw_stamp(replace(stamp, name="Juana 漢字"), 230, 70)
    assert caught.value.code == "stamp.missing_glyph"


def test_a_folder_without_fonts_is_said(stamp, tmp_path):
    for bad in (replace(stamp, font_folder=tmp_path), replace(stamp, font_family="Comic Sans")):
        with pytest.raises(SigningError) as caught:
            draw_stamp(bad, 230, 70)
        assert caught.value.code == "stamp.no_font"
