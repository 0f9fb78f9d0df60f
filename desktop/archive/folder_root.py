"""A root in a folder: stage the whole version beside the root, fsync, one rename is claim and commit.

``<base>/root`` is the OCFL root, ``<base>/work`` is for staging and on the same file system. The highest ``vN/`` of an object is the
truth; the inventory at the object's root is a copy that opening repairs (measured in research: every crash point heals).
A folder is tamper-evident, not tamper-proof.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from desktop.records.errors import OfficeError
from desktop.storage.durable import sync_folder

from .disk_files import (
    bytes_at,
    digest_at,
    digest_of,
    highest,
    is_file,
    names,
    pieces_of,
    read,
    sync_below,
    troubles_told,
    walk,
    write,
)
from .folder_tidying import drop_empty, drop_staging, tree
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
from .roots import (
    CHUNK,
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
from .staging import stage_version, write_inventory

_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.EACCES, errno.EPERM})  # the latter two on Windows
_ABSENT = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EIO})


class FolderRoot:
    """Opening does not write; call ``repair`` before writing."""

    def __init__(
        self,
        base: Path,
        *,
        create: bool = False,
        rescue: bool = False,
        fault: Fault = no_fault,
        writing: Writing = no_writing,
    ) -> None:
        self._base, self._root, self._work = base, base / "root", base / "work"
        self._base_text = str(base)
        self._fault = fault
        self._writing = writing
        with self._told(None):
            if create and not (self._root / "0=ocfl_1.1").exists():
                self._create()
            there = base.is_dir()
        if not there:
            raise OfficeError("storage.unreachable", url=self.url, reason="missing")
        self.rescued = self._rescue() if rescue else ()
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
            leftovers = drop_empty(self._root) + drop_staging(self._work)
        return Repaired(tuple(repaired), leftovers)

    def object_folders(self) -> Iterator[str]:
        """Folders four levels down: three of the digest, one of the id."""
        with self._told(None):
            for folder in tree(self._root, 3):
                yield from (f"{folder}/{name}" for name in names(self._root / folder, folders=True))

    def strays(self) -> Iterator[str]:
        """Files at places where only folders belong."""
        known = set(root_files())
        with self._told(None):
            for path, _ in walk(self._root, ""):
                if path not in known and (path.count("/") < 4 or path.startswith("extensions/")):
                    yield path

    def inventory_at(self, folder: str) -> Inventory:
        """The inventory of the highest ``vN/``, which is the truth."""
        head = self._head(folder)
        if head is None:
            raise OfficeError("archive.no_object", object=folder)
        newest = f"{self._base_text}/root/{folder}/v{head}/"
        with self._told(None):
            try:
                data, beside = bytes_at(newest + INVENTORY), bytes_at(newest + SIDECAR)
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
        return None if self._head(folder) is None else self.inventory_at(folder)

    def files_at(self, folder: str) -> Iterator[StoredFile]:
        """Every file below the object; a link counts as a file of size -1, so that it is noticed."""
        with self._told(None):
            yield from (StoredFile(path, size) for path, size in walk(self._root / folder, ""))

    def chunks(self, folder: str, path: str) -> Iterator[bytes]:
        """The bytes in pieces of 1 MiB."""
        whole = f"{self._base_text}/root/{folder}/{path}"
        with self._told(None):
            if not is_file(whole):
                raise OfficeError("archive.missing_file", object=folder, path=path)
            try:
                with open(whole, "rb", buffering=0) as stream:  # noqa: PTH123 - see ``bytes_at``
                    while piece := stream.read(CHUNK):
                        yield piece
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                raise OfficeError("archive.missing_file", object=folder, path=path, reason="unreadable") from error

    def digest(self, folder: str, path: str, read: Callable[[int], None]) -> str:
        """Of the bytes on the disk now; what the disk cannot read counts as missing."""
        with self._told(None):
            try:
                return digest_at(f"{self._base_text}/root/{folder}/{path}", read)
            except OSError as error:
                if error.errno not in _ABSENT:
                    raise
                raise OfficeError("archive.missing_file", object=folder, path=path) from error

    def recoverable(self, folder: str, path: str, digest: str) -> bool:  # noqa: ARG002
        """A folder keeps no older bytes."""
        return False

    def kept(self, folder: str, path: str, digest: str) -> bytes | None:  # noqa: ARG002
        """A folder keeps no older bytes."""
        return None

    def write_version(
        self, object_id: str, files: Mapping[str, Source], *, base: str | None, message: str, user: User, now: datetime
    ) -> str:
        """Stage, fsync, rename. See the protocol."""
        folder = object_folder(object_id)
        before = self.inventory(object_id)
        if (before.head if before else None) != base:
            raise _conflict(object_id, base)
        with self._staging() as stage:
            with self._told("unchanged"):
                digests = {logical: digest_of(source) for logical, source in files.items()}
                inventory, store = next_inventory(object_id, before, digests, created=now, message=message, user=user)
                wrong = stage_version(stage, inventory, lambda path: pieces_of(files[store[path]]))
                if wrong:
                    raise OfficeError("archive.changed_while_reading", on_disk="unchanged", path=wrong)
                self._finish_stage(stage, inventory, whole=before is None)
                self._writing(object_id)
                self._commit(stage, self._root / folder, inventory, base)
        with self._told("complete"):
            self._fault("renamed")
            self._lift_inventory(self._root / folder)
        return inventory.head

    def adopt(self, inventory: Inventory, contents: Contents) -> bool:
        """A new object in one rename, versions of a known one in a rename each. See the protocol."""
        folder = object_folder(inventory.id)
        known = check_continues(self.inventory(inventory.id), inventory)
        if known == len(inventory.versions):
            return False
        with self._staging() as stage, self._told("unchanged"):
            for number in range(known + 1, len(inventory.versions) + 1):
                if wrong := stage_version(stage, inventory.as_of(number), contents):
                    raise OfficeError("archive.damaged", on_disk="unchanged", object=inventory.id, path=wrong)
            self._finish_stage(stage, inventory, whole=known == 0)
            if known == 0:
                self._commit(stage, self._root / folder, inventory, None)
            else:
                for number in range(known + 1, len(inventory.versions) + 1):
                    self._commit(stage, self._root / folder, inventory.as_of(number), f"v{number - 1}")
        with self._told("complete"):
            self._fault("renamed")
            self._lift_inventory(self._root / folder)
        return True

    def mend(self, inventory: Inventory, path: str, pieces: Iterable[bytes]) -> None:
        """Write beside, compare, rename over the damaged file. See the protocol."""
        folder = self._root / object_folder(inventory.id)
        with self._told("unchanged"):
            self._work.mkdir(exist_ok=True)
            temporary = self._work / f"file-{secrets.token_hex(8)}"
            try:
                if write(temporary, pieces) != inventory.expected().get(path):
                    raise OfficeError("archive.damaged", on_disk="unchanged", object=inventory.id, path=path)
                target = folder.joinpath(*path.split("/"))
                target.parent.mkdir(parents=True, exist_ok=True)
                temporary.replace(target)
                self._sync_parents(target.parent)
            finally:
                with suppress(FileNotFoundError):
                    temporary.unlink()

    def set_aside(self, path: str) -> str:
        """Move it to ``apartado/`` beside the root, where nobody takes it for a part of the archive."""
        target = self._base.joinpath("apartado", secrets.token_hex(4), *path.split("/"))
        with self._told("unchanged"):
            target.parent.mkdir(parents=True)
            source = self._root.joinpath(*path.split("/"))
            source.rename(target)
            sync_folder(target.parent)
            with suppress(OSError):  # OCFL forbids empty folders: up to the first one in which something lies
                for folder in source.parents[: path.count("/")]:
                    folder.rmdir()
        return target.relative_to(self._base).as_posix()

    def beside(self, folder: str) -> Iterator[StoredFile]:
        """Without hidden ones, which are locks and temporary files."""
        with self._told(None):
            for path, size in walk(self._base / folder, f"{folder}/"):
                if not any(part.startswith(".") for part in path.split("/")):
                    yield StoredFile(path, size)

    def write_beside(self, name: str, data: bytes) -> None:
        """Replace the file beside the root."""
        with self._told("unchanged"):
            (self._base / name).parent.mkdir(parents=True, exist_ok=True)
            self._replace(self._base / name, data)

    def read_beside(self, name: str) -> bytes | None:
        """The file beside the root, or None."""
        with self._told(None):
            return read(self._base / name)

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
            sync_folder(self._base)

    def _rescue(self) -> tuple[str, ...]:
        wrong = damaged_root_files(self._read_root_file, any(self.object_folders()))
        with self._told("unchanged"):
            for name in wrong:
                (self._root / name).parent.mkdir(parents=True, exist_ok=True)
                self._replace(self._root / name, root_files()[name])
        return wrong

    def _head(self, folder: str) -> int | None:
        with self._told(None):
            return highest(f"{self._base_text}/root/{folder}")

    def _read_root_file(self, name: str) -> bytes | None:
        with self._told(None):
            try:
                return (self._root / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder for what is not committed yet; whatever is still in it at the end is thrown away."""
        stage = self._work / f"stage-{secrets.token_hex(8)}"
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)

    def _finish_stage(self, stage: Path, inventory: Inventory, *, whole: bool) -> None:
        """Of a new object also what lies at its top; then make all folders durable."""
        if whole:
            write(stage / DECLARATION, [DECLARATION_TEXT])
            write_inventory(stage, inventory)
        sync_below(stage)
        self._fault("staged")

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
                with troubles_told(
                    self.url, "unknown"
                ):  # it is committed, and nobody knows whether a power cut would leave it so
                    self._sync_parents(place.parent)
                return
        raise OfficeError("storage.busy", on_disk="unchanged", key=str(target.name))  # pragma: no cover

    def _sync_parents(self, folder: Path) -> None:
        while True:
            sync_folder(folder)
            if folder == self._root:
                return
            folder = folder.parent

    def _lift_inventory(self, folder: Path) -> bool:
        """Copy the highest version's inventory to the object's root, until nobody has committed meanwhile."""
        changed = False
        while True:
            head = highest(folder)
            if head is None:
                return changed
            try:
                data = (folder / f"v{head}" / INVENTORY).read_bytes()
                beside = (folder / f"v{head}" / SIDECAR).read_bytes()
            except FileNotFoundError:
                return changed  # damage, not an unfinished write: fixity tells it
            if beside != sidecar(data):
                return changed  # never spread a damaged inventory
            if read(folder / INVENTORY) != data:
                self._replace(folder / INVENTORY, data)
                self._fault("inventory copied")
                changed = True
            if read(folder / SIDECAR) != beside:
                self._replace(folder / SIDECAR, beside)
                changed = True
            if highest(folder) == head and read(folder / INVENTORY) == data:
                return changed

    def _replace(self, path: Path, data: bytes) -> None:
        self._work.mkdir(exist_ok=True)
        temporary = self._work / f"file-{secrets.token_hex(8)}"
        try:
            write(temporary, [data])
            temporary.replace(path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
        sync_folder(path.parent)

    def _told(self, on_disk: str | None) -> AbstractContextManager[None]:
        return troubles_told(self.url, on_disk)


def _conflict(object_id: str, base: str | None) -> OfficeError:
    return OfficeError("archive.conflict", on_disk="unchanged", object=object_id, base=base or "")
