"""What the measurements of signing stand on: a practice PKI with its services, a SoftHSM token, pdfsig's own key, files."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from desktop.practice.pki import PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens
from tests.bench import papers
from tests.bench.piles import Order
from tests.fixtures.foreign_signed.real import key_store
from tests.fixtures.lab import shared_lab
from tests.fixtures.stub_tsa import Authority, StubTsa

LABEL = "juana"
PILE = 200
LATENCY = 0.050  # seconds of the distant TSA
_SECONDS = 300


class Ground:
    """Made when first asked for; ``close`` ends its processes and removes its folder."""

    def __init__(self) -> None:
        self._open = contextlib.ExitStack()
        self.folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="qillqa-bench-")))
        pki = PracticePki.create(self.folder / "pki", port=free_port(), now=datetime.now(UTC))
        tokens = SoftTokens.create(self.folder / "tokens", pki, [LABEL])
        self.anchors = self.folder / "anchors"
        self.anchors.mkdir()
        (self.anchors / "root.pem").write_text(pki.anchors_pem(), "utf-8")
        self._pki = pki
        self._order = Order("", str(tokens.module), tokens.environment(), LABEL, tokens.pin(LABEL), str(self.anchors))
        self.letters = papers.letters(self.folder / "letters", PILE)
        self._outputs = 0

    @cached_property
    def services(self) -> PkiServices:
        """OCSP and CRLs."""
        return self._open.enter_context(PkiServices(self._pki, tsa=False))

    @cached_property
    def near_tsa(self) -> str:
        """A TSA that answers at once."""
        return self._open.enter_context(StubTsa(Authority.of_practice(self._pki))).url

    @cached_property
    def distant_tsa(self) -> str:
        """A TSA that takes ``LATENCY`` for an answer."""
        return self._open.enter_context(StubTsa(Authority.of_practice(self._pki), latency=LATENCY)).url

    @cached_property
    def scan(self) -> Path:
        """The file of 50 MB."""
        return papers.scan(self.folder / "scan.pdf")

    @cached_property
    def _key_store(self) -> str:
        return key_store(shared_lab(), shared_lab().alice, self.folder)

    def close(self) -> None:
        self._open.close()

    def output(self) -> Path:
        """A new, empty folder."""
        self._outputs += 1
        folder = self.folder / f"out-{self._outputs}"
        folder.mkdir()
        return folder

    def run(self, task: str, sources: Sequence[Path] = (), **more: object) -> tuple[dict[str, float], float]:
        """One of ``piles.TASKS`` in a process of its own: what it says, and the milliseconds of the whole process."""
        out = self.output()
        order = replace(self._order, task=task, sources=tuple(map(str, sources)), out=str(out), **more)
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.piles"], input=order.dump(), capture_output=True, timeout=_SECONDS
        )
        took = (time.perf_counter() - began) * 1000
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-600:])
        self.last_output = out
        return json.loads(done.stdout), took

    def command(self, *options: str) -> float:
        """``qillqa sign`` over all letters, the PIN by standard input: milliseconds of the whole process."""
        out = self.output()
        order = self._order
        command = [sys.executable, "-m", "desktop", "sign", str(self.letters[0].parent), "--out", str(out), "--module",
                   order.module, "--token", LABEL, "--trust", order.trust, "--pin-stdin", "--json", *options]  # fmt: skip
        environment = {**os.environ, **order.environment}
        began = time.perf_counter()
        done = subprocess.run(
            command, input=order.pin + "\n", env=environment, capture_output=True, text=True, timeout=_SECONDS
        )
        took = (time.perf_counter() - began) * 1000
        if done.returncode:
            raise RuntimeError((done.stdout + done.stderr)[-600:])
        rows = json.loads(done.stdout)["files"]
        wanted = options[options.index("--level") + 1] if "--level" in options else "B-B"
        if [row.get("level") for row in rows] != [wanted] * PILE or any(row["degraded"] for row in rows):
            raise RuntimeError(f"not every file reached {wanted}: {done.stdout[:600]}")
        self.last_output = out
        return took

    def pdfsig(self, count: int) -> float:
        """``pdfsig -add-signature`` with a soft key, one process for each of the first ``count`` letters: milliseconds for all."""
        out, store = self.output(), self._key_store
        began = time.perf_counter()
        for source in self.letters[:count]:
            subprocess.run(
                ["pdfsig", "-nssdir", store, "-add-signature", "-nick", "alice", source, out / source.name],
                check=True, capture_output=True, timeout=_SECONDS,
            )  # fmt: skip
        took = (time.perf_counter() - began) * 1000
        if len(list(out.iterdir())) != count:
            raise RuntimeError("pdfsig signed less than it was asked to")
        return took
