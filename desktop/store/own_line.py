"""This desk's own line of acts, and whether another copy of the desk went on along another one (docs/formats/desk-store.md).

Two copies of a desk that both act make two events under one number of one device. ``TIP`` is the last that was made in this
very store; what else bears the device's name came from outside.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from .tables import event_parents, events, outbox, pouches, seen_numbers

if TYPE_CHECKING:
    from desktop.records.events import SignedEvent

    from .act import Act
    from .reads import Reads

TIP = "device-tip"
COPY = "copy.state"
UNSENT = "copy.unsent"
RESTORED, CLONED = "restored", "cloned"


@dataclass(frozen=True, slots=True)
class Fork:
    """The first number under which this device's name stands twice. ``ours`` is the event of this store's own line, if there is one."""

    seq: int
    ours: SignedEvent | None
    others: tuple[str, ...]  # digests


def first_fork(store: Reads, device: str) -> Fork | None:
    """Where the device's acts part; None where they are one line. One look along the index of the device."""
    of_device = events.c.device == device
    twice = select(events.c.device_seq).where(of_device).group_by(events.c.device_seq).having(func.count() > 1)
    with store.reading() as connection:
        seq = connection.scalar(twice.order_by(events.c.device_seq).limit(1))
        if seq is None:
            return None
        there = set(connection.scalars(select(events.c.digest).where(of_device, events.c.device_seq == seq)))
    ours = _at(store, seq)
    return Fork(seq, ours, tuple(sorted(there - ({ours.digest} if ours else set()))))


def _at(store: Reads, seq: int) -> SignedEvent | None:
    """The event of that number on the line that ends in the tip."""
    tip = store.setting(TIP)
    item = store.event(tip) if tip else None
    while item is not None and item.event.device_seq > seq:
        item = store.event(item.event.prev)
    return item if item is not None and item.event.device_seq == seq else None


def line_since(store: Reads, seq: int) -> list[SignedEvent]:
    """The own line from that number to the tip, in order."""
    found: list[SignedEvent] = []
    tip = store.setting(TIP)
    item = store.event(tip) if tip else None
    while item is not None and item.event.device_seq >= seq:
        found.append(item)
        item = store.event(item.event.prev) if item.event.prev else None
    return found[::-1]


def waiting_since(store: Reads, seq: int) -> dict[str, str]:
    """What of the own line from that number on waits in the outbox, in order, with the key of its first delivery: the own unit's."""
    rows = select(outbox.c.event, outbox.c.key).where(outbox.c.source == "event").order_by(outbox.c.id)
    keys: dict[str, str] = {}
    with store.reading() as connection:
        for row in connection.execute(rows):
            keys.setdefault(row.event, row.key)
    return {item.digest: keys[item.digest] for item in line_since(store, seq) if item.digest in keys}


def hold_back(act: Act, digests: Collection[str]) -> None:
    """Those events never go, by line or by stick: out of the outbox and the pouches, and noted."""
    with act.reading() as connection:
        for digest in digests:
            connection.execute(delete(outbox).where(outbox.c.event == digest))
            connection.execute(delete(pouches).where(pouches.c.digest == digest))
    act.set_setting(UNSENT, json.dumps(list(digests)))


def held_back(store: Reads) -> list[SignedEvent]:
    """The acts that were held back, in order."""
    digests = json.loads(store.setting(UNSENT) or "[]")
    return [item for digest in digests if (item := store.event(digest)) is not None]


def take_out(act: Act, digests: Collection[str]) -> None:
    """Events that nobody else has and nobody will have: out of the chains, as if they had not been. Everything is folded anew."""
    with act.reading() as connection:
        for digest in digests:
            connection.execute(delete(event_parents).where(event_parents.c.child == digest))
            connection.execute(delete(seen_numbers).where(seen_numbers.c.event == digest))
            connection.execute(delete(events).where(events.c.digest == digest))
    act.rebuild_projections()
