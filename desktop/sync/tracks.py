"""A device's own tracks: what it has put into its unit's mailbox, whatever this desk's store still knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from .intake import BATCH, Intake, take
from .keys import head_key, mail_after, mail_prefix
from .lanes import LANES, Lanes
from .mailbox import contiguous, deliveries, gaps, hidden, read_head

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey
    from .push import Problem

# Signed by this device, and yet not to be read by this program: what it did last cannot be known here.
_UNREADABLE = frozenset({"event.newer_format", "event.unknown_kind"})


@dataclass(frozen=True, slots=True)
class Tracks:
    """``brought``: own events that this store did not know. ``unreadable``: the code of one that a newer program made, or empty."""

    brought: int = 0
    unreadable: str = ""
    problems: tuple[Problem, ...] = ()


def bring_own(
    store: DeskStore,
    exchange: ObjectStore,
    key: DeviceKey,
    directory: Directory,
    unit: str,
    *,
    now: datetime,
    careful: bool = False,
) -> Tracks:
    """Bring in what this device has put into that unit's mailbox and its store does not know.

    One listing; nothing else where nothing is new. ``careful`` also looks for what somebody hid behind the hint, where the exchange
    keeps versions. What others wrote under this device's name is quarantined as in a pull. Raises what stops a pull.
    """
    entity, device = directory.entity.id, key.id
    cursor = store.mailbox_seq(device, unit)
    found = deliveries(exchange, mail_prefix(entity, unit, device), mail_after(entity, unit, device, cursor))
    mails = (one.mail for one in found if one.mail is not None and one.mail.device == device)
    with Lanes(LANES) as pool:
        run = Intake(store, exchange, key, directory, now, pool)
        run.begin()
        seen: set[int] = set()
        while batch := list(islice(mails, BATCH)):
            seen |= take(run, batch, full=True)
        hint = read_head(exchange, head_key(entity, unit, device)) if careful else 0
        for gap in list(gaps(unit, device, cursor, seen, hint)):
            for mail in list(hidden(exchange, entity, gap)):
                seen |= take(run, [mail], full=True)
        reached = contiguous(cursor, seen)
        if reached > cursor:  # else a line that breaks at every push would have all of it read again each time
            with store.act() as act:
                act.set_mailbox_seq(device, unit, reached)
        unreadable = next(iter(sorted(run.met & _UNREADABLE)), "")
    return Tracks(run.events, unreadable, tuple(run.problems))
