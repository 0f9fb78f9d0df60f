"""A root in a bucket with versions and object lock. There is no rename, so the commit is one conditional put.

    lease (If-None-Match, taken over by If-Match when it has expired)
    → reconcile → content, ``vN/inventory.json``, sidecar, all If-None-Match
    → **root inventory If-Match its old ETag = commit** → root sidecar → lease given back

Reconcile hides (delete marker) whatever the committed inventory does not name, and puts back what it names and somebody hid: a writer
that was paused while its lease was taken over can do both. Retention (COMPLIANCE) is set only by ``seal``, only on keys that a
committed inventory names: locked at once, an aborted write would stay for ever.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from desktop.records.errors import OfficeError
from desktop.storage import LockingStore

from .inventory import (
    DECLARATION,
    DECLARATION_TEXT,
    INVENTORY,
    SIDECAR,
    Inventory,
    User,
    next_inventory,
    object_folder,
    sidecar,
)
from .roots import ROOT_DECLARATION, Fault, Repaired, Source, StoredFile, check_root_files, no_fault, root_files

LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one ``seal`` did. ``refused`` names keys whose newest bytes are not those of the inventory: they were not locked."""

    objects: int
    locked: int
    refused: tuple[str, ...]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class S3Root:
    """Opening does not write; call ``repair`` before writing."""

    def __init__(
        self,
        store: LockingStore,
        *,
        create: bool = False,
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
        check_root_files(self._read_root_file, self.url)

    @property
    def url(self) -> str:
        """``s3://BUCKET/PREFIX``."""
        return self._store.url

    def repair(self) -> Repaired:
        """Reconcile every object that is not as its inventory says; one listing of the whole root."""
        repaired, leftovers = [], 0
        for folder, paths in self._by_object():
            if self._is_whole(folder, paths):
                continue
            try:
                with self._leased(folder):
                    leftovers += self._reconcile(folder)
            except OfficeError as error:
                if error.code != "archive.busy":  # its writer will finish, or its lease will expire
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

    def recoverable(self, folder: str, path: str, digest: str) -> bool:
        """Whether some version of the key has those bytes."""
        return self._kept(f"root/{folder}/{path}", digest) is not None

    def write_version(
        self, object_id: str, files: Mapping[str, Source], *, base: str | None, message: str, user: User, now: datetime
    ) -> str:
        """Lease, reconcile, put, commit. See the protocol."""
        folder = object_folder(object_id)
        contents = {logical: data if isinstance(data, bytes) else data.read_bytes() for logical, data in files.items()}
        with self._leased(folder):
            self._fault("leased")
            self._reconcile(folder)
            found = self._committed(folder)
            before, tag = found or (None, "")
            if (before.head if before else None) != base:
                raise _conflict(object_id, base)
            digests = {logical: hashlib.sha512(data).hexdigest() for logical, data in contents.items()}
            inventory, places = next_inventory(object_id, before, digests, created=now, message=message, user=user)
            self._put_version(folder, inventory, {path: contents[logical] for path, logical in places.items()})
            self._fault("version put")
            self._commit(folder, inventory, tag)
            self._fault("committed")
            self._put_sidecar(folder, inventory.to_bytes())
            self._fault("sidecar put")
        return inventory.head

    def seal(
        self, now: datetime, *, quarantine: timedelta, term: timedelta, renew_within: timedelta = timedelta(0)
    ) -> Sealed:
        """Lock in COMPLIANCE mode, until ``now + term``, every key of the versions that are older than ``quarantine``.

        Keys locked already are extended when less than ``term - renew_within`` is left. Only bytes that agree with the inventory
        are locked: of an overwritten key the good version stays lockable, once repaired.
        """
        objects = locked = 0
        refused: list[str] = []
        for folder in self.object_folders():
            inventory = self.inventory_at(folder)
            named = _sealable(inventory, now - quarantine)
            objects += bool(named)
            for path, digest in named.items():
                key = f"root/{folder}/{path}"
                verdict = self._seal_key(key, digest, now + term, renew_within)
                locked += verdict is True
                if verdict is None:
                    refused.append(key)
        return Sealed(objects, locked, tuple(refused))

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
        found = self._committed(folder)
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

    def _reconcile(self, folder: str) -> int:
        """Make the object what its committed inventory says. Only under the lease."""
        found = self._committed(folder)
        start = f"root/{folder}/"
        present = {entry.key.removeprefix(start) for entry in self._store.list(start)}
        expected = found[0].expected() if found else {}
        for path in sorted(present - expected.keys()):
            self._store.hide(start + path)
        if found is None:
            return len(present)
        for path in sorted(expected.keys() - present):
            if (kept := self._kept(start + path, expected[path])) is not None:
                self._store.put_if_absent(start + path, kept)
        self._put_sidecar(folder, self._store.get(start + INVENTORY))
        return len(present - expected.keys())

    def _kept(self, key: str, digest: str) -> bytes | None:
        for version in self._store.versions(key):
            if version.key == key and not version.marker:
                data = self._store.get_version(key, version.version)
                if hashlib.sha512(data).hexdigest() == digest:
                    return data
        return None

    def _put_version(self, folder: str, inventory: Inventory, contents: Mapping[str, bytes]) -> None:
        data = inventory.to_bytes()
        puts = dict(contents)
        if inventory.head == "v1":
            puts = {DECLARATION: DECLARATION_TEXT, **puts}
        puts[f"{inventory.head}/{INVENTORY}"] = data
        puts[f"{inventory.head}/{SIDECAR}"] = sidecar(data)
        for number, (path, content) in enumerate(puts.items()):
            if not self._store.put_if_absent(f"root/{folder}/{path}", content):
                raise _conflict(inventory.id, None)  # another writer is at it
            if number == 0:
                self._fault("first put")

    def _commit(self, folder: str, inventory: Inventory, tag: str) -> None:
        key, data = f"root/{folder}/{INVENTORY}", inventory.to_bytes()
        won = self._store.put_if_match(key, data, tag) if tag else self._store.put_if_absent(key, data)
        if not won:
            raise _conflict(inventory.id, None)

    def _put_sidecar(self, folder: str, inventory: bytes) -> None:
        """The root sidecar of those bytes; a conflict means that somebody has put it right already."""
        key, wanted = f"root/{folder}/{SIDECAR}", sidecar(inventory)
        try:
            data, tag = self._store.get_tagged(key)
        except OfficeError as error:
            if error.code != "storage.not_found":
                raise
            self._store.put_if_absent(key, wanted)
            return
        if data != wanted:
            self._store.put_if_match(key, wanted, tag)

    def _seal_key(self, key: str, digest: str, until: datetime, renew_within: timedelta) -> bool | None:
        """True when locked or extended, False when it is locked long enough, None when its bytes are wrong or gone."""
        entry = self._store.head(key)
        if entry is None:
            return None
        already = self._store.retained_until(key, entry.version)
        if already is not None and already >= until - renew_within:
            return False
        if hashlib.sha512(self._store.get_version(key, entry.version)).hexdigest() != digest:
            return None
        self._store.retain(key, until, entry.version)
        return True

    @contextmanager
    def _leased(self, folder: str) -> Iterator[None]:
        """Hold the object against other writers. Not given back when the program dies: then it expires."""
        key = f"leases/{hashlib.sha256(folder.encode()).hexdigest()}"
        holder = secrets.token_hex(16)
        record = _lease_record(holder, self._clock() + self._lease)
        if not self._store.put_if_absent(key, record):
            data, tag = self._store.get_tagged(key)
            if _lease_end(data) > self._clock() or not self._store.put_if_match(key, record, tag):
                raise OfficeError("archive.busy", on_disk="unchanged", object=folder)
        try:
            yield
        finally:
            self._give_back(key, record)

    def _give_back(self, key: str, record: bytes) -> None:
        data, tag = self._store.get_tagged(key)
        if data == record:  # else it was taken over
            self._store.put_if_match(key, _lease_record("", datetime(1970, 1, 1, tzinfo=UTC)), tag)


def _lease_record(holder: str, until: datetime) -> bytes:
    return json.dumps({"holder": holder, "until": until.isoformat()}).encode()


def _lease_end(data: bytes) -> datetime:
    """A damaged lease has ended."""
    try:
        return datetime.fromisoformat(json.loads(data)["until"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError):
        return datetime(1970, 1, 1, tzinfo=UTC)


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


def _conflict(object_id: str, base: str | None) -> OfficeError:
    return OfficeError("archive.conflict", on_disk="unchanged", object=object_id, base=base or "")
