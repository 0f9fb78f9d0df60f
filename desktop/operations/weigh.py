"""Pesar: how much a derivation carries and what the way allows, before it is sent."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from threading import Thread

from desktop.records.errors import OfficeError
from desktop.storage.folder import FolderStore

from .desk import Desk

STICK_FILE = 4 * 1024**3 - 1  # bytes: one file on a FAT32 stick, as most are
_PATIENCE = 1.0  # seconds
_ENVELOPE = 100_000  # bytes of events and history for each hop, and of encryption: less in practice


@dataclass(frozen=True, slots=True)
class Load:
    """``files`` are (name, bytes); ``upload`` is what crosses the line, each addressee's copy sealed apart.

    ``room`` is what is free in a folder exchange, None where there is no line or where nobody knows. ``stick``: whether each file
    fits a FAT32 stick.
    """

    files: tuple[tuple[str, int], ...]
    upload: int
    room: int | None
    stick: bool

    @property
    def total(self) -> int:
        """Bytes of the documents and attachments, once."""
        return sum(size for _, size in self.files)


def weigh(desk: Desk, document: str, *, addressees: int = 1) -> Load:
    """What deriving that document, or the slip it is on, would carry. Raises ``document.unknown``."""
    view = desk.store.document(document)
    documents = desk.store.slip(view.slip).documents if view.slip else (document,)
    files: list[tuple[str, int]] = []
    for each in documents:
        one = desk.store.document(each)
        if one.digest and desk.store.has_bytes(one.digest):
            files.append((f"{one.cite.replace('/', '-')}.pdf", desk.store.path_of(one.digest).stat().st_size))
        files += [(item.name, item.size) for item in one.attachments if item.sha256 != one.digest]
    upload = (sum(size for _, size in files) + _ENVELOPE) * addressees
    stick = all(size <= STICK_FILE for _, size in files)
    return Load(tuple(files), upload, _room(desk), stick)


def require_room(load: Load) -> None:
    """Refuse what the exchange has no room for: ``dispatch.no_room``."""
    if load.room is not None and load.upload > load.room:
        raise OfficeError("dispatch.no_room", bytes=load.upload, room=load.room)


def _room(desk: Desk) -> int | None:
    """Asked beside, and not waited for long: a share whose server is gone answers nothing, and deriving works without a line."""
    told: list[int] = []

    def ask() -> None:
        with suppress(OfficeError):
            exchange = desk.exchange()
            if isinstance(exchange, FolderStore):
                told.append(exchange.room())

    asking = Thread(target=ask, name="qillqa-room", daemon=True)
    asking.start()
    asking.join(_PATIENCE)
    return told[0] if told else None
