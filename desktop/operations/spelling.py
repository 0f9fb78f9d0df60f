"""Ortografía: the speller of a desk, with its person's own words (``palabras.txt`` in the desk's home)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from desktop.drafting.spelling import Speller, read_words
from desktop.records.errors import OfficeError

from .files import write_whole

WORDS = "palabras.txt"


def open_speller(resources: Path, home: Path, entity_words: Iterable[str] = ()) -> Speller:
    """The speller with the lists of country, entity and person. Raises ``spelling.no_dictionary``."""
    return Speller(resources / "dictionaries", [*entity_words, *own_words(home)])


def own_words(home: Path) -> list[str]:
    """What this desk's person added, in the order of adding."""
    try:
        return read_words(home / WORDS)
    except OSError as error:
        raise OfficeError("spelling.list_unreadable", file=WORDS, reason=error.strerror or str(error)) from error


def learn_word(home: Path, word: str) -> None:
    """Add a word to the person's own. Raises ``spelling.list_unreadable`` or ``spelling.list_unwritable``; the list stays then."""
    word = " ".join(word.split())
    known = own_words(home)
    if not word or word in known:
        return
    try:
        write_whole(home / WORDS, "".join(f"{each}\n" for each in (*known, word)).encode("utf-8"))
    except OSError as error:
        raise OfficeError("spelling.list_unwritable", file=WORDS, reason=error.strerror or str(error)) from error


def forget_word(home: Path, word: str) -> None:
    """Take it out again. Raises as ``learn_word``."""
    known = own_words(home)
    if word in known:
        try:
            write_whole(home / WORDS, "".join(f"{each}\n" for each in known if each != word).encode("utf-8"))
        except OSError as error:
            raise OfficeError("spelling.list_unwritable", file=WORDS, reason=error.strerror or str(error)) from error
