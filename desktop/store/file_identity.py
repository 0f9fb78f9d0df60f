"""Which file this is, whatever it is called and holds: a copy of it, put anywhere or back in its place, is another one.

A number of the file system (inode, on NTFS the file reference) and, since Linux gives that number out again, the file's time of birth.
Written over in place the file stays the same one: against that there is the mark (docs/formats/cite.md).
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from pathlib import Path

_AT_FDCWD = -100
_STATX_BTIME = 0x800
_STATX_SIZE = 256
_BIRTH = 80  # offset of stx_btime: seconds (s64), nanoseconds (u32)


def file_identity(path: Path) -> str:
    """Opaque text, the same as long as the file lives. Raises OSError. The file is not opened: SQLite's locks stay as they are."""
    found = path.stat()
    return f"{found.st_ino:x}-{_born(path, found):x}"


def _born(path: Path, found: os.stat_result) -> int:
    """Nanoseconds since 1970; 0 where the system does not tell."""
    seconds = getattr(found, "st_birthtime", None)  # macOS
    if seconds is not None:
        return int(seconds * 1_000_000_000)
    return _born_on_linux(path) if platform.system() == "Linux" else 0


def _born_on_linux(path: Path) -> int:
    """``statx(2)``, which Python does not offer; 0 where C library or file system do not know it."""
    try:
        statx = ctypes.CDLL(None).statx
    except (OSError, AttributeError):
        return 0
    buffer = ctypes.create_string_buffer(_STATX_SIZE)
    if statx(_AT_FDCWD, os.fsencode(path), 0, _STATX_BTIME, buffer) != 0:
        return 0
    (told,) = struct.unpack_from("=I", buffer)
    seconds, nanoseconds = struct.unpack_from("=qI", buffer, _BIRTH)
    return int(seconds * 1_000_000_000 + nanoseconds) if told & _STATX_BTIME else 0
