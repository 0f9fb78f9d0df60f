"""Locking what committed inventories name (S3 Object Lock, COMPLIANCE): after a quarantine, for a term that later runs make longer.

Never a bucket's default and never at the put: an aborted write would stay locked for as long as a committed one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop.storage import LockingStore

from .inventory import DECLARATION, INVENTORY, SIDECAR, Inventory


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one ``seal`` did. ``refused`` names keys whose newest bytes are not those of the inventory: they were not locked."""

    objects: int
    locked: int
    refused: tuple[str, ...]


def seal(
    store: LockingStore,
    objects: Iterable[tuple[str, Inventory | None]],
    now: datetime,
    *,
    quarantine: timedelta,
    term: timedelta,
    renew_within: timedelta,
) -> Sealed:
    """See ``S3Root.seal``; ``objects`` are folders and their committed inventories, None where it is damaged."""
    count = locked = 0
    refused: list[str] = []
    for folder, inventory in objects:
        if inventory is None:
            refused.append(f"root/{folder}/{INVENTORY}")
            continue
        named = _sealable(inventory, now - quarantine)
        count += bool(named)
        for path, digest in named.items():
            key = f"root/{folder}/{path}"
            verdict = _seal_key(store, key, digest, now + term, renew_within)
            locked += verdict is True
            if verdict is None:
                refused.append(key)
    return Sealed(count, locked, tuple(refused))


def _seal_key(store: LockingStore, key: str, digest: str, until: datetime, renew_within: timedelta) -> bool | None:
    """True when locked or extended, False when it is locked long enough, None when its bytes are wrong or gone."""
    entry = store.head(key)
    if entry is None:
        return None
    already = store.retained_until(key, entry.version)
    if already is not None and already >= until - renew_within:
        return False
    if hashlib.sha512(store.get_version(key, entry.version)).hexdigest() != digest:
        return None
    store.retain(key, until, entry.version)
    return True


def _sealable(inventory: Inventory, before: datetime) -> dict[str, str]:
    """Path → SHA-512 of what may be locked: everything of the versions made up to ``before``."""
    old = {f"v{number}" for number, block in enumerate(inventory.versions, 1) if block.created <= before}
    expected = inventory.expected()
    named = {path: digest for path, digest in expected.items() if path.split("/", 1)[0] in old}
    if inventory.head in old:
        named |= {path: expected[path] for path in (INVENTORY, SIDECAR)}
    if old:
        named[DECLARATION] = expected[DECLARATION]
    return named
