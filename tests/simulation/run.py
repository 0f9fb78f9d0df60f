"""`python -m tests.simulation.run --steps N --seed S --folder F`: the run of a test by hand; `tests.simulation.long` counts events."""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import time
from pathlib import Path

from .acts import step
from .invariants import broken, left_over
from .world import World


def simulate(world: World, steps: int) -> list[str]:
    """So many steps, then healing; gives what does not hold."""
    for number in range(steps):
        if number == steps // 3:
            world.guest_leaves()
        if number == steps // 2:
            world.merge()
        step(world)
    world.heal()
    return broken(world)


def replay(seed: int, steps: int, *, desks: int = 20) -> str:
    """The command that runs the same again."""
    return f"python -m tests.simulation.run --steps {steps} --seed {seed} --desks {desks} --folder FOLDER"


def committed(world: World) -> int:
    """Events that the devices signed."""
    return sum(place.desk.store.device_seq(place.key.id) for place in world.places)


def main() -> int:
    """Run and print the figures. A run that was stopped goes on where the same ``--folder`` is given."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--steps", type=int, default=1000)
    asked.add_argument("--units", type=int, default=8)
    asked.add_argument("--desks", type=int, default=20)
    asked.add_argument("--folder", type=Path, default=Path("simulation-run"))
    asked.add_argument("--keep", action="store_true")
    given = asked.parse_args()
    print(f"seed {given.seed}", flush=True)
    world, start = World(given.folder, given.seed, units=given.units, desks=given.desks), time.perf_counter()
    try:
        before = committed(world)
        faults = simulate(world, given.steps)
        took, count = time.perf_counter() - start, committed(world)
        print(f"{count - before} events in {took:.0f} s, {(count - before) / took:.1f}/s; {_sizes(given.folder)}")
        print(dict(world.done), dict(world.refused), dict(world.problems), f"deaths {world.deaths}")
        print("\n".join([*faults[:20], f"{len(faults)} faults; known (0044): {left_over(world)} rows left over"]))
        if faults:
            print(replay(given.seed, given.steps, desks=given.desks))
    finally:
        world.close()
    if not given.keep and not faults:
        shutil.rmtree(given.folder)
    return 1 if faults else 0


def _sizes(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    stores = sum(path.stat().st_size for path in files if path.name.startswith("desk.sqlite3"))
    every = sum(path.stat().st_size for path in files)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"stores {stores / 1e6:.1f} MB, all {len(files)} files {every / 1e6:.1f} MB; peak {memory:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
