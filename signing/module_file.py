"""Whether a file can be a PKCS#11 module of this process: read from its header, so that nothing of it runs (ELF, PE, Mach-O)."""

from __future__ import annotations

import platform
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import TokenError

_HEAD = 4096  # bytes; a PE header may begin further on, and is then read where it lies
_ELF_MACHINES = {3: "x86", 62: "x86_64", 183: "arm64", 40: "arm"}
_PE_MACHINES = {0x14C: "x86", 0x8664: "x86_64", 0xAA64: "arm64", 0x1C4: "arm"}
_MACH_MACHINES = {7: "x86", 0x01000007: "x86_64", 0x0100000C: "arm64", 12: "arm"}
_NAMES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64", "i386": "x86", "i686": "x86"}
_SYSTEMS = {"win32": "pe", "darwin": "mach"}


@dataclass(frozen=True, slots=True)
class LibraryKind:
    """What a header says. ``form``: elf, pe, mach. ``machines``: x86, x86_64, arm, arm64 (several in a universal Mach-O)."""

    form: str
    machines: tuple[str, ...]

    @property
    def bits(self) -> int:
        """32 or 64; 64 where one of several is."""
        return 64 if any(machine.endswith("64") for machine in self.machines) else 32


def read_kind(path: Path) -> LibraryKind | None:
    """What the file is, or None where it is no shared library. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head[:2] == b"MZ" and len(head) >= 64:
            file.seek(struct.unpack_from("<I", head, 60)[0])
            return _pe(file.read(24))
    if head[:4] == b"\x7fELF" and len(head) >= 20:
        return _elf(head)
    return _mach(head)


def require_module(path: Path, *, system: str = sys.platform, machine: str | None = None) -> None:
    """Refuse what the loader of this process could not load.

    Raises TokenError ``driver.not_found``, ``driver.unreadable``, ``driver.not_a_library``, ``driver.wrong_bits``,
    ``driver.wrong_machine``.
    """
    if not path.is_file():
        raise TokenError("driver.not_found", module=str(path))
    try:
        kind = read_kind(path)
    except OSError as error:
        raise TokenError("driver.unreadable", module=str(path), reason=type(error).__name__) from None
    if kind is None or kind.form != _SYSTEMS.get(system, "elf"):
        raise TokenError("driver.not_a_library", module=str(path))
    own = own_machine() if machine is None else machine
    if not own or own in kind.machines:
        return
    wanted = 64 if own.endswith("64") else 32
    if kind.bits != wanted:
        raise TokenError("driver.wrong_bits", module=str(path), bits=kind.bits, wanted=wanted)
    raise TokenError("driver.wrong_machine", module=str(path), machine=", ".join(kind.machines), wanted=own)


def own_machine() -> str:
    """The machine of this process (not of the system: a 32-bit Python on a 64-bit Windows is x86); empty when unknown."""
    name = _NAMES.get(platform.machine().lower(), "")
    if sys.maxsize > 2**32:
        return name
    return "x86" if name in ("x86", "x86_64") else "arm" if name else ""


def _elf(head: bytes) -> LibraryKind | None:
    order = "<" if head[5] == 1 else ">"
    kind, machine = struct.unpack_from(order + "HH", head, 16)
    if kind != 3:  # ET_DYN
        return None
    bits = 64 if head[4] == 2 else 32
    return LibraryKind("elf", (_ELF_MACHINES.get(machine, f"elf{machine}-{bits}"),))


def _pe(header: bytes) -> LibraryKind | None:
    if len(header) < 24 or header[:4] != b"PE\0\0":
        return None
    machine, flags = struct.unpack_from("<H", header, 4)[0], struct.unpack_from("<H", header, 22)[0]
    return LibraryKind("pe", (_PE_MACHINES.get(machine, f"pe{machine}"),)) if flags & 0x2000 else None  # IMAGE_FILE_DLL


def _mach(head: bytes) -> LibraryKind | None:
    if len(head) < 16:
        return None
    if (
        head[:4] == b"\xca\xfe\xba\xbe"
    ):  # universal: a table of slices; Java classes share the number, but not a small count
        count = struct.unpack_from(">I", head, 4)[0]
        if not 0 < count < 20 or len(head) < 8 + 20 * count:
            return None
        return LibraryKind(
            "mach", tuple(_mach_name(struct.unpack_from(">I", head, 8 + 20 * n)[0]) for n in range(count))
        )
    order = {b"\xcf\xfa\xed\xfe": "<", b"\xce\xfa\xed\xfe": "<"}.get(head[:4])
    if order is None:
        return None
    machine, _, kind = struct.unpack_from(order + "III", head, 4)
    return LibraryKind("mach", (_mach_name(machine),)) if kind in (6, 8) else None  # MH_DYLIB, MH_BUNDLE


def _mach_name(machine: int) -> str:
    return _MACH_MACHINES.get(machine, f"mach{machine}")
