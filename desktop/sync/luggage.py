"""What an event carries: its blobs, fetched, opened and kept by digest; and the history of the chain so far.

Small ones come with the event. Large ones are left for later (``blob.waits``), so that no paper's file stands before another paper's
news; they are fetched in pieces, and what came of them is kept until they are whole.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from desktop.records.events import APART
from desktop.store.failures import of_disk

from .blobs import open_blob, open_file
from .pieces import LARGE, NEVER, Pause, fetch_blob, forget

if TYPE_CHECKING:
    from desktop.records.events import BlobRef, SignedEvent
    from desktop.storage.protocol import ObjectStore
    from desktop.store.desk import DeskStore

    from .device import DeviceKey
    from .push import Problem

HISTORY = "history"
DOCUMENT = "document"
WAITS = "blob.waits"


@dataclass(slots=True)
class Luggage:
    """``history`` holds JWS not checked yet; ``problems`` tell what could not be had, and the event is added all the same.

    ``pasts`` are the histories as they came, to be kept where one of their acts may be right later: a stick brings them once.
    """

    history: list[str] = field(default_factory=list)
    pasts: list[bytes] = field(default_factory=list)
    fetched: int = 0
    problems: list[Problem] = field(default_factory=list)


def is_kept(store: DeskStore, ref: BlobRef) -> bool:
    """Whether it is a history that was kept to be read again."""
    return ref.role == HISTORY and store.has_bytes(ref.sha256)


def is_large(ref: BlobRef) -> bool:
    """Whether it travels by itself; a history never does, since the event is understood only with it."""
    return ref.size > LARGE and ref.role != HISTORY


def wanted(store: DeskStore, signed: SignedEvent, key: DeviceKey, known: Collection[str]) -> list[BlobRef]:
    """The blobs of the event that are not here. ``known`` are digests of events that are about to be added."""
    found = []
    for ref in signed.event.blobs:
        if ref.role != HISTORY and store.has_bytes(ref.sha256):
            continue
        if signed.event.kind in APART and key.id not in dict(ref.keys):
            continue  # handed on to other devices of the unit
        if ref.role == HISTORY and signed.event.device == key.id and _has_parents(store, signed, known):
            continue  # one's own, and what it followed is here
        if ref.role == HISTORY and key.id not in dict(ref.keys) and _told_otherwise(store, signed):
            continue  # sealed to others, and what it tells came another way
        found.append(ref)
    return found


def still_wanted(store: DeskStore, signed: SignedEvent, key: DeviceKey) -> list[BlobRef]:
    """The same of an event that is here and of which nothing was missing: a history counts only where it may tell something new."""
    refs = wanted(store, signed, key, ())
    if any(ref.role == HISTORY for ref in refs) and _told_otherwise(store, signed):
        return [ref for ref in refs if ref.role != HISTORY]
    return refs


def open_luggage(
    store: DeskStore, refs: Iterable[BlobRef], ciphers: Mapping[str, Future[bytes]], key: DeviceKey
) -> Luggage:
    """Open and keep what came. ``ciphers`` holds those that are being fetched, by their digest; large ones are not among them.

    Raises only what stops a pull (``storage.unreachable`` …).
    """
    luggage = Luggage()
    for ref in refs:
        facts = {"name": ref.name, "blob": ref.cipher}
        if is_large(ref) and ref.cipher not in ciphers:
            code = WAITS if key.id in dict(ref.keys) else "blob.not_for_us"
            luggage.problems.append((code, facts))
            continue
        try:
            if key.id not in dict(ref.keys):
                raise OfficeError("blob.not_for_us")
            kept = is_kept(store, ref)
            data = store.get_bytes(ref.sha256) if kept else open_blob(ciphers[ref.cipher].result(), ref, key)
            if ref.role == HISTORY:
                luggage.history += unpack_history(data)
                luggage.pasts.append(data)
            else:
                store.put_bytes(data)
        except OfficeError as error:
            luggage.problems.append((_of_blob(error), facts))
        else:
            luggage.fetched += 1
    return luggage


def fetch_large(store: DeskStore, exchange: ObjectStore, ref: BlobRef, key: DeviceKey, pause: Pause = NEVER) -> None:
    """Bring in one large blob, in bounded memory. Raises ``Paused``, ``blob.*`` and what stops a pull."""
    if key.id not in dict(ref.keys):
        raise OfficeError("blob.not_for_us", name=ref.name)
    plain = store.incoming / f"{ref.cipher}.plain"
    try:
        source = fetch_blob(exchange, ref.cipher, store.incoming, large=True, pause=pause)
        open_file(source, ref, key, plain)
        store.adopt_bytes(plain)
    except OSError as error:
        raise of_disk(error, plain) from error
    except OfficeError as error:
        raise OfficeError(_of_blob(error), name=ref.name, blob=ref.cipher) from error
    forget(store.incoming, ref.cipher)


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


def _has_parents(store: DeskStore, signed: SignedEvent, known: Collection[str]) -> bool:
    return all(parent in known or store.event(parent) is not None for parent in signed.event.parents)


def _told_otherwise(store: DeskStore, signed: SignedEvent) -> bool:
    """Whether all that the history of that event may tell is here: what it follows up to the first acts, and each document that
    it names, up to the state in which it travelled.
    """
    event = signed.event
    named = event.body.get("documents")
    documents = {event.document, *(named if isinstance(named, list) else ())}
    told = [each for one in documents for each in store.events_of_document(one) if each.event.kind not in APART]
    if not documents <= {event.document, *(each.event.document for each in told)}:
        return False
    bodies = [event.body, *(each.event.body for each in told)]
    states = {str(body.get(name)) for body in bodies for name in ("digest", "new")}
    if any(ref.role == DOCUMENT and ref.sha256 not in states for ref in event.blobs):
        return False
    return store.whole_behind({*event.parents, *(each.digest for each in told if each.digest != signed.digest)})


def _of_blob(error: OfficeError) -> str:
    """The code as a blob's; what stops a pull is raised again."""
    code = {"storage.not_found": "blob.missing", "mail.damaged": "blob.damaged"}.get(error.code, error.code)
    if not code.startswith("blob."):
        raise error
    return code
