"""Words for codes: what happened, what it means, what to do, in the reader's language.

Errors and verdicts carry a code and facts; the words lie in ``resources/words/<language>.d/<room>.toml``, a table per code with
``what``, ``means`` and ``do``, whose ``{fact}`` places are filled. A row ``<code>.<reason>`` goes before the row of its code where the
facts name that ``reason``. One table serves the command line and the window.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.resources import find_resources

LANGUAGES = ("es", "en")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PARTS = frozenset({"what", "means", "do"})


@dataclass(frozen=True, slots=True)
class Words:
    """Three whole, calm sentences (``means`` and ``do`` may be empty)."""

    what: str
    means: str = ""
    do: str = ""


class _Facts(string.Formatter):
    """Fills ``{fact}`` places; a fact that is missing shows as its name, never as a second error. In Spanish a day is written as there."""

    def __init__(self, language: str) -> None:
        self._spanish = language == "es"

    def get_value(self, key: int | str, args: object, kwargs: Mapping[str, object]) -> object:  # noqa: ARG002
        found = kwargs.get(str(key), f"‹{key}›")
        day = _DAY.fullmatch(found) if self._spanish and isinstance(found, str) else None
        return f"{day[3]}/{day[2]}/{day[1]}" if day else found


def words(code: str, language: str = "es", facts: Mapping[str, object] | None = None) -> Words:
    """The words of ``code``; an unknown code or language is said plainly, with the code itself, never raised.

    Raises ``resources.missing`` where the program was installed without its words.
    """
    table = table_of(language)
    known = facts or {}
    found = table.get(f"{code}.{known.get('reason')}") or table.get(code)
    if found is None:
        return Words(_UNKNOWN[language if language in LANGUAGES else LANGUAGES[0]].format(code=code))
    return Words(*(_Facts(language).vformat(part, (), known) for part in (found.what, found.means, found.do)))


@cache
def table_of(language: str) -> Mapping[str, Words]:
    """The shipped table of a language, the first language's for one that is not shipped."""
    return load_words(find_resources() / "words", language if language in LANGUAGES else LANGUAGES[0])


@cache
def load_words(folder: Path, language: str) -> Mapping[str, Words]:
    """Every code of that language. Raises ``words.bad_table`` with file and reason; a code may stand in one file only."""
    table: dict[str, Words] = {}
    for path in sorted((folder / f"{language}.d").glob("*.toml")):
        try:
            rows = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise OfficeError("words.bad_table", file=path.name, reason="toml") from None
        for code, row in rows.items():
            if not isinstance(row, dict) or "what" not in row or not row.keys() <= _PARTS:
                raise OfficeError("words.bad_table", file=path.name, reason="parts", code=code)
            if code in table:
                raise OfficeError("words.bad_table", file=path.name, reason="twice", code=code)
            table[code] = Words(**row)
    return table


_UNKNOWN = {
    "es": "Ocurrió algo para lo que este programa no tiene palabras ({code}).",
    "en": "Something happened for which this program has no words ({code}).",
}
