"""The whole life through ``qillqa … --json``, each command a process of its own; two homes that share only the exchange."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop.assembly import fresh_id
from desktop.operations import join
from desktop.practice.people import ANSWERER, AUTHOR, CHIEF, Staff, hire
from desktop.practice.pki import PracticePki
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens
from desktop.storage.opening import open_storage
from desktop.storage.protocol import ObjectStore

TEXT = "Señora Directora:\n\nSe remite el detalle del equipamiento para Curahuara de Carangas.\n\nJallalla."


@dataclass
class Terminal:
    """Somebody's terminal at one desk; PINs are typed, never written on the command line."""

    home: Path
    environment: dict[str, str]

    def qillqa(self, *arguments: object, typed: str = "", status: int = 0) -> Any:
        """One command; its JSON. Nothing else may be on stdout, nor the PIN anywhere."""
        command = [sys.executable, "-m", "desktop", *map(str, arguments), "--home", str(self.home), "--json"]
        ended = subprocess.run(command, input=typed, capture_output=True, text=True, env=self.environment, timeout=60)
        assert ended.returncode == status, (arguments, ended.stdout, ended.stderr)
        assert ended.stderr == ""
        assert not any(line and line in ended.stdout for line in typed.splitlines())
        return json.loads(ended.stdout)


@dataclass
class Entity:
    """The entity's own side: directory, exchange, invitation."""

    folder: Path
    staff: Staff
    exchange: ObjectStore
    invitation: Path

    def admit(self) -> int:
        """Admit whoever asked; how many desks there are."""
        return len(join.admit_all(self.folder, self.exchange, now=datetime.now(UTC)).devices)


@pytest.fixture
def entity(tmp_path: Path, practice_pki: PracticePki) -> Entity:
    """A founded entity whose directory is in the exchange."""
    staff = hire(fresh_id, (practice_pki.anchors_pem(),))
    exchange = open_storage(f"folder:{tmp_path / 'intercambio'}", create=True)
    join.found_entity(tmp_path / "entidad", staff.directory, now=datetime.now(UTC))
    return Entity(tmp_path / "entidad", staff, exchange, join.open_exchange(tmp_path / "entidad", exchange))


@pytest.fixture
def terminals(tmp_path: Path, practice_tokens: SoftTokens) -> tuple[Terminal, Terminal]:
    """Two desks to be."""
    environment = {**os.environ, **practice_tokens.environment(), "QILLQA_HOME": str(tmp_path / "nadie")}
    return Terminal(tmp_path / "planificación", environment), Terminal(tmp_path / "finanzas", environment)


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("office")
def test_from_the_invitation_to_the_archive(
    entity: Entity,
    terminals: tuple[Terminal, Terminal],
    practice_tokens: SoftTokens,
    practice_services: PkiServices,
    tmp_path: Path,
) -> None:
    here, there = terminals
    ids, pins = entity.staff.ids, {label: practice_tokens.pin(label) + "\n" for label in practice_tokens.labels}
    _join(here, entity, entity.staff.planning, (AUTHOR, CHIEF), practice_tokens, practice_services)
    _join(there, entity, entity.staff.finance, (ANSWERER,), practice_tokens, practice_services)
    assert here.qillqa("desk", "enter", status=66)["error"]["code"] == "desk.not_admitted"
    assert entity.admit() == 2
    for desk in (here, there):
        desk.qillqa("desk", "enter")
    there.qillqa("archive", "init", "--store", f"folder:{tmp_path / 'archivo'}")

    # written, numbered, frozen, signed twice, raised
    text = tmp_path / "texto.txt"
    text.write_text(TEXT, "utf-8")
    paper = tmp_path / "cotización Ñañez.csv"
    paper.write_text("Ítem;Total\n1;12900\n", "utf-8")
    note = here.qillqa(
        "document", "new", "--type", "nota_interna", "--body", text, "--field", "referencia=Equipamiento",
        "--field", "para=María Huanca Ayma | Directora de Finanzas", "--attach", paper,
        "--signer", ids[AUTHOR], "--signer", ids[CHIEF],
    )["document"]  # fmt: skip
    frozen = here.qillqa("document", "freeze", note)
    assert frozen["cite"].split("/")[-2] == "00001"
    for label in (AUTHOR, CHIEF):
        signed = here.qillqa("document", "sign", note, "--official", ids[label], "--pin-stdin", typed=pins[label])
        assert signed["documents"][0]["receipt"]["level"] == "B-B"
    assert here.qillqa("document", "raise", note)["level"] == "B-LTA"

    # to the other desk and back with an answer
    slip = here.qillqa("slip", "dispatch", note, "--to", entity.staff.finance, "--person", ids[ANSWERER],
                       "--action", "elaborar_informe")["slip"]  # fmt: skip
    assert here.qillqa("sync")["waiting"] == 0
    assert there.qillqa("sync")["received"] > 0
    there.qillqa("slip", "receive", slip)
    assert there.qillqa("document", "verify", note)["files"][0]["verdict"] == "valid"
    assert there.qillqa("slip", "verify", slip)["missing"] == []
    report = there.qillqa(
        "document", "new", "--type", "informe", "--body", text, "--field", "asunto=Disponibilidad",
        "--field", "para=Pedro Choque Flores | Director de Planificación", "--signer", ids[ANSWERER],
    )["document"]  # fmt: skip
    there.qillqa("document", "freeze", report)
    there.qillqa("document", "sign", report, "--level", "B-LTA", "--pin-stdin", typed=pins[ANSWERER])
    there.qillqa("slip", "answer", slip, "--with", report)
    there.qillqa("slip", "dispatch", note, "--to", entity.staff.planning)
    there.qillqa("sync")
    here.qillqa("sync")
    here.qillqa("slip", "receive", slip)

    # concluded, deposited, accepted, proven
    here.qillqa("slip", "conclude", note, "--remark", "Atendido")
    deposit = here.qillqa("archive", "deposit", note)["deposit"]
    here.qillqa("sync")
    (row,) = there.qillqa("archive", "accept")["deposits"]
    assert (row["deposit"], row["accepted"]) == (deposit, True)
    assert there.qillqa("archive", "accept")["deposits"] == []
    assert here.qillqa("sync")["receipts"] == 1
    (dossier,) = there.qillqa("archive", "list")["dossiers"]
    assert frozen["cite"] in dossier.values()
    assert there.qillqa("archive", "fixity")["problems"] == []
    victim = next(path for path in (tmp_path / "archivo").rglob("*.pdf") if "content" in path.parts)
    victim.write_bytes(victim.read_bytes().replace(b"%PDF", b"%PDf", 1))
    problems = there.qillqa("archive", "fixity", status=1)["problems"]
    assert any(problem["path"].endswith(victim.name) for problem in problems)


def _join(
    desk: Terminal, entity: Entity, unit: str, labels: tuple[str, ...], tokens: SoftTokens, services: PkiServices
) -> None:
    people = [part for label in labels for part in ("--official", entity.staff.ids[label])]
    desk.qillqa("desk", "join", entity.invitation, "--unit", unit, *people, "--module", tokens.module,
                "--tsa", services.tsa_url, "--pin-stdin", typed="".join(tokens.pin(label) + "\n" for label in labels))  # fmt: skip
