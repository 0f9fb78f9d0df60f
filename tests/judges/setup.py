"""Makes the judges' own environments under ``.judges/``: validators of other people, never part of the program.

    python tests/judges/setup.py            from the top of the repository

Downloads nothing when they are already as the requirements say. Needs uv (``.tools/bin/uv`` or on the PATH).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
JUDGES = ("ocfl", "eark", "producers")


def python_of(judge: str) -> Path:
    """The interpreter of that judge's environment."""
    inside = Path("Scripts/python.exe") if os.name == "nt" else Path("bin/python")
    return TOP / ".judges" / judge / inside


def _stamp(requirements: Path) -> str:
    return hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()


def make(judge: str) -> None:
    """Make one environment unless it is there already."""
    requirements = TOP / "tests" / "judges" / f"requirements-{judge}.txt"
    folder = TOP / ".judges" / judge
    stamp = folder / "made-from"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == _stamp(requirements):
        return
    own = TOP / ".tools" / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    uv = str(own) if own.is_file() else shutil.which("uv")
    if uv is None:
        sys.exit("uv is missing: run make, or install uv")
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--no-deps", "--require-hashes"]
    subprocess.run([*install, "--python", str(python_of(judge)), "-r", str(requirements)], check=True)
    stamp.write_text(_stamp(requirements), encoding="ascii")


if __name__ == "__main__":
    for name in JUDGES:
        make(name)
