"""pouch …: the stick by commands, over real desks, with status, JSON and sentences."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop.operations import dispatch
from desktop.storage import folder
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.office import FINANCE, PLANNING, Stage, TestOffice

pytestmark = pytest.mark.xdist_group("office")
Stages = Callable[[Stage | TestOffice], Stage]


def test_written_told_read_relayed(qillqa: Qillqa, signed_stage: Stage, stages: Stages, tmp_path: Path) -> None:
    stage = stages(signed_stage)
    office = stage.office
    here, there = (["--home", office.desk_home(name)] for name in (PLANNING, FINANCE))
    slip = dispatch.dispatch(office.desk(PLANNING), stage.document, office.to_finance())
    office.close()
    stick = tmp_path / "memoria"
    stick.mkdir()

    nothing = qillqa("pouch", "read", stick, *there)
    assert (nothing.status, nothing.out) == (66, "")
    assert nothing.err.startswith(f"En «{stick}» no hay ningún sobre.")
    assert qillqa("pouch", "write", tmp_path / "no", *here, "--json").json["error"]["code"] == "pouch.no_stick"
    unknown = qillqa("pouch", "write", stick, "--to", "NADIE", *here, "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (66, "directory.unknown_unit")

    prefix = office.desk(PLANNING).directory.unit(office.units["finance"]).prefix
    office.close()
    only = qillqa("pouch", "write", stick, "--to", prefix, *here, "--json")
    assert (only.status, only.json["for_units"], only.json["number"]) == (0, [office.units["finance"]], 1)
    told = qillqa("pouch", "write", stick, *here)
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("SOBRE-")
    assert "Administración y Finanzas" in told.out
    waiting = qillqa("pouch", "status", *here, "--json").json
    assert waiting["aloft"] == sum(count for _, count in waiting["by_unit"]) > 0
    assert f"En sobre, sin acuse: {waiting['aloft']}." in qillqa("pouch", "status", *here).out

    (stick / "SOBRE-roto-00001" / "objects").mkdir(parents=True)
    (stick / "SOBRE-roto-00001" / "objects" / ("0" * 64)).write_bytes(b"x")
    came = qillqa("pouch", "read", stick, *there)
    assert came.status == 0
    assert came.out.startswith("Sobres: 1. Recibidos: 1. ")
    assert came.err.startswith("El sobre «SOBRE-roto-00001» está incompleto.")
    assert qillqa("slip", "show", slip, *there).status == 0
    carried = qillqa("pouch", "relay", stick, *there, "--json")
    assert (carried.status, carried.json["put"] > 0) == (0, True)
    for one in stick.iterdir():
        (one / "manifest.jws").write_bytes(b"x")
    damaged = qillqa("pouch", "read", stick, *there, "--json")
    assert (damaged.status, damaged.json["pouches"]) == (1, 0)
    assert {code for code, _ in damaged.json["problems"]} == {"pouch.damaged"}


@pytest.mark.parametrize(("command", "broken"), [("write", "_write_temporary"), ("read", "_read"), ("relay", "_read")])
def test_a_stick_pulled_out_is_told_as_one(
    qillqa: Qillqa,
    signed_stage: Stage,
    stages: Stages,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    broken: str,
) -> None:
    stage = stages(signed_stage)
    here = ["--home", stage.office.desk_home(PLANNING)]
    dispatch.dispatch(stage.office.desk(PLANNING), stage.document, stage.office.to_finance())
    stage.office.close()
    stick = tmp_path / "memoria"
    stick.mkdir()
    assert qillqa("pouch", "write", stick, *here).status == 0
    whole = getattr(folder, broken)

    def pulled(path: Path, *rest: object) -> object:
        if path.is_relative_to(stick):
            shutil.rmtree(stick, ignore_errors=True)
        return whole(path, *rest)

    monkeypatch.setattr(folder, broken, pulled)
    said = qillqa("pouch", command, stick, *here, "--json").json
    assert said["error"]["code"] == "pouch.stick_pulled"


def test_joining_twice_or_without_a_directory(
    qillqa: Qillqa, signed_stage: Stage, stages: Stages, tmp_path: Path
) -> None:
    stage = stages(signed_stage)
    invitation = stage.office.home / "entidad" / "invitacion.json"
    arguments = (invitation, tmp_path, "--unit", stage.office.units["finance"], "--official", "1")
    fresh = qillqa("pouch", "join", *arguments, "--home", tmp_path / "nuevo", "--json")
    assert (fresh.status, fresh.json["error"]["code"]) == (66, "directory.none")
    again = qillqa("pouch", "join", *arguments, "--home", stage.office.desk_home(FINANCE), "--json")
    assert (again.status, again.json["error"]["code"]) == (66, "desk.exists")
    assert qillqa("pouch", "enter", tmp_path, "--home", tmp_path / "nadie", "--json").status != 0
