"""PDF objects as they are: references followed, and decrypted where the file is encrypted (pyHanko hands out proxies there)."""

from __future__ import annotations

from typing import Any

from pyhanko.pdf_utils import generic


def plain(raw: object) -> Any:
    """The object itself. Raises what pyHanko raises on damaged files."""
    value = raw.get_object() if isinstance(raw, generic.PdfObject) else raw  # type: ignore[no-untyped-call]
    return value.decrypted if isinstance(value, generic.DecryptedObjectProxy) else value


def entry(owner: Any, key: str) -> Any:
    """What stands under ``key`` of a dictionary; None where there is none."""
    return plain(owner.raw_get(key)) if key in owner else None


def items(raw: object) -> list[object]:
    """What an array holds, references left as they are; empty for anything else."""
    value = plain(raw)
    return [value.raw_get(index) for index in range(len(value))] if isinstance(value, generic.ArrayObject) else []
