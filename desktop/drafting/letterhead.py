"""The entity's own letterhead: coat of arms and lines of address, as data beside its templates (docs/formats/template.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.records.errors import OfficeError

FILE = "letterhead.toml"
LARGEST = 2_000_000  # bytes of the coat of arms: it goes into every document
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """``arms``: PNG or JPEG bytes, none by default, and ``alt``, what they show. ``lines``: address, telephone, page."""

    arms: bytes | None = None
    media_type: str = "image/png"
    alt: str = ""
    lines: tuple[str, ...] = ()


def load_letterhead(folder: Path) -> Letterhead:
    """The letterhead of that folder of templates; an empty one where there is no ``letterhead.toml``.

    Raises ``template.…`` with ``folder``, ``file`` and ``line``.
    """
    from .sections import toml_of
    from .templates import read_text

    if not (folder / FILE).is_file():
        return Letterhead()
    try:
        table = toml_of(read_text(folder, FILE), FILE)
        table.only(("arms", "alt", "lines"))
        lines = table.texts("lines")
        name = table.text("arms", "", empty=True)
        if not name:
            return Letterhead(lines=lines)
        alt = table.text("alt").strip()
        media_type = MEDIA_TYPES.get(Path(name).suffix.lower())
        if media_type is None or Path(name).name != name or not alt:
            raise table.fault("arms" if alt else "alt")
        return Letterhead(_arms(folder, name, media_type), media_type, alt, lines)
    except OfficeError as error:
        facts: dict[str, Any] = {**error.facts, "folder": folder.name}
        raise OfficeError(error.code, **facts) from error


def _arms(folder: Path, name: str, media_type: str) -> bytes:
    try:
        data = (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise OfficeError("template.missing_file", file=name, line=0) from error
    except OSError as error:
        raise OfficeError("template.unreadable", file=name, line=0) from error
    if len(data) > LARGEST or not data.startswith(_STARTS[media_type]):
        raise OfficeError("template.bad_arms", file=name, line=0, megabytes=LARGEST // 1_000_000)
    return data
