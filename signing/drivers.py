"""Where PKCS#11 modules live: a table as data (drivers.toml), what was remembered, what was named by hand. Reads files; loads nothing."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any

from .errors import SigningError, TokenError
from .module_file import require_module

VENDOR, GENERIC, SOFT = "vendor", "generic", "soft"
PKCS12 = "PKCS#12"
PKCS12_SUFFIXES = frozenset({".p12", ".pfx"})  # a file of keys: the worker's child reads it itself, no driver is loaded
_RANKS = {VENDOR: 0, "": 0, GENERIC: 1, SOFT: 2}
_TABLE = Path(__file__).with_name("drivers.toml")
_VARIABLE = re.compile(r"%([^%]+)%")
_DEFAULTS = {
    "PROGRAMFILES": "Program Files",
    "PROGRAMFILES(X86)": "Program Files (x86)",
    "PROGRAMW6432": "Program Files",
}


@dataclass(frozen=True, slots=True)
class Driver:
    """A module by name. ``places``: system of ``sys.platform``, glob of the folder below the root, glob of the file's name.

    ``kind``: vendor, generic, soft. ``atr``: beginnings of the answers to reset of its cards (ISO/IEC 7816-3 §8.2).
    """

    name: str
    kind: str
    places: tuple[tuple[str, str, str], ...]
    atr: tuple[bytes, ...] = ()
    source: str = ""

    def files(self, system: str) -> tuple[str, ...]:
        """Globs of its file names on that system."""
        return tuple(dict.fromkeys(name for one, _, name in self.places if one == system))


@dataclass(frozen=True, slots=True)
class FoundModule:
    """A file that is, or claims to be, a module. ``driver`` and ``kind`` are empty when the table does not know its name.

    ``fault`` says why it cannot be loaded into this process; such a module is told of and never asked.
    """

    path: Path
    driver: str = ""
    kind: str = ""
    fault: SigningError | None = None

    @property
    def rank(self) -> int:
        """0 for a token's own driver (and one that a person named), 1 for one of many makes, 2 for tokens that are files."""
        return _RANKS[self.kind]


def load_drivers(path: Path = _TABLE) -> tuple[Driver, ...]:
    """The table of that file, its folder names expanded."""
    table = tomllib.loads(path.read_text("utf-8"))
    return tuple(_driver(row, table["folders"]) for row in table["driver"])


@cache
def drivers() -> tuple[Driver, ...]:
    """The table that is shipped, read once."""
    return load_drivers()


def find_modules(
    *,
    explicit: Sequence[Path] = (),
    remembered: Sequence[Path] = (),
    table: Iterable[Driver] | None = None,
    platform: str = sys.platform,
    machine: str | None = None,
    root: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> tuple[FoundModule, ...]:
    """Modules of this system, each file once (links followed): remembered before the table's order; faults told, not raised.

    With ``explicit`` given, nothing else is looked for: the person has chosen; one that is not there is a fault as well.
    ``platform``, ``machine`` and ``root`` are this system's, unless a test says otherwise.
    """
    known = drivers() if table is None else tuple(table)
    if explicit:
        paths: Iterable[Path] = explicit
    else:
        paths = [*(path for path in remembered if path.is_file()), *_scan(known, platform, root, environment)]
    found: dict[object, FoundModule] = {}
    for path in paths:
        found.setdefault(_identity(path), _judged(path, known, platform, machine))
    return tuple(found.values())


def scan_modules(
    *,
    explicit: Sequence[Path] = (),
    remembered: Sequence[Path] = (),
    platform: str = sys.platform,
    root: Path | None = None,
) -> tuple[Path, ...]:
    """Paths of modules to ask, in the order of ``find_modules``; those that cannot be loaded are left out, unless named by hand."""
    found = find_modules(explicit=explicit, remembered=remembered, platform=platform, root=root)
    return tuple(
        item.path for item in found if item.fault is None or (explicit and item.fault.code != "driver.not_found")
    )


def driver_of(module: Path, *, table: Iterable[Driver] | None = None) -> str:
    """The name of the table's driver with such a file name, on whatever system; "PKCS#12" for such a file; empty when unknown."""
    if module.suffix.lower() in PKCS12_SUFFIXES:
        return PKCS12
    found = _named(module.name, drivers() if table is None else table)
    return found.name if found else ""


def rank_of(module: str) -> int:
    """``FoundModule.rank`` of a module by its path: for ``merge_tokens``."""
    path = Path(module)
    found = _named(path.name, drivers())
    return _RANKS[SOFT] if path.suffix.lower() in PKCS12_SUFFIXES else _RANKS[found.kind] if found else 0


def driver_by_atr(atr: bytes, *, table: Iterable[Driver] | None = None) -> Driver | None:
    """The driver whose cards answer to a reset in that way."""
    for driver in drivers() if table is None else table:
        if any(atr.startswith(start) for start in driver.atr):
            return driver
    return None


def _driver(row: Mapping[str, Any], folders: Mapping[str, Mapping[str, Sequence[str]]]) -> Driver:
    places = [
        (system, folder, name)
        for system, rows in row["places"].items()
        for start, name in rows
        for folder in _expanded(start, folders.get(system, {}))
    ]
    atr = tuple(bytes.fromhex(text) for text in row.get("atr", ()))
    return Driver(row["name"], row["kind"], tuple(places), atr, row["source"])


def _expanded(start: str, folders: Mapping[str, Sequence[str]]) -> Iterator[str]:
    name, brace, rest = start.removeprefix("{").partition("}")
    if not brace:
        yield start
    for folder in folders[name] if brace else ():
        yield folder + rest


def _scan(table: Sequence[Driver], system: str, root: Path | None, environment: Mapping[str, str]) -> Iterator[Path]:
    base = root or Path(Path.cwd().anchor)
    seen: dict[str, list[Path]] = {}  # each folder is listed once, however many rows look there
    for driver in table:
        for where, folder, name in driver.places:
            if where != system:
                continue
            if folder not in seen:
                seen[folder] = _listed(base, folder, {} if root else environment)
            wanted = _name(name)
            yield from (path for path in seen[folder] if wanted.match(path.name))


def _listed(base: Path, folder: str, environment: Mapping[str, str]) -> list[Path]:
    def value(match: re.Match[str]) -> str:
        return environment.get(match[1]) or _DEFAULTS[match[1]]

    filled = Path(_VARIABLE.sub(value, folder))
    start, pattern = (Path(filled.anchor), filled.relative_to(filled.anchor)) if filled.anchor else (base, filled)
    found: list[Path] = []
    for one in sorted(start.glob(str(pattern))):
        try:
            found += sorted(one.iterdir())
        except OSError:  # a file of that name, or a folder that we may not read
            continue
    return found


@cache
def _name(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern), re.IGNORECASE)


def _named(name: str, table: Iterable[Driver]) -> Driver | None:
    return next((one for one in table if any(_name(pattern).match(name) for _, _, pattern in one.places)), None)


def _identity(path: Path) -> object:
    try:
        facts = path.stat()
    except OSError:
        return path
    return (facts.st_dev, facts.st_ino) if facts.st_ino else path.resolve()


def _judged(path: Path, table: Sequence[Driver], system: str, machine: str | None) -> FoundModule:
    if path.suffix.lower() in PKCS12_SUFFIXES and path.is_file():
        return FoundModule(path, PKCS12, SOFT)
    driver = _named(path.name, table)
    name, kind = (driver.name, driver.kind) if driver else ("", "")
    try:
        require_module(path, system=system, machine=machine)
    except TokenError as error:
        return FoundModule(path, name, kind, error)
    return FoundModule(path, name, kind)
