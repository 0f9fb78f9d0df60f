"""The text of a PDF, for searching only: read in the limited child, bounded, and never taken for what the document says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from .limited import LimitedSetter, RanAway

MOST_PAGES = 300
MOST_CHARACTERS = 400_000
_SECONDS = 10.0


class PdfTextReader:
    """One warm child that reads PDFs, one at a time. A context manager."""

    def __init__(self) -> None:
        self._setter = LimitedSetter(seconds=_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._setter.close()

    def text(self, path: Path) -> str:
        """Its text, the first ``MOST_CHARACTERS`` of the first ``MOST_PAGES``; empty for what cannot be read or runs away."""
        try:
            told, made = self._setter.ask({"do": "pdf_text", "path": str(path)})
        except RanAway:
            return ""
        return "" if "failed" in told else made.decode("utf-8")


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The child's part."""
    import pypdfium2

    found: list[str] = []
    length = 0
    try:
        document = pypdfium2.PdfDocument(asked["path"])
        for number in range(min(len(document), MOST_PAGES)):
            text = document[number].get_textpage().get_text_bounded()[: MOST_CHARACTERS - length]
            found.append(text)
            length += len(text)
            if length >= MOST_CHARACTERS:
                break
        document.close()
    except Exception:  # noqa: BLE001 - whatever a stranger's file provokes in its reader is an answer
        return {"failed": "unreadable"}, b""
    return {}, "\n".join(found).encode("utf-8", "replace")
