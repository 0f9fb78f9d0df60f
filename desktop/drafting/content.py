"""What a file is, by its content; its name only chooses among what the content allows.

Signatures come from ``puremagic``; nothing is unpacked or run here. What a program is, and what may do harm when it is opened, is
told so that nobody sends it unknowingly (docs/formats/document.md, "Attachments").
"""

from __future__ import annotations

import io
import mimetypes
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

PDF = "application/pdf"
PICTURES = frozenset({"image/png", "image/jpeg", "image/tiff"})
UNKNOWN = "application/octet-stream"
_TEXT = "text/plain"
_HEAD = 16_384  # bytes looked at; signatures lie within
_TAIL = 1024
_MOST_MEMBERS = 20_000  # names of an archive that are looked at


class Risk(StrEnum):
    """Why a file may do harm when it is opened."""

    PROGRAM = "program"
    SCRIPT = "script"
    MACROS = "macros"


@dataclass(frozen=True, slots=True)
class Content:
    """``media_type`` by content; ``risk`` or None; ``misnamed``: its name promises something else."""

    media_type: str
    risk: Risk | None = None
    misnamed: bool = False


# Where puremagic has no media type, or a picture viewer's: what runs is named here (PE, ELF, Mach-O, Java, shortcuts, WebAssembly).
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe",
    b"L\x00\x00\x00\x01\x14\x02\x00", b"\x00asm", b"dex\n", b"!<arch>\n", b"\xed\xab\xee\xdb",
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROGRAM_NAMES = frozenset(
    {"exe", "dll", "com", "scr", "cpl", "msi", "jar", "apk", "deb", "rpm", "appimage", "lnk", "sys", "ocx"}
)
_SCRIPT_NAMES = frozenset(
    {"bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "sh", "bash", "py", "pl", "rb", "php", "reg",
     "scf", "url", "desktop", "command", "applescript", "jnlp", "inf"}
)  # fmt: skip
_OFFICE = {"word/": "wordprocessingml.document", "xl/": "spreadsheetml.sheet", "ppt/": "presentationml.presentation"}


def content_of(data: bytes, name: str) -> Content:
    """What these bytes are. ``name`` is the file's, without folders. Never raises for what a file holds."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    promised = mimetypes.guess_type(name)[0] or ""
    media_type, risk = _by_content(data, promised)
    if risk is None and media_type.startswith(("text/", UNKNOWN)):
        risk = Risk.SCRIPT if ending in _SCRIPT_NAMES else None
    if risk is None and ending in _PROGRAM_NAMES:
        risk = Risk.PROGRAM
    return Content(media_type, risk, misnamed=_differs(media_type, promised))


def _by_content(data: bytes, promised: str) -> tuple[str, Risk | None]:
    if data.startswith(_PROGRAMS):
        return "application/x-executable", Risk.PROGRAM
    if data.startswith(b"#!"):
        return "text/x-script", Risk.SCRIPT
    if b"%PDF-" in data[:_TAIL]:  # ISO 32000-1 annex H.3.4.1: within the first 1024 bytes
        return PDF, None
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    if data.startswith(_OLE) and promised.startswith(
        ("application/vnd.ms-", "application/msword", "application/vnd.visio")
    ):
        return promised, _macros_of_old(data)  # one container for all of them
    found = _signatures(data)
    if promised in found:
        return promised, _macros_of_old(data)
    if found and not _is_text(data):
        return found[0], _macros_of_old(data)
    if _is_text(data):
        marked = next((one for one in found if one.startswith("text/") or one.endswith(("xml", "json"))), "")
        return (promised if promised.startswith("text/") else marked or _TEXT), None
    return UNKNOWN, None


def _signatures(data: bytes) -> list[str]:
    """Media types whose signature these bytes bear, the likeliest first."""
    import puremagic

    try:
        matches = puremagic.magic_string(data[:_HEAD] + (data[-_TAIL:] if len(data) > _HEAD + _TAIL else b""))
    except (puremagic.PureError, ValueError):
        return []
    return [str(match.mime_type) for match in matches if match.mime_type]


def _archive(data: bytes) -> tuple[str, Risk | None]:
    """A zip file by what lies in it: texts of office programs say what they are, programs for Java and phones as well."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()[:_MOST_MEMBERS]
            first = archive.infolist()[0] if names else None
            said = archive.read(first) if first and first.filename == "mimetype" and first.file_size < 200 else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "application/zip", None
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names:
        return "application/java-archive", Risk.PROGRAM
    macros = Risk.MACROS if any(one.endswith("vbaProject.bin") or one.startswith("Basic/") for one in names) else None
    if said.startswith(b"application/") and said.isascii():
        return said.decode("ascii").strip(), macros
    for folder, kind in _OFFICE.items():
        if "[Content_Types].xml" in names and any(one.startswith(folder) for one in names):
            return f"application/vnd.openxmlformats-officedocument.{kind}", macros
    return "application/zip", None


def _macros_of_old(data: bytes) -> Risk | None:
    """Old office formats (OLE2) keep macros in a storage of this name."""
    return Risk.MACROS if data.startswith(_OLE) and "_VBA_PROJECT".encode("utf-16-le") in data else None


def _is_text(data: bytes) -> bool:
    """Whether people could read it: UTF-8, or one of the Windows code pages without control signs."""
    head = data[:_HEAD]
    if not head:
        return False
    if any(byte < 9 or 13 < byte < 32 for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 or sum(byte > 127 for byte in head) * 4 < len(head)
    return True


def _differs(media_type: str, promised: str) -> bool:
    """Whether the name promises a kind of file that this is not; kinds that people would not tell apart do not count."""
    if not promised or promised == media_type:
        return False
    if media_type.startswith("text/") and not promised.startswith(("image/", "application/pdf", "video/", "audio/")):
        return False
    return promised in PICTURES | {PDF} or media_type in PICTURES | {PDF, "application/x-executable", "text/x-script"}
