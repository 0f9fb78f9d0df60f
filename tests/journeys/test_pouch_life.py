"""A municipality that never sees the exchange: each command a process of its own, everything by stick, one of them killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desktop.assembly import fresh_id, open_desk
from desktop.operations import join
from desktop.operations.delivery import DeliveryState, states
from desktop.practice.people import ANSWERER, ARCHIVIST, AUTHOR, hire
from desktop.practice.pki import PracticePki
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens
from desktop.records.people import Unit
from desktop.storage.opening import open_storage
from desktop.store.desk import projection_digest
from tests.journeys.test_cli_life import TEXT, Terminal


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("office")
def test_three_homes_and_a_stick(
    tmp_path: Path, practice_pki: PracticePki, practice_tokens: SoftTokens, practice_services: PkiServices
) -> None:
    hired = hire(fresh_id, (practice_pki.anchors_pem(),))
    town, department, garage = hired.planning, hired.finance, fresh_id()
    first = hired.directory
    directory = replace(
        first,
        units=(
            *(replace(unit, line=unit.id != town) for unit in first.units),
            Unit(garage, "Transportes", "PRÁCTICA-TR"),
        ),
        officials=tuple(
            replace(one, unit=garage) if one.id == hired.ids[ARCHIVIST] else one for one in first.officials
        ),
    )
    exchange = open_storage(f"folder:{tmp_path / 'intercambio'}", create=True)
    join.found_entity(tmp_path / "entidad", directory, now=datetime.now(UTC))
    invitation = join.open_exchange(tmp_path / "entidad", exchange)
    far = tmp_path / "invitación-municipio.json"
    far.write_text(
        json.dumps({**json.loads(invitation.read_text("utf-8")), "exchange": f"folder:{tmp_path / 'no-hay'}"})
    )
    environment = {**os.environ, **practice_tokens.environment(), "QILLQA_HOME": str(tmp_path / "nadie")}
    at = {name: Terminal(tmp_path / name, environment) for name in ("municipio", "gobernación", "movilidad")}
    stick = tmp_path / "memoria"
    stick.mkdir()

    def admit() -> int:
        return len(join.admit_all(tmp_path / "entidad", exchange, now=datetime.now(UTC)).devices)

    # the two with a line join as usual; the stick takes the directory to the town, and its request back
    for name, unit, label in (("gobernación", department, ANSWERER), ("movilidad", garage, ARCHIVIST)):
        at[name].qillqa("desk", "join", invitation, "--unit", unit, "--official", hired.ids[label], "--module", practice_tokens.module,
                        "--tsa", practice_services.tsa_url, "--pin-stdin", typed=practice_tokens.pin(label) + "\n")  # fmt: skip
    assert admit() == 2
    for name in ("gobernación", "movilidad"):
        at[name].qillqa("desk", "enter")
    at["movilidad"].qillqa("pouch", "write", stick)
    at["municipio"].qillqa("pouch", "join", far, stick, "--unit", town, "--official", hired.ids[AUTHOR], "--module", practice_tokens.module,
                           "--pin-stdin", typed=practice_tokens.pin(AUTHOR) + "\n")  # fmt: skip
    assert at["municipio"].qillqa("pouch", "enter", stick, status=66)["error"]["code"] == "pouch.not_admitted"
    assert at["movilidad"].qillqa("pouch", "relay", stick)["put"] == 1
    assert admit() == 3
    at["movilidad"].qillqa("pouch", "relay", stick)
    assert at["municipio"].qillqa("pouch", "enter", stick)["directory"] == 4

    # a document from the department to the town
    text = tmp_path / "texto.txt"
    text.write_text(TEXT, "utf-8")
    note = at["gobernación"].qillqa(
        "document", "new", "--type", "informe", "--body", text, "--field", "asunto=Puente de Curahuara",
        "--field", "para=Juana Mamani | Técnica", "--signer", hired.ids[ANSWERER],
    )["document"]  # fmt: skip
    at["gobernación"].qillqa("document", "freeze", note)
    at["gobernación"].qillqa(
        "document", "sign", note, "--level", "B-LTA", "--pin-stdin", typed=practice_tokens.pin(ANSWERER) + "\n"
    )
    slip = at["gobernación"].qillqa("slip", "dispatch", note, "--to", town)["slip"]
    assert _state(at["gobernación"], note) is DeliveryState.QUEUED
    assert at["gobernación"].qillqa("sync")["waiting"] == 0
    at["municipio"].qillqa("pouch", "write", stick)
    assert at["movilidad"].qillqa("pouch", "relay", stick)["fetched"] > 0
    assert at["municipio"].qillqa("pouch", "read", stick)["events"] == 1
    assert at["municipio"].qillqa("document", "verify", note)["files"][0]["verdict"] == "valid"

    # received there, sent back with a proveído; the program is killed while it writes
    at["municipio"].qillqa("slip", "receive", slip)
    at["municipio"].qillqa("slip", "dispatch", note, "--to", department, "--remark", "Conforme")
    assert _state(at["municipio"], note) is DeliveryState.QUEUED
    assert at["municipio"].qillqa("sync", status=65)["error"]["code"] == "storage.unreachable"
    _killed_while_writing(at["municipio"], stick)
    at["municipio"].qillqa("pouch", "write", stick)
    assert _state(at["municipio"], note) is DeliveryState.ALOFT
    at["movilidad"].qillqa("pouch", "relay", stick)
    at["gobernación"].qillqa("sync")
    at["gobernación"].qillqa("slip", "receive", slip)
    at["gobernación"].qillqa("sync")
    assert at["movilidad"].qillqa("pouch", "relay", stick)["problems"] == []
    at["municipio"].qillqa("pouch", "read", stick)
    assert _state(at["municipio"], note) is DeliveryState.RECEIVED
    told = at["municipio"].qillqa("pouch", "status")
    assert (told["waiting"], told["aloft"]) == (0, 0)
    assert at["municipio"].qillqa("slip", "verify", slip)["missing"] == []

    # the department learns of the last acknowledgement, too; both hold the same
    at["municipio"].qillqa("pouch", "write", stick)
    at["movilidad"].qillqa("pouch", "relay", stick)
    at["gobernación"].qillqa("sync")
    assert at["gobernación"].qillqa("pouch", "status")["by_unit"] == []
    assert _digest(at["municipio"]) == _digest(at["gobernación"])
    carried = open_desk(at["movilidad"].home)
    assert carried.store.events_of_document(note) == []
    carried.close()


def _killed_while_writing(terminal: Terminal, stick: Path) -> None:
    """SIGKILL once the first object of a new pouch is there."""
    before = {path.parent.parent for path in stick.rglob("objects/*")}
    command = [sys.executable, "-m", "desktop", "pouch", "write", str(stick), "--home", str(terminal.home), "--json"]
    process = subprocess.Popen(command, env=terminal.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 60
    while not {path.parent.parent for path in stick.rglob("objects/*")} - before:
        assert time.monotonic() < end
        assert process.poll() is None
    process.kill()
    process.communicate()


def _state(terminal: Terminal, document: str) -> DeliveryState:
    desk = open_desk(terminal.home)
    try:
        return states(desk, [document])[document]
    finally:
        desk.close()


def _digest(terminal: Terminal) -> str:
    desk = open_desk(terminal.home)
    try:
        return projection_digest(desk.store)
    finally:
        desk.close()
