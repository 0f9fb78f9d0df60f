"""Verdicts and questions as JSON between the window and the child that parses foreign files.

Never pickle: what the child answers is as foreign as the file it read. msgspec rebuilds the frozen data of ``report``, every type checked.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .placement import PageLayout
from .report import FileVerdict, PageWords
from .trust import TrustStore

Json = dict[str, Any]
_T = TypeVar("_T")


def to_plain(value: Any) -> Any:
    """Frozen data as plain JSON values; times in ISO 8601, bytes in base 64."""
    return msgspec.to_builtins(value, enc_hook=_plain)


def from_plain(value: Any, kind: type[_T]) -> _T:
    """The inverse of ``to_plain``; raises ValueError (msgspec's is one) on anything else."""
    return msgspec.convert(value, kind, dec_hook=_special)


def trust_to_json(trust: TrustStore) -> Json:
    """A store of anchors as plain JSON values."""
    found: Json = to_plain(trust)
    return found


def trust_from_json(value: Json) -> TrustStore:
    """The inverse of ``trust_to_json``."""
    return from_plain(value, TrustStore)


def verdict_to_json(verdict: FileVerdict) -> Json:
    """Everything of a verdict."""
    found: Json = to_plain(verdict)
    return found


def verdict_from_json(value: Any) -> FileVerdict:
    """The inverse of ``verdict_to_json``; raises ValueError on anything else."""
    return from_plain(value, FileVerdict)


def verdict_to_bytes(verdict: FileVerdict) -> bytes:
    """The same in one go, for ten thousand files. Raises ValueError where a text in it is no Unicode (a lone surrogate)."""
    return _VERDICTS_OUT.encode(verdict)


def verdict_from_bytes(data: bytes | bytearray) -> FileVerdict:
    """The inverse of ``verdict_to_bytes``; raises ValueError on anything else."""
    return _VERDICTS_IN.decode(data)


def layout_from_json(value: Any) -> PageLayout:
    """A page's layout from the child's answer; raises ValueError on anything else."""
    return from_plain(value, PageLayout)


def words_to_frame(words: PageWords) -> tuple[dict[str, Any], bytes]:
    """A page's words as a message and the bytes beside it."""
    return {"text": words.text}, array("f", words.boxes).tobytes()


def words_from_frame(message: Mapping[str, Any], data: bytes | bytearray) -> PageWords:
    """A page's words from the child's answer; raises ValueError on anything else."""
    text, boxes = message.get("text"), array("f")
    if not isinstance(text, str) or len(data) != len(text) * 4 * boxes.itemsize:
        raise ValueError("words")
    boxes.frombytes(data)
    if not all(map(isfinite, boxes)):
        raise ValueError("boxes")
    return PageWords(text, boxes)


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def _special(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(kind.__name__)


_VERDICTS_OUT = msgspec.json.Encoder()
_VERDICTS_IN = msgspec.json.Decoder(FileVerdict)
