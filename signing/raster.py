"""Pages as grey pictures, and what can be told of two of them: pure arithmetic over bytes, no library.

A row of pixels is one large integer, one byte for each pixel, so that a whole page is compared by a few operations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

PixelBox = tuple[int, int, int, int]  # left, top, right, bottom in pixels, right and bottom excluded

_DARK = bytes(1 if grey < 128 else 0 for grey in range(256))  # ink that can be read
_LIGHT = bytes(1 if grey >= 176 else 0 for grey in range(256))  # paper
_NEAR = 2  # pixels around ink that must stay as they are for it to be read
_LOST = 0.03  # part of the ink that may vanish by antialiasing
_DROWNED = 0.35  # part of the paper around ink that may become dark before it cannot be read
_NOISE = 2  # pixels


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey pixels, row by row, without padding."""

    width: int
    height: int
    grey: bytes

    def crop(self, box: PixelBox) -> tuple[int, int, bytes]:
        """Width, height and pixels of the part of ``box`` that lies on the page."""
        left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], self.width), min(box[3], self.height)
        if left >= right or top >= bottom:
            return 0, 0, b""
        rows = (self.grey[row * self.width + left : row * self.width + right] for row in range(top, bottom))
        return right - left, bottom - top, b"".join(rows)


def differing_rows(old: Picture, new: Picture, explained: Iterable[PixelBox] = ()) -> list[tuple[int, int, int]]:
    """Rows that differ outside the ``explained`` boxes: (row, first pixel, behind the last). The pictures have one size."""
    if old.grey == new.grey:
        return []
    boxes, width, found = list(explained), old.width, []
    first, second = memoryview(old.grey), memoryview(new.grey)
    for row in range(old.height):
        start = row * width
        if first[start : start + width] == second[start : start + width]:
            continue
        spans = [(max(box[0], 0), min(box[2], width)) for box in boxes if box[1] <= row < box[3]]
        one = _without(old.grey[start : start + width], spans)
        other = _without(new.grey[start : start + width], spans)
        if one != other:
            differing = [at for at, (was, now) in enumerate(zip(one, other, strict=True)) if was != now]
            found.append((row, differing[0], differing[-1] + 1))
    return found


def hides(old: Picture, new: Picture, box: PixelBox, *, strict: bool, below: Picture | None = None) -> bool:
    """Whether ink of the older picture inside ``box`` cannot be read any more in the newer.

    It vanished, or what is around it became as dark. ``strict``: nothing at or near ink may have become dark or light at all.
    ``below``: the older page without what lay over it (fields, annotations); only ink that both show counts then.
    """
    width, _, before = old.crop(box)
    _, _, after = new.crop(box)
    if not width or before == after:
        return False
    dark, dark_now = _mask(before, _DARK, width), _mask(after, _DARK, width)
    if below is not None:
        dark &= _mask(below.crop(box)[2], _DARK, width)
    if not dark:
        return False
    near = _spread(dark, width + 2 * _NEAR)
    if strict:
        return ((dark ^ dark_now) & near).bit_count() > _NOISE
    lost = (dark & _mask(after, _LIGHT, width)).bit_count()
    paper = _mask(before, _LIGHT, width) & near
    drowned = (paper & dark_now).bit_count()
    return lost > max(_NOISE, _LOST * dark.bit_count()) or drowned > max(_NOISE, _DROWNED * paper.bit_count())


def contrast(picture: Picture, box: PixelBox) -> int:
    """Greys between the darkest and the lightest pixel of ``box``; 0 outside the picture."""
    _, _, grey = picture.crop(box)
    return max(grey) - min(grey) if grey else 0


def darker(old: Picture, new: Picture, margin: float, by: int) -> float:
    """Part of the pixels that are darker than in ``old`` by so many greys, without a margin (a part of each side) along the edges.

    0.0 where the pictures differ in size.
    """
    if (old.width, old.height) != (new.width, new.height):
        return 0.0
    across, down = int(old.width * margin), int(old.height * margin)
    box = (across, down, old.width - across, old.height - down)
    before, after = old.crop(box)[2], new.crop(box)[2]
    return sum(was - now >= by for was, now in zip(before, after, strict=True)) / max(len(before), 1)


def uneven(picture: Picture, margin: float, by: int) -> float:
    """Part of the pixels that differ from the most frequent one by so many greys, without a margin along the edges."""
    across, down = int(picture.width * margin), int(picture.height * margin)
    grey = picture.crop((across, down, picture.width - across, picture.height - down))[2]
    counts = Counter(grey)
    ground = counts.most_common(1)[0][0] if counts else 0
    return sum(count for tone, count in counts.items() if abs(tone - ground) >= by) / max(len(grey), 1)


def _mask(grey: bytes, table: bytes, width: int) -> int:
    """Which pixels ``table`` names, as an integer of one byte for each, with a margin between rows."""
    flags = grey.translate(table)
    margin = bytes(2 * _NEAR)
    rows = (flags[start : start + width] for start in range(0, len(flags), width))
    return int.from_bytes(margin.join(rows), "big")


def _spread(mask: int, stride: int) -> int:
    """The mask and ``_NEAR`` pixels around it in every direction."""
    for shift in (8, 8 * stride):
        for _ in range(_NEAR):
            mask |= mask << shift | mask >> shift
    return mask


def _without(row: bytes, spans: list[tuple[int, int]]) -> bytes:
    if not spans:
        return row
    kept = bytearray(row)
    for left, right in spans:
        kept[left:right] = bytes(max(right - left, 0))
    return bytes(kept)
