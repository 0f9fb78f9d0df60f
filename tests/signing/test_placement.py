"""Where stamps go: never over something, never off the page, upright for whoever reads, and spoken."""

from __future__ import annotations

import contextlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
import typst
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.reader import PdfFileReader

from desktop.drafting.preflight import preflight
from desktop.operations.stamp_places import load_presets, place_in, wish_for
from desktop.records.errors import OfficeError
from desktop.resources import find_resources
from desktop.words import words
from signing.appearance import Stamp, draw_stamp
from signing.errors import SigningError
from signing.pades import sign_file
from signing.pictures import picture_ratio
from signing.placement import (
    MM,
    Anchor,
    Box,
    PageLayout,
    Wish,
    covered,
    inside,
    moved,
    place,
    position_facts,
    with_widgets,
)
from signing.report import Level
from signing.sandbox import Verifier
from signing.trust import TrustStore
from tests.fixtures.lab import Lab as SoftLab
from tests.fixtures.soft_session import SoftSession
from tests.signing.conftest import FONTS

A4 = PageLayout(595.0, 842.0)
LETTER = "Señora:\n\nSe remite el informe solicitado. " * 6
sizes = st.floats(30, 1200, allow_nan=False)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    st.floats(0, 1100),
    st.floats(0, 1100),
    st.floats(1, 300),
    st.floats(1, 300),
)
layouts = st.builds(
    PageLayout, width=sizes, height=sizes, rotation=st.sampled_from([0, 90, 180, 270]), x=st.floats(-50, 50),
    y=st.floats(-50, 50), text=st.lists(boxes, max_size=12).map(tuple), images=st.lists(boxes, max_size=2).map(tuple),
    widgets=st.lists(boxes, max_size=3).map(tuple),
)  # fmt: skip
wishes = st.builds(
    Wish, anchor=st.sampled_from(Anchor), width=st.floats(10, 120), height=st.floats(5, 60), margin=st.floats(0, 40)
)


@settings(deadline=None)
@given(layouts, wishes)
def test_a_place_is_free_and_on_the_page_or_there_is_none(layout: PageLayout, wish: Wish):
    found = None
    with contextlib.suppress(SigningError):
        found = place(wish, 1, lambda _: layout)
    if found is None:
        return
    assert inside(found.box, layout)
    assert not covered(found.box, layout)
    assert abs((found.box.x1 - found.box.x0) - wish.width * MM) < 0.01
    back = layout.from_user_space(found.rect)
    assert all(abs(a - b) < 0.01 for a, b in zip(_all(back), _all(found.box), strict=True))


@settings(deadline=None)
@given(layouts, wishes, st.integers(2, 5))
def test_several_signers_get_places_without_overlap(layout: PageLayout, wish: Wish, signers: int):
    taken: list[Box] = []
    for _ in range(signers):
        try:
            found = place(wish, 1, lambda _: with_widgets(layout, taken)).box
        except SigningError:
            break
        assert not any(found.meets(one) for one in taken)
        taken.append(found)


@given(layouts, boxes, st.floats(-500, 500), st.floats(-500, 500))
def test_the_arrow_keys_never_leave_the_page(layout: PageLayout, box: Box, right: float, up: float):
    assume(inside(box, layout))
    there = moved(box, layout, right, up)
    assert there.x0 >= -0.001
    assert there.x1 <= layout.width + 0.001
    assert there.y0 >= -0.001
    assert there.y1 <= layout.height + 0.001
    assert abs((there.x1 - there.x0) - (box.x1 - box.x0)) < 0.001


def _all(box: Box) -> tuple[float, float, float, float]:
    return (box.x0, box.y0, box.x1, box.y1)


def test_under_the_text_and_not_under_the_page_number():
    layout = PageLayout(595.0, 842.0, text=(Box(72, 500, 500, 770), Box(280, 20, 310, 30)))
    found = place(Wish(), 3, lambda page: layout if page == 2 else A4)
    assert found.page == 2
    assert 500 - 30 * MM < found.box.y1 < 500
    assert found.box.x0 == pytest.approx(25 * MM)


@pytest.mark.parametrize(
    ("anchor", "corner"),
    [
        (Anchor.BOTTOM_LEFT, (25, 25)),
        (Anchor.BOTTOM_RIGHT, (595 / MM - 25 - 78, 25)),
        (Anchor.TOP_LEFT, (25, 842 / MM - 25 - 24)),
        (Anchor.TOP_RIGHT, (595 / MM - 25 - 78, 842 / MM - 25 - 24)),
    ],
)
def test_corners(anchor, corner):
    box = place(Wish(anchor=anchor), 1, lambda _: A4).box
    assert (box.x0 / MM, box.y0 / MM) == pytest.approx(corner, abs=0.1)


def test_what_is_given_is_taken_or_refused():
    layout = PageLayout(595.0, 842.0, text=(Box(72, 500, 500, 770),))
    found = place(Wish(at=(20, 10)), 1, lambda _: layout)
    assert (found.box.x0, found.box.y0) == pytest.approx((20 * MM, 10 * MM))
    for wish, code in (
        (Wish(at=(200, 10)), "stamp.outside"),
        (Wish(at=(30, 190)), "stamp.covers"),
        (Wish(page=2), "stamp.no_such_page"),
        (Wish(page=-2), "stamp.no_such_page"),
        (Wish(page=0), "stamp.no_such_page"),
        (Wish(width=400), "stamp.no_room"),
    ):
        with pytest.raises(SigningError) as caught:
            place(wish, 1, lambda _: layout)
        assert caught.value.code == code


def test_a_scanned_page_is_paper_and_no_obstacle():
    scan = PageLayout(595.0, 842.0, images=(Box(0, 0, 595, 842),))
    assert place(Wish(), 1, lambda _: scan).box
    with pytest.raises(SigningError):
        place(Wish(), 1, lambda _: PageLayout(595.0, 842.0, text=(Box(0, 0, 595, 842),)))


def test_a_place_is_spoken():
    facts = position_facts(Box(25 * MM, 20 * MM, 103 * MM, 44 * MM), A4, 1)
    assert words("stamp.position", "es", facts).what == (
        "Hoja 2, abajo a la izquierda, a 25 mm del borde izquierdo y 20 mm del inferior."
    )
    for x in (0, 200, 400):
        for y in (0, 300, 700):
            said = words("stamp.position", "es", position_facts(Box(x, y, x + 100, y + 50), A4, 0)).what
            assert "‹" not in said


def test_presets_are_data_and_a_broken_one_is_named(tmp_path):
    presets = load_presets(find_resources())
    assert {"ajeno", "nota_interna", "informe", "carta", "resolucion"} <= set(presets)
    for name in presets:
        assert place(wish_for(presets, name), 3, lambda _: A4)
    with pytest.raises(OfficeError, match="unknown_preset"):
        wish_for(presets, "no")
    (tmp_path / "stamps").mkdir()
    for text in ("[a]\nanchor = 'up'\n", "[a]\nwidth = -3\n", "[a]\ncolour = 1\n", "[a\n", "a = 3\n"):
        (tmp_path / "stamps" / "presets.toml").write_text(text)
        with pytest.raises(OfficeError, match="bad_presets"):
            load_presets(tmp_path)


# --- on real pages


@pytest.fixture(scope="module")
def reader():
    with Verifier() as verifier:
        verifier.start()
        yield verifier


def tagged(pages: int = 1) -> bytes:
    """A foreign PDF/UA file, without any field."""
    source = '#set document(title: "Carta")\n#set text(font: "Noto Sans", lang: "es")\n= Carta\n' + LETTER
    source += "\n#pagebreak()\nOtra hoja.\n" * (pages - 1)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.compile(
        source.encode(), font_paths=fonts, pdf_standards=["a-2a", "ua-1"], timestamp=datetime(2026, 1, 1, tzinfo=UTC)
    )


def stamp(image: bytes = b"") -> Stamp:
    return Stamp("Juana Mamani Quispe", "Jefa", "Gobernación", "hoy", FONTS, qr="X|1", image=image)


def sign(
    soft: SoftLab, reader: Verifier, source: Path, output: Path, who: str = "alice", wish: Wish | None = None
) -> bytes:
    placed = place_in(reader, source, wish or Wish())
    sign_file(
        source, output, SoftSession(getattr(soft, who), (soft.issuing.der,)), field=None, stamp=stamp(), level=Level.B_B,
        trust=TrustStore(), timestamps=None, claimed_time=datetime.now(UTC), placed=placed,
    )  # fmt: skip
    return output.read_bytes()


def good(data: bytes) -> None:
    for one in PdfFileReader(io.BytesIO(data)).embedded_signatures:
        one.compute_integrity_info()
        assert one.summarise_integrity_info()["docmdp_ok"] is True, one.field_name


def test_a_tagged_foreign_page_stays_accessible(soft, reader, tmp_path):
    source = tmp_path / "carta.pdf"
    source.write_bytes(tagged())
    before = preflight(source.read_bytes())
    data = sign(soft, reader, source, tmp_path / "1.pdf")
    assert preflight(data) == before
    with pikepdf.open(io.BytesIO(data)) as pdf:
        widget = pdf.Root.AcroForm.Fields[0]
        assert str(widget.TU) == "Firma de Juana Mamani Quispe"
        assert "/StructParent" in widget
        assert int(widget.F) == 132
    good(data)


def test_three_signers_side_by_side_in_a_foreign_page(soft, reader, tmp_path):
    """The second and third get fields without tag: a tag would make the first signature suspicious."""
    source = tmp_path / "carta.pdf"
    source.write_bytes(tagged())
    rects: list[list[float]] = []
    for number, who in enumerate(("alice", "bob", "alice")):
        output = tmp_path / f"{number}.pdf"
        good(sign(soft, reader, source, output, who))
        source = output
    with pikepdf.open(source) as pdf:
        rects = [[float(x) for x in field.Rect] for field in pdf.Root.AcroForm.Fields]
        assert ["/StructParent" in field for field in pdf.Root.AcroForm.Fields] == [True, False, False]
    layout, _ = reader.layout(source, 0)
    found = [Box(*rect) for rect in rects]
    assert len(layout.widgets) == 3
    assert not any(a.meets(b) for i, a in enumerate(found) for b in found[i + 1 :])
    assert not any(box.meets(line) for box in found for line in layout.text)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_upright_on_a_turned_page(soft, reader, tmp_path, rotation):
    """Rendered as a person sees it, the stamp reads from left to right where it was placed."""
    source, output = tmp_path / "turned.pdf", tmp_path / "signed.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(500, 700))
        pdf.pages[0].Rotate = rotation
        pdf.pages[0].CropBox = [20, 30, 480, 690]
        pdf.save(source)
    placed = place_in(reader, source, Wish(at=(15, 20)))
    sign(soft, reader, source, output, wish=Wish(at=(15, 20)))
    document = pypdfium2.PdfDocument(output)
    document.init_forms()
    scale = 3
    picture = document[0].render(scale=scale, may_draw_forms=True).to_pil().convert("RGB")
    document.close()
    box = placed.box
    height = picture.height / scale
    seen = picture.crop(tuple(int(scale * v) for v in (box.x0, height - box.y1, box.x1, height - box.y0)))
    alone = pypdfium2.PdfDocument(draw_stamp(stamp(), box.x1 - box.x0, box.y1 - box.y0))
    wanted = alone[0].render(scale=scale).to_pil().convert("RGB").resize(seen.size)
    alone.close()
    right, wrong = _different(seen, wanted), _different(seen, wanted.rotate(180))
    assert right < 0.1
    assert right * 2 < wrong


def _different(one: Any, other: Any) -> float:
    """The share of pixels that are clearly not the same."""
    pairs = zip(one.convert("L").tobytes(), other.convert("L").tobytes(), strict=True)
    return sum(abs(a - b) > 90 for a, b in pairs) / (one.width * one.height)


def test_what_cannot_be_read_is_told_by_the_child(reader, tmp_path):
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing")
    for path, page, code in ((bad, 0, "file.damaged"), (tmp_path / "none.pdf", 0, "file.")):
        with pytest.raises(SigningError) as caught:
            reader.layout(path, page)
        assert caught.value.code.startswith(code)


# --- pictures


def png(width: int, height: int, kind: int = 2, extra: bytes = b"") -> bytes:
    import struct
    import zlib

    channels = {0: 1, 2: 3, 6: 4}[kind]
    raw = b"".join(b"\0" + bytes([31, 95, 139, 200][:channels]) * width for _ in range(height))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    )


def test_a_picture_is_drawn_beside_the_text_without_transparency():
    data = draw_stamp(stamp(png(60, 40)), 221, 68)
    assert data != draw_stamp(stamp(), 221, 68)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pictures = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        assert len(pictures) == 1
        assert all("/SMask" not in one for one in pictures)
        assert "/Group" not in pdf.pages[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(60, 40, kind=6), "transparent"),
        (png(5000, 2), "size"),
        (png(60, 40)[:40], "damaged"),
        (b"GIF89a", "kind"),
        (b"", "kind"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x04ab" + b"\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x04", "colours"),
        (b"\xff\xd8\xff\xe0", "damaged"),
        (b"x" * (1024 * 1024 + 1), "too_large"),
    ],
)
def test_pictures_that_cannot_be_used(data: bytes, reason: str):
    with pytest.raises(SigningError) as caught:
        picture_ratio(data)
    assert (caught.value.code, caught.value.facts["reason"]) == ("stamp.image_unusable", reason)


def test_a_jpeg_tells_its_size():
    assert picture_ratio(b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x10\x00\x20\x03") == 2.0


def test_in_a_pile_only_the_code_is_drawn_anew(monkeypatch: pytest.MonkeyPatch):
    from signing import appearance

    drawn: list[Any] = []
    real = appearance._draw_text
    monkeypatch.setattr(appearance, "_draw_text", lambda *args: drawn.append(args) or real(*args))
    appearance._text_parts.cache_clear()

    class Size:
        width, height = 200.0, 60.0

    from dataclasses import replace

    from pyhanko.pdf_utils.writer import PdfFileWriter

    for number in range(5):
        appearance.stamp_style(replace(stamp(), qr=f"GADOR|NI/{number}")).create_stamp(PdfFileWriter(), Size, {})
    assert len(drawn) == 1
