"""A simulated office with PCs put back, doubled and cut off, and reserved matters; and without its guards it is noticed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from desktop.operations import acts, copies
from desktop.records.errors import OfficeError
from desktop.store import own_line
from desktop.store.act import Act
from desktop.sync import compose
from desktop.sync.tracks import Tracks

from .copies import Copies
from .copy_checks import broken_by_copies
from .invariants import broken
from .world import World

SIZES = {"units": 4, "desks": 7}


def simulate(folder: Path, seed: int, steps: int) -> tuple[Copies, list[str]]:
    """So many steps and until all of it has happened, then healing; gives what does not hold."""
    world = World(folder, seed, **SIZES)
    try:
        run = Copies(world)
        for number in range(steps):
            if number == steps // 2:
                world.merge()
            run.step()
        run.finish()
        world.heal()
        return run, [*broken(world), *broken_by_copies(run)]
    finally:
        world.close()


@pytest.mark.timeout(600)
def test_copies_double_nothing_and_reserved_matters_stay_so(tmp_path: Path) -> None:
    seed = 1
    print(f"seed {seed}")
    run, faults = simulate(tmp_path, seed, 100)
    assert faults == []
    assert_happened(run)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(21, 27))
def test_copies_in_a_longer_run(tmp_path: Path, seed: int) -> None:
    print(f"seed {seed}")
    run, faults = simulate(tmp_path, seed, 1000)
    assert faults == []
    assert_happened(run)


def assert_happened(run: Copies) -> None:
    """``finish`` makes sure of each; the dice say only how often and when."""
    for what in ("put back", "doubled", "desk.cloned", "anew", "held back", "line lost", "line back", "numbers again"):
        assert run.done[what] > 0, what
    assert run.reserved.documents
    assert run.reserved.sticks > 0


def _nothing(*_: object, **__: object) -> None:
    pass


@contextmanager
def _nobody_asks() -> Iterator[None]:
    with patch.object(acts, "require_may_act", _nothing), patch.object(copies, "require_may_act", _nothing):
        yield


def _no_look() -> AbstractContextManager[object]:
    """Nothing of what this device did is found in the exchange, before something goes out and afterwards."""
    return patch.object(copies, "bring_own", lambda *_, **__: Tracks())


def _everybody(directory: object, units: object, now: object, key: object) -> list[tuple[str, str]]:
    devices = directory.devices  # type: ignore[attr-defined]
    return sorted((device.id, device.age_recipient) for device in devices)


_TWICE = r"/\d+: two acts"
_ABROAD = r"held back, (lies in the exchange|is at device)"


@dataclass(frozen=True)
class Guard:
    """A check, taken out by ``without``; ``told`` is what the run then must say. Another fault is no proof that this one is noticed."""

    without: Callable[[], AbstractContextManager[object]]
    told: str


GUARDS = {
    "a copy asks before it acts": Guard(_nobody_asks, _TWICE),
    "the exchange is asked first": Guard(_no_look, _TWICE),
    "a copy gives up its numbers": Guard(
        lambda: patch.object(Act, "drop_blocks", lambda *_: 0), r"was given up by|number \d+ of two documents"
    ),
    "what a clone did is held back": Guard(lambda: patch.object(own_line, "hold_back", _nothing), _ABROAD),
    "what never left is taken out": Guard(lambda: patch.object(own_line, "take_out", _nothing), _ABROAD),
    "a reserved act is a letter": Guard(
        lambda: patch.object(compose, "is_confidential", lambda *_: False), r"exchange tells '"
    ),
    "only the audience opens": Guard(
        lambda: patch.object(compose, "recipients_of", _everybody), r"opens the letter of|may open a blob"
    ),
}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("guard", [*GUARDS])
def test_without_a_guard_it_is_noticed(tmp_path: Path, guard: str) -> None:
    other: list[str] = []
    for seed in range(1, 7):
        with GUARDS[guard].without():
            faults = noticed(tmp_path / str(seed), seed)
        told = [fault for fault in faults if re.search(GUARDS[guard].told, fault)]
        print(f"seed {seed}: {len(told)} of {len(faults)} faults, as {told[:1]}")
        if told:
            return
        other += faults
    pytest.fail(f"{guard}: nobody noticed that it was switched off; told was {other[:9]}")


def noticed(folder: Path, seed: int) -> list[str]:
    """What does not hold, or why a desk cannot go on at all."""
    try:
        return simulate(folder, seed, 100)[1]
    except OfficeError as error:
        return [error.code]


@pytest.mark.full
@pytest.mark.timeout(600)
def test_words_in_clear_are_noticed(tmp_path: Path) -> None:
    with GUARDS["a reserved act is a letter"].without():
        faults = noticed(tmp_path, 1)
    assert any("exchange tells" in fault for fault in faults)
