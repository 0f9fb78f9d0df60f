"""Pictures for a stamp: PNG without transparency, or JPEG in grey or RGB. Looked at by their headers alone; nothing is decoded here."""

from __future__ import annotations

from .errors import SigningError

LARGEST = 1024 * 1024  # bytes
_MOST = 4000  # pixels a side
_PNG = b"\x89PNG\r\n\x1a\n"
_SIZED = {0xC0, 0xC1, 0xC2}  # JPEG frames that are drawn everywhere: baseline, extended, progressive


def picture_ratio(data: bytes) -> float:
    """Width over height. Raises SigningError ``stamp.image_unusable`` with the reason.

    Transparency is refused: it would bring a transparency group into a page that promises PDF/A to old readers.
    """
    if len(data) > LARGEST:
        raise SigningError("stamp.image_unusable", reason="too_large")
    try:
        width, height = _png(data) if data.startswith(_PNG) else _jpeg(data)
    except (IndexError, ValueError):
        raise SigningError("stamp.image_unusable", reason="damaged") from None
    if not 0 < width <= _MOST or not 0 < height <= _MOST:
        raise SigningError("stamp.image_unusable", reason="size")
    return width / height


def _png(data: bytes) -> tuple[int, int]:
    """IHDR of a PNG (ISO/IEC 15948 §11.2.2); a tRNS chunk or an alpha channel is transparency."""
    if data[12:16] != b"IHDR" or not data.rstrip().endswith(b"IEND\xaeB`\x82"):
        raise ValueError
    if data[25] in (4, 6) or b"tRNS" in data[33:]:
        raise SigningError("stamp.image_unusable", reason="transparent")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def _jpeg(data: bytes) -> tuple[int, int]:
    """The frame header of a JPEG (ISO/IEC 10918-1 §B.2.2)."""
    if data[:2] != b"\xff\xd8":
        raise SigningError("stamp.image_unusable", reason="kind")
    place = 2
    while True:
        if data[place] != 0xFF:
            raise ValueError
        marker, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in _SIZED:
            if data[place + 9] not in (1, 3):
                raise SigningError("stamp.image_unusable", reason="colours")
            return int.from_bytes(data[place + 7 : place + 9], "big"), int.from_bytes(
                data[place + 5 : place + 7], "big"
            )
        if size < 2:
            raise ValueError
        place += 2 + size
