"""Every string goes through Qt's translations, and the second language is whole."""

from __future__ import annotations

import ast
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6

from desktop.resources import find_resources
from desktop.ui.application import make_bench, set_language
from desktop.ui.gallery import settle
from desktop.ui.messages import no_words
from desktop.ui.window import Window
from tests.desktop.ui.fakes import NOW, FakeOffice

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

ROOM = Path(__file__).parents[3] / "desktop" / "ui"
I18N = find_resources() / "i18n"


def spoken_in_code() -> set[str]:
    """Every literal given to ``tr`` or ``translate``; a literal is demanded."""
    found: set[str] = set()
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in {"tr", "translate"}:
                continue
            text = node.args[1 if name == "translate" else 0]
            assert isinstance(text, ast.Constant), f"{path.name}:{node.lineno} translates what is no literal"
            found.add(str(text.value))
    return found


def messages() -> Iterator[tuple[str, ET.Element]]:
    for message in ET.parse(I18N / "qillqa_en.ts").iter("message"):
        source, translation = message.find("source"), message.find("translation")
        assert source is not None
        assert translation is not None
        yield source.text or "", translation


def test_every_string_of_the_window_is_in_the_catalogue() -> None:
    assert spoken_in_code() == {source for source, _translation in messages()}


def test_every_string_has_english_words_with_the_same_facts() -> None:
    for source, translation in messages():
        assert translation.get("type") is None, f"unfinished: {source}"
        assert translation.text, f"empty: {source}"
        facts = {part.split("}")[0] for part in source.split("{")[1:]}
        assert facts == {part.split("}")[0] for part in translation.text.split("{")[1:]}, source


def test_the_compiled_catalogue_is_the_present_one(tmp_path: Path) -> None:
    made = tmp_path / "made.qm"
    tool = Path(sys.executable).with_name("pyside6-lrelease")
    subprocess.run([tool, I18N / "qillqa_en.ts", "-qm", made], check=True, capture_output=True, timeout=60)
    assert made.read_bytes() == (I18N / "qillqa_en.qm").read_bytes()


def test_no_spanish_is_written_past_the_translations() -> None:
    """A label, button or tool tip never takes a bare literal with a letter in it."""
    takers = {
        "label",
        "QPushButton",
        "ActionButton",
        "setText",
        "setToolTip",
        "setAccessibleName",
        "setPlaceholderText",
        "setWindowTitle",
    }
    allowed = {"Qillqa"}
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in takers:
                bare = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                bad = [text for text in bare if any(c.isalpha() for c in text) and text not in allowed]
                assert not bad, f"{path.name}:{node.lineno} {bad}"


@pytest.fixture
def english(app: QApplication) -> Iterator[None]:
    set_language(app, find_resources(), "en")
    yield
    set_language(app, find_resources(), "es")


def test_the_window_speaks_english(app: QApplication, english: Callable[[], None], office: FakeOffice) -> None:
    bench = make_bench(app, office, dark=False, scale=1.0, say=no_words, now=lambda: NOW)
    window = Window(bench)
    window.resize(1366, 768)
    window.show()
    settle(app, bench)
    assert window.desk.rows.title.text() == "Pending"
    assert window.rail.line_state.text() == "Not connected since yesterday\u00a016:40"
    assert [b.text() for b in window.desk.reader.buttons.values()] == ["Dispatch", "Answer", "File"]
    window.close()
    shiboken6.delete(window)
