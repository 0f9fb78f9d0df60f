"""A unit's mailbox in the exchange: which deliveries are new, which are missing, and what lies there that should not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.protocol import LockingStore

from .envelopes import MAX_CHARACTERS
from .keys import Delivery, Letter, mail_prefix, read_delivery, read_head_key
from .letters import MAX_BYTES

if TYPE_CHECKING:
    from desktop.storage.protocol import Entry, ObjectStore, Version

    from .lanes import Lanes


MOST_STRANGERS = 100  # hints of devices that nobody knows, in one mailbox


@dataclass(frozen=True, slots=True)
class Gap:
    """Deliveries ``first`` to ``last`` of a device to a unit that are not there.

    A later one that is there proves that they were made; where only the hint says so (``hinted``) anybody may have written it.
    """

    device: str
    unit: str
    first: int
    last: int
    hinted: bool = False


@dataclass(frozen=True, slots=True)
class Hint:
    """What a device's hint says: the highest number, and the tag of the object that says it, where the exchange tells tags."""

    seq: int
    tag: str = ""


def read_hints(
    exchange: ObjectStore,
    entries: Iterable[Entry],
    cursors: Mapping[str, tuple[int, str]],
    known: Collection[str],
    lanes: Lanes,
) -> dict[str, Hint]:
    """The hints of a mailbox by device: ``entries`` is its listing, and one request more for each that has changed since its tag was kept.

    Of devices that are not ``known`` no more than ``MOST_STRANGERS`` are asked: whatever lies there, a full listing finds what they sent.
    """
    found: dict[str, Hint | Future[int]] = {}
    tags: dict[str, str] = {}
    strangers = 0
    for entry in entries:
        device = read_head_key(entry.key)
        if device is None:
            continue
        if device not in cursors and device not in known:
            strangers += 1
            if strangers > MOST_STRANGERS:
                continue
        seq, tag = cursors.get(device, (0, ""))
        tags[device] = entry.tag
        same = entry.tag and entry.tag == tag
        found[device] = Hint(seq, tag) if same else lanes.quick(_reader(exchange, entry.key))
    return {
        device: hint if isinstance(hint, Hint) else Hint(hint.result(), tags[device]) for device, hint in found.items()
    }


def _reader(exchange: ObjectStore, key: str) -> Callable[[], int]:
    return lambda: read_head(exchange, key)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of a mailbox: its delivery, or None where the key has no known form or names something too long to be one."""

    key: str
    mail: Delivery | None
    size: int = 0


def deliveries(exchange: ObjectStore, prefix: str, after: str) -> Iterator[Found]:
    """What lies there behind a key, in the order of the keys: by device, and by number within one."""
    for entry in exchange.list(prefix, after=after):
        mail = read_delivery(entry.key)
        longest = MAX_BYTES if isinstance(mail, Letter) else MAX_CHARACTERS
        yield Found(entry.key, mail if mail is not None and entry.size <= longest else None, entry.size)


def read_head(exchange: ObjectStore, key: str) -> int:
    """The hint's number; 0 where there is none or it is not one."""
    try:
        text = exchange.get(key)
    except OfficeError as error:
        if error.code != "storage.not_found":
            raise
        return 0
    return int(text) if text.isdigit() and len(text) <= 10 else 0


def gaps(unit: str, device: str, cursor: int, seen: Iterable[int], hint: int) -> Iterator[Gap]:
    """Which numbers above the cursor are missing, given those that were really there and the highest that the hint tells."""
    expected = cursor + 1
    for seq in sorted(number for number in seen if number > cursor):
        if seq > expected:
            yield Gap(device, unit, expected, seq - 1)
        expected = seq + 1
    if hint >= expected:
        yield Gap(device, unit, expected, hint, hinted=True)


def unfilled(found: Iterable[Gap], refused: Iterable[int]) -> Iterator[Gap]:
    """Each gap without the numbers at its ends under which something lies that was refused; none where that leaves nothing.

    What was refused proves nothing about other numbers: a forged one makes no gap.
    """
    fill = frozenset(refused)
    for gap in found:
        first, last = gap.first, gap.last
        while first <= last and first in fill:
            first += 1
        while first <= last and last in fill:
            last -= 1
        if first <= last:
            yield replace(gap, first=first, last=last)


def contiguous(cursor: int, seen: set[int]) -> int:
    """The highest number up to which everything was there."""
    while cursor + 1 in seen:
        cursor += 1
    return cursor


def fetch(exchange: ObjectStore, key: str, digest: str) -> bytes:
    """The bytes of that SHA-256 under the key; where it was overwritten or hidden, those of an older version.

    Raises ``storage.not_found``, and ``mail.damaged`` where only other bytes are there.
    """
    try:
        data = exchange.get(key)
        if hashlib.sha256(data).hexdigest() == digest:
            return data
        failure = OfficeError("mail.damaged", key=key)
    except OfficeError as error:
        if error.code != "storage.not_found":
            raise
        failure = error
    older = _older(exchange, key, digest)
    if older is None:
        raise failure
    return older


def hidden(exchange: ObjectStore, entity: str, gap: Gap) -> Iterator[Delivery]:
    """Deliveries of a gap that somebody deleted from a store that keeps versions.

    What is not deleted was in the listing. Nothing is held of what is passed by, however much lies there.
    """
    versions = _versions(exchange, mail_prefix(entity, gap.unit, gap.device))
    for key, group in groupby(versions, key=lambda version: version.key):
        mail = read_delivery(key)
        if mail is None or not gap.first <= mail.seq <= gap.last:
            continue
        there = kept = False
        for version in group:
            there |= version.latest and not version.marker
            kept |= not version.marker
        if kept and not there:
            yield mail


def older_bytes(exchange: ObjectStore, key: str) -> Iterator[bytes]:
    """What lay under the key before, the newest first, where the store keeps versions and lets them be read."""
    for version in _versions(exchange, key):
        if version.key != key or version.marker or not isinstance(exchange, LockingStore):
            continue
        try:
            data = exchange.get_version(key, version.version)
        except OfficeError as error:
            if error.code not in {"storage.denied", "storage.not_found"}:
                raise
            continue
        yield data


def _versions(exchange: ObjectStore, prefix: str) -> Iterator[Version]:
    """None where the store keeps none or refuses to list them: one overwritten object must not stop all the others."""
    if not isinstance(exchange, LockingStore):
        return
    try:
        yield from exchange.versions(prefix)
    except OfficeError as error:
        if error.code != "storage.denied":
            raise


def _older(exchange: ObjectStore, key: str, digest: str) -> bytes | None:
    return next((data for data in older_bytes(exchange, key) if hashlib.sha256(data).hexdigest() == digest), None)
