"""Tokens that come and go while somebody watches: SoftHSM in earnest, modules that hang, crash, are slow, appear and vanish."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from signing.drivers import FoundModule, find_modules
from signing.errors import TokenError
from signing.readers import ServiceState, read_readers
from signing.report import PinState
from signing.watch import TokenSnapshot, TokenWatch, look_once
from tests.fixtures import modules
from tests.fixtures.card_reader import ATHENA, FEITIAN, STRANGER, CardReader

SECONDS = 20.0


class Store:
    """A SoftHSM store of its own."""

    def __init__(self, folder: Path, module: Path) -> None:
        (folder / "store").mkdir(parents=True)
        conf = folder / "softhsm2.conf"
        conf.write_text(f"directories.tokendir = {folder / 'store'}\nslots.removable = true\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(conf), "PCSCLITE_CSOCK_NAME": str(folder / "no-service")}
        self.module = module
        self.others = _workers()

    def insert(self, label: str, pin: str = "1234") -> None:
        self._util("--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", pin)

    def pull(self, label: str) -> None:
        self._util("--delete-token", "--token", label)

    def _util(self, *words: str) -> None:
        subprocess.run(
            ["softhsm2-util", *words], env={**os.environ, **self.environment}, check=True, capture_output=True
        )


@pytest.fixture
def store(tmp_path, lab):
    return Store(tmp_path / "own", lab.tokens.module)


class Told:
    """What a watch told; ``until`` waits for a snapshot of a kind."""

    def __init__(self) -> None:
        self.all: list[TokenSnapshot] = []
        self._changed = threading.Condition()

    def __call__(self, seen: TokenSnapshot) -> None:
        with self._changed:
            self.all.append(seen)
            self._changed.notify_all()

    def until(self, wanted: Callable[[TokenSnapshot], bool], seconds: float = SECONDS) -> TokenSnapshot:
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.all) and wanted(self.all[-1]), seconds), self.all[-1:]
            return self.all[-1]

    def until_labels(self, *labels: str) -> TokenSnapshot:
        return self.until(
            lambda seen: not seen.searching and sorted(one.label for one in seen.tokens) == sorted(labels)
        )


def fixed(*paths: Path, kind: str = "") -> Callable[[], list[FoundModule]]:
    return lambda: [FoundModule(path, "", kind) for path in paths]


def watching(told: Told, store: Store, *paths: Path, **options: object) -> TokenWatch:
    settings = {
        "interval": 0.1,
        "rescan": 0.2,
        "card_readers": False,
        "environment": store.environment,
        "timeout": 15.0,
    }
    return TokenWatch(told, **{"find": fixed(*(paths or [store.module])), **settings, **options})


def copy_of(module: Path, path: Path) -> Path:
    shutil.copy(module.resolve(), path)
    return path


def test_tokens_come_and_go(store):
    told = Told()
    with watching(told, store):
        assert told.until_labels().tokens == ()
        store.insert("first")
        told.until_labels("first")
        store.insert("second")
        token = next(one for one in told.until_labels("first", "second").tokens if one.label == "second")
        assert (token.pin_state, token.soft, token.module) == (PinState.OK, False, str(store.module))
        store.pull("first")  # the second one's slot changes with it
        store.pull("second")
        store.insert("third")
        told.until_labels("third")
    assert told.all[0].searching
    assert all(earlier.moment <= later.moment for earlier, later in pairwise(told.all))


def test_nothing_is_told_twice(store):
    store.insert("one")
    told = Told()
    with watching(told, store, interval=0.02, rescan=0.02):
        told.until_labels("one")
        count = len(told.all)
        time.sleep(0.6)
        assert len(told.all) == count
    facts = [(one.tokens, one.faults, one.searching) for one in told.all]
    assert all(earlier != later for earlier, later in pairwise(facts))


def test_a_token_that_two_modules_see_is_shown_once(store, tmp_path):
    store.insert("one")
    copy = copy_of(store.module, tmp_path / "libcopy.so")
    told = Told()
    with watching(told, store, copy, store.module):
        seen = told.until(lambda seen: len(seen.tokens) == 1 and seen.tokens[0].also_in != ())
        assert (seen.tokens[0].module, seen.tokens[0].also_in) == (str(copy), (str(store.module),))


def test_a_tokens_own_driver_is_preferred(store, tmp_path):
    store.insert("one")
    copy = copy_of(store.module, tmp_path / "libcopy.so")
    found = [FoundModule(store.module, "OpenSC", "generic"), FoundModule(copy, "Feitian ePass2003", "vendor")]
    told = Told()
    with watching(told, store, find=lambda: found):
        seen = told.until(lambda seen: len(seen.tokens) == 1 and seen.tokens[0].also_in != ())
        assert (seen.tokens[0].module, seen.tokens[0].also_in) == (str(copy), (str(store.module),))


def test_a_module_that_hangs_delays_no_other_and_is_told(store, tmp_path):
    store.insert("one")
    told = Told()
    hung = modules.hanging(tmp_path / "libhang.so")
    with watching(told, store, hung, store.module, timeout=2.0):
        early = told.until(lambda seen: len(seen.tokens) == 1)
        assert early.searching
        assert early.faults == ()
        late = told.until(lambda seen: not seen.searching)
        assert [(fault.code, fault.facts["module"]) for fault in late.faults] == [("token.module_hung", "libhang.so")]
        assert [one.label for one in late.tokens] == ["one"]


def test_a_module_that_crashes_is_told_and_not_started_again_and_again(store, tmp_path, monkeypatch):
    store.insert("one")
    told = Told()
    crash = modules.crashing(tmp_path / "libcrash.so")
    made: list[Path] = []
    real = TokenWatch.pause_after
    monkeypatch.setattr(TokenWatch, "pause_after", lambda self, module: made.append(module.path) or real(self, module))
    with watching(told, store, crash, store.module, interval=0.05):
        seen = told.until(lambda seen: not seen.searching and len(seen.tokens) == 1)
        assert [fault.code for fault in seen.faults] == ["token.module_crashed"]
        time.sleep(0.8)
    assert made.count(store.module) > 2 * made.count(crash)
    assert made.count(crash) <= 5  # after 0.1, 0.2, 0.4, 0.8 s …


def test_a_slow_module_comes_later(store, tmp_path):
    store.insert("one")
    told = Told()
    slow = modules.slow(tmp_path / "libslow.so", store.module, 0.7)
    with watching(told, store, slow, store.module):
        early = told.until(lambda seen: len(seen.tokens) == 1)
        assert (early.searching, early.tokens[0].also_in) == (True, ())
        late = told.until(lambda seen: not seen.searching)
        assert (late.tokens[0].module, late.tokens[0].also_in) == (str(slow), (str(store.module),))


def test_a_driver_installed_and_removed_meanwhile(store, tmp_path):
    store.insert("one")
    folder = tmp_path / "root" / "usr" / "lib" / "softhsm"
    folder.mkdir(parents=True)
    told = Told()
    with watching(told, store, find=lambda: find_modules(root=tmp_path / "root")):
        assert told.until_labels().tokens == ()
        module = copy_of(store.module, folder / "libsofthsm2.so")
        told.until_labels("one")
        module.unlink()
        told.until_labels()


def test_a_driver_that_is_replaced_is_loaded_anew(store, tmp_path):
    store.insert("one")
    module = modules.crashing(tmp_path / "module.so")
    told = Told()
    with watching(told, store, module, interval=300.0):
        told.until(lambda seen: [fault.code for fault in seen.faults] == ["token.module_crashed"])
        copy_of(store.module, tmp_path / "new.so").replace(module)
        assert told.until_labels("one").faults == ()


def test_a_file_that_cannot_be_loaded_is_told_and_never_asked(store, tmp_path):
    bad = tmp_path / "notes.so"
    bad.write_text("no library")
    told = Told()
    with watching(told, store, find=lambda: find_modules(explicit=[bad, store.module])):
        seen = told.until(lambda seen: not seen.searching)
        assert [fault.code for fault in seen.faults] == ["driver.not_a_library"]


def test_nothing_is_looked_at_while_a_session_has_the_token(store, lab):
    told = Told()
    with watching(told, store) as watch:
        told.until_labels()
        assert _children_of_modules(store)
        with watch.paused(store.module):
            assert not _children_of_modules(store)
            store.insert("one")
            time.sleep(0.5)
            assert not _children_of_modules(store)
            assert watch.snapshot().tokens == ()
        told.until_labels("one")
        with watch.paused(), watch.paused(store.module):
            store.pull("one")
        told.until_labels()


def test_looking_again_does_not_wait_for_a_module_that_is_left_alone(store):
    store.insert("one")
    told = Told()
    with watching(told, store) as watch:
        assert [token.label for token in watch.look(SECONDS).tokens] in ([], ["one"])
        told.until_labels("one")
        with watch.paused(store.module):
            started = time.monotonic()
            assert [token.label for token in watch.look(SECONDS).tokens] == ["one"]
            assert time.monotonic() - started < 5
        store.insert("two")
        assert sorted(token.label for token in watch.look(SECONDS).tokens) == ["one", "two"]


def test_where_no_process_can_be_started_that_is_told(store, monkeypatch):
    def refuse(*_: object, **__: object) -> object:
        raise OSError("no more processes")

    monkeypatch.setattr("signing.readers.subprocess.Popen", refuse)
    seen = look_once(find=fixed(store.module), environment=store.environment, timeout=2.0)
    assert (seen.service, [fault.code for fault in seen.faults]) == (ServiceState.ABSENT, ["worker.not_started"])
    assert read_readers().state is ServiceState.ABSENT


def test_pausing_does_not_wait_for_a_module_that_hangs(store, tmp_path, monkeypatch):
    monkeypatch.setattr("signing.watch_station._PATIENCE", 0.1)
    told = Told()
    hung = modules.hanging(tmp_path / "libhang.so")
    with watching(told, store, hung, store.module, timeout=60.0) as watch:
        told.until(lambda seen: bool(seen.moment))
        time.sleep(0.3)
        started = time.monotonic()
        with watch.paused():
            assert time.monotonic() - started < 10
            assert not _children_of_modules(store)


def test_stopping_ends_everything_at_once(store, tmp_path):
    told = Told()
    hung = modules.hanging(tmp_path / "libhang.so")
    watch = watching(told, store, hung, store.module, timeout=60.0, card_readers=True)
    watch.start()
    told.until(lambda seen: seen.searching and seen.service is not None)
    time.sleep(0.3)
    started = time.monotonic()
    watch.stop()
    assert time.monotonic() - started < 5
    assert not [one for one in threading.enumerate() if one.name.startswith(("token-watch", "reader-watch"))]
    assert not _children_of_modules(store)
    watch.stop()


def test_stopping_before_anything_was_started(store):
    watching(Told(), store).stop()


def test_looking_again_asks_also_modules_that_failed(store, tmp_path):
    told = Told()
    module = modules.crashing(tmp_path / "m.so")
    with watching(told, store, module, interval=300.0, rescan=300.0) as watch:
        told.until(lambda seen: seen.faults != ())
        os.utime(module, ns=(1, 1))
        stamp = module.stat()
        shutil.copyfile(store.module.resolve(), tmp_path / "m2.so")
        (tmp_path / "m2.so").replace(module)
        store.insert("one")
        watch.look()
        assert told.until_labels("one").faults == ()
        assert stamp.st_mtime_ns == 1


def test_dates_are_judged_by_the_clock_given(lab):
    late = datetime(2090, 1, 1, tzinfo=UTC)
    seen = look_once(
        find=fixed(lab.tokens.module),
        environment={**lab.tokens.environment(), "PCSCLITE_CSOCK_NAME": "/nothing"},
        clock=lambda: late,
    )
    assert {one.unusable for token in seen.tokens for one in token.certificates} == {"expired", "is_ca"}
    assert (seen.moment, seen.searching, seen.service) == (late, False, ServiceState.ABSENT)


def test_a_look_that_ends_by_itself_sees_all(lab, tmp_path):
    environment = {**lab.tokens.environment(), "PCSCLITE_CSOCK_NAME": "/nothing"}
    crash = modules.crashing(tmp_path / "libcrash.so")
    seen = look_once(find=fixed(crash, lab.tokens.module), environment=environment)
    assert {token.label for token in seen.tokens} >= {"juana", "pedro", "maria"}
    assert [fault.code for fault in seen.faults] == ["token.module_crashed"]
    assert not seen.searching


# --- card readers


@pytest.fixture
def reader(tmp_path):
    with CardReader(tmp_path / "reader") as reader:
        reader.start()
        yield reader


def test_a_card_whose_driver_is_missing_is_told_by_its_brand(store, tmp_path, reader):
    told = Told()
    environment = {**store.environment, **reader.environment}
    with watching(told, store, card_readers=True, environment=environment):
        assert told.until(lambda seen: seen.service is ServiceState.RUNNING).hints == ()
        reader.insert(FEITIAN)
        (hint,) = told.until(lambda seen: seen.hints != ()).hints
        assert (hint.driver, hint.reader, hint.atr) == ("Feitian ePass2003", "Lector virtual 00 00", FEITIAN)
        finding = hint.finding()
        assert isinstance(finding, TokenError)
        assert finding.code == "driver.missing"
        assert "libcastle" in finding.facts["files"]
        reader.remove()
        told.until(lambda seen: seen.hints == ())
        reader.insert(STRANGER)
        (hint,) = told.until(lambda seen: seen.hints != ()).hints
        assert (hint.driver, hint.finding().code) == ("", "driver.unknown_card")


def test_no_driver_is_missing_where_it_is_installed_or_another_reads_the_card(store, tmp_path, reader):
    environment = {**store.environment, **reader.environment}
    copy = copy_of(store.module, tmp_path / "libcastle.so")
    reader.insert(FEITIAN)
    for name, kind, count in (("Feitian ePass2003", "vendor", 0), ("OpenSC", "generic", 0), ("SoftHSM", "soft", 1)):
        if kind == "generic":
            store.insert("read by it")
        found = [FoundModule(copy, name, kind)]
        seen = look_once(find=lambda found=found: found, environment=environment)
        assert (seen.service, len(seen.hints)) == (ServiceState.RUNNING, count), name


def test_with_card_events_a_module_is_asked_when_a_card_comes_and_its_child_ends(store, tmp_path, reader):
    environment = {**store.environment, **reader.environment}
    found = [FoundModule(store.module, "Athena IDProtect", "vendor")]
    told = Told()
    options = {"interval": 300.0, "slow": 300.0, "rescan": 300.0, "card_readers": True}
    with watching(told, store, find=lambda: found, environment=environment, **options):
        told.until(lambda seen: seen.service is ServiceState.RUNNING and not seen.searching)
        store.insert("in the card")
        assert told.all[-1].tokens == ()
        reader.insert(ATHENA)
        told.until_labels("in the card")
        deadline = time.monotonic() + SECONDS
        while _children_of_modules(store) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not _children_of_modules(store)


def _children_of_modules(store: Store) -> list[int]:
    """Worker children that were started since the store was made, and live."""
    return sorted(_workers() - store.others)


def _workers() -> set[int]:
    pids: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # that thread has just ended
            pids.update(map(int, (task / "children").read_text().split()))
    return {pid for pid in pids if b"signing.worker_child" in _command(pid)}


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
