"""Rows on drafting: from a change of the text to the redrawn page, against LibreOffice converting the same text."""

from __future__ import annotations

import json
import queue
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from desktop.operations.writing import Writing, open_writing
from desktop.resources import find_resources
from tests.desktop.operations.test_writing import draft_of, small_desk

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

    def all_changed(self, word: str) -> float:
        """Milliseconds of engine for the same text with a word more in every paragraph, of the same length."""
        blocks = (
            replace(block, runs=(*block.runs, Run(word))) if isinstance(block, Paragraph) else block
            for block in self.session.body.blocks
        )
        return self._engine_takes(Body(tuple(blocks)))

    def one_changed(self, word: str) -> float:
        """The same with the word in the middle paragraph alone."""
        blocks = list(self.session.body.blocks)
        paragraph = blocks[self.middle]
        assert isinstance(paragraph, Paragraph)
        blocks[self.middle] = replace(paragraph, runs=(*paragraph.runs, Run(word)))
        return self._engine_takes(Body(tuple(blocks)))

    def _engine_takes(self, body: Body) -> float:
        self.engine.show(replace(self.job, body=body))
        return self.answers.get(timeout=60).milliseconds


_desks: dict[int, _Desk] = {}


def _desk(pages: int) -> _Desk:
    if pages not in _desks:
        _desks[pages] = _Desk(pages)
    return _desks[pages]


def preview_3_pages() -> float:
    return _desk(3).keystroke()[0]


def preview_40_pages() -> float:
    return _desk(40).keystroke()[0]


def preview_only_what_changed() -> float:
    """How many times faster 40 pages are set again for one paragraph that changed than for all of them."""
    desk = _desk(40)
    one, everything = [], []
    for number in range(3):
        one.append(desk.one_changed(f"uno{number}"))
        everything.append(desk.all_changed(f"tres{number}"))
        desk.one_changed("")  # back to the text that is known
    return min(everything) / min(one)


def typing_while_setting() -> float:
    """Milliseconds of the slowest of 200 keystrokes, 20 ms apart, each journaled and asked to be shown, while 40 pages are set.

    Nothing is waited for: the engine works on some of them all the while, as a person's own typing would have it.
    """
    desk = _desk(40)
    slowest, answers = 0.0, 0
    with tempfile.TemporaryDirectory() as home, _written(Path(home), desk.session.body) as text:
        for number in range(200):
            began = time.perf_counter()
            at = Position(desk.middle, "text", number)
            text.do(editing.insert(text.body, at, "a"), kind="typing", at=number * 20)
            desk.engine.show(replace(desk.job, body=text.body))
            slowest = max(slowest, time.perf_counter() - began)
            time.sleep(0.02)
            while not desk.answers.empty():
                answers += desk.answers.get().page is not None
        ticket = desk.engine.show(replace(desk.job, body=text.body))
    while desk.answers.get(timeout=60).ticket != ticket:
        answers += 1
    if answers < 3:
        raise OSError(f"the engine showed {answers} pages meanwhile: nothing was in the way of the typing")
    return slowest * 1000


@contextmanager
def _written(home: Path, body: Body) -> Iterator[Writing]:
    """A draft with that text in the real store, opened for writing."""
    desk = small_desk(home)
    text = json.dumps(body.to_json(), ensure_ascii=False)
    desk.store.save_draft(replace(draft_of(""), body=text))
    try:
        with open_writing(desk, "d1") as writing:
            yield writing
    finally:
        desk.store.close()


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
    "preview_only_what_changed": preview_only_what_changed,
    "typing_while_setting": typing_while_setting,
    "preview_over_libreoffice": preview_over_libreoffice,
}
