"""An event as its row keeps it: the JWS once, deflated, and what was read from it only where that is not its payload.

A JWS is Base64 of a payload that holds Base64 itself; kept as text, and its payload beside it, it took three times the room.
One byte says how: 1, zlib of ``header.signature.payload`` (the payload decoded); 0, zlib of the payload as JSON, a line end, the JWS.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from typing import Any

_ONCE, _BESIDE = b"\x01", b"\x00"


def pack(payload: Mapping[str, Any], jws: str) -> bytes:
    """What the row keeps of an event read as ``payload`` from that compact JWS."""
    data = _payload_of(jws)
    if data is not None and data == _compact(payload):
        header, _, signature = jws.split(".")
        return _ONCE + zlib.compress(f"{header}.{signature}.".encode("ascii") + data)
    return _BESIDE + zlib.compress(
        json.dumps(payload, ensure_ascii=False).encode("utf-8") + b"\n" + jws.encode("utf-8")
    )


def unpack(packed: bytes) -> tuple[Any, str]:
    """The payload as JSON values, and the compact JWS as it was signed."""
    data = zlib.decompress(packed[1:])
    if packed[:1] == _ONCE:
        header, signature, payload = data.split(b".", 2)
        encoded = base64.urlsafe_b64encode(payload).rstrip(b"=")
        return json.loads(payload), b".".join((header, encoded, signature)).decode("ascii")
    text, jws = data.split(b"\n", 1)
    return json.loads(text), jws.decode("utf-8")


def _compact(payload: Mapping[str, Any]) -> bytes:
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _payload_of(jws: str) -> bytes | None:
    """None where the text is not the one that its parts give again."""
    parts = jws.split(".")
    if len(parts) != 3 or not jws.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii") == parts[1] else None
