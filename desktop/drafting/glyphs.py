"""Which characters the shipped fonts can draw, read from their ``cmap`` tables (OpenType 1.9, formats 4 and 12)."""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

FAMILIES = ("NotoSerif-", "NotoSans-", "NotoSansMath-", "NotoSansSymbols2-")


@lru_cache(maxsize=8192)  # between two keystrokes nearly every text is the same
def tidy(text: str) -> str:
    """The text as it is set: composed (NFC), characters that draw nothing dropped, tabs and line marks made plain."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    text = text.translate({0x09: " ", 0x0B: "\n", 0x0C: "\n", 0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n"})
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"})


@lru_cache(maxsize=8192)
def breakable(text: str, longest: int = 30) -> str:
    """The text with a zero-width space every few signs inside longer words, so that nothing runs off the page.

    The kit breaks lines there and draws nothing.
    """
    piece = re.compile(f".{{1,{max(longest // 3, 3)}}}")
    words = re.compile(rf"[^\s\u200b]{{{longest},}}")
    return words.sub(lambda word: "\u200b".join(piece.findall(word.group())), text)


@lru_cache(maxsize=8192)
def missing_characters(text: str, fonts: Path) -> tuple[str, ...]:
    """The characters of an already tidy text that no shipped document font draws, each once."""
    known = coverage(fonts)
    return tuple(dict.fromkeys(char for char in text if char != "\n" and ord(char) not in known))


@lru_cache(maxsize=4)
def coverage(fonts: Path) -> frozenset[int]:
    """Code points that each style of at least one document family draws (so that bold never falls back)."""
    families = []
    for family in FAMILIES:
        styles = [_code_points(path.read_bytes()) for path in sorted(fonts.glob(f"{family}*.ttf"))]
        if styles:
            families.append(frozenset.intersection(*styles))
    return frozenset().union(*families)


def _code_points(font: bytes) -> frozenset[int]:
    tables = struct.unpack_from(">H", font, 4)[0]
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == b"cmap":
            return _read_cmap(font, offset)
    return frozenset()


def _read_cmap(font: bytes, start: int) -> frozenset[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, start + 2)[0]):
        platform, _, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * number)
        kind = struct.unpack_from(">H", font, start + offset)[0]
        if platform in {0, 3} and kind == 4:
            found |= _format_4(font, start + offset)
        elif platform in {0, 3} and kind == 12:
            found |= _format_12(font, start + offset)
    return frozenset(found)


def _format_4(font: bytes, start: int) -> set[int]:
    double = struct.unpack_from(">H", font, start + 6)[0]
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, start + 14)
    starts = struct.unpack_from(f">{count}H", font, start + 16 + double)
    deltas = struct.unpack_from(f">{count}H", font, start + 16 + 2 * double)
    base = start + 16 + 3 * double
    offsets = struct.unpack_from(f">{count}H", font, base)
    found: set[int] = set()
    for number in range(count):
        for code in range(starts[number], ends[number] + 1):
            glyph = code
            if offsets[number]:
                place = base + 2 * number + offsets[number] + 2 * (code - starts[number])
                glyph = struct.unpack_from(">H", font, place)[0] if place + 2 <= len(font) else 0
                if glyph == 0:
                    continue
            if (glyph + deltas[number]) & 0xFFFF and code != 0xFFFF:
                found.add(code)
    return found


def _format_12(font: bytes, start: int) -> set[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">I", font, start + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, start + 16 + 12 * number)
        found.update(range(first + (glyph == 0), last + 1))
    return found
