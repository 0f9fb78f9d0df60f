"""Rows on drafting: from a change of the text to the redrawn page, against LibreOffice converting the same text."""

from __future__ import annotations

import queue
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2

from desktop.drafting import editing
from desktop.drafting.body import Body, Heading, Paragraph, Run, text_of
from desktop.drafting.changes import Position
from desktop.drafting.leaves import leaf
from desktop.drafting.preview_engine import Preview, PreviewEngine
from desktop.drafting.samples import sample_job
from desktop.drafting.session import EditSession
from desktop.drafting.templates import load_template
from desktop.resources import find_resources

_SENTENCE = "El presente informe da a conocer el estado de avance de las obras de conexión, según el cronograma. "


def text_of_pages(pages: int) -> Body:
    """A report's text of about so many pages; every paragraph is another one."""
    blocks: list[Heading | Paragraph] = []
    for number in range(pages * 8):
        if number % 6 == 0:
            blocks.append(Heading(f"Sección {number}"))
        blocks.append(Paragraph((Run(f"{number}. {_SENTENCE * 4}"), Run("Importante.", bold=True))))
    return Body(tuple(blocks))


class _Desk:
    """One engine with one text in work."""

    def __init__(self, pages: int) -> None:
        resources = find_resources()
        self.job = sample_job(load_template(resources / "templates" / "informe"), resources)
        self.session = EditSession(text_of_pages(pages))
        self.answers: queue.Queue[Preview] = queue.Queue()
        self.engine = PreviewEngine(self.answers.put)
        self.middle = len(self.session.body.blocks) // 2 + 1
        for _ in range(3):
            pages_set = self.keystroke()[1]
        if not pages - 1 <= pages_set <= pages + 2:
            raise OSError(f"{pages_set} pages instead of {pages}")

    def keystroke(self) -> tuple[float, int]:
        """Milliseconds from a typed sign to its page drawn, and how many pages there are."""
        began = time.perf_counter()
        end = len(text_of(leaf(self.session.body.blocks[self.middle], "text")))
        self.session.do(editing.insert(self.session.body, Position(self.middle, "text", end), "a"), kind="typing")
        self.engine.show(replace(self.job, body=self.session.body))
        page = self.answers.get(timeout=60).page
        assert page is not None
        document = pypdfium2.PdfDocument(page.pdf)
        document[page.pages // 2].render(scale=96 / 72)
        document.close()
        return (time.perf_counter() - began) * 1000, page.pages


_desks: dict[int, _Desk] = {}


def _desk(pages: int) -> _Desk:
    if pages not in _desks:
        _desks[pages] = _Desk(pages)
    return _desks[pages]


def preview_3_pages() -> float:
    return _desk(3).keystroke()[0]


def preview_40_pages() -> float:
    return _desk(40).keystroke()[0]


def preview_over_libreoffice() -> float:
    """How many times faster a 3-page preview is than ``soffice --convert-to pdf`` of the same text, its profile warm."""
    body = _desk(3).session.body
    paragraphs = "".join(f"<p>{text_of(leaf(block, 'text'))}</p>" for block in body.blocks)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "texto.html").write_text(f"<html><meta charset=utf-8><body>{paragraphs}</body></html>", "utf-8")
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        times = []
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run(
                ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, folder / "texto.html"],
                check=True,
                capture_output=True,
                timeout=120,
            )
            times.append((time.perf_counter() - began) * 1000)
    ours = min(_desk(3).keystroke()[0] for _ in range(5))
    return min(times) / ours


def close() -> None:
    """End the engines."""
    for desk in _desks.values():
        desk.engine.close()
    _desks.clear()


ROWS: dict[str, Callable[[], float]] = {
    "preview_3_pages": preview_3_pages,
    "preview_40_pages": preview_40_pages,
    "preview_over_libreoffice": preview_over_libreoffice,
}
