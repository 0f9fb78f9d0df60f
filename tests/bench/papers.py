"""The files that ``make bench`` signs: a letter of three pages, and a scan of five hundred."""

from __future__ import annotations

import io
import random
import shutil
from pathlib import Path

import pikepdf
import typst
from PIL import Image

from tests.signing.conftest import FONTS, NOW, add_fields

LETTER_BYTES = 36_000
SCAN_BYTES = 50 * 1000 * 1000
_WORDS = (
    "se", "remite", "el", "informe", "técnico", "legal", "para", "su", "consideración", "conforme", "al", "memorándum",
    "uñ", "aymar", "aru", "qillqa", "señora",
)  # fmt: skip
_ALPHABET = "El veloz murciélago hindú comía feliz cardillo y kiwi; la cigüeña tocaba el saxofón: 0123456789"
_SIDE = 420  # pixels: noise of this size at quality 75 is a JPEG of about 100 kB


def letters(folder: Path, count: int) -> list[Path]:
    """``count`` files with the same letter: PDF/A-2a and PDF/UA-1, three pages, empty visible fields on the last."""
    folder.mkdir()
    first = folder / "000.pdf"
    first.write_bytes(letter())
    others = [folder / f"{number:03}.pdf" for number in range(1, count)]
    for path in others:
        shutil.copyfile(first, path)
    return [first, *others]


def letter() -> bytes:
    """A letter of three pages as drafting freezes it, about ``LETTER_BYTES``."""
    draw = random.Random(3)
    text = ['#set document(title: "Nota", date: auto)', '#set text(font: "Noto Sans", lang: "es")', "= Nota interna"]
    for page in range(3):
        text += ["#pagebreak()"] if page else []
        text += [" ".join(draw.choices(_WORDS, k=80)).capitalize() + ".\n" for _ in range(4)]
        text += [f"*{_WORDS[page]} {_ALPHABET}*"]
    pdf = typst.compile(
        "\n".join(text).encode(),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]),
        pdf_standards=["a-2a", "ua-1"],
        timestamp=NOW,
    )
    with pikepdf.open(io.BytesIO(pdf)) as document:
        add_fields(document, 2)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def scan(path: Path, pages: int = 500, side: int = _SIDE) -> Path:
    """A scanned file: one grey JPEG of noise on each page, about ``SCAN_BYTES`` with the defaults."""
    draw = random.Random(500)
    with pikepdf.new() as document:
        for _ in range(pages):
            page = document.add_blank_page(page_size=(612, 792))
            picture = document.make_stream(_noise(draw, side))
            picture.update(_picture_facts(side))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=picture))
            page.Contents = document.make_stream(b"q 612 0 0 792 0 0 cm /Im Do Q")
        document.save(path, deterministic_id=True)
    return path


def _noise(draw: random.Random, side: int) -> bytes:
    out = io.BytesIO()
    Image.frombytes("L", (side, side), draw.randbytes(side * side)).save(out, "JPEG", quality=75)
    return out.getvalue()


def _picture_facts(side: int) -> pikepdf.Dictionary:
    name = pikepdf.Name
    return pikepdf.Dictionary(
        Type=name.XObject, Subtype=name.Image, Width=side, Height=side, ColorSpace=name.DeviceGray,
        BitsPerComponent=8, Filter=name.DCTDecode,
    )  # fmt: skip
