"""A simulated office: random acts, bad lines, sticks, deaths; then everything that must hold does, and without its guards it does not."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import pytest

from desktop.records.errors import OfficeError
from desktop.routing import slips
from desktop.storage.protocol import ObjectStore
from desktop.sync import mailbox_run, push

from .acts import step
from .crashes import Writes, day, dying
from .invariants import broken, judged_by_node
from .long import asked
from .long import committed as signed
from .processes import Running
from .run import committed, replay, simulate
from .world import World

Put = Callable[[ObjectStore, str, bytes], None]


@pytest.mark.timeout(600)
def test_a_random_office_loses_and_doubles_nothing(tmp_path: Path) -> None:
    seed, steps = 1, 240
    print(f"seed {seed}")
    world = World(tmp_path, seed)
    try:
        assert simulate(world, steps) == [], replay(seed, steps)
        _until_all_happened(world)
        world.heal()
        assert broken(world) == [], replay(seed, steps)
        judged, _ = judged_by_node(world)
        assert judged > 0
        assert committed(world) > 200
        assert world.directory.unit("unit-05").ended_on is not None
    finally:
        world.close()


def _until_all_happened(world: World) -> None:
    """Keys are new at each run and decide between equals, so a rare thing may not have happened yet: the day goes on until it has."""
    for place in world.places:
        place.line.calm = False
    for _ in range(2000):
        if not _not_yet(world):
            return
        step(world)
    pytest.fail(f"never happened: {_not_yet(world)}")


def _not_yet(world: World) -> list[str]:
    done = world.done
    happened = {
        "a stick": done["stick"] + done["stick read twice"],
        "a dispatch": done["slip.dispatched"],
        "an arrival": done["slip.received"] + done["slip.rejected"],
        "a death": world.deaths,
        "a lost answer": sum(place.line.lost_answers for place in world.places),
    }
    return [name for name, count in happened.items() if not count]


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_larger_random_office(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    world = World(tmp_path, seed, desks=25)
    try:
        assert simulate(world, 5000) == [], replay(seed, 5000, desks=25)
    finally:
        world.close()


@pytest.mark.timeout(600)
def test_three_desks_killed_by_the_system_go_on(tmp_path: Path) -> None:
    _killed(tmp_path, seed=3, desks=(0, 1, 4), lives=2)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [4, 5])
def test_six_desks_killed_by_the_system_again_and_again(tmp_path: Path, seed: int) -> None:
    _killed(tmp_path, seed=seed, desks=(0, 1, 2, 3, 4, 5), lives=6)


def _killed(folder: Path, *, seed: int, desks: tuple[int, ...], lives: int) -> None:
    """Desks as processes on real stores work at once; each is killed, one of them while its log grows, and starts again."""
    print(f"seed {seed}")
    dice, told, inside = random.Random(seed), dict.fromkeys(desks, 0), 0
    World(folder, seed, units=4, desks=7).close()
    for life in range(1, lives + 1):
        with ExitStack() as stack:
            running = {desk: Running(folder, seed, desk, life) for desk in desks}
            for one in running.values():
                stack.callback(one.kill)
            for desk, one in running.items():
                told[desk] = max(told[desk], one.wait_for_acts(dice.randint(6, 20)))
            inside += running[desks[0]].kill_while_it_writes()
            for one in list(running.values())[1:]:
                one.kill_soon(dice)
    assert inside > 0
    world = World(folder, seed, units=4, desks=7)
    try:
        for desk, number in told.items():
            assert world.places[desk].desk.store.device_seq(f"device-{desk:02}") >= number > 0
        world.heal()
        assert broken(world) == []
    finally:
        world.close()


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_each_write_of_a_day_may_be_the_last(tmp_path: Path) -> None:
    World(tmp_path / "morning", 2, units=3, desks=4).close()
    count = len(_a_day(tmp_path, Writes()).names)
    named: set[str] = set()
    for at in range(count):
        named.add(_a_day(tmp_path, Writes(at)).names[at])
    assert named == {"commit", "after commit", "file", "put", "after put", "mark"}
    print(f"{count} writes")


def _a_day(folder: Path, writes: Writes) -> Writes:
    shutil.copytree(folder / "morning", folder / "day")
    world = World(folder / "day", 2, units=3, desks=4)
    try:
        for place in world.places:
            place.line.calm = True
        with dying(world, writes):
            day(world)
        world.heal()
        assert broken(world) == [], f"dies before {writes.names[-1]}, {len(writes.names)}"
        (slip,) = world.places[1].desk.store.slips()
        assert slip.holder == world.places[1].unit
    finally:
        world.close()
    shutil.rmtree(folder / "day")
    return writes


@pytest.mark.timeout(900)
def test_a_long_run_goes_on_after_it_was_killed_and_is_checked(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.simulation.long",
        "--seed",
        "6",
        "--units",
        "4",
        "--desks",
        "7",
        "--workers",
        "2",
    ]
    command += ["--folder", str(tmp_path), "--events"]
    given = asked([*command[3:], "90"])
    first = subprocess.Popen([*command, "90000"], cwd=Path(__file__).parents[2])
    until = time.monotonic() + 300
    while not (tmp_path / "share-0.json").exists() or not (tmp_path / "share-1.json").exists():
        assert first.poll() is None
        assert time.monotonic() < until
        time.sleep(0.2)
    first.kill()
    first.wait()
    before = signed(given)
    assert before > 0
    ran = subprocess.run(
        [*command, str(before + 60)], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "0 faults" in ran.stdout
    assert signed(given) >= before + 60


GUARDS = {
    "rows are kept until they are sent": lambda: patch.object(push, "put_right", _put_some()),
    "what is there already is compared": lambda: patch.object(push, "put_right", _put_once()),
    "a cursor stops before a hole": lambda: patch.object(mailbox_run.DeviceRun, "advance", _to_the_end),
    "a late cancellation takes nothing back": lambda: patch.object(slips, "late_cancellations", lambda *_: {}),
}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("guard", [*GUARDS])
def test_without_a_guard_the_simulation_fails(tmp_path: Path, guard: str) -> None:
    with_it = World(tmp_path / "with", 1, units=4, desks=7)
    try:
        assert simulate(with_it, 150) == []
    finally:
        with_it.close()
    for seed in range(1, 9):
        with GUARDS[guard]():
            world = World(tmp_path / str(seed), seed, units=4, desks=7)
            try:
                if _noticed(world) or judged_by_node(world, one_in=1)[1]:
                    return
            finally:
                world.close()
    pytest.fail(f"{guard}: nobody noticed that it was switched off")


def _noticed(world: World) -> bool:
    """Whether anything does not hold, or a desk cannot go on at all."""
    try:
        return simulate(world, 150) != []
    except OfficeError:
        return True


@pytest.mark.timeout(600)
def test_a_push_that_forgets_is_noticed(tmp_path: Path) -> None:
    with patch.object(push, "put_right", _put_some()):
        world = World(tmp_path, 1, units=4, desks=7)
        try:
            assert simulate(world, 60) != []
        finally:
            world.close()


def _put_some() -> Put:
    """A push that takes an answer for granted: every fifth object never goes."""
    count, put = itertools.count(), push.put_right

    def some(exchange: ObjectStore, key: str, data: bytes) -> None:
        if next(count) % 5:
            put(exchange, key, data)

    return some


def _put_once() -> Put:
    """A push that does not know its own object again, whose answer was lost."""

    def once(exchange: ObjectStore, key: str, data: bytes) -> None:
        if not exchange.put_if_absent(key, data):
            raise OfficeError("push.key_taken", key=key)

    return once


def _to_the_end(device: mailbox_run.DeviceRun) -> bool:
    """A cursor that goes to the last number that was seen."""
    before, device.cursor = device.cursor, max([device.cursor, *device.seen])
    return device.cursor != before
