"""Words of the body: what documents say, kept at this desk so that they are found by it. It helps to find and proves nothing.

A document written here, or come with its structured text, is found by that; any other by the text of its PDF, which a limited child
reads after a pull, never inside an act. Of a class that must be kept closed, too: only desks that may read it have the bytes at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from desktop.drafting.body import Body
from desktop.drafting.pdf_text import PdfTextReader
from desktop.records.errors import OfficeError
from desktop.store.search import distinct

from .desk import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

_AT, _WAITING = "text.read", "text.waiting"
_AT_ONCE = 200  # documents of one exchange; the rest is read at the next ones
_MOST_WAITING = 1_000
_HEAD = 1024  # bytes in which a PDF says that it is one


def words_of(body: Body) -> str:
    """Each word of a body once."""
    return distinct(" ".join(text for _, text in body.texts()))


def index_new(desk: Desk, exchange: ObjectStore | None = None) -> tuple[Problem, ...]:  # noqa: ARG001 - a hook of synchronise
    """Read what came since the last time. What has no bytes yet is tried again; what cannot be read is left as it is."""
    mark = int(desk.store.setting(_AT) or 0)
    waiting: list[str] = json.loads(desk.store.setting(_WAITING) or "[]")
    mark, came = desk.store.came_since(mark, _AT_ONCE)
    if not came and not waiting:
        return ()
    still: list[str] = []
    found = list(_read(desk, dict.fromkeys([*waiting, *came]), still))
    with desk.store.act() as act:
        for document, words in found:
            act.index_text(document, words, "body")
        act.set_setting(_AT, str(mark))
        act.set_setting(_WAITING, json.dumps(still[-_MOST_WAITING:]))
    return ()


def _read(desk: Desk, documents: dict[str, None], still: list[str]) -> Iterator[tuple[str, str]]:
    """Document and words of those that can be read; those whose bytes are not here yet go to ``still``."""
    with ExitStack() as stack:
        reader: PdfTextReader | None = None
        for document in documents:
            try:
                view = desk.store.document(document)
            except OfficeError:  # nothing of it is told but what no fold accepts
                continue
            written = view.versions[-1].text if view.versions else ""
            if written and desk.store.has_bytes(written) and (words := _of_text(desk, written)) is not None:
                yield document, words
                continue
            if not view.digest or not desk.store.has_bytes(view.digest):
                still.append(document)
                continue
            path = desk.store.path_of(view.digest)
            if not _is_pdf(path):
                continue
            reader = reader or stack.enter_context(PdfTextReader())
            yield document, distinct(reader.text(path))


def _is_pdf(path: Path) -> bool:
    """Whether a child is worth while."""
    with path.open("rb") as file:
        return b"%PDF-" in file.read(_HEAD)


def _of_text(desk: Desk, sha256: str) -> str | None:
    """The words of a structured text; None for one that this program cannot read."""
    try:
        return words_of(Body.from_json(json.loads(desk.store.get_bytes(sha256))))
    except (ValueError, RecursionError, OfficeError):
        return None
