"""Texts of foreign documents with nothing hidden in them: for whatever is shown, printed or written for others."""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # controls, marks of direction, surrogates, private and unassigned
_DOUBTFUL = re.compile("[^ -~\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027]")  # Latin letters and marks need no second look


def visible(text: str) -> str:
    """One line, composed (NFC): white space becomes a space; what cannot be seen or turns direction is written ``‹U+202E›``."""
    return _DOUBTFUL.sub(lambda found: _shown(found.group()), unicodedata.normalize("NFC", text)).strip()


def named(character: str) -> str:
    """A character by its code point."""
    return f"‹U+{ord(character):04X}›"


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return named(character) if unicodedata.category(character) in _HIDDEN else character
