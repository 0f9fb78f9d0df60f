"""What crosses the private pipes to a token worker: a small JSON message and bytes beside it. Never pickle: the child runs vendor code.

A frame is two lengths (4 bytes each, big-endian), the JSON, the bytes. Secrets travel only as the bytes, read straight into a buffer that
can be wiped; streams must be unbuffered, or copies would stay behind in them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, Protocol

Message = dict[str, Any]
MAX_FRAME = 16 * 1024 * 1024  # bytes; a child that sends more is not ours any more


class Raw(Protocol):
    """An unbuffered binary stream (io.FileIO)."""

    def write(self, data: bytes | bytearray | memoryview, /) -> int | None: ...
    def readinto(self, buffer: bytearray | memoryview, /) -> int | None: ...


class Secret:
    """A PIN or password in one buffer: never shown by repr, str, tracebacks with locals, or pickling; wiped after use.

    Best effort: the text that the person's input field made cannot be wiped.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str | bytearray) -> None:
        self._value = value if isinstance(value, bytearray) else bytearray(value, "utf-8")

    def buffer(self) -> bytearray:
        """The bytes themselves, not a copy."""
        return self._value

    def wipe(self) -> None:
        """Overwrite with zeros."""
        self._value[:] = bytes(len(self._value))

    def __len__(self) -> int:
        return len(self._value)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True)
class Frame:
    """A message and the bytes beside it, which are never shown: they may be a PIN."""

    message: Message
    data: bytearray = field(repr=False)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a frame is not pickled")


def write_frame(stream: Raw, message: Mapping[str, Any], data: bytes | bytearray = b"") -> None:
    """Write one frame. A bytearray is written from where it lies, uncopied. Raises OSError, ValueError on a closed stream."""
    body = json.dumps(message, ensure_ascii=True).encode("ascii")
    head = len(body).to_bytes(4, "big") + len(data).to_bytes(4, "big") + body
    if isinstance(data, bytearray):
        _write(stream, head)
        _write(stream, data)
    else:
        _write(stream, head + data)


def read_frame(stream: Raw, largest: int = MAX_FRAME) -> Frame | None:
    """The next frame, of at most ``largest`` bytes; None at the end of the stream. Raises ValueError for what is no frame."""
    head = _read(stream, 8)
    if head is None:
        return None
    sizes = int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
    if sum(sizes) > largest:
        raise ValueError("frame too large")
    body = _read(stream, sizes[0])
    data = _read(stream, sizes[1])
    if body is None or data is None:
        return None
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return Frame(message, data)


def pack(data: bytes) -> str:
    """Bytes as they travel inside a message."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Bytes as they travelled inside a message; raises ValueError."""
    return base64.b64decode(text, validate=True)


def _write(stream: Raw, data: bytes | bytearray) -> None:
    with memoryview(data) as view:
        done = 0
        while done < len(view):
            done += stream.write(view[done:]) or 0


def _read(stream: Raw, size: int) -> bytearray | None:
    data = bytearray(size)
    with memoryview(data) as view:
        done = 0
        while done < size:
            count = stream.readinto(view[done:])
            if not count:
                return None
            done += count
    return data
