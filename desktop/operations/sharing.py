"""Handing on keys: a PC that was enrolled later, or came with a unit that ended, reads what its unit has."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import BlobRef, EventKind, SignedEvent
from desktop.store.handed import handed_on
from desktop.store.past import Came, came_between, last_place, of_open_slips
from desktop.sync.sharing import Parcel, add_owed, entitled, reseal

from .acts import record, told_before
from .copies import require_newest
from .desk import Desk

if TYPE_CHECKING:
    from desktop.records.people import Device
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import Act
    from desktop.sync.push import Problem

MOST = 200  # blobs and letters that one exchange hands on: the day's acts go before them
LOOKED_THROUGH = 5000  # events
_PER_EVENT = 50
CHAIN = "keys-"


@dataclass(frozen=True, slots=True)
class _Sweep:
    """How far the events here were looked through for a device, newest first: up to ``floor``, and above ``next`` up to ``top``."""

    floor: int = 0
    next: int = 0
    top: int = 0


def share_keys(desk: Desk, exchange: ObjectStore) -> int:
    """Hand on what devices of the own unit, or of units that took over with it, lack; returns how many blobs and letters.

    Two copies of a desk would hand on the same under one number, each in an exchange that found nothing to send: so the exchange is asked
    before it is signed, and where it knows more of this device than was known here the next one hands on what is lacking then. Raises
    ``copies.require_newest``'s codes.

    Newest first, those of open slips before all; the rest at the next exchanges. Only devices of the directory, and only what
    was delivered to a unit that they read for.
    """
    others = _others(desk)
    if not others or not may_act(desk):
        return 0
    last = last_place(desk.store)
    sweeps = {device: _sweep(desk, device) for device in others}
    if all(sweep is not None and sweep.floor == last for sweep in sweeps.values()):
        return 0
    parcel = Parcel()
    fresh = {device for device, sweep in sweeps.items() if sweep is None}
    if fresh:
        _look(desk, of_open_slips(desk.store, limit=MOST), fresh, parcel)
    ends: dict[str, _Sweep] = {}
    left = LOOKED_THROUGH
    for sweep in sorted({sweep or _Sweep() for sweep in sweeps.values()}, key=lambda each: -each.floor):
        at = sweep if sweep.next > sweep.floor else _Sweep(sweep.floor, last, last)
        devices = {device for device, own in sweeps.items() if (own or _Sweep()) == sweep}
        place = at.next
        if left and len(parcel) < MOST:
            came = came_between(desk.store, at.floor, at.next, limit=left)
            place = _look(desk, came, devices, parcel, otherwise=at.next + 1) - 1
            if len(came) < left and (not came or place < came[-1].place):
                place = at.floor  # nothing lies below
            left -= len(came)
        ends |= dict.fromkeys(
            devices, _Sweep(at.floor, place, at.top) if place > at.floor else _Sweep(at.top, at.top, at.top)
        )
    if len(parcel) and require_newest(desk, exchange, will_act=True):
        return 0
    _hand_on(desk, parcel, ends)
    return len(parcel)


def hand_on(desk: Desk, exchange: ObjectStore) -> Sequence[Problem]:
    """At each exchange, before what waits is sent. That it cannot be done stops nothing else, but for a copy: from it nothing goes."""
    return stops_nothing(desk, lambda desk: share_keys(desk, exchange))


def stops_nothing(desk: Desk, work: Callable[[Desk], object]) -> Sequence[Problem]:
    """Do what the desk hands on by itself; what may not be done is told, and only a failing disk or line, or a copy, ends the exchange."""
    try:
        work(desk)
    except OfficeError as error:
        if error.code.startswith(("storage.", "store.", "desk.")):
            raise
        return [(error.code, error.facts)]
    return ()


def _others(desk: Desk) -> dict[str, Device]:
    directory, now = desk.directory, desk.clock()
    units = {desk.unit_id}
    for unit in directory.mailboxes_of(desk.unit_id):
        units |= set(directory.successors_of(unit))
    return {
        device.id: device
        for unit in units
        for device in directory.devices_of(unit)
        if device.id != desk.key.id and device.valid_until > now
    }


def may_act(desk: Desk) -> bool:
    """Whether somebody sits here whose acts others would believe: enrolled, in office, of this unit."""
    who = desk.official
    device = next((each for each in desk.directory.devices if each.id == desk.key.id), None)
    if not who or device is None or device.revoked_at is not None or not device.enrolled(who):
        return False
    in_office = desk.directory.serving(who, desk.now_local().date())
    return in_office and desk.directory.official(who).unit == desk.unit_id


def _sweep(desk: Desk, device: str) -> _Sweep | None:
    kept = desk.store.setting(f"sharing:{device}")
    return _Sweep(**json.loads(kept)) if kept else None


def _look(desk: Desk, came: Sequence[Came], devices: set[str], parcel: Parcel, *, otherwise: int = 0) -> int:
    """Look through them until the parcel is full; the place of the last one looked at, ``otherwise`` where none was."""
    reached, mailboxes, now = otherwise, desk.directory.mailboxes_of(desk.unit_id), desk.clock()
    whats = (what for each in came for what in (each.signed.digest, *(ref.cipher for ref in each.signed.event.blobs)))
    handed = handed_on(desk.store, whats, desk.key.id)
    for each in came:
        if len(parcel) >= MOST:
            break
        readers = entitled(desk.directory, each.signed.event, mailboxes, now)
        mine = {device: row for device, row in readers.items() if device in devices}
        if mine:
            add_owed(parcel, desk.store, each.signed, mine, desk.directory, desk.key, handed)
        reached = each.place
    return reached


def _hand_on(desk: Desk, parcel: Parcel, ends: dict[str, _Sweep]) -> None:
    refs = [made for ref, sealed, to in parcel.refs.values() if (made := _resealed(desk, ref, sealed, to)) is not None]
    batches = [refs[n : n + _PER_EVENT] for n in range(0, len(refs), _PER_EVENT)]
    if parcel.letters and not batches:
        batches = [[]]
    with desk.store.act() as act:
        for number, batch in enumerate(batches):
            letters = list(parcel.letters.values()) if number == 0 else []
            body: dict[str, object] = {"documents": sorted(parcel.documents), "reason": "new_device"}
            if letters:
                body |= {"events": [item.digest for item in letters], "devices": sorted(parcel.newcomers)}
            share(desk, act, body, letters[:MOST], units=sorted(parcel.units), refs=batch)
        for device, sweep in ends.items():
            act.set_setting(f"sharing:{device}", json.dumps(asdict(sweep)))


def share(
    desk: Desk,
    act: Act,
    body: Mapping[str, object],
    letters: Sequence[SignedEvent],
    *,
    units: Sequence[str],
    refs: Sequence[BlobRef] = (),
) -> None:
    """Sign one handing on, in a chain of its own: ``letters`` are acts of before, ``refs`` blobs with the keys that lacked."""
    record(
        desk,
        act,
        EventKind.KEYS_SHARED,
        document=f"{CHAIN}{desk.ids()}",
        actor=desk.acting(),
        body=body,
        blobs=[told_before(desk, letters)] if letters else [],
        refs=refs,
        units=units,
        parents=(),
    )


def _resealed(desk: Desk, ref: BlobRef, sealed: str, to: dict[str, str]) -> BlobRef | None:
    """None for a key that its sender sealed wrongly: it opens nothing here either."""
    try:
        return reseal(ref, sealed, desk.key, sorted(to.items()))
    except OfficeError as error:
        if error.code != "blob.damaged":
            raise
        return None
