"""Doctor: what is installed here, what is missing, what to do. Reads; changes nothing; names no person."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop.records.errors import Fact, OfficeError
from desktop.sync.device import FileVault, choose_vault
from signing.errors import SigningError

ENOUGH_SPACE = 500 * 1024 * 1024  # bytes; below it the desk warns


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: a code with words (another one when it is not well). ``needed``: Qillqa cannot work without it."""

    code: str
    good: bool
    needed: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)


def diagnose(resources: Path, home: Path) -> list[Finding]:
    """Look at everything; a check that fails is a finding, never an error."""
    return [_modules(), _tokens(), _vault(home), _fonts(resources), _templates(resources), _search(), _space(home)]


def _modules() -> Finding:
    from signing.drivers import driver_of, scan_modules

    found = scan_modules()
    names = ", ".join(sorted({driver_of(module) or module.name for module in found}))
    return Finding("doctor.modules" if found else "doctor.no_modules", bool(found), facts={"names": names})


def _tokens() -> Finding:
    from signing.drivers import scan_modules
    from signing.worker import TokenWorker

    modules = scan_modules()
    if not modules:
        return Finding("doctor.no_tokens", good=False)
    try:
        with TokenWorker(modules) as worker:
            count = len(worker.tokens())
    except SigningError as error:
        return Finding(error.code, good=False, facts=error.facts)
    return Finding("doctor.tokens" if count else "doctor.no_tokens", bool(count), facts={"count": count})


def _vault(home: Path) -> Finding:
    in_file = isinstance(choose_vault(home), FileVault)
    return Finding("doctor.key_file" if in_file else "doctor.keyring", good=True)


def _fonts(resources: Path) -> Finding:
    found = len(list((resources / "fonts").glob("**/*.[to]tf")))
    return Finding("doctor.fonts" if found else "doctor.no_fonts", bool(found), needed=True, facts={"count": found})


def _templates(resources: Path) -> Finding:
    from desktop.drafting.templates import load_templates

    try:
        found = load_templates([resources / "templates"])
    except OfficeError as error:
        return Finding(error.code, good=False, needed=True, facts=error.facts)
    return Finding("doctor.templates", bool(found), needed=True, facts={"count": len(found)})


def _search() -> Finding:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    good = "ENABLE_FTS5" in options
    return Finding(
        "doctor.search" if good else "doctor.no_search", good, needed=True, facts={"version": sqlite3.sqlite_version}
    )


def _space(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    facts: dict[str, Fact] = {"megabytes": free // (1024 * 1024)}
    return Finding("doctor.space" if free >= ENOUGH_SPACE else "doctor.little_space", free >= ENOUGH_SPACE, facts=facts)
