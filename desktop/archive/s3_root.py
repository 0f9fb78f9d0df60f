"""A root in a bucket with versions and object lock. There is no rename, so the commit is one conditional put.

    lease (If-None-Match, taken over by If-Match when it has expired)
    → one listing → reconcile → content, ``vN/inventory.json``, sidecar, all If-None-Match, several at a time
    → **root inventory If-Match its old ETag = commit** → root sidecar → lease given back

Reconcile hides (delete marker) whatever the committed inventory does not name, and puts back what it names and somebody hid: a writer
that was paused while its lease was taken over can do both. Retention (COMPLIANCE) is set only by ``seal``, only on keys that a
committed inventory names: locked at once, an aborted write would stay for ever.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from desktop.records.errors import OfficeError
from desktop.storage import LockingStore, Version

from .disk_files import digest_of, pieces_of
from .inventory import (
    INVENTORY,
    SIDECAR,
    Inventory,
    User,
    is_inventory_of,
    next_inventory,
    object_folder,
    sidecar,
)
from .lease import LEASE, leased
from .roots import (
    ROOT_DECLARATION,
    Contents,
    Fault,
    Repaired,
    Source,
    StoredFile,
    check_continues,
    check_root_files,
    damaged_root_files,
    no_fault,
    root_files,
)
from .sealing import Sealed, seal
from .sending import OtherBytesError, puts_of, send_all

_WORTH_A_COPY = 256 * 1024  # bytes from which on a copy within the server is less than sending again


def _utc_now() -> datetime:
    return datetime.now(UTC)


class S3Root:
    """Opening does not write; call ``repair`` before writing."""

    def __init__(
        self,
        store: LockingStore,
        *,
        create: bool = False,
        rescue: bool = False,
        fault: Fault = no_fault,
        clock: Callable[[], datetime] = _utc_now,
        lease: timedelta = LEASE,
    ) -> None:
        self._store = store
        self._fault = fault
        self._clock = clock
        self._lease = lease
        if create and self._store.head(f"root/{ROOT_DECLARATION}") is None:
            self._create()
        self.rescued = self._rescue() if rescue else ()
        check_root_files(self._read_root_file, self.url)

    @property
    def url(self) -> str:
        """``s3://BUCKET/PREFIX``."""
        return self._store.url

    @property
    def store(self) -> LockingStore:
        """Where it lies: for what is kept beside the root."""
        return self._store

    def repair(self) -> Repaired:
        """Reconcile every object that is not as its inventory says; one listing of the whole root."""
        repaired, leftovers = [], 0
        for folder, paths in self._by_object():
            if self._is_whole(folder, paths):
                continue
            try:
                with leased(self._store, folder, self._clock, self._lease):
                    lies = self._lies(folder)
                    leftovers += self._reconcile(folder, self._committed_or_lost(folder, lies) or (None, ""), lies)[0]
            except OfficeError as error:
                # its writer will finish, or its lease will expire; of a damaged one fixity tells, and only another copy can mend it
                if error.code not in ("archive.busy", "archive.bad_inventory"):
                    raise
            else:
                repaired.append(folder)
        return Repaired(tuple(repaired), leftovers)

    def object_folders(self) -> Iterator[str]:
        """Folders that hold a root inventory."""
        return (folder for folder, paths in self._by_object() if INVENTORY in paths)

    def strays(self) -> Iterator[str]:
        """Keys at places where only folders belong, and those of objects that were never committed."""
        known = set(root_files())
        for entry in self._store.list("root/"):
            path = entry.key.removeprefix("root/")
            if path not in known and (path.count("/") < 4 or path.startswith("extensions/")):
                yield path
        for folder, paths in self._by_object():
            if INVENTORY not in paths:
                yield from (f"{folder}/{path}" for path in paths)

    def inventory_at(self, folder: str) -> Inventory:
        """The root inventory, which is the commit; its sidecar is derived and repaired."""
        found = self._committed(folder)
        if found is None:
            raise OfficeError("archive.no_object", object=folder)
        return found[0]

    def inventory(self, object_id: str) -> Inventory | None:
        """The newest committed inventory of that object, or None."""
        found = self._committed(object_folder(object_id))
        return found[0] if found else None

    def files_at(self, folder: str) -> Iterator[StoredFile]:
        """Every key below the object."""
        start = f"root/{folder}/"
        return (StoredFile(entry.key.removeprefix(start), entry.size) for entry in self._store.list(start))

    def chunks(self, folder: str, path: str) -> Iterator[bytes]:
        """The newest bytes under the key."""
        try:
            yield self._store.get(f"root/{folder}/{path}")
        except OfficeError as error:
            if error.code == "storage.not_found":
                raise OfficeError("archive.missing_file", object=folder, path=path) from error
            raise

    def digest(self, folder: str, path: str, read: Callable[[int], None]) -> str:
        """Of the newest bytes under the key."""
        digest = hashlib.sha512()
        for piece in self.chunks(folder, path):
            digest.update(piece)
            read(len(piece))
        return digest.hexdigest()

    def recoverable(self, folder: str, path: str, digest: str) -> bool:
        """Whether some version of the key has those bytes."""
        return self.kept(folder, path, digest) is not None

    def kept(self, folder: str, path: str, digest: str) -> bytes | None:
        """The bytes of the version of the key that has them."""
        return self._kept(f"root/{folder}/{path}", digest)

    def write_version(
        self, object_id: str, files: Mapping[str, Source], *, base: str | None, message: str, user: User, now: datetime
    ) -> str:
        """Lease, reconcile, put, commit. See the protocol."""
        folder = object_folder(object_id)
        digests = {logical: digest_of(source) for logical, source in files.items()}
        with leased(self._store, folder, self._clock, self._lease):
            self._fault("leased")
            lies = self._lies(folder)
            before, tag = found = self._committed_or_lost(folder, lies) or (None, "")
            if (before.head if before else None) != base:
                self._reconcile(folder, found, lies)
                raise _conflict(object_id, base)
            inventory, places = next_inventory(object_id, before, digests, created=now, message=message, user=user)
            arrived = self._reconcile(folder, found, lies, coming=inventory)[1]
            if wrong := self._put_version(folder, inventory, lambda path: pieces_of(files[places[path]]), arrived):
                raise OfficeError("archive.changed_while_reading", on_disk="unchanged", path=wrong)
            self._finish(folder, inventory, tag)
        return inventory.head

    def adopt(self, inventory: Inventory, contents: Contents) -> bool:
        """All missing keys, then one commit. See the protocol."""
        folder = object_folder(inventory.id)
        with leased(self._store, folder, self._clock, self._lease):
            self._fault("leased")
            lies = self._lies(folder)
            before, tag = found = self._committed_or_lost(folder, lies) or (None, "")
            known = check_continues(before, inventory)
            arrived = self._reconcile(folder, found, lies, coming=inventory)[1]
            if known == len(inventory.versions):
                return False
            for number in range(known + 1, len(inventory.versions) + 1):
                if wrong := self._put_version(folder, inventory.as_of(number), contents, arrived):
                    raise OfficeError("archive.damaged", on_disk="unchanged", object=inventory.id, path=wrong)
            self._finish(folder, inventory, tag)
        return True

    def mend(self, inventory: Inventory, path: str, pieces: Iterable[bytes]) -> None:
        """A new version of the key with the right bytes; the wrong ones stay below it. See the protocol."""
        folder, data = object_folder(inventory.id), b"".join(pieces)
        if hashlib.sha512(data).hexdigest() != inventory.expected().get(path):
            raise OfficeError("archive.damaged", on_disk="unchanged", object=inventory.id, path=path)
        with leased(self._store, folder, self._clock, self._lease):
            self._store.put(f"root/{folder}/{path}", data)

    def set_aside(self, path: str) -> str:
        """A delete marker; the bytes stay below it under their own name."""
        self._store.hide(f"root/{path}")
        return f"root/{path}"

    def seal(
        self, now: datetime, *, quarantine: timedelta, term: timedelta, renew_within: timedelta = timedelta(0)
    ) -> Sealed:
        """Lock in COMPLIANCE mode, until ``now + term``, every key of the versions that are older than ``quarantine``.

        Keys locked already are extended when less than ``term - renew_within`` is left. Only bytes that agree with the inventory
        are locked: of an overwritten key the good version stays lockable, once repaired.
        """
        everything = ((folder, self._inventory_or_none(folder)) for folder in self.object_folders())
        return seal(self._store, everything, now, quarantine=quarantine, term=term, renew_within=renew_within)

    def beside(self, folder: str) -> Iterator[StoredFile]:
        """Its keys."""
        return (StoredFile(entry.key, entry.size) for entry in self._store.list(f"{folder}/"))

    def write_beside(self, name: str, data: bytes) -> None:
        """Replace the object beside the root."""
        self._store.put(name, data)

    def close(self) -> None:
        """Close the connections."""
        self._store.close()

    def _create(self) -> None:
        for _ in self._store.list("root/"):
            raise OfficeError("archive.not_empty", url=self.url)
        for name, data in root_files().items():  # the declaration comes last
            self._store.put_if_absent(f"root/{name}", data)

    def _rescue(self) -> tuple[str, ...]:
        wrong = damaged_root_files(self._read_root_file, any(self.object_folders()))
        for name in wrong:
            self._store.put(f"root/{name}", root_files()[name])
        return wrong

    def _read_root_file(self, name: str) -> bytes | None:
        return self.read_beside(f"root/{name}")

    def read_beside(self, name: str) -> bytes | None:
        """The object beside the root, or None."""
        try:
            return self._store.get(name)
        except OfficeError as error:
            if error.code == "storage.not_found":
                return None
            raise

    def _by_object(self) -> Iterator[tuple[str, list[str]]]:
        """Object folder → paths below it, from one sorted listing."""
        folder, paths = "", list[str]()
        for entry in self._store.list("root/"):
            parts = entry.key.removeprefix("root/").split("/", 4)
            if len(parts) < 5 or parts[0] == "extensions":
                continue
            here = "/".join(parts[:4])
            if here != folder:
                if folder:
                    yield folder, paths
                folder, paths = here, []
            paths.append(parts[4])
        if folder:
            yield folder, paths

    def _is_whole(self, folder: str, paths: list[str]) -> bool:
        try:
            found = self._committed(folder)
        except OfficeError as error:
            if error.code != "archive.bad_inventory":
                raise
            return False
        if found is None or found[0].named_paths() != set(paths):
            return False
        return self._store.get(f"root/{folder}/{SIDECAR}") == sidecar(self._store.get(f"root/{folder}/{INVENTORY}"))

    def _committed(self, folder: str) -> tuple[Inventory, str] | None:
        """The root inventory and its ETag."""
        try:
            data, tag = self._store.get_tagged(f"root/{folder}/{INVENTORY}")
        except OfficeError as error:
            if error.code == "storage.not_found":
                return None
            raise
        inventory = Inventory.from_bytes(data)
        if object_folder(inventory.id) != folder:
            raise OfficeError("archive.bad_inventory", object=folder, reason="head_or_id")
        return inventory, tag

    def _lies(self, folder: str) -> list[Version]:
        """Everything that lies at the object, hidden or not. Asked before the commit is read: of what a zombie puts there in between
        nothing is hidden then, as it would be the other way round.
        """
        return list(self._store.versions(f"root/{folder}/"))

    def _reconcile(
        self,
        folder: str,
        found: tuple[Inventory | None, str],
        lies: list[Version],
        coming: Inventory | None = None,
    ) -> tuple[int, frozenset[str]]:
        """Make the object what its committed inventory says. Only under the lease. Gives how much was hidden and what may stay.

        Of what nobody committed only that stays which ``coming`` names at the same path with the same bytes: what an earlier try of the
        same writing sent, and need not be sent again.
        """
        committed = found[0]
        start = f"root/{folder}/"
        present = {one.key.removeprefix(start) for one in lies if one.latest and not one.marker}
        expected = committed.expected() if committed else {}
        wanted = coming.manifest if coming else {}
        left = sorted(present - expected.keys())
        stays = {path for path in left if path in wanted and self._has(start + path, wanted[path])}
        for path in left:
            if path not in stays:
                self._store.hide(start + path)
        for path in sorted(expected.keys() - present if committed else ()):
            if (kept := self._kept(start + path, expected[path])) is not None:
                self._store.put_if_absent(start + path, kept)
        if committed is not None:
            self._put_sidecar(folder, committed.to_bytes())
        hidden = [one for one in lies if not one.marker and one.size >= _WORTH_A_COPY]
        revived = self._revived(start, hidden, wanted, stays | expected.keys())
        return len(left) - len(stays), frozenset(stays | revived)

    def _revived(
        self, start: str, hidden: Iterable[Version], wanted: Mapping[str, str], there: Collection[str]
    ) -> set[str]:
        """What arrived once and was hidden again, by a repair between two tries: its bytes need not travel a second time."""
        revived = set[str]()
        for one in hidden:
            path = one.key.removeprefix(start)
            if path not in wanted or path in there or path in revived:
                continue
            data = self._store.get_version(one.key, one.version)
            if hashlib.sha512(data).hexdigest() == wanted[path] and self._store.revive(one.key, one.version):
                revived.add(path)
        return revived

    def _has(self, key: str, digest: str) -> bool:
        return hashlib.sha512(self._store.get(key)).hexdigest() == digest

    def _inventory_or_none(self, folder: str) -> Inventory | None:
        try:
            return self.inventory_at(folder)
        except OfficeError as error:
            if error.code != "archive.bad_inventory":
                raise
            return None

    def _committed_or_lost(self, folder: str, lies: list[Version]) -> tuple[Inventory, str] | None:
        """The commit; where somebody hid it or wrote nonsense over it, its last version that is one, put back.

        Where nothing ever lay nothing is asked.
        Raises ``archive.bad_inventory`` when it is damaged and no version of it is kept: then nothing may be hidden.
        """
        if not lies:
            return None
        key = f"root/{folder}/{INVENTORY}"
        try:
            if (found := self._committed(folder)) is not None:
                return found
            damaged = None
        except OfficeError as error:
            if error.code != "archive.bad_inventory":
                raise
            damaged = error
        for version in lies:
            if version.key != key or version.marker:
                continue
            data = self._store.get_version(key, version.version)
            if is_inventory_of(folder, data):
                self._store.put(key, data)
                return self._committed(folder)
        if damaged is not None:
            raise damaged
        return None

    def _kept(self, key: str, digest: str) -> bytes | None:
        for version in self._store.versions(key):
            if version.key == key and not version.marker:
                data = self._store.get_version(key, version.version)
                if hashlib.sha512(data).hexdigest() == digest:
                    return data
        return None

    def _put_version(
        self, folder: str, inventory: Inventory, contents: Contents, arrived: frozenset[str] = frozenset()
    ) -> str:
        """Put what the newest version of ``inventory`` adds; gives the first path whose bytes are others than it names.

        The first goes alone: where another writer is at it, too, one of us is told before he sends the rest. What ``arrived`` before is
        not sent again.
        """
        puts = puts_of(f"root/{folder}/", inventory, contents, arrived)
        try:
            for key, content in islice(puts, 1):
                if not self._store.put_if_absent(key, content):
                    raise _conflict(inventory.id, None)
                self._fault("first put")
            if not send_all(self._store, puts):
                raise _conflict(inventory.id, None)
        except OtherBytesError as error:
            return str(error)
        return ""

    def _finish(self, folder: str, inventory: Inventory, tag: str) -> None:
        """The commit and what follows from it."""
        self._fault("version put")
        self._commit(folder, inventory, tag)
        self._fault("committed")
        self._put_sidecar(folder, inventory.to_bytes(), new=not tag)
        self._fault("sidecar put")

    def _commit(self, folder: str, inventory: Inventory, tag: str) -> None:
        key, data = f"root/{folder}/{INVENTORY}", inventory.to_bytes()
        won = self._store.put_if_match(key, data, tag) if tag else self._store.put_if_absent(key, data)
        if not won:
            raise _conflict(inventory.id, None)

    def _put_sidecar(self, folder: str, inventory: bytes, *, new: bool = False) -> None:
        """The root sidecar of those bytes; a conflict means that somebody has put it right already. Of a ``new`` object there is none."""
        key, wanted = f"root/{folder}/{SIDECAR}", sidecar(inventory)
        if new and self._store.put_if_absent(key, wanted):
            return
        try:
            data, tag = self._store.get_tagged(key)
        except OfficeError as error:
            if error.code != "storage.not_found":
                raise
            self._store.put_if_absent(key, wanted)
            return
        if data != wanted:
            self._store.put_if_match(key, wanted, tag)


def _conflict(object_id: str, base: str | None) -> OfficeError:
    return OfficeError("archive.conflict", on_disk="unchanged", object=object_id, base=base or "")
