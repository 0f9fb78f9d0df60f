"""Texts that come in with their pictures, which are made fit and kept."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.drafting.body import Image, Paragraph, plain
from desktop.operations.bring_in import bring_in_file, bring_in_html
from tests.desktop.drafting.test_setting import png
from tests.desktop.operations.test_writing import small_desk

TEXTS = Path(__file__).parents[2] / "fixtures" / "office_texts"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Any]:
    made = small_desk(tmp_path / "home")
    yield made
    made.store.close()


def test_a_files_picture_is_kept_among_the_desks_bytes(desk: Any) -> None:
    made = bring_in_file(desk, TEXTS / "imagen.odt")
    (image,) = [block for block in made.blocks if isinstance(block, Image)]
    assert image.alt == "Fachada del centro de salud"
    assert desk.store.get_bytes(image.sha256).startswith((b"\x89PNG", b"\xff\xd8\xff"))
    assert made.notices == ()


def test_a_pasted_picture_that_cannot_be_read_is_told(desk: Any) -> None:
    good, bad = (base64.b64encode(data).decode() for data in (png(), png()[:30]))
    tags = "".join(f'<img src="data:image/png;base64,{data}">' for data in (good, bad))
    made = bring_in_html(desk, f"<p>Se ve:</p>{tags}")
    assert made.blocks[0] == Paragraph(plain("Se ve:"))
    assert [type(block) for block in made.blocks[1:]] == [Image]
    assert [(notice.code, notice.facts["count"]) for notice in made.notices] == [("import.pictures_left", 1)]


def test_text_alone_starts_no_child(desk: Any) -> None:
    assert bring_in_html(desk, "<p>hola</p>").blocks == (Paragraph(plain("hola")),)
