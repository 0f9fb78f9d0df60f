"""desk backup and restore over a real desk: status, JSON, sentences."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.operations import join
from desktop.operations.diagnose import _copies
from desktop.operations.entity import EntityDesk, new_recovery
from desktop.operations.synchronise import synchronise
from tests.desktop.cli.conftest import Qillqa
from tests.fixtures.office import PLANNING, TestOffice

pytestmark = pytest.mark.xdist_group("office")


@pytest.fixture
def office(founded: TestOffice, tmp_path: Path) -> TestOffice:
    made = founded.copy(tmp_path / "oficina")
    invitation = made.home / "entidad" / "invitacion.json"
    invitation.write_text(invitation.read_text("utf-8").replace(str(founded.exchange), str(made.exchange)), "utf-8")
    return made


def test_a_desk_is_backed_up_lost_and_put_back(office: TestOffice, tmp_path: Path, qillqa: Qillqa) -> None:
    home, second = office.desk_home(PLANNING), tmp_path / "disco"
    second.mkdir()
    recovery = tmp_path / "recuperación.txt"
    entity, exchange, _ = join.open_entity(office.home / "entidad")
    new_recovery(EntityDesk(office.home / "entidad", entity, exchange, datetime.now(UTC)), recovery)
    document = office.draft(office.desk(PLANNING), subject="Ñandú")
    synchronise(office.opened[0])
    office.close()

    none = qillqa("desk", "backup", "--home", home)
    assert (none.status, "qillqa desk backup --to" in none.err) == (66, True)
    same = qillqa("desk", "backup", "--to", f"folder:{office.exchange}", "--home", home, "--json")
    assert (same.status, same.json["error"]["code"]) == (66, "backup.same_place")
    done = qillqa("desk", "backup", "--to", f"folder:{second}", "--home", home)
    assert (done.status, done.out.startswith("Copia hecha: ")) == (0, True)
    again = qillqa("desk", "backup", "--home", home, "--json")
    assert (again.status, again.json["files"] > 0) == (0, True)
    assert qillqa("desk", "status", "--home", home, "--json").json["backup"]["place"] == f"folder:{second}"
    assert [(one.code, one.good) for one in _copies(home)] == [("doctor.backup", True)]

    full = qillqa("desk", "restore", "--from", f"folder:{second}", "--home", home, "--json")
    assert (full.status, full.json["error"]["code"]) == (66, "restore.not_empty")
    shutil.rmtree(home)
    locked = qillqa("desk", "restore", "--from", f"folder:{second}", "--home", home)
    assert (locked.status, "--recovery" in locked.err) == (66, True)
    assert not home.exists()
    invitation = office.home / "entidad" / "invitacion.json"
    back = qillqa(
        "desk", "restore", "--from", f"folder:{second}", "--recovery", recovery, "--invitation", invitation, "--home", home
    )  # fmt: skip
    assert (back.status, back.out.startswith("Repuesto el escritorio ")) == (0, True)
    assert "Sincronice antes de firmar" in back.err
    told = qillqa("desk", "status", "--home", home)
    assert (told.status, "todavía no puede firmar" in told.err) == (0, True)
    assert next((one.code, one.good) for one in _copies(home)) == ("desk.copy_must_sync", False)
    synced = qillqa("sync", "--home", home, "--json")
    assert synced.status == 0, synced.err
    assert "desk.copy_caught_up" in [code for code, _ in synced.json["problems"]]
    desk = office.desk(PLANNING)
    assert desk.store.draft(document) is not None
    office.frozen(desk)


def test_what_is_no_s3_file_is_told(office: TestOffice, tmp_path: Path, qillqa: Qillqa) -> None:
    bad = tmp_path / "s3.json"
    for text in ("{", json.dumps({"endpoint": "x", "more": 1})):
        bad.write_text(text, "utf-8")
        answer = qillqa(
            "desk", "backup", "--to", "s3://a/b", "--s3", bad, "--home", office.desk_home(PLANNING), "--json"
        )
        assert answer.json["error"]["code"] == "backup.bad_s3"


def test_anew_is_refused_where_there_is_no_copy(office: TestOffice, qillqa: Qillqa) -> None:
    answer = qillqa("desk", "anew", "--home", office.desk_home(PLANNING), "--json")
    assert answer.json["error"]["code"] == "desk.no_copy"


def test_a_home_without_a_desk_has_no_findings(tmp_path: Path) -> None:
    assert _copies(tmp_path) == []
