"""The stamp: the same bytes each time, embedded fonts only, words that stay honest."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

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
        ci_masked="···3465",
        qr="GADOR|GADOR-SDPD/NI/00045/2026|7HQ2M9XK4TBVR3CD",
    )


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(document[0].get_textpage().get_text_bounded().split())
    finally:
        document.close()


def picture_of(pdf: bytes, scale: int = 8) -> Any:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].render(scale=scale).to_pil().convert("RGB")
    finally:
        document.close()


def test_the_same_stamp_gives_the_same_bytes(stamp):
    assert draw_stamp(stamp, 230, 70) == draw_stamp(stamp, 230, 70)
    assert draw_stamp(stamp, 230, 70) != draw_stamp(replace(stamp, reason="Autor"), 230, 70)


def test_it_prints_what_is_known_and_no_level(stamp):
    text = text_of(draw_stamp(stamp, 230, 90))
    for part in (stamp.name, f"{stamp.post} CI ···3465", stamp.entity, stamp.delegation, "Motivo: Visto bueno"):
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


@pytest.mark.parametrize(("width", "height"), [(221.1, 68), (147.4, 51), (100, 30), (300, 120)])
def test_the_border_is_whole_and_clear_of_the_page_s_own_line(stamp, width, height):
    picture = picture_of(draw_stamp(stamp, width, height))
    columns, rows = picture.size
    white = (255, 255, 255)
    middle = [picture.getpixel((x, rows // 2)) for x in range(columns)]
    down = [picture.getpixel((columns // 3, y)) for y in range(rows)]
    for line in (middle, middle[::-1], down, down[::-1]):
        first = next(index for index, colour in enumerate(line) if colour != white)
        darkest = min(line[first : first + 8], key=sum)
        assert sum(abs(a - b) for a, b in zip(darkest, (0x1F, 0x5F, 0x8B), strict=True)) < 30  # the accent
        assert set(line[first + 8 : first + 16]) == {white}  # a thin line, with room inside
    below = down[::-1].index(next(colour for colour in down[::-1] if colour != white))
    assert below / 8 >= 1.3  # points kept free


def test_the_code_is_drawn_whole_with_its_quiet_zone(stamp):
    import segno

    picture = picture_of(draw_stamp(stamp, 221.1, 68)).convert("L").point(lambda value: 255 * (value > 40))
    modules = [[bool(cell) for cell in row] for row in segno.make_qr(stamp.qr, error="m").matrix]
    half = picture.crop((picture.width // 2, 0, picture.width, picture.height))
    left, top, right, bottom = half.point(lambda value: 255 - value).getbbox()
    unit = (right - left) / len(modules)
    seen = [
        [half.getpixel((int(left + (x + 0.5) * unit), int(top + (y + 0.5) * unit))) == 0 for x in range(len(modules))]
        for y in range(len(modules))
    ]
    assert seen == modules
    assert min(half.width - right, half.height - bottom, top) >= 4 * unit


def test_no_transparency(stamp):
    with pikepdf.open(io.BytesIO(draw_stamp(stamp, 230, 70))) as pdf:
        assert "/Group" not in pdf.pages[0]
        for state in pdf.pages[0].Resources.get("/ExtGState", {}).values():
            assert (state.get("/ca", 1), state.get("/CA", 1), state.get("/SMask", "/None")) == (1, 1, "/None")
        assert not any(
            str(item.get("/Subtype", "")) == "/Image" for item in pdf.objects if isinstance(item, pikepdf.Stream)
        )


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
