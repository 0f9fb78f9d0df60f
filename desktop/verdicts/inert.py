"""Texts of foreign documents made harmless for whoever reads a report: nothing hidden, nothing that turns direction, no formulas."""

from __future__ import annotations

import unicodedata

LONGEST = 240  # characters of one name or text; the JSON report has it whole
_HEAD, _TAIL = 160, 60
_FORMULA = frozenset("=+-@＝＋－＠|%")  # what spreadsheets take for a formula, also in full width
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def inert(text: str, longest: int = LONGEST) -> str:
    """One line of visible characters: white space becomes a space; what cannot be seen or turns direction is written ``‹U+202E›``.

    Longer texts lose their middle, and say how long they were.
    """
    if len(text) > longest:
        text = f"{text[:_HEAD]} … {text[-_TAIL:]} ({len(text)})"
    return "".join(map(_visible, unicodedata.normalize("NFC", text))).strip()


def cell(text: str) -> str:
    """An inert text that no spreadsheet runs: an apostrophe stands before what would start a formula."""
    shown = inert(text)
    return f"'{shown}" if shown[:1] in _FORMULA else shown


def named(character: str) -> str:
    """A character by its code point."""
    return f"‹U+{ord(character):04X}›"


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return named(character) if unicodedata.category(character) in _HIDDEN else character
