"""The directory that a whole entity shares: published by one admin key, which every desk pins (docs/formats/exchange.md).

A desk remembers the newest version that it has seen and never goes back behind it; it puts that version back where it was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from desktop.records.errors import OfficeError

from .device import DeviceKey
from .directory_json import from_payload, require_consistent, to_payload
from .envelopes import (
    DIRECTORY,
    Envelope,
    canonical,
    digest_of,
    read_canonical,
    require_signature,
    seal_payload,
    take_apart,
)
from .keys import directory_key, directory_prefix, read_directory_key

if TYPE_CHECKING:
    from desktop.records.people import Directory
    from desktop.storage.protocol import ObjectStore

ADMIN = "admin"


class DirectoryStore(Protocol):
    """What is needed of the desk's store: one kept directory."""

    def directory(self) -> tuple[int, str] | None:
        """Number and JWS of the one kept, or None."""
        ...

    def put_directory(self, number: int, jws: str) -> None:
        """Keep it."""
        ...


@dataclass(frozen=True, slots=True)
class DirectoryPins:
    """What a desk was told when it was invited: the admin's raw Ed25519 key (base64url), and the least number it accepts."""

    admin_key: str
    least_number: int = 1


def publish(exchange: ObjectStore, directory: Directory, admin_key: DeviceKey) -> str:
    """Publish the next version; returns its key in the exchange. Publishing the same version again changes nothing.

    Raises ``directory.inconsistent``, ``directory.number_taken`` where another version has that number or a higher one, and
    ``directory.forgets`` where it drops a unit, an official, a device or a delegation: they are revoked, moved or ended,
    never removed, since the events of years ago are checked against them. What ended, left or was revoked stays so.
    """
    require_consistent(directory)
    jws = seal_payload(canonical(to_payload(directory)), admin_key, DIRECTORY, kid=ADMIN)
    key = directory_key(directory.entity.id, directory.number, digest_of(jws))
    pins = DirectoryPins(admin_key.public()[0])
    newest = next(_valid_versions(exchange, directory.entity.id, pins, least=1), None)
    if newest is not None:
        found, text = newest
        if text == jws:
            return key
        if found.number >= directory.number:
            raise OfficeError("directory.number_taken", number=directory.number, newest=found.number)
        _require_remembers(found, directory)
    exchange.put_if_absent(key, jws.encode("ascii"))
    return key


def latest(
    exchange: ObjectStore, entity: str, pins: DirectoryPins, *, store: DirectoryStore | None = None
) -> Directory:
    """The newest version signed by the pinned key; kept in ``store``, where there is one.

    Of two versions with one number the one with the lower digest counts, on every desk. Raises ``directory.none``,
    ``directory.wrong_key`` (only versions by another key are there), ``directory.replayed`` (only versions older than the least
    number accepted), ``directory.newer_format``; ``storage.emptied`` where nothing at all is left of an exchange that was known.
    """
    kept = _kept(store, pins) if store is not None else None
    least = max(pins.least_number, kept[0].number if kept else 1)
    found = next(_valid_versions(exchange, entity, pins, least=least, kept=kept), None)
    if found is None:
        if kept is None:
            raise _why_none(exchange, entity, pins)
        if (
            next(iter(exchange.list("")), None) is None
        ):  # a share that is not there, more likely than an office that was deleted
            raise OfficeError("storage.emptied", url=exchange.url)
        directory, jws = kept  # deleted there: put it back
        exchange.put_if_absent(directory_key(entity, directory.number, digest_of(jws)), jws.encode("ascii"))
        return directory
    if store is not None and found != kept:
        store.put_directory(found[0].number, found[1])
    return found[0]


def kept_directory(store: DirectoryStore, pins: DirectoryPins) -> Directory | None:
    """The newest version this desk has seen, without any line; None before the first contact."""
    kept = _kept(store, pins)
    return kept[0] if kept else None


def read_directory(jws: str | bytes, pins: DirectoryPins) -> Directory:
    """Check one version. Raises ``envelope.*``, ``directory.newer_format``, ``directory.malformed``, ``directory.inconsistent``."""
    return _read_text(jws, pins.admin_key)


@lru_cache(maxsize=4)  # every exchange asks for the one that is kept; what is refused is not remembered
def _read_text(jws: str | bytes, admin_key: str) -> Directory:
    return _read(take_apart(jws, DIRECTORY), DirectoryPins(admin_key))


def _read(envelope: Envelope, pins: DirectoryPins) -> Directory:
    require_signature(envelope, pins.admin_key)
    directory = from_payload(read_canonical(envelope.payload))
    require_consistent(directory)
    return directory


def _kept(store: DirectoryStore, pins: DirectoryPins) -> tuple[Directory, str] | None:
    kept = store.directory()
    if kept is None:
        return None
    jws = kept[1]
    try:
        directory = read_directory(jws, pins)
    except OfficeError:
        return None  # the desk was invited anew, by another key
    return (directory, jws) if directory.number >= pins.least_number else None


def _valid_versions(
    exchange: ObjectStore, entity: str, pins: DirectoryPins, *, least: int, kept: tuple[Directory, str] | None = None
) -> Iterator[tuple[Directory, str]]:
    """Newest first. Foreign and damaged files among them are passed over: they must not stop anybody."""
    kept_digest = digest_of(kept[1]) if kept is not None else ""
    for number, digest, key in sorted(_keys(exchange, entity, least), key=lambda item: (-item[0], item[1])):
        if kept is not None and digest == kept_digest and number == kept[0].number:
            yield kept  # read and checked before
            continue
        try:
            data = exchange.get(key)
            envelope = take_apart(data, DIRECTORY)
            directory = _read(envelope, pins)
        except OfficeError as error:
            if error.code in ("storage.unreachable", "storage.denied", "directory.newer_format"):
                raise
            continue
        if envelope.digest == digest and directory.number == number and directory.entity.id == entity:
            yield directory, envelope.jws


def _keys(exchange: ObjectStore, entity: str, least: int) -> Iterator[tuple[int, str, str]]:
    prefix = directory_prefix(entity)
    for entry in exchange.list(prefix, after=f"{prefix}{least:010d}"):
        named = read_directory_key(entry.key)
        if named is not None:
            yield named[0], named[1], entry.key
        elif entry.key.startswith(f"{prefix}r"):  # requests lie behind all versions
            return


def _why_none(exchange: ObjectStore, entity: str, pins: DirectoryPins) -> OfficeError:
    older = next(_valid_versions(exchange, entity, pins, least=0), None)
    if older is not None:
        return OfficeError("directory.replayed", number=older[0].number, least=pins.least_number)
    if next(_keys(exchange, entity, 0), None) is not None:
        return OfficeError("directory.wrong_key", entity=entity)
    return OfficeError("directory.none", entity=entity, url=exchange.url)


def _require_remembers(old: Directory, new: Directory) -> None:
    for kind, before, after in (
        ("unit", {u.id for u in old.units}, {u.id for u in new.units}),
        ("official", {o.id for o in old.officials}, {o.id for o in new.officials}),
        ("device", {(d.id, d.verify_key) for d in old.devices}, {(d.id, d.verify_key) for d in new.devices}),
        ("delegation", _standings(old), _standings(new)),
        ("end", _ends(old), _ends(new)),
    ):
        if gone := sorted(str(item) for item in before - after):
            raise OfficeError("directory.forgets", what=kind, id=gone[0])


def _ends(directory: Directory) -> set[tuple[str, ...]]:
    """That something is over, and to whom it went; a day or a last number may still be corrected."""
    found: set[tuple[str, ...]] = {("unit", unit.id) for unit in directory.units if unit.ended_on is not None}
    found |= {("heir", unit.id, heir) for unit in directory.units for heir in unit.successors}
    found |= {("official", person.id) for person in directory.officials if person.until is not None}
    found |= {("former", person.id, unit) for person in directory.officials for unit, _ in person.former}
    return found | {("device", device.id) for device in directory.devices if device.revoked_at is not None}


def _standings(directory: Directory) -> set[tuple[str, ...]]:
    """What makes a delegation; its last day may change, since it can end early."""
    rows = {(d.holder, d.substitute, d.memorandum, str(d.first_day), d.post) for d in directory.delegations}
    return rows | {(s.chief, s.official, s.memorandum, str(s.first_day)) for s in directory.secretaries}
