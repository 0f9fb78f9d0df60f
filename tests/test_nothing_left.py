"""The rule of conftest.py bites: each kind of leftover and noise fails a test, and a clean test passes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOISE = "logging.getLogger('desktop.store').warning('a disk is full')"
FAILS = {
    "thread": "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "process": "KEPT.append(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(9)']))",
    "log": NOISE,
    "warning": "warnings.warn('old way', DeprecationWarning)",
    "resource": "open(__file__)\n    gc.collect()",
    "home": "assert os.environ['HOME'] == BEFORE",
    "other_noise": f"{NOISE}  # noisy: something else",
}
PASSES = {
    "clean": "assert True",
    "ending_thread": "threading.Thread(target=time.sleep, args=(0.05,)).start()",
    "announced_noise": f"{NOISE}  # noisy: disk is full",
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of all of them in one process."""
    folder = tmp_path_factory.mktemp("cases")
    text = "import gc, logging, os, subprocess, sys, threading, time, warnings\nimport pytest\n"
    text += "BEFORE = os.environ['HOME']\nKEPT = []\n"
    for name, body in {**FAILS, **PASSES}.items():
        _, marked, noise = body.partition("# noisy: ")
        mark = f"@pytest.mark.noisy({noise!r})\n" if marked else ""
        text += f"{mark}def test_{name}():\n    {body}\n"
    (folder / "test_case.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-v", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder), str(folder / "test_case.py")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("name", FAILS)
def test_it_fails(outcomes: str, name: str) -> None:
    lines = [line for line in outcomes.splitlines() if f"::test_{name} " in line]
    assert any(" ERROR " in line or " FAILED " in line for line in lines), outcomes


@pytest.mark.parametrize("name", PASSES)
def test_it_passes(outcomes: str, name: str) -> None:
    lines = [line for line in outcomes.splitlines() if f"::test_{name} " in line]
    assert lines, outcomes
    assert all(" PASSED " in line for line in lines), outcomes
