"""Asks the judges: programs of other people that say whether what we wrote is what the standards want."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.judges.setup import make, python_of

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Judgement:
    """``messages`` holds warnings too; nothing of ours should need any."""

    valid: bool
    messages: tuple[str, ...]


def _ask(judge: str, arguments: Sequence[str | Path]) -> dict[str, Judgement]:
    make(judge)  # at once when it is there
    command = [str(python_of(judge)), str(HERE / f"{judge}_launcher.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    said = json.loads(done.stdout)
    return {path: Judgement(item["valid"], tuple(map(str, item["messages"]))) for path, item in said.items()}


def judge_ocfl_objects(paths: Sequence[Path]) -> dict[str, Judgement]:
    """Each OCFL object on its own, digests included."""
    return _ask("ocfl", ["object", *paths])


def judge_ocfl_root(path: Path) -> Judgement:
    """A storage root with every object in it."""
    return _ask("ocfl", ["root", path])[str(path)]


def judge_eark(paths: Sequence[Path]) -> dict[str, Judgement]:
    """E-ARK information packages (CSIP 2.1.0)."""
    return _ask("eark", paths)
