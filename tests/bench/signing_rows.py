"""The speed of signing: each row against its own base, measured in turns in the same run; the best of the rounds counts for both."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from tests.bench.ground import PILE, Ground
from tests.bench.reading import Reading

_ROUNDS = 3
_PDFSIG_FILES = 30  # one process each; scaled to the pile


class SigningRows:
    """Measures a group when one of its rows is asked for. ``close`` removes all traces."""

    def __init__(self) -> None:
        self._ground: Ground | None = None

    @property
    def rows(self) -> dict[str, Callable[[], Reading]]:
        return {
            "batch_vs_pdfsig": self.batch_vs_pdfsig,
            "core_vs_pdfsig": self.core_vs_pdfsig,
            "core_vs_token": self.core_vs_token,
            "batch_vs_token": self.batch_vs_token,
            "stamp": self.stamp,
            "b_t": self.b_t,
            "b_lta": self.b_lta,
            "scan_time": self.scan_time,
            "scan_memory": self.scan_memory,
            "first_signature": self.first_signature,
        }

    def close(self) -> None:
        if self._ground is not None:
            self._ground.close()
            self._ground = None

    @property
    def ground(self) -> Ground:
        if self._ground is None:
            self._ground = Ground()
        return self._ground

    # --- against pdfsig: whole processes

    def batch_vs_pdfsig(self) -> Reading:
        loop, command, _ = self._processes
        return Reading(loop / command, f"{command / 1000:.2f} s against {loop / 1000:.1f} s")

    def core_vs_pdfsig(self) -> Reading:
        loop, _, core = self._processes
        return Reading(loop / core, f"{core / 1000:.2f} s against {loop / 1000:.1f} s")

    @cached_property
    def _processes(self) -> tuple[float, float, float]:
        ground = self.ground
        rounds = [
            (ground.pdfsig(_PDFSIG_FILES), ground.command(), ground.run("core", ground.letters)[1])
            for _ in range(_ROUNDS)
        ]
        loop, command, core = (min(column) for column in zip(*rounds, strict=True))
        return loop * PILE / _PDFSIG_FILES, command, core

    # --- against the token itself: per document

    def core_vs_token(self) -> Reading:
        token, core, _ = self._per_document
        return Reading(core / token, f"{core:.2f} ms against {token:.2f} ms of C_Sign")

    def batch_vs_token(self) -> Reading:
        token, _, batch = self._per_document
        return Reading(batch / token, f"{batch:.2f} ms against {token:.2f} ms of C_Sign")

    @cached_property
    def _per_document(self) -> tuple[float, float, float]:
        ground = self.ground
        rounds = [
            (
                ground.run("token_itself", count=PILE)[0]["ms"],
                ground.run("core", ground.letters)[0]["ms"],
                ground.run("pile", ground.letters)[0]["ms"],
            )
            for _ in range(_ROUNDS)
        ]
        token, core, batch = (min(column) / PILE for column in zip(*rounds, strict=True))
        return token, core, batch

    def stamp(self) -> Reading:
        ground = self.ground
        rounds = [
            (
                ground.run("pile", ground.letters, stamp=True)[0]["ms"],
                ground.run("pile", ground.letters)[0]["ms"],
            )
            for _ in range(_ROUNDS)
        ]
        seen, unseen = (min(column) / PILE for column in zip(*rounds, strict=True))
        return Reading(seen / unseen, f"{seen:.2f} ms against {unseen:.2f} ms")

    # --- with services: whole processes

    def b_t(self) -> Reading:
        return self._command("--level", "B-T", "--tsa", self.ground.distant_tsa)

    def b_lta(self) -> Reading:
        self.ground.services.start()
        return self._command("--level", "B-LTA", "--tsa", self.ground.near_tsa)

    def _command(self, *options: str) -> Reading:
        took = min(self.ground.command(*options) for _ in range(_ROUNDS))
        return Reading(took / PILE, f"{took / 1000:.2f} s for {PILE}")

    # --- a large file

    def scan_time(self) -> Reading:
        took, whole, _ = self._scan
        return Reading(took, f"{whole:.0f} ms with the start of the process; {self.ground.scan.stat().st_size} bytes")

    def scan_memory(self) -> Reading:
        return Reading(self._scan[2])

    @cached_property
    def _scan(self) -> tuple[float, float, float]:
        ground = self.ground
        ground.services.start()
        rounds = []
        for _ in range(_ROUNDS):
            said, whole = ground.run("pile", [ground.scan], level="B-LTA", tsa=ground.near_tsa)
            rounds.append((said["ms"], whole, said["rss"]))
        took, whole, _ = (min(column) for column in zip(*rounds, strict=True))
        return took, whole, max(memory for _, _, memory in rounds)

    # --- one signature

    def first_signature(self) -> Reading:
        ground = self.ground
        rounds = [
            (ground.run("first", ground.letters[:1])[0], ground.run("token_itself", count=1)[0]) for _ in range(_ROUNDS)
        ]
        said, itself = min(rounds, key=lambda pair: pair[0]["ms"] - pair[1]["login"] - pair[1]["ms"])
        token = itself["login"] + itself["ms"]
        return Reading(
            said["ms"] - token,
            f"{said['ms']:.0f} ms less {token:.1f} ms of the token; modules imported on the way: {said['imports']:.0f}",
        )
