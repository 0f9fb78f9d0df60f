"""Scans of paper made into one archival file: each page a picture with a text alternative (ISO 19005-2, ISO 14289-1 §7.3).

Pictures are strangers' files: they are decoded and written anew in the limited child (``limited``), one page at a time. What a
scanner wrote beside the picture (place, device, thumbnails) does not go into the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from desktop.records.errors import OfficeError

from .engine import ARCHIVAL, typeset
from .limited import LimitedSetter, RanAway
from .photographs import LARGEST, MOST_PIXELS, fitted, written
from .templates import Template

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 3300  # pixels: a Carta sheet (279 mm) at 300 dots per inch
MOST_PAGES = 500  # of one letter
_FORMATS = ("PNG", "JPEG", "TIFF")
_SHEET = 279.4  # mm: the long side of a page whose picture does not tell its size
_SIZES = (60.0, 1200.0)  # mm: a till receipt to a plan (A0)
_DPI = (72.0, 1200.0)
_INCH = 25.4

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ScanPage:
    """A page's picture, PNG or JPEG, and how large the paper was, in mm."""

    data: bytes
    media_type: str
    width: float
    height: float


class ScanReader:
    """Reads pages of pictures through one limited child. A context manager."""

    def __init__(self) -> None:
        self._setter = LimitedSetter()
        self._folder = tempfile.TemporaryDirectory(prefix="qillqa-scan-", ignore_cleanup_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._setter.close()
        self._folder.cleanup()

    def pages(self, data: bytes, name: str, *, most: int = MOST_PAGES) -> list[ScanPage]:
        """Every page of a PNG, JPEG or TIFF file, in order.

        Raises ``scan.empty``, ``scan.too_large``, ``scan.too_many_pages``, ``scan.damaged`` with the page.
        """
        if not data:
            raise OfficeError("scan.empty", file=name)
        if len(data) > LARGEST:
            raise _too_large(name)
        path = Path(self._folder.name) / "scan"
        path.write_bytes(data)
        first, total = self._page(path, 0, name)
        if total > most:
            raise OfficeError("scan.too_many_pages", file=name, pages=total, most=most)
        return [first, *(self._page(path, number, name)[0] for number in range(1, total))]

    def _page(self, path: Path, number: int, name: str) -> tuple[ScanPage, int]:
        try:
            told, data = self._setter.ask({"do": "scan", "path": str(path), "frame": number})
        except RanAway as error:
            raise _too_large(name) from error
        if told.get("failed") == "too_large":
            raise _too_large(name)
        if "failed" in told:
            raise OfficeError("scan.damaged", file=name, page=number + 1)
        return ScanPage(data, told["media_type"], told["width"], told["height"]), int(told["frames"])


def set_scan(pages: Sequence[ScanPage], title: str, *, resources: Path, created: datetime, number: str = "") -> bytes:
    """One PDF/A-2a + PDF/UA-1 file of these pages. Equal pages give equal bytes. Raises ``drafting.page_failed``, ``drafting.no_room``."""
    files = {f"{place:05}.{_ending(page)}": page.data for place, page in enumerate(pages, 1)}
    words = f" de {number}" if number else ""
    rows = [
        {
            "file": name,
            "width": round(page.width, 1),
            "height": round(page.height, 1),
            "alt": f"Página {place} de {len(pages)} de la digitalización{words}: imagen del papel recibido",
        }
        for place, (name, page) in enumerate(zip(files, pages, strict=True), 1)
    ]
    own = Template("digitalizacion", "", "", "", resources / "templates" / "kit" / "scan", ())
    made = typeset(
        own, {"title": title, "pages": rows}, files, resources=resources, created=created, standards=ARCHIVAL
    )
    return made.pdf


def with_size(page: ScanPage, width: float, height: float) -> ScanPage:
    """The same picture on paper of that size in mm, within what a page can be."""
    return replace(page, width=_within(width, *_SIZES), height=_within(height, *_SIZES))


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The child's part: one page of a picture file, upright and written anew."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2
    try:
        with Image.open(asked["path"], formats=_FORMATS) as picture:
            frames = int(getattr(picture, "n_frames", 1))
            picture.seek(asked["frame"])
            if picture.width * picture.height > MOST_PIXELS:
                return {"failed": "too_large"}, b""
            resolution = picture.info.get("dpi")
            given = max(picture.size)
            transparent = picture.has_transparency_data
            lossless = picture.format != "JPEG"
            made = _on_paper(fitted(picture, transparent=transparent, side=SIDE))
            media_type, data = written(made, lossless=lossless)
    except (Image.DecompressionBombError, MemoryError):
        return {"failed": "too_large"}, b""
    except Exception:  # noqa: BLE001 - whatever a stranger's picture provokes in its decoder is an answer
        return {"failed": "unreadable"}, b""
    width, height = _millimetres(made.size, given / max(made.size), resolution)
    return {"media_type": media_type, "frames": frames, "width": width, "height": height}, data


def _on_paper(picture: Image) -> Image:
    """Paper is white where a picture is transparent: PDF/A pages need no blending then."""
    from PIL import Image

    if picture.mode != "RGBA":
        return picture
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def _millimetres(size: tuple[int, int], scale: float, resolution: object) -> tuple[float, float]:
    """How large the paper was, where the scanner tells a likely resolution; else with the long side of a Carta sheet."""
    dots = resolution[0] if isinstance(resolution, tuple) and resolution else 0
    try:
        dpi = float(dots)
    except (TypeError, ValueError, ZeroDivisionError):
        dpi = 0.0
    unit = _INCH / (dpi / scale) if _DPI[0] < dpi <= _DPI[1] else _SHEET / max(size)
    if not _SIZES[0] <= max(size) * unit <= _SIZES[1]:
        unit = _SHEET / max(size)
    return _within(size[0] * unit, *_SIZES), _within(size[1] * unit, *_SIZES)


def _within(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


def _ending(page: ScanPage) -> str:
    return "png" if page.media_type == "image/png" else "jpg"


def _too_large(name: str) -> OfficeError:
    return OfficeError("scan.too_large", file=name, megapixels=MOST_PIXELS // 1_000_000, megabytes=LARGEST // 1_000_000)
