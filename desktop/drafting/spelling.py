"""Spelling, offline: hunspell with the dictionary of Spanish (Bolivia), and lists of the country, the entity and the person.

Not looked at: addresses, cites and whatever holds a figure, abbreviations ("Lic.", "Art."), initialisms and Roman numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hunspell import Hunspell

from desktop.records.errors import OfficeError

from .body import NOTE, Body, text_of
from .changes import Position
from .leaves import leaf, parts
from .newest import Newest

DICTIONARY = "es_BO"
LONGEST_WORD = 80  # signs; hunspell is not asked about more
MOST_SUGGESTIONS = 6
# A word: letters, with apostrophes inside (Aymara, Quechua: t'ula, jach'a).
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*['’ʼ]?")
_CHUNK = re.compile(rf"[^\s{NOTE}]+")
_NOT_PROSE = re.compile(r"\d|@|://|\\|^www\.|[A-ZÑ]{2,}[/-]|/[A-ZÑ]{2,}|\w\.\w{2,}$|^[a-z]{1,5}/[a-z]{1,5}[.,;)]*$")
_ROMAN = re.compile(r"[IVXLCDM]+")
_INITIALISM = 7  # signs: capitals alone up to here are one


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A word that no list knows: where it begins in the body, and the word."""

    place: Position
    word: str


class Speller:
    """The dictionary with the lists. Usable from one thread at a time. Raises ``spelling.no_dictionary``."""

    def __init__(self, dictionaries: Path, words: Iterable[str] = ()) -> None:
        files = [dictionaries / f"{DICTIONARY}.{end}" for end in ("aff", "dic")]
        if not all(path.is_file() for path in files):
            raise OfficeError("spelling.no_dictionary", folder=str(dictionaries))
        self._hunspell = Hunspell(DICTIONARY, hunspell_data_dir=str(dictionaries))
        self._words = {_plain(word) for word in (*read_words(dictionaries / "bolivia.txt"), *words)}
        self._abbreviations = frozenset(read_words(dictionaries / "abreviaturas.txt"))
        self._known: dict[str, bool] = {}

    def learn(self, words: Iterable[str]) -> None:
        """Know these words from now on. One in small letters is known with a capital too, not the other way round."""
        self._words |= {_plain(word) for word in words}
        self._known.clear()

    def knows(self, word: str) -> bool:
        """Whether the word is right, or not for this check."""
        word = _plain(word)
        if word not in self._known:
            self._known[word] = len(word) > LONGEST_WORD or self._looked_up(word)
        return self._known[word]

    def _looked_up(self, word: str) -> bool:
        forms = {word, word[:1].lower() + word[1:], word.rstrip("'")}
        if word.isupper() or word[:-1].isupper():  # CD, CDs
            if len(word) <= _INITIALISM or _ROMAN.fullmatch(word):
                return True
            forms |= {word.lower(), word.capitalize()}
        return any(form in self._words or self._hunspell.spell(form) for form in forms)

    def misspelt(self, text: str) -> Iterator[tuple[int, str]]:
        """Where each unknown word of a text begins (code points), and the word."""
        for chunk in _CHUNK.finditer(text):
            if _NOT_PROSE.search(chunk.group()):
                continue
            for found in _WORD.finditer(chunk.group()):
                word = found.group()
                dotted = chunk.group()[found.end() : found.end() + 1] == "."
                if len(word) == 1 or (dotted and word.lower() in self._abbreviations) or self.knows(word):
                    continue
                yield chunk.start() + found.start(), word

    def check(self, body: Body) -> tuple[Misspelt, ...]:
        """The unknown words of a body, in reading order."""
        return tuple(
            Misspelt(Position(number, part, at), word)
            for number, block in enumerate(body.blocks)
            for part in parts(block)
            for at, word in self.misspelt(text_of(leaf(block, part)))
        )

    def suggest(self, word: str) -> tuple[str, ...]:
        """Words that may have been meant, the likeliest first. Slow (up to a second): in a worker."""
        if len(word) > LONGEST_WORD:
            return ()
        found = self._hunspell.suggest(_plain(word))
        return tuple(found[:MOST_SUGGESTIONS])


class SpellingWorker:
    """Checks texts beside the typing: the newest one counts. ``tell`` is called in its thread with ticket and findings."""

    def __init__(self, make: Callable[[], Speller], tell: Callable[[int, tuple[Misspelt, ...]], None]) -> None:
        self._make, self._tell = make, tell
        self._speller: Speller | None = None
        self._newest: Newest[Body] = Newest(self._answer, name="qillqa-spelling")

    def check(self, body: Body) -> int:
        """Ask and return at once with a ticket."""
        return self._newest.ask(body)

    def close(self) -> None:
        """End the thread. Safe to call twice."""
        self._newest.close()

    def _answer(self, ticket: int, body: Body) -> None:
        if self._speller is None:
            try:
                self._speller = (
                    self._make()
                )  # reading the dictionary takes a fifth of a second: here, not before the first page
            except OfficeError:  # no dictionary, no marks; ``doctor`` tells
                self._tell(ticket, ())
                return
        self._tell(ticket, self._speller.check(body))


def read_words(path: Path) -> list[str]:
    """The words of a list, one a line; none where there is no list. Raises OSError for one that cannot be read."""
    if not path.is_file():
        return []
    return [word for line in path.read_text("utf-8", errors="replace").splitlines() if (word := line.strip())]


def _plain(word: str) -> str:
    return word.replace("’", "'").replace("ʼ", "'")
