"""DER by hand (X.690): just enough to assemble what was encoded once and to slip new values into it."""

from __future__ import annotations

from collections.abc import Iterable

NULL = b"\x05\x00"


def tlv(tag: int, value: bytes) -> bytes:
    """One element with a single-byte tag and a definite length (X.690 §8.1, §10.1)."""
    size = len(value)
    if size < 0x80:
        return bytes((tag, size)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


def sequence(*parts: bytes) -> bytes:
    """SEQUENCE of encoded elements."""
    return tlv(0x30, b"".join(parts))


def set_of(parts: Iterable[bytes]) -> bytes:
    """SET OF, its elements in ascending order of their encodings (X.690 §11.6)."""
    return tlv(0x31, b"".join(sorted(parts)))


def octets(value: bytes) -> bytes:
    """OCTET STRING."""
    return tlv(0x04, value)


def integer(value: int) -> bytes:
    """INTEGER of a number that is not negative."""
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """OBJECT IDENTIFIER (X.690 §8.19). Raises ValueError for what is none."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    if first not in (0, 1, 2) or second < 0 or (first < 2 and second > 39) or any(arc < 0 for arc in rest):
        raise ValueError(dotted)
    return tlv(0x06, b"".join(_arc(arc) for arc in (40 * first + second, *rest)))


def _arc(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(0x80 | (arc & 0x7F))
    return bytes(reversed(groups))
