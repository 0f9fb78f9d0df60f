"""Holding an object of a bucket against other writers, for a time: a writer that dies gives nothing back, its lease runs out.

Measured in research: a lease alone is not enough, since its holder may sleep; the commit is conditional as well.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from desktop.records.errors import OfficeError
from desktop.storage import ObjectStore

LEASE = timedelta(minutes=5)
_ENDED = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def leased(store: ObjectStore, folder: str, clock: Callable[[], datetime], length: timedelta) -> Iterator[None]:
    """Hold the object in that folder while the block lasts. Raises ``archive.busy``; not given back when the program dies."""
    key = f"leases/{hashlib.sha256(folder.encode()).hexdigest()}"
    record = _record(secrets.token_hex(16), clock() + length)
    if not store.put_if_absent(key, record):
        data, tag = store.get_tagged(key)
        if _end(data) > clock() or not store.put_if_match(key, record, tag):
            raise OfficeError("archive.busy", on_disk="unchanged", object=folder)
    try:
        yield
    finally:
        _give_back(store, key, record)


def _give_back(store: ObjectStore, key: str, record: bytes) -> None:
    """Unless it was taken over. Most servers tag small objects with their MD5: where ours does, nothing need be asked first."""
    ended = _record("", _ENDED)
    likely = f'"{hashlib.md5(record, usedforsecurity=False).hexdigest()}"'
    if not store.put_if_match(key, ended, likely):
        data, tag = store.get_tagged(key)
        if data == record:
            store.put_if_match(key, ended, tag)


def _record(holder: str, until: datetime) -> bytes:
    return json.dumps({"holder": holder, "until": until.isoformat()}).encode()


def _end(data: bytes) -> datetime:
    """A damaged lease has ended."""
    try:
        return datetime.fromisoformat(json.loads(data)["until"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError):
        return _ENDED
