"""Whom this computer and this desk trust: the two stores, the policy over them, and what a desk hands on to whoever verifies."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.records.errors import OfficeError
from signing.anchor_store import (
    AnchorStore,
    StoredAnchor,
    choose_confirmed,
    find,
    is_practice,
    require_anchor,
    trusted,
)
from signing.errors import SigningError
from signing.policy import LOOPBACK
from signing.trust import Purpose, TrustStore, read_certificates

from . import policy_file
from .policy_file import SETTINGS, load_policy, require_unlocked

if TYPE_CHECKING:
    from signing.policy import VerificationPolicy

FOLDER = "trust"
CACHE = "revocation"
MACHINE, DESK = "machine", "desk"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the person who imports says of a certificate: who published it, where, when it was read there, of which country."""

    source: str
    published: str = ""
    read_on: date | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """An entry and the store that holds it: ``machine`` or ``desk``."""

    where: str
    anchor: StoredAnchor


def store_of(where: str, home: Path) -> AnchorStore:
    """The store of the computer or of the desk in ``home``."""
    return AnchorStore((policy_file.machine_folder() if where == MACHINE else home) / FOLDER)


def policy_of(home: Path | None, *, practice: bool = False) -> VerificationPolicy:
    """The policy that holds there. Raises ``policy.…``."""
    return load_policy(policy_file.machine_folder(), home, practice=practice)


def require_online(policy: VerificationPolicy) -> None:
    """Raises ``policy.locked_option`` or ``policy.offline`` where nobody may be asked."""
    require_unlocked(policy, "network.online", wanted=True)
    if not policy.online:
        raise OfficeError("policy.offline")


def settings_of(policy: VerificationPolicy) -> list[tuple[str, object]]:
    """Every setting by its name in the file, as it holds."""
    return [(name, getattr(policy, setting.field)) for name, setting in SETTINGS.items()]


def held_in(home: Path) -> list[Held]:
    """Every entry of both stores, the computer's first. Raises ``trust.store_damaged``, ``trust.store_newer``."""
    return [Held(where, one) for where in (MACHINE, DESK) for one in store_of(where, home).load()]


def find_held(home: Path, fingerprint: str) -> Held:
    """The one whose fingerprint begins so. Raises ``trust.unknown_anchor``, ``trust.store_…``."""
    held = held_in(home)
    one = find([each.anchor for each in held], fingerprint)
    return next(each for each in held if each.anchor is one)


def import_anchor(
    where: str,
    home: Path,
    file: Path,
    fingerprint: str,
    origin: Origin,
    *,
    purpose: Purpose,
    now: datetime,
    also: bool = False,
) -> StoredAnchor:
    """Trust a certificate of ``file``: the one that has the fingerprint, which the person read elsewhere.

    Raises ``trust.bad_fingerprint``, ``trust.fingerprint_differs``, ``trust.no_authority``, ``trust.practice_anchor``,
    ``trust.another_of_that_name``, ``trust.bad_certificate``, ``trust.store_…``, ``policy.…``, OSError.
    """
    policy = policy_of(home)
    der, digest = choose_confirmed(_read(file), fingerprint, name=file.name)
    require_anchor(der, name=file.name, practice=policy.practice)
    one = _entry(der, "anchor", origin, purpose, now)
    return store_of(where, home).add(replace(one, confirmed=digest), also=also)


def import_intermediates(
    where: str, home: Path, file: Path, origin: Origin, *, now: datetime
) -> tuple[StoredAnchor, ...]:
    """Keep the certificates of ``file`` as helpers for chains; none is trusted by that, so no fingerprint is asked."""
    store = store_of(where, home)
    return tuple(
        store.add(_entry(der, "intermediate", origin, "both", now)) for der in read_certificates(_read(file), file.name)
    )


def remove_anchor(where: str, home: Path, fingerprint: str) -> StoredAnchor:
    """Take an entry out of that store. Raises ``trust.unknown_anchor``, ``trust.store_…``."""
    return store_of(where, home).remove(fingerprint)


def trust_of_desk(home: Path, anchors: Sequence[str], *, practice: bool) -> TrustStore:
    """What a desk trusts: its entity's directory, the computer's store and its own, under the policy.

    Raises ``trust.practice_anchor`` where a real office would trust a practice one, ``trust.store_…``, ``policy.…``.
    """
    policy = policy_of(home, practice=practice)
    base = TrustStore.from_pem(anchors, cache=home / CACHE, source="directory", policy=policy)
    return _checked(trusted((one.anchor for one in held_in(home)), base))


def trust_of_folder(folder: Path | None, shipped: Path, home: Path, *, online: bool = False) -> TrustStore:
    """What a command without a desk trusts: the folder that was named and nothing else; without one what ships and both stores.

    A folder named by hand may hold practice anchors, unless the computer's policy locks them out. ``online``: the person wants
    services asked. Raises ``policy.locked_option``, ``policy.offline``, ``trust.…``.
    """
    policy = policy_of(home)
    if online:
        require_online(policy)
    cache = home / CACHE if home.is_dir() else None  # nothing is made where there is no desk
    if folder is not None:
        named = TrustStore.load_folder(folder, cache=cache, policy=policy)
        if "anchors.practice" in policy.locked:
            return _checked(named)
        office = bool(named.anchors) and all(is_practice(anchor.der) for anchor in named.anchors)
        if office and "network.private" not in policy.locked:  # a practice office's services answer on this computer
            return replace(named, policy=replace(policy, private=(*policy.private, *LOOPBACK), practice=True))
        return named
    base = TrustStore.load_folder(shipped, cache=cache, policy=policy)
    return _checked(trusted((one.anchor for one in held_in(home)), base))


def _checked(trust: TrustStore) -> TrustStore:
    if not trust.policy.practice:
        for anchor in trust.anchors:
            if is_practice(anchor.der):
                raise SigningError("trust.practice_anchor", subject=anchor.source)
    return trust


def _entry(der: bytes, kind: str, origin: Origin, purpose: Purpose, now: datetime) -> StoredAnchor:
    return StoredAnchor(
        der=der,
        kind=kind,
        purpose=purpose,
        source=origin.source,
        imported_by=_person(),
        imported_at=now,
        published=origin.published,
        read_on=origin.read_on,
        country=origin.country.upper(),
    )


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user on this system
        return ""


def _read(file: Path) -> bytes:
    if file.stat().st_size > 1_000_000:
        raise SigningError("trust.bad_certificate", source=file.name)
    return file.read_bytes()
