"""Reading JSON that strangers wrote."""

from __future__ import annotations

import json
from typing import Any

from desktop.records.errors import OfficeError


def parse_object(data: bytes, code: str) -> dict[str, Any]:
    """A JSON object without a key twice; anything else is an OfficeError of that code."""
    try:
        value = json.loads(data, object_pairs_hook=_no_duplicates)
    except (ValueError, RecursionError) as error:
        raise OfficeError(code, reason=str(error)[:200]) from error
    if not isinstance(value, dict):
        raise OfficeError(code, reason="not an object")
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found
