"""The report as PDF/A-2a + PDF/UA-1, set by the drafting room's engine from ``resources/reports/verdict``."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from desktop.drafting.engine import ARCHIVAL, typeset
from desktop.drafting.glyphs import breakable, coverage
from desktop.drafting.templates import Template
from desktop.records.errors import OfficeError
from signing.visible import named

from .told import Heading, Row, ToldFile

ROWS = 1000  # lines of a folder's table that one PDF holds
DETAILS = 25  # files told in detail in one PDF
LINES = 3000  # table rows of all those details: hostile files may hold thousands each
_LONGEST = 22  # signs of a word before lines may break inside it


def set_pdf(
    heading: Heading,
    rows: Sequence[Row],
    files: Sequence[ToldFile],
    notes: tuple[str, str],
    *,
    resources: Path,
    made: datetime,
) -> bytes:
    """The PDF. ``notes``: what was left out of rows and of details, empty for nothing. Raises ``drafting.…``."""
    data = {
        "heading": {
            **msgspec.to_builtins(heading),
            "description": heading.facts[0].text,
            "foot": f"{heading.title} · {heading.facts[-1].text}",
        },
        "rows": msgspec.to_builtins(rows),
        "rows_note": notes[0],
        "files": msgspec.to_builtins(files),
        "details_note": notes[1],
    }
    template = Template("verdict", "verdict", heading.title, "", resources / "reports" / "verdict", ())
    known = coverage(resources / "fonts")
    whole = made.replace(microsecond=0)  # the engine takes whole seconds
    result = typeset(template, _drawable(data, known), {}, resources=resources, created=whole, standards=ARCHIVAL)
    if result.warnings:
        raise OfficeError("drafting.page_warning", reason=result.warnings[0], template=template.id)
    return result.pdf


def _drawable(value: Any, known: frozenset[int]) -> Any:
    """Every text as it can be set: characters that no shipped font draws by their code point, long words breakable."""
    if isinstance(value, dict):
        return {name: _drawable(item, known) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(item, known) for item in value]
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value)
    return breakable("".join(sign if ord(sign) in known else named(sign) for sign in text), _LONGEST)
