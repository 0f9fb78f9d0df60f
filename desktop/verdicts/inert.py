"""Texts of foreign documents made harmless for whoever reads a report: nothing hidden, nothing endless, no formulas."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Protocol, TextIO

from signing.visible import visible

LONGEST = 240  # characters of one name or text; the JSON report has it whole
_HEAD, _TAIL = 160, 60
_FORMULA = frozenset("=+-@＝＋－＠|%")  # what spreadsheets take for a formula, also in full width


def inert(text: str, longest: int = LONGEST) -> str:
    """The text made visible; a longer one loses its middle."""
    if len(text) > longest:
        text = f"{text[:_HEAD]} … {text[-_TAIL:]}"
    return visible(text)


def cell(text: str) -> str:
    """An inert text that no spreadsheet runs: an apostrophe stands before what would start a formula."""
    shown = inert(text)
    return f"'{shown}" if shown[:1] in _FORMULA else shown


class Spreadsheet(Protocol):
    """Takes rows, one after another."""

    def writerow(self, row: Sequence[str], /) -> object:
        """One row of cells."""
        ...


def spreadsheet(out: TextIO) -> Spreadsheet:
    """Semicolons, as spreadsheets in Spanish expect, CRLF, every cell quoted; the file is written as UTF-8 with a byte order mark."""
    return csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
