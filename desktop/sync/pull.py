"""Pull: what came into the unit's mailbox is checked and becomes part of the store (``intake``). Order and repetition do not matter.

The hints say cheaply what changed, and come first; once a day a full listing is the truth. It is read page by page and taken up again
where it ended, so that a mailbox of a million files costs no memory and no second beginning, and no news waits behind it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from desktop.records.errors import Fact, OfficeError
from desktop.store.times import has_passed

from .intake import BATCH, FOREIGN, MOST_ASIDE, PASSING, Intake, read_again, take, take_large
from .keys import Delivery, heads_prefix, mail_after, mail_prefix, read_delivery
from .lanes import LANES, Lanes
from .luggage import WAITS
from .mailbox import Found, Gap, Hint, deliveries, gaps, hidden, read_hints, unfilled
from .mailbox_run import DeviceRun, MailboxRun
from .pieces import NEVER, Pause, Paused, heeding
from .push import Problem, Progress

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey

FULL_LISTING_EVERY = timedelta(hours=24)
BATCH_BYTES = 8_000_000  # of deliveries in memory at a time
_NOT_SMALL = 100_000  # bytes; smaller ones count as this much
_LAST = 9_999_999_999  # behind every number of a device

__all__ = ["PASSING", "PullReport", "pull"]


@dataclass(frozen=True, slots=True)
class PullReport:
    """``events`` were delivered and are new here, ``history`` came with them; ``problems`` are (code, facts), the gaps among them.

    ``paused``: it ended because somebody asked for it, and more may be there.
    """

    events: int = 0
    history: int = 0
    blobs: int = 0
    quarantined: int = 0
    gaps: tuple[Gap, ...] = ()
    problems: tuple[Problem, ...] = ()
    paused: bool = False


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
    pause: Pause = NEVER,
    lanes: int = LANES,
    holds: Callable[[str], bool] | None = None,
) -> PullReport:
    """Read the mailboxes of those units. What is not believed is quarantined with its code, and the rest goes on.

    ``refresh`` gives the newest directory; it is asked once when an event is by a device that ``directory`` does not know. A full
    listing is made when asked, on a store that has never made one, and once a day. Large files come last. A pause ends the work after
    the batch or the piece under way. ``holds`` tells of a source that is only a part, as a stick, which deliveries it has: of others
    that were put aside nothing is asked, and the reason stays. Raises ``storage.unreachable``, ``storage.denied`` and
    ``store.disk_full``; what was pulled until then stays, and the next run goes on from there.
    """
    with Lanes(lanes) as pool:
        run = Intake(store, exchange, key, directory, now, pool, refresh, pause, holds)
        run.begin()
        paused = False
        try:
            for unit in units:
                _pull_unit(run, unit, full=full or _listing_due(store, unit, now), progress=progress)
            _pull_large(run, units)
            if not run.waiting:  # nothing is wanted of what lies half there
                shutil.rmtree(store.incoming, ignore_errors=True)
        except Paused:
            paused = True
        finally:
            run.settle()
    return PullReport(run.events, run.history, run.blobs, run.quarantined, tuple(run.gaps), tuple(run.problems), paused)


def _listing_due(store: DeskStore, unit: str, now: datetime) -> bool:
    return has_passed(store.setting(f"pull.listed:{unit}"), now, FULL_LISTING_EVERY)


def _pull_unit(run: Intake, unit: str, *, full: bool, progress: Progress | None) -> None:
    cursors = run.store.mailbox_cursors(unit)
    entries = heeding(run.pause, run.exchange.list(heads_prefix(run.directory.entity.id, unit)))
    known = {one.id for one in run.directory.devices}
    hints = read_hints(run.exchange, entries, cursors, known, run.lanes)
    box = MailboxRun(run, unit, full, progress, cursors, hints)
    box.read_missing()
    box.expected = sum(max(0, hint.seq - box.cursor(device)) for device, hint in hints.items())
    again = _again(box)
    news = {
        device for device in filter(box.is_news, hints) if device in known or not full
    }  # a listing finds the others
    for device in sorted(news if full else {*again, *news}):
        after = mail_after(box.entity, unit, device, box.cursor(device))
        found = heeding(run.pause, deliveries(run.exchange, mail_prefix(box.entity, unit, device), after))
        mails = _known_forms(box, found, counted=not full) if device in news else iter(())
        one = DeviceRun(device, box.cursor(device))
        if not _one_device(box, one, again.pop(device, []), mails, most=MOST_ASIDE if full else None):
            news.discard(
                device
            )  # forgeries without end: the whole listing goes through them and remembers where it was
    if full:
        _whole_listing(box, again, news)
    _keep_tags(box)
    box.keep_missing()
    if full:
        run.store.set_setting(f"pull.listed:{unit}", run.now.isoformat())
        if box.foreign > MOST_ASIDE:
            run.problems.append(("mail.foreign_many", {"unit": unit, "count": box.foreign}))
    if run.uncounted[unit]:
        run.problems.append(("mail.refused_many", {"unit": unit, "count": run.uncounted[unit]}))


def _keep_tags(box: MailboxRun) -> None:
    """Of hints that tell nothing new and whose tag is another one: so that they are not asked again."""
    told = {
        device: hint.tag
        for device, hint in box.hints.items()
        if hint.tag and not box.is_news(device) and hint.tag != box.cursors[device][1]
    }
    if told:
        with box.run.store.act() as act:
            for device, tag in told.items():
                act.set_mailbox_seq(device, box.unit, box.cursors[device][0], tag)


def _again(box: MailboxRun) -> dict[str, list[Delivery]]:
    """By device, what was put aside for a passing reason and is tried again; on a full listing everything."""
    found: dict[str, list[Delivery]] = {}
    for key, code in box.run.held.items():
        mail = read_delivery(key)
        if mail is None or mail.unit != box.unit or mail.entity != box.entity:
            continue
        elsewhere = box.run.holds is not None and not box.run.holds(key)
        if elsewhere and not code.startswith("blob."):  # an event that is here may get its file from anywhere
            continue
        if code != WAITS and (code in PASSING or (box.full and code != FOREIGN)):
            found.setdefault(mail.device, []).append(mail)
    return found


def _whole_listing(box: MailboxRun, again: dict[str, list[Delivery]], done: Collection[str]) -> None:
    """Everything that lies there but for what those devices sent, part by part, from where the last such listing ended."""
    run = box.run
    begun, box.foreign = json.loads(run.store.setting(box.place) or '["", 0]')
    box.strangers = {key for key, code in run.held.items() if code == FOREIGN and key.startswith(box.prefix)}
    for device, mails in list(again.items()):
        again[device] = [mail for mail in mails if mail.key > begun]  # the others were tried before it was ended
    found = heeding(run.pause, deliveries(run.exchange, box.prefix, begun))
    try:
        for part, files in groupby(found, key=lambda one: _part(box, one.key)):
            _one_part(box, part, _known_forms(box, files), again, begun, left=part in done)
        box.reach(f"{box.prefix}~~~~")
        _only_again(box, again)
    except (Paused, OfficeError):
        box.keep_place()
        raise
    run.store.set_setting(box.place, "")
    if not begun:  # all was met in this run
        for key in box.strangers:
            run.release(key)
        run.settle()


def _one_part(
    box: MailboxRun, part: str, mails: Iterator[Delivery], again: dict[str, list[Delivery]], begun: str, *, left: bool
) -> None:
    """One folder of the mailbox: a device's, unless it is ``left`` since it was read already, or a stranger's."""
    if not part or left:
        for _ in mails:
            pass  # the strangers in it are counted
    else:
        one = DeviceRun(part, box.cursor(part), listed=True, torn=begun.startswith(f"{box.prefix}{part}/"))
        before = again.pop(part, [])
        _one_device(box, one, [] if one.torn else before, mails)
    if part:
        box.reach(f"{box.prefix}{part}/~~~~")  # behind whatever a device calls its deliveries


def _only_again(box: MailboxRun, again: dict[str, list[Delivery]]) -> None:
    """Of these devices only what was put aside lies there."""
    for device in sorted(again):
        if again[device]:
            _one_device(box, DeviceRun(device, box.cursor(device)), again[device], iter(()))


def _part(box: MailboxRun, key: str) -> str:
    """The folder of the mailbox in which it lies, a device's if it is mail; empty for what lies in none."""
    name, _, rest = key.removeprefix(box.prefix).partition("/")
    return name if rest else ""


def _known_forms(box: MailboxRun, found: Iterable[Found], *, counted: bool = True) -> Iterator[Delivery]:
    """The deliveries; what has no known form is put aside, the first thousand by name, unless it is ``counted`` elsewhere."""
    mailed = False
    for one in found:
        if one.mail is not None:
            if one.size > _NOT_SMALL and one.mail.seq > box.cursor(one.mail.device):
                box.sizes[one.key] = one.size
            mailed = True
            yield one.mail
        elif counted:
            box.foreign += 1
            name = one.key.encode("utf-8", "backslashreplace").decode()  # a folder's names need not be text
            box.strangers.discard(name)
            box.run.refuse(name, "", FOREIGN, {})
            if box.foreign % 100 == 0:
                box.run.settle()
            if box.full and not mailed:
                box.reach(one.key)  # of this folder nothing else is under way


def _one_device(
    box: MailboxRun, one: DeviceRun, again: list[Delivery], mails: Iterator[Delivery], *, most: int | None = None
) -> bool:
    """Bring in what was put aside of it and what is new. False where it was left, since ``most`` were refused."""
    tried: set[str] = set()
    batch: list[Delivery] = []
    size = 0
    for mail in _in_order(again, mails, one, tried):
        batch.append(mail)
        size += box.sizes.pop(mail.key, _NOT_SMALL)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            _take(box, one, batch)
            batch, size = [], 0
            if most is not None and len(one.refused) > most:
                return False
    if batch:
        _take(box, one, batch)
    _close(box, one)
    return True


def _in_order(again: list[Delivery], mails: Iterator[Delivery], one: DeviceRun, tried: set[str]) -> Iterator[Delivery]:
    """What was put aside, then what is behind the cursor, none twice."""
    for mail in sorted(again, key=lambda item: (item.seq, item.digest)):
        tried.add(mail.key)
        yield mail
    for mail in mails:
        if mail.seq > one.cursor and mail.key not in tried:
            one.at = mail.key
            yield mail


def _take(box: MailboxRun, one: DeviceRun, batch: list[Delivery]) -> None:
    run = box.run
    if run.pause.requested():
        raise Paused
    settled = take(run, batch, full=box.full)
    one.seen |= settled
    one.refused.extend(mail.seq for mail in batch if mail.seq not in settled)
    if one.advance():
        with run.store.act() as act:
            act.set_mailbox_seq(one.id, box.unit, one.cursor)
    if one.listed and one.at:
        box.reach(one.at)
    box.told(len(batch))


def _close(box: MailboxRun, one: DeviceRun) -> None:
    """Notice gaps, look for hidden versions in them, and move the cursor up to the first that stays.

    A number under which only something refused lies holds the cursor back, too, since the true event may still come; it is
    told as quarantined and not again as a gap. What lies behind the hint is on its way: only a full listing asks what is missing there.
    """
    run, hint = box.run, box.hints.get(one.id, Hint(0))
    if one.torn:
        return
    reach = None if box.full else hint.seq
    for gap in list(gaps(box.unit, one.id, one.cursor, _up_to(one.seen, reach), hint.seq)):
        for mail in hidden(run.exchange, box.entity, gap):
            if mail.seq not in one.seen:
                one.seen |= take(run, [mail], full=True)
    moved = one.advance()
    told = hint.tag if hint.seq and one.cursor >= hint.seq else ""
    if moved or told != box.cursors.get(one.id, (0, ""))[1]:
        with run.store.act() as act:
            act.set_mailbox_seq(one.id, box.unit, one.cursor, told)
    if any(item.id == one.id for item in run.directory.devices):
        for gap in unfilled(gaps(box.unit, one.id, one.cursor, _up_to(one.seen, reach), hint.seq), one.refused):
            box.missing.append(gap)
            if not (box.full or gap.hinted or _known_before(gap, box.before)):
                continue  # it may be waiting for its file at the desk that sent the next one already
            run.gaps.append(gap)
            facts: dict[str, Fact] = {"device": one.id, "unit": box.unit, "first": gap.first, "last": gap.last}
            run.problems.append(("mail.hint_ahead" if gap.hinted else "mail.gap", facts))


def _known_before(gap: Gap, before: frozenset[Gap]) -> bool:
    """Whether some number of it was missing at the last look already."""
    return any(old.device == gap.device and old.first <= gap.last and gap.first <= old.last for old in before)


def _up_to(numbers: Iterable[int], reach: int | None) -> Iterator[int]:
    return (number for number in numbers if reach is None or number <= reach)


def _pull_large(run: Intake, units: Sequence[str]) -> None:
    """The large files of what has come, now and before, in the order in which they were put aside."""
    for key in list(run.waiting):
        mail = read_delivery(key)
        signed = None if mail is None or mail.unit not in units else read_again(run, mail)
        if mail is not None and signed is not None:
            if run.pause.requested():
                raise Paused
            take_large(run, mail, signed)
