"""Doctor: what is installed here, what is missing, what to do. Reads; changes nothing; names no person."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.store import own_line, snapshot
from desktop.store.desk import DATABASE
from desktop.sync.device import FileVault, choose_vault

from . import backup, copies, second_place

if TYPE_CHECKING:
    from signing.drivers import FoundModule
    from signing.watch import TokenSnapshot

ENOUGH_SPACE = 500 * 1024 * 1024  # bytes; below it the desk warns


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: a code with words (another one when it is not well). ``needed``: Qillqa cannot work without it."""

    code: str
    good: bool
    needed: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)


def diagnose(
    resources: Path,
    home: Path,
    *,
    modules: Sequence[FoundModule] | None = None,
    environment: Mapping[str, str] | None = None,
    timeout: float = 15.0,
) -> list[Finding]:
    """Look at everything; a check that fails is a finding, never an error. ``modules`` and ``environment``: see signing.watch.look_once."""
    from signing.drivers import find_modules
    from signing.watch import look_once

    found = find_modules() if modules is None else tuple(modules)
    seen = look_once(find=lambda: found, environment=environment, timeout=timeout)
    return [
        *_modules(found),
        *_tokens(seen),
        _vault(home),
        *_copies(home),
        _fonts(resources),
        _templates(resources),
        *_own_templates(resources, home / "templates"),
        _search(),
        _reading(),
        _space(home),
    ]


def _modules(modules: Sequence[FoundModule]) -> list[Finding]:
    usable = [module for module in modules if module.fault is None]
    names = ", ".join(sorted({module.driver or module.path.name for module in usable}))
    found = [Finding("doctor.modules" if usable else "doctor.no_modules", bool(usable), facts={"names": names})]
    found += [
        Finding("doctor.driver", good=True, facts={"driver": one.driver or one.path.name, "module": str(one.path)})
        for one in usable
    ]
    return found


def _tokens(seen: TokenSnapshot) -> list[Finding]:
    """What readers and modules answered: the service, cards without driver, modules that fail, tokens."""
    errors = [*seen.faults, *(hint.finding() for hint in seen.hints)]
    count = len(seen.tokens)
    return [
        _readers(seen),
        *(Finding(error.code, good=False, facts=error.facts) for error in errors),
        Finding("doctor.tokens" if count else "doctor.no_tokens", bool(count), facts={"count": count}),
    ]


def _readers(seen: TokenSnapshot) -> Finding:
    from signing.readers import ServiceState

    if seen.service is ServiceState.RUNNING:
        cards = sum(reader.present for reader in seen.readers)
        return Finding("doctor.readers", good=True, facts={"count": len(seen.readers), "cards": cards})
    hung = seen.service in (None, ServiceState.HUNG)
    return Finding("doctor.reader_service_hung" if hung else "doctor.no_reader_service", good=False)


def _vault(home: Path) -> Finding:
    in_file = isinstance(choose_vault(home), FileVault)
    return Finding("doctor.key_file" if in_file else "doctor.keyring", good=True)


def _copies(home: Path) -> list[Finding]:
    """Whether the desk that lies here is a copy that may not act, and whether it has a place for its backups."""
    database = home / DATABASE
    if not database.is_file():
        return []
    try:
        state, place, last = (
            snapshot.setting_in(database, name) for name in (own_line.COPY, second_place.PLACE, backup.LAST)
        )
    except OfficeError as error:
        return [Finding(error.code, good=False, facts=error.facts)]
    found = []
    if state:
        found.append(Finding(copies.REFUSAL[copies.CopyState(state)], good=False, facts={"count": 0}))
    if not place:
        return [*found, Finding("backup.no_place", good=False)]
    facts: dict[str, Fact] = {"place": place, "last": last[:16].replace("T", " ") or "nunca"}
    return [*found, Finding("doctor.backup", good=bool(last), facts=facts)]


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


def _own_templates(resources: Path, own: Path) -> list[Finding]:
    """What is broken among the entity's types and its letterhead; without them the other types still work."""
    from desktop.drafting.templates import TemplateSet, usable_templates

    from .template import own_faults

    try:
        found = usable_templates(resources / "templates", own)
    except OfficeError:
        found = TemplateSet({})  # a shipped one, told already
    faults = own_faults(found, own)
    return [Finding(error.code, good=False, facts=error.facts) for error in faults]


def _search() -> Finding:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    good = "ENABLE_FTS5" in options
    return Finding(
        "doctor.search" if good else "doctor.no_search", good, needed=True, facts={"version": sqlite3.sqlite_version}
    )


def _reading() -> Finding:
    """Whether the text of scans can be read; nothing else needs it."""
    from desktop.drafting.ocr import LANGUAGE, find_reader, languages

    program = find_reader()
    if program is None:
        return Finding("ocr.missing", good=False)
    if LANGUAGE not in languages(program):
        return Finding("ocr.no_spanish", good=False, facts={"language": LANGUAGE})
    return Finding("doctor.reading", good=True, facts={"program": str(program)})


def _space(home: Path) -> Finding:
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    facts: dict[str, Fact] = {"megabytes": free // (1024 * 1024)}
    return Finding("doctor.space" if free >= ENOUGH_SPACE else "doctor.little_space", free >= ENOUGH_SPACE, facts=facts)
