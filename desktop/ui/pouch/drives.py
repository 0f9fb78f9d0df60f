"""The sticks that are plugged in, as the system tells."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStorageInfo

BLOCKS = Path("/sys/class/block")
_REMOVABLE = 2  # DRIVE_REMOVABLE of GetDriveType


@dataclass(frozen=True, slots=True)
class Drive:
    """A stick: where it is, what it is called, and how much is free on it, in bytes."""

    path: Path
    name: str
    free: int
    protected: bool = False


def plugged_drives() -> tuple[Drive, ...]:
    """The removable drives that can be used now. May block on a drive that does not answer: not for the screen's thread."""
    found = []
    for volume in QStorageInfo.mountedVolumes():
        if not volume.isValid() or not volume.isReady():
            continue
        root = volume.rootPath()
        if _removable(root, bytes(volume.device().data()).decode("utf-8", "replace")):
            name = volume.displayName() or root
            found.append(Drive(Path(root), name, max(volume.bytesAvailable(), 0), volume.isReadOnly()))
    return tuple(sorted(found, key=lambda drive: drive.path.as_posix()))


def _removable(root: str, device: str) -> bool:
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetDriveTypeW(root.replace("/", "\\").rstrip("\\") + "\\")) == _REMOVABLE
    return removable_block(device, BLOCKS)


def removable_block(device: str, blocks: Path) -> bool:
    """Whether the kernel calls that block device (``/dev/sdb1``) removable, or has it on a USB bus; ``blocks`` is ``/sys/class/block``."""
    if not device.startswith("/dev/"):
        return False
    node = blocks / Path(device).resolve().name
    try:
        whole = node.resolve(strict=True)
    except OSError:
        return False
    if any(part.startswith("usb") for part in whole.parts):
        return True
    for folder in (whole, whole.parent):  # a partition has it at its disk
        flag = folder / "removable"
        if flag.is_file():
            return flag.read_text("ascii", "replace").strip() == "1"
    return False
