"""What is typed on the command line for a person, a unit, a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from desktop.records.people import Directory


def official_id(directory: Directory, who: str) -> str:
    """By id, or by CI: of several with one CI, who serves. Raises ``directory.unknown_official``."""
    found = [person for person in directory.officials if who in (person.id, person.ci)]
    serving = [person for person in found if person.until is None]
    return (serving or found)[0].id if found else directory.official(who).id


def unit_id(directory: Directory, unit: str) -> str:
    """By id, or by prefix: of several with one prefix, the living one. Raises ``directory.unknown_unit``."""
    found = [each for each in directory.units if unit in (each.id, each.prefix)]
    living = [each for each in found if each.ended_on is None]
    return (living or found)[0].id if found else directory.unit(unit).id


def day(text: str, option: str) -> date:
    """The date that was given. Raises BadParameter for one that is none."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: escriba una fecha AAAA-MM-DD") from error


def day_of(text: str, option: str) -> date | None:
    """The date that was given; None where none was. Raises BadParameter for one that is none."""
    return day(text, option) if text else None
