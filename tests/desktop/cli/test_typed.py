"""What is typed for a person, a unit, a day: one rule for all commands."""

from __future__ import annotations

from datetime import date

import pytest
import typer

from desktop.cli.typed import day, day_of, official_id, unit_id
from desktop.records.errors import OfficeError
from desktop.records.people import Directory, Entity, Official, Unit

DIRECTORY = Directory(
    1,
    Entity("e", "Gobierno Autónomo Departamental de Oruro", "GADOR"),
    units=(
        Unit("old", "Sistemas", "GADOR-S", ended_on=date(2026, 1, 31), successors=("new",)),
        Unit("new", "Tecnologías", "GADOR-S"),
        Unit("gone", "Almacén", "GADOR-A", ended_on=date(2026, 1, 31)),
    ),
    officials=(
        Official("juana-1", "Juana Mamani", "4101234", "Técnica", "old", until=date(2026, 1, 31)),
        Official("juana-2", "Juana Mamani", "4101234", "Jefa", "new"),
        Official("pedro", "Pedro Ñancucheo", "77", "Auxiliar", "old", until=date(2026, 1, 31)),
    ),
)


@pytest.mark.parametrize(
    ("text", "found"), [("juana-1", "juana-1"), ("4101234", "juana-2"), ("77", "pedro"), ("pedro", "pedro")]
)
def test_an_official_by_id_or_by_ci_of_whoever_serves(text: str, found: str) -> None:
    assert official_id(DIRECTORY, text) == found


@pytest.mark.parametrize(("text", "found"), [("old", "old"), ("GADOR-S", "new"), ("GADOR-A", "gone")])
def test_a_unit_by_id_or_by_prefix_of_the_living_one(text: str, found: str) -> None:
    assert unit_id(DIRECTORY, text) == found


def test_nobody_of_that_name() -> None:
    with pytest.raises(OfficeError, match=r"directory\.unknown_official"):
        official_id(DIRECTORY, "x")
    with pytest.raises(OfficeError, match=r"directory\.unknown_unit"):
        unit_id(DIRECTORY, "x")


def test_a_day() -> None:
    assert day("2026-03-05", "--from") == day_of("2026-03-05", "--from") == date(2026, 3, 5)
    assert day_of("", "--from") is None
    with pytest.raises(typer.BadParameter, match="--from: escriba una fecha AAAA-MM-DD"):
        day("", "--from")
    with pytest.raises(typer.BadParameter, match="--to: escriba una fecha AAAA-MM-DD"):
        day_of("5/3/2026", "--to")
