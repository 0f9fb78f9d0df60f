"""The event: one act of the office, chained on the document it concerns (docs/formats/events.md).

Here it is plain data; ``desktop.sync.events`` signs it (JWS, RFC 7515, EdDSA over RFC 8785 JSON) and checks signatures.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .errors import OfficeError

FORMAT = 1
Json = Any  # a JSON value: what rfc8785 can canonicalise


class EventKind(StrEnum):
    """Every act there is. The value travels; never rename one."""

    DRAFTED = "document.drafted"
    REGISTERED = "document.registered"
    SCANNED = "document.scanned"
    NUMBERED = "document.numbered"
    FROZEN = "document.frozen"
    APPROVED = "document.approved"
    OBSERVED = "document.observed"
    SIGNED = "document.signed"
    RAISED = "document.raised"
    VOIDED = "document.voided"
    NUMBER_SETTLED = "document.number_settled"
    OPENED = "slip.opened"
    DISPATCHED = "slip.dispatched"
    RECEIVED = "slip.received"
    REJECTED = "slip.rejected"
    CANCELLED = "slip.cancelled"
    ANSWERED = "slip.answered"
    CONCLUDED = "slip.concluded"
    REOPENED = "slip.reopened"
    DEPOSITED = "deposit.made"
    GROUPED = "slip.grouped"
    UNGROUPED = "slip.ungrouped"
    JUSTIFIED = "slip.justified"
    PAPER_MOVED = "slip.paper_moved"
    REASSIGNED = "slip.reassigned"
    SETTLED = "slip.settled"
    KEYS_SHARED = "keys.shared"


APART = frozenset({EventKind.KEYS_SHARED})
"""Kinds that concern no document: their chain makes none, and where one names a document's chain it is not part of it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: the official, the post he then held and his unit then (officials move; events do not)."""

    official: str
    post: str
    unit: str


@dataclass(frozen=True, slots=True)
class BlobRef:
    """Bytes that travel beside an event, always encrypted.

    ``sha256`` is the hex digest of the plain bytes, ``cipher`` that of the ciphertext (its key under ``blobs/``).
    ``keys`` maps a device id to the blob's key sealed to that device (age, base64).
    ``role`` is ``document``, ``attachment``, ``text`` (what the document was set from) or ``history``.
    """

    sha256: str
    size: int
    name: str
    media_type: str
    role: str
    cipher: str = ""
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One act. ``claimed_at`` is the device's clock, with offset; nothing proves it.

    ``parents`` are SHA-256 hex digests of the compact JWS of the events it follows. ``device_seq`` rises by one per event
    of a device; ``prev`` is the digest of the one before it there, empty for its first. ``deliveries`` maps a unit id to the
    sequence number of this event in (device, that unit's mailbox).
    """

    id: str
    kind: EventKind
    entity: str
    document: str
    slip: str | None
    parents: tuple[str, ...]
    actor: Actor
    claimed_at: datetime
    device: str
    device_seq: int
    prev: str = ""
    deliveries: tuple[tuple[str, int], ...] = ()
    on_behalf_of: str | None = None
    body: Mapping[str, Json] = field(default_factory=dict)
    blobs: tuple[BlobRef, ...] = ()

    def to_payload(self) -> dict[str, Json]:
        """The JSON object that is canonicalised and signed."""
        return {
            "v": FORMAT,
            "id": self.id,
            "type": self.kind.value,
            "entity": self.entity,
            "document": self.document,
            "slip": self.slip,
            "parents": list(self.parents),
            "actor": {"official": self.actor.official, "post": self.actor.post, "unit": self.actor.unit},
            "on_behalf_of": self.on_behalf_of,
            "time": self.claimed_at.isoformat(timespec="seconds"),
            "device": self.device,
            "seq": self.device_seq,
            "prev": self.prev,
            "deliveries": dict(self.deliveries),
            "body": dict(self.body),
            "blobs": [
                {
                    "sha256": blob.sha256,
                    "size": blob.size,
                    "name": blob.name,
                    "type": blob.media_type,
                    "role": blob.role,
                    "cipher": blob.cipher,
                    "keys": dict(blob.keys),
                }
                for blob in self.blobs
            ],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Json]) -> Event:
        """Read a payload back.

        Raises ``event.newer_format`` for a version and ``event.unknown_kind`` for a kind that this program does not know, and
        ``event.malformed`` for anything else that is not an event.
        """
        version = payload.get("v")
        if isinstance(version, int) and version > FORMAT:
            raise OfficeError("event.newer_format", version=version, known=FORMAT)
        try:
            actor = payload["actor"]
            claimed_at = datetime.fromisoformat(_text(payload["time"]))
            if claimed_at.tzinfo is None:
                raise ValueError("time without offset")
            return cls(
                id=_text(payload["id"]),
                kind=_kind(payload["type"]),
                entity=_text(payload["entity"]),
                document=_text(payload["document"]),
                slip=None if payload["slip"] is None else _text(payload["slip"]),
                parents=tuple(_text(parent) for parent in payload["parents"]),
                actor=Actor(_text(actor["official"]), _text(actor["post"]), _text(actor["unit"])),
                on_behalf_of=None if payload["on_behalf_of"] is None else _text(payload["on_behalf_of"]),
                claimed_at=claimed_at,
                device=_text(payload["device"]),
                device_seq=_whole(payload["seq"]),
                prev=_text(payload["prev"]),
                deliveries=tuple(sorted((_text(k), _whole(v)) for k, v in payload["deliveries"].items())),
                body=_object(payload["body"]),
                blobs=tuple(_blob(item) for item in payload["blobs"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OfficeError("event.malformed", reason=repr(error)) from error

    def blob(self, sha256: str) -> BlobRef | None:
        """The blob of that plain digest, where the event carries it."""
        return next((blob for blob in self.blobs if blob.sha256 == sha256), None)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {value!r}")
    return value


def _kind(value: Json) -> EventKind:
    try:
        return EventKind(_text(value))
    except ValueError as error:
        raise OfficeError("event.unknown_kind", act=value) from error


def _whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"whole number expected, not {value!r}")
    return value


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"object expected, not {value!r}")
    return dict(value)


def _blob(item: Mapping[str, Json]) -> BlobRef:
    return BlobRef(
        sha256=_text(item["sha256"]),
        size=_whole(item["size"]),
        name=_text(item["name"]),
        media_type=_text(item["type"]),
        role=_text(item["role"]),
        cipher=_text(item["cipher"]),
        keys=tuple(sorted((_text(k), _text(v)) for k, v in item["keys"].items())),
    )


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """An event with the compact JWS that carries it; ``digest`` is the SHA-256 hex of that JWS in ASCII."""

    event: Event
    digest: str
    jws: str


def in_causal_order(events: Iterable[SignedEvent]) -> list[SignedEvent]:
    """Parents before children; among the free ones by claimed time, then digest, so that every desk gets one order.

    Events whose parents are missing are placed as if the missing parents had come first. Raises ``event.cycle``, which
    only a forged set can reach: a cycle cannot be hashed.
    """
    known = {item.digest: item for item in events}
    waits = {digest: {p for p in item.event.parents if p in known} for digest, item in known.items()}
    children: dict[str, list[str]] = {}
    for digest, parents in waits.items():
        for parent in parents:
            children.setdefault(parent, []).append(digest)
    free = [(known[digest].event.claimed_at, digest) for digest, parents in waits.items() if not parents]
    heapq.heapify(free)
    ordered: list[SignedEvent] = []
    while free:
        _, digest = heapq.heappop(free)
        ordered.append(known[digest])
        for child in children.get(digest, ()):
            waits[child].discard(digest)
            if not waits[child]:
                heapq.heappush(free, (known[child].event.claimed_at, child))
    if len(ordered) != len(known):
        raise OfficeError("event.cycle")
    return ordered


class Ancestry:
    """Which event knew of which: ``knew(later, earlier)`` follows the parents that are at hand."""

    def __init__(self, events: Iterable[SignedEvent]) -> None:
        self._parents = {item.digest: item.event.parents for item in events}

    def knew(self, later: str, earlier: str) -> bool:
        """Whether the event ``later`` descends from ``earlier`` (digests); an event does not know of itself."""
        seen: set[str] = set()
        pending = list(self._parents.get(later, ()))
        while pending:
            digest = pending.pop()
            if digest == earlier:
                return True
            if digest not in seen:
                seen.add(digest)
                pending += self._parents.get(digest, ())
        return False

    def of(self, digest: str) -> frozenset[str]:
        """Every ancestor of that event that is at hand, or that one of them names."""
        seen: set[str] = set()
        pending = list(self._parents.get(digest, ()))
        while pending:
            current = pending.pop()
            if current not in seen:
                seen.add(current)
                pending += self._parents.get(current, ())
        return frozenset(seen)

    def complete(self, digest: str) -> bool:
        """Whether every ancestor of that event is at hand; where one is missing, nobody can say what it did not know."""
        seen: set[str] = set()
        pending = [digest]
        while pending:
            current = pending.pop()
            if current not in self._parents:
                return False
            if current not in seen:
                seen.add(current)
                pending += self._parents[current]
        return True
