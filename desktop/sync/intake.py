"""Intake: deliveries, wherever they come from, are checked and become part of the store. Order and repetition do not matter.

A batch is fetched at once and added in one act, so that a slip with many new events is folded once. Blobs are kept before the act
that adds their event: a desk that dies at any moment has nothing half done.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.records.events import SignedEvent

from .compose import enqueue_deliveries, readers_of
from .events import read_event
from .keys import Delivery, Letter, blob_key
from .letters import open_letter
from .luggage import WAITS, Luggage, fetch_large, is_kept, is_large, open_luggage, still_wanted, wanted
from .mailbox import Gap, fetch
from .pieces import NEVER, Pause, fetch_blob, forget
from .push import Problem

if TYPE_CHECKING:
    from desktop.records.events import BlobRef
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey
    from .lanes import Lanes

BATCH = 64  # deliveries that are fetched and added at a time
MOST_ASIDE = 1000  # of one mailbox, noted one by one: files of no known form, and as many deliveries that were refused
EARLY = "blob.history_early"  # an act of a history that a newer directory, or a newer program, may make right
# Not wrong for ever: a newer directory, a newer program or a blob that arrives late makes them right.
PASSING = frozenset({
    "event.unknown_device", "event.newer_format", "event.unknown_kind", "event.unknown_official", "event.not_enrolled",
    "event.wrong_unit", "event.official_left",
    "event.no_delegation", "event.secretary_only", "event.device_expired",
    "storage.not_found", "blob.missing", "blob.damaged", "mail.damaged", WAITS,
    EARLY,
})  # fmt: skip
LACKING = frozenset({"blob.missing", "blob.damaged", WAITS})  # the event is here, and a file of it may still come
STOPPING = frozenset({
    "storage.unreachable", "storage.denied", "storage.untrusted_server", "storage.no_bucket",
    "store.disk_full", "store.busy", "store.damaged", "store.unwritable",
})  # fmt: skip
FOREIGN = "mail.foreign"
_NEWS_HELPS = frozenset({"event.unknown_device", "event.unknown_official", "event.not_enrolled", "event.no_delegation"})


@dataclass(slots=True)
class Intake:
    """One run: what it works with and what it counts. ``refresh`` gives the newest directory, and is asked once."""

    store: DeskStore
    exchange: ObjectStore
    key: DeviceKey
    directory: Directory
    now: datetime
    lanes: Lanes
    refresh: Callable[[], Directory] | None = None
    pause: Pause = NEVER
    holds: Callable[[str], bool] | None = None
    events: int = 0
    history: int = 0
    blobs: int = 0
    quarantined: int = 0
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)  # quarantined key → code
    waiting: dict[str, None] = field(default_factory=dict)  # deliveries whose large files are still to be fetched
    met: set[str] = field(default_factory=set)  # the codes of all that was refused in this run
    uncounted: Counter[str] = field(default_factory=Counter)  # by unit, the refused deliveries that were not noted
    _noted: Counter[tuple[str, bool]] = field(default_factory=Counter)  # by unit and whether foreign, how many are
    _aside: list[tuple[str, str, str]] = field(default_factory=list)
    _released: list[str] = field(default_factory=list)

    def refuse(self, key: str, digest: str, code: str, facts: Mapping[str, Fact]) -> None:
        """Put an object aside; it is told the first time, and again when the reason changes. What only waits is not told.

        Of a mailbox ``MOST_ASIDE`` are noted and the rest is counted: anybody may write a million of them. What lacks only a file
        is always noted, since its event was believed.
        """
        self.met.add(code)
        if code == WAITS:
            self.waiting[key] = None
            if self.held.get(key, "").startswith("blob."):
                return  # what was told stays told until it is there
        if self.held.get(key) == code:
            return
        if code not in LACKING and not self._is_room(key, code):
            return
        self._aside.append((key, digest, code))
        self.held[key] = code
        if code != WAITS:
            self.quarantined += 1
            self.problems.append((code, {"key": key, **facts}))

    def release(self, key: str) -> None:
        """It has been read since."""
        self.waiting.pop(key, None)
        code = self.held.pop(key, None)
        if code is not None:
            self._released.append(key)
            if code not in LACKING:
                self._noted[_unit_of(key), code == FOREIGN] -= 1

    def begin(self) -> None:
        """Read what was put aside before."""
        self.held = {item.key: item.code for item in self.store.quarantined()}
        self.waiting = {key: None for key, code in self.held.items() if code == WAITS}
        self._noted = Counter(
            (_unit_of(key), code == FOREIGN) for key, code in self.held.items() if code not in LACKING
        )

    def _is_room(self, key: str, code: str) -> bool:
        """Whether one more is noted; counts it."""
        before = self.held.get(key)
        if before is not None and before not in LACKING:
            return True
        box = _unit_of(key), code == FOREIGN
        if self._noted[box] >= MOST_ASIDE:
            self.uncounted[box[0]] += code != FOREIGN
            return False
        self._noted[box] += 1
        return True

    def settle(self) -> None:
        """Write down what was put aside and released, in one act."""
        if not self._aside and not self._released:
            return
        aside, self._aside = self._aside, []
        released, self._released = self._released, []
        with self.store.act() as act:
            for key in (*released, *(key for key, _, _ in aside)):
                act.release(key)
            for key, digest, code in aside:
                act.quarantine(key, digest, code, self.now)


def _unit_of(key: str) -> str:
    """Whose mailbox it lies in: the third part of a key."""
    return key.split("/", 3)[2] if key.count("/") > 2 else ""


@dataclass(slots=True)
class _Arrival:
    """A delivery that was read and is about to be added."""

    mail: Delivery
    signed: SignedEvent
    new: bool
    refs: list[BlobRef]
    luggage: Luggage = field(default_factory=Luggage)
    history: list[SignedEvent] = field(default_factory=list)


def take(run: Intake, mails: Sequence[Delivery], *, full: bool) -> set[int]:
    """Bring in a batch of one device's deliveries to one mailbox, in order.

    Gives the numbers under which an event of that device is now known to have been there; the others were refused and say why.
    """
    known = run.store.known_events([mail.digest for mail in mails])
    settled: set[int] = set()
    asked: list[tuple[Delivery, Future[bytes] | None]] = []
    for mail in mails:
        code = run.held.get(mail.key)
        if code is not None and code not in PASSING and not full:
            if mail.digest in known and code.startswith("blob."):
                settled.add(mail.seq)
            continue
        asked.append((mail, None if mail.digest in known else _fetching(run, mail)))
    arrivals = _read_all(run, asked, settled)
    _open_all(run, arrivals)
    settled |= _keep_all(run, arrivals)
    run.settle()
    return settled


def take_large(run: Intake, mail: Delivery, signed: SignedEvent) -> bool:
    """Fetch the large blobs of an event that is here; True when nothing of it is missing any more. Raises ``Paused``."""
    for ref in wanted(run.store, signed, run.key, ()):
        try:
            if is_large(ref):
                fetch_large(run.store, run.exchange, ref, run.key, run.pause)
                run.blobs += 1
        except OfficeError as error:
            if not error.code.startswith("blob."):
                raise
            run.refuse(mail.key, mail.digest, error.code, error.facts)
            run.settle()
            return False
    run.release(mail.key)
    run.settle()
    return True


def read_again(run: Intake, mail: Delivery) -> SignedEvent | None:
    """The event of a delivery that was taken; a letter is opened once more, since its name does not tell the event's digest."""
    if not isinstance(mail, Letter):
        return run.store.event(mail.digest)
    try:
        return _read(run, mail, None)
    except OfficeError as error:
        if error.code in STOPPING:
            raise
        return None


def _fetching(run: Intake, mail: Delivery) -> Future[bytes]:
    return run.lanes.quick(lambda: fetch(run.exchange, mail.key, mail.digest))


def _read_all(run: Intake, asked: Iterable[tuple[Delivery, Future[bytes] | None]], settled: set[int]) -> list[_Arrival]:
    """Those that are believed, with what they carry; the others are refused. ``settled`` gets the numbers of what need not be added."""
    arrivals: list[_Arrival] = []
    coming: set[str] = set()
    for mail, future in asked:
        try:
            signed = _read(run, mail, future)
            new = signed.digest not in coming and run.store.event(signed.digest) is None
        except OfficeError as error:
            if error.code in STOPPING:
                raise
            run.refuse(mail.key, mail.digest, error.code, error.facts)
            if error.code == "letter.not_for_us":
                settled.add(mail.seq)  # it was there; another device of the unit reads it
            continue
        lacked = run.held.get(mail.key, "").startswith("blob.")
        if new or lacked:
            refs = wanted(run.store, signed, run.key, coming)
        else:  # it may have come in somebody's history, which brings acts without what goes with them
            refs = still_wanted(run.store, signed, run.key)
        if new or lacked or refs:
            arrivals.append(_Arrival(mail, signed, new, refs))
            coming.add(signed.digest)
        else:
            run.release(mail.key)
            settled.add(mail.seq)
    return arrivals


def _read(run: Intake, mail: Delivery, future: Future[bytes] | None) -> SignedEvent:
    signed = run.store.event(mail.digest) if future is None else None
    if signed is None:
        data = future.result() if future is not None else fetch(run.exchange, mail.key, mail.digest)
        signed = _read_fresh(run, open_letter(data, run.key) if isinstance(mail, Letter) else data)
    if signed.event.device != mail.device or dict(signed.event.deliveries).get(mail.unit) != mail.seq:
        raise OfficeError("mail.misplaced", key=mail.key)
    return signed


def _read_fresh(run: Intake, jws: bytes | str) -> SignedEvent:
    """Check an event; where its device is unknown, ask for the newest directory once."""
    try:
        return read_event(jws, run.directory)
    except OfficeError as error:
        if run.refresh is None or error.code not in _NEWS_HELPS:
            raise
        run.directory, run.refresh = run.refresh(), None
        return read_event(jws, run.directory)


def _open_all(run: Intake, arrivals: Sequence[_Arrival]) -> None:
    """Fetch what they carry, several at a time, and open it in their order; large files wait."""
    ciphers: dict[str, Future[bytes]] = {}
    for arrival in arrivals:
        for ref in arrival.refs:
            mine = run.key.id in dict(ref.keys) and ref.cipher not in ciphers
            if mine and not is_large(ref) and not is_kept(run.store, ref):
                ciphers[ref.cipher] = run.lanes.quick(_fetcher(run, ref))
    for arrival in arrivals:
        arrival.luggage = open_luggage(run.store, arrival.refs, ciphers, run.key)
        arrival.history = _past_events(run, arrival.luggage)


def _fetcher(run: Intake, ref: BlobRef) -> Callable[[], bytes]:
    """The whole ciphertext in memory: for small ones."""

    def work() -> bytes:
        try:
            return fetch(run.exchange, blob_key(ref.cipher), ref.cipher)
        except OfficeError as error:
            if error.code != "storage.not_found":
                raise
        path = fetch_blob(run.exchange, ref.cipher, run.store.incoming, large=True)
        data = path.read_bytes()
        forget(run.store.incoming, ref.cipher)
        return data

    return work


def _past_events(run: Intake, luggage: Luggage) -> list[SignedEvent]:
    """What the history tells that is not here, each event checked."""
    by_digest = {hashlib.sha256(jws.encode("utf-8", "replace")).hexdigest(): jws for jws in luggage.history}
    known = run.store.known_events(by_digest) if by_digest else set()
    found = []
    for digest, jws in by_digest.items():
        if digest in known:
            continue
        try:
            found.append(_read_fresh(run, jws))
        except OfficeError as error:
            if error.code in STOPPING:
                raise
            luggage.problems.append(
                (EARLY if error.code in PASSING else "blob.history_refused", {"reason": error.code})
            )
    if any(code == EARLY for code, _ in luggage.problems):
        for data in luggage.pasts:
            run.store.put_bytes(data)
    return found


def _keep_all(run: Intake, arrivals: Sequence[_Arrival]) -> set[int]:
    """Add them in one act; where one of them breaks it, each in an act of its own. Gives the numbers of those that are here now."""
    if not arrivals:
        return set()
    try:
        _add(run, arrivals)
    except OfficeError as error:
        if error.code != "event.unfoldable":
            raise
        if len(arrivals) > 1:
            return set().union(*(_keep_all(run, [arrival]) for arrival in arrivals))
        mail = arrivals[0].mail
        run.refuse(mail.key, mail.digest, error.code, error.facts)
        return set()
    for arrival in arrivals:
        if arrival.luggage.problems:
            code, facts = min(arrival.luggage.problems, key=_weight)
            run.refuse(arrival.mail.key, arrival.mail.digest, code, facts)
        else:
            run.release(arrival.mail.key)
    return {arrival.mail.seq for arrival in arrivals}


def _weight(problem: Problem) -> tuple[bool, bool]:
    """Of several the one that is told: what is tried again goes before what is not, and what only waits is last."""
    return problem[0] == WAITS, problem[0] not in PASSING


def _add(run: Intake, arrivals: Sequence[_Arrival]) -> None:
    """One act with their history. Raises ``event.unfoldable``, and what stops a pull."""
    past = {item.digest: item for arrival in arrivals for item in arrival.history}
    fresh = {arrival.signed.digest: arrival.signed for arrival in arrivals if arrival.new}
    items = {**{digest: item for digest, item in past.items() if digest not in fresh}, **fresh}
    try:
        added = _keep(run, items.values())
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise OfficeError("event.unfoldable", reason=type(error).__name__) from error
    run.events += len(fresh)
    run.history += len(added - fresh.keys())
    run.blobs += sum(arrival.luggage.fetched for arrival in arrivals)


def _keep(run: Intake, items: Collection[SignedEvent]) -> set[str]:
    with run.store.act() as act:
        added = [item for item in items if act.add_event(item, run.now)]
        forgotten = [item for item in added if item.event.device == run.key.id]
        for item in forgotten:
            # A rebuilt desk finds its own events again: whatever had not reached every mailbox goes there now.
            enqueue_deliveries(act, item, readers_of(run.directory, item.event, run.now, run.key))
        if forgotten:  # an old copy: what else it gave out and did not send, nobody knows
            act.give_up_numbers(run.now)
    return {item.digest for item in added}
