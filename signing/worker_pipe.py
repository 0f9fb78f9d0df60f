"""What crosses the private pipes to a token worker: length-prefixed JSON, never pickle, since the child runs vendor code."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn

Message = dict[str, Any]
MAX_FRAME = 16 * 1024 * 1024  # bytes; a child that sends more is not ours any more


class Secret:
    """A PIN, or bytes that hold one: never shown by repr, str, tracebacks with locals, or pickling."""

    __slots__ = ("_value",)

    def __init__(self, value: str | bytes) -> None:
        self._value = value

    def text(self) -> str:
        """The PIN itself."""
        return self._value if isinstance(self._value, str) else self._value.decode("utf-8")

    def raw(self) -> bytes:
        """The bytes themselves."""
        return self._value if isinstance(self._value, bytes) else self._value.encode("utf-8")

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def encode_frame(message: Mapping[str, Any], pin: Secret | None = None) -> Secret:
    """The frame of a message, ``pin`` added to it under its name. Wrapped, since it may hold a PIN."""
    return Secret(
        _framed(
            json.dumps(message if pin is None else {**message, "pin": pin.text()}, ensure_ascii=True).encode("ascii")
        )
    )


def read_frame(stream: BinaryIO) -> Message | None:
    """The next message, None at the end of the stream. Raises ValueError for what is no frame."""
    head = _read_exactly(stream, 4)
    if head is None:
        return None
    size = int.from_bytes(head, "big")
    if size > MAX_FRAME:
        raise ValueError("frame too large")
    body = _read_exactly(stream, size)
    if body is None:
        return None
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


def write_frame(stream: BinaryIO, message: Mapping[str, Any]) -> None:
    """Write one message and flush. Not for PINs: see encode_frame."""
    stream.write(encode_frame(message).raw())
    stream.flush()


def pack(data: bytes) -> str:
    """Bytes as they travel in a message."""
    return base64.b64encode(data).decode("ascii")


def unpack(text: str) -> bytes:
    """Bytes as they travelled in a message; raises ValueError."""
    return base64.b64decode(text, validate=True)


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def _read_exactly(stream: BinaryIO, size: int) -> bytes | None:
    parts: list[bytes] = []
    while size > 0:
        part = stream.read(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
