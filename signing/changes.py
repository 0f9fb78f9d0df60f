"""What the bytes themselves say: does the ByteRange cover what it should, and what was appended after the signed revision.

Independent of pyHanko's own coverage check, which never looks at trailing bytes or at the rest of /Contents (research, signing-stack 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asn1crypto import parser
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.validation.status import SignatureCoverageLevel

from .report import LaterChanges

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_GAP = re.compile(rb"<(?:[0-9A-Fa-f]{2})+>")
_WHITE = b"\x00\t\n\x0c\r "
_END_MARK = re.compile(rb"startxref[\x00\t\n\x0c\r ]+([0-9]{1,12})[\x00\t\n\x0c\r ]+%%EOF")


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
    if not _GAP.fullmatch(gap):
        return "signature.bytes_in_gap"
    if bytes.fromhex(gap[1:-1].decode("ascii")) != contents:
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
    """What came after the signed revision; ``reason`` is a code when it is suspicious."""

    changes: LaterChanges
    reason: str = ""


def read_later_changes(data: bytes, signature: EmbeddedPdfSignature, coverage: Coverage) -> Later:
    """Classify what was appended: nothing, permitted (explained by the difference analysis and DocMDP), or suspicious."""
    if coverage.problem:
        return Later(LaterChanges.SUSPICIOUS, coverage.problem)
    try:
        signature.compute_integrity_info()  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - what cannot be analysed is not explained
        return Later(LaterChanges.SUSPICIOUS, "signature.changes_unreadable")
    return judge_difference(data, signature, coverage)


def judge_difference(data: bytes, signature: EmbeddedPdfSignature, coverage: Coverage) -> Later:
    """The verdict over a difference analysis that has run."""
    if not covers_its_revision(signature):
        return Later(LaterChanges.SUSPICIOUS, "signature.bad_coverage")
    if coverage.covers_whole_file:
        return Later(LaterChanges.NONE)
    if stray_bytes(data, coverage.end):
        return Later(LaterChanges.SUSPICIOUS, "signature.bytes_appended")
    if not is_explained(signature):
        return Later(LaterChanges.SUSPICIOUS, "signature.changed_after")
    if not is_allowed(signature):
        return Later(LaterChanges.SUSPICIOUS, "signature.not_permitted")
    return Later(LaterChanges.PERMITTED)


def covers_its_revision(signature: EmbeddedPdfSignature) -> bool:
    """PyHanko's own coverage check: cross-reference tables and end marks of the signed revision lie inside the ByteRange."""
    level: Any = signature.coverage
    return level is not None and bool(level >= SignatureCoverageLevel.ENTIRE_REVISION)


def is_explained(signature: EmbeddedPdfSignature) -> bool:
    """Whether the difference analysis explains every object that was changed later."""
    result: Any = signature.diff_result
    return isinstance(result, DiffResult) and result.modification_level is not ModificationLevel.OTHER


def is_allowed(signature: EmbeddedPdfSignature) -> bool:
    """Whether DocMDP and locked fields allow what is explained (ISO 32000-1 §12.8.2.2)."""
    return signature.summarise_integrity_info()["docmdp_ok"] is True


def stray_bytes(data: bytes, end: int) -> bool:
    """Whether bytes after ``end`` belong to no incremental update.

    Each update ends with a startxref that points into itself (ISO 32000-1 §7.5.6); what lies behind the last end mark is only white space.
    """
    begin = end
    for mark in _END_MARK.finditer(data, end):
        if not begin <= int(mark.group(1)) < mark.start():
            return True
        begin = mark.end()
    return bool(data[begin:].strip(_WHITE))
