"""The corpus of attacks and honest changes against what the papers and standards demand (tests/fixtures/attacks)."""

from __future__ import annotations

import ast
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from desktop.cli.application import run
from signing.report import FileVerdict
from signing.trust import TrustStore
from signing.verify import verify_bytes
from tests.fixtures.attacks.cases import Case
from tests.fixtures.attacks.corpus import BY_NAME, CASES, FAMILIES
from tests.fixtures.attacks.judging import complaints
from tests.fixtures.attacks.table import told
from tests.fixtures.lab import shared_lab

SAMPLE = (
    "isa-page-replaced",
    "swa-second-block-moved-range-behind",
    "shadow-replace-font",
    "eaa-freetext-p3",
    "stranger",
    "form-text",
)


@cache
def made(name: str) -> bytes:
    return BY_NAME[name].make(shared_lab())


def judge(data: bytes) -> FileVerdict:
    return verify_bytes(data, name="x.pdf", trust=TrustStore.from_pem([shared_lab().root.pem]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_papers_demand(case: Case) -> None:
    found = complaints(case, told(judge(made(case.name))))
    assert not found, f"{case.source}: " + "; ".join(found)


def test_the_corpus_is_as_wide_as_it_says() -> None:
    names = Counter(case.name for case in CASES)
    assert not [name for name, count in names.items() if count > 1]
    assert sum(not case.honest for case in CASES) >= 60
    assert sum(case.honest for case in CASES) >= 30
    assert len(FAMILIES) >= 12


def test_makers_share_no_code_with_the_verifier() -> None:
    """Nothing of ``signing``, nothing of pyHanko, in any module that makes a case (the old facade of names aside)."""
    folder = Path(__file__).parents[1] / "fixtures"
    modules = [*(folder / "attacks").glob("*.py"), *(folder / "foreign_signed").glob("*.py")]
    assert len(modules) > 12
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            strangers = [
                name
                for name in names
                if name.split(".")[0] in {"signing", "desktop", "pyhanko", "pyhanko_certvalidator"}
            ]
            assert module.name == "table.py" or not strangers, f"{module.name}: {strangers}"


def test_the_command_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`qillqa verify --json` over a sample: the same verdicts, one document, the worst counts."""
    trust = tmp_path / "trust"
    trust.mkdir()
    (trust / "root.pem").write_text(shared_lab().root.pem, "ascii")
    files = [tmp_path / f"{name}.pdf" for name in SAMPLE]
    for name, path in zip(SAMPLE, files, strict=True):
        path.write_bytes(made(name))
    assert run(["verify", "--json", "--offline", "--trust", str(trust), *map(str, files)]) == 1
    entries = {Path(entry["file"]).stem: entry for entry in json.loads(capsys.readouterr().out)["files"]}
    for name in SAMPLE:
        verdict = judge(made(name))
        assert entries[name]["verdict"] == verdict.outcome.value
        assert entries[name]["reason"] == verdict.reason
        assert [item["later_changes"] for item in entries[name]["signatures"]] == [
            item.later_changes.value for item in verdict.signatures
        ]
