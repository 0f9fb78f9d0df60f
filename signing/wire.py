"""Verdicts and questions as JSON between the window and the child that parses foreign files.

Never pickle: what the child answers is as foreign as the file it read. msgspec rebuilds the frozen data of ``report``, every type checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from .placement import PageLayout
from .report import FileVerdict
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
