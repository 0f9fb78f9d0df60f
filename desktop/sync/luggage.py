"""What an event carries: its blobs, fetched, opened and kept by digest; and the history of the chain so far."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError

from .blobs import open_blob
from .keys import blob_key
from .mailbox import fetch

if TYPE_CHECKING:
    from desktop.records.events import BlobRef, SignedEvent
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey
    from .push import Problem

HISTORY = "history"


@dataclass(slots=True)
class Luggage:
    """``history`` holds JWS not checked yet; ``problems`` tell what could not be had, and the event is added all the same."""

    history: list[str] = field(default_factory=list)
    fetched: int = 0
    problems: list[Problem] = field(default_factory=list)


def open_luggage(store: DeskStore, exchange: ObjectStore, signed: SignedEvent, key: DeviceKey) -> Luggage:
    """Fetch every blob of the event that is not here. Raises only what stops a pull (``storage.unreachable`` …)."""
    luggage = Luggage()
    for ref in signed.event.blobs:
        if ref.role != HISTORY and store.has_bytes(ref.sha256):
            continue
        if ref.role == HISTORY and signed.event.device == key.id and _has_parents(store, signed):
            continue  # one's own, and what it followed is here
        _open(store, exchange, ref, key, luggage)
    return luggage


def pack_history(events: Iterable[SignedEvent]) -> bytes:
    """The bytes of a history blob: a JSON array of compact JWS, in the order of their digests, each once."""
    return json.dumps([jws for _, jws in sorted({item.digest: item.jws for item in events}.items())]).encode("ascii")


def unpack_history(data: bytes) -> list[str]:
    """Raises ``blob.bad_history`` for anything but a JSON array of strings."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise OfficeError("blob.bad_history", reason=type(error).__name__) from error
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise OfficeError("blob.bad_history", reason="form")
    return found


def _has_parents(store: DeskStore, signed: SignedEvent) -> bool:
    return all(store.event(parent) is not None for parent in signed.event.parents)


def _open(store: DeskStore, exchange: ObjectStore, ref: BlobRef, key: DeviceKey, luggage: Luggage) -> None:
    facts = {"name": ref.name, "blob": ref.cipher}
    try:
        if key.id not in dict(ref.keys):
            raise OfficeError("blob.not_for_us")
        data = open_blob(fetch(exchange, blob_key(ref.cipher), ref.cipher), ref, key)
        if ref.role == HISTORY:
            luggage.history += unpack_history(data)
        else:
            store.put_bytes(data)
    except OfficeError as error:
        code = {"storage.not_found": "blob.missing", "mail.damaged": "blob.damaged"}.get(error.code, error.code)
        if not code.startswith("blob."):
            raise
        luggage.problems.append((code, facts))
        return
    luggage.fetched += 1
