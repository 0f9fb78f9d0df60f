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
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from desktop.records.errors import OfficeError
from desktop.storage import LockingStore

from .disk_files import digest_of, pieces_of
from .inventory import (
    INVENTORY,
    SIDECAR,
    Inventory,
    User,
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
    Writing,
    check_continues,
    check_root_files,
    damaged_root_files,
    no_fault,
    no_writing,
    root_files,
)
from .s3_reconcile import committed, committed_or_lost, kept, lying, put_sidecar, reconcile
from .sealing import Sealed, seal
from .sending import OtherBytesError, puts_of, send_all


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
        writing: Writing = no_writing,
    ) -> None:
        self._store = store
        self._fault = fault
        self._clock = clock
        self._lease = lease
        self._writing = writing
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
                    lies = lying(self._store, folder)
                    found = committed_or_lost(self._store, folder, lies) or (None, "")
                    leftovers += reconcile(self._store, folder, found, lies)[0]
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
        found = committed(self._store, folder)
        if found is None:
            raise OfficeError("archive.no_object", object=folder)
        return found[0]

    def inventory(self, object_id: str) -> Inventory | None:
        """The newest committed inventory of that object, or None."""
        found = committed(self._store, object_folder(object_id))
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
        return kept(self._store, f"root/{folder}/{path}", digest)

    def write_version(
        self, object_id: str, files: Mapping[str, Source], *, base: str | None, message: str, user: User, now: datetime
    ) -> str:
        """Lease, reconcile, put, commit. See the protocol."""
        folder = object_folder(object_id)
        digests = {logical: digest_of(source) for logical, source in files.items()}
        with leased(self._store, folder, self._clock, self._lease):
            self._fault("leased")
            lies = lying(self._store, folder)
            before, tag = found = committed_or_lost(self._store, folder, lies) or (None, "")
            if (before.head if before else None) != base:
                reconcile(self._store, folder, found, lies)
                raise _conflict(object_id, base)
            inventory, places = next_inventory(object_id, before, digests, created=now, message=message, user=user)
            arrived = reconcile(self._store, folder, found, lies, coming=inventory)[1]
            if wrong := self._put_version(folder, inventory, lambda path: pieces_of(files[places[path]]), arrived):
                raise OfficeError("archive.changed_while_reading", on_disk="unchanged", path=wrong)
            self._writing(object_id)
            self._finish(folder, inventory, tag)
        return inventory.head

    def adopt(self, inventory: Inventory, contents: Contents) -> bool:
        """All missing keys, then one commit. See the protocol."""
        folder = object_folder(inventory.id)
        with leased(self._store, folder, self._clock, self._lease):
            self._fault("leased")
            lies = lying(self._store, folder)
            before, tag = found = committed_or_lost(self._store, folder, lies) or (None, "")
            known = check_continues(before, inventory)
            arrived = reconcile(self._store, folder, found, lies, coming=inventory)[1]
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
            found = committed(self._store, folder)
        except OfficeError as error:
            if error.code != "archive.bad_inventory":
                raise
            return False
        if found is None or found[0].named_paths() != set(paths):
            return False
        return self._store.get(f"root/{folder}/{SIDECAR}") == sidecar(self._store.get(f"root/{folder}/{INVENTORY}"))

    def _inventory_or_none(self, folder: str) -> Inventory | None:
        try:
            return self.inventory_at(folder)
        except OfficeError as error:
            if error.code != "archive.bad_inventory":
                raise
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
        put_sidecar(self._store, folder, inventory.to_bytes(), new=not tag)
        self._fault("sidecar put")

    def _commit(self, folder: str, inventory: Inventory, tag: str) -> None:
        key, data = f"root/{folder}/{INVENTORY}", inventory.to_bytes()
        won = self._store.put_if_match(key, data, tag) if tag else self._store.put_if_absent(key, data)
        if not won:
            raise _conflict(inventory.id, None)


def _conflict(object_id: str, base: str | None) -> OfficeError:
    return OfficeError("archive.conflict", on_disk="unchanged", object=object_id, base=base or "")
