"""The window's door to the shared table of words (``desktop.words``): codes of errors and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from desktop.records.errors import Fact
from desktop.ui.messages import Say, Sentences
from desktop.words import load_words, words


def load_say(resources: Path, language: str) -> Say:
    """Words for codes in that language; None for a code that has none, so that the window can say it in its own way."""
    table = load_words(resources / "words", language)

    def say(code: str, facts: Mapping[str, Fact]) -> Sentences | None:
        if code not in table:
            return None
        found = words(code, language, facts)
        return Sentences(found.what, found.means, found.do)

    return say
