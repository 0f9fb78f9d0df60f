"""A root in a folder: stage the whole version beside the root, fsync, one rename is claim and commit.

``<base>/root`` is the OCFL root, ``<base>/work`` is for staging and on the same file system. The highest ``vN/`` of an object is the
truth; the inventory at the object's root is a copy that opening repairs (measured in research: every crash point heals).
A folder is tamper-evident, not tamper-proof.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from desktop.records.errors import OfficeError

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
    version_number,
)
from .roots import CHUNK, Fault, Repaired, Source, StoredFile, check_root_files, no_fault, root_files

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.EACCES, errno.EPERM})  # the latter two on Windows
_STALE = 86_400.0  # seconds after which staging of a writer that died is thrown away


class FolderRoot:
    """Opening does not write; call ``repair`` before writing."""

    def __init__(self, base: Path, *, create: bool = False, fault: Fault = no_fault) -> None:
        self._base, self._root, self._work = base, base / "root", base / "work"
        self._fault = fault
        if create and not (self._root / "0=ocfl_1.1").exists():
            self._create()
        if not base.is_dir():
            raise OfficeError("storage.unreachable", url=self.url, reason="missing")
        check_root_files(self._read_root_file, self.url)

    @property
    def url(self) -> str:
        """``folder:PATH``."""
        return f"folder:{self._base}"

    @property
    def path(self) -> Path:
        """The OCFL root itself."""
        return self._root

    def repair(self) -> Repaired:
        """Bring root inventories up to the highest version; drop empty folders and old staging."""
        with self._told("unchanged"):
            repaired = [folder for folder in self.object_folders() if self._lift_inventory(self._root / folder)]
            leftovers = self._drop_empty() + self._drop_staging()
        return Repaired(tuple(repaired), leftovers)

    def object_folders(self) -> Iterator[str]:
        """Folders four levels down: three of the digest, one of the id."""
        for folder in self._tree(self._root, 3):
            yield from (f"{folder}/{name}" for name in _names(self._root / folder, folders=True))

    def strays(self) -> Iterator[str]:
        """Files at places where only folders belong."""
        known = set(root_files())
        for path, _ in _walk(self._root, ""):
            if path not in known and (path.count("/") < 4 or path.startswith("extensions/")):
                yield path

    def inventory_at(self, folder: str) -> Inventory:
        """The inventory of the highest ``vN/``, which is the truth."""
        path = self._root / folder
        head = _highest(path)
        if head is None:
            raise OfficeError("archive.no_object", object=folder)
        with self._told(None):
            try:
                data = (path / f"v{head}" / INVENTORY).read_bytes()
                beside = (path / f"v{head}" / SIDECAR).read_bytes()
            except FileNotFoundError as error:
                raise OfficeError("archive.bad_inventory", object=folder, reason="missing") from error
        if beside != sidecar(data):
            raise OfficeError("archive.bad_inventory", object=folder, reason="sidecar")
        inventory = Inventory.from_bytes(data)
        if inventory.head != f"v{head}" or object_folder(inventory.id) != folder:
            raise OfficeError("archive.bad_inventory", object=folder, reason="head_or_id")
        return inventory

    def inventory(self, object_id: str) -> Inventory | None:
        """The newest committed inventory of that object, or None."""
        folder = object_folder(object_id)
        return None if _highest(self._root / folder) is None else self.inventory_at(folder)

    def files_at(self, folder: str) -> Iterator[StoredFile]:
        """Every file below the object; a link counts as a file of size -1, so that it is noticed."""
        return (StoredFile(path, size) for path, size in _walk(self._root / folder, ""))

    def chunks(self, folder: str, path: str) -> Iterator[bytes]:
        """The bytes in pieces of 1 MiB."""
        whole = self._root.joinpath(*folder.split("/"), *path.split("/"))
        if whole.is_symlink() or not whole.is_file():
            raise OfficeError("archive.missing_file", object=folder, path=path)
        with self._told(None), whole.open("rb") as stream:
            while piece := stream.read(CHUNK):
                yield piece

    def recoverable(self, folder: str, path: str, digest: str) -> bool:  # noqa: ARG002
        """A folder keeps no older bytes."""
        return False

    def write_version(
        self, object_id: str, files: Mapping[str, Source], *, base: str | None, message: str, user: User, now: datetime
    ) -> str:
        """Stage, fsync, rename. See the protocol."""
        folder = object_folder(object_id)
        before = self.inventory(object_id)
        if (before.head if before else None) != base:
            raise _conflict(object_id, base)
        stage = self._work / f"stage-{secrets.token_hex(8)}"
        try:
            with self._told("unchanged"):
                digests = {logical: _digest_of(source) for logical, source in files.items()}
                inventory, store = next_inventory(object_id, before, digests, created=now, message=message, user=user)
                self._stage(stage, inventory, {path: files[logical] for path, logical in store.items()})
                self._fault("staged")
                self._commit(stage, self._root / folder, inventory, base)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        with self._told("complete"):
            self._fault("renamed")
            self._lift_inventory(self._root / folder)
        return inventory.head

    def write_beside(self, name: str, data: bytes) -> None:
        """Replace the file beside the root."""
        with self._told("unchanged"):
            self._replace(self._base / name, data)

    def read_beside(self, name: str) -> bytes | None:
        """The file beside the root, or None."""
        with self._told(None):
            return _read(self._base / name)

    def close(self) -> None:
        """Nothing to give back."""

    def _create(self) -> None:
        if self._root.is_dir() and any(self._root.iterdir()):
            raise OfficeError("archive.not_empty", url=self.url)
        with self._told("unchanged"):
            self._work.mkdir(parents=True, exist_ok=True)
            self._root.mkdir(exist_ok=True)
            for name, data in root_files().items():  # the declaration comes last
                path = self._root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                self._replace(path, data)
            _sync_folder(self._base)

    def _read_root_file(self, name: str) -> bytes | None:
        try:
            return (self._root / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _stage(self, stage: Path, inventory: Inventory, store: Mapping[str, Source]) -> None:
        """Write the whole of the new version into ``stage`` and make it durable."""
        new = inventory.head
        (stage / new).mkdir(parents=True)
        for path, source in store.items():
            target = stage / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if _write(target, source) != inventory.manifest[path]:
                raise OfficeError("archive.changed_while_reading", on_disk="unchanged", path=path)
        data = inventory.to_bytes()
        places = [stage / new]
        if new == "v1":
            places.append(stage)
            _write(stage / DECLARATION, DECLARATION_TEXT)
        for place in places:
            _write(place / INVENTORY, data)
            _write(place / SIDECAR, sidecar(data))
        for folder, _, _ in os.walk(stage, topdown=False):
            _sync_folder(Path(folder))

    def _commit(self, stage: Path, target: Path, inventory: Inventory, base: str | None) -> None:
        """The one rename. A new object moves as a whole, a new version as its folder."""
        source, place = (stage, target) if base is None else (stage / inventory.head, target / inventory.head)
        for _ in range(20):
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                if os.name != "nt" and place.is_dir():  # rename(2) would replace an empty folder
                    raise FileExistsError(errno.EEXIST, "taken")
                source.rename(place)
            except FileNotFoundError:  # repair dropped the still empty folder above
                if not source.is_dir():
                    raise
            except OSError as error:
                if error.errno in _TAKEN and place.exists():
                    raise _conflict(inventory.id, base) from error
                raise
            else:
                self._sync_parents(place.parent)
                return
        raise OfficeError("storage.busy", on_disk="unchanged", key=str(target.name))  # pragma: no cover

    def _sync_parents(self, folder: Path) -> None:
        while True:
            _sync_folder(folder)
            if folder == self._root:
                return
            folder = folder.parent

    def _lift_inventory(self, folder: Path) -> bool:
        """Copy the highest version's inventory to the object's root, until nobody has committed meanwhile."""
        changed = False
        while True:
            head = _highest(folder)
            if head is None:
                return changed
            try:
                data = (folder / f"v{head}" / INVENTORY).read_bytes()
                beside = (folder / f"v{head}" / SIDECAR).read_bytes()
            except FileNotFoundError:
                return changed  # damage, not an unfinished write: fixity tells it
            if beside != sidecar(data):
                return changed  # never spread a damaged inventory
            if _read(folder / INVENTORY) != data:
                self._replace(folder / INVENTORY, data)
                self._fault("inventory copied")
                changed = True
            if _read(folder / SIDECAR) != beside:
                self._replace(folder / SIDECAR, beside)
                changed = True
            if _highest(folder) == head and _read(folder / INVENTORY) == data:
                return changed

    def _replace(self, path: Path, data: bytes) -> None:
        self._work.mkdir(exist_ok=True)
        temporary = self._work / f"file-{secrets.token_hex(8)}"
        try:
            _write(temporary, data)
            temporary.replace(path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        _sync_folder(path.parent)

    def _tree(self, folder: Path, levels: int, start: str = "") -> Iterator[str]:
        for name in _names(folder, folders=True):
            if len(name) == 3:
                path = f"{start}{name}"
                if levels == 1:
                    yield path
                else:
                    yield from self._tree(folder / name, levels - 1, f"{path}/")

    def _drop_empty(self) -> int:
        """Folders of a commit that died before its rename. OCFL forbids empty ones."""
        dropped = 0
        for levels in (3, 2, 1):
            for folder in self._tree(self._root, levels):
                with suppress(OSError):
                    (self._root / folder).rmdir()  # refuses when something lies in it
                    dropped += 1
        return dropped

    def _drop_staging(self) -> int:
        """Staging of long ago; what is younger may be another writer's."""
        dropped = 0
        for name in _names(self._work, folders=True) + _names(self._work, folders=False):
            path = self._work / name
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _STALE:
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                    dropped += 1
        return dropped

    @contextmanager
    def _told(self, on_disk: str | None) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            code = "storage.disk_full" if error.errno in _FULL else "storage.unreachable"
            if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
                code = "storage.denied"
            reason = os.strerror(error.errno) if error.errno else type(error).__name__
            name = Path(str(error.filename or "")).name
            raise OfficeError(code, on_disk=on_disk, url=self.url, reason=reason, key=name) from error


def _conflict(object_id: str, base: str | None) -> OfficeError:
    return OfficeError("archive.conflict", on_disk="unchanged", object=object_id, base=base or "")


def _names(folder: Path, *, folders: bool) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(item.name for item in found if item.is_dir(follow_symlinks=False) is folders)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _walk(folder: Path, start: str) -> Iterator[tuple[str, int]]:
    """Files below, sorted by path; links are not followed."""
    try:
        with os.scandir(folder) as found:
            items = sorted(found, key=lambda item: item.name + ("/" if item.is_dir(follow_symlinks=False) else ""))
    except (FileNotFoundError, NotADirectoryError):
        return
    for item in items:
        if item.is_dir(follow_symlinks=False):
            yield from _walk(folder / item.name, f"{start}{item.name}/")
        else:
            regular = item.is_file(follow_symlinks=False)
            yield start + item.name, item.stat(follow_symlinks=False).st_size if regular else -1


def _highest(folder: Path) -> int | None:
    return max((number for name in _names(folder, folders=True) if (number := version_number(name))), default=None)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as stream:
        while piece := stream.read(CHUNK):
            yield piece


def _digest_of(source: Source) -> str:
    digest = hashlib.sha512()
    for piece in _pieces(source):
        digest.update(piece)
    return digest.hexdigest()


def _write(path: Path, source: Source) -> str:
    """Write and fsync; gives the SHA-512 of what was written."""
    digest = hashlib.sha512()
    with path.open("xb") as stream:
        for piece in _pieces(source):
            digest.update(piece)
            stream.write(piece)
        stream.flush()
        os.fsync(stream.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)
