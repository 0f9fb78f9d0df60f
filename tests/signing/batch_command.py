"""``qillqa sign`` as a person runs it: one call, a process of its own, the PIN by a descriptor, a soft token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.practice.pki import PracticePki
from desktop.practice.tokens import SoftTokens
from signing.policy import PRACTICE
from signing.trust import TrustStore


@dataclass(frozen=True, slots=True)
class Office:
    """Who signs, and whom the judges trust."""

    pki: PracticePki
    tokens: SoftTokens
    anchors: Path
    trust: TrustStore


def office_of(pki: PracticePki, tokens: SoftTokens, anchors: Path) -> Office:
    """An office whose trust folder is ``anchors``, an empty folder."""
    (anchors / "raíz.pem").write_text(pki.anchors_pem(), "utf-8")
    return Office(pki, tokens, anchors, TrustStore.load_folder(anchors, policy=PRACTICE))


def sign(office: Office, files: Sequence[Path], out: Path, *options: str) -> dict[str, dict[str, Any]]:
    """The answer's rows by the input's name."""
    reading, writing = os.pipe()
    os.write(writing, (office.tokens.pin("juana") + "\n").encode())
    os.close(writing)
    command = [sys.executable, "-m", "desktop", "sign", *map(str, files), "--out", str(out), "--module",
               str(office.tokens.module), "--token", "juana", "--trust", str(office.anchors), "--pin-fd", str(reading), "--json",
               *options]  # fmt: skip
    try:
        done = subprocess.run(
            command, pass_fds=[reading], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            env={**os.environ, **office.tokens.environment()}, timeout=100,
        )  # fmt: skip
    finally:
        os.close(reading)
    answer = json.loads(done.stdout)
    assert "files" in answer, (answer, done.stderr)
    return {Path(row["file"]).name: row for row in answer["files"]}
