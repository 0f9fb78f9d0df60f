"""Makes the judges' own environments under ``.judges/``: validators and producers of other people, never part of the program.

    python tests/judges/setup.py            from the top of the repository
    python tests/judges/setup.py full       Java's and Node's too, for the longer proofs

Downloads nothing when they are already as the requirements say. Needs uv (``.tools/bin/uv`` or on the PATH), for ``full`` also
Maven and npm.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
JUDGES = ("ocfl", "eark", "producers")
JAVA, NODE, ARCHIVAL = (TOP / ".judges" / name for name in ("java", "node", "archival"))


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


def make_java(folder: Path) -> None:
    """Jars of the versions that its pom.xml names, through Maven."""
    pom = TOP / "tests" / "judges" / folder.name / "pom.xml"
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    _make_by(folder, [pom], ["mvn", "-q", "-B", "-f", str(pom), *copy])


def make_node() -> None:
    """Node modules exactly by the lock file, whose hashes npm checks; none of their scripts is run."""
    given = [TOP / "tests" / "judges" / "node" / name for name in ("package.json", "package-lock.json")]
    install = ["npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional"]
    _make_by(NODE, given, install)


def _make_by(folder: Path, given: Sequence[Path], command: Sequence[str]) -> None:
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in given)).hexdigest()
    stamp = folder / "made-from"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in given:
        shutil.copy(path, folder)
    subprocess.run(command, check=True, cwd=folder)
    stamp.write_text(wanted, encoding="ascii")


if __name__ == "__main__":
    for name in JUDGES:
        make(name)
    if sys.argv[1:] == ["full"]:
        make_java(JAVA)
        make_java(ARCHIVAL)
        make_node()
