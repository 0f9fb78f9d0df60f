"""Making an object in a bucket what its committed inventory says, whatever writers that died or were paused left there."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, Version

from .inventory import INVENTORY, SIDECAR, Inventory, is_inventory_of, object_folder, sidecar

_WORTH_A_COPY = 256 * 1024  # bytes from which on a copy within the server is less than sending again


def committed(store: LockingStore, folder: str) -> tuple[Inventory, str] | None:
    """The root inventory and its ETag."""
    try:
        data, tag = store.get_tagged(f"root/{folder}/{INVENTORY}")
    except OfficeError as error:
        if error.code == "storage.not_found":
            return None
        raise
    inventory = Inventory.from_bytes(data)
    if object_folder(inventory.id) != folder:
        raise OfficeError("archive.bad_inventory", object=folder, reason="head_or_id")
    return inventory, tag


def lying(store: LockingStore, folder: str) -> list[Version]:
    """Everything that lies at the object, hidden or not. Asked before the commit is read: of what a zombie puts there in between nothing is
    hidden then, as it would be the other way round.
    """
    return list(store.versions(f"root/{folder}/"))


def reconcile(
    store: LockingStore,
    folder: str,
    found: tuple[Inventory | None, str],
    lies: Sequence[Version],
    coming: Inventory | None = None,
) -> tuple[int, frozenset[str]]:
    """Make the object what its committed inventory says. Only under the lease. Gives how much was hidden and what may stay.

    Of what nobody committed only that stays which ``coming`` names at the same path with the same bytes: what an earlier try of the
    same writing sent, and need not be sent again.
    """
    now = found[0]
    start = f"root/{folder}/"
    present = {one.key.removeprefix(start) for one in lies if one.latest and not one.marker}
    expected = now.expected() if now else {}
    wanted = coming.manifest if coming else {}
    left = sorted(present - expected.keys())
    stays = {path for path in left if path in wanted and _has(store, start + path, wanted[path])}
    for path in left:
        if path not in stays:
            store.hide(start + path)
    for path in sorted(expected.keys() - present if now else ()):
        if (data := kept(store, start + path, expected[path])) is not None:
            store.put_if_absent(start + path, data)
    if now is not None:
        put_sidecar(store, folder, now.to_bytes())
    hidden = [one for one in lies if not one.marker and one.size >= _WORTH_A_COPY]
    revived = _revived(store, start, hidden, wanted, stays | expected.keys())
    return len(left) - len(stays), frozenset(stays | revived)


def _revived(
    store: LockingStore, start: str, hidden: Iterable[Version], wanted: Mapping[str, str], there: Collection[str]
) -> set[str]:
    """What arrived once and was hidden again, by a repair between two tries: its bytes need not travel a second time."""
    revived = set[str]()
    for one in hidden:
        path = one.key.removeprefix(start)
        if path not in wanted or path in there or path in revived:
            continue
        data = store.get_version(one.key, one.version)
        if hashlib.sha512(data).hexdigest() == wanted[path] and store.revive(one.key, one.version):
            revived.add(path)
    return revived


def _has(store: LockingStore, key: str, digest: str) -> bool:
    return hashlib.sha512(store.get(key)).hexdigest() == digest


def committed_or_lost(store: LockingStore, folder: str, lies: Sequence[Version]) -> tuple[Inventory, str] | None:
    """The commit; where somebody hid it or wrote nonsense over it, its last version that is one, put back.

    Where nothing ever lay nothing is asked.
    Raises ``archive.bad_inventory`` when it is damaged and no version of it is kept: then nothing may be hidden.
    """
    if not lies:
        return None
    key = f"root/{folder}/{INVENTORY}"
    try:
        if (found := committed(store, folder)) is not None:
            return found
        damaged = None
    except OfficeError as error:
        if error.code != "archive.bad_inventory":
            raise
        damaged = error
    for version in lies:
        if version.key != key or version.marker:
            continue
        data = store.get_version(key, version.version)
        if is_inventory_of(folder, data):
            store.put(key, data)
            return committed(store, folder)
    if damaged is not None:
        raise damaged
    return None


def kept(store: LockingStore, key: str, digest: str) -> bytes | None:
    """The bytes of the version of the key that has that SHA-512."""
    for version in store.versions(key):
        if version.key == key and not version.marker:
            data = store.get_version(key, version.version)
            if hashlib.sha512(data).hexdigest() == digest:
                return data
    return None


def put_sidecar(store: LockingStore, folder: str, inventory: bytes, *, new: bool = False) -> None:
    """The root sidecar of those bytes; a conflict means that somebody has put it right already. Of a ``new`` object there is none."""
    key, wanted = f"root/{folder}/{SIDECAR}", sidecar(inventory)
    if new and store.put_if_absent(key, wanted):
        return
    try:
        data, tag = store.get_tagged(key)
    except OfficeError as error:
        if error.code != "storage.not_found":
            raise
        store.put_if_absent(key, wanted)
        return
    if data != wanted:
        store.put_if_match(key, wanted, tag)
