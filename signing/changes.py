"""What the bytes themselves say: does the ByteRange cover what it should, and what was appended after the signed revision.

Independent of pyHanko's own coverage check, which never looks at trailing bytes or at the rest of /Contents (research, signing-stack 5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from asn1crypto import parser
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel, SuspiciousModification
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from .report import LaterChanges

_GAP = re.compile(rb"<[0-9A-Fa-f\s]*>")
_WHITE = b"\x00\t\n\x0c\r "
_EOF = b"%%EOF"


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
        end, covers_whole_file=end == len(data), problem=_gap_problem(data[first:second], signature.pkcs7_content)
    )


def _gap_problem(gap: bytes, contents: bytes) -> str:
    if not _GAP.fullmatch(gap):
        return "signature.bytes_in_gap"
    digits = re.sub(rb"\s", b"", gap[1:-1])
    if bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii")) != contents:
        return "signature.bytes_in_gap"
    return "signature.bytes_in_contents" if _tail_after_der(contents).strip(b"\x00") else ""


def _tail_after_der(contents: bytes) -> bytes:
    try:
        return contents[parser.peek(contents) :]
    except ValueError:
        return b""  # unreadable CMS is found elsewhere


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
        signature.compute_integrity_info()
    except Exception:  # noqa: BLE001 - what cannot be analysed is not explained
        return Later(LaterChanges.SUSPICIOUS, "signature.changes_unreadable")
    return judge_difference(data, signature, coverage)


def judge_difference(data: bytes, signature: EmbeddedPdfSignature, coverage: Coverage) -> Later:
    """The verdict over a difference analysis that has run."""
    level = signature.coverage
    if level is None or level < SignatureCoverageLevel.ENTIRE_REVISION:
        return Later(LaterChanges.SUSPICIOUS, "signature.bad_coverage")
    if coverage.covers_whole_file:
        return Later(LaterChanges.NONE)
    if stray_bytes(data, coverage.end):
        return Later(LaterChanges.SUSPICIOUS, "signature.bytes_appended")
    result = signature.diff_result
    if isinstance(result, SuspiciousModification) or not isinstance(result, DiffResult):
        return Later(LaterChanges.SUSPICIOUS, "signature.changed_after")
    if result.modification_level is ModificationLevel.OTHER:
        return Later(LaterChanges.SUSPICIOUS, "signature.changed_after")
    if not signature.summarise_integrity_info()["docmdp_ok"]:
        return Later(LaterChanges.SUSPICIOUS, "signature.not_permitted")
    return Later(LaterChanges.PERMITTED)


def stray_bytes(data: bytes, end: int) -> bool:
    """Whether bytes after ``end`` belong to no revision: something other than white space behind the last %%EOF."""
    last = data.rfind(_EOF)
    if last < end:
        return bool(data[end:].strip(_WHITE))
    return bool(data[last + len(_EOF) :].strip(_WHITE))
