"""Letters for a pouch: sealed for the unit that reads them, kept until it has acknowledged them, by whatever way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.store import own_line, pouches
from desktop.sync.acks import Acked, read_ack_paper, reading_devices, seal_ack
from desktop.sync.intake import LACKING
from desktop.sync.keys import Ack, Delivery, Letter, Mail, read_delivery, read_pouch_letter
from desktop.sync.letters import seal_letter
from desktop.sync.luggage import wanted
from desktop.sync.pouch_read import Opened
from desktop.sync.pull import PullReport, pull

from .desk import Desk, Progress, no_progress
from .directory import refresh_directory

if TYPE_CHECKING:
    from desktop.records.events import SignedEvent
    from desktop.storage.protocol import ObjectStore
    from desktop.sync.push import Problem

_SENDERS = "pouch-senders"
_GAPS = ("mail.gap", "mail.hint_ahead")
_STOPPING = ("storage.unreachable", "storage.denied", "store.")


@dataclass(slots=True)
class Taken:
    """What letters brought. ``problems`` are (code, facts) that have words; ``letters`` counts all for us, known ones too."""

    events: int = 0
    blobs: int = 0
    letters: int = 0
    problems: list[Problem] = field(default_factory=list)


def seal_waiting(desk: Desk, units: Sequence[str] = ()) -> list[Problem]:
    """Seal what the outbox holds for those units (for all, without any) to the devices that read there.

    A letter keeps its bytes, so that it is one object however many sticks carry it, until the readers change. Raises what the
    store raises. The problems name units that have no device yet.
    """
    problems: list[Problem] = []
    due: dict[str, dict[str, _Wanted]] = {}
    for letter in pouches.open_letters(desk.store):  # those that the line took meanwhile may still not have arrived
        found = read_pouch_letter(letter.key)
        if found is not None:
            due.setdefault(letter.unit, {})[letter.event] = _Wanted(found.device, found.seq)
    for row in pouches.waiting_mail(desk.store):
        delivery = read_delivery(row.key)
        if delivery is None:
            continue
        event = delivery.digest if isinstance(delivery, Mail) else row.event
        due.setdefault(delivery.unit, {})[event] = _Wanted(delivery.device, delivery.seq)
    for unit, events in due.items():
        if not units or unit in units:
            problems += _seal_for(desk, unit, events)
    return problems


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A delivery that waits: by this device, or by the one that this desk was before a new admission."""

    device: str
    seq: int


def _seal_for(desk: Desk, unit: str, events: dict[str, _Wanted]) -> list[Problem]:
    readers = [(item.id, item.age_recipient) for item in reading_devices(desk.directory, unit, desk.clock())]
    if not readers:
        return [("pouch.no_reader", {"unit": desk.directory.unit(unit).name})]
    names = ",".join(sorted(who for who, _ in readers))
    sealed = {one.event: one.key for one in pouches.open_letters(desk.store) if one.unit == unit}
    same = desk.store.setting(f"pouch.readers:{unit}") == names
    with desk.store.act() as act:
        for event, one in events.items():
            signed = act.event(event)
            if signed is None or (same and event in sealed):
                continue
            if event in sealed:
                pouches.drop_letters(act, [sealed[event]])
            # Also where it waits as a letter: that one was sealed to those who read there when it was written.
            data = seal_letter(signed.jws, readers)
            key = Letter(signed.event.entity, unit, one.device, one.seq, act.put_bytes(data)).pouch_key
            pouches.keep_letter(act, pouches.PouchLetter(0, unit, key, event), desk.clock())
        act.set_setting(f"pouch.readers:{unit}", names)
    return []


def ciphers_of(signed: SignedEvent | None) -> list[str]:
    """The ciphertexts that go with an event."""
    return [ref.cipher for ref in signed.event.blobs] if signed is not None else []


def take_letters(desk: Desk, source: ObjectStore, *, tell_gaps: bool, progress: Progress = no_progress) -> Taken:
    """Open what ``source`` holds for this desk's mailboxes, and bring it in as a pull does. Raises what ``pull`` raises."""
    entity, units = desk.directory.entity.id, desk.directory.mailboxes_of(desk.unit_id)
    cursors = {unit: {device: seq for device, (seq, _) in desk.store.mailbox_cursors(unit).items()} for unit in units}
    opened = Opened(source, desk.key, entity, units, cursors)
    _note_senders(desk, opened.senders)
    taken = Taken(letters=opened.letters, problems=list(opened.problems))
    if not opened.letters and not tell_gaps:
        return taken  # what was put aside before is tried again by the pull
    report = _pull(desk, opened, units, progress)
    taken.events, taken.blobs = report.events, report.blobs
    for code, facts in report.problems:
        if tell_gaps or code not in _GAPS:
            taken.problems.append((code, facts))
    return taken


def _pull(desk: Desk, opened: Opened, units: Sequence[str], progress: Progress) -> PullReport:
    """A pull from letters says nothing of when the exchange itself was last listed."""
    names = [f"pull.listed:{unit}" for unit in units]
    before = {name: desk.store.setting(name) for name in names}
    now = desk.clock()
    for name in names:
        desk.store.set_setting(name, now.isoformat())
    try:
        return pull(desk.store, opened, desk.key, desk.directory, units, now=now, progress=progress, holds=opened.holds)
    finally:
        for name in names:
            desk.store.set_setting(name, before[name] or "1970-01-01T00:00:00+00:00")


def _note_senders(desk: Desk, devices: set[str]) -> None:
    known = _senders(desk)
    if not devices <= known:
        desk.store.set_setting(_SENDERS, json.dumps(sorted(known | devices)))


def _senders(desk: Desk) -> set[str]:
    return set(json.loads(desk.store.setting(_SENDERS) or "[]"))


def own_acks(desk: Desk) -> list[tuple[str, bytes]]:
    """(key, JWS) of what this desk acknowledges, for each mailbox it reads: everything from those who ever sent by pouch.

    Nothing from a letter on of which a file is not here: what is acknowledged comes by no later stick. A desk that was put back says
    so, too, where it has nothing at all: else what the exchange keeps of it from before would count.
    """
    entity, senders, found = desk.directory.entity.id, _senders(desk), []
    lacking = _lacking(desk)
    for unit in desk.directory.mailboxes_of(desk.unit_id):
        cursors = {device: seq for device, (seq, _) in sorted(desk.store.mailbox_cursors(unit).items())}
        here = [mail for mail in lacking if mail.unit == unit]
        whole = dict(cursors)
        for mail in here:
            whole[mail.device] = min(whole.get(mail.device, 0), mail.seq - 1)
        seen = {device: seq for device, seq in whole.items() if device in senders and cursors.get(device)}
        lacks = tuple(cipher for mail in here for cipher in lacking[mail])
        jws = seal_ack(Acked(entity, unit, desk.key.id, seen, lacks), desk.key)
        found.append((Ack(entity, unit, desk.key.id).key, jws.encode("ascii")))
    return found


def _lacking(desk: Desk) -> dict[Delivery, list[str]]:
    """What was taken while a file of it was missing, with the ciphertexts that this desk could open."""
    found: dict[Delivery, list[str]] = {}
    for item in desk.store.quarantined():
        mail = read_delivery(item.key) if item.code in LACKING else None
        if mail is not None:
            signed = desk.store.event(item.digest)
            refs = wanted(desk.store, signed, desk.key, ()) if signed is not None else []
            found[mail] = [ref.cipher for ref in refs if desk.key.id in dict(ref.keys)]
    return found


def take_ack(desk: Desk, jws: bytes) -> None:
    """Believe and remember an acknowledgement; an older one takes nothing back. Raises ``envelope.*``, ``pouch.ack_refused``."""
    acked = read_ack_paper(jws, desk.directory)
    name = f"pouch.acks:{acked.unit}:{acked.device}"
    known = _seen(desk, name)
    merged = {device: max(known.get(device, 0), acked.seen.get(device, 0)) for device in {*known, *acked.seen}}
    if merged != known:
        desk.store.set_setting(name, json.dumps(merged, sort_keys=True))


def _seen(desk: Desk, name: str) -> dict[str, int]:
    return dict(json.loads(desk.store.setting(name) or "{}"))


def settle_acks(desk: Desk) -> int:
    """Forget what every device that reads a mailbox has acknowledged; returns how many letters and rows that were.

    A copy forgets nothing: the number that arrived may be that of what the other one did under it.
    """
    if desk.store.setting(own_line.COPY):
        return 0
    reached: dict[tuple[str, str], int] = {}

    def arrived(unit: str, sender: str, seq: int) -> bool:
        if (unit, sender) not in reached:
            devices = reading_devices(desk.directory, unit, desk.clock())
            seen = [
                desk.store.mailbox_seq(sender, unit)  # what came back from the exchange
                if device.id == desk.key.id
                else _seen(desk, f"pouch.acks:{unit}:{device.id}").get(sender, 0)
                for device in devices
            ]
            reached[unit, sender] = min(seen, default=0)
        return seq <= reached[unit, sender]

    letters = [
        one.key
        for one in pouches.open_letters(desk.store)
        if (letter := read_pouch_letter(one.key)) is not None and arrived(letter.unit, letter.device, letter.seq)
    ]
    rows = [
        row.id
        for row in pouches.waiting_mail(desk.store)
        if (found := read_delivery(row.key)) is not None and arrived(found.unit, found.device, found.seq)
    ]
    if letters or rows:
        with desk.store.act() as act:
            pouches.mark_acked(act, letters, desk.clock())
            pouches.forget_delivered(act, rows)
    return len(letters) + len(rows)


def take_directory(desk: Desk, source: ObjectStore) -> list[Problem]:
    """A newer directory out of ``source``, if it is by the key that this desk trusts; an older one is passed over."""
    try:
        refresh_directory(desk, source)
    except OfficeError as error:
        if error.code.startswith(_STOPPING):
            raise
        return [(error.code, error.facts)]
    return []
