"""Reglas de numeración: looked at before they hold, and published in the directory by whoever keeps the entity's key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.records.numbering import Assigned, NumberingRules, read_rules
from desktop.sync.device import choose_vault
from desktop.sync.directory import publish

from .desk import Desk
from .directory import refresh_directory
from .join import ADMIN
from .numbers import RULES, rules_of


@dataclass(frozen=True, slots=True)
class Example:
    """The first cite of a unit and type by those rules."""

    unit: str
    kind: str
    cite: str
    series: str
    assigned: Assigned


def check(desk: Desk, file: Path) -> list[Example]:
    """An example for each unit and type. Raises ``numbering.…`` with line and place; nothing is changed."""
    rules = _read(desk, file)[0]
    year = desk.now_local().year
    found = []
    for unit in desk.directory.units:
        for kind in _codes(desk):
            rule = rules.of(desk.directory.entity, unit, kind)
            cite = rule.pattern.render(
                entity=desk.directory.entity.acronym,
                unit=unit.prefix,
                kind=kind,
                number=rules.first_number(unit, kind, year),
                year=year,
            )
            found.append(Example(unit.prefix, kind, cite, rule.series, rule.assigned))
    return found


def publish_rules(desk: Desk, entity: Path, file: Path) -> int:
    """Make them hold: a new version of the directory, signed by the entity's key in that folder; returns its number.

    Raises as ``check``, ``device.key_missing`` where the key is not there, ``directory.number_taken``.
    """
    exchange = desk.exchange()
    newest = refresh_directory(desk, exchange)
    _, text = _read(desk, file)
    admin = choose_vault(entity).load(ADMIN)
    extra = tuple(sorted({**dict(newest.extra), RULES: text}.items()))
    publish(exchange, replace(newest, number=newest.number + 1, extra=extra), admin)
    return refresh_directory(desk, exchange).number


def _read(desk: Desk, file: Path) -> tuple[NumberingRules, str]:
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise OfficeError("numbering.bad_file", line=1, key=file.name, reason="toml") from error
    rules = read_rules(text)
    directory = desk.directory
    rules.require_apart(directory.entity, directory.units, _codes(desk), before=rules_of(desk))
    return rules, text


def _codes(desk: Desk) -> list[str]:
    return sorted({template.code for template in desk.templates.values() if template.signed})
