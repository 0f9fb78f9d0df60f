"""Pull: what came into the unit's mailbox is checked and becomes part of the store. Order and repetition do not matter.

Blobs are fetched and kept before the act that adds their event, so that a desk that dies at any moment has nothing half done
and the next pull goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.records.events import SignedEvent

from .compose import enqueue_deliveries
from .events import read_event
from .keys import Mail, read_mail
from .luggage import Luggage, open_luggage
from .mailbox import Finding, Gap, contiguous, fetch, gaps, hidden, look
from .push import Problem, Progress

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey

FULL_LISTING_EVERY = timedelta(hours=24)
# Not wrong for ever: a newer directory, a newer program or a blob that arrives late makes them right.
PASSING = frozenset({
    "event.unknown_device", "event.newer_format", "event.unknown_official", "event.not_enrolled", "event.wrong_unit",
    "event.no_delegation", "event.secretary_only", "event.device_expired",
    "storage.not_found", "blob.missing", "blob.damaged", "mail.damaged",
})  # fmt: skip
_STOPPING = frozenset(
    {"storage.unreachable", "storage.denied", "store.disk_full", "store.busy", "store.damaged", "store.unwritable"}
)


@dataclass(frozen=True, slots=True)
class PullReport:
    """``events`` were delivered and are new here, ``history`` came with them; ``problems`` are (code, facts), the gaps among them."""

    events: int = 0
    history: int = 0
    blobs: int = 0
    quarantined: int = 0
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Pull:
    """One run over one mailbox: what it works with and what it counts."""

    store: DeskStore
    exchange: ObjectStore
    key: DeviceKey
    directory: Directory
    now: datetime
    refresh: Callable[[], Directory] | None
    events: int = 0
    history: int = 0
    blobs: int = 0
    quarantined: int = 0
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)  # quarantined key → code

    def refuse(self, key: str, digest: str, code: str, facts: Mapping[str, Fact]) -> None:
        """Put an object aside; it is told the first time, and again when the reason changes."""
        if self.held.get(key) == code:
            return
        with self.store.act() as act:
            act.release(key)
            act.quarantine(key, digest, code, self.now)
        self.held[key] = code
        self.quarantined += 1
        self.problems.append((code, {"key": key, **facts}))


def pull(
    store: DeskStore,
    exchange: ObjectStore,
    key: DeviceKey,
    directory: Directory,
    units: Sequence[str],
    *,
    now: datetime,
    progress: Progress | None = None,
    refresh: Callable[[], Directory] | None = None,
    full: bool = False,
) -> PullReport:
    """Read the mailboxes of those units. What is not believed is quarantined with its code, and the rest goes on.

    ``refresh`` gives the newest directory; it is asked once when an event is by a device that ``directory`` does not know. A full
    listing is made when asked, on a store that has never made one, and once a day. Raises ``storage.unreachable`` and
    ``storage.denied``; what was pulled until then stays.
    """
    run = _Pull(store, exchange, key, directory, now, refresh)
    run.held = {item.key: item.code for item in store.quarantined()}
    for unit in units:
        whole = full or _listing_due(store, unit, now)
        _pull_unit(run, unit, full=whole, progress=progress)
        if whole:
            store.set_setting(f"pull.listed:{unit}", now.isoformat())
    return PullReport(run.events, run.history, run.blobs, run.quarantined, tuple(run.gaps), tuple(run.problems))


def _listing_due(store: DeskStore, unit: str, now: datetime) -> bool:
    kept = store.setting(f"pull.listed:{unit}")
    return kept is None or not timedelta() <= now - datetime.fromisoformat(kept) < FULL_LISTING_EVERY


def _pull_unit(run: _Pull, unit: str, *, full: bool, progress: Progress | None) -> None:
    entity = run.directory.entity.id
    cursors = {device.id: run.store.mailbox_seq(device.id, unit) for device in run.directory.devices}
    finding = look(run.exchange, entity, unit, cursors, full=full)
    for key in finding.foreign:
        run.refuse(key, "", "mail.foreign", {})
    _look_again(run, unit, finding, full=full)
    total, done = sum(len(mails) for mails in finding.mails.values()), 0
    for device in sorted({*finding.mails, *finding.hints}):
        seen: set[int] = set()
        refused: set[int] = set()
        for mail in sorted(finding.mails.get(device, []), key=lambda item: (item.seq, item.digest)):
            (seen if _take(run, mail, full=full) else refused).add(mail.seq)
            done += 1
            if progress is not None:
                progress(done, total)
        _close_device(run, unit, device, seen, refused, finding.hints.get(device, 0))


def _look_again(run: _Pull, unit: str, finding: Finding, *, full: bool) -> None:
    """What was put aside for a passing reason is tried again; on a full listing everything is."""
    for key, code in run.held.items():
        mail = read_mail(key)
        if mail is None or key in finding.foreign or mail.unit != unit or mail.entity != run.directory.entity.id:
            continue
        if (full or code in PASSING) and mail not in finding.mails.get(mail.device, []):
            finding.add(mail)


def _close_device(run: _Pull, unit: str, device: str, seen: set[int], refused: set[int], hint: int) -> None:
    """Notice gaps, look for hidden versions in them, and move the cursor up to the first that stays.

    A number under which only something refused lies holds the cursor back, too, since the true event may still come; it is
    told as quarantined and not again as a gap.
    """
    cursor = run.store.mailbox_seq(device, unit)
    for gap in list(gaps(unit, device, cursor, seen, hint)):
        for mail in hidden(run.exchange, run.directory.entity.id, gap):
            if mail.seq not in seen and _take(run, mail, full=True):
                seen.add(mail.seq)
    reached = contiguous(cursor, seen)
    if reached > cursor:
        with run.store.act() as act:
            act.set_mailbox_seq(device, unit, reached)
    if any(item.id == device for item in run.directory.devices):
        for gap in gaps(unit, device, reached, seen | refused, hint):
            run.gaps.append(gap)
            facts: dict[str, Fact] = {"device": device, "unit": unit, "first": gap.first, "last": gap.last}
            run.problems.append(("mail.hint_ahead" if gap.hinted else "mail.gap", facts))


def _take(run: _Pull, mail: Mail, *, full: bool) -> bool:
    """Bring in one delivery; True when an event of that number by that device is now known to have been there."""
    code = run.held.get(mail.key)
    known = run.store.event(mail.digest)
    if code is not None and code not in PASSING and not full:
        return known is not None and code.startswith("blob.")
    try:
        signed = known or _read(run, mail)
        if signed.event.device != mail.device or dict(signed.event.deliveries).get(mail.unit) != mail.seq:
            raise OfficeError("mail.misplaced", key=mail.key)
        if known is None or (code is not None and code.startswith("blob.")):
            _bring_in(run, mail, signed, new=known is None)
        elif code is not None:
            _release(run, mail.key)
    except OfficeError as error:
        if error.code in _STOPPING:
            raise
        run.refuse(mail.key, mail.digest, error.code, error.facts)
        return False
    return True


def _read(run: _Pull, mail: Mail) -> SignedEvent:
    return _read_fresh(run, fetch(run.exchange, mail.key, mail.digest))


def _read_fresh(run: _Pull, jws: bytes | str) -> SignedEvent:
    """Check an event; where its device is unknown, ask for the newest directory once."""
    try:
        return read_event(jws, run.directory)
    except OfficeError as error:
        if run.refresh is None or error.code not in (
            "event.unknown_device",
            "event.unknown_official",
            "event.not_enrolled",
            "event.no_delegation",
        ):
            raise
        run.directory, run.refresh = run.refresh(), None
        return read_event(jws, run.directory)


def _bring_in(run: _Pull, mail: Mail, signed: SignedEvent, *, new: bool) -> None:
    """Fetch what the event carries, then add it and its history in one act."""
    luggage = open_luggage(run.store, run.exchange, signed, run.key)
    history = [past for jws in luggage.history if (past := _past(run, jws, luggage)) is not None]
    fresh = [past for past in history if run.store.event(past.digest) is None]
    try:
        _keep(run, signed, fresh, new=new)
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise OfficeError("event.unfoldable", reason=type(error).__name__) from error
    run.events += new
    run.history += len(fresh)
    run.blobs += luggage.fetched
    if luggage.problems:
        code, facts = luggage.problems[0]
        run.refuse(mail.key, mail.digest, code, facts)
    elif mail.key in run.held:
        _release(run, mail.key)


def _past(run: _Pull, jws: str, luggage: Luggage) -> SignedEvent | None:
    try:
        return _read_fresh(run, jws)
    except OfficeError as error:
        if error.code in _STOPPING:
            raise
        luggage.problems.append(("blob.history_refused", {"reason": error.code}))
        return None


def _keep(run: _Pull, signed: SignedEvent, history: Sequence[SignedEvent], *, new: bool) -> None:
    with run.store.act() as act:
        forgotten = False
        for item in (*history, *((signed,) if new else ())):
            added = act.add_event(item, run.now)
            if added and item.event.device == run.key.id:
                # A rebuilt desk finds its own events again: whatever had not reached every mailbox goes there now.
                enqueue_deliveries(act, item)
                forgotten = True
        if forgotten:  # an old copy: what else it gave out and did not send, nobody knows
            act.give_up_numbers(run.now)


def _release(run: _Pull, key: str) -> None:
    with run.store.act() as act:
        act.release(key)
    run.held.pop(key, None)
