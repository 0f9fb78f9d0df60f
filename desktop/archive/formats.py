"""PURE. What each deposited file is by its content, and what a PDF says of itself. Told, never demanded.

A claim of PDF/A is a claim: it is read where ISO 16684-1 §7.3.2 lets anybody find it, in the XMP packets that lie in clear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from desktop.drafting.content import PDF, UNKNOWN, content_of

from .manifest import DepositFile

_HEADER = re.compile(rb"%PDF-([12]\.[0-9])")  # ISO 32000-1 §7.5.2
_VERSION = re.compile(rb"/Version\s*/([12]\.[0-9])")  # of the catalogue, where a later revision raised it
_PART = re.compile(rb"pdfaid:part(?:>|\s*=\s*[\"'])\s*(\d)")
_CONFORMANCE = re.compile(rb"pdfaid:conformance(?:>|\s*=\s*[\"'])\s*([A-Za-z])")
_PACKET = re.compile(rb"<\?xpacket begin.{0,1048576}?<\?xpacket end", re.DOTALL)
_LIKE_TEXT = ("application/json", "application/jose", "application/xml")


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One file. ``claimed`` and ``found`` are media types, by the manifest and by content; ``version`` of a PDF; ``archival`` is the
    PDF/A that it claims ("2A"), empty without one; ``risk`` is why opening it may do harm (``program``, ``script``, ``macros``).
    """

    path: str
    claimed: str
    found: str
    version: str = ""
    archival: str = ""
    risk: str = ""
    misnamed: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the content is what manifest and name say; kinds of text are not told apart."""
        text = self.found.startswith("text/") and (self.claimed.startswith("text/") or self.claimed in _LIKE_TEXT)
        return not self.misnamed and (self.found == self.claimed or text)

    @property
    def known(self) -> bool:
        """Whether its content bears any signature."""
        return self.found != UNKNOWN


def formats_of(files: Iterable[DepositFile], contents: Mapping[str, bytes]) -> tuple[FileFormat, ...]:
    """Every file of a deposit, in the manifest's order."""
    return tuple(_format_of(file, contents[file.path]) for file in files)


def _format_of(file: DepositFile, data: bytes) -> FileFormat:
    content = content_of(data, PurePosixPath(file.path).name)
    version, archival = (pdf_version(data), pdf_claim(data)) if content.media_type == PDF else ("", "")
    risk = content.risk.value if content.risk else ""
    return FileFormat(file.path, file.media_type, content.media_type, version, archival, risk, content.misnamed)


def pdf_version(data: bytes) -> str:
    """The higher of what the header and a catalogue in clear say; empty where nothing does."""
    found = _HEADER.findall(data[:1024]) + _VERSION.findall(data)
    return max((one.decode("ascii") for one in found), default="")


def pdf_claim(data: bytes) -> str:
    """What the packets in clear claim: "2A", "3A", …; all of them, by comma, where an embedded file claims another."""
    claims = set()
    for packet in _PACKET.findall(data):
        part, conformance = _PART.search(packet), _CONFORMANCE.search(packet)
        if part:
            claims.add((part.group(1) + (conformance.group(1).upper() if conformance else b"")).decode("ascii"))
    return ", ".join(sorted(claims))
