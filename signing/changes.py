"""What the bytes themselves say: does the ByteRange cover what it should, and what was appended after the signed revision.

Independent of pyHanko's own coverage check, which never looks at trailing bytes or at the rest of /Contents (research, signing-stack 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asn1crypto import parser

from .later import History, classify
from .report import Change, LaterChanges

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_HEXADECIMAL = b"0123456789ABCDEFabcdef"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a signature covers. ``end`` is the end offset of the signed revision; ``problem`` a reason code or empty."""

    end: int
    covers_whole_file: bool
    problem: str = ""


def read_coverage(data: bytes, signature: EmbeddedPdfSignature) -> Coverage:
    """Check the ByteRange against the file (ISO 32000-1 §12.8.1): from the first byte, one gap, and in it nothing but /Contents."""
    try:
        numbers = [int(number) for number in signature.byte_range]
    except (TypeError, ValueError):
        return Coverage(0, covers_whole_file=False, problem="signature.bad_byte_range")
    if len(numbers) != 4:
        return Coverage(0, covers_whole_file=False, problem="signature.bad_byte_range")
    start, first, second, rest = numbers
    end = second + rest
    if start != 0 or first <= 0 or rest <= 0 or second <= first or end > len(data):
        return Coverage(0, covers_whole_file=False, problem="signature.bad_byte_range")
    return Coverage(
        end, covers_whole_file=end == len(data), problem=gap_problem(data[first:second], signature.pkcs7_content)
    )


def gap_problem(gap: bytes, contents: bytes) -> str:
    """Reason code where the gap holds anything but the hexadecimal string that the parser read as /Contents, else empty."""
    digits = gap[1:-1]
    if gap[:1] + gap[-1:] != b"<>" or digits.translate(None, _HEXADECIMAL) or len(digits) % 2:
        return "signature.bytes_in_gap"
    if bytes.fromhex(digits.decode("ascii")) != contents:
        return "signature.bytes_in_gap"
    return "signature.bytes_in_contents" if has_tail(contents) else ""


def has_tail(contents: bytes) -> bool:
    """Whether /Contents holds anything but zeroes after the CMS: it is the one place that no digest covers."""
    try:
        return bool(contents[parser.peek(contents) :].strip(b"\x00"))
    except ValueError:
        return False  # unreadable CMS is found elsewhere


@dataclass(frozen=True, slots=True)
class Later:
    """What came after the signed revision; ``reason`` is a code when it is suspicious. ``items``: each change by itself."""

    changes: LaterChanges
    reason: str = ""
    items: tuple[Change, ...] = ()


def read_later_changes(
    data: bytes, signature: EmbeddedPdfSignature, coverage: Coverage, history: History | None = None
) -> Later:
    """Classify what was appended: nothing, permitted (explained, and allowed by DocMDP and locks), or suspicious. Never raises.

    ``history``: the file's, shared by all its signatures; made here where there is none.
    """
    shared = history or History(data, signature.reader)
    items = shared.changes_after(signature, coverage)
    changes, reason = classify(items)
    return Later(changes, reason, items)
