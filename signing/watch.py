"""Which tokens are here, found in the background and told as they come and go. Asks no PIN.

A thread and a child process per module, so that one that is slow, hangs or crashes delays no other. Where PC/SC tells of cards, modules
are asked when it does; else, and always for tokens that are files, at an interval.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .drivers import SOFT, FoundModule, driver_by_atr, drivers, find_modules
from .errors import SigningError, TokenError
from .pcsc import Reader
from .probe import Probe
from .readers import ONCE_LIMIT, Readers, ReaderWatch, ServiceState
from .report import Token
from .tokens import merge_tokens
from .watch_station import Station

if TYPE_CHECKING:
    from types import TracebackType

_SECOND_LOOK = 2.0  # seconds after a card came or went: some drivers see it later than the reader does


@dataclass(frozen=True, slots=True)
class CardHint:
    """A card in a reader that PC/SC sees and no token answers for. ``driver``: which one it needs; empty when unknown."""

    reader: str
    atr: str
    driver: str

    def finding(self) -> TokenError:
        """The same as a code with words: ``driver.missing``, ``driver.unknown_card``."""
        if self.driver:
            files = next((one.files(sys.platform) for one in drivers() if one.name == self.driver), ())
            return TokenError("driver.missing", driver=self.driver, reader=self.reader, files=", ".join(files))
        return TokenError("driver.unknown_card", reader=self.reader, atr=self.atr)


@dataclass(frozen=True, slots=True)
class TokenSnapshot:
    """What is known at ``moment``. ``searching``: some module has not answered yet, and more may come.

    ``tokens``: each once, those that can sign first. ``faults``: modules that could not be loaded or asked.
    """

    tokens: tuple[Token, ...]
    faults: tuple[SigningError, ...]
    hints: tuple[CardHint, ...]
    searching: bool
    moment: datetime
    service: ServiceState | None = None  # of card readers; None: not known yet, or not asked
    readers: tuple[Reader, ...] = ()


class TokenWatch:
    """Looks from ``start`` to ``stop`` (also a context manager) and calls ``listener`` with each change.

    The listener is called from threads of the watch, one at a time. It must be short and must not call the watch. ``find`` gives the
    modules, and is asked again every ``rescan`` seconds.
    ``interval`` and ``slow``: seconds between looks without, and with, PC/SC. ``card_readers=False`` leaves PC/SC alone.
    """

    def __init__(
        self,
        listener: Callable[[TokenSnapshot], None],
        *,
        find: Callable[[], Sequence[FoundModule]] = find_modules,
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        timeout: float = 15.0,
        interval: float = 5.0,
        slow: float = 60.0,
        rescan: float = 30.0,
        card_readers: bool = True,
    ) -> None:
        self._listener = listener
        self._find = find
        self._environment = dict(environment or {})
        self._clock = clock
        self.timeout, self._interval, self._slow, self._rescan = timeout, interval, slow, rescan
        self._card_readers = card_readers
        self._stations: dict[tuple[Path, int, int], Station] = {}
        self._bad: tuple[FoundModule, ...] = ()
        self._readers: Readers | None = None
        self._scanned = False
        self._lock = threading.Lock()  # over what is known
        self._telling = threading.Lock()  # so that snapshots are told in the order in which they were made
        self._told: TokenSnapshot | None = None
        self._answered = threading.Condition()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._paused: list[frozenset[Path] | None] = []
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin."""
        self._thread = threading.Thread(target=self._run, name="token-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every thread and child, whatever they are doing. Safe to call twice. The listener is not called any more."""
        self._over.set()
        self._wake.set()
        with self._answered:
            self._answered.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self, wait: float = 0.0) -> TokenSnapshot:
        """Look again now, also at modules that failed; what is known once all have answered, or after ``wait`` seconds."""
        with self._lock:
            for station in self._stations.values():
                station.searching = station.searching or self._free(station.module.path)
                station.ask_again()
        self._wake.set()
        with self._answered:
            self._answered.wait_for(lambda: self._over.is_set() or not self.snapshot().searching, wait)
        return self.snapshot()

    def snapshot(self) -> TokenSnapshot:
        """What is known now."""
        with self._lock:
            return self._made()

    @contextlib.contextmanager
    def paused(self, *modules: Path) -> Iterator[None]:
        """Leave these modules (or all) alone: their children end first, so that a session has the token for itself."""
        chosen = frozenset(modules) if modules else None
        with self._lock:
            self._paused.append(chosen)
            held = [one for one in self._stations.values() if chosen is None or one.module.path in chosen]
        for station in held:
            station.rest()
        try:
            yield
        finally:
            with self._lock:
                self._paused.remove(chosen)
                for station in self._stations.values():
                    station.ask_again()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- called by stations

    def may_look(self, module: Path) -> bool:
        """Whether nobody asked that this module be left alone."""
        with self._lock:
            return self._free(module)

    def _free(self, module: Path) -> bool:
        return not any(chosen is None or module in chosen for chosen in self._paused)

    def pause_after(self, module: FoundModule) -> tuple[float, bool]:
        """Seconds until that module's next look, and whether its child may end meanwhile."""
        events = self._readers is not None and self._readers.state is ServiceState.RUNNING
        heard = events and module.kind != SOFT and module.driver != ""
        return (self._slow, True) if heard else (self._interval, False)

    def new_probe(self, module: Path) -> Probe:
        """A child for that module."""
        return Probe(module, timeout=self.timeout, environment=self._environment, clock=self._clock)

    def tell(self) -> None:
        """Tell the listener, if anything is different; and whoever waits in ``look``."""
        with self._answered:
            self._answered.notify_all()
        with self._telling:
            with self._lock:
                made = self._made()
            if self._over.is_set() or (
                self._told is not None and replace(made, moment=self._told.moment) == self._told
            ):
                return
            self._told = made
            self._listener(made)

    # -- own thread

    def _run(self) -> None:
        readers = self._watch_readers()
        try:
            while not self._over.is_set():
                self._wake.clear()
                self._gather()
                self.tell()
                self._wake.wait(self._rescan)
        finally:
            if readers is not None:
                readers.stop()
            with self._lock:
                stations, self._stations = list(self._stations.values()), {}
            _end(stations)

    def _watch_readers(self) -> ReaderWatch | None:
        if not self._card_readers:
            return None
        try:
            return ReaderWatch(self._cards, environment=self._environment)
        except OSError:  # no process can be started: modules will say the same
            self._cards(Readers(ServiceState.ABSENT))
            return None

    def _cards(self, seen: Readers) -> None:
        with self._lock:
            before, self._readers = self._readers, seen
            if before is None and not any(one.present for one in seen.readers):
                stations = []
            else:
                stations = list(self._stations.values())
            for station in stations:
                station.ask_again(then=_SECOND_LOOK)
        self._wake.set()  # a driver may have been installed for this very card
        self.tell()

    def _gather(self) -> None:
        """Stations for the modules that are there now: new and changed files get one, files that went lose theirs."""
        found = list(self._find())
        wanted = {_stamp(one.path): one for one in found if one.fault is None}
        with self._lock:
            gone = [self._stations.pop(key) for key in self._stations.keys() - wanted.keys()]
            new = {key: Station(self, module) for key, module in wanted.items() if key not in self._stations}
            self._stations = {key: new.get(key) or self._stations[key] for key in wanted}  # in the order of the scan
            self._bad = tuple(one for one in found if one.fault is not None)
            self._scanned = True
        _end(gone)
        for station in new.values():
            station.start()

    def _made(self) -> TokenSnapshot:
        stations = list(self._stations.values())
        ranks = {str(one.module.path): one.module.rank for one in stations}
        seen = [token for one in stations for token in one.seen[0]]
        tokens = merge_tokens(seen, rank=lambda module: ranks[module])
        # one error object is not equal to another that says the same: keep those told before
        faults = (*(one.fault for one in self._bad if one.fault), *(fault for one in stations for fault in one.seen[1]))
        return TokenSnapshot(
            tokens,
            _kept(faults, () if self._told is None else self._told.faults),
            self._hints(tokens, [one.module for one in stations]),
            not self._scanned or any(one.searching for one in stations),
            self._clock(),
            None if self._readers is None else self._readers.state,
            () if self._readers is None else self._readers.readers,
        )

    def _hints(self, tokens: Sequence[Token], modules: Sequence[FoundModule]) -> tuple[CardHint, ...]:
        """Cards that nobody reads: their own driver is not here, and no token seen through another can be theirs.

        Which token sits in which reader PKCS#11 does not say: they are counted, and brands that are known stay in the list longest.
        """
        names = {module.driver for module in modules}
        kinds = {str(module.path): module.kind for module in modules}
        hints, at_home = [], 0
        for reader in () if self._readers is None else self._readers.readers:
            driver = driver_by_atr(reader.atr)
            if driver is not None and driver.name in names:
                at_home += 1
            elif reader.present:
                hints.append(CardHint(reader.name, reader.atr.hex(), driver.name if driver else ""))
        explained = max(0, sum(kinds[token.module] != SOFT for token in tokens) - at_home)
        hints.sort(key=lambda hint: not hint.driver)
        return tuple(hints[: max(0, len(hints) - explained)])


def look_once(
    *,
    find: Callable[[], Sequence[FoundModule]] = find_modules,
    environment: Mapping[str, str] | None = None,
    timeout: float = 15.0,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> TokenSnapshot:
    """Every module asked once, all at the same time, and the card readers: for a command that answers and ends."""
    found, service = threading.Event(), threading.Event()

    def listen(seen: TokenSnapshot) -> None:
        if seen.service is not None:
            service.set()
        if not seen.searching:
            found.set()

    with TokenWatch(listen, find=find, environment=environment, timeout=timeout, clock=clock) as watch:
        service.wait(ONCE_LIMIT)
        found.wait(2 * timeout + 30)
        return watch.snapshot()


def _end(stations: Sequence[Station]) -> None:
    for station in stations:
        station.end()
    for station in stations:
        while not station.ended:
            station.end()  # the child may have been started in between
            time.sleep(0.01)


def _stamp(path: Path) -> tuple[Path, int, int]:
    try:
        facts = path.stat()
    except OSError:
        return path, 0, 0
    return path, facts.st_mtime_ns, facts.st_size  # a driver that was updated is another one


def _kept(faults: Sequence[SigningError], before: Sequence[SigningError]) -> tuple[SigningError, ...]:
    known = {(type(one), one.code, tuple(sorted(one.facts.items(), key=str))): one for one in before}
    return tuple(known.get((type(one), one.code, tuple(sorted(one.facts.items(), key=str))), one) for one in faults)
