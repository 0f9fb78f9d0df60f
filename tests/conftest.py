"""Fixtures that every room may use, and the rule that no test leaves anything behind: thread, process, or noise in the log."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from desktop.practice.pki import PracticePki
from desktop.practice.ports import free_port
from desktop.practice.services import PkiServices
from desktop.practice.tokens import SoftTokens

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_GRACE_SECONDS = 2.0
_TALKATIVE = ("pyhanko", "fontTools")  # they log what they also return or raise: a bad signature is no noise here
_T = TypeVar("_T")
_WIDER_THREADS: set[str] = set()
_WIDER_CHILDREN: set[int] = set()


# No test fails on a time: a busy machine is no falsifying example.
settings.register_profile("qillqa", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("qillqa")


def pytest_configure(config: pytest.Config) -> None:
    """Say which markers exist."""
    config.addinivalue_line(
        "markers", "noisy(text): this test means to provoke a warning in the log that contains `text`"
    )


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test ever sees or touches the home of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    names = {"HOME": "", "XDG_DATA_HOME": "share", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
    with pytest.MonkeyPatch.context() as patch:
        for name, below in names.items():
            (home / below).mkdir(exist_ok=True)
            patch.setenv(name, str(home / below))
        yield


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> Generator[None, object, object]:
    """What a fixture of a wider scope starts belongs to that scope, also when a test asks for it late."""
    threads, children = _threads(), _children()
    result = yield
    if fixturedef.scope != "function":
        _WIDER_THREADS.update(_threads() - threads)
        _WIDER_CHILDREN.update(_children() - children)
    return result


@pytest.fixture(autouse=True)
def _nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread or a process, or that logs a warning it did not announce."""
    threads, children, noise = _threads(), _children(), _Noise()
    logging.getLogger().addHandler(noise)
    yield
    logging.getLogger().removeHandler(noise)
    left = [f"thread {name}" for name in _lasting(lambda: _threads() - threads - _WIDER_THREADS)]
    left += [f"process {pid}" for pid in _lasting(lambda: _children() - children - _WIDER_CHILDREN)]
    expected = [mark.args[0] for mark in request.node.iter_markers("noisy")]
    left += [f"log: {line}" for line in noise.lines if not any(text in line for text in expected)]
    if left:
        pytest.fail("The test left something behind:\n  " + "\n  ".join(left), pytrace=False)


class _Noise(logging.Handler):
    """Collects warnings and worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(_TALKATIVE):
            return
        self.lines.append(f"{record.name} {record.levelname}: {record.getMessage()}")


def _threads() -> set[str]:
    """Living threads by name and number; a foreign (Qt) thread that once ran Python cannot be joined and does not count."""
    foreign = threading._DummyThread  # type: ignore[attr-defined]
    return {f"{one.name} ({one.ident})" for one in threading.enumerate() if not isinstance(one, foreign)}


def _children() -> set[int]:
    """Process ids of our children, the unreaped among them too; Python's own resource tracker does not count."""
    own = {getattr(resource_tracker._resource_tracker, "_pid", None)}
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        return {one.pid for one in multiprocessing.active_children() if one.pid is not None} - own
    pids: set[int] = set()
    for task in tasks.iterdir():
        try:
            pids.update(map(int, (task / "children").read_text().split()))
        except OSError:  # that thread has just ended
            continue
    return pids - own


def _lasting(look: Callable[[], set[_T]]) -> list[_T]:
    """What is still there after a little patience."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while (found := look()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return sorted(found, key=str)


@pytest.fixture(scope="session")
def practice_pki(tmp_path_factory: pytest.TempPathFactory) -> PracticePki:
    """A practice PKI without its services, made once per test process; never revoke anything in it."""
    return PracticePki.create(tmp_path_factory.mktemp("pki"), port=free_port(), now=datetime.now(UTC))


@pytest.fixture(scope="session")
def practice_services(practice_pki: PracticePki) -> Iterator[PkiServices]:
    """OCSP, CRL and TSA of ``practice_pki``, running for the whole session; never switch its TSA off."""
    with PkiServices(practice_pki) as services:
        yield services


@pytest.fixture(scope="session")
def practice_tokens(practice_pki: PracticePki, tmp_path_factory: pytest.TempPathFactory) -> SoftTokens:
    """A soft token per official of ``practice_pki``."""
    return SoftTokens.create(tmp_path_factory.mktemp("tokens"), practice_pki)
