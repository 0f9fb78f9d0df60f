"""entity …: as the entity's administrator types it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from desktop.operations import join
from desktop.practice.people import ANSWERER
from desktop.records.people import Directory
from desktop.storage.opening import open_storage
from tests.desktop.sync.office import make_office
from tests.fixtures.office import TestOffice

from .conftest import Qillqa

pytestmark = pytest.mark.xdist_group("office")
TODAY = date.today()  # noqa: DTZ011 - as a person types it


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An entity of three units and two officials, its exchange beside it."""
    folder = tmp_path / "entidad"
    now = datetime.now(UTC)
    old = make_office().directory
    directory = replace(old, devices=tuple(replace(d, valid_until=now.replace(year=now.year + 1)) for d in old.devices))
    join.found_entity(folder, directory, now=now)
    join.open_exchange(folder, open_storage(f"folder:{tmp_path / 'intercambio'}", create=True))
    return folder


def newest(folder: Path) -> Directory:
    return join.open_entity(folder)[2]


def test_units_from_the_first_to_the_last(qillqa: Qillqa, folder: Path) -> None:
    key = ["--home", folder, "--json"]
    made = qillqa("entity", "unit", "add", "Jurídica", "--prefix", "GADOR-J", "--parent", "GADOR-S", "--no-line", *key)
    assert made.json["directory"] == 2
    unit = newest(folder).unit(made.json["unit"])
    assert (unit.name, unit.parent, unit.line) == ("Jurídica", "unit-a", False)
    twice = qillqa("entity", "unit", "add", "Otra", "--prefix", "GADOR-J", *key)
    assert (twice.status, twice.json["error"]["code"]) == (66, "entity.unit_exists")
    assert (
        qillqa("entity", "unit", "rename", "GADOR-J", "--name", "Asesoría", "--chief", "1111111", "--line", *key).status
        == 0
    )
    assert newest(folder).unit(unit.id) == replace(unit, name="Asesoría", chief="juana", line=True)
    split = ["entity", "unit", "split", "GADOR-SIS", "--into", "GADOR-AR"]
    assert qillqa(*split, *key).status == 64
    assert qillqa(*split, "--into", "GADOR-J", "--move", "pedro", *key).status == 64
    assert qillqa(*split, "--into", "GADOR-J", "--move", "2222222=GADOR-J", *key).status == 0
    assert newest(folder).official("pedro").unit == unit.id
    assert qillqa("entity", "unit", "merge", "GADOR-S", "GADOR-J", "--into", "GADOR-AR", *key).status == 0
    assert newest(folder).successors_of("unit-b") == ("unit-c",)
    ended = qillqa("entity", "unit", "end", "GADOR-AR", *key)
    assert ended.json["error"]["code"] == "entity.officials_left"


def test_officials_from_the_first_day_to_the_last(qillqa: Qillqa, folder: Path) -> None:
    key = ["--home", folder]
    person = [
        "entity",
        "official",
        "add",
        "Ana Nina Choque",
        "--ci",
        "5555555",
        "--post",
        "Técnica",
        "--unit",
        "GADOR-AR",
    ]
    made = qillqa(*person, *key, "--json").json["official"]
    assert newest(folder).official(made).initials == "ANC"
    assert qillqa(*person, *key, "--json").json["error"]["code"] == "entity.official_exists"
    moved = qillqa("entity", "official", "move", "1111111", "--unit", "GADOR-AR", "--post", "Jefa", *key)
    assert "Equipo dado de baja: device-a" in moved.out
    assert (newest(folder).official("juana").post, newest(folder).official("juana").former) == (
        "Jefa",
        (("unit-a", TODAY),),
    )
    left = qillqa("entity", "official", "leave", "2222222", "--on", str(TODAY), *key, "--json")
    assert left.json["revoked"] == ["device-b"]
    assert qillqa("entity", "official", "leave", "2222222", "--on", "mañana", *key).status == 64
    nobody = qillqa("entity", "official", "move", "9", "--unit", "GADOR-AR", *key, "--json")
    assert nobody.json["error"]["code"] == "directory.unknown_official"


def test_devices_actions_holidays_and_recovery(qillqa: Qillqa, folder: Path, tmp_path: Path) -> None:
    key = ["--home", folder, "--json"]
    assert qillqa("entity", "revoke", "device-b", "--last-seq", "7", *key).json["revoked"] == ["device-b"]
    assert newest(folder).device("device-b").last_seq == 7
    assert qillqa("entity", "revoke", "device-b", *key).json["error"]["code"] == "entity.device_revoked"
    assert qillqa("entity", "actions", "Para su informe", "Archivar", *key).status == 0
    days = qillqa("entity", "holidays", "2026", "--add", "2026-06-22", "--drop", "2026-01-22", *key).json["holidays"]
    assert {"2026-06-22", "2026-08-06"} <= set(days)
    assert "2026-01-22" not in days
    assert newest(folder).actions == ("Para su informe", "Archivar")
    assert qillqa("entity", "holidays", "2026", "--add", "hoy", *key).status == 64
    out = tmp_path / "llave.txt"
    told = qillqa("entity", "recovery", "new", "--out", out, *key)
    assert told.json["file"] == str(out)
    assert out.read_text("utf-8").startswith("AGE-SECRET-KEY-")
    assert "AGE-SECRET" not in told.out
    assert len(newest(folder).recovery) == 1


def test_a_desk_is_admitted(qillqa: Qillqa, founded: TestOffice, tmp_path: Path) -> None:
    office = founded.copy(tmp_path / "oficina")
    home = office.home / "entidad"
    invitation = home / "invitacion.json"
    invitation.write_text(invitation.read_text("utf-8").replace(str(founded.exchange), str(office.exchange)), "utf-8")
    device = join.ask_admission(
        tmp_path / "nuevo",
        invitation,
        unit=office.units["finance"],
        people=[(office.ids[ANSWERER], office.tokens.pin(ANSWERER))],
        modules=[str(office.tokens.module)],
        token_environment=office.tokens.environment(),
    )
    assert qillqa("entity", "admit", "--home", home, "--json").json["admitted"] == [device]
    assert qillqa("entity", "admit", "--home", home, "--json").json["admitted"] == []
