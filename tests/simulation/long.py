"""The long run: one office whose desks are shared among several processes, which goes on after any end of any of them.

``python -m tests.simulation.long --events 1000000 --seed 1 --folder F``; the same command goes on with it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from desktop.store.turn import turn

from .acts import step
from .invariants import broken, left_over
from .world import GUEST, START, Pace, World, seats_of

ROOT = Path(__file__).parents[2]
OFFICE = Pace(
    step=timedelta(seconds=10),
    dies=0.002,
    cut=0.010,
    cuts=0.3,
    exchange=0.06,
    old=0.93,
    window=40,
    steady=8,
    idle=0.9,
    hops=3,
    sticks=0.15,
    wrong_clocks=6,
    bad=0.02,
)
"""25 desks that do some 8 000 things a day; a desk exchanges after ten of its acts."""
_EVERY = 50  # steps between two looks at the other processes
_LOOK = 10.0  # seconds between two looks of the one that runs them


class Share:
    """What one process tells the others: where its clock stands and what it did, over all of its lives."""

    def __init__(self, folder: Path, number: int) -> None:
        self._path = folder / f"share-{number}.json"

    def read(self) -> dict[str, Any]:
        """Nothing yet where it never told anything."""
        told: dict[str, Any] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}
        return told

    def write(self, told: dict[str, Any]) -> None:
        """Whole or not at all."""
        half = self._path.with_suffix(".new")
        half.write_text(json.dumps(told), "utf-8")
        half.replace(self._path)


def clock(folder: Path) -> datetime:
    """The latest time that any process told."""
    told = [json.loads(path.read_text("utf-8"))["now"] for path in folder.glob("share-*.json")]
    return max([START + timedelta(days=1), *map(datetime.fromisoformat, told)])


def work(given: argparse.Namespace) -> int:
    """One process, once the one before it has ended: its desks act and exchange until standard input ends.

    That it does where the one that runs it dies.
    """
    stopping = threading.Event()
    threading.Thread(target=_until_the_end, args=(stopping,), daemon=True).start()
    while not stopping.is_set():
        with turn(given.folder / f"worker-{given.worker}.turn") as ours:
            if ours:
                return _work(given, stopping)
        time.sleep(0.2)
    return 0


def _work(given: argparse.Namespace, stopping: threading.Event) -> int:
    shares, me = given.workers, given.worker
    mine = range(me, given.desks, shares)
    share = Share(given.folder, me)
    before = share.read()
    world = World(
        given.folder, given.seed, units=given.units, desks=given.desks, only=mine, life=given.life, pace=OFFICE, at=clock(given.folder)
    )  # fmt: skip
    world.rng = random.Random(f"{given.seed}-acts-{given.life}-{me}")
    world._names = itertools.count(given.life * 10**9 + me, shares)  # ids rise with time over all processes
    done, refused, problems = (Counter[str](before.get(name, {})) for name in ("done", "refused", "problems"))
    try:
        while not stopping.is_set():
            for _ in range(_EVERY):
                if not stopping.is_set():
                    step(world)
            share.write({
                "now": world.now.isoformat(),
                "done": done + world.done,
                "refused": refused + world.refused,
                "problems": problems + world.problems,
                "deaths": int(before.get("deaths", 0)) + world.deaths,
                "peak": max(int(before.get("peak", 0)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024),
            })  # fmt: skip
            world.now = max(world.now, clock(given.folder))
    finally:
        world.close()
    return 0


def _until_the_end(stopping: threading.Event) -> None:
    sys.stdin.read()
    stopping.set()


def committed(given: argparse.Namespace) -> int:
    """Events that the devices signed, as their files tell while others write them."""
    count = 0
    for device, _, _ in seats_of(given.units, given.desks):
        with closing(sqlite3.connect(given.folder / device / "desk.sqlite3", timeout=30)) as connection:
            count += connection.execute(
                "SELECT coalesce(max(device_seq), 0) FROM events WHERE device = ?", (device,)
            ).fetchone()[0]
    return count


def run(given: argparse.Namespace) -> int:
    """Until so many events are committed. 0, or 1 where a process ended by itself, which is a fault."""
    world = World(given.folder, given.seed, units=given.units, desks=given.desks, pace=OFFICE)
    life = world.life
    world.close()
    count = before = committed(given)
    start = time.monotonic()
    if count >= given.events:
        return 0
    children = [_begin(given, life, number) for number in range(given.workers)]
    try:
        told = 0.0
        while count < given.events:
            time.sleep(_LOOK)
            count = committed(given)
            if any(child.poll() is not None for child in children):
                print("a process ended by itself", flush=True)
                return 1
            _change(given, count)
            if time.monotonic() - told > 60 or count >= given.events:
                told = time.monotonic()
                print(f"{datetime.now(UTC):%H:%M:%S} {count} events, {(count - before) / (told - start):.1f}/s of this start; "
                      f"{stores(given.folder) / 1e6:.0f} MB of stores", flush=True)  # fmt: skip
    finally:
        for child in children:
            if child.stdin is not None:
                child.stdin.close()
        ends = [child.wait(timeout=300) for child in children]
    return max(map(abs, ends))


def check(given: argparse.Namespace) -> int:
    """Heal every line, then look whether everything holds; memory stays that of one device. 1 where something does not."""
    start, at = time.monotonic(), clock(given.folder) + timedelta(days=20)  # later than any clock that is wrong
    world = World(given.folder, given.seed, units=given.units, desks=given.desks, pace=OFFICE, at=at)
    try:
        world.heal(40)
        healed = time.monotonic()
        faults = broken(world)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"healed in {healed - start:.0f} s, checked in {time.monotonic() - healed:.0f} s, peak {peak} MB",
            flush=True,
        )
        print("\n".join([*faults[:50], f"{len(faults)} faults; {left_over(world)} rows left over"]), flush=True)
    finally:
        world.close()
    return 1 if faults else 0


def _begin(given: argparse.Namespace, life: int, number: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.simulation.long", "--worker", str(number), "--life", str(life)]
    for name in ("events", "seed", "units", "desks", "workers", "folder"):
        command += [f"--{name}", str(getattr(given, name))]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True)


def _change(given: argparse.Namespace, count: int) -> None:
    """The guest leaves after a third of the run, a unit ends after half, in whichever start that is."""
    if count <= given.events // 3:
        return
    world = World(
        given.folder, given.seed, units=given.units, desks=given.desks, only=(), life=1, at=clock(given.folder)
    )
    try:
        if world.directory.official(GUEST).until is None:
            world.guest_leaves()
        if count > given.events // 2 and world.directory.units[-3].ended_on is None:
            world.merge()
    finally:
        world.close()


def stores(folder: Path) -> int:
    """Bytes of all stores, with their logs."""
    return sum(path.stat().st_size for path in folder.glob("device-*/desk.sqlite3*"))


def asked(words: list[str] | None = None) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--units", type=int, default=12)
    parser.add_argument("--desks", type=int, default=25)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--worker", type=int, default=-1)
    parser.add_argument("--life", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True)
    return parser.parse_args(words)


def main() -> int:
    """Run, then heal and check everything."""
    given = asked()
    if given.worker >= 0:
        return work(given)
    given.folder.mkdir(parents=True, exist_ok=True)
    with turn(given.folder / "run.turn") as ours:
        if not ours:
            print("another process runs it")
            return 2
        return run(given) or check(given)


if __name__ == "__main__":
    sys.exit(main())
