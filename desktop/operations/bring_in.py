"""Traer un texto: a DOCX or ODT file, or what was pasted, as blocks for a draft; its pictures are kept among the desk's bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from desktop.drafting.body import Block, Image
from desktop.drafting.html_body import Imported, body_of_html
from desktop.drafting.import_child import import_document
from desktop.drafting.limited import LimitedSetter
from desktop.drafting.photographs import fit_picture
from desktop.records.errors import OfficeError

from .desk import Desk


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """Blocks to put into a draft (``editing.paste``), and what was left out or changed."""

    blocks: tuple[Block, ...]
    notices: tuple[OfficeError, ...]


def bring_in_file(desk: Desk, path: Path) -> BroughtIn:
    """The text of a DOCX or ODT file. Raises ``import.…``, ``store.disk_full``; the file is only read."""
    return _kept(desk, import_document(path))


def bring_in_html(desk: Desk, html: str) -> BroughtIn:
    """What a word processor put on the clipboard. Raises ``store.disk_full``."""
    return _kept(desk, body_of_html(html))


def _kept(desk: Desk, made: Imported) -> BroughtIn:
    if not made.images:
        return BroughtIn(made.body.blocks, made.notices)
    with LimitedSetter() as setter:
        blocks = tuple(_pictured(desk, made, setter))
    lost = len(made.body.blocks) - len(blocks)
    notices = (*made.notices, *([OfficeError("import.pictures_left", count=lost)] if lost else []))
    return BroughtIn(blocks, notices)


def _pictured(desk: Desk, made: Imported, setter: LimitedSetter) -> Iterator[Block]:
    """The blocks with the digests of the pictures as they were made fit; a picture that cannot be read is left out."""
    for block in made.body.blocks:
        if not isinstance(block, Image):
            yield block
            continue
        try:
            picture = fit_picture(made.images[block.sha256], block.name, setter=setter)
        except OfficeError:  # counted by the caller
            continue
        yield replace(block, sha256=desk.store.put_bytes(picture.data), media_type=picture.media_type)
