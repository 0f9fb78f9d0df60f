"""A pile that holds everything a pile should not hold: each file answered by itself, the good ones signed, nothing else on disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from desktop.practice.pki import PracticePki
from desktop.practice.tokens import SoftTokens
from signing.options import SignOptions
from signing.preflight import SignItem, check_items
from tests.fixtures.damaged import cases, codes, makers

_SECONDS = 60  # of patience; nothing here may hang


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every case, made in a folder of its own."""
    made = {}
    for name, make in makers().items():
        made[name] = make(tmp_path_factory.mktemp(name))
    return made


def test_the_locked_ones_are_locked_to_others_too(pile: dict[str, Path]) -> None:
    locked = [name for name, code in codes().items() if code == "pdf.encrypted"]
    assert len(locked) == 4
    for name in locked:
        said = subprocess.run(["pdfinfo", str(pile[name])], capture_output=True, text=True, check=False)
        assert "Incorrect password" in said.stderr or "Encrypted:       yes" in said.stdout, name


def test_pre_flight_answers_each_with_its_own_code(pile: dict[str, Path], tmp_path: Path) -> None:
    items = [SignItem(path, tmp_path / f"{name}-firmado.pdf") for name, path in pile.items()]
    found = check_items(items, None, options=SignOptions(), timestamps=None, now=datetime.now(UTC))
    given = {name: row.refusal.code if row.refusal else "" for name, row in zip(pile, found.rows, strict=True)}
    late = {name for name, bad in cases().items() if bad.late and not given[name]}
    assert given == codes() | dict.fromkeys(late, "")
    assert all(row.refusal.on_disk == "nothing" for row in found.rows if row.refusal)
    assert list(tmp_path.iterdir()) == []


def test_a_pile_of_bad_files_costs_the_good_ones_nothing(
    pile: dict[str, Path], practice_pki: PracticePki, practice_tokens: SoftTokens, tmp_path: Path
) -> None:
    anchors, out = tmp_path / "anchors", tmp_path / "salida"
    anchors.mkdir()
    (anchors / "raíz.pem").write_text(practice_pki.anchors_pem(), "utf-8")
    given = {name: path for name, path in pile.items() if path.exists() and not path.is_dir()}
    before = {name: _look(path) for name, path in given.items()}
    command = [sys.executable, "-m", "desktop", "sign", "--out", str(out), "--module", str(practice_tokens.module),
               "--token", "pedro", "--trust", str(anchors), "--pin-stdin", "--json", *map(str, given.values())]  # fmt: skip
    done = subprocess.run(
        command, input=practice_tokens.pin("pedro") + "\n", capture_output=True, text=True, timeout=_SECONDS,
        env={**os.environ, **practice_tokens.environment()},
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert "files" in answer, answer
    rows = {row["file"]: row for row in answer["files"]}
    said = {name: (rows[str(path)].get("error") or {}).get("code", "") for name, path in given.items()}
    assert said == {name: codes()[name] for name in given}
    assert done.returncode == 1
    signed = [row["output"] for row in rows.values() if not row.get("error")]
    assert len(signed) == list(said.values()).count("")
    assert {path.name for path in out.iterdir()} == {Path(name).name for name in signed}
    for name in signed:
        with pikepdf.open(name) as pdf:
            assert any(field.get("/V") is not None for field in pdf.Root.AcroForm.Fields)
    assert {name: _look(path) for name, path in given.items()} == before


def _look(path: Path) -> object:
    """What lies there, without reading what has no end."""
    try:
        facts = path.lstat()
    except OSError as error:
        return error.errno
    return facts.st_size, facts.st_mtime_ns, facts.st_mode
