"""A unit's mailbox in the exchange: which deliveries are new, which are missing, and what lies there that should not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.storage.protocol import LockingStore

from .envelopes import MAX_CHARACTERS
from .keys import Mail, head_key, heads_prefix, mail_after, mail_prefix, read_mail
from .push import read_head

if TYPE_CHECKING:
    from desktop.storage.protocol import ObjectStore


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


@dataclass(slots=True)
class Finding:
    """What one look found: deliveries by device in order, keys of no known form, and hints by device."""

    mails: dict[str, list[Mail]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    hints: dict[str, int] = field(default_factory=dict)

    def add(self, mail: Mail) -> None:
        """Note a delivery."""
        self.mails.setdefault(mail.device, []).append(mail)


def look(exchange: ObjectStore, entity: str, unit: str, cursors: dict[str, int], *, full: bool) -> Finding:
    """What lies in the mailbox behind the cursors (device id → highest sequence number up to which nothing is missing).

    Quick: the hints say which devices have written, one listing each shows what. Full: one listing of everything, the truth.
    """
    finding = Finding()
    prefix = heads_prefix(entity, unit)
    for entry in exchange.list(prefix):
        device = entry.key.removeprefix(prefix)
        if "/" not in device:
            finding.hints[device] = read_head(exchange, head_key(entity, unit, device))
    if full:
        _list(exchange, mail_prefix(entity, unit), "", cursors, finding)
        return finding
    for device, hint in finding.hints.items():
        if hint > cursors.get(device, 0) or hint == 0:
            after = mail_after(entity, unit, device, cursors.get(device, 0))
            _list(exchange, mail_prefix(entity, unit, device), after, cursors, finding)
    return finding


def _list(exchange: ObjectStore, prefix: str, after: str, cursors: dict[str, int], finding: Finding) -> None:
    for entry in exchange.list(prefix, after=after):
        mail = read_mail(entry.key)
        if mail is None or entry.size > MAX_CHARACTERS:
            finding.foreign.append(entry.key)
        elif mail.seq > cursors.get(mail.device, 0):
            finding.add(mail)


def gaps(unit: str, device: str, cursor: int, seen: set[int], hint: int) -> Iterator[Gap]:
    """Which numbers above the cursor are missing, given those that were really there and the highest that the hint tells."""
    expected = cursor + 1
    for seq in sorted(number for number in seen if number > cursor):
        if seq > expected:
            yield Gap(device, unit, expected, seq - 1)
        expected = seq + 1
    if hint >= expected:
        yield Gap(device, unit, expected, hint, hinted=True)


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


def hidden(exchange: ObjectStore, entity: str, gap: Gap) -> Iterator[Mail]:
    """Deliveries of a gap that somebody deleted from a store that keeps versions."""
    if not isinstance(exchange, LockingStore):
        return
    found = set()
    for version in exchange.versions(mail_prefix(entity, gap.unit, gap.device)):
        mail = read_mail(version.key)
        if mail is not None and not version.marker and gap.first <= mail.seq <= gap.last and mail not in found:
            found.add(mail)
            yield mail


def _older(exchange: ObjectStore, key: str, digest: str) -> bytes | None:
    if not isinstance(exchange, LockingStore):
        return None
    for version in exchange.versions(key):
        if version.key == key and not version.marker:
            data = exchange.get_version(key, version.version)
            if hashlib.sha256(data).hexdigest() == digest:
                return data
    return None
