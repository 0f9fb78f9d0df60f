"""Where PKCS#11 modules live: a table as data, what was remembered, what was named by hand. Looks at file names only; loads nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Driver:
    """A module by name. ``patterns`` are globs below the root of the file system (or drive), by platform of ``sys.platform``."""

    name: str
    patterns: tuple[tuple[str, str], ...]


_LIB = "usr/lib*/"
_MULTI = "usr/lib/*/"
# Tokens of Bolivian certification entities first (research, signing-clients [3]), the software token last.
DRIVERS: tuple[Driver, ...] = (
    Driver(
        "Feitian ePass2003",
        (
            ("linux", _LIB + "libcastle*.so*"),
            ("linux", _MULTI + "libcastle*.so*"),
            ("linux", "opt/*/libcastle*.so*"),
            ("win32", "Windows/System32/eps2003csp11*.dll"),
            ("darwin", "usr/local/lib/libcastle*.dylib"),
        ),
    ),
    Driver(
        "Athena IDProtect",
        (
            ("linux", _LIB + "libASEP11.so"),
            ("linux", _MULTI + "libASEP11.so"),
            ("win32", "Windows/System32/asepkcs.dll"),
            ("darwin", "Library/Application Support/Athena/libASEP11.dylib"),
        ),
    ),
    Driver(
        "SafeNet eToken",
        (
            ("linux", _LIB + "libeToken.so*"),
            ("linux", _LIB + "libeTPkcs11.so"),
            ("linux", _MULTI + "libeTPkcs11.so"),
            ("win32", "Windows/System32/eTPKCS11.dll"),
            ("darwin", "usr/local/lib/libeTPkcs11.dylib"),
        ),
    ),
    Driver(
        "OpenSC",
        (
            ("linux", _LIB + "opensc-pkcs11.so"),
            ("linux", _MULTI + "opensc-pkcs11.so"),
            ("win32", "Program Files/OpenSC Project/OpenSC/pkcs11/opensc-pkcs11.dll"),
            ("darwin", "Library/OpenSC/lib/opensc-pkcs11.so"),
        ),
    ),
    Driver(
        "SoftHSM",
        (
            ("linux", _LIB + "softhsm/libsofthsm2.so"),
            ("linux", _MULTI + "softhsm/libsofthsm2.so"),
            ("win32", "SoftHSM2/lib/softhsm2-x64.dll"),
            ("darwin", "opt/homebrew/lib/softhsm/libsofthsm2.so"),
            ("darwin", "usr/local/lib/softhsm/libsofthsm2.so"),
        ),
    ),
)


def scan_modules(
    *,
    explicit: Sequence[Path] = (),
    remembered: Sequence[Path] = (),
    drivers: Iterable[Driver] = DRIVERS,
    platform: str = sys.platform,
    root: Path | None = None,
) -> tuple[Path, ...]:
    """Module files that exist, each once (links followed), explicit before remembered before the table's order.

    With ``explicit`` given, nothing else is looked for: the person has chosen.
    """
    if explicit:
        return _existing(explicit)
    base = root or Path(Path.cwd().anchor)
    return _existing([*remembered, *(found for driver in drivers for found in _matches(driver, platform, base))])


def driver_of(module: Path, *, drivers: Iterable[Driver] = DRIVERS) -> str:
    """The name of the table's driver whose pattern ends in such a file name; empty when unknown."""
    for driver in drivers:
        if any(module.match(pattern.rsplit("/", 1)[-1]) for _, pattern in driver.patterns):
            return driver.name
    return ""


def _matches(driver: Driver, platform: str, base: Path) -> list[Path]:
    return [path for system, pattern in driver.patterns if system == platform for path in sorted(base.glob(pattern))]


def _existing(paths: Iterable[Path]) -> tuple[Path, ...]:
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_file():
            found.setdefault(path.resolve(), path)
    return tuple(found.values())
