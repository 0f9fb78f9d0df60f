"""The text of a page and where each sign is seen, whatever the page's crop and turning; told by the child."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from signing.errors import SigningError
from signing.report import PageWords
from signing.sandbox import Verifier
from signing.wire import words_from_frame, words_to_frame

TEXT = "Qillqa de Oruro: ñandú y pingüino"


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(timeout=20.0) as made:
        made.start()
        yield made


def page(
    path: Path, *, rotate: int = 0, crop: tuple[int, int, int, int] = (0, 0, 400, 300), password: str = ""
) -> Path:
    """Two lines of text in a page of 400 x 300 points."""
    said = b"".join(b"(%s) Tj T* " % line.encode("cp1252") for line in (TEXT, "Segunda línea"))
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica, Encoding=pikepdf.Name.WinAnsiEncoding
        )  # fmt: skip
        made = pdf.add_blank_page(page_size=(400, 300))
        made.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
        made.Contents = pdf.make_stream(b"BT /F1 14 Tf 18 TL 60 200 Td " + said + b"ET")
        made.CropBox = pikepdf.Array(crop)
        made.Rotate = rotate
        pdf.save(path, encryption=pikepdf.Encryption(owner="a", user=password) if password else False)
    return path


def test_the_text_is_told_sign_by_sign(verifier: Verifier, tmp_path: Path) -> None:
    words = verifier.words(page(tmp_path / "a.pdf"), 1)
    assert words.text.split("\n")[0].strip() == TEXT
    assert "Segunda línea" in words.text
    assert len(words.boxes) == 4 * len(words.text)
    first, last = words.box(0), words.box(words.text.index(TEXT) + len(TEXT) - 1)
    assert first[0] == pytest.approx(60, abs=2)
    assert (
        80 < first[1] < first[3] < 104
    )  # the base line is 100 points below the upper edge; the Q hangs a little below it
    assert last[0] > first[2]
    assert words.box(words.text.index(" ")) == (0, 0, 0, 0)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [(0, 0, 400, 300), (40, 150, 360, 290)])
def test_all_that_is_drawn_lies_in_the_boxes(
    verifier: Verifier, tmp_path: Path, rotate: int, crop: tuple[int, int, int, int]
) -> None:
    path = page(tmp_path / "a.pdf", rotate=rotate, crop=crop)
    words = verifier.words(path, 1)
    across, down = crop[2] - crop[0], crop[3] - crop[1]
    width = across if rotate in (0, 180) else down
    picture = (
        Image.open(io.BytesIO(verifier.render(path, 1, width=width * 4))).convert("L").point(lambda v: 255 * (v < 128))
    )
    ink = picture.getbbox()
    seen = [words.box(place) for place, sign in enumerate(words.text) if not sign.isspace()]
    whole = (min(b[0] for b in seen), min(b[1] for b in seen), max(b[2] for b in seen), max(b[3] for b in seen))
    assert ink is not None
    assert [edge / 4 for edge in ink] == pytest.approx(whole, abs=1.0)
    for box in seen:
        left, top, right, bottom = (round(edge * 4) for edge in box)
        part = picture.crop((left - 1, top - 1, right + 1, bottom + 1))
        assert part.getbbox() is not None, "nothing is drawn there"


def test_a_locked_file_is_read_with_its_password(verifier: Verifier, tmp_path: Path) -> None:
    path = page(tmp_path / "a.pdf", password="clave ñ")
    with pytest.raises(SigningError):
        verifier.words(path, 1)
    assert TEXT in verifier.words(path, 1, password="clave ñ").text


@pytest.mark.parametrize(("content", "code"), [(b"no pdf", "file.damaged"), (None, "file.not_found")])
def test_what_cannot_be_read_is_said(verifier: Verifier, tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "x.pdf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SigningError) as caught:
        verifier.words(path, 1)
    assert caught.value.code == code


def test_a_page_that_is_not_there(verifier: Verifier, tmp_path: Path) -> None:
    with pytest.raises(SigningError) as caught:
        verifier.words(page(tmp_path / "a.pdf"), 2)
    assert caught.value.code == "file.no_such_page"


def test_only_words_come_out_of_the_child() -> None:
    words = PageWords("ñu", array("f", [1, 2, 3, 4, 5, 6, 7, 8.5]))
    assert words_from_frame(*words_to_frame(words)) == words
    message, data = words_to_frame(words)
    for wrong in (
        ({"text": "ñ"}, data),
        ({"text": None}, data),
        (message, data[:-4]),
        (message, data[:-4] + b"\x00\x00\xc0\x7f"),
    ):
        with pytest.raises(ValueError, match=r"words|boxes"):
            words_from_frame(*wrong)
