"""One desk of a simulated office as a process of its own: it works until it is killed. ``python -m tests.simulation.processes``."""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from .acts import attempt
from .world import World

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Act and synchronise for ever, telling every act that is on the disk."""
    asked = argparse.ArgumentParser()
    for name in ("--seed", "--desk", "--life"):
        asked.add_argument(name, type=int, required=True)
    for name, default in (("--units", 4), ("--desks", 7)):
        asked.add_argument(name, type=int, default=default)
    asked.add_argument("--folder", type=Path, required=True)
    given = asked.parse_args()
    world = World(
        given.folder, given.seed, units=given.units, desks=given.desks, only=(given.desk,), life=given.life * 1000 + given.desk
    )  # fmt: skip
    (place,) = world.places
    while True:
        world.now += timedelta(minutes=3)
        if world.rng.random() < 0.4:
            world.synchronise(place)
        else:
            attempt(world, place, new=world.rng.random() < 0.4)
        print(place.desk.store.device_seq(place.key.id), flush=True)


class Running:
    """A desk's process. What it has printed was committed."""

    def __init__(self, folder: Path, seed: int, desk: int, life: int) -> None:
        command = [sys.executable, "-m", "tests.simulation.processes", "--folder", str(folder)]
        command += ["--seed", str(seed), "--desk", str(desk), "--life", str(life)]
        self._home = folder / f"device-{desk:02}"
        self._child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def wait_for_acts(self, count: int) -> int:
        """The last number that its device told after so many acts. Raises RuntimeError where it ended by itself."""
        assert self._child.stdout is not None
        said = 0
        for _ in range(count):
            line = self._child.stdout.readline()
            if not line:
                raise RuntimeError("a desk ended by itself")
            said = int(line)
        return said

    def kill_while_it_writes(self, patience: float = 5.0) -> bool:
        """SIGKILL the moment its write-ahead log grows: inside a transaction's commit. False where it never grew."""
        log, until = self._home / "desk.sqlite3-wal", time.monotonic() + patience
        before = _stamp(log)
        while time.monotonic() < until:
            if _stamp(log) != before:
                self.kill()
                return True
        self.kill()
        return False

    def kill_soon(self, dice: random.Random) -> None:
        """SIGKILL at a random moment of the next tenth of a second."""
        time.sleep(dice.random() / 10)
        self.kill()

    def kill(self) -> None:
        """By its own id, and wait for its end; TerminateProcess on Windows. Nothing where that was done."""
        if self._child.poll() is not None:
            return
        if sys.platform == "win32":
            self._child.kill()
        else:
            os.kill(self._child.pid, signal.SIGKILL)
        self._child.wait()
        if self._child.stdout is not None:
            self._child.stdout.close()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return found.st_size, found.st_mtime_ns


if __name__ == "__main__":
    sys.exit(main())
